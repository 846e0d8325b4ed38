"""Newton's iteration on the bordered system."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from continuation.linear.bordered import BorderedSolver
from continuation.problem import Problem

__all__ = ["Correction", "correct", "max_norm", "residual_norm", "round_off", "tangent_at"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Correction:
    """Where Newton's iteration ended.

    ``x`` is (u, p / scale); ``residual`` the max-norm of F there, re-evaluated; ``converged`` says that the
    residual is below the tolerance, or that the last update was at round-off of x; ``reach`` is the first
    update's norm, and ``contraction`` the second update's over it (0 where there was no second one above
    round-off).
    """

    x: Array
    residual: float
    iterations: int
    converged: bool
    reach: float
    contraction: float = 0.0


def residual_norm(problem: Problem, x: Array) -> float:
    """Return the max-norm of F at x = (u, p / scale); infinite where F is not finite."""
    return max_norm(problem.residual(x[:-1], float(x[-1]) * problem.parameter_scale))


def max_norm(f: Array) -> float:
    """Return the largest absolute value in a vector, 0 if it is empty; infinite where an entry is not finite."""
    norm = float(np.abs(f).max(initial=0.0))
    return norm if math.isfinite(norm) else math.inf


def round_off(problem: Problem, x: Array) -> float:
    """Return what F can be evaluated to near a solution x: four times the largest of a few samples.

    The samples shake every entry of x in its last digit.
    """
    rng = np.random.default_rng(0)
    shaken = [x * (1.0 + EPSILON * rng.choice([-1.0, 1.0], x.size)) for _ in range(4)]
    return 4.0 * max(residual_norm(problem, y) for y in shaken)


def correct(problem: Problem, x: Array, row: Array, tolerance: float, max_iterations: int = 8) -> Correction:
    """Solve F = 0 in the hyperplane through x with normal ``row``.

    Parameters
    ----------
    problem
        The equations.
    x
        Predicted (u, p / scale), shape (n + 1,).
    row
        Normal of the hyperplane, shape (n + 1,).
    tolerance
        Max-norm of F to reach; where round-off forbids it, the iteration ends when x no longer moves.
    max_iterations
        Newton steps at the most.

    Returns
    -------
    Correction
        Check ``converged``; nothing is raised for a failed iteration.
    """
    x = x.copy()
    norm, reach, contraction = residual_norm(problem, x), 0.0, 0.0
    iteration = 0
    while norm > tolerance and np.isfinite(norm) and iteration < max_iterations:
        p = float(x[-1]) * problem.parameter_scale
        try:
            dx = problem.bordered(x[:-1], p, row).solve(-problem.residual(x[:-1], p))
        except ArithmeticError:
            break
        x += dx
        iteration += 1
        norm, moved = residual_norm(problem, x), float(np.max(np.abs(dx)))
        round_off = 8 * EPSILON * (1.0 + float(np.max(np.abs(x))))
        if iteration == 2 and moved > 8 * round_off:
            contraction = moved / reach
        reach = reach or moved
        if moved <= round_off and np.isfinite(norm):
            return Correction(x, norm, iteration, True, reach, contraction)
    return Correction(x, norm, iteration, norm <= tolerance, reach, contraction)


def tangent_at(problem: Problem, x: Array, row: Array) -> tuple[Array, BorderedSolver]:
    """Return the unit tangent at x with positive product with ``row``, and the bordered solver used.

    Raises
    ------
    ArithmeticError
        If the bordered Jacobian is singular or not finite.
    """
    solver = problem.bordered(x[:-1], float(x[-1]) * problem.parameter_scale, row)
    t = solver.solve(np.zeros(x.size - 1), 1.0)
    return t / np.linalg.norm(t), solver
