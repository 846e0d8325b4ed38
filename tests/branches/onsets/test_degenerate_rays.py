"""Kernels whose cubic and quartic terms leave the half-branches open, against states found by brute force."""

from fractions import Fraction

import numpy as np
import pytest

import branches
from branches import potentials
from branches.onsets.classify import onset
from branches.onsets.resonant.newton_polygon import Undecided, roots_near_zero
from branches.onsets.resonant.rays import half_branches, morse_defect
from branches.spaces.circle import EVEN
from branches.spaces.isotropy import same_orbit

MODES, POINTS = 40, 160
THETA = (np.arange(POINTS) + 0.5) * np.pi / POINTS
COSINES = np.cos(np.outer(np.arange(1, MODES + 1), THETA))


def newton(a, kappa, g, settled=1e-12):
    """The state near a that solves a = T(a, κ) by quadrature; None if Newton's iteration finds none."""
    for _ in range(60):
        field = kappa * (g * a) @ COSINES
        rho = np.exp(field - field.max())
        rho /= rho.mean()
        t = (COSINES * rho).mean(axis=1)
        covariance = (COSINES * rho) @ COSINES.T / POINTS - np.outer(t, t)
        step = np.linalg.lstsq(np.eye(MODES) - kappa * covariance * g, a - t, rcond=None)[0]
        a = a - step * min(1.0, 0.1 / (np.max(np.abs(step)) + 1e-300))
        if np.max(np.abs(step)) < settled:
            return a
    return None


def brute_force(weights, kernel, ratio, reach, starts=150):
    """All orbits of states with kernel amplitudes below ``reach`` at κ = ratio · κ₀, from random starts."""
    g = np.pad(np.array(weights, dtype=float), (0, MODES))[:MODES]
    kappa = ratio * 2.0 / g[kernel[0] - 1]
    random = np.random.default_rng(0)
    found = []
    for _ in range(starts):
        a = np.zeros(MODES)
        a[np.array(kernel) - 1] = reach * random.uniform(-0.7, 0.7, len(kernel))
        state = newton(a, kappa, g)
        if state is None or not 1e-6 < np.max(np.abs(state)) < reach:
            continue
        if not any(same_orbit(EVEN, state, kappa, other, kappa, 1e-6) for other in found):
            found.append(EVEN.canonical(state))
    return kappa, found


@pytest.mark.parametrize(
    ("weights", "kernel", "ratio", "reach"),
    [
        ([-1, 0, 1, 1], (3, 4), 1.03, 0.4),  # the quartic form is (x₃² + x₄²)²/4
        ([-1, 0, 0, 1, 1], (4, 5), 1.03, 0.4),
        ([0, -1, 1, 0, 1], (3, 5), 1.03, 0.4),
        ([0.6, -0.3, 0.6, -0.3, 0.4], (1, 3), 1.03, 0.35),  # a threefold direction: x₃ ~ x₁^(5/3)
        ([1, -0.5, 1, -0.5], (1, 3), 1.02, 0.3),
        ([0.5, 1, 1, -0.5, -0.5, -0.5], (2, 3), 1.01, 0.4),  # κ leaves like s³ on the mixed ones
        ([-0.4, 0.5, 0.3, -0.25, 0.1, 0.5, 0, -0.25], (2, 6), 1.03, 0.35),  # the same in period π
    ],
)
def test_a_degenerate_pair_is_decided_and_every_branch_found(weights, kernel, ratio, reach):
    potential = potentials.from_weights(weights)
    found = onset(potential, kernel[0])
    assert found.kernel == kernel
    assert found.undecided_rays == ""
    assert all(ray.isolated and ray.degree > 4 for ray in found.rays)
    assert morse_defect(half_branches(potential, kernel)) == 0
    kappa, expected = brute_force(weights, kernel, ratio, reach)
    d = branches.diagram(potential, kappa * 1.01, modes=kernel, depth=1)
    ours = [half for half in d.completeness.half_branches if half.node.startswith("onset")]
    assert all(half.outcome == "found" for half in ours), str(d.completeness)
    assert len({half.branch for half in ours}) == len(ours) == len(found.rays)
    states = [state for state in d.at_kappa(kappa) if np.max(np.abs(state.a)) < reach]
    for state in expected:
        assert any(same_orbit(EVEN, state, kappa, other.a, kappa, 1e-7) for other in states)
    for state in states:
        assert any(same_orbit(EVEN, other, kappa, state.a, kappa, 1e-7) for other in expected)


def test_the_threefold_direction_leaves_with_the_power_five_thirds():
    # (1, 3) with r_2 = −1/2: x₁³ does not excite mode 3, and A θ³ + B s² = 0 (Newton's polygon) gives x₃ = c s^{5/3}
    weights = [0.6, -0.3, 0.6, -0.3, 0.4]
    (ray,) = [ray for ray in onset(potentials.from_weights(weights), 1).rays if ray.direction[0]]
    g = np.pad(np.array(weights), (0, MODES))[:MODES]
    powers = []
    for ratio in (1.002, 1.0002):
        s = ((ratio - 1.0) / ray.slope) ** 0.5
        start = np.zeros(MODES)
        start[[0, 2]] = s, ray.half[1] * s ** float(ray.half_power)
        a = newton(start, ratio * 2.0 / 0.6, g, settled=1e-9)  # the equations are flat there
        powers.append(abs(a[2] / a[0] ** (5 / 3) - ray.half[1]))
    assert ray.half_power == Fraction(5, 3)
    assert powers[0] < 0.1
    # the next term is relative s^{2/3}: a tenth of κ − κ₀ makes the difference 10^{1/3} times smaller
    assert powers[0] / powers[1] == pytest.approx(10 ** (1 / 3), rel=0.1)


def test_what_stays_undecided_is_owed():
    potential = potentials.harmonics(dict.fromkeys((1, 2, 3, 4), 1.0))
    assert "not isolated" in onset(potential, 1).undecided_rays
    d = branches.diagram(potential, 2.02, depth=0)
    assert not d.completeness.complete
    (owed,) = [half for half in d.completeness.half_branches if half.description == "rays that are not decided"]
    assert owed.outcome == "not followed"
    assert "higher orders" in owed.reason


def test_newton_polygon_of_a_product():
    # (θ − s)(θ² − 4 s³) = θ³ − s θ² − 4 s³ θ + 4 s⁴
    g = np.zeros((6, 4))
    g[0, 3], g[1, 2], g[3, 1], g[4, 0] = 1.0, -1.0, -4.0, 4.0
    roots = roots_near_zero(g, 1e-15 * np.ones_like(g))
    assert sorted((float(r.power), round(r.coefficient, 12)) for r in roots) == [(1.0, 1.0), (1.5, -2.0), (1.5, 2.0)]
    slopes = {round(r.coefficient, 12): r.slope for r in roots}  # of the product: + − + from left to right
    assert slopes[1.0] > 0
    assert slopes[2.0] < 0 < slopes[-2.0]


def test_newton_polygon_without_the_order_that_decides():
    g = np.zeros((3, 4))
    g[0, 3] = 1.0
    with pytest.raises(Undecided, match="divides"):
        roots_near_zero(g, 1e-15 * np.ones_like(g))
