"""The second variation of the free energy in one isotropy block, as a small symmetric matrix or by products.

With D = κ diag(g), T = sign(g) − |D|^{1/2} C |D|^{1/2}, where C holds the covariances of the block's functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

from branches.potentials.potential import Potential
from branches.spaces.circle import CircleBlock
from branches.spaces.halfgrid import HalfGrid, half_grid
from branches.spaces.isotropy import Block

__all__ = [
    "CompactOperator",
    "SecondVariation",
    "compact_operator",
    "leading_modes",
    "neutral_direction",
    "room_outside",
    "second_variation",
]

Array = NDArray[np.float64]
FEWEST = 4  # modes that are kept at least


@dataclass(frozen=True)
class SecondVariation:
    """T at P states on the active modes (g ≠ 0) of a block up to a largest one, the rotation removed.

    Parameters
    ----------
    block, u, kappa
        The block and the states: their unknowns, shape (P, N), and couplings, shape (P,).
    field
        The coefficients κ g_k u_k of log ρ, shape (P, N).
    active, g
        The modes and their weights, shape (L,).
    outside, g_outside
        The active modes from there to twice as far, and their weights.
    rotation
        The zero vector of T that the rotation of the state gives, shape (P, L), or None where the block has none.
    leading
        How many of the active modes to keep; the others, on which T ≥ ½, are eliminated.

    Notes
    -----
    With T = [[A, Kᵀ], [K, B]] and B > 0 on the modes eliminated, T has as many negative eigenvalues as its Schur
    complement A − KᵀB⁻¹K (Haynsworth), and is singular with it.
    """

    block: Block
    u: Array
    kappa: Array
    field: Array
    active: NDArray[np.int64]
    g: Array
    outside: NDArray[np.int64]
    g_outside: Array
    rotation: Array | None
    leading: int

    @property
    def repulsive(self) -> int:
        """Number of modes with g < 0."""
        return int(np.count_nonzero(self.g < 0))

    @property
    def room(self) -> Array:
        """A bound from below of the |eigenvalues| of T on all modes but the leading ones, shape (P,)."""
        rest = max(_largest(self._strength[self.leading :]), _largest(self._strength_outside))
        return 1.0 - rest * self._reach

    @property
    def norm_bound(self) -> Array:
        """A bound of the norm of |D|^{1/2} C |D|^{1/2} on the active modes, shape (P,)."""
        return _largest(self._strength) * self._reach

    @property
    def norm_bound_outside(self) -> Array:
        """The same on the modes outside."""
        return _largest(self._strength_outside) * self._reach

    @cached_property
    def _reach(self) -> Array:
        return self.kappa * self.block.isotropy.density_bound(self.u)

    @cached_property
    def _strength(self) -> Array:
        return _strength(self.block, self.active, self.g)

    @cached_property
    def _strength_outside(self) -> Array:
        return _strength(self.block, self.outside, self.g_outside)

    def reduced(self) -> tuple[Array, Array]:
        """Return the Schur complement S of T on the leading modes, and X = B⁻¹K.

        S on the complement of the rotation, shape (P, L, L) or (P, L − 1, L − 1) with L leading modes; X of shape
        (P, eliminated, L).
        """
        t, n = self._product(self.active, self.g), self.leading
        t[:, np.arange(self.g.size), np.arange(self.g.size)] += np.sign(self.g)
        x = np.asarray(np.linalg.solve(t[:, n:, n:], t[:, n:, :n]), dtype=np.float64)
        s = t[:, :n, :n] - t[:, :n, n:] @ x
        return s if self.rotation is None else _reflect_both(s, self.rotation[:, :n]), x

    def coupling(self, x: Array) -> Array:
        """Return the coupling of S to the modes outside, shape (P, outside, L or L − 1); X as in :meth:`reduced`."""
        t, n = self._product(self.outside, self.g_outside), self.leading
        k = t[:, :, :n] - t[:, :, n:] @ x
        return k if self.rotation is None else _reflect_columns(k, self.rotation[:, :n])

    def _product(self, rows: NDArray[np.int64], g_rows: Array) -> Array:
        t = -self.block.covariance(rows, self.active, self.u, self.field)
        t *= (np.sqrt(self.kappa)[:, None] * np.sqrt(np.abs(g_rows)))[:, :, None]
        t *= (np.sqrt(self.kappa)[:, None] * np.sqrt(np.abs(self.g)))[:, None, :]
        return t


def second_variation(
    potential: Potential, block: Block, u: Array, kappa: Array, largest: int, leading: int | None = None
) -> SecondVariation:
    """Return the second variation in a block with the modes up to ``largest``; no state may be uniform.

    ``leading`` of its modes are kept; all of them by default.
    """
    modes, weights = _active(potential, block, 2 * largest)
    inside = modes <= largest
    active, g = modes[inside], weights[inside]
    motion = block.rotation(active, u) if active.size else None
    rotation = None if motion is None else np.sign(g) * np.sqrt(np.abs(g)) * motion
    field = kappa[:, None] * u * block.isotropy.weights(potential, u.shape[1])
    kept = active.size if leading is None else leading
    return SecondVariation(block, u, kappa, field, active, g, modes[~inside], weights[~inside], rotation, kept)


def _strength(block: Block, degrees: NDArray[np.int64], g: Array) -> Array:
    """Return |g_l|/N_l, which times κ and a bound of the density bounds the norm of a mode's part of T."""
    return np.abs(g) / block.isotropy.multiplicity(degrees)


