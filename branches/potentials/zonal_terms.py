"""Exact weights of a polynomial in cos θ on a sphere."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from branches.potentials.potential import PreciseFloat

__all__ = ["zonal_terms"]

DIGITS = 60  # of coefficients that are no fractions


def zonal_terms(expression: Any, theta: Any, dimension: int) -> tuple[tuple[int, float], ...] | None:
    """Return (l, g_l) of W = Σ c_k cos^k θ on S^{d−1}; None where W is no polynomial in cos θ.

    Examples
    --------
    >>> import sympy
    >>> theta = sympy.Symbol("theta")
    >>> [(l, g.exact) for l, g in zonal_terms(-sympy.cos(theta) ** 2, theta, 3)]
    [(2, Fraction(2, 3))]
    """
    import sympy

    t = sympy.Symbol("t")
    plain = sympy.expand_trig(expression).subs(sympy.sin(theta) ** 2, 1 - sympy.cos(theta) ** 2)
    plain = sympy.expand(plain).subs(sympy.cos(theta), t)
    if plain.has(theta) or not plain.is_polynomial(t):
        return None
    coefficients = [_number(c) for c in sympy.Poly(plain, t).all_coeffs()]
    if any(c is None for c in coefficients):
        return None
    series: list[Any] = []  # of the polynomial in P_0, P_1, …, by Horner's rule
    for c in coefficients:
        series = _times_t(series, dimension)
        series[0] += c
    return tuple((l, PreciseFloat(-c)) for l, c in enumerate(series) if l >= 1 and c != 0)


def _times_t(series: list[Any], dimension: int) -> list[Any]:
    """Return the series of t Σ s_l P_l: (2l+d−2) t P_l = (l+d−2) P_{l+1} + l P_{l−1}."""
    product: list[Any] = [Fraction(0)] * (len(series) + 1)
    for l, value in enumerate(series):
        share = 2 * l + dimension - 2
        product[l + 1] += value * (l + dimension - 2) / share
        if l:
            product[l - 1] += value * l / share
    return product


def _number(c: Any) -> Any:
    """Return a SymPy number as a Fraction where it is one, else with many digits; None if it is not real."""
    import mpmath

    if c.is_Rational:
        return Fraction(int(c.p), int(c.q))
    value = c.evalf(DIGITS)
    return Fraction(*mpmath.mpf(str(value)).as_integer_ratio()) if value.is_real and value.is_Float else None
