"""Branches that leave singular points: their Taylor series against closed forms, and the rays that are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import PITCHFORK, System

from continuation import follow, leave
from continuation.special.blowup import DegenerateRay, blowup_series
from continuation.special.singular_point import singular_point
from continuation.stepping.stepper import StepFailure

HALF = np.sqrt(0.5)
# two modes without quadratic terms: the rays (1, 0) and (1, ±1) are decided by the cubic ones
CUBIC = {(1, 0, 1): (1.0, 0.0), (0, 1, 1): (0.0, 1.0), (3, 0, 0): (-1.0, 0.0), (0, 3, 0): (0.0, -1.0)}
CUBIC |= {(1, 2, 0): (-2.0, 0.0), (2, 1, 0): (0.0, -2.0)}
QUARTIC = {(1, 0, 1): (1.0, 0.0), (0, 1, 1): (0.0, 1.0), (4, 0, 0): (-1.0, 0.0), (0, 4, 0): (0.0, -1.0)}


def at_origin(problem, nullity=None):
    n = problem.coefficients.shape[0] if isinstance(problem, System) else 1
    return singular_point(problem, np.zeros(n + 1), nullity)


def test_pitchfork():
    c = blowup_series(at_origin(PITCHFORK), np.array([1.0, 0.0]), 8)
    expected = np.zeros((9, 2))
    expected[1, 0] = expected[2, 1] = 1.0
    assert np.max(np.abs(c - expected)) < 1e-14


def test_transcritical_from_a_rough_ray():
    """p u − u² + u³ = 0 leaves along p = u: the ray is improved to round-off, curvature and all come along."""
    problem = System({(1, 1): (1.0,), (2, 0): (-1.0,), (3, 0): (1.0,)})
    c = blowup_series(at_origin(problem), np.array([1.0, 1.001]), 6)
    u, p = c.T
    assert np.max(np.abs(p - u + np.convolve(u, u)[:7])) < 1e-14
    assert abs(c[1, 0] - c[1, 1]) < 1e-14


@pytest.mark.parametrize("can_pop", [True, False])
@pytest.mark.parametrize(
    ("ray", "curvature"),
    [((1.0, 0.0), 1.0), ((0.0, -1.0), 1.0), ((HALF, HALF), 1.5), ((-HALF, HALF), 1.5)],
)
def test_a_resonance_decided_by_cubic_terms(ray, curvature, can_pop):
    c = blowup_series(at_origin(System(CUBIC, can_pop)), np.array([*ray, 0.0]), 10)
    expected = np.zeros((11, 3))
    expected[1, :2], expected[2, 2] = ray, curvature
    assert np.max(np.abs(c - expected)) < 1e-13


def test_a_resonance_decided_by_quartic_terms():
    c = blowup_series(at_origin(System(QUARTIC)), np.array([HALF, HALF, 0.0]), 6)
    expected = np.zeros((7, 3))
    expected[1, :2], expected[3, 2] = HALF, HALF**3
    assert np.max(np.abs(c - expected)) < 1e-13


def test_mixed_orders():
    """x decided by a quadratic term, y by a cubic one, with a slaved variable: residual of the summed series."""
    terms = {(1, 0, 0, 1): (1.0, 0, 0), (0, 1, 0, 1): (0, 1.0, 0), (0, 0, 1, 0): (0, 0, 1.0)}
    terms |= {(0, 2, 0, 0): (-1.0, 0, -0.5), (1, 1, 0, 0): (0, -2.0, 0), (0, 1, 1, 0): (0.3, -0.7, 0)}
    terms |= {(3, 0, 0, 0): (-1.0, 0, 0), (0, 3, 0, 0): (0, 0.4, 0)}
    problem = System(terms)
    point = at_origin(problem, 2)
    for ray in ([1.0, 0.0], [HALF, np.sqrt(2.0) * HALF]):
        ray = np.array(ray) / np.linalg.norm(ray)
        slope = 0.0 if ray[1] == 0.0 else 2.0 * ray[0]  # −q₂(ray) = slope · ray
        c = blowup_series(point, np.array([*ray, 0.0, slope]), 30)
        for s in (0.01, 0.05):
            x = s ** np.arange(31) @ c
            assert np.max(np.abs(problem.residual(x[:-1], x[-1]))) < 1e-15
        assert np.linalg.norm(c[1, :2]) > 0.3


@settings(max_examples=40, deadline=None)
@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(0.3, 2), st.floats(-2, 2))
def test_curvature_of_a_pitchfork_with_a_slaved_mode(a, b, m, c):
    """p x + a x y + b x³ = 0, m y − x² + c p y = 0: y = x²/m + …, p = −(a/m + b) x² + …"""
    terms = {(1, 0, 1): (1.0, 0), (1, 1, 0): (a, 0), (3, 0, 0): (b, 0), (0, 1, 0): (0, m), (2, 0, 0): (0, -1.0)}
    terms |= {(0, 1, 1): (0, c)}
    coefficients = blowup_series(at_origin(System(terms)), np.array([1.0, 0.0, 0.0]), 4)
    assert coefficients[2, 2] == pytest.approx(-(a / m + b), abs=1e-12)
    assert coefficients[2, 1] == pytest.approx(1 / m, rel=1e-12)


def test_rays_that_are_refused():
    with pytest.raises(ValueError, match="null space"):
        blowup_series(at_origin(System({(1, 0, 1): (1.0, 0), (0, 1, 0): (0, 1.0)})), np.array([0.0, 1.0, 0.0]), 5)
    with pytest.raises(DegenerateRay):  # x (p − y) = y (p − y) = 0: a plane of solutions
        blowup_series(at_origin(System({(1, 0, 1): (1.0, 0), (0, 1, 1): (0, 1.0)}), 2), np.array([1.0, 0.0, 0.0]), 5)
    with pytest.raises(DegenerateRay, match=r"no branch leaves|another tangent"):  # no ray of the cubic form near it
        blowup_series(at_origin(System(CUBIC)), np.array([0.8, 0.6, 0.0]), 5)
    with pytest.raises(ValueError, match="nullity = 3"):
        at_origin(System(CUBIC), 3)


def test_leave_says_why():
    with pytest.raises(StepFailure, match="no branch found along the direction"):
        leave(System(CUBIC), np.zeros(3), np.array([0.8, 0.6, 0.0]))


def test_the_first_piece_and_what_follows():
    problem = System(CUBIC)
    piece = leave(problem, np.zeros(3), np.array([HALF, HALF, 0.0]))
    branch = follow(problem, np.zeros(2), 0.0, initial=piece, p_max=3.0)
    assert branch.u[-1] == pytest.approx([1.0, 1.0], rel=1e-13)


def test_crossing_tangent():
    """(p − u)(p + 2u) = 0."""
    point = at_origin(System({(0, 2): (1.0,), (1, 1): (1.0,), (2, 0): (-2.0,)}))
    own = np.array([HALF, HALF])
    other = point.crossing(own, np.array([HALF, -HALF]))
    assert other == pytest.approx(np.array([1.0, -2.0]) / np.sqrt(5.0), abs=1e-14)
