"""One accepted step at a time: long Taylor steps, or tangent predictor and Newton corrector."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from continuation.branch import Counters, Status
from continuation.linear.bordered import BorderedSolver
from continuation.problem import Problem
from continuation.stepping.corrector import correct, max_norm, round_off, tangent_at
from continuation.stepping.polynomial import EPSILON, Made, Piece
from continuation.stepping.predictor import arc_length, hermite, trusted_length

__all__ = ["Base", "Settings", "StepFailure", "advance", "stride"]

Array = NDArray[np.float64]
# Newton's second update over its first. Two solutions at a distance d make it ≥ 1/2 from far away and > 1/4
# unless the prediction is within about d/5 of one of them; steps at most double, so errors at most quadruple.
QUICK = 0.25
# Between the directions of the same branch, seen from two steps: more means a Jacobian singular to 10 digits.
STRAY = 1e-4
# Of 1 + |x|: a base that moves by more when it is corrected has its Jacobian factorised anew, because the
# error of a series grows with it where the branch passes a branch point.
SETTLED = 1e-13
LEAST_ORDER = 3
SHORTEST = 1e-3  # of the radius of convergence: a Taylor step shorter than this does not pay
# A step shortened to this part of what the series allows is looked at: the tolerance may be below round-off.
GIVE_UP = 0.2
# Of 1 + ‖x‖: what a corrected point may be off its branch.
ROUND_OFF = 1e-11


@dataclass(frozen=True)
class Settings:
    """What a step may do.

    Parameters
    ----------
    tolerance
        Max-norm of F at the end of a step.
    order
        Order of the Taylor steps. A step is about tolerance^{1/(order − 3)} of the radius of convergence long; an order
        that leaves less than 10⁻³ of it is refused: 8 is the least at the default tolerance.
    max_length, min_length
        Bounds of a step's arclength (in units where the parameter is divided by its scale).
    max_turn
        Largest angle between the tangents at the two ends of a tangent step, in radians: the refusal to jump.
    sign_samples
        Most places inside a step at which the determinant is sampled for branch points that come in pairs, 3, 9 or 27
        as its course warrants; each costs a factorisation. 0: only the ends of a step are compared, and an even
        number of branch points within one is missed.

    Raises
    ------
    ValueError
        If a value is out of range.

    Examples
    --------
    >>> from continuation import Settings
    >>> Settings(order=20).tolerance
    1e-13
    """

    tolerance: float = 1e-13
    order: int = 40
    max_length: float = np.inf
    min_length: float = 1e-9
    max_turn: float = 0.4
    sign_samples: int = 27

    def __post_init__(self) -> None:
        if not 0.0 < self.tolerance < np.inf:
            raise ValueError(f"tolerance = {self.tolerance!r} must be positive and finite")
        least = least_order(self.tolerance)
        if not isinstance(self.order, int | np.integer) or self.order < least:
            raise ValueError(
                f"order = {self.order!r} must be an integer of at least {least}: with a lower order, steps at the "
                f"tolerance {self.tolerance!r} are too short to get anywhere"
            )
        if not 0.0 < self.min_length <= self.max_length:
            raise ValueError(f"0 < min_length ≤ max_length does not hold: {self.min_length!r}, {self.max_length!r}")
        if not 0.0 < self.max_turn <= np.pi / 2:
            raise ValueError(f"max_turn = {self.max_turn!r} must lie in (0, π/2]")
        if not isinstance(self.sign_samples, int | np.integer) or self.sign_samples < 0:
            raise ValueError(f"sign_samples = {self.sign_samples!r} must be an integer of at least 0")


def least_order(tolerance: float) -> int:
    """Return the least order at which a Taylor step at this tolerance is 10⁻³ of its radius of convergence long.

    Its length is limited by its last three terms, the lowest of which has order − 3 factors below the first.

    Examples
    --------
    >>> [least_order(tolerance) for tolerance in (1e-6, 1e-9, 1e-13)]
    [5, 6, 8]
    """
    return 3 + max(1, math.ceil(math.log(tolerance) / math.log(SHORTEST) - 1e-9))


@dataclass(frozen=True)
class Base:
    """Where the next step starts: the problem in its present size, x = (u, p / scale) and the unit tangent.

    ``trial`` is the longest step to try next; ``sign`` the sign of the determinant of the Jacobian
    bordered by the tangent (it changes at a branch point and not at a fold), 0 while unknown, ``size`` the logarithm of
    its absolute value, nan while unknown; ``solver`` the bordered Jacobian itself and ``f`` the residual, shape (n,),
    where a Taylor step has computed them already.
    """

    problem: Problem
    x: Array
    tangent: Array
    s: float
    trial: float = np.inf
    sign: int = 0
    size: float = np.nan
    solver: BorderedSolver | None = None
    f: Array | None = None

    @property
    def p(self) -> float:
        """The parameter."""
        return float(self.x[-1]) * self.problem.parameter_scale

    @property
    def has_series(self) -> bool:
        """Whether steps from here are Taylor steps."""
        kind = type(self.problem)
        own = kind.expansion is not Problem.expansion or kind.series is not Problem.series
        return own and self.problem.expansion(self.x[:-1], self.p) is not None


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
        its end, and the operations spent.

    Raises
    ------
    StepFailure
        If every length down to ``min_length`` is refused.
    """
    base, counters = _resize(base, settings)
    take = _taylor_step if base.has_series else _tangent_step
    departed, piece, arrived, spent = take(base, settings)
    return departed, piece, arrived, counters + spent