def _largest(values: Array) -> float:
    return float(values.max()) if values.size else 0.0


def _active(potential: Potential, block: Block, largest: int) -> tuple[NDArray[np.int64], Array]:
    """Return the modes of a block up to a largest one with g ≠ 0, and their weights."""
    modes = block.modes(largest)
    g = potential.weights(largest)[modes - 1]
    return modes[g != 0.0], g[g != 0.0]


def leading_modes(potential: Potential, block: Block, u: Array, kappa: Array, largest: int) -> int:
    """Return how many active modes of a block to keep, so that T ≥ ½ on the others at all of the states.

    A round number, so that neighbouring states mostly agree; all of them where fewer would not pay.
    """
    modes, g = _active(potential, block, 2 * largest)
    active = int(np.count_nonzero(modes <= largest))
    strength = float(np.max(kappa * block.isotropy.density_bound(u), initial=0.0))
    from_here_on = np.maximum.accumulate(_strength(block, modes, g)[::-1])[::-1]
    repulsive = np.flatnonzero(g[:active] < 0.0)
    needed = max(FEWEST, int(np.count_nonzero(strength * from_here_on > 0.5)), *(repulsive[-1:] + 1))
    kept = FEWEST * -(-needed // FEWEST)
    return kept if 4 * kept <= 3 * active else active


def room_outside(potential: Potential, block: Block, u: Array, kappa: Array, largest: int) -> Array:
    """Return a bound from below of the |eigenvalues| of T on the modes from ``largest`` to twice as far, shape (P,)."""
    modes, g = _active(potential, block, 2 * largest)
    outside = float(np.max(_strength(block, modes, g)[modes > largest], initial=0.0))
    room: Array = 1.0 - kappa * outside * block.isotropy.density_bound(u)
    return room


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


def neutral_direction(potential: Potential, block: Block, u: Array, kappa: float, size: int) -> Array:
    """Return the direction δa in which a state is neutral in an even block, unit norm, modes 1 … size.

    Parameters
    ----------
    potential, block
        The interaction and the isotropy block, of functions within the kind of the state.
    u
        Unknowns of the one state, shape (N,).
    kappa
        Its coupling.
    size
        Number of modes of the result.

    Returns
    -------
    ndarray
        The eigenvector of κCG for the eigenvalue nearest 1, shape (size,), zero outside the block.
    """
    second = second_variation(potential, block, u[None, :], np.array([kappa]), size)
    values, vectors = np.linalg.eigh(second.reduced()[0][0])
    field = np.sqrt(kappa * np.abs(second.g)) * vectors[:, np.argmin(np.abs(values))]
    modes = block.modes(size)
    direction = np.zeros(size)
    direction[modes - 1] = block.covariance(modes, second.active, u[None, :], second.field)[0] @ field
    return direction / np.linalg.norm(direction)


@dataclass(frozen=True)
class CompactOperator:
    """A = D^{1/2} C D^{1/2} of one state on the modes of a block, for weights g ≥ 0, the rotation projected out.

    Parameters
    ----------
    block
        The isotropy block.
    modes
        Its modes in units of the grid's period, shape (L,).
    root
        √(κ g) on them, shape (L,).
    a
        Moments of the state on the grid's modes, shape (K,).
    grid
        Half-grid on which products of two of the block's functions with the density are exact.
    rho
        The density there, mean 1.
    rotation
        Unit vector of the rotation, shape (L,), or None where the block has none.
    neglected
        A bound by how much the modes left out raise an eigenvalue.

    Notes
    -----
    A product costs two fast transforms. With all modes A has the eigenvalue 1 for the rotation; projected out, it
    has 0 there.
    """

    block: CircleBlock
    modes: NDArray[np.int64]
    root: Array
    a: Array
    grid: HalfGrid
    rho: Array
    rotation: Array | None
    neglected: float

    @property
    def trace(self) -> float:
        """The trace, exact."""
        a, sign = np.concatenate([[1.0], self.a]), 1.0 if self.block.sector == "even" else -1.0
        variances = 0.5 * (1.0 + sign * a[2 * self.modes]) - (a[self.modes] ** 2 if sign > 0 else 0.0)
        total = float(np.sum(self.root**2 * variances))
        return total if self.rotation is None else total - float(self.rotation @ self._plain(self.rotation))

    @property
    def bounds(self) -> tuple[float, float, Array]:
        """What a certain count needs: trace, ``neglected``, and the diagonal that the least density gives, (L,)."""
        return self.trace, self.neglected, 0.5 * max(0.0, float(self.rho.min())) * self.root**2

    def product(self, v: Array) -> Array:
        """Return A v, shape (L,)."""
        if self.rotation is None:
            return self._plain(v)
        result = self._plain(v - (self.rotation @ v) * self.rotation)
        return result - (self.rotation @ result) * self.rotation

    def _plain(self, v: Array) -> Array:
        field = np.zeros(self.a.size)
        field[self.modes - 1] = self.root * v
        if self.block.sector == "odd":
            sines: Array = 0.5 * self.root * self.grid.project(self.rho * self.grid.sines(field))[self.modes - 1]
            return sines
        c = dct(self.rho * self.grid.cosines(0.5 * field), type=2) * (0.5 / self.grid.size)
        cosines: Array = self.root * (c[self.modes] - c[0] * self.a[self.modes - 1])
        return cosines


def compact_operator(
    potential: Potential, block: Block, u: Array, kappa: float, largest: int
) -> CompactOperator | None:
    """Return the operator of one state, u of shape (N,), on the modes up to ``largest``.

    None where some weight repels, and on spaces without fast transforms.
    """
    if not isinstance(block, CircleBlock):
        return None
    weights = potential.weights(2 * largest)
    every = block.modes(2 * largest)
    if np.any(weights[every - 1] < 0.0):
        return None
    unit = block.n_fold if block.residue == 0 else 1  # the grid need only see one period
    inside = every[(every <= largest) & (weights[every - 1] > 0.0)]
    a = np.zeros(2 * largest // unit)
    step = block.n_fold // unit
    known = min(u.size, a.size // step)
    a[step - 1 : step * known : step] = u[:known]
    grid = half_grid(a.size, 1.0)
    bound = 0.5 * (1.0 + 2.0 * float(np.sum(np.abs(u))))  # of ‖C‖
    tail = potential.tail_bound(largest)
    outside = float(np.max(weights[every[every > largest] - 1], initial=0.0)) if tail is None else tail
    neglected, rotation = kappa * outside * bound, None
    if block.sector == "odd" and block.residue == 0:
        rotation, missed = _unit_rotation(potential, inside // unit, unit, u)
        norm = kappa * float(weights[every - 1].max()) * bound
        neglected = (neglected**0.5 + norm**0.5 * missed) ** 2
    root = np.sqrt(kappa * weights[inside - 1])
    return CompactOperator(block, inside // unit, root, a, grid, 1.0 + grid.cosines(a), rotation, neglected)


def _unit_rotation(potential: Potential, modes: NDArray[np.int64], unit: int, u: Array) -> tuple[Array, float]:
    """Return (√g_n n a_n) on some modes, normalised, and the norm of what lies on the others against it."""
    n = np.arange(1, u.size + 1)
    whole = n * u * np.sqrt(np.maximum(potential.weights(u.size * unit)[unit - 1 :: unit], 0.0))
    shared = modes <= u.size
    rotation = np.zeros(modes.size)
    rotation[shared] = whole[modes[shared] - 1]
    length = float(np.linalg.norm(rotation))
    missed = float(np.linalg.norm(whole[int(modes[-1]) :])) / length
    return rotation / length, missed
