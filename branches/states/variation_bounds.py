"""Bounds of the second variation by norms: which degrees, blocks and states can have an unstable direction at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.circle import Dihedral
from branches.spaces.isotropy import Block, Isotropy

__all__ = ["blocks_of", "can_turn", "largest_of", "norm_bound", "reach_of", "strength_of"]

Array = NDArray[np.float64]
FEWEST_DEGREES, MOST_DEGREES = 8, 256  # looked at for unstable directions


def reach_of(potential: Potential, isotropy: Isotropy, u: Array, kappa: Array) -> Array:
    """Return κ max ρ of states, a bound: times the largest |g_l|/N_l it bounds the second variation; shape (P,)."""
    field = kappa[:, None] * u * isotropy.weights(potential, u.shape[1])
    reach: Array = kappa * isotropy.density_bound(u, field)
    return reach


def norm_bound(isotropy: Isotropy, degrees: NDArray[np.int64], g: Array, kappa: Array, reach: Array) -> Array:
    """Return a bound of the norm of |D|^{1/2} C |D|^{1/2} on modes with the weights g, shape (P,).

    κ max ρ times the largest |g_l|/N_l; on spheres the trace may bound it better, κ Σ |g_l|, for by the addition
    theorem no function of mean square 1/N_l exceeds 1, however concentrated the state is.
    """
    bound: Array = largest_of(np.abs(g) / isotropy.multiplicity(degrees)) * reach
    return bound if isinstance(isotropy, Dihedral) else np.minimum(bound, kappa * float(np.abs(g).sum()))


def strength_of(block: Block, degrees: NDArray[np.int64], g: Array) -> Array:
    """Return |g_l|/N_l, which times κ and a bound of the density bounds the norm of a mode's part of T."""
    return np.abs(g) / block.isotropy.multiplicity(degrees)


def largest_of(values: Array) -> float:
    """Return the largest of some values, 0 of none."""
    return float(values.max()) if values.size else 0.0


def blocks_of(potential: Potential, isotropy: Isotropy, u: Array, kappa: Array) -> tuple[Block, ...]:
    """Return the isotropy blocks about states in which one of them can have an unstable or undecided direction."""
    strength = float(np.max(reach_of(potential, isotropy, u, kappa), initial=0.0))
    largest = _largest_active(potential, isotropy, strength)
    if not isinstance(isotropy, Dihedral) and largest:
        # a sector has the degrees from its own on: the trace of what they do must reach 1
        g = np.maximum(potential.weights(2 * largest), 0.0)
        traces = float(np.max(kappa, initial=0.0)) * np.cumsum(g[::-1])[::-1]
        largest = min(largest, int(np.count_nonzero(traces >= 1.0)))
    return isotropy.blocks(largest)


def _largest_active(potential: Potential, isotropy: Isotropy, strength: float) -> int:
    """Return the largest degree with κ g_l max ρ ≥ N_l, as far as modes are looked at."""
    size = FEWEST_DEGREES
    while size < MOST_DEGREES:
        bound = potential.tail_bound(size)
        if bound is not None and 0.5 * strength * bound < 1.0:
            break
        size *= 2
    degrees = np.arange(1, size + 1)
    active = np.flatnonzero(strength * potential.weights(size) >= isotropy.multiplicity(degrees))
    return int(active[-1]) + 1 if active.size else 0


def can_turn(potential: Potential, block: Block, u: Array, kappa: Array, limit: int) -> NDArray[np.bool_]:
    """Return at which states T is not known to be ≥ ½ by norms alone, shape (P,)."""
    if isinstance(block.isotropy, Dihedral):
        return np.ones(kappa.size, dtype=bool)  # on the circle every block has low modes
    degrees = block.modes(2 * limit)
    g = potential.weights(2 * limit)[degrees - 1]
    if np.any(g < 0.0):
        return np.ones(kappa.size, dtype=bool)
    reach = reach_of(potential, block.isotropy, u, kappa)
    return np.asarray(norm_bound(block.isotropy, degrees, g, kappa, reach) > 0.5)
