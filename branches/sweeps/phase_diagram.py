"""Phase diagrams: which state wins, and which is metastable, over a parameter and the coupling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby, pairwise, zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from branches.diagrams.build import diagram
from branches.diagrams.diagram import Diagram
from branches.diagrams.outlets import DrawnPage, Exported, outlet
from branches.diagrams.trace import first_onset
from branches.landscapes.landscape import landscape
from branches.loci.coexistence_lines import coexistence_line
from branches.loci.curves import Curves, curves
from branches.loci.pitchfork_tricritical import pitchfork_tricritical_point
from branches.onsets.tricritical import tricritical_point
from branches.sweeps.phase_column import REACH, WEIGHTS, Column, Family, column_of, column_task, unpacked
from branches.sweeps.store import Store
from branches.sweeps.strips import Limit, Strip, limits_of, strips_of
from branches.sweeps.sweep import Failure, Progress, sweep
from continuation import Record, one_thread

__all__ = ["Change", "Column", "Landmark", "PhaseDiagram", "phase_diagram"]

DECIDED = {"continuous", "discontinuous"}
CLOSE = 1e-3  # of the range: columns beside a special point, where its kinds of transition can be told apart
ENDS = ("tricritical", "critical end point", "triple point", "critical point", "tetracritical")
SERVED = 0.02  # relative: a special point between two columns is about where their transition is
LOCATED = 1e-12  # width to which a critical end point is bisected


@dataclass(frozen=True, eq=False, repr=False)
class Change(Record):
    """Neighbouring columns with different patterns: a special point, or an end of the range, lies between them."""

    low: float
    high: float
    before: tuple[tuple[str, int], ...]
    after: tuple[tuple[str, int], ...]

    @property
    def row(self) -> int:
        """The number of the first transition that is another one."""
        pairs = enumerate(zip_longest(self.before, self.after))
        return next(row for row, (before, after) in pairs if before != after)


@dataclass(frozen=True, eq=False, repr=False)
class Landmark(Record):
    """A special point of a phase diagram: its kind, where it is, and how far off it may be in the parameter."""

    kind: str
    parameter: float
    kappa: float
    parameter_error: float


@dataclass(frozen=True, eq=False, repr=False)
class PhaseDiagram(Exported, DrawnPage, Record):
    """The columns of a phase diagram.

    Parameters
    ----------
    columns
        By increasing parameter.
    failures
        Values without a column, and why.
    status, message
        As in :class:`~branches.sweeps.sweep.Sweep`.
    computed
        How many columns were computed now, the others having been in the store.
    special_points
        Those located, see :meth:`traced`.
    strips, limits
        Transitions and limits of metastability along computed lines, see :meth:`traced`; by default joined straight
        from column to column.
    """

    columns: tuple[Column, ...]
    failures: tuple[Failure, ...] = ()
    status: str = "finished"
    message: str = ""
    computed: int = field(default=0, compare=False)
    special_points: tuple[Landmark, ...] = ()
    strips: tuple[Strip, ...] = ()
    limits: tuple[Limit, ...] = ()

    def __post_init__(self) -> None:
        if not self.strips and self.columns:
            object.__setattr__(self, "strips", strips_of(self.columns))
            object.__setattr__(self, "limits", limits_of(self.columns))
        super().__post_init__()

    def __len__(self) -> int:
        return len(self.columns)

    def __iter__(self) -> Iterator[Column]:
        """Go through the columns."""
        return iter(self.columns)

    def __getitem__(self, number: int) -> Column:
        """Return a column by its number."""
        return self.columns[number]

    @property
    def changes(self) -> tuple[Change, ...]:
        """Where the pattern of transitions changes from one column to the next (that are decided)."""
        decided = [c for c in self.columns if all(kind in DECIDED for kind, _ in c.pattern)]
        return tuple(
            Change(left.value, right.value, left.pattern, right.pattern)
            for left, right in pairwise(decided)
            if left.pattern != right.pattern
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What deserves to be said: another dominant mode, columns with contradictions, an early end."""
        found = [
            f"the mode of the first onset changes from {left.onset[1]} to {right.onset[1]} "
            f"between {left.value:.6g} and {right.value:.6g}"
            for left, right in pairwise(self.columns)
            if left.onset[1] != right.onset[1]
        ]
        doubtful = [f"{column.value:.6g}" for column in self.columns if column.violations]
        if doubtful:
            found.append(f"a state is missing at {', '.join(doubtful)}: do not trust these columns")
        return (*found, self.message) if self.message else tuple(found)

    def landmarks(self, family: Family) -> tuple[Landmark, ...]:
        """Return the special point of each change, located: where a Landau coefficient vanishes, or by bisection.

        Examples
        --------
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> from branches import potentials
        >>> with ThreadPoolExecutor(1) as executor:
        ...     found = phase_diagram(potentials.noisy_transformer, [2.0, 3.0], executor)
        >>> [(mark.kind, f"{mark.parameter:.12f}") for mark in found.landmarks(potentials.noisy_transformer)]
        [('tricritical', '2.446918311289')]
        """
        with one_thread():
            return tuple(_landmark(self, family, change) for change in self.changes)

    def sharpened(self, family: Family, landmarks: Iterable[Landmark]) -> PhaseDiagram:
        """Return the diagram with two more columns, close to each special point on both sides of it."""
        low, high = self.columns[0].value, self.columns[-1].value
        near = CLOSE * (high - low)
        beside = {mark.parameter + side for mark in landmarks for side in (-near, near)}
        more = {value for value in beside if low < value < high} - {column.value for column in self.columns}
        with one_thread():
            columns = [*self.columns, *(column_of(family, value) for value in more)]
        return replace(self, columns=tuple(sorted(columns, key=lambda column: column.value)))

    def traced(self, family: Family, landmarks: Iterable[Landmark] | None = None) -> PhaseDiagram:
        """Return the diagram with its special points, and with boundaries that follow the lines of the family.

        Parameters
        ----------
        family
            That of the diagram.
        landmarks
            Its special points, if they are known already; by default those of the lines.

        Examples
        --------
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> from branches import potentials
        >>> with ThreadPoolExecutor(1) as executor:
        ...     found = phase_diagram(potentials.bimodal, [0.7, 0.9, 1.1], executor)
        >>> (strip,) = found.traced(potentials.bimodal).strips
        >>> f"{np.interp(1.0, strip.value, strip.kappa[0] / strip.onset):.4f}"          # 1.756423688 / 2
        '0.8782'
        """
        runs = [list(group) for _, group in groupby(self.columns, key=lambda column: column.pattern)]
        seeds = [run[len(run) // 2].value for run in runs]
        modes = {mode for column in self.columns for _, mode in column.pattern}
        modes |= {column.onset[1] for column in self.columns}
        low, high = self.columns[0].value, self.columns[-1].value
        if not low < high:
            return replace(self, special_points=() if landmarks is None else tuple(landmarks))
        with one_thread():
            found = curves(family, low, high, seeds, modes=sorted(modes | {1}))
            known = [_on_lines(self, change, found) for change in self.changes]
            usual = (at or _landmark(self, family, change) for at, change in zip(known, self.changes, strict=True))
            marks = tuple(usual) if landmarks is None else tuple(landmarks)
        places = [(mark.parameter, mark.kappa) for mark in marks]
        kinks = [point.q for line in found.of_kind("onset") for point in line.of_kind("resonance")]
        first = partial(_first_onset, family, tuple({column.onset[1] for column in self.columns}))
        how = (found.lines, places, first, kinks)
        strips, limits = strips_of(self.columns, *how), limits_of(self.columns, *how)
        return replace(self, special_points=marks, strips=strips, limits=limits)

    def to_html(self, path: str | Path, diagrams: Mapping[float, Diagram] | None = None, **how: Any) -> Path:
        """Write one file for a browser: click a point, and the nearest diagram opens at its coupling.

        Parameters
        ----------
        path
            Of the file.
        diagrams
            By the parameter.
        **how
            ``symbol`` of the parameter and ``title``.

        Raises
        ------
        ImportError
            If Bokeh is missing; the message names the extra.
        """
        result: Path = outlet("to_html PhaseDiagram")(self, path, diagrams, **how)
        return result

    def refined(self, family: Family, change: Change, tolerance: float = 1e-10) -> Change:
        """Return a change located by bisection of the patterns, to an absolute tolerance in the parameter.

        Of several changes between the two columns one is found. Next to a tricritical point the two kinds differ
        by less than the rounding of F in a range of the parameter some 1e−4 wide, which limits the accuracy; a
        critical end point has no such limit.
        """
        low, high = change.low, change.high
        before, after = change.before, change.after
        with one_thread():
            while high - low > tolerance and low < (middle := 0.5 * (low + high)) < high:
                pattern = column_of(family, middle).pattern
                if pattern == before:
                    low = middle
                else:
                    high, after = middle, pattern
        return Change(low, high, before, after)


def phase_diagram(
    family: Family,
    values: Iterable[float],
    executor: Executor | None = None,
    *,
    workers: int | None = None,
    store: str | Path | None = None,
    reach: float = REACH,
    progress: Progress | None = None,
    time_limit: float | None = None,
) -> PhaseDiagram:
    """Return the states of least free energy over a parameter and the coupling.

    Parameters
    ----------
    family
        Callable that turns a parameter into a Potential, such as ``potentials.bimodal`` or
        ``functools.partial(potentials.noisy_transformer, scaled=True)``; picklable if processes are used (the
        default), so not a lambda.
    values
        Values of the parameter.
    executor
        As in :func:`~branches.sweeps.sweep.sweep`; processes on this machine by default.
    workers
        How many processes, where no executor is given.
    store
        Folder for the results; an interrupted run resumes from it, another family or reach is refused.
    reach
        Couplings are looked at up to this multiple of the first onset of each potential, > 1.
    progress, time_limit
        As in :func:`~branches.sweeps.sweep.sweep`.

    Returns
    -------
    PhaseDiagram
        A family whose dominant mode changes is no difficulty: each column starts from the first of all onsets, and
        ``notes`` say where the mode changes.

    Raises
    ------
    ValueError
        If ``reach`` ≤ 1, or the store holds another sweep: another name of the family, another reach, or another
        potential at a value that is there.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from branches import potentials
    >>> with ThreadPoolExecutor(1) as executor:
    ...     found = phase_diagram(potentials.bimodal, [0.4, 0.6], executor)
    >>> [(column.transitions[0][1], f"{column.transitions[0][0]:.10f}") for column in found.columns]
    [('continuous', '2.0000000000'), ('discontinuous', '1.9817035222')]
    """
    if not reach > 1:
        raise ValueError(f"reach = {reach!r} is not allowed: it must exceed 1, the first onset")
    place = None
    if store is not None:
        place = Store.open(store, {"task": "phase diagram", "family": _name(family), "reach": reach})
        _check_family(place, family)
    task = partial(column_task, family, reach)
    found = sweep(
        task, values, executor=executor, workers=workers, store=place, progress=progress, time_limit=time_limit
    )
    columns = tuple(unpacked(value, result) for value, result in zip(found.values, found.results, strict=True))
    return PhaseDiagram(columns, found.failures, found.status, found.message, found.computed)


def _name(family: Any) -> str:
    """Return a name that is the same in every process."""
    if isinstance(family, partial):
        given = [*map(repr, family.args), *(f"{key}={value!r}" for key, value in sorted(family.keywords.items()))]
        return f"{_name(family.func)}({', '.join(given)})"
    if hasattr(family, "__qualname__"):
        return f"{family.__module__}.{family.__qualname__}"
    return _name(type(family)) if " at 0x" in repr(family) else repr(family)


def _check_family(store: Store, family: Family) -> None:
    """Refuse a store whose potentials are not those of the family."""
    for value in store.values():
        if not np.array_equal(store.read(value)["weights"], family(value).weights(WEIGHTS)):
            raise ValueError(
                f"{store.folder} holds another sweep (at {value!r} the potential there has other weights): choose "
                "another folder, or remove it"
            )


def _critical_end_point(family: Family, change: Change) -> Landmark | None:
    """Follow the coexistence of two states from one column towards the other, to where one of them is at its onset.

    None where the patterns do not change by a discontinuous transition more or less, or no line ends between them.
    """
    if len(change.before) == len(change.after):
        return None
    for value in (change.low, change.high):
        potential = family(value)
        for kink in landscape(diagram(potential, kappa_max=REACH * first_onset(potential))).kinks:
            with suppress(ArithmeticError, ValueError):
                line = coexistence_line(family, kink, value, change.low, change.high)
                ends = [point for point in line.points if point.kind == "critical end point"]
                if ends and change.low <= ends[0].q <= change.high:
                    return Landmark("critical end point", ends[0].q, ends[0].kappa, ends[0].error)
    return None


def _on_lines(found: PhaseDiagram, change: Change, lines: Curves) -> Landmark | None:
    """Return the special point of a change as the lines of the family show it, if they do."""
    columns = [column for column in found.columns if column.value in (change.low, change.high)]
    couplings = [column.transitions[change.row][0] for column in columns if change.row < len(column.transitions)]
    near = [point for point in lines.points if point.kind in ENDS and change.low <= point.q <= change.high]
    low, high = min(couplings) * (1.0 - SERVED), max(couplings) * (1.0 + SERVED)
    fitting = [point for point in near if low <= point.kappa <= high]
    if len(fitting) != 1:
        return None
    return Landmark(fitting[0].kind, fitting[0].q, fitting[0].kappa, fitting[0].error)


def _first_onset(family: Family, modes: tuple[int, ...], value: float) -> float:
    potential = family(value)
    return min(potential.onset_coupling(mode) for mode in modes if potential.weight(mode) > 0)


def _landmark(found: PhaseDiagram, family: Family, change: Change) -> Landmark:
    """Locate the special point between two columns."""
    row, bracket = change.row, (change.low, change.high)
    kinds = {pattern[row] for pattern in (change.before, change.after) if row < len(pattern)}
    modes = {mode for _, mode in kinds}
    if len(change.before) == len(change.after) and len(kinds) == 2 and len(modes) == 1:
        with suppress(ValueError):
            if row == 0:
                first = tricritical_point(family, bracket, modes.pop())
                return Landmark("tricritical", float(first.parameter), float(first.kappa), first.parameter_error)
            second = pitchfork_tricritical_point(family, bracket, change.before[row - 1][1])
            slip = abs(second.curvature_error)
            return Landmark("tricritical", second.parameter, second.kappa, slip)
    end = _critical_end_point(family, change)
    if end is not None:
        return end
    near = found.refined(family, change, LOCATED)
    ends = len(near.before) != len(near.after) and "discontinuous" in {kind for kind, _ in kinds}
    column = column_of(family, near.high)
    kappa = column.transitions[min(near.row, len(column.transitions) - 1)][0]
    return Landmark("critical end point" if ends else "change", near.high, kappa, near.high - near.low)
