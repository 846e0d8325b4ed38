"""Following a line both ways from one point, and reading off its special points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from branches.loci.curve_points import ON_LINE, CurvePoint, Line, amplitude_limit
from branches.loci.family_weights import FamilyWeights
from branches.onsets.multicritical import multicritical_kind
from continuation import Branch, Event, Problem, SpecialPoint, Status, correct, follow

__all__ = ["Ending", "followed_line", "onset_events", "resolved"]

Array = NDArray[np.float64]
SMALL = 1e-6  # a moment that has vanished at an extrapolated end
SAME = 1e-9  # relative: two values of κ that are one
PART = 0.8  # of the first amplitude, where that is smaller
TOLERANCE = 1e-13  # of the engine: what a located point is right to, relative to 1 + |q|
HIGHEST_MODE = 12  # onsets looked at along a line
MOST_STEPS = 150  # a line that needs more is ended there, and says so
LEAST, LARGEST, NEGLECTED = 32, 256, 1e-12  # unknowns of a state, and the last moment allowed
DOUBT = 4.0  # errors of an end within which c₄ must not vanish for the end to be tricritical
CONVERGED = 1e-7  # error of an extrapolation that has found its end


@dataclass(frozen=True)
class Ending:
    """A line ends where an amplitude of its states vanishes, in a point of this kind.

    Parameters
    ----------
    kind
        Of the point; 'tricritical' at the uniform state is made precise by the coefficients of its onset.
    index, n_fold, size
        Where the moments of the state begin among the unknowns, its period number, and how many there are.
    power
        The line is smooth in amplitude^power.
    close
        Amplitude from which the end is extrapolated.
    noise
        The equations determine q and κ at a small amplitude a to some ε / a^noise.
    other
        The amplitude is u[index]; or, where the moments of a second state of the same period begin at ``other``, the
        difference u[index] − u[other].
    """

    kind: str
    index: int
    n_fold: int
    size: int
    power: int = 2
    close: float = 0.3
    noise: int = 1
    other: int | None = None

    def row(self, size: int) -> Array:
        """Return the amplitude as a row that acts on the unknowns, shape (size,)."""
        row: Array = np.eye(1, size, self.index)[0]
        if self.other is not None:
            row[self.other] = -1.0
        return row

    def odd(self, x: Array) -> Array:
        """Return the part of x that is odd in the amplitude, shape of x."""
        odd: Array = np.zeros_like(x)
        own = slice(self.index, self.index + self.size)
        if self.other is not None:
            second = slice(self.other, self.other + self.size)
            odd[own] = 0.5 * (x[own] - x[second])
            odd[second] = -odd[own]
        elif self.power == 2:
            odd[own][::2] = x[own][::2]
        return odd

    def point(self, x: Array, q: float, error: float, weights: FamilyWeights) -> CurvePoint:
        """Return the point in which the line ends at the limit x."""
        kappa = float(x[-2]) * weights.unit(q)
        if self.other is not None:
            return CurvePoint(self.kind, q, kappa, error, f"the two states of mode {self.n_fold} merge")
        even = (x - self.odd(x))[self.index : self.index + self.size]
        own = weights.kind.with_n_fold(self.n_fold)
        n_fold, kind = own.of_state(own.expanded(even), SMALL).n_fold, self.kind
        if kind == "tricritical" and n_fold == 0:
            inside = max(min(DOUBT * error, q - weights.low, weights.high - q), 0.0)
            kind = multicritical_kind(weights.family, q, inside, self.n_fold)
        becomes = f"mode {n_fold}" if n_fold else "the uniform state"
        return CurvePoint(kind, q, kappa, error, f"mode {self.n_fold} merges with {becomes}")


def resolved(line_of: Callable[[int], Line], size: int) -> Line:
    """Return a line with so many unknowns that the last moment of its states is small all along; else it says so."""
    size = max(LEAST, size)
    while True:
        line = line_of(size)
        last = _last_moments(line, size)
        if last <= NEGLECTED:
            return line
        if 2 * size > LARGEST:
            note = f"; with {size} moments to a state the last one reaches {last:.1e}"
            return replace(line, message=line.message + note)
        size *= 2


def _last_moments(line: Line, size: int) -> float:
    ends = [curve.u[:, size - 1 : -1 : size] for curve in line.curves]
    return max(float(np.max(np.abs(end), initial=0.0)) for end in ends)


def onset_events(weights: FamilyWeights) -> tuple[Event, ...]:
    """Return the events that end a line because the uniform state, one of two that coexist, is at an onset."""

    def beyond(mode: int, u: Array, q: float) -> float:
        return float(u[-1] * weights.at(q, mode)[-1]) - weights.multiplicity(mode)

    modes = range(1, HIGHEST_MODE + 1)
    return tuple(Event(f"critical end point:{mode}", partial(beyond, mode), terminal=True) for mode in modes)


def followed_line(
    kind: str,
    description: str,
    problem: Problem,
    start: Array,
    q0: float,
    weights: FamilyWeights,
    endings: Sequence[Ending] = (),
    events: Sequence[Event] = (),
    turns: bool = True,
) -> Line:
    """Follow a line both ways.

    Parameters
    ----------
    kind, description
        Of the line.
    problem
        Its equations: unknowns (…, κ̃), parameter q.
    start, q0
        A point on it.
    weights
        The family: the range and the unit of κ.
    endings
        Unknowns that vanish where the line ends.
    events
        What else is looked for; a name 'kind:mode' tells the mode, 'kind:twin' the half-branch.
    turns
        Whether the line goes on where q turns back; otherwise it ends there, in a 'limit of existence'.

    Raises
    ------
    ValueError
        If no point of the line is found near the start.
    """
    ends = tuple(_end_event(number, ending, start) for number, ending in enumerate(endings))

    def half(way: int) -> Branch:
        stop, watched, low, high = None if turns else _Turned(way), (*events, *ends), weights.low, weights.high
        return follow(
            problem, start, q0, direction=way, p_min=low, p_max=high, events=watched, stop=stop, max_steps=MOST_STEPS
        )

    curves = half(-1), half(1)
    if not all(part.p.size for part in curves):
        reason = "; ".join(part.message for part in curves if not part.p.size)
        raise ValueError(f"the {kind} line {description!r} could not be started at q0 = {q0!r}: {reason}")
    halves = [_half(problem, part, endings, weights, turns) for part in curves]
    q, kappa = np.concatenate([halves[0].table[::-1], halves[1].table[1:]]).T
    return Line(
        kind,
        description,
        q,
        kappa,
        tuple(sorted((point for part in halves for point in part.points), key=lambda point: point.q)),
        partial(_couplings, problem, halves, weights),
        f"towards smaller: {halves[0].message}; towards larger: {halves[1].message}",
        curves,
    )


@dataclass
class _Turned:
    """Says when q, which at first changes in the direction ``way``, has turned back."""

    way: int
    farthest: float = -np.inf

    def __call__(self, u: Array, q: float) -> bool:
        turned = self.way * q < self.farthest
        self.farthest = max(self.farthest, self.way * q)
        return turned


def _turn(half: Branch) -> tuple[SpecialPoint | None, float]:
    """Return where q first turns back, and its arclength."""
    turn = next((point for point in half.special_points if point.kind == "fold"), None)
    return turn, np.inf if turn is None else turn.arclength


@dataclass(frozen=True)
class _Limit:
    """Where a vanishing amplitude ends a line: the last point followed, the limit, and the point that it is."""

    ending: Ending
    last: Array
    limit: Array
    point: CurvePoint

    def guess(self, q: float, scale: float) -> Array | None:
        """Return about where the line is at q, if that lies between the last point followed and the limit."""
        part = (q / scale - self.limit[-1]) / (self.last[-1] - self.limit[-1])
        if not 0.0 < part < 1.0:
            return None
        odd = self.ending.odd(self.last)
        guess: Array = self.limit + part * (self.last - odd - self.limit) + np.sqrt(part) * odd
        return guess


@dataclass(frozen=True)
class _Half:
    """One half of a line: (q, κ) along it, shape (P, 2), its special points, how it ends, and what was followed."""

    curve: Branch
    end: float
    table: Array
    points: tuple[CurvePoint, ...]
    message: str
    limit: _Limit | None


def _half(
    problem: Problem, curve: Branch, endings: Sequence[Ending], weights: FamilyWeights, turns: bool
) -> _Half:
    """Read one half off the curve that was followed."""
    turn, end = (None, np.inf) if turns else _turn(curve)
    points = [_point(special, weights) for special in _specials(curve) if special.arclength < end]
    kept = curve.arclength < end
    q, scaled = curve.p[kept], curve.u[kept, -1]
    table = np.column_stack([q, scaled * [weights.unit(float(value)) for value in q]])
    last, limit, message = None, None, f"{curve.status.value} {curve.message}".strip()
    if turn is not None:
        last, message = replace(_point(turn, weights), kind="limit of existence"), "one of the states folds"
    elif curve.status is Status.EVENT and curve.special_points[-1].kind.startswith("end:"):
        limit, message = _limit(problem, curve.special_points[-1], endings, weights)
        last = None if limit is None else limit.point
    elif curve.status is Status.EVENT:
        message = points[-1].kind
    if last is not None:
        points.append(last)
        table = np.vstack([table, [last.q, last.kappa]])
    return _Half(curve, end, table, tuple(points), message, limit)


def _end_event(number: int, ending: Ending, start: Array) -> Event:
    row = ending.row(start.size)
    first = float(row @ start)
    level, sign = min(ending.close, PART * abs(first)), np.sign(first)
    return Event(f"end:{number}", lambda u, q: float(sign * (row @ u)) - level, terminal=True)


def _specials(half: Branch) -> list[SpecialPoint]:
    skipped = ("fold", "branch point", "undecided")  # of the line itself: turns in q, no events of the states
    return [point for point in half.special_points if point.kind not in skipped and not point.kind.startswith("end:")]


def _point(special: SpecialPoint, weights: FamilyWeights) -> CurvePoint:
    kind, _, where = special.kind.partition(":")
    kappa = float(special.u[-1]) * weights.unit(special.p)
    error = TOLERANCE * (1.0 + abs(special.p))
    return CurvePoint(kind, special.p, kappa, error, _place(where))


def _place(where: str) -> str:
    """Say in words what follows the kind in the name of an event: a mode, or 'twin'."""
    if where == "twin":
        return "of the branch that leaves the twin"
    return f"onset of mode {where}" if where else ""


def _limit(
    problem: Problem, last: SpecialPoint, endings: Sequence[Ending], weights: FamilyWeights
) -> tuple[_Limit | None, str]:
    """Return where a line ends by a vanishing amplitude, and that in words."""
    ending = endings[int(last.kind[4:])]
    here = problem.resized(last.u, last.p)
    problem, scale = (problem if here is None else here[0]), problem.parameter_scale
    start = np.append(last.u, last.p / scale)
    try:
        x, error = amplitude_limit(problem, start, ending.row(start.size), ending.power, ending.noise)
        if not max(float(error[-1]), float(error[-2])) <= CONVERGED:
            raise ArithmeticError(f"its extrapolation leaves an error of {float(error[-1]) * scale:.1e}")
    except ArithmeticError as failure:
        return None, f"an amplitude has become small, but does not vanish on the line: {failure}"
    q = float(x[-1]) * scale
    point = ending.point(x, q, float(error[-1]) * scale, weights)
    return _Limit(ending, start, x, point), point.kind


def _couplings(problem: Problem, halves: Sequence[_Half], weights: FamilyWeights, q: float) -> tuple[float, ...]:
    """Return κ wherever the line is at q, the extrapolated ends included: corrected at fixed q."""
    guesses: list[Array] = []
    for half in halves:
        on_curve = [half.curve.at(s)[0] for s in half.curve.crossings(q) if s <= half.end]
        beyond = None if half.limit is None else half.limit.guess(q, problem.parameter_scale)
        guesses += on_curve if beyond is None else [*on_curve, beyond[:-1]]
    found: list[float] = []
    for u in guesses:
        here = problem.resized(u, q)
        fixed = problem if here is None else here[0]
        x = np.append(u, q / fixed.parameter_scale)
        new = correct(fixed, x, np.eye(1, x.size, x.size - 1)[0], 0.0, max_iterations=20)
        kappa = float(new.x[-2]) * weights.unit(q)
        if new.residual <= ON_LINE and all(abs(kappa - other) > SAME * kappa for other in found):
            found.append(kappa)
    return tuple(found)
