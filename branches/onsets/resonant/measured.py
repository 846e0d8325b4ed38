"""Numbers that know the size of their terms: truncated power series with a majorant, for exact recursions in floats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Measured"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Measured:
    """A power series in one variable, cut at a power, with the sum of the absolute values of the terms it is made of.

    What cancels leaves a value much smaller than its size: value ≤ ε · size is zero to rounding.

    Parameters
    ----------
    value, size
        Coefficients of the powers 0, 1, …; shape (P,) each.

    Examples
    --------
    >>> x = Measured(np.array([1.0, 2.0]), np.array([1.0, 2.0]))
    >>> (x * x - x).value, (x * x - x).size
    (array([0., 2.]), array([2., 6.]))
    """

    value: Array
    size: Array

    def __add__(self, other: Measured) -> Measured:
        return Measured(self.value + other.value, self.size + other.size)

    def __sub__(self, other: Measured) -> Measured:
        return Measured(self.value - other.value, self.size + other.size)

    def __neg__(self) -> Measured:
        return Measured(-self.value, self.size)

    def __mul__(self, other: Measured | int) -> Measured:
        if isinstance(other, int):
            return Measured(self.value * other, self.size * abs(other))
        count = self.value.size
        return Measured(np.convolve(self.value, other.value)[:count], np.convolve(self.size, other.size)[:count])

    def __truediv__(self, number: int) -> Measured:
        return Measured(self.value / number, self.size / abs(number))

    def __eq__(self, other: object) -> bool:
        """Whether it has no terms at all, asked by comparison with 0."""
        return other == 0 and not np.any(self.size)

    __hash__ = None  # type: ignore[assignment]
