"""Products of two functions of a basis as sums of its functions: what the reduction at an onset needs of a space.

For the Gauss rules of a sphere the sums are known: Dougall's formula for Gegenbauer polynomials (DLMF 18.18.22),
here for P_l with P_l(1) = 1. Every coefficient is a rational function of the dimension, which may be a number of any
kind or a SymPy symbol.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import factorial
from typing import Any

import numpy as np

from branches.spaces.jacobi import gauss_beta, orthonormal
from branches.spaces.multiplicity import multiplicity

__all__ = ["Products", "block_products", "dougall", "harmonics_of", "zonal_products"]

Products = Callable[[int, int], dict[int, Any]]
"""(i, j) → {k: coefficient} with B_i B_j = Σ coefficient · B_k, B_0 = 1."""


def harmonics_of(l: int, d: Any) -> Any:
    """Return N_l for a dimension of any kind.

    Examples
    --------
    >>> from fractions import Fraction
    >>> harmonics_of(2, Fraction(7, 2))
    Fraction(55, 8)
    """
    if l == 0:
        return d - d + 1
    value = d
    for j in range(2, l + 1):
        value = value * (2 * j + d - 2) * (j + d - 3) / ((2 * j + d - 4) * j)
    return value


def dougall(m: int, n: int, d: Any) -> dict[int, Any]:
    """Return {l: coefficient} of P_m P_n = Σ coefficient · P_l, l = |m−n|, |m−n|+2, …, m+n.

    Parameters
    ----------
    m, n
        Degrees ≥ 0.
    d
        Dimension, a number ≥ 2 of any kind or a SymPy symbol (a Fraction gives fractions).

    Examples
    --------
    >>> from fractions import Fraction
    >>> dougall(1, 1, Fraction(3))
    {2: Fraction(2, 3), 0: Fraction(1, 3)}
    """
    if m == 0 or n == 0:
        return {m + n: d - d + 1}
    if d == 2:
        half = (d - d + 1) / 2
        return {m + n: half, 0: half} if m == n else {m + n: half, abs(m - n): half}
    nu = (d - 2) / 2
    found = {}
    for k in range(min(m, n) + 1):
        # of each Pochhammer symbol (ν)_j and (2ν)_j that is not empty its first factor is counted apart
        value = _rising(nu + 1, k - 1) * _rising(nu + 1, m - k - 1) * _rising(nu + 1, n - k - 1)
        value = value * _rising(2 * nu + 1, m + n - k - 1) * factorial(m) * factorial(n) * (m + n - 2 * k + nu)
        value = value / (_rising(nu + 1, m + n - k - 1) * _rising(2 * nu + 1, m - 1) * _rising(2 * nu + 1, n - 1))
        value = value / (factorial(k) * factorial(m - k) * factorial(n - k) * (m + n - k + nu))
        found[m + n - 2 * k] = value / 2 * nu ** ((k > 0) + (m > k) + (n > k) - 2)
    return found


def _rising(x: Any, n: int) -> Any:
    """Return (x)_n, 1 for n ≤ 0."""
    value = x - x + 1
    for j in range(n):
        value = value * (x + j)
    return value


def zonal_products(d: Any) -> Products:
    """Return the products of P_l on S^{d−1}; the dimension may be of any kind."""

    @cache
    def products(i: int, j: int) -> dict[int, Any]:
        return dougall(i, j, d)

    return products


def block_products(dimension: int, k: int, largest: int) -> Products:
    """Return the products of the invariant harmonics of O(k) × O(d−k) whose degrees sum up to L, in floats.

    Their means come from a Gauss rule that is exact for them.
    """
    p, q, top = 0.5 * k, 0.5 * (dimension - k), largest // 2
    u, log_share = gauss_beta(p, q, largest // 2 + 2)
    share = np.exp(log_share)
    counts = multiplicity(2 * np.arange(top + 1), dimension)
    values = orthonormal(u, p, q, top) / np.sqrt(counts)[:, None]

    @cache
    def products(i: int, j: int) -> dict[int, Any]:
        means = values @ (share * values[i // 2] * values[j // 2]) * counts
        first, last = abs(i - j) // 2, (i + j) // 2
        return {2 * l: float(means[l]) for l in range(first, last + 1)}

    return products
