"""Exact Landau (Lyapunov–Schmidt) reduction at an onset, by SymPy.

For any kernel, one mode or a set of resonant ones, and any even order: the free energy reduced to the
kernel amplitudes, and for a simple kernel the expansions κ(s) and a_k(s) of the branch.  Everything
is a polynomial with rational coefficients in the inverse gaps u_k = 1/(1 − r_k); see `series.py`.
"""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, SupportsIndex

from branches.onsets.exact.series import branch_series, constrained_series, kernel_gradient
from branches.onsets.resonant.resonance import slaved_modes
from continuation import Record

__all__ = ["LARGEST_ORDER", "LandauReduction", "check_order", "reduce", "stored_data"]

LARGEST_ORDER = 12  # three seconds; order 14 has fractions of a hundred thousand terms


@dataclass(frozen=True, eq=False, repr=False)
class LandauReduction(Record):
    """The reduction of the free energy to the amplitudes of a kernel.

    Parameters
    ----------
    kernel : tuple of int
        The kernel modes; multiples of the mode for a simple kernel are named by their multiple.
    order : int
        Highest power of the amplitudes in the free energy.
    slaved : tuple of int
        The slaved modes that enter at this order: r_k = g_k/g (simple kernel: r_k = g_{kn}/g_n).
    free_energy : sympy.Expr
        f in the amplitudes, κ/κ_0 = ``kappa_ratio`` and r_k, where inside the coefficients r_k stands for
        κ g_k/2 (which is r_k at the onset).  f = F minimised over the slaved modes.
    kappa : dict of power to sympy.Expr
        κ = κ_n Σ kappa[p] s^p along the branch; empty unless the kernel is simple.
    amplitudes : dict of mode to dict of power to sympy.Expr
        a_k = Σ amplitudes[k][p] s^p along the branch; empty unless the kernel is simple.

    Examples
    --------
    >>> import sympy
    >>> reduction = reduce((1,), 4)
    >>> print(sympy.factor(reduction.kappa[2]))
    (2*r2 - 1)/(2*(r2 - 1))
    """

    kernel: tuple[int, ...]
    order: int
    slaved: tuple[int, ...]
    free_energy: Any
    kappa: Mapping[int, Any]
    amplitudes: Mapping[int, Mapping[int, Any]]

    def function(self) -> Callable[[Sequence[Any], Mapping[int, Any], Any], Any]:
        """Return the reduced free energy as a Python function of (amplitudes, ratios, κ/κ_0).

        The amplitudes are in the order of the kernel, the ratios κ g_j/2 by slaved mode; floats, arrays and
        mpmath numbers will do.

        Examples
        --------
        >>> energy = reduce((1, 2), 4).function()
        >>> energy([0.1, 0.2], {3: 0.0, 4: 0.0}, 1.0)
        -0.00115
        """
        import sympy

        names = [f"x{k}" for k in self.kernel] + [f"r{j}" for j in self.slaved] + ["kappa_ratio"]
        compiled = sympy.lambdify(sympy.symbols(names), self.free_energy, modules=[])

        def energy(amplitudes: Sequence[Any], ratios: Mapping[int, Any], kappa_ratio: Any) -> Any:
            return compiled(*amplitudes, *(ratios[j] for j in self.slaved), kappa_ratio)

        return energy

    def latex(self) -> str:
        """Return the reduced free energy and, for a simple kernel, the branch as LaTeX source.

        Examples
        --------
        >>> print(reduce((1, 2), 3 + 1).latex().splitlines()[0][:3])
        f =
        """
        import sympy

        names = {sympy.Symbol(f"r{k}"): f"r_{{{k}}}" for k in self.slaved}
        names |= {sympy.Symbol("kappa_ratio"): r"\tfrac{\kappa}{\kappa_0}"}
        names |= {sympy.Symbol(f"x{k}"): f"a_{{{k}}}" for k in self.kernel}

        def show(expression: Any) -> str:
            return str(sympy.latex(expression, symbol_names=names))

        lines = [f"f = {show(self.free_energy)}"]
        if self.kappa:
            lines.append(r"\frac{\kappa}{\kappa_0} = " + _series_latex(self.kappa, show))
        lines += [f"a_{{{k}}} = " + _series_latex(row, show) for k, row in self.amplitudes.items()]
        return " \\\\\n".join(lines)


