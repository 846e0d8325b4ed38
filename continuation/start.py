"""Leaving a branch point along another of its branches."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

from continuation.branch import Status
from continuation.corrector import correct, residual_norm, tangent_at
from continuation.polynomial import Piece
from continuation.predictor import hermite, taylor_series, trusted_length
from continuation.problem import Problem
from continuation.stepper import Settings, StepFailure

__all__ = ["leave"]

Array = NDArray[np.float64]
FIRST_AMPLITUDE, HALVINGS = 0.2, 14


def leave(
    problem: Problem, x: Array, direction: Array, settings: Settings | None = None, bend: Array | None = None
) -> Piece:
    """Return the first piece of the branch that leaves a branch point along a direction.

    A state at a small distance is found in the hyperplane orthogonal to the direction, where the branch
    that passes through the point has none; from there the series is summed back to the point, which it must hit.

    Parameters
    ----------
    problem
        The equations.
    x
        The branch point (u, p / scale), shape (n + 1,).
    direction
        Unit vector, shape (n + 1,): the tangent of the other branch, or the kernel direction.
    settings
        Tolerance and order.
    bend
        Second coefficient y of the branch x + s·direction + s² y + …, where it is known; shape (n + 1,). It tells
        apart branches that leave along one direction.

    Returns
    -------
    Piece
        From the branch point (τ = 0) to the state found (τ = 1); pass it to ``follow(..., initial=piece)``.

    Raises
    ------
    StepFailure
        If no distance gives a branch that comes back to the point.

    Examples
    --------
    >>> import numpy as np
    >>> from continuation import FunctionProblem, follow
    >>> pitchfork = FunctionProblem(lambda u, p: p * u - u**3, lambda u, p: np.diag(p - 3 * u**2), lambda u, p: u)
    >>> piece = leave(pitchfork, np.zeros(2), np.array([1.0, 0.0]))
    >>> branch = follow(pitchfork, [0.0], 0.0, initial=piece, p_max=4.0)
    >>> f"{branch.u[-1, 0]:.12f}"
    '2.000000000000'
    """
    settings = settings or Settings()
    norm = float(np.linalg.norm(direction))
    direction = direction / norm
    bend = np.zeros_like(direction) if bend is None else bend / norm**2
    amplitude = FIRST_AMPLITUDE
    for _ in range(HALVINGS):
        try:
            piece = _piece_at(problem, x, direction, amplitude, settings, bend)
        except ArithmeticError:
            piece = None
        if piece is not None:
            return piece
        amplitude *= 0.5
    raise StepFailure(
        Status.STEP_TOO_SMALL,
        f"no branch found along the direction down to distance {amplitude:.1e} from the branch point",
    )


def _piece_at(
    problem: Problem, x: Array, direction: Array, amplitude: float, settings: Settings, bend: Array
) -> Piece | None:
    guess = x + amplitude * direction + amplitude**2 * bend
    new = correct(problem, guess, direction, settings.tolerance)
    if not new.converged or np.linalg.norm(new.x - x) > 2.0 * amplitude:
        return None
    p = float(new.x[-1]) * problem.parameter_scale
    if problem.defect(new.x[:-1], p) > settings.tolerance:
        return None
    tangent, solver = tangent_at(problem, new.x, direction)
    expansion = problem.expansion(new.x[:-1], p)
    if expansion is None:
        return Piece(hermite(x, direction, new.x, tangent), 0.0, float(np.linalg.norm(new.x - x)))
    c = taylor_series(expansion, solver, new.x, problem.parameter_scale, settings.order)
    if not np.isfinite(c).all() or trusted_length(c, settings.tolerance) < amplitude:
        return None
    piece = Piece(_shifted(c, amplitude), 0.0, amplitude)
    # Near the point B is as singular as the amplitude is small: its error is amplified by that much.
    missed = float(np.linalg.norm(piece(0.0) - x))
    arrives = missed <= 1e2 * settings.tolerance / amplitude + 1e-10
    return piece if arrives and residual_norm(problem, piece(0.5)) <= 10 * settings.tolerance else None


def _shifted(c: Array, amplitude: float) -> Array:
    """Rewrite Σ c_k s^k on s = (τ − 1) · amplitude as a polynomial in τ."""
    order = len(c) - 1
    scaled = c * (amplitude ** np.arange(order + 1))[:, None]
    shift = np.array(
        [[comb(k, j) * (-1.0) ** (k - j) if j <= k else 0.0 for k in range(order + 1)] for j in range(order + 1)]
    )
    result: Array = shift @ scaled
    return result
