"""This toolkit, fixed truncation: the branch from the onset itself, a little more than the task asks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from results import Traced, joined
from tasks import BRANCHES, COUNTED_POINTS, Task

import branches
from branches import potentials

PACKAGE = ""  # the checkout itself is installed
GIVEN = "nothing but the potential, κ_max and N; default tolerance 1e-13; counts in both sectors"
N_MODES_GIVEN = True


class Run:
    """The branches of one run, the counts of unstable directions and the operations spent."""

    def __init__(self, found: list[branches.Branch], indices: list[np.ndarray]) -> None:
        self.found, self.indices = found, indices

    @property
    def counts(self) -> dict[str, int]:
        """Operations, summed over the branches."""
        names = ("steps", "factorisations", "solves", "residuals", "newton")
        return {name: sum(getattr(branch.counters, name) for branch in self.found) for name in names}


def prepare(task: Task) -> Callable[[], Run]:
    potential = potentials.noisy_transformer(task.beta)
    size = task.n_modes if N_MODES_GIVEN else None
    modes = range(1, BRANCHES + 1) if task.name == "T3" else (1,)
    ends = task.branch_ends if task.name == "T3" else (task.kappa_end,)

    def solve() -> Run:
        found = [
            branches.trace(potential, mode, kappa_max=float(end), n_modes=size)
            for mode, end in zip(modes, ends, strict=True)
        ]
        for branch in found:
            _ = branch.folds
        return Run(found, [branch.index for branch in found] if task.counts else [])

    return solve


def collect(run: Run) -> Traced:
    parts = []
    widest = max(branch.a.shape[1] for branch in run.found)
    for branch in run.found:
        a = np.zeros((branch.kappa.size, widest))
        a[:, : branch.a.shape[1]] = branch.a
        folds = [fold.kappa for fold in branch.folds]
        parts.append(Traced(branch.kappa, a, folds=folds, ends=[branch.kappa.max()]))
        if len(run.found) > 1:
            parts[-1].branch_points = [branch.potential.onset_coupling(branch.n_fold)]
    result = joined(parts)
    if run.indices:
        result.unstable = np.concatenate(run.indices).sum(axis=1)
        assert result.unstable.size >= COUNTED_POINTS
    return result
