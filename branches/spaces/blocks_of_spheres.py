"""States on S^{d−1} that depend on the share u = |x'|² of k coordinates: block states of O(k) × O(d−k).

In the phases of a nematic in four and more dimensions k directions may be alike and the others too. u is distributed
as Beta(k/2, (d−k)/2); each even degree l has one invariant harmonic, a Jacobi polynomial in u. For k = 1 these are
the even zonal states.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from branches.spaces.basis import BEYOND, Basis, DenseBasis
from branches.spaces.density_bounds import active, largest_density, weighted_products
from branches.spaces.isotropy import PRESENT, Block, Isotropy
from branches.spaces.jacobi import gauss_beta, orthonormal
from branches.spaces.multiplicity import count_of_harmonics, multiplicity
from branches.spaces.node_counts import of_basis, of_products
from branches.spaces.zonal import sphere_area

__all__ = ["BlockSector", "BlockStates", "block_basis"]

Array = NDArray[np.float64]
Modes = NDArray[np.int64]


@dataclass(frozen=True)
class BlockStates(Isotropy):
    """States of O(k) × O(d−k), 2 ≤ k ≤ d/2, by their even degrees: density 1 + Σ N_l a_l B_l(u), E[B_l²] = 1/N_l.

    Parameters
    ----------
    n_fold
        2; 4 for the states that an exchange of the blocks keeps, if k = d/2; 0 for the uniform state.
    dimension, k
        d ≥ 4, and the coordinates of the first block.

    Raises
    ------
    ValueError
        If k is not in 2 … d/2 (k = 1 are the even zonal states).

    Examples
    --------
    >>> BlockStates(2, 5, 2).name
    'block O(2) × O(3)'
    """

    dimension: int = 4
    k: int = 2

    def __post_init__(self) -> None:
        if not 2 <= self.k <= self.dimension // 2:
            raise ValueError(
                f"k = {self.k} is not allowed in dimension {self.dimension}: block states have 2 ≤ k ≤ d/2; those of "
                "k = 1 are the even zonal states"
            )

    @property
    def name(self) -> str:
        """The class in words."""
        if self.n_fold == 0:
            return "uniform"
        swapped = ", blocks alike" if self.n_fold == 4 else ""
        return f"block O({self.k}) × O({self.dimension - self.k}){swapped}"

    @property
    def group(self) -> str:
        """The orthogonal groups of the blocks, with their exchange where it keeps the state."""
        first, second = self.k, self.dimension - self.k
        if self.n_fold == 0:
            return f"O({self.dimension})"
        return f"O({first}) × O({second})" + (" ⋊ Z_2" if self.n_fold == 4 else "")

    def basis(self, size: int) -> Basis:
        """Return the Jacobi polynomials of the first N unknowns."""
        return block_basis(self.dimension, self.k, self.n_fold, size)

    def multiplicity(self, degrees: Modes) -> Array:
        """Return N_l."""
        return multiplicity(degrees, self.dimension)

    def blocks(self, largest: int) -> tuple[Block, ...]:
        """Return the sectors (p, q), p + q ≤ L, of which one each of those that repeat each other."""
        pairs = [(p, total - p) for total in range(largest + 1) for p in range(total + 1)]
        every = [BlockSector(self, p, q) for p, q in pairs]
        if self.n_fold == 4:  # the invariant functions split by the exchange
            every[:1] = [BlockSector(self, 0, 0, 0), BlockSector(self, 0, 0, 1)]
        return tuple(sector for sector in every if sector.copies != (0, 0))

    @property
    def widest(self) -> Isotropy:
        """The block states, whether an exchange keeps them or not."""
        return self.with_n_fold(2)

    def density_bound(self, u: Array, field: Array) -> Array:
        """Return a bound of the density of states against the uniform one, by log ρ on nodes; shape (P,)."""
        field = field[:, : active(field)]
        d, k, degrees = self.dimension, self.k, self.degrees(field.shape[1])
        nodes, log_share = gauss_beta(0.5 * k, 0.5 * (d - k), 2 * int(degrees[-1]))
        values = _functions(d, k, 0, 0, int(degrees[-1]), nodes.size)[degrees // 2]
        roots = np.sqrt(multiplicity(degrees, d))[:, None]
        ends = orthonormal(np.array([1.0, 0.0]), 0.5 * k, 0.5 * (d - k), int(degrees[-1]) // 2)[degrees // 2] / roots
        angles = np.arccos(np.sqrt(nodes))
        gap = float(np.max(np.diff(angles, prepend=0.0, append=0.5 * np.pi)))
        # Bernstein: |B_l''| ≤ l² max |B_l| by the angle, and the largest value is at an end
        bending = np.abs(field) @ (degrees.astype(float) ** 2 * np.abs(ends).max(axis=1))
        return largest_density(field @ values, log_share, field @ ends, gap, bending)

    def leaving_block(self, block: Block) -> Block | None:
        """Return the block itself if states of this kind leave along it."""
        return block if block.breaks_to is not None else None

    def block_towards(self, other: Isotropy) -> BlockSector:
        """Return the invariant functions: those of degree 2, 6, … about states that an exchange keeps."""
        return BlockSector(self, 0, 0, 1 if other.n_fold < self.n_fold else None)

    @property
    def twin_name(self) -> str:
        """The exchange of two blocks of one size."""
        return "exchange of the blocks: a_2k → (−1)^k a_2k" if self.n_fold == 2 and 2 * self.k == self.dimension else ""

    def of_state(self, a: Array, tolerance: float = PRESENT) -> Isotropy:
        """Return the class of most symmetry that holds a state, by its moments above the tolerance."""
        if not np.any(np.abs(a) > tolerance):
            return self.with_n_fold(0)
        alike = 2 * self.k == self.dimension and not np.any(np.abs(a[1::4]) > tolerance)
        return self.with_n_fold(4 if alike else 2)

    def density(self, a: Array, points: Array) -> Array:
        """Return ρ at angles χ, u = cos² χ, against the area of the sphere."""
        u = np.cos(np.asarray(points, dtype=float)) ** 2
        degrees = np.arange(2, a.size + 1, 2)
        counts = multiplicity(degrees, self.dimension)
        values = orthonormal(u, 0.5 * self.k, 0.5 * (self.dimension - self.k), degrees.size)[1:]
        terms = np.sqrt(counts) * a[1::2]
        rho: Array = (1.0 + np.tensordot(terms, values, axes=1)) / sphere_area(self.dimension)
        return rho


@lru_cache(maxsize=32)
def block_basis(dimension: int, k: int, n_fold: int, size: int) -> DenseBasis:
    """Return the cached basis of N functions of degrees n, 2n, … on Gauss nodes."""
    step = n_fold // 2
    nodes = of_basis(size * step, dimension, 2)
    u, log_share = gauss_beta(0.5 * k, 0.5 * (dimension - k), nodes)
    degrees = n_fold * np.arange(1, size + size // BEYOND + 1)
    values = orthonormal(u, 0.5 * k, 0.5 * (dimension - k), int(degrees[-1]) // 2)[step::step]
    return DenseBasis(values / np.sqrt(multiplicity(degrees, dimension))[:, None], log_share, size)


@dataclass(frozen=True)
class BlockSector(Block):
    """Harmonics of degree p in the first block times degree q in the second, l = p + q + 2j; mean square 1/N_l.

    Parameters
    ----------
    isotropy, p, q
        The class of the state, and the degrees.
    exchange
        About states that the exchange of the blocks keeps, 0 for the invariant functions that it keeps as well, 1 for
        those that change sign; else None.

    Examples
    --------
    >>> sector = BlockSector(BlockStates(2, 5, 2), 1, 1)
    >>> sector.copies, sector.modes(7)
    ((0, 6), array([2, 4, 6]))
    """

    isotropy: BlockStates
    p: int
    q: int
    exchange: int | None = None

    @property
    def name(self) -> str:
        """The sector in words."""
        title = f"(p, q) = ({self.p}, {self.q})" + (" (rotations)" if (self.p, self.q) == (1, 1) else "")
        return title + {None: "", 0: ", blocks alike", 1: ", blocks apart"}[self.exchange]

    @property
    def sector(self) -> str:
        """'even' for the functions of the class of the state; the name of the block for all others."""
        return "even" if self.p == self.q == 0 and self.exchange != 1 else self.name

    @property
    def copies(self) -> tuple[int, int]:
        """One within the class for (0, 0), else the product of the numbers of harmonics of both blocks beside it."""
        if self.p == self.q == 0:
            return 1, 0
        first, second = self.isotropy.k, self.isotropy.dimension - self.isotropy.k
        return 0, count_of_harmonics(self.p, first) * count_of_harmonics(self.q, second)

    @property
    def order(self) -> int:
        """1 within the class, 3 where a cubic invariant is, 2 where it is not."""
        if self.p == self.q == 0:
            return 2 if self.exchange == 1 else 1
        blocks = ((self.p, self.isotropy.k), (self.q, self.isotropy.dimension - self.isotropy.k))
        cubic = all(degree % 2 == 0 and (degree == 0 or size > 2) for degree, size in blocks)
        return 3 if cubic else 2

    @property
    def breaks_to(self) -> Isotropy | None:
        """The class itself for (0, 0), or that of blocks that differ; else none."""
        if self.p or self.q:
            return None
        return self.isotropy.with_n_fold(2) if self.exchange == 1 else self.isotropy

    def modes(self, largest: int) -> Modes:
        """Return the degrees p + q, p + q + 2, …."""
        if self.p or self.q:
            return np.arange(self.p + self.q, largest + 1, 2)
        first, step = {None: (2, 2), 0: (4, 4), 1: (2, 4)}[self.exchange]
        return np.arange(first, largest + 1, step)

    def covariance(self, rows: Modes, columns: Modes, u: Array, field: Array) -> Array:
        """Return the covariances of the functions under P states, by a Gauss rule; shape (P, rows, columns)."""
        if rows.size == 0 or columns.size == 0:
            return np.zeros((u.shape[0], rows.size, columns.size))
        d, k, n = self.isotropy.dimension, self.isotropy.k, self.isotropy.n_fold
        top = max(int(rows.max()), int(columns.max()))
        wanted = (int(rows.max() + columns.max()) + n * field.shape[1]) // 4 + 8
        count = of_products(wanted, d, 2)
        phi = field @ _functions(d, k, 0, 0, n * field.shape[1], count)[n // 2 :: n // 2]
        phi = phi + gauss_beta(0.5 * k, 0.5 * (d - k), count)[1]
        rho = np.exp(phi - phi.max(axis=1, keepdims=True))
        share = rho / rho.sum(axis=1, keepdims=True)
        functions = _functions(d, k, self.p, self.q, top, count)
        left = functions[(rows - self.p - self.q) // 2]
        right = functions[(columns - self.p - self.q) // 2]
        products = weighted_products(left, share, right)
        if self.p == self.q == 0:
            products -= (share @ left.T)[:, :, None] * (share @ right.T)[:, None, :]
        result: Array = products
        return result

    def rotation(self, degrees: Modes, u: Array) -> Array | None:
        """Return the rotations of the blocks into each other, √(l(l+d−2)) a_l in (1, 1); None in other sectors."""
        if (self.p, self.q) != (1, 1) or degrees.size == 0:
            return None
        n = self.isotropy.n_fold
        place = degrees // n - 1
        held = (degrees % n == 0) & (place < u.shape[1])
        moments = np.where(held, u[:, np.clip(place, 0, u.shape[1] - 1)], 0.0)
        vector: Array = np.sqrt(degrees * (degrees + self.isotropy.dimension - 2.0)) * moments
        return vector


@lru_cache(maxsize=256)
def _functions(dimension: int, k: int, p: int, q: int, largest: int, count: int) -> Array:
    """Return the functions of a sector, l = p + q, p + q + 2, … ≤ L, on the Gauss rule of M nodes; read-only."""
    first, second = 0.5 * k, 0.5 * (dimension - k)
    u, _ = gauss_beta(first, second, count)
    degrees = np.arange(p + q, largest + 1, 2)
    values = orthonormal(u, first + p, second + q, degrees.size - 1)
    log_mean = math.lgamma(first + p) - math.lgamma(first) + math.lgamma(second + q) - math.lgamma(second)
    log_mean += math.lgamma(first + second) - math.lgamma(first + second + p + q)
    values *= np.exp(0.5 * (p * np.log(u) + q * np.log1p(-u) - log_mean))
    values /= np.sqrt(multiplicity(degrees, dimension))[:, None]
    values.flags.writeable = False
    return values
