"""The matrix-free equations: derivatives, iterations that do not grow with the size, the same branches."""

import numpy as np
import pytest
from helpers import digits

import branches
from branches import potentials
from branches.spaces.circle import Dihedral
from branches.states.quadratic import QuadraticSystem
from branches.states.selfconsistent import SelfConsistentSystem
from branches.states.taylor import dense_series
from continuation import check_problem, follow
from continuation.linear.krylov import KrylovBordered
from continuation.stepping.corrector import correct
from continuation.stepping.predictor import taylor_series


def random_system(size, seed=0):
    rng = np.random.default_rng(seed)
    weights = rng.uniform(-1, 1, size)
    return SelfConsistentSystem(potentials.from_weights(weights), Dihedral(1), size), rng


@pytest.mark.parametrize("size", [3, 40, 200])
def test_derivatives(size):
    system, rng = random_system(size)
    a = 0.2 * rng.standard_normal(size) / np.arange(1, size + 1) ** 2
    orders = check_problem(system, a, 1.3)
    assert orders["jacobian"] > 1.9
    assert orders["expansion"] > 2.9


@pytest.mark.parametrize("size", [5, 60, 300])
def test_bordered_solution(size):
    system, rng = random_system(size, 1)
    a = 0.2 * rng.standard_normal(size) / np.arange(1, size + 1) ** 2
    row, f = rng.standard_normal(size + 1), rng.standard_normal(size)
    solver = system.bordered(a, 1.3, row)
    column = system.parameter_scale * system.parameter_derivative(a, 1.3)
    matrix = np.vstack([np.column_stack([system.jacobian(a, 1.3), column]), row])
    np.testing.assert_allclose(matrix @ solver.solve(f, 0.7), np.append(f, 0.7), rtol=0, atol=1e-12)
    assert solver.sign == np.linalg.slogdet(matrix)[0]


def cluster(system, kappa):
    """A narrow peak, brought near the state by iterating the self-consistency map."""
    a = np.exp(-0.5 * (np.arange(1, system.size + 1) / system.size * 5) ** 2)
    for _ in range(60):
        moments, mass = system.basis.means(system.gibbs(a, kappa))
        a = moments / mass
    return a


def test_iterations_do_not_grow_with_the_size():
    potential, kappa = potentials.hegselmann_krause(0.1), 3000.0
    row = {}
    for exponent in (11, 13, 15):
        system = SelfConsistentSystem(potential, Dihedral(1), 2**exponent, kappa_scale=kappa)
        a = np.zeros(system.size)
        a[: 2**11] = cluster(SelfConsistentSystem(potential, Dihedral(1), 2**11, kappa_scale=kappa), kappa)
        e = np.eye(1, system.size + 1, system.size)[0]
        state = correct(system, np.append(a, 1.0), e, 1e-13)
        assert state.converged
        assert state.residual <= 1e-12
        solver = system.bordered(state.x[:-1], kappa, e)
        solver.solve(np.ones(system.size) / np.arange(1, system.size + 1))
        row[exponent] = solver.products
    assert max(row.values()) <= min(row.values()) + 12
    assert max(row.values()) <= 40


def test_the_same_fold_as_the_quadratic_system():
    potential = potentials.hegselmann_krause(0.5)
    kappa1 = potential.onset_coupling(1)
    reference = branches.trace(potential, kappa_max=0.8 * kappa1 + 0.2 * 80, kappa_min=20.0, n_modes=512)
    (fold,) = reference.folds
    start = reference.at_kappa(40.0)[-1]
    system = SelfConsistentSystem(potential, Dihedral(1), 2**11, kappa_scale=kappa1)
    curve = follow(system, system.transfer(start.a, system.size), 40.0, direction=-1, p_min=20.0, p_max=40.0)
    assert digits(curve.folds[0].p, fold.kappa) >= 12
    assert digits(curve.folds[0].u[0], fold.a[0]) >= 10
    assert curve.residual.max() <= 1e-12


def test_adaptive_truncation_goes_over_to_it():
    potential = potentials.hegselmann_krause(0.4)
    branch = branches.trace(potential, kappa_max=1.5 * potential.onset_coupling(1))
    assert branch.status.name == "BOUND"
    assert branch.n_modes.max() > 1024
    assert branch.residual.max() <= 1e-12
    state = branch.at(0.999 * branch.arclength[-1])
    assert state.residual <= 1e-12


@pytest.mark.parametrize("size", [16, 64, 128])
def test_the_short_series_is_the_long_one(size):
    system = QuadraticSystem(potentials.noisy_transformer(4), Dihedral(1), size)
    branch = branches.trace(system.potential, kappa_max=0.8, n_modes=size)
    piece = branch.curve.pieces[3]
    x, row = piece(0.0), piece.derivative(0.0)
    row /= np.linalg.norm(row)
    kappa = float(x[-1]) * system.parameter_scale
    solver = system.bordered(x[:-1], kappa, row)
    fast = dense_series(system, solver, x, 20)
    slow = taylor_series(system.expansion(x[:-1], kappa), solver, x, system.parameter_scale, 20)
    scale = np.max(np.abs(slow), axis=1, keepdims=True)
    assert np.max(np.abs(fast - slow) / scale) <= 1e-8  # rounding grows with the order in both
    np.testing.assert_allclose(fast[:6], slow[:6], atol=1e-12 * scale[:6].max())


def test_a_singular_system_is_said():
    zero = KrylovBordered(lambda v: 0.0 * v, np.zeros(8), np.zeros(9), np.eye(8))
    with pytest.raises(ArithmeticError, match=r"singular|stalls"):
        zero.solve(np.ones(8), 1.0)
