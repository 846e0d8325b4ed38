"""Folds on a piece: where the parameter turns, located to round-off on the exact tangent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from continuation.branch import SpecialPoint
from continuation.problem import Problem
from continuation.special.events import FOLD, Located, bracketed_root, on_branch
from continuation.stepping.corrector import residual_norm, tangent_at
from continuation.stepping.polynomial import EPSILON, Made, Piece, sign_changes_along

__all__ = ["locate_folds"]

Array = NDArray[np.float64]
# Spacing, in τ, of the tangents from which the curvature at a fold of a cubic piece is taken.
SPACING = 0.02
# A slope that falls below this part of its larger value at the ends of a cubic piece is looked at on exact
# tangents.
DIP = 0.3
# A parameter slope of the unit tangent that counts as zero: what the secant method reaches when it converges.
CONVERGED = 1e-12


def locate_folds(
    problem: Problem,
    pieces: Sequence[Piece],
    coefficients: Array,
    sign_before: int,
    tolerance: float,
    after: float = 0.0,
) -> tuple[list[list[Located]], int]:
    """Find the folds of pieces that follow each other: sign changes of dp/ds.

    The polynomials give them all (Descartes); each is then moved, by the secant method on the exact tangent,
    to where the tangent has no parameter component.

    Parameters
    ----------
    problem
        The equations.
    pieces, coefficients
        Pieces of one kind, and their coefficients stacked, shape (P, order + 1, n + 1).
    sign_before
        Last clear sign of dp/ds before the first of them.
    tolerance
        Max-norm of F.
    after
        Roots before this τ of the first piece are left out: a branch that starts with a stationary parameter has a
        zero of dp/ds there that is no fold.

    Returns
    -------
    located, sign
        The folds of each piece, and the last clear sign of dp/ds for the next one.

    Notes
    -----
    The coefficients are d²p/ds² in arclength with its error: from the polynomial of a Taylor step, from
    extrapolated differences of exact tangents on a cubic one.
    """
    slopes = coefficients[:, 1:, -1] * np.arange(1, coefficients.shape[1])
    noise = 8 * EPSILON * np.abs(coefficients).sum(axis=1).max(axis=1)
    if pieces[0].made == Made.CUBIC:
        noise = np.maximum(noise, 8 * tolerance)
    changes = sign_changes_along(slopes, noise, sign_before)
    found = []
    for k, (piece, change) in enumerate(zip(pieces, changes, strict=True)):
        roots = tuple(root for root in change.roots if k or root >= after)
        if not roots and piece.made == Made.CUBIC:
            roots = _close_pair(problem, piece, slopes[k], tolerance)
        found.append([_fold(problem, piece, root, slopes[k], float(noise[k]), tolerance) for root in roots])
    return found, changes[-1].sign


def _fold(problem: Problem, piece: Piece, root: float, slope: Array, noise: float, tolerance: float) -> Located:
    """Return the record of the fold at a zero of the polynomial's slope."""
    bend = _value(slope[1:] * np.arange(1, slope.size), root)
    tau, x, residual_slope = _refine_fold(problem, piece, root, bend, tolerance)
    curvature, error = _curvature(problem, piece, tau, noise, tolerance)
    kind = "fold" if abs(curvature) > error else "undecided"
    scale = problem.parameter_scale
    coefficients = {
        "curvature": curvature * scale,
        "curvature_error": error * scale,
        "slope": residual_slope * scale,
    }
    point = SpecialPoint(
        kind,
        float(x[-1]) * scale,
        x[:-1].copy(),
        piece.start + tau * piece.length,
        residual_norm(problem, x),
        (piece.start, piece.end),
        coefficients,
    )
    return Located(tau, point, FOLD)