def stride(base: Base, length: float, settings: Settings) -> tuple[Base, Piece, Base, Counters]:
    """Take one tangent step, of the given length at most, whatever the problem offers.

    Raises
    ------
    StepFailure
        As :func:`advance`.
    """
    return _tangent_step(replace(base, trial=length), settings)


def _resize(base: Base, settings: Settings) -> tuple[Base, Counters]:
    better = base.problem.resized(base.x[:-1], base.p, base.solver)
    if better is None:
        return base, Counters()
    problem, size = better
    tangent = np.append(base.problem.transfer(base.tangent[:-1], size), base.tangent[-1])
    tangent /= np.linalg.norm(tangent)
    x = np.append(base.problem.transfer(base.x[:-1], size), base.x[-1])
    new = correct(problem, x, tangent, settings.tolerance)
    if not new.converged:
        raise StepFailure(Status.UNRESOLVED, f"Newton failed after a change to {size} unknowns at p = {base.p!r}")
    spent = Counters(factorisations=new.iterations, newton=new.iterations, residuals=new.iterations + 1)
    return replace(base, problem=problem, x=new.x, tangent=tangent, size=np.nan, solver=None, f=None), spent


def _taylor_step(base: Base, settings: Settings) -> tuple[Base, Piece, Base, Counters]:
    """Sum the series as far as its residual stays at round-off; one factorisation, no Newton iteration."""
    problem, scale, x = base.problem, base.problem.parameter_scale, base.x
    x, solver, spent = _settled(base)
    order = min(settings.order, problem.largest_order)
    spent += Counters(steps=1, factorisations=1, solves=order)
    tried = refused = 0
    departed = replace(base, x=x, sign=solver.sign, size=_size(problem, solver), solver=None, f=None)
    c = problem.series(x, solver, order)
    c = _finite(c)
    order = len(c) - 1
    if order < LEAST_ORDER:
        raise StepFailure(Status.FAILED, f"the Taylor series about p = {departed.p!r} is not finite")
    ends = 1.0 + float(np.linalg.norm(x))  # a polynomial branch never ends: stay within the size of x
    trusted = min(trusted_length(c, settings.tolerance), settings.max_length, base.trial, ends)
    length = trusted
    powers = np.arange(order + 1)
    residual = defect = np.inf
    while length >= settings.min_length:
        piece = Piece(c * (length**powers)[:, None], base.s, length)
        end = piece(1.0)
        p = float(end[-1]) * scale
        f = problem.residual(end[:-1], p)
        residual, defect = max_norm(f), problem.defect(end[:-1], p)
        tried += 1
        if max(residual, defect) <= settings.tolerance:
            arrived = _arrive(problem, piece, end, f)
            if arrived is not None:
                spent += Counters(factorisations=refused, solves=refused, residuals=tried)
                return departed, piece, arrived, spent
            refused += 1
        if length < GIVE_UP * trusted <= length / 0.9 and round_off(problem, x) > settings.tolerance:
            break
        length *= 0.9
    status = Status.UNRESOLVED if settings.tolerance < defect < np.inf else Status.STEP_TOO_SMALL
    reason = f"residual {residual:.1e}, neglected tail {defect:.1e} after the shortest step"
    if np.isinf(residual):
        reason = f"the series can be trusted over a length of {length:.1e} only, or is not finite there"
    raise StepFailure(status, f"at p = {departed.p!r}: {reason}")


def _finite(c: Array) -> Array:
    """Return the coefficients before the first that overflows: a series of radius 1e-8 does at order 38."""
    if np.isfinite(c).all():
        return c
    bad = np.flatnonzero(~np.isfinite(c).all(axis=1))
    return c[: bad[0]]


