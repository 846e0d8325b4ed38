"""States on the circle that need no mirror axis: their symmetry groups Z_n, and the second variation about them.

Their moments come in pairs, E[cos θ], E[sin θ], E[cos 2θ], …; all rotations of a state, and its mirror image, are one
solution.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from branches.spaces.circle import EVEN
from branches.spaces.isotropy import PRESENT, Block, Isotropy
from branches.spaces.rotations import aligned, mirror_axis, rotated, skewness
from branches.spaces.waves import WaveBasis, paired, unpaired, wave_basis, wave_covariances

__all__ = ["Cyclic", "CyclicBlock"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Modes = NDArray[np.int64]


@dataclass(frozen=True)
class Cyclic(Isotropy):
    """Z_n: states of period 2π/n on the circle, with or without a mirror axis, by cosines and sines.

    Examples
    --------
    >>> import numpy as np
    >>> two = Cyclic(2)
    >>> two.name, two.degrees(4), two.expanded(np.array([0.5, 0.1]))
    ('period 2π/2, no axis', array([2, 2, 4, 4]), array([0. , 0. , 0.5, 0.1]))
    >>> two.of_state(np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.3])).n_fold
    3
    """

    n_fold: int = 1

    @property
    def name(self) -> str:
        """The period in words."""
        return f"period 2π/{self.n_fold}, no axis" if self.n_fold else "uniform"

    @property
    def group(self) -> str:
        """The cyclic group."""
        return f"Z_{self.n_fold}" if self.n_fold else "O(2)"

    @property
    def own_sector(self) -> str:
        """Both: cosines and sines are not told apart."""
        return "both"

    @property
    def twin_name(self) -> str:
        """The reflection, which makes another state of one without an axis."""
        return "mirror image: E[sin kθ] → −E[sin kθ]"

    def basis(self, size: int) -> WaveBasis:
        """Return the waves of the first multiples, whatever the period."""
        return wave_basis(size)

    def multiplicity(self, degrees: Modes) -> Array:
        """Return 2 for every mode: a cosine and a sine."""
        return np.full(np.shape(degrees), 2.0)

    def degrees(self, size: int) -> Modes:
        """Return the modes of the first N unknowns: n, n, 2n, 2n, …."""
        return self.n_fold * (np.arange(size) // 2 + 1)

    def weights(self, potential: Any, size: int) -> Array:
        """Return the weights that the first N unknowns see, each twice."""
        every: Array = potential.weights(self.n_fold * ((size + 1) // 2))
        return np.repeat(every[self.n_fold - 1 :: self.n_fold], 2)[:size]

    def expanded(self, u: Array) -> Array:
        """Return the moments of all modes, in pairs, of states given by their unknowns."""
        pairs = _in_pairs(u)
        full = np.zeros((*u.shape[:-1], pairs.shape[-2] * self.n_fold, 2))
        full[..., self.n_fold - 1 :: self.n_fold, :] = pairs
        return full.reshape(*u.shape[:-1], -1)

    def restricted(self, a: Array) -> Array:
        """Return the unknowns of states given by the moments of all modes, in pairs."""
        return _in_pairs(a)[..., self.n_fold - 1 :: self.n_fold, :].reshape(*a.shape[:-1], -1)

    def embedded(self, u: Array, size: int, other: Isotropy) -> Array:
        """Return the first ``size`` unknowns, in a class Z_m with m a divisor of n, of a state given by its own."""
        return _sized(other.restricted(self.expanded(u)), size)

    def of_even(self, u: Array, size: int) -> Array:
        """Return the first ``size`` unknowns of an even state of this period, by its cosine moments a_n, a_2n, …."""
        pairs = np.stack([u, np.zeros_like(u)], axis=-1)
        return _sized(pairs.reshape(*u.shape[:-1], -1), size)

    def of_state(self, a: Array, tolerance: float = PRESENT) -> Isotropy:
        """Return the class of most symmetry of this kind that holds a state, by its moments above the tolerance."""
        present = np.flatnonzero(np.abs(unpaired(a)) > tolerance) + 1
        return self.with_n_fold(gcd(*map(int, present)) if present.size else 0)

    def twin(self, a: Array) -> Array:
        """Return the mirror image."""
        mirrored = a.copy()
        mirrored[..., 1::2] *= -1.0
        return mirrored

    def canonical(self, a: Array, tolerance: float = PRESENT) -> Array:
        """Return the member of the orbit whose lowest mode above the tolerance is a positive cosine.

        Of its rotations by a period of that mode, and of the mirror images, it is the one whose sine moments are
        largest in sum; near an even state it jumps, so that states are compared by :meth:`distance`.
        """
        c = unpaired(a)
        present = np.flatnonzero(np.abs(c) > tolerance)
        if present.size == 0:
            return np.zeros_like(a)
        mode = int(present[0]) + 1
        start = float(np.angle(c[mode - 1])) / mode
        turns = [rotated(c, start + 2.0 * np.pi * k / mode) for k in range(mode)]
        best = max((paired(t) for turn in turns for t in (turn, np.conj(turn))), key=lambda p: float(np.sum(p[1::2])))
        return best[: a.size]

    def nearest(self, a: Array, other: Array) -> Array:
        """Return the rotation of a state, or of its mirror image, that lies nearest to another one."""
        c, target = unpaired(a), unpaired(other)
        best = min(((aligned(target, member), member) for member in (c, np.conj(c))), key=lambda pair: pair[0].distance)
        return paired(rotated(best[1], best[0].angle))[: a.size]

    def complex_moments(self, a: Array) -> Complex:
        """Return c_n = E[e^{−inθ}] of states by their moments in pairs."""
        return unpaired(a)

    def distance(self, a: Array, b: Array, tolerance: float = PRESENT) -> float:
        """Return the largest difference of moments of two states, the least over rotations and the mirror."""
        c, other = unpaired(a), unpaired(b)
        return min(aligned(c, other).distance, aligned(c, np.conj(other)).distance)

    def gain(self, u: Array) -> float:
        """Return the skewness of ρ', which changes sign where a branch passes an even state to its mirror images.

        A state that gains a period alone does not show.
        """
        return skewness(unpaired(u))

    def unknowns(self, n_modes: int) -> int:
        """Return how many unknowns the modes up to a largest one have: two each."""
        return 2 * (n_modes // self.n_fold)

    def largest_degree(self, size: Any) -> Any:
        """Return the largest mode of the first N unknowns."""
        return self.n_fold * ((size + 1) // 2)

    def leading(self, a: Array) -> float:
        """Return |c_n| of a state by its moments in pairs."""
        return float(abs(unpaired(a)[self.n_fold - 1])) if self.n_fold else 0.0

    def symmetrised(self, a: Array, tolerance: float) -> tuple[Isotropy, Array]:
        """Return the class of most symmetry that holds a state, an even one if it has a mirror axis."""
        even = self.even_moments(a, tolerance)
        if even is None:
            return self.of_state(a, tolerance), a
        own = EVEN.of_state(even, tolerance)
        return own, own.canonical(even, tolerance)

    def even_moments(self, a: Array, tolerance: float) -> Array | None:
        """Return the cosine moments of the state turned to be even, shape (N/2,), None if it has no mirror axis."""
        c = unpaired(a)
        angle = mirror_axis(c, tolerance)
        return None if angle is None else np.ascontiguousarray(rotated(c, angle).real)

    def motion(self, u: Array) -> Array:
        """Return the change of the unknowns by a rotation, (−n y_n, n x_n) up to the factor of the period."""
        c = unpaired(u)
        return paired(-1j * np.arange(1, c.shape[-1] + 1) * c)[..., : u.shape[-1]]

    def leaving_block(self, block: Block) -> Block | None:
        """Return None: branches that leave a state without an axis in another class are not followed."""
        return None

    def block_towards(self, other: Isotropy) -> CyclicBlock:
        """Return the block of the residue that a state of larger period excites."""
        residue = other.n_fold % self.n_fold
        return CyclicBlock(self, min(residue, self.n_fold - residue))

    def blocks(self, largest: int = 0) -> tuple[CyclicBlock, ...]:
        """Return the blocks about a state of period 2π/n: residues 0 … n/2.

        Examples
        --------
        >>> [(block.residue, block.order) for block in Cyclic(4).blocks()]
        [(0, 1), (1, 4), (2, 2)]
        """
        return tuple(CyclicBlock(self, residue) for residue in range(self.n_fold // 2 + 1))

    def density(self, a: Array, points: Array) -> Array:
        """Return ρ(θ) of one state given by its moments in pairs."""
        c = unpaired(a)
        waves = np.exp(1j * np.multiply.outer(points, np.arange(1, c.size + 1)))
        rho: Array = (1.0 + 2.0 * np.tensordot(waves, c, axes=1).real) / (2.0 * np.pi)
        return rho


def _in_pairs(u: Array) -> Array:
    """Return pairs of unknowns, shape (..., N/2, 2); a last cosine gets the sine 0."""
    return _sized(u, u.shape[-1] + u.shape[-1] % 2).reshape(*u.shape[:-1], -1, 2)


def _sized(u: Array, size: int) -> Array:
    short = max(0, size - u.shape[-1])
    padded: Array = np.concatenate([u, np.zeros((*u.shape[:-1], short))], axis=-1)[..., :size]
    return padded


@dataclass(frozen=True)
class CyclicBlock(Block):
    """An isotropy type about a state of Z_n: cosines and sines of the modes ≡ ±residue modulo n.

    Its modes are listed in pairs. For orders m ≥ 3 every eigenvalue is double, as the rotation by 2π/n acts as one of
    the plane.

    Examples
    --------
    >>> block = CyclicBlock(Cyclic(2), residue=1)
    >>> block.modes(4), block.order, block.breaks_to
    (array([1, 1, 3, 3]), 2, Cyclic(n_fold=1))
    """

    residue: int = 0

    @property
    def sector(self) -> str:
        """Both: without a mirror axis cosines and sines are not told apart."""
        return "both"

    @property
    def name(self) -> str:
        """The modes of the block."""
        return f"modes ±{self.residue} mod {self.isotropy.n_fold}"

    @property
    def copies(self) -> tuple[int, int]:
        """One direction an eigenvalue, all of them among cosines and sines."""
        return 1, 0

    @property
    def order(self) -> int:
        """Order m of the rotation by 2π/n on the block."""
        return self.isotropy.n_fold // gcd(self.isotropy.n_fold, self.residue)

    @property
    def breaks_to(self) -> Isotropy:
        """The class of the states that leave where the block's modes are excited."""
        return self.isotropy.with_n_fold(gcd(self.isotropy.n_fold, self.residue))

    def modes(self, largest: int) -> Modes:
        """Return the modes of the block up to a largest one, each twice."""
        n, fold = np.arange(1, largest + 1), self.isotropy.n_fold
        inside = (n % fold == self.residue) | (n % fold == (fold - self.residue) % fold)
        modes: Modes = np.repeat(n[inside], 2)
        return modes

    def covariance(self, rows: Modes, columns: Modes, u: Array, field: Array) -> Array:
        """Return the covariances of cosines and sines under the states, shape (P, rows, columns)."""
        if rows.size == 0 or columns.size == 0:
            return np.zeros((u.shape[0], rows.size, columns.size))
        return wave_covariances(self._moments(u, int(rows.max() + columns.max())), rows, columns)

    def rotation(self, degrees: Modes, u: Array) -> Array | None:
        """Return (−n y_n, n x_n) on the modes of the residue 0; None in the other blocks."""
        if self.residue != 0:
            return None
        c = self._moments(u, int(degrees.max(initial=0)))[:, degrees]
        motion: Array = np.where(np.arange(degrees.size) % 2 == 1, c.real, c.imag) * degrees.astype(float)
        return motion

    def _moments(self, u: Array, top: int) -> Complex:
        """Return c_0 = 1, c_1, …, c_top, shape (P, top + 1)."""
        fold, given = self.isotropy.n_fold, unpaired(u)
        multiples = min(top // fold, given.shape[1])
        c = np.zeros((u.shape[0], top + 1), dtype=complex)
        c[:, 0] = 1.0
        c[:, fold : fold * multiples + 1 : fold] = given[:, :multiples]
        return c
