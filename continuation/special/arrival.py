"""Arriving at a point where the Jacobian loses several ranks at once: several branches meet there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from continuation.special.blowup import blowup_series
from continuation.special.multiple_point import multiple_point
from continuation.special.singular_point import SingularPoint
from continuation.stepping.corrector import residual_norm
from continuation.stepping.polynomial import Made, Piece, shifted
from continuation.stepping.predictor import hermite
from continuation.stepping.stepper import Base, Settings

__all__ = ["arrival", "last_piece"]

Array = NDArray[np.float64]
GENUINE = 2.0  # tolerances: a larger residual, and there is no such point on the branch
AHEAD = 0.9  # cosine of the angle between the branch and the way to the point
# Of 1 + ‖x‖: what the branch may be off the base when its series about the point is joined to it.
JOINED = 1e-9


def arrival(base: Base, reach: float, tolerance: float) -> SingularPoint | None:
    """Return the point close ahead at which the Jacobian loses two ranks or more; None if there is none.

    Parameters
    ----------
    base
        A point of the branch shortly before.
    reach
        Largest distance of the point from it.
    tolerance
        Max-norm of F.
    """
    found = multiple_point(base.problem, base.x, base.tangent, reach)
    if found is None or residual_norm(base.problem, found.x) > GENUINE * tolerance:
        return None
    way = found.x - base.x
    return found if float(way @ base.tangent) >= AHEAD * float(np.linalg.norm(way)) > 0.0 else None


def last_piece(base: Base, point: SingularPoint, settings: Settings) -> Piece:
    """Return the piece from a base to the point: the series about it, or a cubic where that singles out no branch."""
    way = base.x - point.x
    along = point.null @ (point.null.T @ way)
    try:
        c = blowup_series(point, along, min(settings.order, base.problem.largest_order))
        back = float(c[1] @ way)
        start = np.power(back, np.arange(len(c))) @ c
        if np.linalg.norm(start - base.x) <= JOINED * (1.0 + float(np.linalg.norm(point.x))):
            return Piece(shifted(c, back, -back), base.s, abs(back))
    except (ArithmeticError, ValueError, np.linalg.LinAlgError):
        pass
    c = hermite(base.x, base.tangent, point.x, -along / float(np.linalg.norm(along)))
    return Piece(c, base.s, float(np.linalg.norm(c[1])), Made.CUBIC)
