"""All lines of a family in the plane of its parameter and the coupling, started from a few diagrams."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import combinations, pairwise

from branches.diagrams.build import diagram
from branches.diagrams.completeness import Outcome
from branches.diagrams.trace import first_onset
from branches.landscapes.landscape import Landscape, landscape
from branches.loci.coexistence_lines import coexistence_line
from branches.loci.curve_points import CurvePoint, Line, crossings
from branches.loci.fold_lines import fold_line
from branches.loci.onset_lines import onset_lines
from branches.loci.pitchfork_lines import pitchfork_line
from branches.potentials.potential import Potential, finite_number
from continuation import Record

__all__ = ["Curves", "curves"]

REACH = 1.6  # couplings looked at, in units of the first onset
ON_LINE = 1e-8  # relative: a special point of a diagram lies on a line already followed
NARROW = 1e-3  # of the range: special points closer to each other are not looked between
MOST_MORE = 24  # diagrams between special points, beside those asked for
SAME = 1e-8  # relative to 1 + |q|: two special points of one kind that are one


@dataclass(frozen=True, eq=False, repr=False)
class Curves(Record):
    """The lines of a family, and in words what could not be followed: lines, and branches of the diagrams."""

    lines: tuple[Line, ...]
    failures: tuple[str, ...] = ()

    def of_kind(self, kind: str) -> tuple[Line, ...]:
        """Return the lines of one kind."""
        return tuple(line for line in self.lines if line.kind == kind)

    @property
    def points(self) -> tuple[CurvePoint, ...]:
        """All special points by increasing parameter; one that several lines show is given by the most accurate."""
        kept: list[CurvePoint] = []
        for point in sorted((p for line in self.lines for p in line.points), key=lambda point: point.error):
            if not any(_same(point, other) for other in kept):
                kept.append(point)
        return tuple(sorted(kept, key=lambda point: point.q))


def _same(point: CurvePoint, other: CurvePoint) -> bool:
    near = SAME * (1.0 + abs(point.q))
    close = abs(point.q - other.q) <= max(near, point.error) and abs(point.kappa - other.kappa) <= max(
        SAME * other.kappa, point.error * abs(other.kappa)
    )
    return point.kind == other.kind and close


def curves(
    family: Callable[[float], Potential],
    low: float,
    high: float,
    seeds: Iterable[float],
    modes: Iterable[int] = (1, 2, 3, 4),
    reach: float = REACH,
) -> Curves:
    """Follow every fold, pitchfork and coexistence found in a few diagrams over the parameter.

    Parameters
    ----------
    family
        Parameter → Potential.
    low, high
        The range of the parameter.
    seeds
        Values whose diagrams are computed first. Between any two neighbouring special points, and between them and the
        ends of the range, another one is computed where none of these lies.
    modes
        Modes of the onset lines.
    reach
        The diagrams go up to this multiple of the first onset, > 1.

    Returns
    -------
    Curves
        Crossings of two coexistence lines are its triple points. A line that begins and ends between two neighbouring
        special points known, without passing a value whose diagram was computed, is missed.

    Raises
    ------
    ValueError
        If a seed is outside the range.

    Examples
    --------
    >>> from branches import potentials
    >>> found = curves(potentials.bimodal, 0.3, 2.2, seeds=(1.45,), modes=(1, 2))
    >>> [(point.kind, f"{point.q:.10f}") for point in found.points if point.q > 1.2 and point.q < 1.7]
    [('critical end point', '1.2672925043'), ('tricritical', '1.6349390969')]
    """
    search = _Search(family, low, high, reach, list(onset_lines(family, low, high, modes)))
    given = [finite_number("seeds", seed) for seed in seeds]
    for q0 in given:
        if not low <= q0 <= high:
            raise ValueError(f"seeds: {q0!r} is not allowed: it must lie in the range {low!r} to {high!r}")
    for q0 in given:
        search.look(q0)
    while search.gaps() and len(search.seen) < len(given) + MOST_MORE:
        for q0 in search.gaps():
            search.look(q0)
    unseen = tuple(f"no diagram near parameter {q0:.9g}: too many special points" for q0 in search.gaps())
    search.add_triple_points()
    return Curves(tuple(search.lines), (*search.failures, *unseen))


@dataclass
class _Search:
    """The lines followed so far, and where diagrams were computed."""

    family: Callable[[float], Potential]
    low: float
    high: float
    reach: float
    lines: list[Line]
    failures: list[str] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)

    def look(self, q0: float) -> None:
        """Follow every line that the diagram at q0 shows and none of those known passes."""
        self.seen.append(q0)
        potential = self.family(q0)
        found = landscape(diagram(potential, kappa_max=self.reach * first_onset(potential)))
        self.failures += [
            f"diagram at parameter {q0:.9g}, {half.node}, {half.description}: {half.outcome} ({half.reason})"
            for half in found.diagram.completeness.half_branches
            if half.outcome in (Outcome.STOPPED, Outcome.FAILED)
        ]
        for kind, kappa, follow_it in _starts(found, self.family, q0, self.low, self.high):
            if any(line.kind == kind and _passes(line, q0, kappa) for line in self.lines):
                continue
            try:
                self.lines.append(follow_it())
            except (ArithmeticError, ValueError) as failure:
                self.failures.append(f"{kind} at parameter {q0:.9g}, κ = {kappa:.9g}: {failure}")

    def add_triple_points(self) -> None:
        """Add to every two coexistence lines where they cross."""
        pairs = [k for k, line in enumerate(self.lines) if line.kind == "coexistence"]
        for i, j in combinations(pairs, 2):
            one, other = self.lines[i], self.lines[j]
            try:
                found = [p for p in crossings(one, other) if not (_ends_at(one, p) or _ends_at(other, p))]
            except ValueError as failure:
                self.failures.append(f"triple points of {one.description} and {other.description}: {failure}")
                continue
            self.lines[i], self.lines[j] = (replace(line, points=(*line.points, *found)) for line in (one, other))

    def gaps(self) -> list[float]:
        """Return the middles of the intervals between neighbouring special points in which no diagram was computed.

        Lines begin and end in special points: between two of them one diagram shows them all.
        """
        points = sorted(point.q for line in self.lines for point in line.points)
        stops, narrow = [self.low, *points, self.high], NARROW * (self.high - self.low)
        return [
            0.5 * (left + right)
            for left, right in pairwise(stops)
            if right - left > narrow and not any(left < q < right for q in self.seen)
        ]


def _starts(
    found: Landscape, family: Callable[[float], Potential], q0: float, low: float, high: float
) -> list[tuple[str, float, Callable[[], Line]]]:
    """Return (kind, κ, how to follow it) of what one diagram shows."""
    kind = found.diagram.potential.space.isotropy(1)  # lines are those of even states
    starts: list[tuple[str, float, Callable[[], Line]]] = [
        ("coexistence", kink.kappa, partial(coexistence_line, family, kink, q0, low, high))
        for kink in found.kinks
        if all(state.isotropy.same_kind(kind) for state in kink.states)
    ]
    for branch in found.diagram.branches:
        if not branch.isotropy.same_kind(kind):
            continue
        for point in branch.special_points:
            if point.kind == "fold":
                starts.append(("fold", point.kappa, partial(fold_line, family, point, q0, low, high)))
            elif point.kind in ("pitchfork", "transcritical") and point.residue % max(point.n_fold, 1):
                starts.append(("pitchfork", point.kappa, partial(pitchfork_line, family, point, q0, low, high)))
    return starts


def _passes(line: Line, q: float, kappa: float) -> bool:
    return any(abs(value - kappa) <= ON_LINE * kappa for value in line.couplings(q))


def _ends_at(line: Line, point: CurvePoint) -> bool:
    """Whether a line ends in a point, where another one may go on: only inside both is it one of three states."""
    near = max(SAME * (1.0 + abs(point.q)), point.error)
    return any(abs(float(q) - point.q) <= near for q in (line.q[0], line.q[-1]))
