"""Speed kept by counting operations, which do not depend on the machine as times do.

operation_counts.json holds what tasks T1–T3 of the benchmark cost when it was last recorded: what the
branches say in their counters, and the calls that LAPACK really got.  A change that needs more of anything
fails here; one that needs less should record the new counts:

    PYTHONPATH=. python tests/test_operation_counts.py
"""

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

import branches
from branches import potentials
from continuation.linear import dense as linear

RECORDED = Path(__file__).with_name("operation_counts.json")
SIZES = (32, 64, 256)
TASKS = {
    # name: β, and for each branch the mode and κ_max / κ_n
    "T1": (1.0, {1: 3.0}),
    "T2": (4.0, {1: 2.0}),
    "T3": (4.0, {1: 2.0, 2: 2.0, 3: 2.0, 4: 2.0}),
}


@contextmanager
def lapack_calls() -> Iterator[Counter[str]]:
    """Count LU factorisations and the right-hand sides solved with them, whoever asks for them."""
    calls: Counter[str] = Counter()

    def factorise(*args, **options):
        calls["dgetrf"] += 1
        return dgetrf(*args, **options)

    def solve(lu, pivots, rhs, *args, **options):
        calls["dgetrs columns"] += 1 if np.ndim(rhs) == 1 else np.shape(rhs)[1]
        return dgetrs(lu, pivots, rhs, *args, **options)

    dgetrf, dgetrs = linear.dgetrf, linear.dgetrs
    with patch.object(linear, "dgetrf", factorise), patch.object(linear, "dgetrs", solve):
        yield calls


def counts(task: str, n_modes: int) -> dict[str, int]:
    """Operations of one task, summed over its branches."""
    beta, modes = TASKS[task]
    potential = potentials.noisy_transformer(beta)
    with lapack_calls() as total:
        for mode, stretch in modes.items():
            kappa_max = stretch * potential.onset_coupling(mode)
            branch = branches.trace(potential, mode, kappa_max=kappa_max, n_modes=n_modes)
            assert branch.status.name == "BOUND"
            total.update(dataclasses.asdict(branch.counters))
    return dict(sorted(total.items()))


@pytest.mark.parametrize("n_modes", SIZES)
@pytest.mark.parametrize("task", TASKS)
def test_no_operation_is_done_more_often_than_recorded(task, n_modes):
    recorded = json.loads(RECORDED.read_text())[task][str(n_modes)]
    slack = 1 + 1 / recorded["steps"]  # one step: where one just fits, rounding may ask for another
    more = {
        name: f"{value}, recorded {recorded.get(name, 0)}"
        for name, value in counts(task, n_modes).items()
        if value > slack * recorded.get(name, 0)
    }
    assert not more, f"{task} at N = {n_modes} needs more operations than recorded: {more}"


def test_counts_do_not_grow_with_the_number_of_modes():
    coarse, fine = counts("T2", 64), counts("T2", 256)
    assert fine["steps"] <= coarse["steps"] + 1
    assert fine["dgetrf"] <= coarse["dgetrf"] + 1


if __name__ == "__main__":
    measured = {task: {str(n): counts(task, n) for n in SIZES} for task in TASKS}
    RECORDED.write_text(json.dumps(measured, indent=1) + "\n")
