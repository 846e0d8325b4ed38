"""Following a line both ways from one point, and reading off its special points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from branches.loci.curve_points import ON_LINE, CurvePoint, Line, amplitude_limit
from branches.loci.family_weights import FamilyWeights
from branches.spaces.symmetry import period_of
from continuation import Branch, Event, Problem, SpecialPoint, follow
from continuation.steps.corrector import correct

__all__ = ["Ending", "followed_line", "onset_events", "resolved"]

Array = NDArray[np.float64]
SMALL = 1e-6  # a moment that has vanished at an extrapolated end
SAME = 1e-9  # relative: two values of κ that are one
PART = 0.8  # of the first amplitude, where that is smaller
TOLERANCE = 1e-13  # of the engine: what a located point is right to, relative to 1 + |q|
HIGHEST_MODE = 12  # onsets looked at along a line
MOST_STEPS = 150  # a line that needs more is ended there, and says so
LEAST, LARGEST, NEGLECTED = 32, 256, 1e-12  # unknowns of a state, and the last moment allowed
CONVERGED = 1e-7  # error of an extrapolation that has found its end


@dataclass(frozen=True)
class Ending:
    """A line ends where the first moment u[index] of one of its states vanishes, in a point of this kind.

    Parameters
    ----------
    kind
        Of the point.
    index, period, size
        Where the moments of the state begin among the unknowns, its period number, and how many there are.
    power
        The line is smooth in u[index]^power.
    close
        Amplitude from which the end is extrapolated.
    noise
        The equations determine q and κ at a small amplitude a to some ε / a^noise.
    """

    kind: str
    index: int
    period: int
    size: int
    power: int = 2
    close: float = 0.3
    noise: int = 1

    def description(self, x: Array) -> str:
        """Say what the state becomes at the limit x."""
        u = x[self.index : self.index + self.size].copy()
        if self.power == 2:
            u[::2] = 0.0  # odd in the amplitude
        period = period_of(u, SMALL) * self.period
        return f"mode {self.period} merges with {f'mode {period}' if period else 'the uniform state'}"


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


def onset_events(weights: FamilyWeights, own: set[int]) -> tuple[Event, ...]:
    """Return the events at which the uniform state, one of two that coexist, is at an onset of another mode."""

    def beyond(mode: int, u: Array, q: float) -> float:
        return float(u[-1] * weights.at(q, mode)[-1]) - 2.0

    others = [mode for mode in range(1, HIGHEST_MODE + 1) if mode not in own]
    return tuple(Event(f"critical end point:{mode}", partial(beyond, mode)) for mode in others)


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
    ends = tuple(_end_event(number, ending, float(start[ending.index])) for number, ending in enumerate(endings))

    def half(way: int) -> Branch:
        stop, watched, low, high = None if turns else _Turned(way), (*events, *ends), weights.low, weights.high
        return follow(
            problem, start, q0, direction=way, p_min=low, p_max=high, events=watched, stop=stop, max_steps=MOST_STEPS
        )

    halves = half(-1), half(1)
    if not all(part.p.size for part in halves):
        reason = "; ".join(part.message for part in halves if not part.p.size)
        raise ValueError(f"the {kind} line {description!r} could not be started at q0 = {q0!r}: {reason}")
    tables, points, messages = [], [], []
    stops = [np.inf if turns else _turn(part)[1] for part in halves]
    for part in halves:
        table, found, message = _half(problem, part, endings, weights, turns)
        tables.append(table)
        points += found
        messages.append(message)
    q, kappa = np.concatenate([tables[0][::-1], tables[1][1:]]).T
    return Line(
        kind,
        description,
        q,
        kappa,
        tuple(sorted(points, key=lambda point: point.q)),
        partial(_couplings, problem, halves, weights, stops),
        f"towards smaller: {messages[0]}; towards larger: {messages[1]}",
        halves,
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


def _half(
    problem: Problem, half: Branch, endings: Sequence[Ending], weights: FamilyWeights, turns: bool
) -> tuple[Array, list[CurvePoint], str]:
    """Return (q, κ) along one half, shape (P, 2), its special points, and how it ends."""
    turn, end = (None, np.inf) if turns else _turn(half)
    points = [_point(special, weights) for special in _specials(half) if special.arclength < end]
    kept = half.arclength < end
    q, scaled = half.p[kept], half.u[kept, -1]
    table = np.column_stack([q, scaled * [weights.unit(float(value)) for value in q]])
    limit, message = None, f"{half.status.value} {half.message}".strip()
    if turn is not None:
        limit, message = replace(_point(turn, weights), kind="limit of existence"), "one of the states folds"
    elif half.special_points and half.special_points[-1].kind.startswith("end:"):
        limit, message = _limit(problem, half.special_points[-1], endings, weights)
    if limit is not None:
        points.append(limit)
        table = np.vstack([table, [limit.q, limit.kappa]])
    return table, points, message


def _end_event(number: int, ending: Ending, first: float) -> Event:
    level, sign = min(ending.close, PART * abs(first)), np.sign(first)
    return Event(f"end:{number}", lambda u, q: float(sign * u[ending.index]) - level, terminal=True)


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
) -> tuple[CurvePoint | None, str]:
    """Return the point in which a line ends by a vanishing amplitude, and that in words."""
    ending = endings[int(last.kind[4:])]
    here = problem.resized(last.u, last.p)
    problem, scale = (problem if here is None else here[0]), problem.parameter_scale
    try:
        start = np.append(last.u, last.p / scale)
        x, error = amplitude_limit(problem, start, ending.index, ending.power, ending.noise)
        if not max(float(error[-1]), float(error[-2])) <= CONVERGED:
            raise ArithmeticError(f"its extrapolation leaves an error of {float(error[-1]) * scale:.1e}")
    except ArithmeticError as failure:
        return None, f"an amplitude has become small, but does not vanish on the line: {failure}"
    q = float(x[-1]) * scale
    kappa = float(x[-2]) * weights.unit(q)
    return CurvePoint(ending.kind, q, kappa, float(error[-1]) * scale, ending.description(x)), ending.kind


def _couplings(
    problem: Problem, halves: Sequence[Branch], weights: FamilyWeights, ends: Sequence[float], q: float
) -> tuple[float, ...]:
    """Return κ wherever the line, up to the arclength ``end`` of either half, is at q: corrected at fixed q."""
    found: list[float] = []
    for half, end in zip(halves, ends, strict=True):
        for u in [half.at(s)[0] for s in half.crossings(q) if s <= end]:
            here = problem.resized(u, q)
            fixed = problem if here is None else here[0]
            x = np.append(u, q / fixed.parameter_scale)
            new = correct(fixed, x, np.eye(1, x.size, x.size - 1)[0], 0.0, max_iterations=20)
            kappa = float(new.x[-2]) * weights.unit(q)
            if new.residual <= ON_LINE and all(abs(kappa - other) > SAME * kappa for other in found):
                found.append(kappa)
    return tuple(found)
