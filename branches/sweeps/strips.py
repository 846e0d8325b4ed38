"""A phase diagram as strips in which the same transitions follow one another, with boundaries along computed lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from branches.loci.curve_points import Line
from branches.sweeps.phase_column import Column
from continuation import Record

__all__ = ["Limit", "Strip", "limits_of", "strips_of"]

Array = NDArray[np.float64]
Point = tuple[float, float]  # parameter and coupling
SERVES = 2e-3  # relative: a line passes a transition of a column; between two samples of a line it is known to this
KINDS = {"discontinuous": ("coexistence",), "continuous": ("onset", "pitchfork"), "fold": ("fold",)}


@dataclass(frozen=True, eq=False, repr=False)
class Strip(Record):
    """A range of the parameter in which the same transitions follow one another.

    Parameters
    ----------
    pattern
        (kind, mode that wins above) of the transitions, by increasing coupling; below the first the uniform state wins.
    value
        Values of the parameter, increasing, shape (m,).
    onset
        The first onset there, shape (m,).
    kappa
        The transitions there, shape (T, m).
    located
        Whether its left and right ends are special points that were located, or ends of the range; else an end lies
        half-way between two columns.
    """

    pattern: tuple[tuple[str, int], ...]
    value: Array
    onset: Array
    kappa: Array
    located: tuple[bool, bool]


@dataclass(frozen=True, eq=False, repr=False)
class Limit(Record):
    """A limit of metastability: folds at which a stable state of a mode begins; value, onset, kappa of shape (m,)."""

    mode: int
    value: Array
    onset: Array
    kappa: Array


@dataclass(frozen=True)
class _Arc:
    """A part of a line on which the parameter increases."""

    kind: str
    q: Array
    kappa: Array

    def distance(self, point: Point) -> float:
        """Return how far, relative to the coupling, it passes a point; infinite where it is not."""
        q, kappa = point
        if not self.q[0] <= q <= self.q[-1]:
            return np.inf
        return abs(float(np.interp(q, self.q, self.kappa)) - kappa) / kappa

    def inside(self, low: float, high: float) -> list[Point]:
        """Return its points strictly between two values of the parameter."""
        kept = (self.q > low) & (self.q < high)
        return list(zip(self.q[kept].tolist(), self.kappa[kept].tolist(), strict=True))


def strips_of(
    columns: Sequence[Column],
    lines: Iterable[Line] = (),
    marks: Sequence[Point] = (),
    onset: Callable[[float], float] | None = None,
    kinks: Sequence[float] = (),
) -> tuple[Strip, ...]:
    """Return the strips of a phase diagram.

    Parameters
    ----------
    columns
        By increasing parameter.
    lines
        Lines of the family: between two columns that one of them serves, a transition follows it; where none does, it
        is joined straight.
    marks
        (parameter, κ) of special points: where strips meet. By default half-way between two columns.
    onset
        The first onset at a value of the parameter; by default interpolated.
    kinks
        Values at which the first onset has a kink.

    Examples
    --------
    >>> one = Column(0.0, 3.2, (2.0, 1), ((2.0, "continuous", 1, 0.0),), (), 0)
    >>> two = Column(1.0, 3.2, (2.0, 1), ((1.9, "discontinuous", 1, 0.1),), (), 0)
    >>> [(strip.pattern, strip.value.tolist()) for strip in strips_of((one, two))]
    [((('continuous', 1),), [0.0, 0.5]), ((('discontinuous', 1),), [0.5, 1.0])]
    """
    arcs = [arc for line in lines for arc in _arcs(line)]
    runs = [list(group) for _, group in groupby(columns, key=lambda column: column.pattern)]
    onsets = onset or _interpolated(columns)
    found = []
    for number, run in enumerate(runs):
        left = _end(runs[number - 1][-1], run[0], marks) if number else (run[0].value, None)
        right = _end(run[-1], runs[number + 1][0], marks) if number + 1 < len(runs) else (run[-1].value, None)
        rows = []
        for row, (kind, _) in enumerate(run[0].pattern):
            points = [(column.value, column.transitions[row][0]) for column in run]
            beside = [_beside(runs, number, row, way) for way in (-1, 1)]
            rows.append(_track(points, [arc for arc in arcs if arc.kind in KINDS.get(kind, ())], left, right, beside))
        grid = {left[0], right[0], *(c.value for c in run), *(k for k in kinks if left[0] < k < right[0])}
        value = np.array(sorted(grid | {q for track in rows for q, _ in track}))
        kappa = np.array([_through(value, track) for track in rows]).reshape(len(rows), value.size)
        located = (not number or left[1] is not None, number + 1 == len(runs) or right[1] is not None)
        found.append(Strip(run[0].pattern, value, np.array([onsets(q) for q in value.tolist()]), kappa, located))
    return tuple(found)


def limits_of(
    columns: Sequence[Column],
    lines: Iterable[Line] = (),
    marks: Sequence[Point] = (),
    onset: Callable[[float], float] | None = None,
    kinks: Sequence[float] = (),
) -> tuple[Limit, ...]:
    """Return the limits of metastability of a phase diagram; arguments as for :func:`strips_of`."""
    arcs = [arc for line in lines for arc in _arcs(line) if arc.kind in KINDS["fold"]]
    onsets = onset or _interpolated(columns)
    keyed = [_folds(column) for column in columns]
    found = []
    for key in sorted({key for column in keyed for key in column}):
        for there, group in groupby(range(len(columns)), key=lambda k: key in keyed[k]):
            run = list(group)
            if not there:
                continue
            first, last = run[0], run[-1]
            left = _end(columns[first - 1], columns[first], marks) if first else None
            right = _end(columns[last], columns[last + 1], marks) if last + 1 < len(columns) else None
            points = [(columns[k].value, keyed[k][key]) for k in run]
            ends = [
                end if end is not None and end[1] is not None else (point[0], None)
                for end, point in ((left, points[0]), (right, points[-1]))
            ]
            track = _track(points, arcs, ends[0], ends[1], [None, None])
            grid = {q for q, _ in track} | {k for k in kinks if track[0][0] < k < track[-1][0]}
            value = np.array(sorted(grid))
            kappa = _through(value, track)
            found.append(Limit(key[0], value, np.array([onsets(q) for q in value.tolist()]), kappa))
    return tuple(found)


def _folds(column: Column) -> dict[tuple[int, int], float]:
    """Return the folds of a column by mode and number among those of that mode."""
    found: dict[tuple[int, int], float] = {}
    for kappa, mode in column.folds:
        found[mode, sum(key[0] == mode for key in found)] = kappa
    return found


def _arcs(line: Line) -> list[_Arc]:
    """Cut the path of a line where the parameter turns back."""
    q, kappa = line.path.T
    turns = np.flatnonzero(np.diff(np.sign(np.diff(q)))) + 1
    arcs = []
    for start, stop in pairwise([0, *turns.tolist(), q.size - 1]):
        own = slice(start, stop + 1)
        order = np.argsort(q[own], kind="stable")
        if stop > start:
            arcs.append(_Arc(line.kind, q[own][order], kappa[own][order]))
    return arcs


def _interpolated(columns: Sequence[Column]) -> Callable[[float], float]:
    values, onsets = [column.value for column in columns], [column.onset[0] for column in columns]
    return lambda q: float(np.interp(q, values, onsets))


def _end(before: Column, after: Column, marks: Sequence[Point]) -> tuple[float, float | None]:
    """Return where two strips meet: parameter and coupling of the special point between two columns, if it is known."""
    for q, kappa in marks:
        if before.value <= q <= after.value:
            return q, kappa
    return 0.5 * (before.value + after.value), None


def _beside(runs: Sequence[Sequence[Column]], number: int, row: int, way: int) -> Point | None:
    """Return where a transition goes on in the nearest column of the next run.

    The same kind and mode if it is there, or else the same mode; one that ends there joins the next transition of its
    own strip that goes on.
    """
    if not 0 <= number + way < len(runs):
        return None
    own, other = runs[number][0].pattern, runs[number + way][0 if way > 0 else -1]
    rows = sorted(range(len(own)), key=lambda k: (abs(k - row), -k))
    for k in rows:
        for same in (own[k:k + 1], [entry for entry in other.pattern if entry[1] == own[k][1]][:1]):
            places = [place for place, entry in enumerate(other.pattern) if entry in same]
            rank = own[:k].count(own[k])
            if rank < len(places):
                return other.value, other.transitions[places[rank]][0]
    return None


def _track(
    points: Sequence[Point],
    arcs: Sequence[_Arc],
    left: tuple[float, float | None],
    right: tuple[float, float | None],
    beside: Sequence[Point | None],
) -> list[Point]:
    """Return one boundary from end to end: through its points, along the lines that serve them."""
    track = _extension(points[0], arcs, left, beside[0])[::-1]
    for one, two in pairwise(points):
        arc = _serving(arcs, one, two)
        track += [one, *(arc.inside(one[0], two[0]) if arc else [])]
    return [*track, points[-1], *_extension(points[-1], arcs, right, beside[1])]


def _through(value: Array, track: Sequence[Point]) -> Array:
    """Return couplings on a boundary at values of the parameter."""
    q, kappa = np.array(track).T
    return np.asarray(np.interp(value, q, kappa))


def _serving(arcs: Sequence[_Arc], *points: Point) -> _Arc | None:
    """Return the line that passes all of some points, if there is one."""
    best = min(arcs, key=lambda arc: max(arc.distance(point) for point in points), default=None)
    return best if best is not None and max(best.distance(point) for point in points) <= SERVES else None


def _extension(
    point: Point, arcs: Sequence[_Arc], end: tuple[float, float | None], beside: Point | None
) -> list[Point]:
    """Return how a boundary goes on from its outermost column to the end of its strip, outwards."""
    (q, kappa), (stop, special) = point, end
    if stop == q:
        return []
    arc = _serving(arcs, point)
    between = arc.inside(min(q, stop), max(q, stop)) if arc else []
    if arc is not None and arc.q[0] <= stop <= arc.q[-1]:
        last = float(np.interp(stop, arc.q, arc.kappa))
    elif between:
        last = between[-1 if stop > q else 0][1]
    else:
        last = kappa if beside is None else float(_through(np.array(stop), sorted((point, beside))))
    if special is not None and abs(last - special) <= SERVES * special:
        last = special
    return [*(between if stop > q else between[::-1]), (stop, last)]
