"""Classes of states by their symmetry: the subspace that a group fixes, and what stands beside it.

The equations of a state, its stability and the bookkeeping of branches speak to these objects alone; the makers
(:mod:`~branches.spaces.circle` and those of other spaces) know a geometry.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from branches.spaces.basis import Basis

__all__ = ["Block", "Isotropy", "Symmetric", "same_orbit"]

Array = NDArray[np.float64]
Modes = NDArray[np.int64]
PRESENT = 1e-9  # moments (at most 1) above it tell the symmetry of a state
SAME = 1e-7  # largest difference of the moments of one solution, and of its coupling relative to it


@dataclass(frozen=True)
class Isotropy(ABC):
    """A class of states of one symmetry, by the degrees n, 2n, 3n, … of its functions.

    Parameters
    ----------
    n_fold
        n: the unknowns u_1, u_2, … of a state are its moments a_n, a_2n, …, and its weights g_n, g_2n, …; 0 for the
        uniform state, which has none.

    Notes
    -----
    A degree is the number of an irreducible representation of the symmetry group of the space: on the circle, of a
    mode. Two classes of one space that share their functions differ in ``n_fold`` alone: a divisor allows more states.
    """

    n_fold: int

    # ---- what a maker supplies ---------------------------------------------------------------

    @property
    @abstractmethod
    def name(self) -> str:
        """The class in words, for tables: 'period 2π/3', 'zonal'."""

    @property
    @abstractmethod
    def group(self) -> str:
        """The symmetry group of its states, as mathematicians write it."""

    @abstractmethod
    def basis(self, size: int) -> Basis:
        """Return the functions of the first N unknowns."""

    @abstractmethod
    def multiplicity(self, degrees: Modes) -> Array:
        """Return N_l, the number of harmonics of degree l: 1/N_l is the mean of B_l², and κ_l = N_l/g_l."""

    @abstractmethod
    def blocks(self, largest: int) -> tuple[Block, ...]:
        """Return the isotropy blocks of the second variation about a state whose spectra differ.

        Those without a degree up to ``largest`` may be left out.
        """

    @abstractmethod
    def leaving_block(self, block: Block) -> Block | None:
        """Return the block, of functions of this kind, along which branches leave where a block turns neutral.

        On the circle the sines about a state may be the cosines about its twin. None where no branch of this kind
        leaves.
        """

    @abstractmethod
    def block_towards(self, other: Isotropy) -> Block:
        """Return the block that is excited in the states of a class of less symmetry, of the same functions."""

    @property
    @abstractmethod
    def twin_name(self) -> str:
        """Which motion of the space takes a state to another member of its orbit in the same class; '' if none."""

    @abstractmethod
    def density(self, a: Array, points: Array) -> Array:
        """Return ρ(θ) of a state, against the measure in which the space has its customary size; shape of points."""

    # ---- what every class has ----------------------------------------------------------------

    @property
    def own_sector(self) -> str:
        """The sector of the functions of its states."""
        return "even"

    @property
    def has_twin(self) -> bool:
        """Whether the class holds a second member of the orbit of a state."""
        return bool(self.twin_name)

    def with_n_fold(self, n_fold: int) -> Isotropy:
        """Return the class of the same functions with other multiples."""
        return replace(self, n_fold=n_fold)

    @property
    def widest(self) -> Isotropy:
        """The class of least symmetry of the same functions."""
        return self.with_n_fold(1)

    def joined(self, other: Isotropy) -> Isotropy:
        """Return the class of most symmetry that holds both, of the same functions."""
        return self.with_n_fold(gcd(self.n_fold, other.n_fold))

    def degrees(self, size: int) -> Modes:
        """Return the degrees of the first N unknowns."""
        return self.n_fold * np.arange(1, size + 1)

    def motion(self, u: Array) -> Array | None:
        """Return the change of the unknowns along the orbit of a state, None where its class has no such motion."""
        return None

    def gain(self, u: Array) -> float:
        """Return a number that changes sign where a branch of this class passes a state of more symmetry."""
        return float(u[0])

    def unknowns(self, n_modes: int) -> int:
        """Return how many unknowns the degrees up to a largest one have."""
        return n_modes // self.n_fold

    def largest_degree(self, size: Any) -> Any:
        """Return the largest degree of the first N unknowns, for a number or an array of numbers N."""
        return self.n_fold * size

    def leading(self, a: Array) -> float:
        """Return the leading moment a_n of a state by its moments."""
        return float(a[self.n_fold - 1]) if self.n_fold else 0.0

    def same_kind(self, other: Isotropy) -> bool:
        """Return whether two classes have the same functions."""
        return self.widest == other.widest

    def symmetrised(self, a: Array, tolerance: float) -> tuple[Isotropy, Array]:
        """Return the class of most symmetry that holds a state, of whatever kind, and its moments as that kind."""
        return self.of_state(a, tolerance), a

    def distance(self, a: Array, b: Array, tolerance: float) -> float:
        """Return the largest difference of the moments of two states, the least over their orbits.

        Moments below the tolerance do not tell the symmetry of a state.
        """
        size = max(a.size, b.size)
        first, second = (self.canonical(np.pad(state, (0, size - state.size)), tolerance) for state in (a, b))
        return float(np.max(np.abs(first - second), initial=0.0))

    def density_bound(self, u: Array, field: Array) -> Array:
        """Return a bound of the density of states against the uniform one, shape (P,).

        By their unknowns, or more sharply by the coefficients κ g_k u_k of log ρ, both of shape (P, N).
        """
        bound: Array = 1.0 + np.sum(self.multiplicity(self.degrees(u.shape[1])) * np.abs(u), axis=1)
        return bound

    def weights(self, potential: Any, size: int) -> Array:
        """Return the weights that the first N unknowns see, shape (N,)."""
        every: Array = potential.weights(self.n_fold * size)
        return np.ascontiguousarray(every[self.n_fold - 1 :: self.n_fold])

    def onset_scale(self, g: Array) -> float:
        """Return N_n/g_n, the onset coupling of the first unknown, by its weights; 1 where it repels."""
        return float(self.multiplicity(self.degrees(1))[0]) / float(g[0]) if g[0] > 0 else 1.0

    def expanded(self, u: Array) -> Array:
        """Return the moments a_1, a_2, … of states given by their unknowns, shape (..., n N)."""
        full = np.zeros((*u.shape[:-1], u.shape[-1] * self.n_fold))
        full[..., self.n_fold - 1 :: self.n_fold] = u
        return full

    def restricted(self, a: Array) -> Array:
        """Return the unknowns of states given by their moments, shape (..., N // n)."""
        reduced: Array = a[..., self.n_fold - 1 :: self.n_fold]
        return reduced

    def embedded(self, u: Array, size: int, other: Isotropy) -> Array:
        """Return the first ``size`` unknowns, in a class of less symmetry, of a state given by its own, (..., N)."""
        ratio = self.n_fold // other.n_fold
        full = np.zeros((*u.shape[:-1], size))
        kept = min(u.shape[-1], size // ratio)
        full[..., ratio - 1 : ratio * kept : ratio] = u[..., :kept]
        return full

    def of_state(self, a: Array, tolerance: float = PRESENT) -> Isotropy:
        """Return the class of most symmetry that holds a state of this kind, by its moments above the tolerance."""
        degrees = np.flatnonzero(np.abs(a) > tolerance) + 1
        return self.with_n_fold(gcd(*map(int, degrees)) if degrees.size else 0)

    def twin(self, a: Array) -> Array:
        """Return the other member of the orbit in this class, a_{kn} → (−1)^k a_{kn}; the state if it has none."""
        other = a.copy()
        if self.has_twin:
            other[..., self.n_fold - 1 :: 2 * self.n_fold] *= -1.0
        return other

    def nearest(self, a: Array, other: Array) -> Array:
        """Return the member of the orbit of a state, in this class, that lies nearest to another one."""
        size = max(a.size, other.size)
        target = np.pad(other, (0, size - other.size))
        candidates = [np.pad(member, (0, size - a.size)) for member in (a, self.twin(a))]
        nearest = min(candidates, key=lambda member: float(np.linalg.norm(member - target)))
        return nearest[: a.size]

    def complex_moments(self, a: Array) -> NDArray[np.complex128]:
        """Return c_n = E[e^{−inθ}] of states on the circle by their moments."""
        return a.astype(np.complex128)

    def canonical(self, a: Array, tolerance: float = PRESENT) -> Array:
        """Return the member of the orbit whose first moment that tells twins apart is positive."""
        own = self.of_state(a, tolerance)
        if own.n_fold == 0:
            return np.zeros_like(a)
        deciding = a[own.n_fold - 1 :: 2 * own.n_fold]
        clear = deciding[np.abs(deciding) > tolerance]
        return own.twin(a) if clear.size and clear[0] < 0 else a.copy()


class Symmetric:
    """What a record has that knows its symmetry class."""

    isotropy: Isotropy

    @property
    def n_fold(self) -> int:
        """N of its period 2π/n on the circle: its moments are a_n, a_2n, …; 0 for the uniform state."""
        return self.isotropy.n_fold

    @property
    def period(self) -> int:
        """The old name of ``n_fold``."""
        name = type(self).__name__
        message = f"{name}.period is now called {name}.n_fold; the old name goes with the next release"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return self.n_fold


def same_orbit(
    isotropy: Isotropy, a: Array, kappa_a: float, b: Array, kappa_b: float, tolerance: float = SAME
) -> bool:
    """Return whether two states of one kind at two couplings are one solution up to the symmetry of the space.

    Parameters
    ----------
    isotropy
        A class that holds both, or any other of the same functions.
    a, b
        Moments; the shorter one counts as padded by zeros.
    kappa_a, kappa_b
        Couplings, compared relative to their size.
    tolerance
        Largest difference of moments (they are at most 1).
    """
    if abs(kappa_a - kappa_b) > tolerance * max(abs(kappa_a), abs(kappa_b)):
        return False
    return isotropy.distance(a, b, tolerance) <= tolerance


@dataclass(frozen=True)
class Block(ABC):
    """An isotropy type of the second variation about a state: functions that its symmetry keeps apart from others.

    Parameters
    ----------
    isotropy
        The class of the state.
    """

    isotropy: Isotropy

    @property
    @abstractmethod
    def name(self) -> str:
        """The block in words."""

    @property
    @abstractmethod
    def copies(self) -> tuple[int, int]:
        """Directions an eigenvalue stands for: among the functions of the class of ``n_fold`` 1, and beside."""

    @property
    @abstractmethod
    def order(self) -> int:
        """Order m of the motion that acts on it: 1 keeps the class, 2 makes a pitchfork, 3 a transcritical point."""

    @property
    @abstractmethod
    def breaks_to(self) -> Isotropy | None:
        """The class of the branches that leave where it turns neutral; None where no class here holds them."""

    @property
    @abstractmethod
    def sector(self) -> str:
        """What kind of functions it has: on the circle 'even' (cosines) or 'odd' (sines)."""

    @property
    def breaking(self) -> str:
        """How a point is called at which it turns neutral and no class of the state's kind holds what leaves."""
        return "symmetry-breaking"

    @property
    def residue(self) -> int:
        """On the circle, the modes ≡ ±residue modulo n; 0 elsewhere."""
        return 0

    @abstractmethod
    def modes(self, largest: int) -> Modes:
        """Return the degrees of its functions up to a largest one."""

    def excited(self, largest: int) -> Modes:
        """Return the degrees that a state leaves its class with, to third order, along the block's functions."""
        assert self.breaks_to is not None
        return np.arange(1, largest // self.breaks_to.n_fold + 1) * self.breaks_to.n_fold

    @abstractmethod
    def covariance(self, rows: Modes, columns: Modes, u: Array, field: Array) -> Array:
        """Return the covariances of its functions, of mean square 1/N_l, under P states, shape (P, rows, columns).

        ``u`` are the unknowns of the states and ``field`` the coefficients κ g_k a_k of log ρ, both of shape (P, N).
        """

    @abstractmethod
    def rotation(self, degrees: Modes, u: Array) -> Array | None:
        """Return the coefficients of the motion along the orbit, shape (P, L); None if it has none here."""
