"""TransiFlow: pseudo-arclength continuation of an interface object that the user writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from results import Traced, Unsupported
from scipy.linalg import lu_factor, lu_solve
from tasks import Task
from transiflow import Continuation

PACKAGE = "transiflow"
GIVEN = (
    "analytic Jacobian, one dense LU for both right-hand sides, tolerance 1e-10, steps up to 0.1 "
    "(plain) and 0.02 (counts) in its norm (a/√N, κ); eigenvalues by the interface, asked for at every "
    "point"
)


class Interface:
    """What the continuation asks for: residual, Jacobian, solver, eigenvalues and the parameter."""

    def __init__(self, task: Task) -> None:
        self.equations, self.kappa = task.equations, 0.0

    def set_parameter(self, name: str, value: float) -> None:
        self.kappa = value

    def rhs(self, x: np.ndarray) -> np.ndarray:
        return self.equations.residual(x, self.kappa)

    def jacobian(self, x: np.ndarray) -> Any:
        return lu_factor(self.equations.jacobian(x, self.kappa), overwrite_a=True, check_finite=False)

    def solve(self, factors: Any, rhs: np.ndarray) -> np.ndarray:
        return lu_solve(factors, rhs, check_finite=False)

    def eigs(self, x: np.ndarray) -> np.ndarray:
        return np.linalg.eigvals(self.equations.jacobian(x, self.kappa))


def prepare(task: Task) -> Callable[[], Any]:
    if task.name == "T3":
        raise Unsupported("branch switching needs its Jacobi–Davidson solver, which pip does not install")
    a, kappa = task.start
    largest = 0.02 if task.counts else 0.1

    def solve() -> list[tuple[float, np.ndarray, int]]:
        found = []

        def record(interface: Interface, x: np.ndarray, mu: float) -> None:
            unstable = np.count_nonzero(interface.eigs(x).real > 0) if task.counts else -1
            found.append((mu, x.copy(), unstable))

        continuation = Continuation(Interface(task), newton_tolerance=1e-10, optimal_newton_iterations=3)
        continuation.continuation(
            a.copy(), "κ", kappa, task.kappa_end, task.direction * 1e-3, ds_min=1e-6, ds_max=largest,
            maxit=2000, callback=record,
        )
        return found

    return solve


def collect(run: list[tuple[float, np.ndarray, int]]) -> Traced:
    kappa, a, unstable = (np.array(column) for column in zip(*run, strict=True))
    return Traced(kappa, a, unstable=unstable[unstable >= 0], ends=[float(kappa.max())])
