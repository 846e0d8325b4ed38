"""Morse index in the full space, by isotropy block, the motion along the orbit removed exactly.

With D = κ diag(g) and the covariance C of a sector, the free energy has as many unstable directions
as κCG has eigenvalues above 1. By Haynsworth's inertia formula that number is

    index = #negative eigenvalues of T − #{g < 0},   T = sign(g) − |D|^{1/2} C |D|^{1/2},

for weights of either sign. T is symmetric, and modes with small κ|g| decouple from the others, with an error that is
bounded below: only a small matrix is needed. Where more modes matter and all attract, Lanczos counts without one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.isotropy import Block, Isotropy
from branches.states.lanczos import Count, count_above_one
from branches.states.second_variation import (
    SecondVariation,
    compact_operator,
    leading_modes,
    neutral_direction,
    room_outside,
    second_variation,
)
from continuation import Record, on_one_thread

__all__ = [
    "BlockIndex",
    "BlockSpectrum",
    "MorseIndex",
    "block_index",
    "block_spectrum",
    "blocks_of",
    "morse_index",
    "neutral_direction",
    "uniform_index",
]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)
WORKING_ACCURACY = 1e-9  # an eigenvalue (of order one) below this is zero as far as more modes could tell
LARGEST_MATRIX = 256  # modes of a block that are diagonalised at the most
LARGEST_BLOCK = 2**20  # modes that Lanczos takes at the most
WORTH_COUNTING = 0.5  # what the modes left out may add to an eigenvalue when Lanczos first counts
FEWEST_DEGREES = 8  # that are looked at for unstable directions
MATRIX_ENTRIES = 4_000_000  # of one batch of matrices: 32 MB


@dataclass(frozen=True, eq=False, repr=False)
class BlockSpectrum(Record):
    """Eigenvalues at P states of T in one block, reduced to its leading modes: their signs, and where they vanish.

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
        count: NDArray[np.int64] = np.count_nonzero(self.eigenvalues < -self.error[:, None], axis=1) - self.repulsive
        return count

    @property
    def undecided(self) -> NDArray[np.int64]:
        """Number of eigenvalues that are zero within their error, shape (P,)."""
        count: NDArray[np.int64] = np.count_nonzero(np.abs(self.eigenvalues) <= self.error[:, None], axis=1)
        return count


@dataclass(frozen=True, eq=False, repr=False)
class MorseIndex(Record):
    """Numbers of unstable directions at P states: ``even`` and ``odd`` of shape (P,).

    On spheres ``even`` stands for the functions of the states' kind (zonal ones), ``odd`` for all others.
    ``undecided`` counts the eigenvalues that are zero within their error (at a fold, say): neither
    stable nor unstable is claimed of them.
    """

    even: NDArray[np.int64]
    odd: NDArray[np.int64]
    undecided: NDArray[np.int64]


@on_one_thread
def morse_index(potential: Potential, isotropy: Isotropy, u: Array, kappa: Array) -> MorseIndex:
    """Return the Morse index of stationary states in the full space.

    Parameters
    ----------
    potential
        The interaction.
    isotropy
        The class of the states.
    u
        Their unknowns, shape (P, N).
    kappa
        Couplings, shape (P,).

    Returns
    -------
    MorseIndex
        The rotation (Goldstone) modes are removed exactly.

    Examples
    --------
    >>> import numpy as np
    >>> from branches import potentials
    >>> uniform = np.zeros((2, 8))
    >>> from branches.spaces.circle import Dihedral
    >>> index = morse_index(potentials.bimodal(0.6), Dihedral(1), uniform, np.array([3.0, 3.5]))
    >>> index.even.tolist(), index.odd.tolist()          # onsets at κ = 2 and 2/0.6
    ([1, 2], [1, 2])
    """
    even, odd, undecided = (np.zeros(kappa.size, dtype=np.int64) for _ in range(3))
    uniform = ~np.any(u, axis=1)
    if uniform.any():
        at_uniform = uniform_index(potential, isotropy.n_fold * u.shape[1], kappa[uniform])
        even[uniform], odd[uniform], undecided[uniform] = at_uniform.even, at_uniform.odd, at_uniform.undecided
    rest = ~uniform
    for block in blocks_of(potential, isotropy, u[rest], kappa[rest]) if rest.any() else ():
        spectrum = block_index(potential, block, u[rest], kappa[rest])
        within, beside = block.copies
        even[rest] += within * spectrum.unstable
        odd[rest] += beside * spectrum.unstable
        undecided[rest] += (within + beside) * spectrum.undecided
    return MorseIndex(even, odd, undecided)


def blocks_of(potential: Potential, isotropy: Isotropy, u: Array, kappa: Array) -> tuple[Block, ...]:
    """Return the isotropy blocks about states in which one of them can have an unstable or undecided direction."""
    strength = float(np.max(kappa * isotropy.density_bound(u), initial=0.0))
    return isotropy.blocks(_largest_active(potential, isotropy, strength))


