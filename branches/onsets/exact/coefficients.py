"""The Landau coefficients of a simple kernel as numbers: exact polynomials read from stored data.

`landau.json` holds, up to order 10, the exact polynomials that `landau.py` derives with SymPy; here
they are evaluated, with errors, and nothing but the standard library is needed.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, SupportsIndex

from continuation import Record

__all__ = ["LandauPolynomial", "free_energy_coefficient", "kappa_coefficient", "mode_coefficient"]

EPS = 2.0**-52
CACHED_ORDER = 10

Term = tuple[int, tuple[int, ...]]


@dataclass(frozen=True, eq=False, repr=False)
class LandauPolynomial(Record):
    """A polynomial with rational coefficients in the inverse gaps u_k = 1/(1 − r_k).

    Parameters
    ----------
    terms : tuple of (numerator, exponents)
        Exponents of u_2, u_3, …; all of one length.
    denominator : int
        The common denominator.

    Notes
    -----
    In the ratios r_k it is a rational function with poles at r_k = 1 only.  The gap 1 − r_k of two
    floats is exact for ½ ≤ r_k ≤ 2, so the value keeps full relative accuracy of each term right up
    to the pole, and no difference r_j − r_k ever appears.

    Examples
    --------
    >>> c2 = kappa_coefficient(2)
    >>> c2(0.0), c2(0.5)  # Kuramoto, and the tricritical ratio
    (0.5, 0.0)
    """

    terms: tuple[Term, ...]
    denominator: int

    @property
    def size(self) -> int:
        """Number of ratios r_2, r_3, … the coefficient depends on."""
        return len(self.terms[0][1])

    def __call__(self, *ratios: Any) -> Any:
        """Return the value at r_2, r_3, …: floats, arrays, fractions or mpmath numbers.

        Raises
        ------
        ValueError
            If fewer ratios are given than the coefficient depends on, or one is exactly 1 (a
            resonance: the kernel is not simple).
        """
        if len(ratios) < self.size:
            raise ValueError(f"{len(ratios)} ratios are not enough: r_2 … r_{self.size + 1} are needed")
        try:
            return self.at_gaps([1 / (1 - r) for r in ratios])
        except ZeroDivisionError:
            k = [bool(r == 1) for r in ratios].index(True) + 2
            raise ValueError(f"r_{k} = 1 is a resonance, a pole of the coefficient: use rays()") from None

    def at_gaps(self, u: Sequence[Any]) -> Any:
        """Return the value at the inverse gaps u_2, u_3, … (extra ones are ignored)."""
        return self._compiled(*u[: self.size]) / self.denominator

    def error(self, u: Sequence[float], du: Sequence[float]) -> float:
        """Return an error of the value when u_k carries the absolute error du_k.

        First-order propagation Σ |∂P/∂u_k| du_k, plus the rounding of the nested evaluation: every term
        passes through at most one product and one sum for each power of each variable.
        """
        slopes = [0.0] * self.size
        weight = 0.0
        for coefficient, exponents in self.terms:
            term = float(coefficient)
            for x, e in zip(u, exponents, strict=False):
                term *= x**e
            weight += abs(term)
            for k, e in enumerate(exponents):
                if e:
                    slopes[k] += e * term / u[k]
        passes = 2 * sum(max(e[k] for _, e in self.terms) for k in range(self.size)) + 2
        propagated = sum(abs(slope) * d for slope, d in zip(slopes, du, strict=False))
        return (propagated + passes * EPS * weight) / self.denominator

    def scale(self, u: Sequence[float]) -> float:
        """Return Σ |term|, the size against which the value is small or not."""
        total = 0.0
        for coefficient, exponents in self.terms:
            term = abs(float(coefficient))
            for x, e in zip(u, exponents, strict=False):
                term *= abs(x) ** e
            total += term
        return total / self.denominator

    def __getstate__(self) -> dict[str, Any]:
        """Leave the compiled function out of pickles: it is cheap to make again."""
        return {key: value for key, value in vars(self).items() if key != "_compiled"}

    @functools.cached_property
    def _compiled(self) -> Callable[..., Any]:
        names = [f"u{k}" for k in range(2, self.size + 2)]
        # the source is built from integers only
        function: Callable[..., Any] = eval(f"lambda {', '.join(names)}: {_horner(self.terms, names)}", {})
        return function


def kappa_coefficient(power: SupportsIndex) -> LandauPolynomial:
    """Return c_power of κ = κ_n (1 + c₂ s² + c₄ s⁴ + …), s = a_n, for a simple kernel.

    Parameters
    ----------
    power
        2, 4, 6 or 8; `landau.reduce` derives higher ones.

    Examples
    --------
    >>> kappa_coefficient(4)(0.5, 0.0) * 3  # (2/3)(1 − 3 r_3)/(1 − r_3) at the tricritical point
    2.0
    """
    return _table("kappa", power, 2, CACHED_ORDER - 2)


def free_energy_coefficient(power: SupportsIndex) -> LandauPolynomial:
    """Return φ_power of the reduced free energy f = (1 − κ/κ_n) s² + φ₄ s⁴ + φ₆ s⁶ + ….

    The ratios to give are κ g_{kn}/2 (at the onset itself r_k): the coefficients depend on κ through
    them, and the reduction is exact at every κ.

    Parameters
    ----------
    power
        4, 6, 8 or 10.

    Examples
    --------
    >>> free_energy_coefficient(4)(0.0)
    0.25
    """
    return _table("free_energy", power, 4, CACHED_ORDER)


def mode_coefficient(k: SupportsIndex, power: SupportsIndex) -> LandauPolynomial:
    """Return the coefficient of s^power in a_{kn}(s) along the branch of a simple kernel.

    Parameters
    ----------
    k
        2 … 5.
    power
        k, k + 2, …, at most 10 − k.

    Examples
    --------
    >>> mode_coefficient(2, 2)(0.0)  # Kuramoto: a_2 = s²/2 + …
    0.5
    """
    k = operator.index(k)
    if not 2 <= k <= CACHED_ORDER // 2:
        raise ValueError(f"k = {k} is not allowed: stored are k = 2 … {CACHED_ORDER // 2}; use landau.reduce")
    return _table(f"a{k}", power, k, CACHED_ORDER - k)


def _table(name: str, power: SupportsIndex, lowest: int, highest: int) -> LandauPolynomial:
    try:
        number = operator.index(power)
    except TypeError:
        number = -1
    if not lowest <= number <= highest or (number - lowest) % 2:
        allowed = ", ".join(map(str, range(lowest, highest + 1, 2)))
        raise ValueError(
            f"power = {power!r} is not allowed: stored are {allowed}; higher ones come from "
            "branches.onsets.exact.landau.reduce (exact) or branches.onsets.exact.expansion.expansion (numbers)"
        )
    return _polynomial(name, number)


@functools.cache
def _polynomial(name: str, power: int) -> LandauPolynomial:
    entry = _stored()[name][str(power)]
    terms = tuple((int(c), tuple(e)) for c, e in entry["terms"])
    return LandauPolynomial(terms, int(entry["denominator"]))


@functools.cache
def _stored() -> dict[str, Any]:
    text = importlib.resources.files("branches.onsets.exact").joinpath("landau.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def _horner(terms: Sequence[Term], names: Sequence[str]) -> str:
    """Return the source of the nested (Horner) form of Σ c u^e, first name outermost."""
    if not names:
        return str(terms[0][0])
    by_power: dict[int, list[Term]] = {}
    for coefficient, exponents in terms:
        by_power.setdefault(exponents[0], []).append((coefficient, exponents[1:]))
    source = ""
    for e in range(max(by_power), -1, -1):
        inner = _horner(by_power[e], names[1:]) if e in by_power else ""
        source = f"({source})*{names[0]}" if source else ""
        source = "+".join(part for part in (source, f"({inner})" if inner else "") if part)
    return source
