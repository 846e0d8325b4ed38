"""The branch that leaves an onset on any space, as a power series: the same few lines over floats, fractions, symbols.

At the onset of degree l, with s = a_l, κ = κ_l χ(s), N_k = 1/E[B_k²] and ρ_k = κ_l/κ_k, a state is the density
E/E[E], E = exp Σ_k N_k ρ_k χ a_k B_k. Order by order in s the functions of E are known but for a linear term: it gives
a_k through 1 − ρ_k, and for k = l the next coefficient of χ. The first ones are

    c₁ = −N_l² ⟨B_l³⟩/2,   c₂ = 2c₁² − N_l³ [(⟨B_l⁴⟩ − 3/N_l²)/6 + ½ Σ_{k≠l} N_k ρ_k ⟨B_l² B_k⟩²/(1 − ρ_k)].
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from branches.onsets.exact.linearisation import Products

__all__ = ["branch_series"]

Row = dict[int, Any]  # of a function of the basis, by degree; 0 is the constant


def branch_series(
    products: Products,
    count: Callable[[int], Any],
    mode: int,
    ratio: Callable[[int], Any],
    order: int,
    one: Any,
) -> tuple[list[Any], list[Row]]:
    """Expand the branch of a simple kernel.

    Parameters
    ----------
    products
        B_i B_j as sums of the basis.
    count
        N_k of a degree.
    mode
        l.
    ratio
        ρ_k of a degree k ≠ l, not 1.
    order
        P ≥ 1: of the last coefficient of κ.
    one
        The unit of the ring that all of these live in.

    Returns
    -------
    c : list of length P + 1
        κ = κ_l Σ c_p s^p, c_0 = 1.
    rows : list of length P + 2
        rows[p][k] is the coefficient of s^p in a_k.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from branches.onsets.exact.linearisation import harmonics_of, zonal_products
    >>> d = Fraction(3)                                                       # the vector model: c₂ = d/(d+2)
    >>> c, rows = branch_series(zonal_products(d), lambda l: harmonics_of(l, d), 1, lambda l: 0 * d, 2, d / d)
    >>> c[1:], rows[2][2]
    ([Fraction(0, 1), Fraction(3, 5)], Fraction(3, 5))
    """
    zero = 0 * one
    chi: list[Any] = [one]
    a: list[Row] = [{}, {mode: one}]
    phi: list[Row] = [{}, {mode: count(mode) * one}]
    e: list[Row] = [{0: one}, dict(phi[1])]

    def seen(k: int) -> Any:
        return one if k == mode else ratio(k)

    for p in range(2, order + 2):
        rest: Row = {}
        for q in range(1, p):
            if q < len(chi):
                for k, value in a[p - q].items():
                    rest[k] = rest.get(k, zero) + count(k) * seen(k) * chi[q] * value
        known = _product_sum(products, [*phi, rest], e, p, zero)
        for k in {k for row in a[1:] for k in row} | set(known):
            if k:
                drag = sum((e[j].get(0, zero) * a[p - j].get(k, zero) for j in range(1, p)), zero)
                known[k] = known.get(k, zero) - count(k) * drag
        chi.append(-(known.get(mode, zero) / count(mode)))
        row = {k: value / count(k) / (1 - ratio(k)) for k, value in known.items() if k not in (0, mode)}
        a.append(row)
        change = {k: count(k) * seen(k) * value for k, value in row.items()}
        change[mode] = count(mode) * chi[p - 1]
        phi.append(_sum(rest, change, zero))
        e.append(_product_sum(products, phi, e, p, zero))
    return chi, a


def _product_sum(products: Products, phi: list[Row], e: list[Row], p: int, zero: Any) -> Row:
    """Return the coefficient of s^p in exp Φ: (1/p) Σ_j j Φ_j E_{p−j}."""
    total: Row = {}
    for j in range(1, p + 1):
        for i, x in phi[j].items():
            for k, y in e[p - j].items():
                factor = x * y * j
                for l, share in products(i, k).items():
                    total[l] = total.get(l, zero) + factor * share
    return {l: value / p for l, value in total.items()}


def _sum(first: Row, second: Row, zero: Any) -> Row:
    return {k: first.get(k, zero) + second.get(k, zero) for k in {**first, **second}}
