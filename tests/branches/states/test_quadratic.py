"""The quadratic system against its definition, its derivatives against each other, its truncation."""

import numpy as np
import pytest
from helpers import brute_force_quadratic, digits
from hypothesis import given, settings
from hypothesis import strategies as st

from branches import potentials
from branches.onsets.blowup import onset_series
from branches.spaces.circle import Dihedral
from branches.spaces.halfgrid import DENSE_MODES, HalfGrid, half_grid
from branches.states.quadratic import QuadraticSystem
from continuation import check_problem

SEED = np.random.default_rng(7)


def random_system(seed, size, period=1):
    rng = np.random.default_rng(seed)
    g = rng.standard_normal(size * period)
    return QuadraticSystem(potentials.from_weights(g), Dihedral(period), size), rng


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 40), st.integers(1, 4))
def test_residual_is_the_double_sum(seed, size, period):
    system, rng = random_system(seed, size, period)
    u, kappa = rng.standard_normal(size), rng.uniform(0.1, 5)
    a = np.zeros(size * period)
    a[period - 1 :: period] = u
    g = system.potential.weights(size * period)
    expected = brute_force_quadratic(g, a, kappa)
    scale = 1 + np.max(np.abs(expected))
    np.testing.assert_allclose(system.residual(u, kappa), expected[period - 1 :: period], rtol=0, atol=1e-13 * scale)
    others = np.delete(expected, np.arange(period - 1, size * period, period))
    assert np.all(others == 0.0)  # multiples of the period are an invariant subspace


@pytest.mark.parametrize("size", [1, 2, 5, 40, DENSE_MODES, DENSE_MODES + 1, 300])
def test_derivatives_agree_with_the_residual(size):
    system, rng = random_system(size, size)
    orders = check_problem(system, 0.3 * rng.standard_normal(size), 1.3)
    assert orders["jacobian"] > 1.9
    assert orders["expansion"] > 2.9


def test_taylor_coefficients_to_high_order():
    """Σ F_k s^k equals F(u(s), κ(s)) as polynomials in s: compared at random s of size one."""
    system, rng = random_system(3, 9)
    order = 6
    u, kappa = rng.standard_normal((order + 1, 9)) * 0.3, rng.standard_normal(order + 1)
    expansion = system.expansion(u[0], kappa[0])
    coefficients = [system.residual(u[0], kappa[0])]
    jacobian, column = system.jacobian(u[0], kappa[0]), system.parameter_derivative(u[0], kappa[0])
    for k in range(1, order + 1):
        coefficients.append(expansion.remainder() + jacobian @ u[k] + kappa[k] * column)
        expansion.push(u[k], kappa[k])
    zero_u, zero_p = np.zeros(9), 0.0
    for _ in range(order + 1, 3 * order + 1):  # F of polynomials of degree d in s has degree 3d
        coefficients.append(expansion.remainder())
        expansion.push(zero_u, zero_p)
    for s in (-1.1, 0.7, 1.0):
        powers = s ** np.arange(order + 1)
        direct = system.residual(powers @ u, float(powers @ kappa))
        summed = np.array(coefficients).T @ s ** np.arange(3 * order + 1)
        np.testing.assert_allclose(summed, direct, rtol=1e-11, atol=1e-11)


def test_many_residuals_at_once_are_those_of_each():
    system, rng = random_system(11, 150)
    u, kappa = rng.standard_normal((4, 150)), rng.uniform(1, 2, 4)
    together = system.residuals(u, kappa)
    for row, state, k in zip(together, u, kappa, strict=True):
        np.testing.assert_allclose(row, system.residual(state, k), rtol=1e-13, atol=1e-12)


@pytest.mark.parametrize("n", [DENSE_MODES - 1, DENSE_MODES, DENSE_MODES + 1, 200])
def test_dense_and_fast_transforms_agree(n):
    grid = half_grid(n)
    theta = (np.arange(grid.size) + 0.5) * np.pi / grid.size
    a = SEED.standard_normal((2, n))
    modes = np.arange(1, n + 1)
    np.testing.assert_allclose(grid.cosines(a), 2 * a @ np.cos(np.outer(modes, theta)), atol=1e-11)
    np.testing.assert_allclose(grid.sines(a), a @ np.sin(np.outer(modes, theta)), atol=1e-11)
    np.testing.assert_allclose(grid.project(grid.sines(a)), a, atol=1e-12)
    assert isinstance(grid, HalfGrid)
    assert grid.size > 1.5 * n


def test_tail_is_what_the_next_modes_would_be():
    system = QuadraticSystem(potentials.noisy_transformer(3), size=12)
    a = 0.5 ** np.arange(1.0, 13)
    wide = np.concatenate([a, np.zeros(12)])
    beyond = brute_force_quadratic(system.potential.weights(24), wide, 0.9)[12:]
    assert digits(system.tail(a, 0.9), np.max(np.abs(beyond))) >= 12


def test_truncation_grows_and_shrinks_with_the_state():
    adaptive = QuadraticSystem(potentials.kuramoto(), size=32, max_size=1024)
    narrow = 0.98 ** np.arange(1.0, 33)
    assert adaptive.resized(narrow, 3.0)[1] > 32
    broad = QuadraticSystem(potentials.kuramoto(), size=200, max_size=1024)
    assert broad.resized(0.1 ** np.arange(1.0, 201), 3.0)[1] < 100
    assert QuadraticSystem(potentials.kuramoto(), size=32).resized(narrow, 3.0) is None
    at_limit = QuadraticSystem(potentials.kuramoto(), size=32, max_size=33).with_size(33)
    assert at_limit.resized(0.98 ** np.arange(1.0, 34), 3.0) is None


def test_onset_series_of_kuramoto_in_closed_form():
    """κ = z/a with a = I₁(z)/I₀(z): the error of the series of order p falls like a^p."""
    from mpmath import besseli, findroot, mp

    def exact(a):
        with mp.workdps(30):
            z = findroot(lambda z: besseli(1, z) / besseli(0, z) - a, 2 * a)
            return z / a, [besseli(k, z) / besseli(0, z) for k in range(1, 5)]

    order = 13
    c = onset_series(QuadraticSystem(potentials.kuramoto(), size=16), order=order)[:order]
    errors = []
    for a in (0.4, 0.2):
        kappa, moments = exact(a)
        state = a ** np.arange(order) @ c
        errors.append(abs(2 * state[-1] - float(kappa)))
        for value, reference in zip(state, moments, strict=False):  # a_4 = O(a⁴): it has eight fewer orders
            assert value == pytest.approx(float(reference), rel=10 * a**10)
    # even powers only: the first one left out is a^14 (its coefficient follows from the ratio)
    assert 13.0 < np.log2(errors[0] / errors[1]) < 15.0
    small, _ = exact(0.03)
    assert digits(2 * float(0.03 ** np.arange(order) @ c[:, -1]), float(small)) >= 15


def test_onset_series_refuses_a_resonance_and_a_repulsive_mode():
    with pytest.raises(ValueError, match="mode 2 shares the onset of mode 1"):
        onset_series(QuadraticSystem(potentials.bimodal(1.0), size=8), 4)
    with pytest.raises(ValueError, match="mode 2 has g = -1"):
        onset_series(QuadraticSystem(potentials.from_weights([1.0, -1.0]), isotropy=Dihedral(2), size=8), 4)
