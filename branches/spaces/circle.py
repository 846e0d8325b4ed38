"""Even states on the circle: their symmetry groups D_n, and the isotropy blocks of the second variation about them.

Of the rotations only those by multiples of π/n keep a state of period 2π/n even; they act as
a_{kn} → (−1)^k a_{kn}. Each orbit therefore has one or two even members: a state and its twin.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

from branches.spaces.cosines import CosineBasis, cosine_basis
from branches.spaces.isotropy import Block, Isotropy

__all__ = ["EVEN", "CircleBlock", "Dihedral", "even_block"]

Array = NDArray[np.float64]
Modes = NDArray[np.int64]


@dataclass(frozen=True)
class Dihedral(Isotropy):
    """D_n: even states of period 2π/n on the circle, by cosines.

    Examples
    --------
    >>> import numpy as np
    >>> two = Dihedral(2)
    >>> two.name, two.expanded(np.array([0.5, 0.2])), two.of_state(np.array([0.0, 0.0, 0.0, 0.3])).n_fold
    ('period 2π/2', array([0. , 0.5, 0. , 0.2]), 4)
    >>> two.twin(np.array([0.0, 0.5, 0.0, 0.2]))
    array([ 0. , -0.5,  0. ,  0.2])
    """

    n_fold: int = 1

    @property
    def name(self) -> str:
        """The period in words."""
        return f"period 2π/{self.n_fold}" if self.n_fold else "uniform"

    @property
    def group(self) -> str:
        """The dihedral group."""
        return f"D_{self.n_fold}" if self.n_fold else "O(2)"

    def basis(self, size: int) -> CosineBasis:
        """Return the cosines of the first N multiples, whatever the period."""
        return cosine_basis(size)

    def multiplicity(self, degrees: Modes) -> Array:
        """Return 2 for every mode: a cosine and a sine."""
        return np.full(np.shape(degrees), 2.0)

    def density_bound(self, u: Array) -> Array:
        """Return 1 + 2 Σ |u_k|, shape (P,)."""
        bound: Array = 1.0 + 2.0 * np.abs(u).sum(axis=1)
        return bound

    def blocks(self, largest: int = 0) -> tuple[CircleBlock, ...]:
        """Return the blocks whose spectra differ: for residues of order m ≥ 3 the sines repeat the cosines.

        Examples
        --------
        >>> [(block.sector, block.residue) for block in Dihedral(3).blocks()]
        [('even', 0), ('odd', 0), ('even', 1)]
        """
        found = []
        for residue in range(self.n_fold // 2 + 1):
            even = CircleBlock(self, "even", residue)
            found.append(even)
            if even.order <= 2:
                found.append(CircleBlock(self, "odd", residue))
        return tuple(found)

    def leaving_block(self, block: Block) -> CircleBlock | None:
        """Return the cosines of the same residue: None for the sines of residue 0, which break the reflection."""
        if block.sector == "odd" and block.order == 1:
            return None
        return CircleBlock(self, "even", block.residue)

    def block_towards(self, other: Isotropy) -> CircleBlock:
        """Return the cosines of the residue that a state of larger period excites."""
        residue = other.n_fold % self.n_fold
        return CircleBlock(self, "even", min(residue, self.n_fold - residue))

    @property
    def twin_name(self) -> str:
        """The rotation by π/n, and what it does to the moments; '' for the uniform state."""
        if self.n_fold == 0:
            return ""
        angle = "π" if self.n_fold == 1 else f"π/{self.n_fold}"
        sign = "a_k → (−1)^k a_k" if self.n_fold == 1 else f"a_{self.n_fold}k → (−1)^k a_{self.n_fold}k"
        return f"rotation by {angle}: {sign}"

    def density(self, a: Array, points: Array) -> Array:
        """Return ρ(θ) = (1/2π)(1 + 2 Σ a_n cos nθ) of one state, a of shape (N,)."""
        modes = np.arange(1, a.size + 1)
        waves = np.tensordot(np.cos(np.multiply.outer(points, modes)), a, axes=1)
        rho: Array = (1.0 + 2.0 * waves) / (2.0 * np.pi)
        return rho


EVEN = Dihedral(1)


@dataclass(frozen=True)
class CircleBlock(Block):
    """An isotropy type about a state of period 2π/n: the modes ≡ ±residue modulo n, in one sector.

    ``sector`` is 'even' (cosines) or 'odd' (sines).

    Examples
    --------
    >>> block = CircleBlock(Dihedral(2), "even", residue=1)
    >>> block.modes(7), block.order, block.breaks_to
    (array([1, 3, 5, 7]), 2, Dihedral(n_fold=1))
    """

    sector: str = "even"
    residue: int = 0

    @property
    def n_fold(self) -> int:
        """The number n of the state's period 2π/n."""
        return self.isotropy.n_fold

    @property
    def name(self) -> str:
        """The modes of the block."""
        return f"modes ±{self.residue} mod {self.n_fold}"

    def modes(self, largest: int) -> Modes:
        """Return the modes of the block up to ``largest``."""
        n = np.arange(1, largest + 1)
        remainder = n % self.n_fold
        modes: Modes = n[
            (remainder == self.residue) | (remainder == (self.n_fold - self.residue) % self.n_fold)
        ]
        return modes

    def excited(self, largest: int) -> Modes:
        """Return the modes ≡ 0, ±r, ±2r: those of the state, of the direction, and of its square."""
        n = self.n_fold
        residues = {0, self.residue % n, 2 * self.residue % n}
        every = [CircleBlock(self.isotropy, "even", min(r, n - r)).modes(largest) for r in residues]
        return np.unique(np.concatenate(every))

    @property
    def breaks_to(self) -> Isotropy:
        """The class of the states that leave where the block's modes are excited."""
        return self.isotropy.with_n_fold(gcd(self.n_fold, self.residue))

    @property
    def order(self) -> int:
        """Order m of the rotation that acts on the block: 1 keeps the period, 2 doubles it, ….

        For m = 2 the sines about a state are the cosines about its twin; for m ≥ 3 both sectors have the same
        eigenvalues.
        """
        return self.n_fold // gcd(self.n_fold, self.residue)

    @property
    def copies(self) -> tuple[int, int]:
        """Even and odd directions of an eigenvalue: one in its sector, or one in each."""
        if self.order >= 3:
            return 1, 1
        return (1, 0) if self.sector == "even" else (0, 1)

    @property
    def breaking(self) -> str:
        """Sines of residue 0 take the mirror symmetry away."""
        return "reflection-breaking"

    def covariance(self, rows: Modes, columns: Modes, u: Array, field: Array) -> Array:
        """Return the covariances of cosines or sines under the states, shape (P, rows, columns).

        cosines: (a_|n−m| + a_{n+m})/2 − a_n a_m; sines: (a_|n−m| − a_{n+m})/2.
        """
        if rows.size == 0 or columns.size == 0:
            return np.zeros((u.shape[0], rows.size, columns.size))
        n = self.n_fold
        top = int(rows.max() + columns.max())
        half = np.zeros((u.shape[0], top + 1))  # a_n/2
        half[:, 0] = 0.5
        multiples = min(top // n, u.shape[1])
        half[:, n : n * multiples + 1 : n] = 0.5 * u[:, :multiples]
        covariance: Array = np.take(half, np.abs(rows[:, None] - columns), axis=1)
        total = np.take(half, rows[:, None] + columns, axis=1)
        if self.sector == "odd":
            covariance -= total
            return covariance
        covariance += total
        if self.residue == 0:  # the other cosines have mean zero
            covariance -= 4.0 * half[:, rows, None] * half[:, None, columns]
        return covariance

    def rotation(self, degrees: Modes, u: Array) -> Array | None:
        """Return n a_n, by which the sines of a state change where it is rotated; None in the other blocks."""
        if self.sector == "even" or self.residue != 0:
            return None
        index = degrees // self.n_fold - 1
        moments: Array = np.where(index < u.shape[1], u[:, np.minimum(index, u.shape[1] - 1)], 0.0)
        return degrees * moments


def even_block(n_fold: int, residue: int) -> CircleBlock:
    """Return the block of cosines ≡ ±residue modulo n."""
    return CircleBlock(Dihedral(n_fold), "even", residue)
