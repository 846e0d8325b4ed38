"""The second variation of the free energy in one isotropy block, as a small symmetric matrix.

With D = κ diag(g), T = sign(g) − |D|^{1/2} C |D|^{1/2}, where C holds the covariances of the block's cosines or sines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.model.potential import Potential
from branches.model.symmetry import Block

__all__ = ["SecondVariation", "covariance", "second_variation"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SecondVariation:
    """T at P states on the active modes (g ≠ 0) of a block up to a largest one, the rotation removed.

    Parameters
    ----------
    block, u, kappa
        The block and the states: moments a_n, a_2n, … of shape (P, N), couplings of shape (P,).
    active, g
        The modes and their weights, shape (L,).
    outside, g_outside
        The active modes from there to twice as far, and their weights.
    rotation
        The zero vector of T that the rotation of the state gives, shape (P, L), or None where the block has none.
    """

    block: Block
    u: Array
    kappa: Array
    active: NDArray[np.int64]
    g: Array
    outside: NDArray[np.int64]
    g_outside: Array
    rotation: Array | None

    @property
    def repulsive(self) -> int:
        """Number of modes with g < 0."""
        return int(np.count_nonzero(self.g < 0))

    @property
    def density_bound(self) -> Array:
        """A bound of ‖C‖: half the largest value of 2πρ, shape (P,)."""
        bound: Array = 0.5 * (1.0 + 2.0 * np.sum(np.abs(self.u), axis=1))
        return bound

    def matrix(self) -> Array:
        """Return T on the complement of the rotation, shape (P, L, L) or (P, L − 1, L − 1)."""
        t = self._product(self.active, self.g)
        t[:, np.arange(self.g.size), np.arange(self.g.size)] += np.sign(self.g)
        return t if self.rotation is None else _reflect_both(t, self.rotation)

    def coupling(self) -> Array:
        """Return the block of T between the modes outside and the kept ones, shape (P, outside, L or L − 1)."""
        t = self._product(self.outside, self.g_outside)
        return t if self.rotation is None else _reflect_columns(t, self.rotation)

    def _product(self, rows: NDArray[np.int64], g_rows: Array) -> Array:
        t = -covariance(self.block, rows, self.active, self.u)
        t *= (np.sqrt(self.kappa)[:, None] * np.sqrt(np.abs(g_rows)))[:, :, None]
        t *= (np.sqrt(self.kappa)[:, None] * np.sqrt(np.abs(self.g)))[:, None, :]
        return t


def second_variation(potential: Potential, block: Block, u: Array, kappa: Array, largest: int) -> SecondVariation:
    """Return the second variation in a block with the modes up to ``largest``; no state may be uniform."""
    weights = potential.weights(2 * largest)
    modes = block.modes(2 * largest)
    modes = modes[weights[modes - 1] != 0.0]
    active, outside = modes[modes <= largest], modes[modes > largest]
    g = weights[active - 1]
    rotation = _rotation(block, active, g, u)
    return SecondVariation(block, u, kappa, active, g, outside, weights[outside - 1], rotation)


def covariance(block: Block, rows: NDArray[np.int64], columns: NDArray[np.int64], u: Array) -> Array:
    """Return the covariances of cosines or sines under the states, shape (P, rows, columns).

    cosines: (a_|n−m| + a_{n+m})/2 − a_n a_m; sines: (a_|n−m| − a_{n+m})/2.
    """
    if rows.size == 0 or columns.size == 0:
        return np.zeros((u.shape[0], rows.size, columns.size))
    n = block.period
    top = int(rows.max() + columns.max())
    a = np.zeros((u.shape[0], top + 1))
    a[:, 0] = 1.0
    multiples = min(top // n, u.shape[1])
    a[:, n : n * multiples + 1 : n] = u[:, :multiples]
    difference = a[:, np.abs(rows[:, None] - columns)]
    total = a[:, rows[:, None] + columns]
    if block.sector == "odd":
        return 0.5 * (difference - total)
    return 0.5 * (difference + total) - a[:, rows, None] * a[:, None, columns]


def _rotation(block: Block, active: NDArray[np.int64], g: Array, u: Array) -> Array | None:
    """Return the zero vector of T that the rotation gives, (n a_n) in T's coordinates, where the block has it."""
    if block.sector == "even" or block.residue != 0:
        return None
    index = active // block.period - 1
    moments: Array = np.where(index < u.shape[1], u[:, np.minimum(index, u.shape[1] - 1)], 0.0)
    vector: Array = np.sign(g) * np.sqrt(np.abs(g)) * active * moments
    return vector if active.size else None


def _reflector(vector: Array) -> tuple[Array, Array]:
    """Return v and β of the Householder reflection 1 − β v vᵀ that maps a vector to the first axis."""
    v = vector / np.linalg.norm(vector, axis=1)[:, None]
    v[:, 0] += np.where(v[:, 0] >= 0, 1.0, -1.0)
    return v, 2.0 / np.einsum("pi,pi->p", v, v)


def _reflect_both(t: Array, vector: Array) -> Array:
    """Restrict a symmetric matrix to the complement of a vector, shape (P, L − 1, L − 1)."""
    v, beta = _reflector(vector)
    tv = np.einsum("pij,pj->pi", t, v)
    w = beta[:, None] * (tv - (0.5 * beta * np.einsum("pi,pi->p", v, tv))[:, None] * v)
    kept: Array = (t - v[:, :, None] * w[:, None, :] - w[:, :, None] * v[:, None, :])[:, 1:, 1:]
    return kept


def _reflect_columns(t: Array, vector: Array) -> Array:
    """Restrict the columns of a matrix to the complement of a vector, shape (P, rows, L − 1)."""
    v, beta = _reflector(vector)
    tv = np.einsum("pij,pj->pi", t, v)
    kept: Array = (t - (beta[:, None] * tv)[:, :, None] * v[:, None, :])[:, :, 1:]
    return kept
