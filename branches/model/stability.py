"""Morse index in the even and the odd sector, by isotropy block, the rotation removed exactly.

With D = κ diag(g) and the covariance C of a sector, the free energy has as many unstable directions
as κCG has eigenvalues above 1. By Haynsworth's inertia formula that number is

    index = #negative eigenvalues of T − #{g < 0},   T = sign(g) − |D|^{1/2} C |D|^{1/2},

for weights of either sign. T is symmetric, and modes with small κ|g| decouple from the others, with
an error that is bounded below: only a small matrix is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.model.potential import Potential
from branches.model.symmetry import Block, blocks

__all__ = ["BlockSpectrum", "MorseIndex", "block_spectrum", "morse_index", "neutral_direction", "uniform_index"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True)
class BlockSpectrum:
    """Eigenvalues of T in one block at P states.

    Parameters
    ----------
    eigenvalues
        Ascending, shape (P, L); the rotation's zero is not among them.
    error
        Bound of their error by truncation and rounding, shape (P,).
    repulsive
        Number of modes with g < 0 in the block: so many negative eigenvalues do not count.
    """

    eigenvalues: Array
    error: Array
    repulsive: int

    @property
    def unstable(self) -> NDArray[np.int64]:
        """Number of unstable directions, shape (P,)."""
        return np.count_nonzero(self.eigenvalues < -self.error[:, None], axis=1) - self.repulsive

    @property
    def undecided(self) -> NDArray[np.int64]:
        """Number of eigenvalues that are zero within their error, shape (P,)."""
        return np.count_nonzero(np.abs(self.eigenvalues) <= self.error[:, None], axis=1)


@dataclass(frozen=True)
class MorseIndex:
    """Numbers of unstable directions at P states: ``even`` and ``odd`` of shape (P,).

    ``undecided`` counts the eigenvalues that are zero within their error (at a fold, say): neither
    stable nor unstable is claimed of them.
    """

    even: NDArray[np.int64]
    odd: NDArray[np.int64]
    undecided: NDArray[np.int64]


def morse_index(potential: Potential, period: int, u: Array, kappa: Array) -> MorseIndex:
    """Return the Morse index of even stationary states in the full space.

    Parameters
    ----------
    potential
        The interaction.
    period
        n, for states of period 2π/n.
    u
        Their moments a_n, a_2n, …, shape (P, N).
    kappa
        Couplings, shape (P,).

    Returns
    -------
    MorseIndex
        The rotation (Goldstone) mode is removed exactly.

    Examples
    --------
    >>> import numpy as np
    >>> from branches import potentials
    >>> uniform = np.zeros((2, 8))
    >>> index = morse_index(potentials.bimodal(0.6), 1, uniform, np.array([3.0, 3.5]))
    >>> index.even.tolist(), index.odd.tolist()          # onsets at κ = 2 and 2/0.6
    ([1, 2], [1, 2])
    """
    even, odd, undecided = (np.zeros(kappa.size, dtype=np.int64) for _ in range(3))
    uniform = ~np.any(u, axis=1)
    if uniform.any():
        even[uniform], undecided[uniform] = uniform_index(potential, period * u.shape[1], kappa[uniform])
        odd[uniform] = even[uniform]
    rest = ~uniform
    for block in blocks(period) if rest.any() else ():
        spectrum = block_spectrum(potential, block, u[rest], kappa[rest])
        twice = block.order >= 3  # a two-dimensional isotropy type: the sines repeat the cosines
        if block.sector == "even" or twice:
            even[rest] += spectrum.unstable
        if block.sector == "odd" or twice:
            odd[rest] += spectrum.unstable
        undecided[rest] += spectrum.undecided * (2 if twice else 1)
    return MorseIndex(even, odd, undecided)


def uniform_index(potential: Potential, largest: int, kappa: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many of the modes up to ``largest`` are unstable, and how many neutral, about the uniform state.

    Mode n is unstable for κ g_n > 2; each counts once in either sector. Shapes (P,) for kappa of shape (P,).
    """
    growth = np.multiply.outer(kappa, potential.weights(largest)) - 2.0
    neutral = np.abs(growth) <= 16 * EPSILON
    return np.count_nonzero((growth > 0) & ~neutral, axis=1), 2 * np.count_nonzero(neutral, axis=1)


