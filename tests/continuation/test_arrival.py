"""Arriving at a point where the Jacobian loses two ranks: the branch ends there and says so."""

import numpy as np
import pytest
from scipy.stats import ortho_group
from toys import Array

from continuation import Expansion, FunctionProblem, Problem, Settings, Status, follow
from continuation.special.singular_point import singular_point


class Square(Problem):
    """Two modes a, b and one that they drive, c, in rotated coordinates: four branches cross at the origin.

    a (p − a² − 2b² + 0.3c) = 0, b (p − b² − 2a² + 0.3c) = 0, −c + a² + b² + 0.1c² = 0; F is ``unit`` times that.
    """

    def __init__(self, seed: int, unit: float = 1.0) -> None:
        self.rotation, self.unit = ortho_group.rvs(3, random_state=seed), unit

    def residual(self, u: Array, p: float) -> Array:
        a, b, c = self.rotation @ u
        growth = p + 0.3 * c - a**2 - b**2
        value = np.array([a * (growth - b**2), b * (growth - a**2), -c + a**2 + b**2 + 0.1 * c**2])
        return np.asarray(self.unit * self.rotation.T @ value)

    def jacobian(self, u: Array, p: float) -> Array:
        a, b, c = self.rotation @ u
        growth = p + 0.3 * c - a**2 - b**2
        inner = np.array(
            [
                [growth - b**2 - 2 * a**2, -4 * a * b, 0.3 * a],
                [-4 * a * b, growth - a**2 - 2 * b**2, 0.3 * b],
                [2 * a, 2 * b, -1 + 0.2 * c],
            ]
        )
        return np.asarray(self.unit * self.rotation.T @ inner @ self.rotation)

    def parameter_derivative(self, u: Array, p: float) -> Array:
        a, b, _ = self.rotation @ u
        return np.asarray(self.unit * self.rotation.T @ np.array([a, b, 0.0]))

    def expansion(self, u: Array, p: float) -> "Series":
        return Series(self, u, p)

    def first_branch(self) -> tuple[Array, float]:
        """Return the state with a = 1, b = 0: c solves its quadratic equation, and p = a² − 0.3c."""
        c = (1 - np.sqrt(1 - 0.4)) / 0.2
        return self.rotation.T @ np.array([1.0, 0.0, c]), 1.0 - 0.3 * c


class Series(Expansion):
    """Cauchy products of the coefficients."""

    def __init__(self, problem: Square, u: Array, p: float) -> None:
        self.problem, self.states, self.p = problem, [problem.rotation @ u], [p]

    def push(self, u: Array, p: float) -> None:
        self.states.append(self.problem.rotation @ u)
        self.p.append(p)

    def remainder(self) -> Array:
        k = len(self.p)
        a, b, c = np.array([*self.states, np.zeros(3)]).T
        p = np.array([*self.p, 0.0])

        def times(x: Array, y: Array) -> Array:
            return np.convolve(x, y)[: k + 1]

        aa, bb = times(a, a), times(b, b)
        growth = p + 0.3 * c - aa - bb
        value = np.array([times(a, growth - bb)[k], times(b, growth - aa)[k], (aa + bb + 0.1 * times(c, c) - c)[k]])
        return np.asarray(self.problem.unit * self.problem.rotation.T @ value)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("order", [12, 20, 30, 40])
def test_a_branch_meets_the_double_point(seed: int, order: int) -> None:
    """It ends there, or one step passes over it; in both cases the point is located and its lost ranks are told."""
    problem = Square(seed)
    start = problem.first_branch()
    branch = follow(problem, *start, direction=-1, p_min=-1.0, p_max=2.0, settings=Settings(order=order))
    assert np.max(branch.residual) < 1e-12
    if branch.status is Status.SINGULAR:
        assert "loses 2 ranks" in branch.message
        u, p = branch.u[-1], branch.p[-1]
    else:
        point = branch.special_points[0]
        assert (point.kind, point.coefficients["ranks_lost"]) == ("branch point", 2.0)
        u, p = point.u, point.p
    assert abs(p) < 1e-13
    assert np.max(np.abs(u)) < 1e-13


def test_low_orders_end_there() -> None:
    problem = Square(3)
    branch = follow(problem, *problem.first_branch(), direction=-1, p_min=-1.0, settings=Settings(order=20))
    assert branch.status is Status.SINGULAR
    assert branch.special_points == ()
    with pytest.raises(ValueError, match="several branches meet"):
        follow(problem, resume=branch, p_min=-1.0)


def test_without_an_expansion_the_point_is_not_called_transcritical() -> None:
    series = Square(1)
    problem = FunctionProblem(series.residual, series.jacobian, series.parameter_derivative)
    branch = follow(problem, *series.first_branch(), direction=-1, p_min=-1.0, p_max=2.0)
    point = branch.special_points[0]
    assert (point.kind, point.coefficients["ranks_lost"]) == ("branch point", 2.0)
    assert abs(point.p) < 1e-13


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e6])
def test_how_many_ranks_are_lost_does_not_depend_on_the_units_of_the_equations(unit: float) -> None:
    assert singular_point(Square(1, unit), np.zeros(4)).nullity == 2