def _largest_active(potential: Potential, isotropy: Isotropy, strength: float) -> int:
    """Return the largest degree with κ g_l max ρ ≥ N_l, as far as modes are looked at."""
    size = FEWEST_DEGREES
    while size < LARGEST_MATRIX:
        bound = potential.tail_bound(size)
        if bound is not None and 0.5 * strength * bound < 1.0:
            break
        size *= 2
    degrees = np.arange(1, size + 1)
    active = np.flatnonzero(strength * potential.weights(size) >= isotropy.multiplicity(degrees))
    return int(active[-1]) + 1 if active.size else 0


def uniform_index(potential: Potential, largest: int, kappa: Array) -> MorseIndex:
    """Return the index of the uniform state by the modes up to ``largest``, at couplings of shape (P,).

    Mode l is unstable for κ g_l > N_l; of its harmonics one counts as even.
    """
    multiplicity = potential.space.isotropy(1).multiplicity(np.arange(1, largest + 1))
    growth = np.multiply.outer(kappa, potential.weights(largest) / multiplicity) - 1.0
    neutral = np.abs(growth) <= 8 * EPSILON
    unstable = (growth > 0) & ~neutral
    return MorseIndex(
        np.count_nonzero(unstable, axis=1),
        (unstable @ (multiplicity - 1.0)).round().astype(np.int64),
        (neutral @ multiplicity).round().astype(np.int64),
    )


@dataclass(frozen=True, eq=False, repr=False)
class BlockIndex(Record):
    """Counts in one block at P states, and the eigenvalues that gave them.

    Parameters
    ----------
    unstable, undecided
        Numbers of directions, shape (P,).
    eigenvalues
        Of T, ascending from the first that no repulsive mode makes negative, shape (P, W); 1, the eigenvalue of
        modes far out, where a state needed fewer.
    largest
        The largest mode that each state took, shape (P,).
    """

    unstable: NDArray[np.int64]
    undecided: NDArray[np.int64]
    eigenvalues: Array
    largest: NDArray[np.int64]


def block_index(potential: Potential, block: Block, u: Array, kappa: Array) -> BlockIndex:
    """Count the unstable directions of one isotropy block with as many modes as the signs need.

    The matrix of a state grows until the modes left out can change no sign, or an eigenvalue is zero to working
    accuracy, which no further mode would decide. A size at which nothing can be decided is passed over.
    """
    unstable, undecided, largest = (np.zeros(kappa.size, dtype=np.int64) for _ in range(3))
    found: list[tuple[NDArray[np.intp], Array]] = []
    unit = block.isotropy.n_fold
    limit = min(LARGEST_MATRIX, max(64, 4 * u.shape[1])) * unit
    is_open, size = np.ones(kappa.size, dtype=bool), 16 * unit
    while is_open.any():
        last, useful = 2 * size > limit, room_outside(potential, block, u, kappa, size) > 0.5
        for spectrum_of, worth in ((block_spectrum, useful | last), (_sharp_spectrum, useful)):
            tried = np.flatnonzero(is_open & worth)
            if tried.size == 0:
                continue
            spectrum = spectrum_of(potential, block, u[tried], kappa[tried], size)
            unstable[tried], undecided[tried], largest[tried] = spectrum.unstable, spectrum.undecided, size
            found.append((tried, spectrum.eigenvalues[:, spectrum.repulsive :]))
            nearest = np.min(np.abs(spectrum.eigenvalues), axis=1, initial=np.inf)
            is_open[tried] = (nearest <= 2 * spectrum.error) & (nearest > WORKING_ACCURACY)
        if last:
            break
        size *= 2
    still_open = np.flatnonzero(is_open)
    if size >= LARGEST_MATRIX * unit and still_open.size:
        for run in np.split(still_open, np.flatnonzero(np.diff(still_open) > 1) + 1):
            for i, count in _counts_along(potential, block, u, kappa, run).items():
                if count is not None and count.most - count.least < undecided[i]:
                    unstable[i], undecided[i] = count.least, count.most - count.least
    return BlockIndex(unstable, undecided, _last_rows(found, kappa.size), largest)


def _last_rows(found: list[tuple[NDArray[np.intp], Array]], count: int) -> Array:
    """Return the last row found for each of ``count`` states, filled up with ones."""
    last = np.ones((count, max((rows.shape[1] for _, rows in found), default=0)))
    for states, rows in found:
        last[states] = 1.0
        last[states, : rows.shape[1]] = rows
    return last


def _counts_along(
    potential: Potential, block: Block, u: Array, kappa: Array, run: NDArray[np.intp]
) -> dict[int, Count | None]:
    """Count without a matrix at neighbouring states, as few times as their differences ask for.

    Where the two ends of a stretch agree, its inside is given the same count: a pair of crossings inside would
    show as special points of the branch, which watch the eigenvalues themselves.
    """
    counts: dict[int, Count | None] = {}

    def at(i: int) -> Count | None:
        if i not in counts:
            counts[i] = large_count(potential, block, u[i], float(kappa[i]))[0]
        return counts[i]

    def fill(first: int, last: int) -> None:
        left, right = at(int(run[first])), at(int(run[last]))
        if left is not None and right is not None and (left.least, left.most) == (right.least, right.most):
            counts.update(dict.fromkeys(run[first + 1 : last].tolist(), left))
        elif last - first >= 2:
            middle = (first + last) // 2
            fill(first, middle)
            fill(middle, last)

    fill(0, run.size - 1)
    return counts


