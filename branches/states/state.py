"""The record of one stationary state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.isotropy import Isotropy, Symmetric
from branches.states.stability import Stability, stability_of
from continuation import Record, shortened

__all__ = ["State"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class State(Symmetric, Record):
    """One stationary state.

    Parameters
    ----------
    potential, kappa
        The model.
    a
        Moments a_1 … a_N, shape (N,); of a state on the circle without a mirror axis E[cos θ], E[sin θ], E[cos 2θ], ….
    isotropy
        Its symmetry class: on the circle, its period 2π/n.
    residual
        max |a − T(a, κ)|, T the moments of the density ∝ exp(κ Σ g_l a_l B_l), re-evaluated.
    free_energy
        F, 0 at the uniform state.
    index
        Morse index: within the functions of its kind (on the circle the even ones), and beside them (the odd ones).
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
    isotropy: Isotropy
    residual: float
    free_energy: float
    index: tuple[int, int]
    undecided: int
    error: float = float("nan")

    @property
    def c(self) -> NDArray[np.complex128]:
        """On the circle, E[e^{−inθ}] for n = 1, 2, …: real for an even state."""
        return self.isotropy.complex_moments(self.a)

    @property
    def stability(self) -> Stability:
        """Stable, unstable or not decided."""
        return stability_of(self.index, self.undecided)

    @property
    def stable(self) -> bool:
        """Whether no direction is unstable and none undecided."""
        return self.stability is Stability.STABLE

    def __repr__(self) -> str:
        doubt = f" and {self.undecided} undecided" if self.undecided else ""
        return (
            f"<State of {shortened(self.potential.label)} at κ = {self.kappa:.12g}: {self.isotropy.name}, "
            f"F = {self.free_energy:.6g}, index {self.index}{doubt}, residual {self.residual:.1e}, "
            f"error {self.error:.1e}>"
        )

    def density(self, theta: Array) -> Array:
        """Return ρ(θ), shape of theta."""
        return self.isotropy.density(self.a, np.asarray(theta, dtype=float))
