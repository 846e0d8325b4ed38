"""How half-branches leave, against states solved for independently: a = T(a, κ) by quadrature and Newton."""

import numpy as np
import pytest

import branches
from branches import potentials
from branches.diagrams.departures import departures_from_point
from branches.spaces.symmetry import twin
from continuation import Settings

MODES, POINTS = 64, 256
THETA = (np.arange(POINTS) + 0.5) * np.pi / POINTS
COSINES = np.cos(np.outer(np.arange(1, MODES + 1), THETA))


def moments(a, kappa, g):
    """T(a, κ) and the covariances of the cosines."""
    field = kappa * (g * a) @ COSINES
    rho = np.exp(field - field.max())
    rho /= rho.mean()
    t = (COSINES * rho).mean(axis=1)
    return t, (COSINES * rho) @ COSINES.T / POINTS - np.outer(t, t)


def state_at_amplitude(a, kappa, g, d, amplitude):
    """The solution (a, κ) of a = T(a, κ) with d·a given, by Newton's iteration."""
    for _ in range(30):
        t, covariance = moments(a, kappa, g)
        j = np.eye(MODES) - kappa * covariance * g
        bordered = np.block([[j, -(covariance @ (g * a))[:, None]], [d[None], np.zeros((1, 1))]])
        step = np.linalg.solve(bordered, np.append(a - t, d @ a - amplitude))
        a, kappa = a - step[:-1], kappa - step[-1]
        if np.max(np.abs(step)) < 1e-14:
            break
    assert np.max(np.abs(a - moments(a, kappa, g)[0])) < 1e-14
    return a, kappa


def padded(values):
    return np.pad(np.asarray(values, dtype=float), (0, MODES))[:MODES]


def measured(leading, base, kappa, g):
    """The coefficient of s^order in κ from states at small amplitudes, and its error by extrapolation."""
    d, a = padded(leading.direction), padded(base)
    size = 0.02 / (1.0 + abs(leading.coefficient)) ** (1.0 / leading.order)
    amplitudes = size * np.array([1.0, 0.75, 0.5, 0.35])
    values = []
    for s in amplitudes:
        slope = leading.coefficient if leading.order == 1 else 0.0
        _, found = state_at_amplitude(a + s * d, kappa + slope * s, g, d, d @ a + s)
        values.append((found - kappa) / s**leading.order)
    fits = [np.polyfit(amplitudes[:n], values[:n], n - 1)[-1] for n in (3, 4)]
    return fits[1], abs(fits[1] - fits[0]) + 1e-13 * kappa / min(amplitudes) ** leading.order


def leading_orders(weights, mode, reach=1.8):
    """Every half-branch owed by the branch of a mode: its leading order, the state it leaves, and κ."""
    potential = potentials.from_weights(weights)
    branch = branches.trace(potential, mode=mode, kappa_max=reach * potential.onset_coupling(mode))
    for point in branch.special_points:
        for departure in departures_from_point(branch, point, None, Settings()):
            if departure.leading is not None:
                base = twin(point.a, point.period) if departure.description.endswith("on the twin") else point.a
                yield departure, base, point


def random_weights(seed):
    """Weights in which a mode of at least 3 turns unstable first, others of either sign."""
    random = np.random.default_rng(seed)
    size = int(random.integers(4, 7))
    g = random.uniform(-0.8, 0.9, size).round(3)
    mode = int(random.integers(3, size + 1))
    g[mode - 1] = round(random.uniform(0.7, 1.1), 3)
    return g.tolist(), mode


@pytest.mark.parametrize("first", range(0, 160, 20))
def test_slopes_and_curvatures_of_random_branch_points(first):
    checked = 0
    for seed in range(first, first + 20):
        weights, mode = random_weights(seed)
        for departure, base, point in leading_orders(weights, mode):
            leading = departure.leading
            value, error = measured(leading, base, point.kappa, padded(weights))
            where = (weights, departure.description, point.kappa, leading.coefficient, value)
            assert abs(value - leading.coefficient) <= 3 * error + 1e-4 * abs(leading.coefficient), where
            if leading.order == 2:
                assert np.sign(value * leading.crossing) == (-1 if leading.shape == "supercritical" else 1), where
            checked += 1
    assert checked >= 5