def large_count(potential: Potential, block: Block, u: Array, kappa: float) -> tuple[Count | None, int]:
    """Count the eigenvalues above 1 of κCG in one block at one state, u of shape (N,), without a matrix.

    Returns
    -------
    count, largest
        The count, None where a weight repels, and the largest mode it took.
    """
    unit = block.isotropy.n_fold
    largest, count = LARGEST_MATRIX * unit, None
    top = min(LARGEST_BLOCK, max(4 * u.size, 2 * LARGEST_MATRIX) * unit)
    while 2 * largest <= top:
        largest *= 2
        operator = compact_operator(potential, block, u, kappa, largest)
        if operator is None:
            return None, largest
        if operator.neglected < WORTH_COUNTING or 2 * largest > top:
            count = count_above_one(operator.product, operator.root.size, *operator.bounds)
            nearest = np.min(np.abs(count.ritz - 1.0), initial=np.inf)
            if count.decided or min(operator.neglected, nearest) < WORKING_ACCURACY:
                break
    return count, largest


def block_spectrum(potential: Potential, block: Block, u: Array, kappa: Array, largest: int) -> BlockSpectrum:
    """Return the spectrum of T in one isotropy block, with the modes up to ``largest``.

    The error bounds the Schur complement of the modes left out by norms alone; it is infinite where those
    modes are not small.
    """
    return _in_chunks(_plain, potential, block, u, kappa, largest)


def _sharp_spectrum(potential: Potential, block: Block, u: Array, kappa: Array, largest: int) -> BlockSpectrum:
    """Return the same spectrum with a sharper error, from how far each eigenvector reaches the modes left out."""
    return _in_chunks(_sharp, potential, block, u, kappa, largest)


def _in_chunks(
    spectrum_of: Callable[[SecondVariation], BlockSpectrum],
    potential: Potential,
    block: Block,
    u: Array,
    kappa: Array,
    largest: int,
) -> BlockSpectrum:
    chunk = max(1, MATRIX_ENTRIES // largest**2)
    leading = leading_modes(potential, block, u, kappa, largest)
    parts = [
        spectrum_of(second_variation(potential, block, u[i : i + chunk], kappa[i : i + chunk], largest, leading))
        for i in range(0, max(kappa.size, 1), chunk)
    ]
    if len(parts) == 1:
        return parts[0]
    eigenvalues = np.concatenate([part.eigenvalues for part in parts])
    return BlockSpectrum(eigenvalues, np.concatenate([part.error for part in parts]), parts[0].repulsive)


def _stretch(x: Array) -> Array:
    """Return a bound of ‖(1, −X)‖², by which the elimination of modes magnifies errors, shape (P,)."""
    bound: Array = (1.0 + np.sqrt(np.sum(x**2, axis=(1, 2)))) ** 2
    return bound


def _rounding(second: SecondVariation, x: Array) -> Array:
    rounding: Array = 8 * EPSILON * second.g.size * (1.0 + second.norm_bound) * _stretch(x)
    return rounding


def _plain(second: SecondVariation) -> BlockSpectrum:
    matrix, x = second.reduced()
    coupling = second.norm_bound * second.norm_bound_outside * _stretch(x)  # a bound of its square
    schur = np.where(second.room >= 0.5, coupling / np.maximum(second.room, 0.5), np.inf)
    eigenvalues = np.asarray(np.linalg.eigvalsh(matrix), dtype=np.float64)
    return BlockSpectrum(eigenvalues, schur + _rounding(second, x), second.repulsive)


def _sharp(second: SecondVariation) -> BlockSpectrum:
    """Return the spectrum with an error from a trace bound of the Schur complement.

    With S on the leading modes, S v_i = λ_i v_i, and K its coupling to the modes outside, the signs of S and of
    its Schur complement agree if Σ_i ‖K v_i‖² / |λ_i| is less than the smallest eigenvalue of T on all other modes
    (trace bound of |Λ|^{-1/2} VᵀKᵀB⁻¹KV |Λ|^{-1/2}); where the sum is too large the error is the smallest |λ|
    scaled by it. K is taken to twice the kept modes; beyond, it is smaller still.
    """
    matrix, x = second.reduced()
    values, vectors = np.linalg.eigh(matrix)
    reach = np.sum((second.coupling(x) @ vectors) ** 2, axis=1)
    room = second.room
    size = np.maximum(np.abs(values), EPSILON)
    ratio = np.sum(reach / size, axis=1) / np.maximum(room, EPSILON)
    nearest = np.min(size, axis=1, initial=np.inf)
    error = np.where(room > 0.5, np.where(ratio < 0.5, 0.0, nearest * ratio), np.inf)
    return BlockSpectrum(values, error + _rounding(second, x), second.repulsive)
