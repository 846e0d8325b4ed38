"""Terms of W whose cosine moments have a closed form, evaluated at any precision of mpmath.

Three kinds cover what is met in practice: c t^k e^{λt} on an interval (polynomials, trigonometric
polynomials, their products and pieces), c e^{p cos t} and c log sin(t/2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


def to_mpmath(number: Any) -> Any:
    """Return a SymPy number as an mpmath number at the working precision.

    Examples
    --------
    >>> import sympy
    >>> to_mpmath(sympy.Rational(1, 4))
    mpf('0.25')
    """
    import mpmath

    real, imaginary = number.evalf(mpmath.mp.dps + 5).as_real_imag()
    parts = [mpmath.mpmathify(part) for part in (real, imaginary)]
    return parts[0] if parts[1] == 0 else mpmath.mpc(*parts)


@dataclass(frozen=True)
class PowerExponential:
    """The term c t^k e^{λt} on a < t < b, zero elsewhere; c, λ, a and b are SymPy numbers."""

    c: Any
    k: int
    rate: Any
    a: Any
    b: Any

    def weights(self, n: int) -> list[Any]:
        """Return contributions that sum to −(2/π)∫ c t^k e^{λt} cos nt dt."""
        import sympy

        factor = -2 * self.c / sympy.pi / 2
        return [
            value
            for sign in (1, -1)
            for value in _primitive_parts(factor, self.k, sympy.expand(self.rate + sign * n * sympy.I), self.a, self.b)
        ]


@dataclass(frozen=True)
class ExponentialOfCosine:
    """The term c e^{p cos t}: the generating function of the Bessel functions I_n(p)."""

    c: Any
    p: Any

    def weights(self, n: int) -> list[Any]:
        """Return −2 c I_n(p) as the only contribution."""
        import mpmath

        return [-2 * to_mpmath(self.c) * mpmath.besseli(n, to_mpmath(self.p), maxterms=10**6)]


@dataclass(frozen=True)
class LogSine:
    """The term c log sin(t/2) = −c (log 2 + Σ cos nt/n)."""

    c: Any

    def weights(self, n: int) -> list[Any]:
        """Return c/n as the only contribution."""
        return [to_mpmath(self.c) / n]


Term = PowerExponential | ExponentialOfCosine | LogSine


def _primitive_parts(factor: Any, k: int, rate: Any, a: Any, b: Any) -> list[Any]:
    """Return the summands of factor · ∫_a^b t^k e^{ωt} dt, by repeated integration by parts."""
    import mpmath

    scale, low, high = to_mpmath(factor), to_mpmath(a), to_mpmath(b)
    if rate == 0:
        return [scale * high ** (k + 1) / (k + 1), -scale * low ** (k + 1) / (k + 1)]
    omega = to_mpmath(rate)
    parts = []
    for t, sign in ((high, 1), (low, -1)):
        summand = sign * scale * mpmath.exp(omega * t) / omega
        for j in range(k, -1, -1):
            parts.append(summand * t**j)
            summand *= -j / omega
    return parts
