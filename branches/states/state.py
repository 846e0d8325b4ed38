"""The record of one stationary state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.states.energy import density
from continuation.record import Record, shortened

__all__ = ["State"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class State(Record):
    """One even stationary state.

    Parameters
    ----------
    potential, kappa
        The model.
    a
        Cosine moments a_1 … a_N, shape (N,).
    period
        n: the state has period 2π/n.
    residual
        max |a − T(a, κ)|, T the moments of the density ∝ exp(κ Σ g_l a_l cos lθ), re-evaluated.
    free_energy
        F, 0 at the uniform state.
    index
        Morse index (even, odd).
    undecided
        Eigenvalues that are zero within their error; with any, stability is not decided.
    error
        Bound, to first order, of how far the moments are from those of the exact state at this κ: the norm of the
        inverse of 1 − κCG times the residual and its rounding. Infinite at a fold, where no κ above or below has a
        state nearby.
    """

    potential: Potential
    kappa: float
    a: Array
    period: int
    residual: float
    free_energy: float
    index: tuple[int, int]
    undecided: int
    error: float = float("nan")

    @property
    def stable(self) -> bool:
        """Whether no direction is unstable and none undecided."""
        return self.index == (0, 0) and self.undecided == 0

    def __repr__(self) -> str:
        return (
            f"<State of {shortened(self.potential.label)} at κ = {self.kappa:.12g}: period 2π/{self.period or 1}, "
            f"F = {self.free_energy:.6g}, index {self.index}, residual {self.residual:.1e}, error {self.error:.1e}>"
        )

    def density(self, theta: Array) -> Array:
        """Return ρ(θ), shape of theta."""
        return density(self.a, np.asarray(theta, dtype=float))
