"""Eliminating modes keeps signs and zeros; the bounds that say so hold."""

import numpy as np
import pytest
from helpers import digits
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

import branches
from branches import potentials
from branches.spaces.circle import Dihedral, even_block
from branches.states.morse_index import block_index
from branches.states.second_variation import leading_modes, room_outside, second_variation


def random_state(seed, modes=40):
    """Moments of a random positive density, and weights of either sign that decay."""
    rng = np.random.default_rng(seed)
    centres, shares = rng.uniform(0, np.pi, 4), rng.dirichlet(np.ones(4))
    n = np.arange(1, modes + 1)
    a = np.cos(np.outer(n, centres)) @ shares * np.exp(-0.5 * (rng.uniform(0.1, 0.4) * n) ** 2)
    g = rng.uniform(-0.3, 1.0, modes) / n**2
    g[12:] = np.abs(g[12:])  # repulsive modes are kept, all of them
    return potentials.from_weights(g), a, rng.uniform(2, 40)


def dense(potential, block, a, kappa, size):
    """T on a block by its definition, entry by entry."""
    modes = block.modes(size)
    g = potential.weights(size)[modes - 1]
    moment = dict(enumerate(a, 1)) | {0: 1.0}
    sign = 1.0 if block.sector == "even" else -1.0
    c = np.array(
        [
            [
                0.5 * (moment.get(abs(n - m), 0.0) + sign * moment.get(n + m, 0.0))
                - (moment.get(n, 0.0) * moment.get(m, 0.0) if sign > 0 else 0.0)
                for m in modes
            ]
            for n in modes
        ]
    )
    root = np.sqrt(kappa * np.abs(g))
    return np.diag(np.sign(g)) - root[:, None] * c * root, g


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([13, 16, 24, 39]))
def test_the_schur_complement_has_the_same_signs(seed, leading):
    potential, a, kappa = random_state(seed)
    block = even_block(1, 0)
    full, _ = dense(potential, block, a, kappa, 40)
    second = second_variation(potential, block, a[None], np.array([kappa]), 40, leading)
    eliminated = np.linalg.eigvalsh(full[leading:, leading:])
    assert second.room[0] <= eliminated.min() + 1e-12  # the bound holds
    if second.room[0] < 0.5:
        return
    reduced = second.reduced()[0][0]
    assert np.count_nonzero(np.linalg.eigvalsh(reduced) < 0) == np.count_nonzero(np.linalg.eigvalsh(full) < 0)
    sign, log = np.linalg.slogdet(full)
    both = [np.linalg.slogdet(part) for part in (reduced, full[leading:, leading:])]
    assert sign == both[0][0] * both[1][0]
    assert log == pytest.approx(both[0][1] + both[1][1], abs=1e-9)  # singular together


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_the_modes_to_keep_leave_one_half(seed):
    potential, a, kappa = random_state(seed)
    states, couplings = np.array([a, 0.3 * a]), np.array([kappa, 0.5 * kappa])
    for block in Dihedral(1).blocks():
        kept = leading_modes(potential, block, states, couplings, 40)
        second = second_variation(potential, block, states, couplings, 40, kept)
        assert kept == 40 or np.all(second.room >= 0.5)
        assert np.all(second.g[kept:] > 0)
        assert np.all(room_outside(potential, block, states, couplings, 20) <= 1.0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_counts_are_those_of_all_modes(seed):
    """What is decided agrees with the eigenvalues of κCG on every mode, of either sign of the weights."""
    potential, a, kappa = random_state(seed)
    for block in Dihedral(1).blocks():
        index = block_index(potential, block, a[None], np.array([kappa]))
        full, g = dense(potential, block, a, kappa, 40)
        c = (np.diag(np.sign(g)) - full) / np.sqrt(np.abs(g))[:, None] / np.sqrt(np.abs(g))
        growth = np.linalg.eigvals(c * g).real
        beyond = np.count_nonzero(growth > 1.0)
        least, most = index.unstable[0], index.unstable[0] + index.undecided[0]
        if block.sector == "odd":  # the state is not stationary: its rotation is no zero vector
            least, most = least - 1, most + 1
        assert least <= beyond <= most


@pytest.mark.parametrize("leading", [16, 24, 64])
def test_the_zero_does_not_move_with_the_modes_kept(leading):
    """The eigenvalue of the even block vanishes at the fold (published: κ = 0.38706899595204, a₁ = 0.5471279500604)."""
    potential, block = potentials.noisy_transformer(4), even_block(1, 0)
    branch = branches.trace(potential, kappa_max=0.8, n_modes=64)
    fold = branch.folds[0].arclength

    def lowest(s):
        u, kappa = branch.curve.at(s)
        second = second_variation(potential, block, u[None], np.array([kappa]), 64, leading)
        assert second.room[0] > 0.5 or leading == 64
        return np.linalg.eigvalsh(second.reduced()[0][0])[0]

    u, kappa = branch.curve.at(brentq(lowest, 0.9 * fold, 1.1 * fold, xtol=1e-15))
    assert digits(kappa, 0.38706899595204) >= 13
    assert digits(u[0], 0.5471279500604) >= 11
