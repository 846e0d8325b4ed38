"""Bases and sectors of spheres against SciPy, mpmath, two-dimensional quadrature and the circle."""

import mpmath
import numpy as np
import pytest
from scipy.special import eval_gegenbauer

from branches import potentials
from branches.spaces.blocks_of_spheres import BlockSector, BlockStates
from branches.spaces.gegenbauer import gauss_gegenbauer, gegenbauer, gegenbauer_basis
from branches.spaces.multiplicity import count_of_harmonics, multiplicity
from branches.spaces.zonal import Zonal, ZonalSector
from branches.states.at_coupling import state_at
from branches.states.morse_index import morse_index
from branches.states.selfconsistent import SelfConsistentSystem


@pytest.mark.parametrize("dimension", [3, 4, 7, 30])
def test_polynomials(dimension):
    theta = np.linspace(0, np.pi, 9)
    nu = 0.5 * (dimension - 2)
    for l, values in enumerate(gegenbauer(theta, dimension, 12)):
        expected = eval_gegenbauer(l, nu, np.cos(theta)) / eval_gegenbauer(l, nu, 1.0)
        np.testing.assert_allclose(values, expected, atol=2e-14)


@pytest.mark.parametrize(("dimension", "count"), [(2, 40), (3, 200), (4, 60), (11, 40), (1000, 30)])
def test_gauss_rules_make_the_polynomials_orthogonal(dimension, count):
    theta, log_share = gauss_gegenbauer(dimension, count)
    share = np.exp(log_share)
    values = gegenbauer(theta, dimension, count - 1) * np.sqrt(multiplicity(np.arange(count), dimension))[:, None]
    assert np.max(np.abs(values * share @ values.T - np.eye(count))) < 3e-14 * count


def test_relative_functions_near_the_poles_and_the_equator():
    for n_fold, ends in ((1, (0.0, np.pi)), (2, (0.0, np.pi / 2))):
        basis = gegenbauer_basis(3, n_fold, 40)
        for node, end in zip((0, basis.n_points - 1), ends, strict=True):
            relative = basis.relative_functions(node)[:, node]
            with mpmath.workdps(40):
                place = mpmath.mpf(0) if node == 0 else mpmath.pi / (1 if n_fold == 1 else 2)
                t = mpmath.cos(mpmath.mpf(float(basis.theta[node])))
                exact = [mpmath.legendre(n_fold * k, t) - mpmath.legendre(n_fold * k, mpmath.cos(place))
                         for k in range(1, 41)]  # fmt: skip
            error = max(abs(float(r - e) / float(e)) for r, e in zip(relative, exact, strict=True))
            assert error < 1e-11, (n_fold, end)


def test_numbers_of_harmonics():
    assert [count_of_harmonics(l, 3) for l in range(5)] == [1, 3, 5, 7, 9]
    assert [count_of_harmonics(l, 2) for l in range(3)] == [1, 2, 2]
    assert [count_of_harmonics(l, 1) for l in range(3)] == [1, 1, 0]


def test_the_circle_through_the_basis_of_spheres():
    potential, zonal = potentials.noisy_transformer(4), Zonal(1, 2)
    u = 0.6 ** np.arange(1.0, 49.0) ** 1.3
    circle, sphere = SelfConsistentSystem(potential, size=48), SelfConsistentSystem(potential, zonal, 48)
    assert np.max(np.abs(circle.residual(u, 0.4) - sphere.residual(u, 0.4))) < 1e-13
    assert np.max(np.abs(circle.jacobian(u, 0.4) - sphere.jacobian(u, 0.4))) < 1e-13
    for kappa in (0.4, 0.6):
        states = [state_at(potential, isotropy, 0.7 ** np.arange(1.0, 49.0), kappa) for isotropy in (
            potential.space.isotropy(1), zonal)]  # fmt: skip
        assert np.max(np.abs(states[0].a - states[1].a)) < 1e-13
        assert abs(states[0].free_energy - states[1].free_energy) < 1e-13
        index = morse_index(potential, zonal, states[1].a[None], np.array([kappa]))
        assert states[0].index == (index.even[0], index.odd[0])


