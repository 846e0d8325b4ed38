"""The flow reduced to the amplitude of one mode at its onset: exact coefficients of the centre manifold.

At κ = κ_n, with τ = n² g_n t and r_k = g_{kn}/g_n,

    da_k/dτ = k² (r_k − 1)/2 a_k + (k/2) Σ_l l r_l a_l (A_{|k−l|} − a_{k+l}),   A_0 = 0,

and on the centre manifold a_k = s^k Σ_p h_{k,p} s^{2p}, s = a_1, ds/dτ = −½ Σ_p e_p s^{2p+1}. As in
:mod:`branches.onsets.exact.series` everything is a polynomial in the inverse gaps u_k = 1/(1 − r_k). (Derived here.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from branches.onsets.exact.coefficients import LandauPolynomial

__all__ = ["LARGEST_ORDER", "centre_series", "reduced_coefficient"]

LARGEST_ORDER = 5  # e_5, of s¹¹; the polynomials grow by a factor of six each

Series = list[Any]
Rows = dict[int, Series]


def centre_series(u: Mapping[int, Any], one: Any) -> tuple[Series, Rows]:
    """Expand the centre manifold of a simple kernel, and the flow on it.

    Parameters
    ----------
    u
        Inverse gaps u_k = 1/(1 − r_k), k = 2 … P + 1.
    one
        The unit of the ring they live in: floats, fractions, mpmath numbers or exact polynomials.

    Returns
    -------
    e : list of length P
        ds/dτ = −½ Σ_{p=1}^{P} e[p − 1] s^{2p+1}.
    rows : dict
        a_{kn} = s^k Σ_p rows[k][p] s^{2p}.

    Examples
    --------
    >>> from fractions import Fraction
    >>> centre_series({2: Fraction(1), 3: Fraction(1)}, Fraction(1))[0]          # Kuramoto: c₂ = 1/2, e₅ = 1/24
    [Fraction(1, 2), Fraction(1, 24)]
    """
    top = max(u)
    zero = 0 * one
    a: Rows = {1: [one, *[zero] * (top - 1)]}
    h: Rows = {1: list(a[1])}  # r_k a_k
    e: Series = [zero]  # of the speed −½ Σ e_p s^{2p}, times s
    for p in range(top):
        if p > 0:
            e.append(-2 * _source(a, h, 1, p, zero))
        for k in range(2, top - p + 1):
            # Σ over the manifold moving along s: −½ e_q s^{2q} (k + 2(p − q)) a_{k, p−q}
            moving = -sum((e[q] * (k + 2 * (p - q)) * a[k][p - q] / 2 for q in range(1, p + 1)), zero)
            right = (_source(a, h, k, p, zero) - moving) * 2 / k**2
            a.setdefault(k, []).append(u[k] * right)
            h.setdefault(k, []).append((u[k] - 1) * right)
    return e[1:], a


def _source(a: Rows, h: Rows, k: int, p: int, zero: Any) -> Any:
    """Return order s^{k+2p} of (k/2) Σ_{l≠k} l h_l (a_{|k−l|} − a_{k+l}) − (k/2) k h_k a_{2k}."""
    value = zero
    for l in range(1, k + p + 1):
        for other, sign in ((abs(k - l), 1), (k + l, -1)):
            excess = l + other - k  # even, ≥ 0: the power of s beyond s^k
            order = p - excess // 2
            if other > 0 and order >= 0:
                value = value + sign * l * _product(h, l, a, other, order, zero)
    return value * k / 2


def _product(h: Rows, l: int, a: Rows, m: int, order: int, zero: Any) -> Any:
    first, second = h.get(l, []), a.get(m, [])
    terms = (first[q] * second[order - q] for q in range(order + 1) if q < len(first) and order - q < len(second))
    return sum(terms, zero)


@lru_cache(maxsize=1)
def _polynomials(top: int = LARGEST_ORDER) -> tuple[LandauPolynomial, ...]:
    """Return e_1 … as polynomials in u_2, u_3, …."""
    from sympy import QQ
    from sympy.polys.rings import ring

    names = range(2, top + 2)
    generators = ring([f"u{k}" for k in names], QQ)
    series, _ = centre_series(dict(zip(names, generators[1:], strict=True)), generators[0](1))
    found = []
    for polynomial in series:
        terms = sorted(polynomial.terms())
        used = max((k + 1 for powers, _ in terms for k, power in enumerate(powers) if power), default=1)
        common = math.lcm(*(int(c.denominator) for _, c in terms))
        integers = tuple((int(c * common), tuple(powers[:used])) for powers, c in terms)
        found.append(LandauPolynomial(integers, common))
    return tuple(found)


def reduced_coefficient(p: int) -> LandauPolynomial:
    """Return e_p of ds/dτ = −½ (e_1 s³ + e_2 s⁵ + …) as an exact polynomial in u_k = 1/(1 − r_k).

    Parameters
    ----------
    p
        1 … 5. e_1 is c₂; where it vanishes e_2 is c₄.

    Raises
    ------
    ValueError
        If p is not among them.

    Examples
    --------
    >>> f"{reduced_coefficient(1)(0.25):.15f} {reduced_coefficient(2)(0.5, 0.0):.15f}"          # tricritical: c₄ = 2/3
    '0.333333333333333 0.666666666666667'
    """
    if p not in range(1, LARGEST_ORDER + 1):
        raise ValueError(f"p = {p!r} is not allowed: known are e_1 … e_{LARGEST_ORDER}")
    return _polynomials()[p - 1]
