"""A point at which the Jacobian loses several ranks at once, located.

With L the m left and N the m + 1 right null vectors near the point, F(x) + L μ = 0 and Nᵀ(x − x₀) = α define x(α) and
μ(α) through regular systems, and the point is where μ = 0 and ∂μ/∂α = 0: more equations than unknowns, which have a
solution where symmetry makes one. They are solved by Gauss and Newton's iteration.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from continuation.linear.bordered import BorderedSolver
from continuation.linear.null_vectors import NullVectors
from continuation.problem import Problem
from continuation.special.singular_point import MOST_LOST, SingularPoint, is_lost, problem_null_vectors, singular_point

__all__ = ["multiple_point"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)
ITERATIONS = 12
# Of 1 + ‖x‖: the step of the differences that steer the iteration; the digits do not depend on it.
DIFFERENCE = 1e-5
SETTLED = 64 * EPSILON  # of 1 + ‖x‖
CONTRACTION = 0.5  # of the step before
NEARLY_LOST = 1e-2  # singular values over the next one, at the start: larger, and no such point is near


def multiple_point(problem: Problem, x0: Array, along: Array, reach: float) -> SingularPoint | None:
    """Return the point near a state at which two ranks or more are lost; None if there is none within reach.

    Parameters
    ----------
    problem
        The equations.
    x0
        The state (u, p / scale), shape (n + 1,).
    along
        A vector with a part along the null space, shape (n + 1,).
    reach
        Largest distance from the state.
    """
    for nullity in range(2, min(x0.size - 1, MOST_LOST) + 1):
        try:
            found = problem_null_vectors(problem, x0, along, nullity)
            if found.lost > NEARLY_LOST * found.kept:
                continue
            x = _nearest(problem, x0, found, reach)
            point = None if x is None else singular_point(problem, x, nullity, along)
        except (ArithmeticError, np.linalg.LinAlgError):  # more ranks are lost
            continue
        if point is not None and is_lost(point.lost, point.kept):
            return point
    return None


def _nearest(problem: Problem, x0: Array, found: NullVectors, reach: float) -> Array | None:
    """Return the state at which the ranks of the null vectors are lost; None if the iteration does not converge."""
    rows, columns = found.right.T, found.left
    size, count = 1.0 + float(np.linalg.norm(x0)), len(rows)
    alpha, x, step = np.zeros(count), x0, np.full(count, np.inf)
    for _ in range(ITERATIONS):
        x, mu, slope = _reduced(problem, x0, rows, columns, alpha, x)
        change = []
        for shift in DIFFERENCE * size * np.eye(count):
            one, other = (_reduced(problem, x0, rows, columns, alpha + side * shift, x)[2] for side in (1.0, -1.0))
            change.append(((one - other) / (2 * DIFFERENCE * size)).ravel())
        system = np.vstack([np.array(change).T, slope])
        before, step = step, np.linalg.lstsq(system, np.concatenate([slope.ravel(), mu]), rcond=None)[0]
        if np.linalg.norm(step) > CONTRACTION * np.linalg.norm(before):
            return None
        alpha = alpha - step
        if not float(np.linalg.norm(alpha)) <= reach:
            return None
        if float(np.linalg.norm(step)) <= SETTLED * size:
            return _reduced(problem, x0, rows, columns, alpha, x)[0]
    return None


def _reduced(
    problem: Problem, x0: Array, rows: Array, columns: Array, alpha: Array, x: Array
) -> tuple[Array, Array, Array]:
    """Return x(α), μ(α) of shape (m,) and ∂μ/∂α of shape (m, m + 1), from a state near by.

    Raises
    ------
    ArithmeticError
        If Newton's iteration does not converge.
    """
    n, m = x0.size - 1, columns.shape[1]
    mu, size = np.zeros(m), 1.0 + float(np.linalg.norm(x))
    for _ in range(ITERATIONS):
        p = float(x[-1]) * problem.parameter_scale
        solver: BorderedSolver = problem.bordered(x[:-1], p, rows, columns)
        step = solver.solve(problem.residual(x[:-1], p) + columns @ mu, rows @ (x - x0) - alpha)
        x, mu = x - step[: n + 1], mu - step[n + 1 :]
        if float(np.linalg.norm(step)) <= SETTLED * size:
            slope = np.array([solver.solve(np.zeros(n), unit)[n + 1 :] for unit in np.eye(m + 1)]).T
            return x, mu, slope
    raise ArithmeticError("the reduced equations have no solution near by")