def sphere_covariance(m, degrees, log_density):
    """Covariances of harmonics of order m on S², of mean square 1/N_l, by a grid in two angles."""
    from scipy.special import lpmv

    t, weight = np.polynomial.legendre.leggauss(120)
    phi = 2 * np.pi * np.arange(64) / 64
    rho = np.exp(log_density(t)) * weight
    rho /= rho.sum()
    waves = np.array([np.outer(lpmv(m, l, t), np.cos(m * phi)) for l in degrees])
    plain = np.array([np.einsum("tp,t->", w * w, weight) / (2 * 64) for w in waves])
    waves *= np.array([1 / np.sqrt(p * (2 * l + 1)) for p, l in zip(plain, degrees, strict=True)])[:, None, None]
    means = np.einsum("ktp,t->k", waves, rho) / 64
    return np.einsum("ktp,ltp,t->kl", waves, waves, rho) / 64 - np.outer(means, means)


@pytest.mark.parametrize("m", [0, 1, 2, 3])
def test_sectors_of_the_sphere_against_a_grid_in_two_angles(m):
    field = np.array([1.7, 0.6, -0.4, 0.2])
    t_density = lambda t: sum(f * np.polynomial.legendre.Legendre.basis(k + 1)(t) for k, f in enumerate(field))  # noqa: E731
    sector = ZonalSector(Zonal(1, 3), m)
    degrees = sector.modes(7)
    found = sector.covariance(degrees, degrees, np.zeros((1, 4)), field[None])[0]
    assert np.max(np.abs(np.abs(found) - np.abs(sphere_covariance(m, degrees, t_density)))) < 1e-13


@pytest.mark.parametrize(
    ("isotropy", "guess"),
    [
        (Zonal(1, 3), 0.8), (Zonal(2, 3), 0.8), (Zonal(2, 4), -0.1), (BlockStates(2, 4, 2), 0.35),
        (BlockStates(2, 5, 2), 0.3),
    ],
)  # fmt: skip
def test_the_motion_along_the_orbit_is_neutral(isotropy, guess):
    potential = potentials.noisy_transformer(4.0, dimension=isotropy.dimension)
    kappa = 1.25 * potential.onset_coupling(isotropy.n_fold)
    k = np.arange(1.0, 91.0)
    state = state_at(potential, isotropy, guess * abs(guess) ** (0.5 * k * (k - 1)), kappa)
    assert state.residual < 1e-14
    u = isotropy.restricted(state.a)
    field = kappa * u * isotropy.weights(potential, u.size)
    moving = [s for s in isotropy.blocks(4) if s.rotation(s.modes(20), u[None]) is not None]
    blocks = isinstance(isotropy, BlockStates)
    motions = isotropy.k * (isotropy.dimension - isotropy.k) if blocks else isotropy.dimension - 1
    assert sum(sum(s.copies) for s in moving) == motions
    degrees = moving[0].modes(40)
    covariance = moving[0].covariance(degrees, degrees, u[None], field[None])[0]
    g, motion = potential.weights(40)[degrees - 1], moving[0].rotation(degrees, u[None])[0]
    assert np.max(np.abs(kappa * covariance @ (g * motion) - motion)) < 1e-12


def test_blocks_of_one_size_can_be_exchanged():
    alike = BlockStates(2, 4, 2)
    assert alike.has_twin
    assert not BlockStates(2, 5, 2).has_twin
    a = np.array([0, 0.3, 0, 0.1])
    np.testing.assert_array_equal(alike.twin(a), [0, -0.3, 0, 0.1])
    values = alike.basis(6)
    np.testing.assert_allclose(values.functions[1::2], values.functions[1::2, ::-1], atol=1e-13)
    assert alike.of_state(np.array([0, 0, 0, 0.2])).n_fold == 4
    assert BlockSector(alike.with_n_fold(4), 0, 0, 1).breaks_to == alike


def test_block_states_need_two_coordinates():
    with pytest.raises(ValueError, match="2 ≤ k ≤ d/2"):
        BlockStates(2, 3, 1)
