"""contique: continuation with a control component that switches; it locates no special points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import contique
import numpy as np
from results import Traced, Unsupported
from tasks import Task

PACKAGE = "contique"
GIVEN = (
    "analytic Jacobian, tolerance 1e-10, at most 0.1 in any unknown and κ₁/4 in κ a step, overshoot "
    "1.05"
)


def prepare(task: Task) -> Callable[[], Any]:
    if task.name == "T3":
        raise Unsupported("no branch switching")
    if task.counts:
        raise Unsupported("no eigenvalues")
    a, kappa = task.start
    equations = task.equations

    def solve() -> list[Any]:
        steps = contique.solve(
            equations.residual, a, kappa, jac=(equations.jacobian, equations.parameter_derivative), args=(),
            control0=(0, 1),  # a_1 grows first
            dxmax=0.1, dlpfmax=0.25 * task.onsets[0], overshoot=1.05,
            maxsteps=500, maxcycles=8, maxiter=12, tol=1e-10,
        )
        found = []
        for step in steps:
            found.append(step.x)
            if step.x[-1] >= task.kappa_end:
                break
        return found

    return solve


def collect(run: list[Any]) -> Traced:
    points = np.array(run)
    return Traced(points[:, -1], points[:, :-1], ends=[float(points[:, -1].max())])
