"""Folds, branch points and user events against closed forms."""

import numpy as np
import pytest
from toys import CIRCLE, CUBIC, PITCHFORK, TRANSCRITICAL, TWINS, Array, Polynomial, digits, twin

from continuation import Event, FunctionProblem, Status, follow
from continuation.special.events import bracketed_root


@pytest.mark.parametrize("kind", TWINS)
def test_folds_of_the_cubic(kind: str) -> None:
    branch = follow(twin(CUBIC, kind), [3.0], 6.0, direction=-1, p_min=-2.0)
    assert [point.kind for point in branch.special_points] == ["fold", "fold"]
    for fold, u in zip(branch.special_points, (1.0, -1.0), strict=True):
        assert digits(fold.p, -2.0 * u / 3.0) >= 13
        assert digits(fold.u[0], u) >= 11
        # p = u³/3 − u and ds = du at the fold: d²p/ds² = 2u
        error = fold.coefficients["curvature_error"]
        assert abs(fold.coefficients["curvature"] - 2.0 * u) <= error < 1e-3


@pytest.mark.parametrize("kind", TWINS)
@pytest.mark.parametrize("delta", [1e-2, 1e-4, 1e-6, 1e-8])
def test_two_folds_near_a_cusp(kind: str, delta: float) -> None:
    """p = u³ − δu: two folds at u = ±√(δ/3), p = ∓2(δ/3)^{3/2}, inside one step."""
    branch = follow(
        twin(Polynomial({(0, 1): -1.0, (3, 0): 1.0, (1, 0): -delta}), kind), [-1.0], delta - 1.0, p_max=1.0
    )
    u = np.sqrt(delta / 3.0)
    assert [fold.u[0] for fold in branch.folds] == pytest.approx([-u, u], rel=1e-6)
    assert [fold.p for fold in branch.folds] == pytest.approx([2 * u**3, -2 * u**3], abs=2e-15)


@pytest.mark.parametrize("kind", TWINS)
def test_an_inflection_is_no_fold(kind: str) -> None:
    branch = follow(twin(Polynomial({(0, 1): -1.0, (3, 0): 1.0}), kind), [-1.1], -1.331, p_max=1.0)
    assert branch.status is Status.BOUND
    assert branch.special_points == ()


def only_point(
    branch_kind: str, problem: Polynomial, u: float, p: float, **options: float
) -> tuple[str, float, float]:
    branch = follow(twin(problem, branch_kind), [u], p, **options)  # type: ignore[arg-type]
    (point,) = branch.special_points
    return point.kind, point.p, point.u[0]


@pytest.mark.parametrize("start", [1.0, 1.1, 0.37, -2.0])
@pytest.mark.parametrize("kind", TWINS)
def test_the_pitchfork_met_from_its_side_branch(kind: str, start: float) -> None:
    """It is reported once, as a branch point, with no fold beside it."""
    name, p, u = only_point(kind, PITCHFORK, start, start**2, direction=-1, p_max=4.1)
    assert name == ("pitchfork" if kind == "series" else "branch point")
    assert abs(p) < 1e-12
    assert abs(u) < 1e-12


@pytest.mark.parametrize("start", [-1.0, -0.9, -0.77])
@pytest.mark.parametrize("kind", TWINS)
def test_branch_points_met_from_the_trivial_branch(kind: str, start: float) -> None:
    for problem, name in ((PITCHFORK, "pitchfork"), (TRANSCRITICAL, "transcritical")):
        found, p, u = only_point(kind, problem, 0.0, start, p_max=1.0)
        assert found == (name if kind == "series" or name == "transcritical" else "branch point")
        assert abs(p) < 1e-13
        assert u == 0.0


@pytest.mark.parametrize("kind", TWINS)
def test_the_transcritical_point_met_from_its_other_branch(kind: str) -> None:
    name, p, u = only_point(kind, TRANSCRITICAL, 1.0, 1.0, direction=-1, p_min=-1.0)
    assert name == "transcritical"
    assert max(abs(p), abs(u)) < 1e-12


