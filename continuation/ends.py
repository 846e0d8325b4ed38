"""Where a branch ends: on a bound to the last bit, at an event, or on its own start."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from continuation.problem import Problem
from continuation.stepping.corrector import correct, residual_norm, tangent_at
from continuation.stepping.polynomial import Made, Piece, sign_changes
from continuation.stepping.predictor import hermite

__all__ = ["closing_place", "cut_at_bound", "landed"]

Array = NDArray[np.float64]
# Of 1 + ‖x‖: a branch that comes back this near to its start, along the same direction, has closed.
CLOSED = 1e-8
# The same where the start is a branch point left by an interpolation: F is flat there, states are not known better.
CLOSED_AT_BRANCH_POINT = 1e-4


def cut_at_bound(
    problem: Problem, piece: Piece, bounds: tuple[float, float], tolerance: float
) -> tuple[Piece, float | None]:
    """Return the part of a piece inside the bounds of p, and the bound it ends on (None if on neither).

    The cut is on the bound to the last bit; a piece that leaves the bounds where it starts is cut to length
    0.
    """
    scale = problem.parameter_scale
    first, reach = float(piece.coefficients[0, -1]), float(np.abs(piece.coefficients[1:, -1]).sum())
    if bounds[0] / scale < first - reach and first + reach < bounds[1] / scale:  # the piece cannot get there
        return piece, None
    ends = []
    for bound, outward in zip(bounds, (-1, 1), strict=True):
        if np.isfinite(bound):
            c = piece.coefficients[:, -1].copy()
            c[0] -= bound / scale
            roots = sign_changes(c, 0.0, -outward).roots
            # Only ways out: a start on the bound may lie outside by its round-off and cross it inwards.
            ends += [(tau, bound) for tau in roots if outward * piece.derivative(tau)[-1] >= 0.0]
    if not ends:
        return piece, None
    tau, bound = min(ends)
    if tau <= 0.0:
        return piece.cut(0.0), bound
    row = np.zeros(piece.coefficients.shape[1])
    row[-1] = 1.0
    x = piece(tau)
    x[-1] = bound / scale
    if residual_norm(problem, x) > tolerance:
        corrected = correct(problem, x, row, tolerance)
        x = corrected.x if corrected.converged else x
    piece = landed(problem, piece, tau, x, tolerance)
    c = piece.coefficients.copy()
    c[1, -1] += bound / scale - c[:, -1].sum()
    return replace(piece, coefficients=c), bound


def landed(problem: Problem, piece: Piece, tau: float, x: Array, tolerance: float) -> Piece:
    """Return the part of a piece before τ, ending in x: a cubic is rebuilt if it is not accurate there.

    A series is the branch to round-off everywhere on its piece; no cubic through two ends could replace it.
    """
    cut = piece.cut(tau)
    if tau <= 0.0 or cut.made != Made.CUBIC or residual_norm(problem, cut(1.0)) <= tolerance:
        return cut
    start, direction = piece.derivative(0.0), piece.derivative(tau)
    start /= np.linalg.norm(start)
    direction /= np.linalg.norm(direction)
    with suppress(ArithmeticError):  # exactly on a branch point the polynomial's own direction is as good
        direction = tangent_at(problem, x, direction)[0]
    c = hermite(piece(0.0), start, x, direction)
    return Piece(c, piece.start, float(np.linalg.norm(c[1])), Made.CUBIC)


def closing_place(
    problem: Problem, piece: Piece, x0: Array, t0: Array, tolerance: float, first: Made
) -> tuple[float, Array] | None:
    """Return where a piece passes through x0 in the direction of t0, τ and x; None if it does not."""
    n = piece.coefficients.shape[1] - 1
    if n + 1 != x0.size:
        x0, t0 = (np.append(problem.transfer(v[:-1], n), v[-1]) for v in (x0, t0))
    near = CLOSED_AT_BRANCH_POINT if first == Made.INTERPOLATED else CLOSED
    c = piece.coefficients @ t0
    c[0] -= x0 @ t0
    for tau in sign_changes(c, 0.0).roots:
        x = piece(tau)
        if np.linalg.norm(x - x0) > 0.1 * piece.length or float(piece.derivative(tau) @ t0) <= 0.0:
            continue
        if residual_norm(problem, x) > tolerance:
            x = correct(problem, x, t0, tolerance).x
        if np.linalg.norm(x - x0) <= near * (1.0 + float(np.linalg.norm(x0))):
            return tau, x
    return None
