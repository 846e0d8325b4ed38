"""Potentials given as a SymPy expression: closed-form weights where the terms of W have them.

SymPy's general integrator may run for minutes without an answer, so it is not called.  W is split into
terms by algebra that always ends; each is integrated by its own formula.  The result is compared
with numerical integration of the same W before it is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from branches.potentials.exact_terms import ExponentialOfCosine, LogSine, PowerExponential, Term
from branches.potentials.families import Polynomial
from branches.potentials.from_function import from_function
from branches.potentials.potential import EPS, Array, Potential, check_dimension, positive_integer
from branches.potentials.tables import tabulated
from branches.potentials.zonal_terms import zonal_terms

OPERATIONS_MAX = 200  # larger expressions are not split but integrated numerically
POWER_MAX = 40  # an expanded power has about so many terms
GUARD_BITS = 64  # cancellation between the terms that is made good, beside the working precision
EXACT_MODES = 256  # weights tabulated in closed form, at about a millisecond each; numerically beyond
CHECKED_MODES = 8  # modes in which closed form and numerical integration must agree


@dataclass(frozen=True, repr=False)
class Symbolic(Potential):
    """A potential whose weights have a closed form.

    Attributes
    ----------
    name : str
    terms : tuple of Term
        W on (0, π) is their sum.
    numerical : Potential
        The same W, integrated numerically: the table beyond the first modes.
    """

    name: str
    terms: tuple[Term, ...]
    numerical: Potential = field(repr=False, compare=False)

    @property
    def parameters(self) -> Mapping[str, float]:
        """Empty: the expression has no free parameters."""
        return {}

    def _mp_weight(self, n: int) -> Any:
        import mpmath

        precision = mpmath.mp.prec
        with mpmath.workprec(2 * precision + GUARD_BITS):
            parts = [part for term in self.terms for part in term.weights(n)]
            g = mpmath.re(mpmath.fsum(parts))
            # what is left of a sum that cancels exactly is rounding, far below any digit asked for
            noise = mpmath.ldexp(mpmath.fsum(abs(part) for part in parts), -2 * precision - GUARD_BITS // 2)
        return +g if abs(g) > noise else mpmath.mpf(0)

    def _tabulate(self, n_modes: int) -> tuple[Array, Array]:
        import mpmath

        exact = min(n_modes, EXACT_MODES)
        with mpmath.workprec(64):
            g = np.array([float(self._mp_weight(n)) for n in range(1, exact + 1)])
        errors = EPS * np.abs(g)
        if exact == n_modes:
            return g, errors
        return (
            np.concatenate((g, self.numerical.weights(n_modes)[exact:])),
            np.concatenate((errors, self.numerical.weight_errors(n_modes)[exact:])),
        )

    def to_dict(self, n_modes: int) -> dict[str, Any]:
        """Return the name and the first `n_modes` weights with their errors."""
        return tabulated(self, positive_integer("n_modes", n_modes), complete=False)


def from_sympy(expr: Any, theta: Any, name: str | None = None, dimension: int = 2) -> Potential:
    """Return the potential W given as a SymPy expression.

    Closed forms are found for sums of polynomials and exponentials in θ and |θ|, cosines, sines, their
    products and pieces (``Piecewise``, ``Max``, ``Min``, ``Heaviside``, conditions linear), e^{p cos θ} and
    log|sin(θ/2)|; then ``source`` is ``"closed form"`` and ``mp_weight`` gives any number of digits.
    Any other W is integrated numerically (``source`` is ``"numerical integration"``).

    Parameters
    ----------
    expr : sympy expression
        W(θ), even, for −π < θ < π, without other symbols.
    theta : sympy.Symbol
        θ.
    name : str, optional
        Shown in labels and files; by default the expression.
    dimension : int
        d, for W of the angle between two points of S^{d−1}; 2 is the circle. On other spheres polynomials in cos θ
        have exact weights, everything else is integrated numerically.

    Raises
    ------
    ValueError
        If `expr` has other free symbols, or W is not even, not real, not finite or not integrable.

    Examples
    --------
    >>> import sympy
    >>> theta = sympy.Symbol("theta", real=True)
    >>> potential = from_sympy(sympy.Abs(sympy.sin(theta)), theta)
    >>> print(potential.source, potential.weight(2) == 4 / (3 * np.pi))
    closed form True
    """
    import sympy

    expression = sympy.sympify(expr)
    others = sorted(map(str, expression.free_symbols - {theta}))
    if others:
        raise ValueError(
            f"expr = {expression} is not allowed: its symbols {', '.join(others)} have no value; "
            f"substitute numbers, so that only {theta} is left"
        )
    title = str(expression) if name is None else name
    if check_dimension(dimension) > 2:
        finite = zonal_terms(expression, theta, dimension)
        if finite is not None:
            return Polynomial(title, finite, dimension=dimension)
    numerical = from_function(sympy.lambdify(theta, expression, "numpy"), name=title, dimension=dimension)
    if dimension > 2:
        return numerical
    half = sympy.Dummy("t", positive=True)  # θ on (0, π); W is even
    terms = split(expression.subs(theta, half), half)
    if terms is None:
        return numerical
    exact = Symbolic(title, terms, numerical)
    difference = np.abs(exact.weights(CHECKED_MODES) - numerical.weights(CHECKED_MODES))
    return exact if np.all(difference <= 4.0 * numerical.weight_errors(CHECKED_MODES)) else numerical


def split(expression: Any, t: Any) -> tuple[Term, ...] | None:
    """Return the terms of W on 0 < t < π, or None where some term has no known closed form."""
    import sympy

    powers = [p.exp for p in expression.atoms(sympy.Pow) if p.exp.is_number and p.base.has(t)]
    if sympy.count_ops(expression) > OPERATIONS_MAX or any(abs(p) > POWER_MAX for p in powers):
        return None
    plain = _without_modulus(expression, t).rewrite(sympy.Piecewise)
    terms: list[Term] = []
    for piece, low, high in _pieces(plain, t):
        if low is None:
            return None
        whole = low == 0 and high == sympy.pi
        summands = sympy.Add.make_args(sympy.expand(piece, log=False, power_exp=False))
        for summand in filter(lambda summand: summand != 0, summands):
            found = (_special(summand, t) if whole else None) or _elementary(summand, t, low, high)
            if found is None:
                return None
            terms.extend(found)
    return tuple(terms)


def _without_modulus(expression: Any, t: Any) -> Any:
    """Drop the modulus of sin(qt), 0 < q ≤ 1, and cos(qt), 0 < q ≤ ½: they are positive on (0, π)."""
    import sympy

    def positive(inner: Any) -> bool:
        rate = inner.args[0] / t if inner.args else t
        limit = {sympy.sin: 1, sympy.cos: sympy.Rational(1, 2)}.get(inner.func, 0)
        return bool(rate.is_number and rate.is_real and 0 < rate <= limit)

    return expression.replace(lambda e: isinstance(e, sympy.Abs) and positive(e.args[0]), lambda e: e.args[0])


def _pieces(expression: Any, t: Any) -> list[tuple[Any, Any, Any]]:
    """Return (expression, low, high) on each piece of (0, π); low is None where that is not decidable."""
    import sympy

    if not expression.has(sympy.Piecewise):
        return [(expression, sympy.Integer(0), sympy.pi)]
    unknown = [(expression, None, None)]
    folded = sympy.piecewise_fold(expression)
    conditions = {r for p in folded.atoms(sympy.Piecewise) for r in p.atoms(sympy.core.relational.Relational)}
    if not isinstance(folded, sympy.Piecewise) or not all(
        sympy.Poly(r.lhs - r.rhs, t).degree() <= 1 if (r.lhs - r.rhs).is_polynomial(t) else False for r in conditions
    ):
        return unknown
    pieces = []
    for piece, region in folded.as_expr_set_pairs(sympy.Interval(0, sympy.pi)):
        for part in region.args if isinstance(region, sympy.Union) else (region,):
            if not isinstance(part, sympy.Interval | sympy.FiniteSet) and part is not sympy.S.EmptySet:
                return unknown
            if isinstance(part, sympy.Interval):
                pieces.append((piece, part.start, part.end))
    return pieces


def _special(summand: Any, t: Any) -> list[Term] | None:
    """Return the term c e^{p cos t} or c log(d sin(t/2)), if the summand is one."""
    import sympy

    c, rest = summand.as_independent(t, as_Add=False)
    if not isinstance(rest, sympy.exp | sympy.log):
        return None
    p, inner = rest.args[0].as_independent(t, as_Add=False)
    if isinstance(rest, sympy.exp) and inner == sympy.cos(t):
        return [ExponentialOfCosine(c, p)]
    if isinstance(rest, sympy.log) and inner == sympy.sin(t / 2):
        return [LogSine(c)]
    return None


def _elementary(summand: Any, t: Any, low: Any, high: Any) -> list[Term] | None:
    """Return the summand as terms c t^k e^{λt}, or None if it is no such sum."""
    import sympy

    terms: list[Term] = []
    for part in sympy.Add.make_args(sympy.expand(summand.rewrite([sympy.sin, sympy.cos], sympy.exp))):
        c, rest = part.as_independent(t, as_Add=False)
        power, rate = 0, sympy.Integer(0)
        for factor in sympy.Mul.make_args(rest):
            base, exponent = factor.as_base_exp()
            slope = sympy.log(factor).expand().diff(t) if base == sympy.E else None
            if base == t and exponent.is_Integer and exponent >= 0:
                power += int(exponent)
            elif slope is not None and slope.is_number and sympy.expand(exponent - slope * t) == 0:
                rate += slope
            elif factor != 1:
                return None
        terms.append(PowerExponential(c, power, rate, low, high))
    return terms
