"""What is asked of every tool: three tasks on the noisy transformer, at any size, with or without counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from equations import Equations, transformer_weights
from numpy.typing import NDArray

Array = NDArray[np.float64]

START_AMPLITUDE = 0.02  # a_1 of the first point of T1 and T2
COUNTED_POINTS = 60  # with counts, at least so many points carry the number of unstable directions
BRANCHES = 4  # T3 follows so many branches

TASKS = {
    "T1": "first branch, β = 1, from a₁ = 0.02 to 3κ₁",
    "T2": "first branch, β = 4, from a₁ = 0.02 round the fold to 2κ₁, fold located",
    "T3": "trivial state, β = 4, κ = 0.1 to 3, its first 4 branch points, each branch to 2κ_j",
}


@dataclass(frozen=True)
class Task:
    """One task at one size.

    Parameters
    ----------
    name
        'T1', 'T2' or 'T3'.
    n_modes
        N.
    counts
        Whether the number of unstable directions is wanted at 60 or more points.
    """

    name: str
    n_modes: int
    counts: bool

    @property
    def beta(self) -> float:
        return 1.0 if self.name == "T1" else 4.0

    @cached_property
    def weights(self) -> Array:
        return transformer_weights(self.beta, self.n_modes)

    @cached_property
    def equations(self) -> Equations:
        """The flow where its eigenvalues are counted, else the better conditioned F."""
        return Equations(self.weights, flow=self.counts)

    @cached_property
    def onsets(self) -> Array:
        """κ_1 … κ_4 = 2/g_j, shape (4,)."""
        return 2.0 / self.weights[:BRANCHES]

    @property
    def kappa_end(self) -> float:
        return float({"T1": 3 * self.onsets[0], "T2": 2 * self.onsets[0], "T3": 3.0}[self.name])

    @property
    def branch_ends(self) -> Array:
        """Where the branches of T3 end, 2κ_j, shape (4,)."""
        return 2.0 * self.onsets

    @cached_property
    def start(self) -> tuple[Array, float]:
        """The first point (a, κ): the trivial state of T3, else the state with a₁ = 0.02 on the branch."""
        a = np.zeros(self.n_modes)
        if self.name == "T3":
            return a, 0.1
        a[0] = START_AMPLITUDE
        return _with_first_moment(Equations(self.weights), a, float(self.onsets[0]))

    @property
    def direction(self) -> int:
        """Whether κ rises (+1) or falls (−1) where the branch leaves its start."""
        return -1 if self.name == "T2" else 1


def _with_first_moment(equations: Equations, a: Array, kappa: float) -> tuple[Array, float]:
    """Solve F(a, κ) = 0 for a_2 … a_N and κ, a_1 being given, by Newton's iteration."""
    a = a.copy()
    for _ in range(20):
        matrix = equations.jacobian(a, kappa)
        matrix[:, 0] = equations.parameter_derivative(a, kappa)  # κ takes the place of a_1
        step = np.linalg.solve(matrix, -equations.residual(a, kappa))
        kappa += step[0]
        a[1:] += step[1:]
        if np.max(np.abs(step)) < 1e-15:
            break
    return a, float(kappa)
