"""PyCont-Lite: matrix-free pseudo-arclength continuation (Newton–Krylov), folds and branch points located."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pycont
from results import Traced, Unsupported
from tasks import Task

PACKAGE = "pycont-lite"
GIVEN = "tolerance 1e-10, steps 1e-6 … 0.05; it accepts no Jacobian; T3 has one κ bound for all branches"
STEPS = 400


def prepare(task: Task) -> Callable[[], Any]:
    if task.counts:
        raise Unsupported("counts no unstable directions: one leading eigenvalue per branch segment")
    a, kappa = task.start
    switching = task.name == "T3"
    options = {
        "tolerance": 1e-10,
        "param_min": 0.05,
        "param_max": task.kappa_end,
        "initial_directions": "increase_p" if task.direction > 0 else "decrease_p",
        "bifurcation_detection": switching,
        "analyze_stability": False,
    }
    largest = 0.05

    def solve() -> Any:
        return pycont.arclengthContinuation(
            task.equations.residual, a, kappa, 1e-6, largest, 0.02, STEPS, options, verbosity="off"
        )

    return solve


def collect(run: Any) -> Traced:
    kappa = np.concatenate([branch.p_path for branch in run.branches])
    a = np.concatenate([branch.u_path for branch in run.branches])
    trivial = [event for event in run.events if event.kind == "BP" and np.max(np.abs(event.u)) < 1e-6]
    return Traced(
        kappa,
        a,
        folds=[event.p for event in run.events if event.kind == "LP"],
        branch_points=sorted(event.p for event in trivial),
        ends=[float(branch.p_path.max()) for branch in run.branches if np.max(np.abs(branch.u_path)) > 1e-6],
    )