@pytest.mark.parametrize("kind", TWINS)
def test_directions_are_the_tangents_of_the_other_branch(kind: str) -> None:
    """(u − p)(u + 2p) = 0."""
    cross = Polynomial({(2, 0): 1.0, (1, 1): 1.0, (0, 2): -2.0})
    branch = follow(twin(cross, kind), [-1.0], -1.0, p_max=1.0)
    (point,) = branch.special_points
    other = np.array([2.0, -1.0]) / np.sqrt(5.0)
    assert len(point.directions) == 2
    assert abs(abs(float(point.directions[0] @ other)) - 1.0) < 1e-10
    assert np.array_equal(point.directions[0], -point.directions[1])
    assert point.coefficients["slope"] == pytest.approx(1 / np.sqrt(2.0), rel=1e-7)
    assert abs(point.coefficients["other_slope"]) == pytest.approx(1 / np.sqrt(5.0), rel=1e-7)
    assert abs(point.coefficients["c11"]) <= 1e-6


def test_a_pitchfork_needs_a_slope_of_zero() -> None:
    """(u − p)(p − 10⁻³u − u²): the second branch leaves with slope 10⁻³, far above the error."""
    slope = 1e-3
    tilted = Polynomial({(1, 1): 1.0, (2, 0): -slope, (3, 0): -1.0})
    branch = follow(tilted, [0.0], -1.0, p_max=1.0)
    (point,) = branch.special_points
    assert point.kind == "transcritical"
    assert abs(point.coefficients["other_slope"]) == pytest.approx(slope, rel=1e-5)
    assert point.coefficients["slope_error"] < 1e-6


def test_exact_coefficients_of_the_bifurcation_equation() -> None:
    """F = p u + 3u²: with φ₁ = (0, 1), φ₂ = (±1, 0): c₁₂ = ∓1, c₂₂ = −6 up to the common sign of ψ."""
    branch = follow(Polynomial({(1, 1): 1.0, (2, 0): 3.0}), [0.0], -1.0, p_max=1.0)
    c = branch.special_points[0].coefficients
    assert abs(c["c11"]) < 1e-12
    assert abs(c["c12"]) == pytest.approx(1.0, rel=1e-12)
    assert abs(c["c22"]) == pytest.approx(6.0, rel=1e-12)


@pytest.mark.parametrize("kind", TWINS)
def test_a_vertical_branch_is_followed_through_its_branch_point(kind: str) -> None:
    """p u = 0 along p = 0: no fold, no bound, though every slope of p is round-off."""
    branch = follow(
        twin(Polynomial({(1, 1): 1.0}), kind),
        [1.0],
        0.0,
        direction=[-1.0, 0.0],
        stop=lambda u, p: u[0] < -2.0,
    )
    assert branch.status is Status.STOPPED
    assert np.max(np.abs(branch.p)) < 1e-14
    assert [point.kind for point in branch.special_points] in (["pitchfork"], ["branch point"])


def rotated(u: Array, p: float) -> tuple[Array, Array]:
    turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    return turn, turn @ u


def test_a_triple_branch_point_is_not_lost() -> None:
    """Three eigenvalues cross zero at once: the kernel is too large for a reduction to two variables."""
    triple = FunctionProblem(lambda u, p: p * u - u**3, lambda u, p: np.diag(p - 3 * u**2), lambda u, p: u)
    branch = follow(triple, np.zeros(3), -1.0, p_max=1.0)
    assert branch.status is Status.BOUND
    (point,) = branch.special_points
    assert point.kind == "branch point"
    assert abs(point.p) < 1e-12


def test_two_branch_points_apart_and_their_kinds_in_two_unknowns() -> None:
    """Pitchforks at p = 1 and p = 2 off the trivial branch, in coordinates that mix them."""

    def residual(u: Array, p: float) -> Array:
        turn, v = rotated(u, p)
        return np.asarray(turn.T @ ((p - np.array([1.0, 2.0])) * v - v**3))

    def jacobian(u: Array, p: float) -> Array:
        turn, v = rotated(u, p)
        return np.asarray(turn.T @ np.diag(p - np.array([1.0, 2.0]) - 3 * v**2) @ turn)

    problem = FunctionProblem(residual, jacobian, lambda u, p: u)
    branch = follow(problem, [0.0, 0.0], 0.0, p_max=3.0)
    assert [point.p for point in branch.special_points] == pytest.approx([1.0, 2.0], abs=1e-13)
    for point, axis in zip(branch.special_points, ([0.8, -0.6, 0.0], [0.6, 0.8, 0.0]), strict=True):
        assert abs(abs(float(point.directions[0] @ np.array(axis))) - 1.0) < 1e-10


