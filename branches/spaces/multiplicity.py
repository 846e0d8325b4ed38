"""How many harmonics of each degree a sphere has: N_l, in which every formula of a sphere is written."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["count_of_harmonics", "multiplicity"]

Array = NDArray[np.float64]


def count_of_harmonics(degree: int, dimension: int) -> int:
    """Return N_l, the dimension of the harmonics of degree l on S^{d−1}, exactly.

    Parameters
    ----------
    degree
        l ≥ 0.
    dimension
        d ≥ 1; S⁰ are two points, with one harmonic of degree 0 and one of degree 1.

    Examples
    --------
    >>> [count_of_harmonics(2, d) for d in (1, 2, 3, 4)]
    [0, 2, 5, 9]
    """
    if dimension == 1:
        return int(degree <= 1)
    return _counts(degree, dimension)[degree]


def multiplicity(degrees: ArrayLike, dimension: int) -> Array:
    """Return N_l as floats, the shape of the degrees; infinite beyond the range of a float.

    1/N_l is the mean of B_l² over the sphere, and κ_l = N_l/g_l.

    Examples
    --------
    >>> multiplicity([1, 2, 3], 3)
    array([3., 5., 7.])
    """
    wanted = np.asarray(degrees, dtype=np.int64)
    if dimension == 2:
        return np.where(wanted == 0, 1.0, 2.0)
    table = _table(int(np.max(wanted, initial=0)), dimension)
    result: Array = table[wanted]
    return result


def _counts(largest: int, dimension: int) -> list[int]:
    """Return N_0 … N_L as exact integers."""
    d = dimension
    counts = [1]
    for l in range(1, largest + 1):
        if l == 1:
            counts.append(d)
        else:
            counts.append(counts[-1] * (2 * l + d - 2) * (l + d - 3) // ((2 * l + d - 4) * l))
    return counts


@lru_cache(maxsize=64)
def _table_of(size: int, dimension: int) -> Array:
    values = []
    for count in _counts(size, dimension):
        try:
            values.append(float(count))
        except OverflowError:
            values.append(np.inf)
    table = np.array(values)
    table.flags.writeable = False
    return table


def _table(largest: int, dimension: int) -> Array:
    size = 64
    while size < largest:
        size *= 2
    return _table_of(size, dimension)
