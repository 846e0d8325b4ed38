"""Phase diagrams: which state wins, and which is metastable, over a parameter and the coupling."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.build import diagram
from branches.model.potential import Potential
from branches.onsets.classify import onsets
from branches.transitions.landscape import Landscape, landscape
from branches.transitions.states import attracting_modes
from branches.transitions.store import Labelled, Store
from branches.transitions.sweep import Failure, Progress, sweep

__all__ = ["Change", "Column", "PhaseDiagram", "phase_diagram"]

Family = Callable[[float], Potential]
Array = NDArray[np.float64]
KINDS = ("continuous", "discontinuous", "gap", "undecided")
TRANSITIONS, FOLDS = 8, 16  # room in the stored arrays of one column
REACH = 1.6  # couplings looked at, in units of the first onset
EDGE = 1e-6  # relative: couplings this much beside a fold tell which side is metastable


@dataclass(frozen=True)
class Column:
    """The phase diagram at one value of the parameter.

    Parameters
    ----------
    value, kappa_max
        The parameter, and the largest coupling looked at.
    onset
        Coupling and mode of the first onset.
    transitions
        (κ, kind, mode that wins above, jump of Σ g a²), by increasing κ; below the first the uniform state wins.
    folds
        (κ, mode) of the folds at which a stable state begins: limits of metastability.
    violations
        Number of contradictions that are left: with any, a state is missing.
    """

    value: float
    kappa_max: float
    onset: tuple[float, int]
    transitions: tuple[tuple[float, str, int, float], ...]
    folds: tuple[tuple[float, int], ...]
    violations: int

    def winner(self, kappa: float) -> int:
        """Return the mode of the state that wins at a coupling, 0 for the uniform state."""
        mode = 0
        for at, _, above, _ in self.transitions:
            mode = above if kappa > at else mode
        return mode

    @property
    def pattern(self) -> tuple[tuple[str, int], ...]:
        """(kind, mode) of the transitions in order: what changes at a special point."""
        return tuple((kind, mode) for _, kind, mode, _ in self.transitions)


@dataclass(frozen=True)
class Change:
    """Neighbouring columns with different patterns: a special point, or an end of the range, lies between them."""

    low: float
    high: float
    before: tuple[tuple[str, int], ...]
    after: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class PhaseDiagram:
    """The columns of a phase diagram.

    Parameters
    ----------
    columns
        By increasing parameter.
    failures
        Values without a column, and why.
    """

    columns: tuple[Column, ...]
    failures: tuple[Failure, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Where the pattern of transitions changes from one column to the next."""
        pairs = zip(self.columns[:-1], self.columns[1:], strict=True)
        return tuple(
            Change(left.value, right.value, left.pattern, right.pattern)
            for left, right in pairs
            if left.pattern != right.pattern
        )

    def refined(self, family: Family, change: Change, tolerance: float = 1e-10) -> Change:
        """Return a change located by bisection of the patterns, to an absolute tolerance in the parameter.

        Of several changes between the two columns one is found. Next to a tricritical point the two kinds differ
        by less than the rounding of F in a range of the parameter some 1e−4 wide, which limits the accuracy; a
        critical end point has no such limit.
        """
        low, high = change.low, change.high
        before, after = change.before, change.after
        while high - low > tolerance:
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break
            pattern = _column_of(family, REACH, middle).pattern
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
    store: str | Path | None = None,
    reach: float = REACH,
    progress: Progress | None = None,
) -> PhaseDiagram:
    """Return the states of least free energy over a parameter and the coupling.

    Parameters
    ----------
    family
        Callable that turns a parameter into a Potential, such as ``potentials.bimodal``; picklable if processes
        are used (the default).
    values
        Values of the parameter.
    executor
        As in :func:`~branches.transitions.sweep.sweep`; processes on this machine by default.
    store
        Folder for the results; an interrupted run resumes from it, another family or reach is refused.
    reach
        Couplings are looked at up to this multiple of the first onset of each potential, > 1.
    progress
        As in :func:`~branches.transitions.sweep.sweep`.

    Raises
    ------
    ValueError
        If ``reach`` ≤ 1, or the store holds another sweep.

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
    name = f"{getattr(family, '__module__', '')}.{getattr(family, '__qualname__', repr(family))}"
    place = None if store is None else Store.open(store, {"task": "phase diagram", "family": name, "reach": reach})
    found = sweep(partial(_column, family, reach), values, executor=executor, store=place, progress=progress)
    columns = tuple(_unpacked(value, result) for value, result in zip(found.values, found.results, strict=True))
    return PhaseDiagram(columns, found.failures)


def _column_of(family: Family, reach: float, value: float) -> Column:
    labelled = _column(family, reach, value)
    return _unpacked(value, {name: np.asarray(data, dtype=float) for name, (_, data) in labelled.items()})


def _column(family: Family, reach: float, value: float) -> Labelled:
    """Return one column as labelled arrays: the task of the sweep."""
    potential = family(value)
    strongest = float(np.max(potential.weights(64)))
    if strongest <= 0:
        raise ValueError(f"{potential.label} attracts in none of its first 64 modes: there is no transition")
    kappa_max = reach * 2.0 / strongest
    first = onsets(potential, kappa_max, attracting_modes(potential))[0]
    result = landscape(diagram(potential, kappa_max=kappa_max))
    transitions = np.full((TRANSITIONS, 4), np.nan)
    for row, t in zip(transitions, result.transitions, strict=False):
        row[:] = t.kappa, KINDS.index(t.kind), t.mode, t.jump.interaction
    folds = np.full((FOLDS, 2), np.nan)
    for row, fold in zip(folds, _stable_folds(result), strict=False):
        row[:] = fold
    return {
        "kappa_max": ((), kappa_max),
        "onset": (("onset_entry",), (first.kappa, float(first.mode))),
        "transitions": (("transition", "transition_entry"), transitions),
        "folds": (("fold", "fold_entry"), folds),
        "violations": ((), float(len(result.violations))),
    }


def _stable_folds(result: Landscape) -> list[tuple[float, float]]:
    """Return (κ, mode) of the folds that bound a stable state."""
    found = []
    for branch in result.diagram.branches:
        for fold in branch.folds:
            beside = [s for side in (-EDGE, EDGE) for s in branch.at_kappa(fold.kappa * (1 + side))]
            if any(state.stable for state in beside):
                found.append((fold.kappa, float(branch.period)))
    return sorted(found)


def _unpacked(value: float, result: dict[str, Array]) -> Column:
    rows = result["transitions"][~np.isnan(result["transitions"][:, 0])]
    folds = result["folds"][~np.isnan(result["folds"][:, 0])]
    kappa, mode = result["onset"]
    return Column(
        value,
        float(result["kappa_max"]),
        (float(kappa), int(mode)),
        tuple((float(r[0]), KINDS[int(r[1])], int(r[2]), float(r[3])) for r in rows),
        tuple((float(fold[0]), int(fold[1])) for fold in folds),
        int(result["violations"]),
    )