def _settled(base: Base) -> tuple[Array, BorderedSolver, Counters]:
    """Shed the truncation of the last step by Newton's iteration; one update is enough off branch points."""
    problem, x = base.problem, base.x
    solver = base.solver or problem.bordered(x[:-1], base.p, base.tangent)
    f, spent = base.f, Counters()
    for _ in range(4):
        if f is None:
            f = problem.residual(x[:-1], float(x[-1]) * problem.parameter_scale)
            spent += Counters(residuals=1)
        update = solver.solve(-f)
        spent += Counters(solves=1)
        moved, size = float(np.abs(update).max()), 1.0 + float(np.abs(x).max())
        if moved > 4 * EPSILON * size:  # a start that is exact stays as given
            x = x + update
        if moved <= SETTLED * size:
            break
        solver, f = problem.bordered(x[:-1], float(x[-1]) * problem.parameter_scale, base.tangent), None
        spent += Counters(factorisations=1)
    return x, solver, spent


def _arrive(problem: Problem, piece: Piece, end: Array, f: Array) -> Base | None:
    """Factorise at the end of a Taylor step; None where the Jacobian is as good as singular."""
    direction = piece.derivative(1.0)
    direction /= np.linalg.norm(direction)
    solver = problem.bordered(end[:-1], float(end[-1]) * problem.parameter_scale, direction)
    if solver.sign == 0 and solver.log_determinant == -np.inf:  # singular; elsewhere 0 means not known
        return None
    stray = solver.solve(np.zeros(end.size - 1), 1.0) - direction
    if not np.max(np.abs(stray)) <= STRAY:
        return None
    return Base(problem, end, direction, piece.end, sign=solver.sign, size=_size(problem, solver), solver=solver, f=f)


def _tangent_step(base: Base, settings: Settings) -> tuple[Base, Piece, Base, Counters]:
    """Predict along the tangent and correct; refuse what turns, lands too far or converges slowly."""
    problem, spent = base.problem, Counters(steps=1)
    if base.sign == 0:
        base = replace(base, sign=_sign_at(base))
        spent += Counters(factorisations=1, solves=1)
    first = 0.1 * (1.0 + float(np.linalg.norm(base.x)))
    length = min(base.trial if np.isfinite(base.trial) else first, settings.max_length)
    while length >= settings.min_length:
        new = correct(problem, base.x + length * base.tangent, base.tangent, settings.tolerance)
        spent += Counters(factorisations=new.iterations, newton=new.iterations, residuals=new.iterations + 1)
        if new.converged and new.reach <= 0.5 * length and new.contraction <= QUICK:
            arrived = _turned(base, new.x, settings.max_turn, length)
            spent += Counters(factorisations=1, solves=1)
            if arrived is not None:
                c = hermite(base.x, base.tangent, new.x, arrived.tangent)
                piece = Piece(c, base.s, float(np.linalg.norm(c[1])), Made.CUBIC)
                return base, piece, replace(arrived, s=piece.end), spent
        length *= 0.5
    raise StepFailure(Status.STEP_TOO_SMALL, f"no step of length ≥ {settings.min_length:.1e} from p = {base.p!r}")


def _fits(base: Base, x: Array, tangent: Array) -> bool:
    """Whether the way gone is the mean of the two tangents, as on one smooth curve.

    A jump leaves both tangents as they are and displaces x. On one curve the two differ by O(length³), the
    displacements from the first tangent that they are compared with by O(length²), or O(length³) at an
    inflection.
    """
    arc = arc_length(base.x, base.tangent, x, tangent)
    gone, bend = x - base.x - arc * base.tangent, 0.5 * arc * (tangent - base.tangent)
    amiss = float(np.linalg.norm(gone - bend))
    floor = ROUND_OFF * (1.0 + float(np.linalg.norm(x)))
    return amiss <= floor + 0.5 * max(float(np.linalg.norm(gone)), float(np.linalg.norm(bend)))


def _size(problem: Problem, solver: BorderedSolver) -> float:
    """Return the logarithm of the determinant where it is sampled inside the steps, else nan."""
    return solver.log_determinant if problem.watches_pairs else np.nan


def _sign_at(base: Base) -> int:
    try:
        return tangent_at(base.problem, base.x, base.tangent)[1].sign
    except ArithmeticError:
        return 0  # exactly on a branch point


def _turned(base: Base, x: Array, max_turn: float, length: float) -> Base | None:
    """Return the base at the end of a tangent step with the next trial length; None if it turned too much."""
    try:
        tangent, solver = tangent_at(base.problem, x, base.tangent)
    except ArithmeticError:
        return None  # the step landed on a branch point: take a shorter one
    turn = float(np.arccos(np.clip(tangent @ base.tangent, -1.0, 1.0)))
    if not turn <= max_turn:
        return None
    if not _fits(base, x, tangent):
        return None
    growth = min(2.0, 0.5 * max_turn / max(turn, 1e-3 * max_turn))
    return Base(base.problem, x, tangent, base.s, length * growth, solver.sign, _size(base.problem, solver))
