"""Symmetry orbits of even states under O(2), and the isotropy blocks of the second variation.

Of the rotations only those by multiples of π/d keep a state of period 2π/d even; they act as
a_{kd} → (−1)^k a_{kd}. Each orbit therefore has one or two even members: a state and its twin.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

__all__ = ["Block", "blocks", "canonical", "expanded", "period_of", "same_orbit", "twin", "twin_name"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """An isotropy type about a state of period 2π/n: the modes ≡ ±residue modulo n, in one sector.

    ``sector`` is 'even' (cosines) or 'odd' (sines).

    Examples
    --------
    >>> block = Block("even", residue=1, period=2)
    >>> block.modes(7), block.order, block.breaks_to
    (array([1, 3, 5, 7]), 2, 1)
    """

    sector: str
    residue: int
    period: int

    def modes(self, largest: int) -> NDArray[np.int64]:
        """Return the modes of the block up to ``largest``."""
        n = np.arange(1, largest + 1)
        remainder = n % self.period
        modes: NDArray[np.int64] = n[
            (remainder == self.residue) | (remainder == (self.period - self.residue) % self.period)
        ]
        return modes

    @property
    def breaks_to(self) -> int:
        """The period number (states of period 2π/d) left when the block's modes are excited."""
        return gcd(self.period, self.residue)

    @property
    def order(self) -> int:
        """Order m of the rotation that acts on the block: 1 keeps the period, 2 doubles it, ….

        For m = 2 the sines about a state are the cosines about its twin; for m ≥ 3 both sectors have the same
        eigenvalues.
        """
        return self.period // self.breaks_to


def blocks(period: int) -> tuple[Block, ...]:
    """Return the isotropy blocks about a state of period 2π/n whose spectra differ.

    For residues of order m ≥ 3 the sine block repeats the cosine block and is left out.

    Examples
    --------
    >>> [(block.sector, block.residue) for block in blocks(3)]
    [('even', 0), ('odd', 0), ('even', 1)]
    """
    found = []
    for residue in range(period // 2 + 1):
        even = Block("even", residue, period)
        found.append(even)
        if even.order <= 2:
            found.append(Block("odd", residue, period))
    return tuple(found)


def period_of(a: Array, tolerance: float = 1e-9) -> int:
    """Return d if the state has period 2π/d, the greatest divisor of its modes above the tolerance; 0 if uniform."""
    modes = np.flatnonzero(np.abs(a) > tolerance) + 1
    return gcd(*map(int, modes)) if modes.size else 0


def expanded(u: Array, period: int) -> Array:
    """Return the moments a_1, a_2, … of states given by their multiples of the period, shape (..., N · period).

    Examples
    --------
    >>> import numpy as np
    >>> expanded(np.array([0.5, 0.2]), period=2)
    array([0. , 0.5, 0. , 0.2])
    """
    full = np.zeros((*u.shape[:-1], u.shape[-1] * period))
    full[..., period - 1 :: period] = u
    return full


def twin(a: Array, period: int) -> Array:
    """Return the even state rotated by π/period: a_{k·period} → (−1)^k a_{k·period}.

    Examples
    --------
    >>> import numpy as np
    >>> twin(np.array([0.0, 0.5, 0.0, 0.2]), period=2)
    array([ 0. , -0.5,  0. ,  0.2])
    """
    other = a.copy()
    other[..., period - 1 :: 2 * period] *= -1.0
    return other


def canonical(a: Array, tolerance: float = 1e-9) -> Array:
    """Return the member of the orbit whose first mode that tells twins apart is positive."""
    period = period_of(a, tolerance)
    if period == 0:
        return np.zeros_like(a)
    deciding = a[period - 1 :: 2 * period]
    clear = deciding[np.abs(deciding) > tolerance]
    return twin(a, period) if clear.size and clear[0] < 0 else a.copy()


def same_orbit(a: Array, kappa_a: float, b: Array, kappa_b: float, tolerance: float = 1e-7) -> bool:
    """Return whether two even states at two couplings are one solution up to rotation.

    Parameters
    ----------
    a, b
        Cosine moments; the shorter one counts as padded by zeros.
    kappa_a, kappa_b
        Couplings, compared relative to their size.
    tolerance
        Largest difference of moments (they are at most 1).
    """
    if abs(kappa_a - kappa_b) > tolerance * max(abs(kappa_a), abs(kappa_b)):
        return False
    n = max(a.size, b.size)
    first, second = (canonical(np.pad(state, (0, n - state.size)), tolerance) for state in (a, b))
    return bool(np.max(np.abs(first - second), initial=0.0) <= tolerance)


def twin_name(period: int) -> str:
    """Say which rotation maps an even state of period 2π/n to its even twin."""
    angle = "π" if period == 1 else f"π/{period}"
    sign = "a_k → (−1)^k a_k" if period == 1 else f"a_{period}k → (−1)^k a_{period}k"
    return f"rotation by {angle}: {sign}"