def _close_pair(problem: Problem, piece: Piece, slope: Array, tolerance: float) -> tuple[float, ...]:
    """Return two folds that the cubic misses: its slope dips to zero, that of exact tangents below it."""
    vertex = -0.5 * slope[1] / slope[2] if slope[2] else -1.0
    ends = [float(slope[0]), float(slope.sum())]
    sign = float(np.sign(ends[0]))
    if not -0.1 < vertex < 1.1 or ends[0] * ends[1] <= 0.0 or sign * slope[2] <= 0.0:
        return ()
    if abs(_value(slope, vertex)) > DIP * max(abs(end) for end in ends):
        return ()

    def height(tau: float) -> float:
        return sign * _tangent_slope(problem, piece, tau, tolerance)[1]

    lowest = minimize_scalar(height, bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-6, "maxiter": 40})
    if lowest.fun >= 0.0:
        return ()
    return bracketed_root(height, 0.0, float(lowest.x)), bracketed_root(height, float(lowest.x), 1.0)


def _refine_fold(
    problem: Problem, piece: Piece, tau: float, bend: float, tolerance: float
) -> tuple[float, Array, float]:
    """Return τ, x and the parameter slope of the exact tangent where it (nearly) vanishes.

    The polynomial of a Taylor step knows its folds to round-off; there its own slope is returned.
    """
    if piece.made == Made.TAYLOR:
        derivative = piece.derivative(tau)
        return tau, on_branch(problem, piece, tau, tolerance)[0], float(derivative[-1] / np.linalg.norm(derivative))
    x, t_p = _tangent_slope(problem, piece, tau, tolerance)
    rate = bend / piece.length
    for _ in range(8):
        step = t_p / rate if rate else 0.0
        if abs(step) <= 4 * EPSILON or not -0.1 <= tau - step <= 1.1:
            break
        new_x, new_t_p = _tangent_slope(problem, piece, tau - step, tolerance)
        if abs(new_t_p) >= abs(t_p):
            break
        rate = (t_p - new_t_p) / step
        tau, x, t_p = tau - step, new_x, new_t_p
    if abs(t_p) <= CONVERGED:
        return tau, x, t_p
    tau = _bracketed_fold(lambda t: _tangent_slope(problem, piece, t, tolerance)[1], tau)
    return tau, *_tangent_slope(problem, piece, tau, tolerance)


def _bracketed_fold(slope: Callable[[float], float], tau: float) -> float:
    """Return the sign change of a slope nearest to τ, for where the secant method fails; τ if none."""
    here, reach = slope(tau), 1e-3
    while reach < 0.3:
        for other in (tau - reach, tau + reach):
            if slope(other) * here < 0.0:
                return bracketed_root(slope, tau, other)
        reach *= 2.0
    return tau


def _tangent_slope(problem: Problem, piece: Piece, tau: float, tolerance: float) -> tuple[Array, float]:
    x, direction = on_branch(problem, piece, tau, tolerance)
    return x, float(tangent_at(problem, x, direction)[0][-1])


def _curvature(problem: Problem, piece: Piece, tau: float, noise: float, tolerance: float) -> tuple[float, float]:
    """Return d²p/ds² (p in units of its scale) at a fold, and its error."""
    order = len(piece.coefficients) - 1
    if piece.made != Made.CUBIC:
        speed = float(np.sum(piece.derivative(tau) ** 2))
        k = np.arange(2, order + 1)
        return _value(piece.coefficients[2:, -1] * k * (k - 1), tau) / speed, order * noise / speed

    def difference(h: float) -> float:
        (x0, t0), (x1, t1) = (_tangent_slope(problem, piece, tau + side * h, tolerance) for side in (-1, 1))
        return (t1 - t0) / float(np.linalg.norm(x1 - x0))

    near, far = difference(SPACING), difference(2 * SPACING)
    return (4 * near - far) / 3, abs(near - far) + noise / (SPACING * piece.length)


def _value(c: Array, tau: float) -> float:
    return float(np.polynomial.polynomial.polyval(tau, c)) if c.size else 0.0
