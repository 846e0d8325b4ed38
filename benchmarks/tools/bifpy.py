"""bifpy: the AUTO-07p engine behind Python callbacks, one subprocess a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from bifpy import auto
from results import Traced, joined
from tasks import BRANCHES, Task

PACKAGE = "bifpy"
GIVEN = (
    "analytic Jacobian and parameter derivative (jac=1), epsl = epsu = 1e-10, epss = 1e-8, itnw = 9, "
    "steps up to 0.2 (plain) and 0.03 (counts), every point labelled because only labelled points carry "
    "all unknowns; counts by its eigenvalues"
)


def prepare(task: Task) -> Callable[[], list[Any]]:
    a, kappa = task.start
    equations = task.equations
    # AUTO finds branch points by a determinant, that overflows unless the flow's unit of time keeps it near 1
    unit = np.exp(-2 * np.mean(np.log(np.arange(1, task.n_modes + 1)))) if task.counts else 1.0

    def residual(state: np.ndarray, parameters: np.ndarray) -> np.ndarray:
        return unit * equations.residual(state, parameters[0])

    def derivatives(state: np.ndarray, parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        p = parameters[0]
        return unit * equations.jacobian(state, p), unit * equations.parameter_derivative(state, p)[:, None]

    def start(state: np.ndarray, parameters: np.ndarray, normalized_time: float) -> None:
        state[:], parameters[0] = a, kappa

    def settings(end: float, direction: int, branch_points: bool) -> dict[str, Any]:
        return {
            "ips": auto.IPS_EQUILIBRIUM if task.counts else auto.IPS_ALGEBRAIC_SYSTEM,
            "ndim": task.n_modes, "npar": 1, "nmx": 1000, "npr": 1, "jac": 1, "itnw": 9,
            "ilp": int(task.name == "T2"), "isp": int(branch_points), "mxbf": 0,
            "ds": 0.02 * direction, "dsmin": 1e-8, "dsmax": 0.03 if task.counts else 0.2,
            "rl0": 0.05, "rl1": end, "epsl": 1e-10, "epsu": 1e-10, "epss": 1e-8,
        }  # fmt: skip

    def solve() -> list[Any]:
        asked = settings(task.kappa_end, task.direction, task.name == "T3")
        first = auto.run(residual, start, asked, icu=[1], jac=derivatives)
        if task.name != "T3":
            return [first]
        switches = [p for p in points(first) if p.point_type is auto.PointType.BRANCH_POINT][:BRANCHES]
        ends = task.branch_ends[: len(switches)]
        return [first] + [
            auto.restart(residual, settings(float(end), 1, False), point, icu=[1], isw=-1, jac=derivatives)
            for point, end in zip(switches, ends, strict=True)
        ]

    return solve


def points(result: Any) -> list[Any]:
    return [point for branch in result.branches for point in branch.points]


def collect(run: list[Any]) -> Traced:
    return joined([branch_of(result) for result in run])


def branch_of(result: Any) -> Traced:
    found = [point for point in points(result) if point.extended_state is not None]
    a = np.array([point.extended_state for point in found])
    kappa = np.array([point.parameters[0] for point in found])
    unstable = [np.count_nonzero(np.real(p.eigenvalues) > 0) for p in found if p.eigenvalues is not None]
    on_branch = np.max(np.abs(a)) > 1e-6
    return Traced(
        kappa, a,
        folds=[p.parameters[0] for p in found if p.point_type is auto.PointType.FOLD],
        branch_points=[p.parameters[0] for p in found if p.point_type is auto.PointType.BRANCH_POINT],
        unstable=np.array(unstable, dtype=np.int64),
        ends=[float(kappa.max())] if on_branch else [],
    )  # fmt: skip
