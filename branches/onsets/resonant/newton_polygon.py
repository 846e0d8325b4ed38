"""Newton's polygon: the branches θ(s) → 0, s > 0, of a power series G(θ, s) = 0, to leading order."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["Root", "Undecided", "roots_near_zero"]

Array = NDArray[np.float64]
REAL = 1e-7  # imaginary part, relative, of a simple root that is real
APART = 1e-4  # distance, relative, of two roots that are not one double root split by rounding


class Undecided(ArithmeticError):
    """Higher orders decide."""


@dataclass(frozen=True)
class Root:
    """One branch θ = c s^γ + …, γ > 0; c = 0 stands for θ = 0 to all orders known.

    Parameters
    ----------
    coefficient
        c.
    power
        γ.
    slope, slope_power
        ∂G/∂θ on the branch begins with slope · s^slope_power.
    """

    coefficient: float
    power: Fraction
    slope: float
    slope_power: Fraction


def roots_near_zero(g: Array, error: Array) -> tuple[Root, ...]:
    """Return all branches through the origin.

    Parameters
    ----------
    g, error
        Coefficients of s^k θ^j and their errors, shape (K, J), row 0 not all zero.

    Raises
    ------
    Undecided
        If the orders known do not tell the branches apart.

    Notes
    -----
    V. Puiseux (1850); the lower hull of the points (j, k) with a coefficient beyond its error. One step of the
    algorithm: a multiple root of an edge is not taken further.

    Examples
    --------
    >>> g = np.zeros((3, 4))
    >>> g[0, 3], g[2, 0] = 1.0, -8.0  # θ³ = 8 s²
    >>> (root,) = roots_near_zero(g, np.zeros_like(g))
    >>> round(root.coefficient, 12), root.power, round(root.slope, 12), root.slope_power
    (2.0, Fraction(2, 3), 12.0, Fraction(4, 3))
    """
    present = np.abs(g) > error
    lowest = {j: int(np.argmax(present[:, j])) for j in range(g.shape[1]) if present[:, j].any()}
    corner = min(j for j, k in lowest.items() if k == 0)
    hull = _hull({j: k for j, k in lowest.items() if j <= corner})
    last_j, last_k = hull[-1]
    if last_j > 1:
        raise Undecided(f"θ^{last_j} divides all orders up to s^{len(g) - 1}")
    found: list[Root] = []
    for (right, low), (left, high) in pairwise(hull):
        power = Fraction(high - low, right - left)
        if left == 1 and len(g) < high + power:
            raise Undecided(f"terms beyond s^{len(g) - 1} may lie on the edge")
        found += _on_edge(g, left, right, low, power)
    if last_j == 1:
        found.append(Root(0.0, Fraction(len(g) - last_k), float(g[last_k, 1]), Fraction(last_k)))
    return tuple(found)


def _hull(points: dict[int, int]) -> list[tuple[int, int]]:
    """Return the corners of the lower hull from the point with k = 0 down to the smallest j."""
    hull = [(max(points), points[max(points)])]
    while hull[-1][0] > min(points):
        j0, k0 = hull[-1]
        rest = [(Fraction(k - k0, j0 - j), j) for j, k in points.items() if j < j0]
        _, j = min(rest)  # of several on one edge the last
        hull.append((j, points[j]))
    return hull


def _on_edge(g: Array, left: int, right: int, low: int, power: Fraction) -> list[Root]:
    """Return the branches of one edge: the real roots of its polynomial, each simple."""
    c = np.zeros(right - left + 1)
    for j in range(left, right + 1):
        k = low + power * (right - j)
        if k.denominator == 1 and int(k) < len(g):
            c[j - left] = g[int(k), j]
    roots = np.roots(c[::-1])
    for i, z in enumerate(roots):
        if any(abs(z - other) <= APART * abs(z) for other in roots[:i]):
            raise Undecided("an edge has a double root")
    derivative = np.polynomial.Polynomial(c).deriv()
    real = [float(z.real) for z in roots if abs(z.imag) <= REAL * abs(z)]
    at_slope = low + power * (right - 1)
    return [Root(z, power, float(derivative(z)) * z**left, at_slope) for z in real]
