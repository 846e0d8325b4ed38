"""One accepted step at a time: long Taylor steps, or tangent predictor and Newton corrector."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from continuation.branch import Counters, Status
from continuation.corrector import correct, residual_norm, tangent_at
from continuation.polynomial import Piece
from continuation.predictor import hermite, taylor_series, trusted_length
from continuation.problem import Problem

__all__ = ["Base", "Settings", "StepFailure", "advance"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """What a step may do.

    Parameters
    ----------
    tolerance
        Max-norm of F at the end of a step.
    order
        Order of the Taylor steps.
    max_length, min_length
        Bounds of a step's arclength (in units where the parameter is divided by its scale).
    max_turn
        Largest angle between the tangents at the two ends of a tangent step, in radians: the refusal to jump.
    """

    tolerance: float = 1e-13
    order: int = 28
    max_length: float = np.inf
    min_length: float = 1e-9
    max_turn: float = 0.4


@dataclass(frozen=True)
class Base:
    """Where the next step starts: the problem in its present size, x = (u, p / scale) and the unit tangent.

    ``sign`` is the sign of the determinant of the Jacobian bordered by the tangent (it changes at a
    branch point and not at a fold), 0 while unknown; ``trial`` is the length to try next.
    """

    problem: Problem
    x: Array
    tangent: Array
    s: float
    trial: float
    sign: int = 0


class StepFailure(ArithmeticError):
    """No acceptable step from here; ``status`` says how the branch ends."""

    def __init__(self, status: Status, message: str) -> None:
        super().__init__(message)
        self.status = status


def advance(base: Base, settings: Settings) -> tuple[Base, Piece, Base, Counters]:
    """Take one step.

    Returns
    -------
    base, piece, next_base, counters
        The base the step really left from (resized and with its sign), the polynomial piece, the base at
        its end (sign not yet known), and the operations spent.

    Raises
    ------
    StepFailure
        If every length down to ``min_length`` is refused.
    """
    p = float(base.x[-1]) * base.problem.parameter_scale
    base, counters = _resize(base, p, settings)
    take = _tangent_step if base.problem.expansion(base.x[:-1], p) is None else _taylor_step
    departed, piece, arrived, spent = take(base, settings)
    return departed, piece, arrived, counters + spent


def _resize(base: Base, p: float, settings: Settings) -> tuple[Base, Counters]:
    better = base.problem.resized(base.x[:-1], p)
    if better is None:
        return base, Counters()
    problem, size = better
    tangent = np.append(base.problem.transfer(base.tangent[:-1], size), base.tangent[-1])
    tangent /= np.linalg.norm(tangent)
    x = np.append(base.problem.transfer(base.x[:-1], size), base.x[-1])
    corrected = correct(problem, x, tangent, settings.tolerance)
    if not corrected.converged:
        raise StepFailure(Status.UNRESOLVED, f"Newton failed after a change to {size} unknowns at p = {p!r}")
    spent = Counters(factorisations=corrected.iterations, newton=corrected.iterations, residuals=corrected.iterations + 1)
    return replace(base, problem=problem, x=corrected.x, tangent=tangent), spent


def _taylor_step(base: Base, settings: Settings) -> tuple[Base, Piece, Base, Counters]:
    """Sum the series as far as its residual stays at round-off; one factorisation, no Newton iteration."""
    problem, scale, x = base.problem, base.problem.parameter_scale, base.x
    solver = problem.bordered(x[:-1], float(x[-1]) * scale, base.tangent)
    x = x + solver.solve(-problem.residual(x[:-1], float(x[-1]) * scale))  # sheds the last step's truncation
    expansion = problem.expansion(x[:-1], float(x[-1]) * scale)
    assert expansion is not None
    c = taylor_series(expansion, solver, x, scale, settings.order)
    spent = Counters(steps=1, factorisations=1, solves=settings.order + 1, residuals=1)
    if not np.isfinite(c).all():
        raise StepFailure(Status.FAILED, f"the Taylor series about p = {float(x[-1]) * scale!r} is not finite")
    length = min(trusted_length(c, settings.tolerance), settings.max_length)
    powers = np.arange(settings.order + 1)
    while length >= settings.min_length:
        piece = Piece(c * (length**powers)[:, None], base.s, length)
        end = piece(1.0)
        p = float(end[-1]) * scale
        residual, defect = residual_norm(problem, end), problem.defect(end[:-1], p)
        spent += Counters(residuals=1)
        if max(residual, defect) <= settings.tolerance:
            tangent = piece.derivative(1.0)
            arrived = Base(problem, end, tangent / np.linalg.norm(tangent), piece.end, length)
            return replace(base, x=x, sign=solver.sign), piece, arrived, spent
        length *= 0.8
    status = Status.UNRESOLVED if defect > settings.tolerance else Status.STEP_TOO_SMALL
    raise StepFailure(status, f"at p = {p!r}: residual {residual:.1e}, neglected tail {defect:.1e}")


def _tangent_step(base: Base, settings: Settings) -> tuple[Base, Piece, Base, Counters]:
    """Predict along the tangent, correct, and refuse a step that turns too much or lands too far."""
    problem, spent = base.problem, Counters(steps=1)
    if base.sign == 0:
        base = replace(base, sign=tangent_at(problem, base.x, base.tangent)[1].sign)
        spent += Counters(factorisations=1, solves=1)
    length = min(base.trial, settings.max_length)
    while length >= settings.min_length:
        new = correct(problem, base.x + length * base.tangent, base.tangent, settings.tolerance)
        spent += Counters(factorisations=new.iterations, newton=new.iterations, residuals=new.iterations + 1)
        if new.converged and new.reach <= 0.5 * length:
            tangent, solver = tangent_at(problem, new.x, base.tangent)
            spent += Counters(factorisations=1, solves=1)
            turn = float(np.arccos(np.clip(tangent @ base.tangent, -1.0, 1.0)))
            if turn <= settings.max_turn:
                c = hermite(base.x, base.tangent, new.x, tangent)
                piece = Piece(c, base.s, float(np.linalg.norm(c[1])))
                growth = min(2.0, 0.5 * settings.max_turn / max(turn, 1e-3 * settings.max_turn))
                trial = length * (growth if new.iterations <= 4 else 0.7)
                arrived = Base(problem, new.x, tangent, piece.end, trial, solver.sign)
                return base, piece, arrived, spent
        length *= 0.5
    raise StepFailure(
        Status.STEP_TOO_SMALL,
        f"no step of length ≥ {settings.min_length:.1e} from p = {float(base.x[-1]) * problem.parameter_scale!r}",
    )
