"""The self-consistency equations of a family of potentials, with the exact derivatives that its loci need.

With J = 1 − κ C G, C the covariances of the functions B_k under a state, every derivative of J is a third cumulant: C
changes by E[(B_k − a_k)(B_l − a_l)(h − E h)] where the log-density changes by h.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.loci.family_weights import FamilyWeights
from branches.loci.quadratic_family import QuadraticFamily
from branches.spaces.circle import Dihedral
from branches.spaces.isotropy import Block
from branches.states.selfconsistent import SelfConsistentSystem
from continuation import Family

__all__ = ["GibbsFamily", "equations_of"]

Array = NDArray[np.float64]


class GibbsFamily(Family):
    """F(u, κ̃; q) = u − T(u, κ̃; g̃(q)) for states of one class, N unknowns, κ̃ in units of an onset.

    Parameters
    ----------
    weights
        Those of the family; they know the space.
    n_fold, size
        n of the class, and N.
    block
        The isotropy block (of functions of the states' kind) whose linearisation M is to be singular; by default that
        of the states themselves, M = ∂F/∂u.
    """

    def __init__(self, weights: FamilyWeights, n_fold: int, size: int, block: Block | None = None) -> None:
        self.weights, self.n_fold, self.size = weights, n_fold, size
        self.q_scale = weights.high - weights.low
        own = weights.kind.with_n_fold(n_fold)
        wide = own if block is None else own.widest
        self._own, self._wide = own, wide
        self._wide_size = size * n_fold // wide.n_fold
        degrees = wide.degrees(self._wide_size)
        kept = degrees if block is None else block.modes(int(degrees[-1]))
        self._modes = np.flatnonzero(np.isin(degrees, kept))

    def problem(self, q: float) -> SelfConsistentSystem:
        """Return the equations at q."""
        return self._system(q, self.n_fold, self.size)

    def _system(self, q: float, n_fold: int, size: int) -> SelfConsistentSystem:
        system = self.weights.system(q, n_fold, size)
        assert isinstance(system, SelfConsistentSystem)
        return system

    def _embedded(self, u: Array) -> Array:
        return self._own.embedded(u, self._wide_size, self._wide)

    def _state(self, u: Array, p: float, q: float) -> tuple[SelfConsistentSystem, Array, Array]:
        """Return the equations of the wide class, the probabilities of the nodes, and the centred functions there."""
        system = self._system(q, self._wide.n_fold, self._wide_size)
        rho = system.gibbs(self._embedded(u), p)
        share = rho / rho.sum()
        functions = system.basis.functions
        return system, share, functions - (functions @ share)[:, None]

    def _slope(self, q: float) -> Array:
        return self._own.weights(self.weights.slope_potential(q, self.n_fold * self.size), self.size)

    def q_derivative(self, u: Array, p: float, q: float) -> Array:
        """Return ∂F/∂q = −κ̃ C (dg̃/dq ∘ u), shape (N,)."""
        return self.problem(q).weights_derivative(u, p, self._slope(q))

    def singular(self, u: Array, p: float, q: float) -> Array:
        """Return M, the block of 1 − κ̃ C G."""
        system, share, centred = self._state(u, p, q)
        kept = centred[self._modes]
        matrix: Array = np.eye(kept.shape[0]) - p * (kept * share) @ kept.T * system.g[self._modes]
        return matrix

    def jacobian_q_derivative(self, u: Array, p: float, q: float) -> Array:
        """Return ∂M/∂q."""
        system, share, centred = self._state(u, p, q)
        slope = self._wide.weights(self.weights.slope_potential(q, int(self._wide.degrees(self._wide_size)[-1])),
                                   self._wide_size)  # fmt: skip
        kept, change = centred[self._modes], p * (slope * self._embedded(u)) @ centred
        matrix = (kept * (share * change)) @ kept.T * system.g[self._modes]
        matrix += (kept * share) @ kept.T * slope[self._modes]
        return -p * matrix

    def gradient(self, u: Array, p: float, q: float, left: Array, right: Array) -> Array:
        """Return the gradient of leftᵀ M right by (u, κ̃), shape (N + 1,)."""
        system, share, centred = self._state(u, p, q)
        kept = centred[self._modes]
        pair = (left @ kept) * ((system.g[self._modes] * right) @ kept) * share
        a, ratio = self._embedded(u), self.n_fold // self._wide.n_fold
        by_field = centred @ pair  # the derivative of leftᵀ C G right by the coefficients of log ρ
        by_state = -(p**2) * (system.g * by_field)[ratio - 1 :: ratio]
        by_kappa = -float(pair.sum()) - p * float((system.g * a) @ by_field)
        return np.append(by_state, by_kappa)


def equations_of(weights: FamilyWeights, n_fold: int, size: int, block: Block | None = None) -> Family:
    """Return the family of equations of a class: the quadratic system on the circle, else the self-consistency ones."""
    if isinstance(weights.kind, Dihedral):
        return QuadraticFamily(weights, n_fold, size, block)
    return GibbsFamily(weights, n_fold, size, block)
