"""One column of a phase diagram: the winners, transitions and limits of metastability of one potential."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.build import diagram
from branches.diagrams.trace import SCANNED, first_onset
from branches.landscapes.landscape import Landscape, landscape
from branches.onsets.classify import onsets
from branches.potentials.potential import Potential
from branches.states.at_coupling import attracting_modes
from branches.sweeps.store import Labelled
from continuation import Record

__all__ = ["REACH", "WEIGHTS", "Column", "Family", "column_of", "column_task", "unpacked"]

Family = Callable[[float], Potential]
Array = NDArray[np.float64]
KINDS = ("continuous", "discontinuous", "gap", "undecided")
TRANSITIONS, FOLDS = 8, 16  # room in the stored arrays of one column
REACH = 1.6  # couplings looked at, in units of the first onset
WEIGHTS = 8  # of each potential, kept in a store: they tell one family from another
EDGE = 1e-6  # relative: couplings this much beside a fold tell which side is metastable


@dataclass(frozen=True, eq=False, repr=False)
class Column(Record):
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


def column_of(family: Family, value: float, reach: float = REACH) -> Column:
    """Return the column of a family at a value."""
    labelled = column_task(family, reach, value)
    return unpacked(value, {name: np.asarray(data, dtype=float) for name, (_, data) in labelled.items()})


def column_task(family: Family, reach: float, value: float) -> Labelled:
    """Return one column as labelled arrays: the task of the sweep."""
    potential = family(value)
    lowest = first_onset(potential)
    if not np.isfinite(lowest):
        raise ValueError(f"{potential.label} attracts in none of its first {SCANNED} modes: there is no transition")
    kappa_max = reach * lowest
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
        "weights": (("weight_mode",), potential.weights(WEIGHTS)),
    }


def _stable_folds(result: Landscape) -> list[tuple[float, float]]:
    """Return (κ, mode) of the folds that bound a stable state."""
    found = []
    for branch in result.diagram.branches:
        for fold in branch.folds:
            beside = [s for side in (-EDGE, EDGE) for s in branch.at_kappa(fold.kappa * (1 + side))]
            if any(state.stable for state in beside):
                found.append((fold.kappa, float(branch.n_fold)))
    return sorted(found)


def unpacked(value: float, result: dict[str, Array]) -> Column:
    """Return a column from the arrays that the task returned or a store held."""
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
