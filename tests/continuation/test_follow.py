"""The loop: how branches end, what they report, and that nothing found is lost."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from toys import CIRCLE, CUBIC, PITCHFORK, TWINS, Array, Counting, Polynomial, digits, scalar, twin

from continuation import Branch, Event, FunctionProblem, Piece, Problem, Settings, Status, follow

PARABOLA = Polynomial({(0, 1): 1.0, (2, 0): -1.0})  # p = u²


def residuals_hold(problem: Problem, branch: Branch, tolerance: float = 1e-12) -> None:
    for u, p, residual in zip(branch.u, branch.p, branch.residual, strict=True):
        assert np.max(np.abs(problem.residual(u, p))) <= tolerance
        assert residual <= tolerance


@pytest.mark.parametrize("kind", TWINS)
@pytest.mark.parametrize("bound", [0.1, 1.0 / 3.0, 1.7, np.pi])
@pytest.mark.parametrize("scale", [1.0, 0.3, 7.0])
def test_bounds_are_hit_to_the_last_bit(kind: str, bound: float, scale: float) -> None:
    line = Polynomial({(1, 0): 1.0, (0, 1): -2.0}, scale=scale)
    problem = twin(line, kind)
    branch = follow(problem, [0.0], 0.0, p_max=bound)
    assert branch.status is Status.BOUND
    assert branch.p[-1] == bound
    assert branch.u[-1, 0] == pytest.approx(2 * bound, rel=1e-15)
    assert branch.at(float(branch.arclength[-1]))[1] == pytest.approx(bound, rel=1e-15)
    residuals_hold(problem, branch, 4e-15)


@pytest.mark.parametrize("kind", TWINS)
def test_a_start_on_a_bound(kind: str) -> None:
    problem = twin(PARABOLA, kind)
    inward = follow(problem, [1.0], 1.0, direction=-1, p_max=1.0)
    assert inward.status is Status.BOUND
    assert inward.u[-1, 0] == pytest.approx(-1.0, rel=1e-14)
    assert inward.p[-1] == 1.0
    outward = follow(problem, [1.0], 1.0, direction=1, p_max=1.0)
    assert outward.status is Status.BOUND
    assert outward.p.tolist() == [1.0]
    assert outward.at(0.0)[0].tolist() == [1.0]


@pytest.mark.parametrize("kind", TWINS)
def test_a_step_that_ends_on_the_bound_does_not_run_past_it(kind: str) -> None:
    line = Polynomial({(1, 0): 1.0})
    branch = follow(twin(line, kind), [0.0], 0.0, p_max=1.0, settings=Settings(max_length=0.125))
    assert branch.status is Status.BOUND
    assert branch.p[-1] == 1.0
    assert np.all(np.diff(branch.arclength) > 0.0)


@pytest.mark.parametrize("kind", TWINS)
@pytest.mark.parametrize(("u", "p", "direction"), [(1.0, 0.0, 1), (0.6, 0.8, -1), (0.0, 1.0, [1.0, 0.0])])
def test_a_loop_closes_on_its_start(kind: str, u: float, p: float, direction: int | list[float]) -> None:
    branch = follow(twin(CIRCLE, kind), [u], p, direction=direction)
    assert branch.status is Status.CLOSED
    assert branch.u[-1, 0] == pytest.approx(u, abs=1e-12)
    assert branch.p[-1] == pytest.approx(p, abs=1e-12)
    assert sorted(round(fold.p, 12) for fold in branch.folds) == [-1.0, 1.0]
    angle = np.unwrap(np.arctan2(branch.p, branch.u[:, 0]))
    assert abs(angle[-1] - angle[0]) == pytest.approx(2 * np.pi, rel=1e-9)
    assert np.all(np.diff(angle) > 0.0) or np.all(np.diff(angle) < 0.0)


@pytest.mark.parametrize("kind", TWINS)
def test_a_spiral_that_passes_its_start_is_not_a_loop(kind: str) -> None:
    """Each turn of a helix passes close to the last one, in the same direction."""
    helix = FunctionProblem(
        lambda u, p: np.array([u[0] - np.cos(u[2]), u[1] - np.sin(u[2]), p - 1e-4 * u[2]]),
        lambda u, p: np.array([[1.0, 0.0, np.sin(u[2])], [0.0, 1.0, -np.cos(u[2])], [0.0, 0.0, -1e-4]]),
        lambda u, p: np.array([0.0, 0.0, 1.0]),
    )
    wound = FunctionProblem(  # the angle is no unknown any more: distance 2π·10⁻⁴ after a turn
        lambda u, p: np.array([u[0] - np.cos(1e4 * p), u[1] - np.sin(1e4 * p)]),
        lambda u, p: np.eye(2),
        lambda u, p: 1e4 * np.array([np.sin(1e4 * p), -np.cos(1e4 * p)]),
    )
    assert follow(helix, [1.0, 0.0, 0.0], 0.0, p_max=1e-3).status is Status.BOUND
    assert follow(wound, [1.0, 0.0], 0.0, p_max=2e-3).status is Status.BOUND


@pytest.mark.parametrize("kind", TWINS)
def test_other_ends(kind: str) -> None:
    problem = twin(PARABOLA, kind)
    stopped = follow(problem, [0.5], 0.25, stop=lambda u, p: p > 2.0)
    assert stopped.status is Status.STOPPED
    assert stopped.p[-1] > 2.0
    long = follow(problem, [0.5], 0.25, max_arclength=3.0)
    assert long.status is Status.LENGTH
    assert long.arclength[-1] >= 3.0
    few = follow(problem, [0.5], 0.25, max_steps=3)
    assert few.status is Status.MAX_STEPS
    assert "3 steps" in few.message
    assert len(few.pieces) <= 3


def test_too_small_a_step_keeps_the_branch() -> None:
    """u² = 1 − p ends for real u only where the equation stops being given: p ≤ 1/2."""
    edge = scalar(lambda u, p: u - p if p <= 0.5 else np.nan, lambda u, p: 1.0, lambda u, p: -1.0)
    branch = follow(edge, [0.0], 0.0)
    assert branch.status is Status.STEP_TOO_SMALL
    assert branch.p[-1] == pytest.approx(0.5, abs=1e-8)
    assert "0.49999" in branch.message
    residuals_hold(edge, branch)


def test_unresolved_is_said() -> None:
    class Short(Polynomial):
        def defect(self, u: Array, p: float) -> float:
            return max(0.0, 1e-3 * (p - 1.0))

    branch = follow(Short(PARABOLA.terms), [0.5], 0.25, p_max=4.0)
    assert branch.status is Status.UNRESOLVED
    assert "tail" in branch.message
    assert 0.9 < branch.p[-1] <= 1.0 + 1e-9
    assert "allow more unknowns" in branch.status.value


def fail(error: BaseException) -> Callable[[], Array]:
    def action() -> Array:
        raise error

    return action


@pytest.mark.parametrize("kind", TWINS)
@pytest.mark.parametrize("k", [5, 8, 12, 17, 23])
def test_an_exception_in_the_middle_keeps_what_was_found(kind: str, k: int) -> None:
    problem = Counting(twin(CIRCLE, kind), k, fail(KeyError("no such rate")))
    branch = follow(problem, [1.0], 0.0)
    assert branch.status is Status.FAILED
    assert "KeyError" in branch.message
    assert "no such rate" in branch.message
    assert "test_follow.py, line" in branch.message
    residuals_hold(CIRCLE, branch)
    assert len(branch.pieces) <= len(branch.p)


@pytest.mark.parametrize("kind", TWINS)
@pytest.mark.parametrize("k", [5, 8, 12, 17, 23])
def test_an_interrupt_in_the_middle_keeps_what_was_found(kind: str, k: int) -> None:
    branch = follow(Counting(twin(CIRCLE, kind), k, fail(KeyboardInterrupt())), [1.0], 0.0)
    assert branch.status is Status.INTERRUPTED
    residuals_hold(CIRCLE, branch)


@pytest.mark.parametrize("kind", TWINS)
def test_nan_in_the_middle_keeps_what_was_found(kind: str) -> None:
    problem = Counting(twin(CIRCLE, kind), 20, lambda: np.array([np.nan]))
    branch = follow(problem, [1.0], 0.0)
    assert branch.status in (Status.FAILED, Status.STEP_TOO_SMALL)
    assert branch.message
    assert branch.p.size > 1
    residuals_hold(CIRCLE, branch)


def test_a_callback_that_fails_does_not_lose_the_run() -> None:
    def progress(s: float, p: float) -> None:
        if s > 1.0:
            raise OSError("disk full")

    branch = follow(PARABOLA, [0.5], 0.25, p_max=9.0, progress=progress)
    assert branch.status is Status.FAILED
    assert "disk full" in branch.message
    assert branch.arclength[-1] > 1.0


def test_an_exception_at_the_start_is_the_callers() -> None:
    with pytest.raises(KeyError):
        follow(Counting(CIRCLE, 1, fail(KeyError("x"))), [1.0], 0.0)


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (([1.0], 5.0), {"p_max": 4.0}, r"p0 = 5\.0 is outside"),
        (([1.0], 0.0), {"p_min": 2.0, "p_max": 1.0}, "must not exceed"),
        (([np.nan], 0.0), {}, "must be finite"),
        (([1.0], np.inf), {}, "must be finite"),
        (([1.0], 0.0), {"direction": [1.0, 2.0, 3.0]}, r"shape \(2,\)"),
        (([1.0], 0.0), {"direction": 0}, "direction = 0"),
        (([[1.0]], 0.0), {}, "one dimension"),
        (([1.0, 2.0], 0.0), {}, "residual has shape"),
    ],
)
def test_bad_arguments_are_named(
    arguments: tuple[list[float], float], options: dict[str, float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        follow(CIRCLE, *arguments, **options)  # type: ignore[arg-type]


def test_a_start_far_from_any_solution() -> None:
    nothing = scalar(lambda u, p: u * u + 1.0, lambda u, p: 2 * u, lambda u, p: 0.0)
    with pytest.raises(ValueError, match="no solution found near the start"):
        follow(nothing, [1.0], 0.0)


@pytest.mark.parametrize("kind", TWINS)
def test_a_tolerance_below_round_off_is_raised_and_said(kind: str) -> None:
    huge = Polynomial({(0, 1): 1e6, (2, 0): -1e6, (1, 0): 1.0 / 3.0})
    branch = follow(twin(huge, kind), [0.7], 0.49, p_max=40.0, settings=Settings(tolerance=1e-15))
    assert branch.status is Status.BOUND
    assert "tolerance raised" in branch.message
    assert np.max(branch.residual) < 1e-6


@pytest.mark.parametrize("kind", TWINS)
def test_the_end_is_only_as_far_as_asked(kind: str) -> None:
    problem = twin(CUBIC, kind)
    branch = follow(problem, [3.0], 6.0, direction=-1, p_min=-2.0, p_max=6.0)
    assert np.all(np.diff(branch.arclength) > 0.0)
    assert np.all(np.diff(branch.u[:, 0]) < 0.0)  # u falls all along: no turning back
    assert branch.counters.steps >= len(branch.pieces)
    assert branch.at(0.0)[0][0] == pytest.approx(3.0, rel=1e-15)
    with pytest.raises(ValueError, match="outside the branch"):
        branch.at(-1.0)
    residuals_hold(problem, branch)


def test_both_ways_give_the_same_branch_from_both_engines() -> None:
    branches = [follow(twin(CUBIC, kind), [3.0], 6.0, direction=-1, p_min=-2.0) for kind in TWINS]
    for p in np.linspace(-1.9, 5.9, 14):
        states = [[b.at(s)[0][0] for s in b.crossings(p)] for b in branches]
        roots = np.roots([-1.0 / 3.0, 0.0, 1.0, p])
        exact = sorted(roots[np.abs(roots.imag) < 1e-9].real, reverse=True)
        assert np.allclose(states[0], exact, rtol=0.0, atol=1e-11)
        assert np.allclose(states[1], exact, rtol=0.0, atol=1e-2)  # cubic pieces with turns up to 0.4
    for one, other in zip(branches[0].folds, branches[1].folds, strict=True):
        assert digits(one.p, other.p) >= 13


def test_an_initial_piece_is_the_beginning() -> None:
    first = Piece(np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 0.25]]), 0.0, 0.5)
    branch = follow(PARABOLA, [], np.nan, initial=first, p_max=4.0)
    assert branch.status is Status.BOUND
    assert branch.u[0, 0] == 0.0
    assert branch.u[-1, 0] == pytest.approx(2.0, rel=1e-14)
    cut = follow(PARABOLA, [], np.nan, initial=first, p_max=0.04)
    assert cut.p[-1] == 0.04
    assert cut.u[-1, 0] == pytest.approx(0.2, rel=1e-14)


def test_events_carry_over_the_joints_of_steps() -> None:
    branch = follow(PARABOLA, [0.5], 0.25, p_max=9.0, events=[Event("unit", lambda u, p: u[0] - 1.0)])
    assert [point.kind for point in branch.special_points] == ["unit"]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(-16, 16), min_size=3, max_size=6), st.sampled_from(TWINS))
@example([-6, -10, 3, 15, 8, 10], "tangents")  # a fold on which the secant method stalls
def test_random_smooth_curves(coefficients: list[int], kind: str) -> None:
    """p = f(u), a random polynomial: the branch is its graph, and its folds are the roots of f'."""
    f = np.polynomial.Polynomial(np.array([0.0, *coefficients]) / 16.0)
    terms = {(k, 0): -float(c) for k, c in enumerate(f.coef) if c} | {(0, 1): 1.0}
    problem = twin(Polynomial(terms), kind)
    branch = follow(
        problem, [-1.5], float(f(-1.5)), direction=[1.0, 0.0], max_steps=3000, stop=lambda u, p: u[0] > 1.5
    )
    assert branch.status is Status.STOPPED
    residuals_hold(problem, branch, 1e-11)
    assert np.allclose(f(branch.u[:, 0]), branch.p, rtol=0.0, atol=1e-11)
    assert np.all(np.diff(branch.u[:, 0]) > 0.0)
    slope = f.deriv()
    for fold in branch.folds:
        assert abs(slope(fold.u[0])) < 1e-6
        assert abs(f(fold.u[0]) - fold.p) < 1e-11
    roots = slope.roots()
    clear = [
        r.real
        for r in roots
        if abs(r.imag) < 1e-12 and abs(r.real) < 1.4 and abs(slope.deriv()(r.real)) > 1e-2
    ]
    found = [fold.u[0] for fold in branch.folds]
    for root in clear:
        assert min((abs(root - u) for u in found), default=np.inf) < 1e-7


def test_every_special_point_is_re_evaluated() -> None:
    for kind in TWINS:
        problem = twin(PITCHFORK, kind)
        branch = follow(
            problem, [1.0], 1.0, direction=-1, p_max=2.0, events=[Event("half", lambda u, p: u[0] - 0.5)]
        )
        assert len(branch.special_points) == 2
        for point in branch.special_points:
            assert point.residual == np.max(np.abs(problem.residual(point.u, point.p)))
            assert point.bracket[0] <= point.arclength <= point.bracket[1]
            u, p = branch.at(point.arclength)
            assert np.allclose([u[0], p], [point.u[0], point.p], rtol=0.0, atol=1e-4)
