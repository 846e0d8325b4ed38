"""Leaving branch points, and following every half-branch that one owes."""

import numpy as np
import pytest
from toys import CIRCLE, CUBIC, PITCHFORK, TRANSCRITICAL, TWINS, Polynomial, twin

from continuation import FunctionProblem, Settings, SpecialPoint, Status, follow, leave, switch
from continuation.stepping.stepper import StepFailure


@pytest.mark.parametrize("kind", TWINS)
def test_the_first_piece_is_on_the_branch(kind: str) -> None:
    piece = leave(twin(PITCHFORK, kind), np.zeros(2), np.array([1.0, 0.0]))
    x = piece.at(np.linspace(0.0, 1.0, 50))
    assert np.max(np.abs(piece(0.0))) < 1e-15
    assert np.max(np.abs(x[:, 1] - x[:, 0] ** 2)) < 1e-12


@pytest.mark.parametrize("kind", TWINS)
@pytest.mark.parametrize(("problem", "expected"), [(PITCHFORK, [-2.0, 2.0]), (TRANSCRITICAL, [-4.0, 4.0])])
def test_both_halves_are_followed(kind: str, problem: Polynomial, expected: list[float]) -> None:
    followed = twin(problem, kind)
    (point,) = follow(followed, [0.0], -1.0, p_max=1.0).special_points
    halves = switch(followed, point, p_min=-4.0, p_max=4.0)
    assert [half.status for half in halves] == [Status.BOUND] * 2
    assert sorted(half.u[-1, 0] for half in halves) == pytest.approx(expected, rel=1e-12)
    for half in halves:
        assert half.special_points == ()
        assert np.max(half.residual) <= 1e-12
        assert half.u[0, 0] == pytest.approx(point.u[0], abs=1e-12)
        assert half.p[0] == pytest.approx(point.p, abs=1e-12)


@pytest.mark.parametrize("kind", TWINS)
def test_from_the_side_branch_back_to_the_trivial_one(kind: str) -> None:
    followed = twin(PITCHFORK, kind)
    (point,) = follow(followed, [1.0], 1.0, direction=-1, p_max=2.0).special_points
    halves = switch(followed, point, p_min=-1.0, p_max=1.0)
    assert sorted(half.p[-1] for half in halves) == [-1.0, 1.0]
    assert all(np.max(np.abs(half.u)) < 1e-12 for half in halves)


def test_a_half_that_cannot_be_started_is_in_the_list() -> None:
    """u² + p² = 0 has no branch at all."""
    point = SpecialPoint("branch point", 0.0, np.zeros(1), 0.0, 0.0, (0.0, 1.0), {}, (np.array([1.0, 0.0]),))
    (none,) = switch(Polynomial({(2, 0): 1.0, (0, 2): 1.0}), point)
    assert none.status is Status.STEP_TOO_SMALL
    assert "no branch found" in none.message
    assert none.p.size == 0


def test_nothing_leaves_a_fold() -> None:
    fold = follow(CIRCLE, [1.0], 0.0).folds[0]
    with pytest.raises(ValueError, match="'fold'"):
        switch(CIRCLE, fold)


def test_leaving_where_there_is_no_branch() -> None:
    with pytest.raises(StepFailure, match="no branch found along the direction"):
        leave(Polynomial({(2, 0): 1.0, (0, 2): 1.0}), np.zeros(2), np.array([1.0, 0.0]))


@pytest.mark.parametrize("kind", TWINS)
def test_start_on_a_fold_needs_a_direction_along_the_branch(kind: str) -> None:
    branch = follow(twin(CUBIC, kind), [1.0], -2.0 / 3.0, direction=[1.0, 0.0], p_max=6.0)
    assert branch.u[-1, 0] == pytest.approx(3.0, rel=1e-12)
    assert branch.folds == ()


@pytest.mark.parametrize("kind", TWINS)
def test_a_start_is_corrected(kind: str) -> None:
    branch = follow(twin(CIRCLE, kind), [0.9], 0.6, max_steps=1)
    assert branch.u[0, 0] == pytest.approx(0.8, rel=1e-13)
    assert branch.p[0] == 0.6
    beyond = follow(
        twin(CIRCLE, kind), [0.1], 1.02, direction=[1.0, 0.0]
    )  # no state at this p: the nearest point
    assert np.hypot(beyond.u[0, 0], beyond.p[0]) == pytest.approx(1.0, rel=1e-13)


def test_settings_are_passed_on() -> None:
    pitchfork = FunctionProblem(lambda u, p: p * u - u**3, lambda u, p: np.diag(p - 3 * u**2), lambda u, p: u)
    (point,) = follow(pitchfork, [0.0], -1.0, p_max=1.0).special_points
    coarse = switch(pitchfork, point, p_max=4.0)
    fine = switch(pitchfork, point, Settings(max_length=0.05), p_max=4.0)
    assert all(f.counters.steps > c.counters.steps for f, c in zip(fine, coarse, strict=True))