def check_order(order: SupportsIndex, largest: int = LARGEST_ORDER) -> int:
    """Return an order of the free energy as an int: even, from 4 up to `largest`.

    Raises
    ------
    ValueError
        Otherwise.
    """
    try:
        number = operator.index(order)
    except TypeError:
        number = 0
    if number % 2 or not 4 <= number <= largest:
        raise ValueError(
            f"order = {order!r} is not allowed: the order is the power of the amplitude in the free energy, "
            f"an even integer from 4 (which gives c_2) to {largest} (which gives c_{largest - 2})"
        )
    return number


def reduce(kernel: Sequence[int] = (1,), order: SupportsIndex = 6) -> LandauReduction:
    """Reduce the free energy to the amplitudes of a kernel, exactly.

    Parameters
    ----------
    kernel
        The modes with one and the same weight g.  For a single mode n the slaved modes are its
        multiples, and the result is the same for every n.
    order
        Even, from 4 to 12.

    Returns
    -------
    LandauReduction

    Raises
    ------
    ValueError
        If the kernel is not a set of distinct modes ≥ 1 or the order is not allowed.

    Notes
    -----
    The dual functional is made stationary in the slaved modes order by order (their linear part is
    diagonal); for one mode the branch itself is expanded too: c₂ = 1 − u₂/2, and so on.

    Examples
    --------
    >>> reduce((1, 2), 4).slaved  # at the 1:2 resonance modes 3 and 4 are slaved at quadratic order
    (3, 4)
    """
    order = check_order(order)
    modes = tuple(sorted({operator.index(k) for k in kernel}))
    if not modes or modes[0] < 1 or len(modes) != len(kernel):
        raise ValueError(f"kernel = {kernel!r} is not allowed: give distinct modes ≥ 1, as (1,) or (1, 2)")
    return _reduce_simple(order) if len(modes) == 1 else _reduce_kernel(modes, order)