def block_spectrum(potential: Potential, block: Block, u: Array, kappa: Array) -> BlockSpectrum:
    """Return the spectrum of T in one isotropy block, with as many modes as its signs need.

    The matrix grows until every eigenvalue is clearly off zero or the truncation error is at round-off.
    """
    largest = 16 * block.period
    limit = max(64, 4 * u.shape[1]) * block.period
    while True:
        spectrum = _truncated_spectrum(potential, block, u, kappa, largest)
        clear = np.min(np.abs(spectrum.eigenvalues), axis=1, initial=np.inf) > 10 * spectrum.error
        if np.all(clear | (spectrum.error < 1e-12)) or largest >= limit:
            return spectrum
        largest *= 2


def _truncated_spectrum(potential: Potential, block: Block, u: Array, kappa: Array, largest: int) -> BlockSpectrum:
    modes = block.modes(largest)
    weights = potential.weights(max(2 * largest, block.period * u.shape[1]))
    active = modes[weights[modes - 1] != 0.0]
    g = weights[active - 1]
    if active.size == 0:
        return BlockSpectrum(np.empty((kappa.size, 0)), np.zeros(kappa.size), 0)
    t = _second_variation(block, active, g, u, kappa)
    goldstone = _rotation(block, active, g, u)
    if goldstone is not None:
        t = _deflate(t, goldstone)
    bound = 0.5 * (1.0 + 2.0 * np.sum(np.abs(u), axis=1))  # of ‖C‖: half the largest 2πρ
    neglected = kappa * np.max(np.abs(weights[largest:])) * bound
    kept = kappa * np.max(np.abs(g)) * bound
    coupling = np.where(neglected < 0.5, kept * neglected / (1.0 - np.minimum(neglected, 0.5)), np.inf)
    error = coupling + 8 * EPSILON * active.size * (1.0 + kept)
    return BlockSpectrum(np.linalg.eigvalsh(t), error, int(np.count_nonzero(g < 0)))


def _covariance(block: Block, rows: NDArray[np.int64], columns: NDArray[np.int64], u: Array) -> Array:
    """Return the covariances of cosines or sines under the states, shape (P, rows, columns)."""
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


def _second_variation(block: Block, active: NDArray[np.int64], g: Array, u: Array, kappa: Array) -> Array:
    root = np.sqrt(kappa)[:, None] * np.sqrt(np.abs(g))
    t = -_covariance(block, active, active, u)
    t *= root[:, :, None]
    t *= root[:, None, :]
    t[:, np.arange(g.size), np.arange(g.size)] += np.sign(g)
    return t


def _rotation(block: Block, active: NDArray[np.int64], g: Array, u: Array) -> Array | None:
    """Return the zero vector of T that the rotation gives, (n a_n) in T's coordinates, where the block has it."""
    if block.sector == "even" or block.residue != 0:
        return None
    index = active // block.period - 1
    moments = np.where(index < u.shape[1], u[:, np.minimum(index, u.shape[1] - 1)], 0.0)
    vector: Array = np.sign(g) * np.sqrt(np.abs(g)) * active * moments
    return vector


def _deflate(t: Array, vector: Array) -> Array:
    """Restrict T to the complement of a vector by a Householder reflection, shape (P, L − 1, L − 1)."""
    v = vector / np.linalg.norm(vector, axis=1)[:, None]
    v[:, 0] += np.where(v[:, 0] >= 0, 1.0, -1.0)
    beta = 2.0 / np.einsum("pi,pi->p", v, v)
    tv = np.einsum("pij,pj->pi", t, v)
    vtv = np.einsum("pi,pi->p", v, tv)
    w = beta[:, None] * (tv - (0.5 * beta * vtv)[:, None] * v)
    t = t - v[:, :, None] * w[:, None, :] - w[:, :, None] * v[:, None, :]
    return t[:, 1:, 1:]


def neutral_direction(potential: Potential, block: Block, u: Array, kappa: float, size: int) -> Array:
    """Return the direction δa in which a state is neutral in an even block, unit norm, modes 1 … size.

    Parameters
    ----------
    potential, block
        The interaction and the isotropy block (sector 'even').
    u
        Moments a_n, a_2n, … of the one state, shape (N,).
    kappa
        Its coupling.
    size
        Number of modes of the result.

    Returns
    -------
    ndarray
        The eigenvector of κCG for the eigenvalue nearest 1, shape (size,), zero outside the block.
    """
    modes = block.modes(size)
    g = potential.weights(size)[modes - 1]
    active, ga = modes[g != 0.0], g[g != 0.0]
    state = u[None, :]
    t = _second_variation(block, active, ga, state, np.array([kappa]))[0]
    values, vectors = np.linalg.eigh(t)
    y = vectors[:, np.argmin(np.abs(values))]
    direction = np.zeros(size)
    direction[modes - 1] = _covariance(block, modes, active, state)[0] @ (np.sqrt(kappa * np.abs(ga)) * y)
    return direction / np.linalg.norm(direction)
