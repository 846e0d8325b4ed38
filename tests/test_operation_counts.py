"""Speed kept by counting operations, which do not depend on the machine as times do.

operation_counts.json holds what tasks T1–T3 of the benchmark cost when it was last recorded.  A change that
needs more of anything fails here; one that needs less should record the new counts:

    python tests/test_operation_counts.py
"""

import dataclasses
import json
from pathlib import Path

import pytest

import branches
from branches import potentials

RECORDED = Path(__file__).with_name("operation_counts.json")
SIZES = (32, 64, 256)
TASKS = {
    # name: β, and for each branch the mode and κ_max / κ_n
    "T1": (1.0, {1: 3.0}),
    "T2": (4.0, {1: 2.0}),
    "T3": (4.0, {1: 2.0, 2: 2.0, 3: 2.0, 4: 2.0}),
}


def counts(task: str, n_modes: int) -> dict[str, int]:
    """Operations of one task, summed over its branches."""
    beta, modes = TASKS[task]
    potential = potentials.noisy_transformer(beta)
    total: dict[str, int] = {}
    for mode, stretch in modes.items():
        kappa_max = stretch * potential.onset_coupling(mode)
        branch = branches.trace(potential, mode, kappa_max=kappa_max, n_modes=n_modes)
        assert branch.status.name == "BOUND"
        for name, value in dataclasses.asdict(branch.counters).items():
            total[name] = total.get(name, 0) + value
    return total


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
    assert fine["factorisations"] <= coarse["factorisations"] + 1


if __name__ == "__main__":
    measured = {task: {str(n): counts(task, n) for n in SIZES} for task in TASKS}
    RECORDED.write_text(json.dumps(measured, indent=1) + "\n")
