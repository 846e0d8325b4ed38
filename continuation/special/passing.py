"""Passing a branch point in one step, by the Taylor series of the branch about the point itself.

Beside a branch point the bordered Jacobian is nearly singular and the series of a step diverges by rounding. About the
point the series of the blown-up equations has no such limit: the branch is smooth there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from continuation.special.blowup import blowup_series
from continuation.special.events import Located
from continuation.special.singular_point import singular_point
from continuation.stepping.corrector import residual_norm, tangent_at
from continuation.stepping.polynomial import Piece, shifted
from continuation.stepping.predictor import trusted_length
from continuation.stepping.stepper import Base, Settings

__all__ = ["passed"]

Array = NDArray[np.float64]
SHORTER, TRIES = 0.7, 12
# Of 1 + ‖x‖: what the branch may be off the base that is left when the two series are joined.
JOINED = 1e-10


def passed(departed: Base, piece: Piece, branch_point: Located, settings: Settings) -> tuple[Piece, Base] | None:
    """Return a piece from a base over a branch point near by, and the base at its end; None if the series falls short.

    Parameters
    ----------
    departed
        Where the step starts.
    piece
        A rough piece of the branch over the point.
    branch_point
        The point on it.
    settings
        Tolerance and order.
    """
    problem, point = departed.problem, branch_point.point
    x = np.append(point.u, point.p / problem.parameter_scale)
    try:
        singular = singular_point(problem, x, 1, piece.derivative(branch_point.tau))
        along = singular.null @ (singular.null.T @ piece.derivative(branch_point.tau))
        c = blowup_series(singular, along, min(settings.order, problem.largest_order))
    except (ArithmeticError, ValueError):
        return None
    back = float(c[1] @ (departed.x - x))
    reach = min(trusted_length(c, settings.tolerance), 1.0 + float(np.linalg.norm(x)), settings.max_length)
    if not -reach < back < 0.0:
        return None
    start = np.power(back, np.arange(len(c))) @ c
    if np.linalg.norm(start - departed.x) > JOINED * (1.0 + float(np.linalg.norm(x))):
        return None
    ahead = reach
    for _ in range(TRIES):
        over = Piece(shifted(c, back, ahead - back), departed.s, ahead - back)
        end = over(1.0)
        defect = problem.defect(end[:-1], float(end[-1]) * problem.parameter_scale)
        if max(residual_norm(problem, end), defect) <= settings.tolerance:
            try:
                return over, _arrived(departed, over, end)
            except ArithmeticError:  # on another branch point: end elsewhere
                pass
        ahead *= SHORTER
    return None


def _arrived(departed: Base, piece: Piece, end: Array) -> Base:
    direction = piece.derivative(1.0)
    tangent, solver = tangent_at(departed.problem, end, direction / np.linalg.norm(direction))
    return Base(departed.problem, end, tangent, piece.end, sign=solver.sign, solver=solver)