def stored_data(order: int) -> str:
    """Return the exact coefficients of a simple kernel up to `order` as JSON, the form they are stored in.

    Examples
    --------
    >>> stored_data(4).splitlines()[1].strip()
    '"kappa": {"2": {"denominator": 2, "terms": [[2, [0]], [-1, [1]]]}},'
    """
    u, one = _inverse_gaps(_slaved((1,), order))
    c, rows = branch_series(u, one)
    B = constrained_series(u, one)
    data = {"kappa": {2 * p: c[p] for p in range(1, len(c))}}
    data["free_energy"] = {2 * p + 2: B[p] / (p + 1) for p in range(1, len(B))}
    data |= {f"a{k}": {k + 2 * p: x for p, x in enumerate(rows[k])} for k in u}
    lines = [
        f'  "{name}": ' + json.dumps({str(p): _plain(x, p) for p, x in entries.items()})
        for name, entries in data.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _reduce_simple(order: int) -> LandauReduction:
    import sympy

    u, one = _inverse_gaps(_slaved((1,), order))
    c, rows = branch_series(u, one)
    B = constrained_series(u, one)
    s, ratio = sympy.Symbol("x1"), sympy.Symbol("kappa_ratio")
    energy = (1 - ratio) * s**2 + sum(_in_ratios(B[p] / (p + 1)) * s ** (2 * p + 2) for p in range(1, len(B)))
    kappa = {2 * p: _in_ratios(c[p]) for p in range(len(c))}
    amplitudes = {k: {k + 2 * p: _in_ratios(x) for p, x in enumerate(rows[k])} for k in u}
    return LandauReduction((1,), order, tuple(u), energy, kappa, amplitudes)


def _reduce_kernel(kernel: tuple[int, ...], order: int) -> LandauReduction:
    import sympy

    slaved = _slaved(kernel, order)
    u, one = _inverse_gaps(slaved)
    x = [sympy.Symbol(f"x{k}") for k in kernel]
    # modes first slaved beyond degree order/2 drop out: the energy is stationary in them (2n + 1 rule)
    gradient, _ = kernel_gradient(kernel, order - 1, lambda j: u.get(j, one), one)
    terms: dict[tuple[int, ...], Any] = {}
    for i, k in enumerate(kernel):
        for degree in range(2, order):
            for e, c in gradient[k][degree].items():
                # Euler: the part of degree D + 1 of Φ is Σ_k x_k ∂_kΦ / (D + 1), ∂_kΦ twice the gradient
                power = (*e[:i], e[i] + 1, *e[i + 1 :])
                terms[power] = terms.get(power, 0 * one) + c * 2 / (degree + 1)
    energy = (1 - sympy.Symbol("kappa_ratio")) * sum(v**2 for v in x)
    for e, c in sorted(terms.items(), key=lambda term: (sum(term[0]), term[0])):
        energy += _in_ratios(c) * sympy.prod([v**p for v, p in zip(x, e, strict=True)])
    return LandauReduction(kernel, order, tuple(slaved), energy, {}, {})


def _slaved(kernel: tuple[int, ...], order: int) -> list[int]:
    """Return the slaved modes that enter the free energy at an order, as the resonance graph has them."""
    return sorted(j for modes in slaved_modes(kernel, order // 2).values() for j in modes)


def _inverse_gaps(modes: Sequence[int] | range) -> tuple[dict[int, Any], Any]:
    """Return the generators u_k of an exact polynomial ring, by mode, and its unit."""
    from sympy import QQ
    from sympy.polys.rings import ring

    generators = ring([f"u{k}" for k in modes], QQ)
    return dict(zip(modes, generators[1:], strict=True)), generators[0](1)


def _in_ratios(polynomial: Any) -> Any:
    """Return a polynomial in the u_k as one fraction of polynomials in the r_k, in lowest terms."""
    import sympy
    from sympy.polys.rings import ring

    ratios, *r = ring([f"r{symbol.name[1:]}" for symbol in polynomial.ring.symbols], sympy.QQ)
    top = polynomial.degrees()
    gaps = [[(1 - x) ** e for e in range(max(d, 0) + 1)] for x, d in zip(r, top, strict=True)]
    numerator = ratios(0)
    for exponents, coefficient in polynomial.terms():
        term = ratios(coefficient)
        for powers, highest, e in zip(gaps, top, exponents, strict=True):
            term *= powers[highest - e]
        numerator += term
    # lowest: at r_k = 1 the numerator is the coefficient of the highest power of u_k, not zero
    denominator, numerator = numerator.clear_denoms()
    poles = [(1 - x.as_expr()) ** d for x, d in zip(r, top, strict=True) if d > 0]
    return numerator.as_expr() / (sympy.sympify(denominator) * sympy.prod(poles))


def _plain(polynomial: Any, power: int) -> dict[str, Any]:
    """Return a polynomial as integers; the variables beyond the last one present are left out."""
    terms = sorted(polynomial.terms(), key=lambda term: term[0])
    size = max((k + 1 for e, _ in terms for k, p in enumerate(e) if p), default=1)
    denominator = math.lcm(*(int(c.denominator) for _, c in terms))
    return {
        "denominator": denominator,
        "terms": [[int(c * denominator), list(e[:size])] for e, c in terms],
    }


def _series_latex(row: Mapping[int, Any], show: Any) -> str:
    return " + ".join(show(c) + (rf"\, s^{{{p}}}" if p else "") for p, c in row.items()) + r" + \ldots"
