"""The power-series recursions at an onset, over any ring of numbers.

Everything is written in the inverse gaps u_k = 1/(1 − r_k), r_k = g_k/g of the slaved modes, g the
weight of the kernel.  In these variables every Landau coefficient is a *polynomial*: the system

    j a_j = Σ_l l h_l (a_{|j−l|} − a_{j+l}),   a_0 = 1,   h_l = κ g_l a_l / 2

gives, for a slaved mode, (1 − r_j) a_j = R_j with R_j quadratic in what is already known, hence
a_j = u_j R_j and h_j = (u_j − 1) R_j.  No fraction is ever formed, which makes the same few lines
fast over exact polynomials (SymPy) and stable over floats and mpmath numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Monomials", "branch_series", "constrained_series", "kernel_gradient", "reciprocal"]

Series = list[Any]
Rows = dict[int, Series]
Monomials = dict[tuple[int, ...], Any]
Graded = list[dict[int, Monomials]]  # by degree, by mode


def branch_series(u: Mapping[int, Any], one: Any) -> tuple[Series, Rows]:
    """Expand the branch of a simple kernel along its amplitude.

    Parameters
    ----------
    u
        Inverse gaps u_k = 1/(1 − r_k), k = 2 … P, r_k = g_{kn}/g_n.
    one
        The unit of the ring the u_k live in.

    Returns
    -------
    c : list of length P
        κ = κ_n Σ_p c[p] s^{2p}, s = a_n; c[0] is 1.
    rows : dict
        a_{kn} = s^k Σ_p rows[k][p] s^{2p}, with P − k + 1 entries in row k.

    Notes
    -----
    (Q) with a_{kn} = s^k A_k(s²) and μ = κ_n/κ, order by order in t = s².

    Examples
    --------
    >>> branch_series({2: 1.0}, 1.0)  # Kuramoto: κ = κ₁ (1 + s²/2 + …), a_2 = s²/2 + …
    ([1.0, 0.5], {1: [1.0, 0.0], 2: [0.5]})
    """
    top = max(u, default=1)
    a: Rows = {1: [one, *[0 * one] * (top - 1)]}
    h: Rows = {1: list(a[1])}
    mu: Series = []
    for p in range(top):
        mu.append(one if p == 0 else _feedback(a, h, p))
        for k in range(2, top - p + 1):
            pull = sum((mu[q] * a[k][p - q] for q in range(1, p + 1)), 0 * one)
            _append(a, h, k, u[k], _source(a, h, k, p) - pull)
    return reciprocal(mu), a


def constrained_series(u: Mapping[int, Any], one: Any) -> Series:
    """Expand the reduced free energy of a simple kernel.

    Parameters
    ----------
    u, one
        As in `branch_series`, but with u_k = 1/(1 − κ g_{kn}/2), at the coupling κ asked for.

    Returns
    -------
    list of length P
        B with ∂Φ/∂s = 2 s Σ_p B[p] s^{2p}, where the reduced free energy is
        f(s, κ) = Φ(s) − (κ/κ_n) s², the minimum of F over the slaved modes at fixed a_n = s.

    Examples
    --------
    >>> constrained_series({2: 1.0}, 1.0)  # Kuramoto: Φ = s² + s⁴/4 + …
    [1.0, 0.5]
    """
    top = max(u, default=1)
    a: Rows = {1: [one, *[0 * one] * (top - 1)]}
    h: Rows = {1: []}
    for p in range(top):
        h[1].append(one if p == 0 else -_feedback(a, h, p))
        for k in range(2, top - p + 1):
            _append(a, h, k, u[k], _source(a, h, k, p))
    return h[1]


def reciprocal(series: Series) -> Series:
    """Return the power series 1/series of a series that starts with 1.

    Examples
    --------
    >>> reciprocal([1, -1, 0])
    [1, 1, 1]
    """
    inverse = [series[0]]
    for p in range(1, len(series)):
        rest = (series[q] * inverse[p - q] for q in range(2, p + 1))
        inverse.append(-sum(rest, series[1] * inverse[p - 1]))
    return inverse


def kernel_gradient(
    kernel: tuple[int, ...], degree: int, u: Callable[[int], Any], one: Any
) -> tuple[dict[int, list[Monomials]], dict[int, list[Monomials]]]:
    """Expand the reduced equations of any kernel in its amplitudes x.

    Parameters
    ----------
    kernel
        The modes k whose amplitudes x_k = a_k are the unknowns.
    degree
        Highest degree in x, ≥ 1.
    u
        u(j) = 1/(1 − r_j) of a slaved mode j.
    one
        The unit of the ring the u(j) live in.

    Returns
    -------
    gradient : dict of mode to list
        Entry D of gradient[k] is the homogeneous part of degree D of ½ ∂Φ/∂x_k, as
        {exponents: coefficient}; the reduced equations are gradient[k] = (κ/κ_0) x_k.
    slaved : dict of mode to list
        The same for the slaved amplitudes a_j(x).

    Examples
    --------
    >>> gradient, _ = kernel_gradient((1, 2), 2, lambda j: 1.0, 1.0)  # the 1:2 resonance
    >>> gradient[1][2], gradient[2][2]
    ({(1, 1): -1.0}, {(2, 0): -0.5})
    """
    unit = {k: tuple(int(k == j) for j in kernel) for k in kernel}
    a: Graded = [{}, {k: {unit[k]: one} for k in kernel}]
    h: Graded = [{}, {k: {unit[k]: one} for k in kernel}]
    for total in range(2, degree + 1):
        right = _products(a, h, total)
        a.append({j: _scale(R, u(j)) for j, R in right.items() if j not in unit})
        h.append({j: _scale(R, -one if j in unit else u(j) - one) for j, R in right.items()})
    slaved = sorted({j for part in a[2:] for j in part})
    return (
        {k: [part.get(k, {}) for part in h] for k in kernel},
        {j: [part.get(j, {}) for part in a] for j in slaved},
    )


def _products(a: Graded, h: Graded, total: int) -> dict[int, Monomials]:
    """Return R_j = (1/j) Σ_{l≠j} l h_l (a_{|j−l|} − a_{j+l}) at one total degree, by mode."""
    right: dict[int, Monomials] = {}
    for part in range(1, total):
        for l, factor in h[part].items():
            for i, other in a[total - part].items():
                product = _multiply(factor, other)
                _add(right.setdefault(l + i, {}), product, l, l + i)
                if l != i:
                    _add(right.setdefault(abs(l - i), {}), product, l if l > i else -l, abs(l - i))
    pruned = {j: {e: c for e, c in R.items() if c != 0} for j, R in right.items()}
    return {j: R for j, R in pruned.items() if R}


def _multiply(p: Monomials, q: Monomials) -> Monomials:
    product: Monomials = {}
    for e, c in p.items():
        for f, d in q.items():
            key = tuple(i + j for i, j in zip(e, f, strict=True))
            product[key] = product[key] + c * d if key in product else c * d
    return product


def _add(target: Monomials, p: Monomials, numerator: int, denominator: int) -> None:
    for e, c in p.items():
        term = c * numerator / denominator
        target[e] = target[e] + term if e in target else term


def _scale(p: Monomials, factor: Any) -> Monomials:
    return {e: c * factor for e, c in p.items()}


def _coefficient(h: Series, a: Series, p: int) -> Any:
    """Return coefficient p of the product of two series."""
    value = h[0] * a[p]
    for q in range(1, p + 1):
        value = value + h[q] * a[p - q]
    return value


def _feedback(a: Rows, h: Rows, p: int) -> Any:
    """Return order p of Σ_l t^l ((l+1) h_{l+1} A_l − l h_l A_{l+1}): the kernel equation."""
    value = 0 * a[1][0]
    for l in range(1, p + 1):
        value = value + (l + 1) * _coefficient(h[l + 1], a[l], p - l)
        value = value - l * _coefficient(h[l], a[l + 1], p - l)
    return value


def _source(a: Rows, h: Rows, k: int, p: int) -> Any:
    """Return order p of the quadratic terms of the equation of mode k, divided by k."""
    value = 0 * a[1][0]
    for l in range(1, k):
        value = value + l * _coefficient(h[l], a[k - l], p)
    for l in range(k + 1, k + p + 1):
        value = value + l * _coefficient(h[l], a[l - k], p - l + k)
    for l in range(1, p + 1):
        value = value - l * _coefficient(h[l], a[k + l], p - l)
    return value / k


def _append(a: Rows, h: Rows, k: int, u: Any, right: Any) -> None:
    a.setdefault(k, []).append(u * right)
    h.setdefault(k, []).append((u - 1) * right)
