"""The first point of a branch and its tangent."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from continuation.problem import Problem
from continuation.special.singular_point import singular_point
from continuation.stepping.corrector import correct, tangent_at

__all__ = ["begin"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)


def begin(
    problem: Problem, u0: Array, p0: float, direction: int | ArrayLike, tolerance: float
) -> tuple[Array, Array, float]:
    """Correct a start and find its tangent.

    Returns
    -------
    x, tangent, residual
        The corrected (u, p / scale), the unit tangent on the side of ``direction``, and the residual reached.

    Raises
    ------
    ValueError
        If the start is not finite, a shape is wrong, ``direction`` is zero, or no solution is found near by.
    """
    if not (np.isfinite(u0).all() and np.isfinite(p0)):
        raise ValueError(f"the start must be finite: u0 = {u0!r}, p0 = {p0!r}")
    if u0.ndim != 1:
        raise ValueError(f"u0 has shape {u0.shape}, expected one dimension")
    x = np.append(u0, p0 / problem.parameter_scale)
    shape = np.shape(problem.residual(u0, p0))
    if shape != u0.shape:
        raise ValueError(f"residual has shape {shape}, expected {u0.shape} for the u0 given")
    guess = _guess(direction, x.size)
    fixed_p = np.zeros(x.size)
    fixed_p[-1] = 1.0
    corrected = correct(problem, x, fixed_p, tolerance, max_iterations=20)
    if not corrected.converged and np.isfinite(corrected.residual):
        corrected = correct(problem, x, _null(problem, x), tolerance, max_iterations=20)
    if not corrected.converged and not corrected.residual <= _noise(problem, corrected.x):
        raise ValueError(
            f"no solution found near the start p0 = {p0!r}: Newton's iteration ends with residual "
            f"{corrected.residual:.2e}; give a start closer to a solution"
        )
    try:
        tangent, _ = tangent_at(problem, corrected.x, guess)
    except ArithmeticError:
        tangent = _null(problem, corrected.x)
        tangent = tangent if tangent @ guess >= 0 else -tangent
    return corrected.x, tangent, corrected.residual


def _noise(problem: Problem, x: Array) -> float:
    """Return what rounding every entry of x in its last digit changes F by: four times the largest of a few."""
    rng, scale = np.random.default_rng(0), problem.parameter_scale

    def value(y: Array) -> Array:
        return problem.residual(y[:-1], float(y[-1]) * scale)

    shaken = [value(x * (1.0 + EPSILON * rng.choice([-1.0, 1.0], x.size))) - value(x) for _ in range(4)]
    return 4.0 * max(float(np.max(np.abs(change), initial=0.0)) for change in shaken)


def _guess(direction: int | ArrayLike, size: int) -> Array:
    vector = np.asarray(direction, dtype=float)
    if vector.ndim == 0:
        guess = np.zeros(size)
        guess[-1] = vector
    else:
        guess = vector
    if guess.shape != (size,) or not np.isfinite(guess).all() or not guess.any():
        raise ValueError(f"direction = {direction!r} must be ±1 or a nonzero vector in (u, p / scale), shape ({size},)")
    return guess


def _null(problem: Problem, x: Array) -> Array:
    """Return a unit vector that [∂F/∂u, scale ∂F/∂p] makes small: near a fold, where a row along p is no border."""
    row = np.random.default_rng(0).standard_normal(x.size)
    try:
        return tangent_at(problem, x, row / np.linalg.norm(row))[0]
    except ArithmeticError:  # on a branch point: any of the null vectors
        null: Array = singular_point(problem, x).null[:, 0]
        return null
