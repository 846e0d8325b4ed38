"""States on S^{d−1} that depend on one coordinate: zonal states, and the sectors of their second variation.

With t = ⟨x, e⟩ the group that keeps a zonal state is O(d−1). A perturbation is a sum of products of a function of t and
a harmonic of degree m on S^{d−2}: sector m, each eigenvalue as often as there are such harmonics. m = 0 are the zonal
states themselves, m = 1 contains the rotations, m = 2 bends a uniaxial state into a biaxial one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from branches.spaces.density_bounds import active, largest_density, weighted_products
from branches.spaces.gegenbauer import GegenbauerBasis, gauss_gegenbauer, gegenbauer, gegenbauer_basis
from branches.spaces.isotropy import PRESENT, Block, Isotropy
from branches.spaces.multiplicity import count_of_harmonics, multiplicity
from branches.spaces.node_counts import of_products

__all__ = ["Zonal", "ZonalSector", "sphere_area"]

Array = NDArray[np.float64]
Modes = NDArray[np.int64]
FINE = 3  # functions on whose nodes a density is bounded, as many times as it has
SECTOR_NAMES = {0: "axisymmetric", 1: "tilt", 2: "biaxial"}


@dataclass(frozen=True)
class Zonal(Isotropy):
    """Zonal states on S^{d−1}, density 1 + Σ N_l a_l P_l(t): every degree (n = 1), or the even ones (n = 2).

    Parameters
    ----------
    n_fold
        1; 2 for states with ρ(−x) = ρ(x); 0 for the uniform state.
    dimension
        d ≥ 2.

    Notes
    -----
    States of n = 1 have a twin, the reflection t → −t, which is a rotation of the axis. Multiples of other degrees are
    no class of their own: the product of two harmonics has harmonics of all degrees between.

    Examples
    --------
    >>> import numpy as np
    >>> nematic = Zonal(2, 3)
    >>> nematic.multiplicity(nematic.degrees(3)), nematic.has_twin
    (array([ 5.,  9., 13.]), False)
    >>> Zonal(1, 3).of_state(np.array([0.0, 0.4, 0.0, 0.1]))
    Zonal(n_fold=2, dimension=3)
    """

    dimension: int = 3

    @property
    def name(self) -> str:
        """The class in words."""
        return {0: "uniform", 1: "zonal", 2: "zonal, even"}[self.n_fold]

    @property
    def group(self) -> str:
        """The orthogonal group of the axis, with the reflection of all space for even states."""
        d = self.dimension
        return {0: f"O({d})", 1: f"O({d - 1})", 2: f"O({d - 1}) × Z_2"}[self.n_fold]

    def basis(self, size: int) -> GegenbauerBasis:
        """Return the Gegenbauer polynomials of the first N unknowns."""
        return gegenbauer_basis(self.dimension, self.n_fold, size)

    def multiplicity(self, degrees: Modes) -> Array:
        """Return N_l."""
        return multiplicity(degrees, self.dimension)

    def blocks(self, largest: int) -> tuple[Block, ...]:
        """Return the sectors m = 0, 1, …, for even states those of either parity of the degree."""
        last = 1 if self.dimension == 2 else largest
        if self.n_fold == 1:
            return tuple(ZonalSector(self, m) for m in range(last + 1))
        return tuple(ZonalSector(self, m, parity) for m in range(last + 1) for parity in (0, 1))

    def density_bound(self, u: Array, field: Array) -> Array:
        """Return a bound of the density of states against the uniform one, by log ρ on nodes; shape (P,)."""
        field = field[:, : active(field)]
        count = of_products(FINE * field.shape[1])
        basis, degrees = self.basis(count), self.degrees(field.shape[1])
        last = np.pi if self.n_fold == 1 else 0.5 * np.pi
        values = gegenbauer(np.array([0.0, last]), self.dimension, int(degrees[-1]))[degrees]
        gap = float(np.max(np.diff(basis.theta, prepend=0.0, append=last)))
        bending = np.abs(field) @ degrees.astype(float) ** 2  # Bernstein: |P_l''| ≤ l² by the angle, as |P_l| ≤ 1
        assert basis.log_mass is not None
        log_share = basis.log_mass - np.log(basis.n_points)
        return largest_density(basis.synthesis(field), log_share, field @ values, gap, bending)

    def leaving_block(self, block: Block) -> Block | None:
        """Return the block itself if zonal states leave along it."""
        return block if block.breaks_to is not None else None

    def block_towards(self, other: Isotropy) -> ZonalSector:
        """Return the zonal functions of odd degree, which a state of all degrees excites."""
        return ZonalSector(self, 0, self.n_fold - other.n_fold)

    @property
    def twin_name(self) -> str:
        """The reflection of the axis, for states of all degrees."""
        return "reflection t → −t: a_l → (−1)^l a_l" if self.n_fold == 1 else ""

    def of_state(self, a: Array, tolerance: float = PRESENT) -> Isotropy:
        """Return the class of most symmetry that holds a state, by its moments above the tolerance."""
        if np.any(np.abs(a[::2]) > tolerance):
            return self.with_n_fold(1)
        return self.with_n_fold(2 if np.any(np.abs(a) > tolerance) else 0)

    def density(self, a: Array, points: Array) -> Array:
        """Return ρ at polar angles, against the area of the sphere (4π for d = 3)."""
        theta = np.asarray(points, dtype=float)
        terms = multiplicity(np.arange(1, a.size + 1), self.dimension) * a
        values = gegenbauer(theta, self.dimension, a.size)[1:]
        rho: Array = (1.0 + np.tensordot(terms, values, axes=1)) / sphere_area(self.dimension)
        return rho


def sphere_area(dimension: int) -> float:
    """Return the area of S^{d−1}.

    Examples
    --------
    >>> round(sphere_area(3) / math.pi, 12)
    4.0
    """
    return 2.0 * math.exp(0.5 * dimension * math.log(math.pi) - math.lgamma(0.5 * dimension))


@dataclass(frozen=True)
class ZonalSector(Block):
    """The functions (1−t²)^{m/2} C_{l−m}(t) · harmonic of degree m on S^{d−2}, of mean square 1/N_l.

    Parameters
    ----------
    isotropy
        The class of the state.
    azimuthal
        m ≥ 0.
    parity
        Of the degree l, about an even state; None where the state mixes both.

    Examples
    --------
    >>> sector = ZonalSector(Zonal(2, 3), 1, 0)
    >>> sector.name, sector.modes(7), sector.copies
    ('m = 1 (tilt), even degrees', array([2, 4, 6]), (0, 2))
    """

    isotropy: Zonal
    azimuthal: int
    parity: int | None = None

    @property
    def name(self) -> str:
        """The sector in words."""
        m = self.azimuthal
        title = f"m = {m} ({SECTOR_NAMES[m]})" if m in SECTOR_NAMES else f"m = {m}"
        return title + {None: "", 0: ", even degrees", 1: ", odd degrees"}[self.parity]

    @property
    def sector(self) -> str:
        """'even' for the functions of the class of the state; the name of the block for all others."""
        return "even" if self.azimuthal == 0 and self.parity != 1 else self.name

    @property
    def copies(self) -> tuple[int, int]:
        """One among the zonal functions for m = 0, else as many as S^{d−2} has harmonics of degree m beside them."""
        m = self.azimuthal
        return (0, count_of_harmonics(m, self.isotropy.dimension - 1)) if m else (1, 0)

    @property
    def order(self) -> int:
        """1 within the class; 2 where no cubic invariant is: odd functions, odd m, and d = 3; else 3."""
        if self.azimuthal == 0:
            return 2 if self.breaks_to is not None and self.breaks_to != self.isotropy else 1
        return 2 if self.azimuthal % 2 or self.isotropy.dimension <= 3 or self.parity == 1 else 3

    @property
    def breaks_to(self) -> Isotropy | None:
        """The class of zonal states of all degrees for the odd functions about an even state; none for m > 0."""
        if self.azimuthal:
            return None
        return self.isotropy.with_n_fold(1) if self.parity == 1 else self.isotropy

    def modes(self, largest: int) -> Modes:
        """Return the degrees l ≥ max(m, 1) of the sector."""
        degrees = np.arange(max(self.azimuthal, 1), largest + 1)
        return degrees if self.parity is None else degrees[degrees % 2 == self.parity]

    def covariance(self, rows: Modes, columns: Modes, u: Array, field: Array) -> Array:
        """Return the covariances of the functions under P states, by a Gauss rule; shape (P, rows, columns)."""
        if rows.size == 0 or columns.size == 0:
            return np.zeros((u.shape[0], rows.size, columns.size))
        top = max(int(rows.max()), int(columns.max()))
        wanted = (int(rows.max() + columns.max()) + self.isotropy.n_fold * field.shape[1]) // 2 + 8
        count = of_products(wanted, self.isotropy.dimension)
        share = self._shares(field, count)
        functions = _functions(self.isotropy.dimension, self.azimuthal, top, count)
        left = functions[rows - self.azimuthal]
        right = left if rows is columns else functions[columns - self.azimuthal]
        products = weighted_products(left, share, right)
        if self.azimuthal == 0:
            products -= (share @ left.T)[:, :, None] * (share @ right.T)[:, None, :]
        result: Array = products
        return result

    def _shares(self, field: Array, count: int) -> Array:
        """Return the probabilities of the nodes under the states, shape (P, M)."""
        d, n = self.isotropy.dimension, self.isotropy.n_fold
        phi = field @ _functions(d, 0, n * field.shape[1], count)[n::n] + gauss_gegenbauer(d, count)[1]
        rho = np.exp(phi - phi.max(axis=1, keepdims=True))
        result: Array = rho / rho.sum(axis=1, keepdims=True)
        return result

    def rotation(self, degrees: Modes, u: Array) -> Array | None:
        """Return the rotation of the axis, √(l(l+d−2)) a_l in the functions of m = 1; None in other sectors."""
        n = self.isotropy.n_fold
        if self.azimuthal != 1 or self.parity == 1 or degrees.size == 0:
            return None
        place = degrees // n - 1
        moments = np.where(place < u.shape[1], u[:, np.minimum(place, u.shape[1] - 1)], 0.0)
        vector: Array = np.sqrt(degrees * (degrees + self.isotropy.dimension - 2.0)) * moments
        return vector


@lru_cache(maxsize=256)
def _functions(dimension: int, m: int, largest: int, count: int) -> Array:
    """Return the functions of sector m for l = m … L on the Gauss rule of M nodes, shape (L − m + 1, M), read-only.

    In t they are the zonal functions of dimension d + 2m, times (1−t²)^{m/2}, made of mean square 1/N_l.
    """
    theta, _ = gauss_gegenbauer(dimension, count)
    raised = gegenbauer(theta, dimension + 2 * m, largest - m)
    if m:
        degrees = np.arange(largest - m + 1)
        b = 0.5 * (dimension - 1)
        log_mean = math.lgamma(b + m) + math.lgamma(b + 0.5) - math.lgamma(b) - math.lgamma(b + 0.5 + m)
        ratio = multiplicity(degrees, dimension + 2 * m) / multiplicity(degrees + m, dimension)
        raised *= np.sqrt(ratio)[:, None] * np.exp(m * np.log(np.sin(theta)) - 0.5 * log_mean)
    raised.flags.writeable = False
    return raised
