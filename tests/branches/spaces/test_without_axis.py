"""Cosines and sines side by side, rotations and mirrors, the classes Z_n: against sums over a grid written here."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from branches.spaces.cyclic import Cyclic
from branches.spaces.rotations import aligned, mirror_axis, rotated, skewness
from branches.spaces.waves import WaveBasis, paired, unpaired

SEEDS = st.integers(0, 10**6)


def waves(count, theta):
    """Return cos θ, sin θ, cos 2θ, … at points."""
    return np.array([(np.cos if k % 2 == 0 else np.sin)((k // 2 + 1) * theta) for k in range(count)])


def random_moments(seed, largest=20):
    """Return moments c_n of a smooth random density."""
    rng = np.random.default_rng(seed)
    modes = int(rng.integers(2, 6))
    theta = 2 * np.pi * np.arange(256) / 256
    field = rng.standard_normal(2 * modes) @ waves(2 * modes, theta)
    rho = np.exp(field)
    rho /= rho.mean()
    return (rho @ np.exp(-1j * np.outer(np.arange(1, largest + 1), theta)).T) / 256


@pytest.mark.parametrize("size", [9, 16, 257, 300])
def test_basis_against_sums_over_its_grid(size):
    basis, rng = WaveBasis(size), np.random.default_rng(size)
    theta = 2 * np.pi * np.arange(basis.n_points) / basis.n_points
    functions = waves(size + size // 8, theta)
    b = rng.standard_normal(min(size, 12)) / np.arange(1, min(size, 12) + 1)
    f = np.exp(basis.synthesis(b))
    assert np.allclose(basis.synthesis(b), b @ functions[: b.size], atol=1e-12)
    moments, mass = basis.means(f)
    assert np.allclose(moments, functions[:size] @ f / f.size, atol=1e-12 * mass)
    assert np.allclose(basis.means_beyond(f), functions[size:] @ f / f.size, atol=1e-12 * mass)
    share = f / f.sum()
    centred = functions[:size] - (functions[:size] @ share)[:, None]
    assert np.allclose(basis.covariance(f, size), (centred * share) @ centred.T, atol=1e-13)
    node = int(np.argmax(f))
    field = b @ functions[: b.size]
    assert np.allclose(basis.relative_synthesis(b, node), field - field[node], atol=1e-12)


def test_differences_to_a_node_keep_their_relative_accuracy():
    basis = WaveBasis(64)
    node, step = 7, 2 * np.pi / basis.n_points
    near = basis.relative_functions(node)[:, node + 1]
    theta = node * step
    k = np.arange(1, 33)
    assert np.max(np.abs(near[::2] + 2 * np.sin(k * (theta + step / 2)) * np.sin(k * step / 2)) / k) < 1e-15
    assert np.max(np.abs(near[1::2] - 2 * np.cos(k * (theta + step / 2)) * np.sin(k * step / 2)) / k) < 1e-15


@given(SEEDS)
def test_alignment_undoes_a_rotation(seed):
    c = random_moments(seed)
    angle = float(np.random.default_rng(seed + 1).uniform(0, 2 * np.pi))
    assert aligned(c, rotated(c, angle)).distance < 1e-12
    assert abs(skewness(rotated(c, angle)) - skewness(c)) < 1e-9
    assert abs(skewness(np.conj(c)) + skewness(c)) < 1e-9


@given(SEEDS)
def test_the_mirror_axis_of_a_turned_even_state_is_found_and_of_another_is_not(seed):
    c = random_moments(seed)
    even = c.real.astype(complex)
    angle = float(np.random.default_rng(seed).uniform(0, 2 * np.pi))
    found = mirror_axis(rotated(even, angle), 1e-9)
    assert found is not None
    assert np.max(np.abs(rotated(rotated(even, angle), found).imag)) < 1e-11
    assert (mirror_axis(c, 1e-9) is None) == (aligned(c, np.conj(c)).distance > 1e-9)


@given(SEEDS, st.integers(1, 4))
def test_classes_embed_and_restrict(seed, n):
    cyclic, u = Cyclic(n), paired(random_moments(seed, 8))
    full = cyclic.expanded(u)
    assert np.array_equal(cyclic.restricted(full), u)
    assert np.array_equal(np.flatnonzero(unpaired(full)) + 1, n * np.arange(1, 9))
    assert np.array_equal(cyclic.embedded(u, full.size, Cyclic(1)), full)
    assert cyclic.of_state(full).n_fold == n
    assert np.array_equal(cyclic.degrees(6), n * np.array([1, 1, 2, 2, 3, 3]))


@given(SEEDS)
def test_states_of_one_orbit_have_no_distance_and_their_canonical_member_is_one(seed):
    c, one = random_moments(seed), Cyclic(1)
    turned = rotated(np.conj(c), float(np.random.default_rng(seed).uniform(0, 6)))
    assert one.distance(paired(c), paired(turned)) < 1e-12
    assert one.distance(paired(c), paired(random_moments(seed + 1))) > 1e-6
    assert np.allclose(one.canonical(paired(c)), one.canonical(paired(turned)), atol=1e-9)


@settings(max_examples=20)
@given(SEEDS, st.integers(1, 3), st.integers(0, 1))
def test_blocks_have_the_covariances_of_the_density_and_its_rotation(seed, n, residue):
    c, cyclic = random_moments(seed, 40), Cyclic(n)
    block = cyclic.blocks()[min(residue, n // 2)]
    modes = block.modes(12)
    theta = 2 * np.pi * np.arange(1024) / 1024
    multiples = n * np.arange(1, 41)
    rho = 1 + 2 * (c @ np.exp(1j * np.outer(multiples, theta))).real
    functions = np.array([(np.cos if k % 2 == 0 else np.sin)(mode * theta) for k, mode in enumerate(modes)])
    mean = functions @ rho / 1024
    exact = (functions * rho) @ functions.T / 1024 - np.outer(mean, mean)
    u = paired(c)[None]
    assert np.allclose(block.covariance(modes, modes, u, u)[0], exact, atol=1e-12)
    motion = block.rotation(modes, u)
    if block.residue == 0:
        change = (rotated(c, 1e-5 * n) - rotated(c, -1e-5 * n)) / 2e-5  # of c_n, c_2n, … when θ turns
        assert np.allclose(motion[0], paired(change)[: modes.size], atol=1e-7)
    else:
        assert motion is None
