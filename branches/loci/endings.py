"""How a line ends where an amplitude of its states vanishes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.loci.curve_points import CurvePoint
from branches.loci.family_weights import FamilyWeights
from branches.onsets.multicritical import multicritical_kind

__all__ = ["Ending", "Limit"]

Array = NDArray[np.float64]
SMALL = 1e-6  # a moment that has vanished at an extrapolated end
DOUBT = 4.0  # errors of an end within which c₄ must not vanish for the end to be tricritical


@dataclass(frozen=True)
class Ending:
    """A line ends where an amplitude of its states vanishes, in a point of this kind.

    Parameters
    ----------
    kind
        Of the point; 'tricritical' at the uniform state is made precise by the coefficients of its onset.
    index, n_fold, size
        Where the moments of the state begin among the unknowns, its period number, and how many there are.
    power
        The line is smooth in amplitude^power.
    close
        Amplitude from which the end is extrapolated.
    noise
        The equations determine q and κ at a small amplitude a to some ε / a^noise.
    other
        The amplitude is u[index]; or, where the moments of a second state of the same period begin at ``other``, the
        difference u[index] − u[other].
    """

    kind: str
    index: int
    n_fold: int
    size: int
    power: int = 2
    close: float = 0.3
    noise: int = 1
    other: int | None = None

    def row(self, size: int) -> Array:
        """Return the amplitude as a row that acts on the unknowns, shape (size,)."""
        row: Array = np.eye(1, size, self.index)[0]
        if self.other is not None:
            row[self.other] = -1.0
        return row

    def odd(self, x: Array) -> Array:
        """Return the part of x that is odd in the amplitude, shape of x."""
        odd: Array = np.zeros_like(x)
        own = slice(self.index, self.index + self.size)
        if self.other is not None:
            second = slice(self.other, self.other + self.size)
            odd[own] = 0.5 * (x[own] - x[second])
            odd[second] = -odd[own]
        elif self.power == 2:
            odd[own][::2] = x[own][::2]
        return odd

    def point(self, x: Array, q: float, error: float, weights: FamilyWeights) -> CurvePoint:
        """Return the point in which the line ends at the limit x."""
        kappa = float(x[-2]) * weights.unit(q)
        if self.other is not None:
            return CurvePoint(self.kind, q, kappa, error, f"the two states of mode {self.n_fold} merge")
        even = (x - self.odd(x))[self.index : self.index + self.size]
        own = weights.kind.with_n_fold(self.n_fold)
        n_fold, kind = own.of_state(own.expanded(even), SMALL).n_fold, self.kind
        if kind == "tricritical" and n_fold == 0:
            inside = max(min(DOUBT * error, q - weights.low, weights.high - q), 0.0)
            kind = multicritical_kind(weights.family, q, inside, self.n_fold)
        becomes = f"mode {n_fold}" if n_fold else "the uniform state"
        return CurvePoint(kind, q, kappa, error, f"mode {self.n_fold} merges with {becomes}")


@dataclass(frozen=True)
class Limit:
    """Where a vanishing amplitude ends a line: the last point followed, the limit, and the point that it is."""

    ending: Ending
    last: Array
    limit: Array
    point: CurvePoint

    def guess(self, q: float, scale: float) -> Array | None:
        """Return about where the line is at q, if that lies between the last point followed and the limit."""
        part = (q / scale - self.limit[-1]) / (self.last[-1] - self.limit[-1])
        if not 0.0 < part < 1.0:
            return None
        odd = self.ending.odd(self.last)
        guess: Array = self.limit + part * (self.last - odd - self.limit) + np.sqrt(part) * odd
        return guess
