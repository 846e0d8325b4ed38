"""What lies on the pieces is looked for together; what goes wrong there loses no piece."""

import numpy as np
import pytest
from toys import Array, digits

from continuation import Event, FunctionProblem, Problem, Status, follow, steps

PARABOLA = FunctionProblem(lambda u, p: p - u**2, lambda u, p: np.diag(-2.0 * u), lambda u, p: np.ones(1))


def follow_parabola(event: Event) -> object:
    return follow(PARABOLA, [1.5], 2.25, direction=-1, p_max=2.25, events=[event])


@pytest.mark.parametrize("terminal", [False, True])
def test_an_event_that_takes_many_states_finds_what_one_that_takes_single_ones_finds(terminal: bool) -> None:
    one = follow_parabola(Event("half", lambda u, p: u[0] - 0.5, terminal))
    many = follow_parabola(Event("half", lambda u, p: u[..., 0] - 0.5, terminal, vectorized=True))
    assert one == many
    (half,) = (point for point in many.special_points if point.kind == "half")  # type: ignore[attr-defined]
    assert digits(half.p, 0.25) > 14


def test_an_event_that_takes_many_states_but_returns_too_few_values_is_refused() -> None:
    with pytest.raises(ValueError, match=r"event 'sum' has shape \(\)"):
        follow_parabola(Event("sum", lambda u, p: float(np.sum(u)), vectorized=True))


def test_an_event_that_fails_on_one_step_costs_no_piece() -> None:
    def test(u: Array, p: float) -> float:
        if 0.2 < u[0] < 0.4:
            raise KeyError("no rate below 0.4")
        return float(u[0] + 1.0)

    branch = follow_parabola(Event("mirror", test))
    whole = follow(PARABOLA, [1.5], 2.25, direction=-1, p_max=2.25)
    assert branch.status is Status.FAILED  # type: ignore[attr-defined]
    assert "no rate below 0.4" in branch.message  # type: ignore[attr-defined]
    assert np.array_equal(branch.p, whole.p)  # type: ignore[attr-defined]
    assert [point.kind for point in branch.special_points] == ["fold", "mirror"]  # type: ignore[attr-defined]


def test_an_interrupt_while_looking_keeps_the_pieces_by_their_ends() -> None:
    class Late(FunctionProblem):
        """Interrupted whenever many states are evaluated."""

        def residuals(self, u: Array, p: Array) -> Array:
            raise KeyboardInterrupt

        def expansion(self, u: Array, p: float) -> "Square":
            return Square(u, p)

    late = Late(lambda u, p: p - u**2, lambda u, p: np.diag(-2.0 * u), lambda u, p: np.ones(1))
    branch = follow(late, [1.5], 2.25, direction=-1, p_max=2.25)
    assert branch.status is Status.INTERRUPTED
    assert "not searched" in branch.message
    assert branch.p[-1] == 2.25
    assert branch.p.size == len(branch.pieces) + 1
    assert np.max(np.abs(branch.p - branch.u[:, 0] ** 2)) < 1e-12


class Square:
    """Taylor coefficients of p − u²."""

    def __init__(self, u: Array, p: float) -> None:
        self.u = [u]

    def push(self, u: Array, p: float) -> None:
        self.u.append(u)

    def remainder(self) -> Array:
        k = len(self.u)
        return np.asarray(-sum((self.u[j] * self.u[k - j] for j in range(1, k)), np.zeros(1)))


def test_steps_find_what_follow_finds_one_step_after_the_other() -> None:
    circle = Problem.from_function(lambda u, p: u**2 + p**2 - 1)
    run = steps(circle, [1.0], 0.0)
    found = [point for step in run for point in step.special_points]
    assert [point.kind for point in found] == ["fold", "fold"]
    whole = follow(circle, [1.0], 0.0)
    assert run.branch.special_points == whole.special_points