@pytest.mark.parametrize("kind", TWINS)
def test_user_events_to_round_off(kind: str) -> None:
    events = [Event("level", lambda u, p: u[0] - 0.3), Event("diagonal", lambda u, p: u[0] - p)]
    branch = follow(twin(CIRCLE, kind), [1.0], 0.0, events=events)
    found = {(k.kind, round(k.p, 6)): k for k in branch.special_points if k.kind != "fold"}
    half = np.sqrt(0.5)
    for (name, p), u in {
        ("level", np.sqrt(0.91)): 0.3,
        ("level", -np.sqrt(0.91)): 0.3,
        ("diagonal", half): half,
        ("diagonal", -half): -half,
    }.items():
        point = found.pop((name, round(p, 6)))
        assert digits(point.p, p) >= 14
        assert digits(point.u[0], u) >= 14
    assert not found


@pytest.mark.parametrize("kind", TWINS)
def test_a_terminal_event_ends_the_branch_on_it(kind: str) -> None:
    branch = follow(
        twin(CIRCLE, kind), [1.0], 0.0, events=[Event("stop here", lambda u, p: u[0] + 0.3, terminal=True)]
    )
    assert branch.status is Status.EVENT
    assert "stop here" in branch.message
    last = branch.special_points[-1]
    assert last.arclength == pytest.approx(branch.arclength[-1], rel=1e-14)
    assert branch.u[-1, 0] == pytest.approx(-0.3, abs=1e-14)
    assert branch.at(min(last.arclength, branch.arclength[-1]))[1] == pytest.approx(np.sqrt(0.91), abs=1e-13)
    assert [point.kind for point in branch.special_points] == ["fold", "stop here"]


def test_an_event_that_is_refused_is_none() -> None:
    refused = Event("level", lambda u, p: u[0] - 0.3, terminal=True, accept=lambda u, p: p < 0.0)
    branch = follow(CIRCLE, [1.0], 0.0, events=[refused])
    assert branch.status is Status.EVENT
    assert branch.p[-1] == pytest.approx(-np.sqrt(0.91), abs=1e-13)


def test_an_event_that_is_zero_at_the_start_is_reported_where_the_loop_comes_back() -> None:
    branch = follow(CIRCLE, [1.0], 0.0, events=[Event("axis", lambda u, p: p)])
    assert [round(k.u[0]) for k in branch.special_points if k.kind == "axis"] == [-1, 1]


def test_an_event_that_is_not_finite_is_named() -> None:
    bad = Event("logarithm", lambda u, p: float("nan") if u[0] < 0.5 else u[0])
    branch = follow(CIRCLE, [1.0], 0.0, events=[bad])
    assert branch.status is Status.FAILED
    assert "logarithm" in branch.message
    assert branch.p.size > 1


def test_precedence_at_one_point() -> None:
    """A user event on a fold or a branch point wins."""
    fold = follow(CIRCLE, [1.0], 0.0, events=[Event("top", lambda u, p: u[0])])
    assert [k.kind for k in fold.special_points] == ["top", "top"]
    cross = follow(PITCHFORK, [0.0], -0.9, p_max=1.0, events=[Event("origin", lambda u, p: p)])
    assert [k.kind for k in cross.special_points] == ["origin"]


@pytest.mark.parametrize("power", [1, 3, 5])
def test_bracketed_root(power: int) -> None:
    calls = 0

    def f(x: float) -> float:
        nonlocal calls
        calls += 1
        return float(np.expm1(x - 0.3) ** power)

    assert bracketed_root(f, 0.0, 1.0) == pytest.approx(0.3, abs=1e-15 if power == 1 else 1e-4)
    assert calls < 15 if power == 1 else calls <= 102


def test_bracketed_root_without_a_bracket_gives_the_smaller_end() -> None:
    assert bracketed_root(lambda x: 1.0 + x, 0.0, 1.0) == 0.0
    assert bracketed_root(lambda x: x, 0.0, 1.0) == 0.0
