"""Steps one by one, and branches that are gone on with."""

import numpy as np
import pytest
from toys import CIRCLE, CUBIC, PITCHFORK, TWINS, Array, Counting, Polynomial, digits, twin

import continuation
from continuation import Branch, Event, Problem, Settings, Status, follow, steps

PARABOLA = Polynomial({(0, 1): 1.0, (2, 0): -1.0})
WHOLE = {"direction": -1, "p_min": -2.0, "p_max": 6.0}


def same_curve(one: Branch, other: Branch, tolerance: float) -> None:
    assert [point.kind for point in one.special_points] == [point.kind for point in other.special_points]
    for left, right in zip(one.special_points, other.special_points, strict=True):
        assert digits(left.p, right.p) >= 12
    for p in np.linspace(-1.9, 5.9, 9):
        states = [[b.at(s)[0] for s in b.crossings(p)] for b in (one, other)]
        assert np.allclose(*states, rtol=0.0, atol=tolerance)


@pytest.mark.parametrize("kind", TWINS)
def test_steps_are_those_of_follow(kind: str) -> None:
    run = steps(twin(CUBIC, kind), [3.0], 6.0, **WHOLE)
    seen = list(run)
    whole = follow(twin(CUBIC, kind), [3.0], 6.0, **WHOLE)
    assert [step.number for step in seen] == list(range(1, len(whole.pieces) + 1))
    assert run.status is Status.BOUND
    assert np.array_equal(run.branch.u, whole.u)
    assert [step.arclength for step in seen] == [piece.end for piece in whole.pieces]
    assert seen[-1].p == -2.0
    assert sum((step.special_points for step in seen), ()) == whole.special_points


@pytest.mark.parametrize("kind", TWINS)
def test_an_iteration_can_be_left_and_taken_up(kind: str) -> None:
    run = steps(twin(CUBIC, kind), [3.0], 6.0, **WHOLE)
    for step in run:
        if step.p < 2.0:
            break
    assert run.status is None
    assert run.branch.status is Status.STOPPED
    assert run.branch.p[-1] < 2.0
    list(run)
    assert run.branch.status is Status.BOUND
    assert np.array_equal(run.branch.p, follow(twin(CUBIC, kind), [3.0], 6.0, **WHOLE).p)
    assert list(run) == []


def test_an_iteration_keeps_what_it_has_when_the_equations_fail() -> None:
    def fail() -> Array:
        raise KeyError("no such rate")

    run = steps(Counting(CIRCLE, 40, fail), [1.0], 0.0)
    assert len(list(run)) >= 1
    assert run.status is Status.FAILED
    assert "no such rate" in run.branch.message


@pytest.mark.parametrize("kind", TWINS)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_branch_stopped_anywhere_goes_on_as_if_it_had_not(kind: str, count: int) -> None:
    problem = twin(CUBIC, kind)
    part = follow(problem, [3.0], 6.0, max_steps=count, **WHOLE)
    assert part.status is Status.MAX_STEPS
    whole = follow(problem, [3.0], 6.0, **WHOLE)
    resumed = follow(problem, resume=part, p_min=-2.0, p_max=6.0)
    assert resumed.status is Status.BOUND
    assert np.array_equal(resumed.p[: part.p.size], part.p)
    assert np.all(np.diff(resumed.arclength) > 0.0)
    assert resumed.counters.steps > part.counters.steps
    if kind == "series":
        assert np.array_equal(resumed.u, whole.u)
    same_curve(resumed, whole, 1e-12 if kind == "series" else 1e-2)


@pytest.mark.parametrize("kind", TWINS)
def test_beyond_a_bound(kind: str) -> None:
    problem = twin(PARABOLA, kind)
    part = follow(problem, [1.0], 1.0, p_max=2.0)
    resumed = follow(problem, resume=part, p_max=9.0)
    assert resumed.p[-1] == 9.0
    assert digits(float(resumed.u[-1, 0]), 3.0) >= 12
    assert 2.0 in resumed.p
    again = follow(problem, resume=part, p_max=2.0)
    assert (again.status, again.p[-1]) == (Status.BOUND, 2.0)


@pytest.mark.parametrize("kind", TWINS)
def test_beyond_a_terminal_event(kind: str) -> None:
    problem = twin(PARABOLA, kind)
    event = Event("height", lambda u, p: u[0] - 1.5, terminal=True)
    part = follow(problem, [1.0], 1.0, events=[event])
    later = Event("height", lambda u, p: (u[0] - 1.5) * (u[0] - 2.0))
    resumed = follow(problem, resume=part, events=[later], p_max=9.0)
    assert [round(float(point.u[0]), 12) for point in resumed.special_points] == [1.5, 2.0]


@pytest.mark.parametrize("kind", TWINS)
def test_a_loop_closes_on_the_start_of_its_first_part(kind: str) -> None:
    problem = twin(CIRCLE, kind)
    part = follow(problem, [0.6], 0.8, max_steps=2)
    resumed = follow(problem, resume=part)
    assert resumed.status is Status.CLOSED
    assert len(resumed.folds) == 2
    with pytest.raises(ValueError, match="closed loop"):
        follow(problem, resume=resumed)


def test_a_branch_point_is_passed_by_a_resumed_branch() -> None:
    part = follow(PITCHFORK, [0.0], -1.0, p_max=-0.25)
    resumed = follow(PITCHFORK, resume=part, p_max=1.0)
    (point,) = resumed.special_points
    assert abs(point.p) < 1e-12


class Shifted(Polynomial):
    def residual(self, u: Array, p: float) -> Array:
        return super().residual(u, p) + 1e-3


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (CIRCLE, "does not solve this problem"),
        (Shifted(PARABOLA.terms), "does not solve this problem"),
        (Polynomial(PARABOLA.terms, scale=2.0), "parameter_scale"),
    ],
)
def test_a_branch_of_another_problem_is_refused(other: Problem, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        follow(other, resume=follow(PARABOLA, [1.0], 1.0, p_max=2.0))


def test_bad_arguments_of_a_resumed_run() -> None:
    branch = follow(PARABOLA, [1.0], 1.0, p_max=2.0)
    with pytest.raises(ValueError, match=r"ends at p = 2\.0, outside"):
        follow(PARABOLA, resume=branch, p_max=1.5)
    with pytest.raises(ValueError, match="u0 and p0 are missing"):
        follow(PARABOLA)
    with pytest.raises(ValueError, match="exclude each other"):
        follow(PARABOLA, resume=branch, initial=branch.pieces[0])
    outward = follow(PARABOLA, [1.0], 1.0, p_max=1.0)
    with pytest.raises(ValueError, match="empty"):
        follow(PARABOLA, resume=outward, p_max=2.0)


@pytest.mark.parametrize("wrong", [lambda u, p: u - p, None, "problem", np.zeros(2)])
def test_something_else_than_a_problem_is_told_how_to_become_one(wrong: object) -> None:
    for call in (continuation.follow, continuation.steps):
        with pytest.raises(TypeError, match=r"Problem\.from_function"):
            call(wrong, [1.0], 1.0)  # type: ignore[operator]


def test_other_settings_may_go_further() -> None:
    part = follow(CUBIC, [3.0], 6.0, max_steps=2, settings=Settings(max_length=1e-2), **WHOLE)
    resumed = follow(CUBIC, resume=part, p_min=-2.0, p_max=6.0)
    assert resumed.status is Status.BOUND
