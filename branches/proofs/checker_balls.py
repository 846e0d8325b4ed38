"""The trusted part, numbers: balls, weights of the potentials, moments of a density, signs of a symmetric matrix.

Everything is enclosed by python-flint (Arb).  Powers of balls that may contain zero are written as products: `**` gives
nan for them, and no comparison with nan holds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import arb, arb_mat, ctx


class Open(Exception):
    """An inequality that does not close, and by how much; or something in a file that is not as it must be."""


@dataclass(frozen=True)
class Claim:
    """The potential, what is given (decimals), what was found (hexadecimal), the number of modes."""

    potential: Mapping[str, Any]
    given: Mapping[str, Any]
    witness: Mapping[str, Any]
    n_modes: int


# ---- numbers
def need(holds: Any, inequality: str) -> None:
    """Raise `Open` unless the condition holds."""
    if not holds:
        raise Open(f"does not hold: {inequality}")


def less(left: Any, right: Any, inequality: str) -> None:
    """Raise `Open` unless left < right for all numbers of the two balls."""
    need(left < right, f"{inequality} ({arb(left).str(8)} against {arb(right).str(8)})")


def number(text: Any) -> Any:
    """Return the ball of a decimal or rational string: 0.4, 1e-9, 2/3."""
    pattern = r"-?\d{1,300}((\.\d{1,300})?(e(-\d{1,3}|\d{1,2}))?|/[1-9]\d{0,300})"
    need(isinstance(text, str) and re.fullmatch(pattern, text, re.ASCII), f"{text!r} is a number")
    return arb(Fraction(text).numerator) / Fraction(text).denominator


def exact(text: Any) -> Any:
    """Return the exact number of a string such as -0x1ap-7: integer mantissa, power of two."""
    found = re.fullmatch(r"(-?0x[0-9a-f]{1,600})p(-?[0-9]{1,5})", text) if isinstance(text, str) else None
    if not found:
        raise Open(f"does not hold: {text!r} is a hexadecimal number")
    return arb((int(found[1], 16), int(found[2])))


def integer(value: Any, low: int) -> int:
    """Return a whole number of a certificate, from `low` to 4096."""
    need(type(value) is int and low <= value <= 4096, f"{value!r} is an integer from {low} to 4096")
    return int(value)


def up(ball: Any) -> Any:
    """Return the upper end of |ball|, exactly."""
    return arb(arb(ball).abs_upper())


def norm(entries: Iterable[Any]) -> Any:
    """Return an upper bound of the Euclidean norm."""
    return up(sum((up(v) * up(v) for v in entries), arb(0)).sqrt())


def spectral(A: Any, squarings: int = 5) -> Any:
    """Return a bound of ‖A‖: the 2^k-th root of the Frobenius norm of (AᵀA)^(2^(k−1))."""
    power = A.transpose() * A
    for _ in range(squarings):
        power = power * power
    return up(norm(power.entries()).root(2 ** (squarings + 1)))


def spectral2(a: Any, b: Any, c: Any, d: Any) -> Any:
    """Return a bound of ‖[[a, b], [c, d]]‖ for nonnegative entries."""
    t, det = a * a + b * b + c * c + d * d, a * d - b * c
    return up(((t + up(t * t - 4 * det * det).sqrt()) / 2).sqrt())


def identity(n: int) -> Any:
    """Return the n × n identity."""
    return arb_mat([[int(i == j) for j in range(n)] for i in range(n)])


def vector(entries: Iterable[Any]) -> Any:
    """Return a column."""
    rows = [[v] for v in entries]
    return arb_mat(rows)


def negatives(P: Any) -> int:
    """Return the number of negative eigenvalues of a symmetric matrix, by LDLᵀ in balls."""
    rows, count = P.tolist(), 0
    for k, row in enumerate(rows):
        need(row[k] > 0 or row[k] < 0, f"pivot {k + 1} has a sign: it is {row[k].str(5)}")
        count += bool(row[k] < 0)
        for lower in rows[k + 1 :]:
            factor = lower[k] / row[k]
            lower[k + 1 :] = [v - factor * u for v, u in zip(lower[k + 1 :], row[k + 1 :], strict=True)]
    return count


# ---- weights
@dataclass(frozen=True)
class Family:
    """Weights as functions of the parameters p: g_n, (sup, sum) of |g_n| over n > k, ω², ∂g_n/∂p."""

    parameter: str
    formula: str
    g: Any
    tail: Any
    omega2: Any
    slope: Any


def harmonic_tail(p: Mapping[str, Any], k: int) -> tuple[Any, Any]:
    """Return sup (bounded by the sum) and sum of finitely many |g_n| over n > k."""
    return (sum((abs(v) for key, v in p.items() if int(key[1:]) > k), arb(0)),) * 2


def bessel(b: Any, n: int) -> Any:
    """Return I_n on a ball b > 0, where it increases: from its values at the ends."""
    low, high = arb(b.lower()), arb(b.upper())
    return low.bessel_i(n) if low == high else low.bessel_i(n).union(high.bessel_i(n))


def transformer_tail(b: Any, k: int) -> tuple[Any, Any]:
    """Return sup and sum over n > k; I_{n+1}/I_n < b/(2n + 2) makes the tail geometric."""
    g = 2 * bessel(b, k + 1) / b
    return g, g / (1 - b / (2 * (k + 2))) if b < k + 2 else g + transformer_tail(b, k + 1)[1]


def transformer_slope(b: Any, n: int, parameter: str) -> Any:
    """Return ∂g_n/∂b, from 2 I_n' = I_{n−1} + I_{n+1}."""
    return (bessel(b, n - 1) + bessel(b, n + 1) - 2 * bessel(b, n) / b) / b


def confidence_tail(R: Any, k: int) -> tuple[Any, Any]:
    """Return sup and sum over n > k, from g_n ≤ (4/π)(R/n² + 1/n³)."""
    c = 4 / arb.pi()
    return c * (R / (k + 1) ** 2 + arb(1) / (k + 1) ** 3), c * (R / k + arb(1) / (2 * k * k) if k else 2 * R + 1.5)


def rod_tail(p: Any, k: int) -> tuple[Any, Any]:
    """Return sup and sum over n > k; 1/(4j² − 1) = ½(1/(2j − 1) − 1/(2j + 1)) telescopes."""
    j = k // 2 + 1
    return 4 / arb.pi() / (4 * j * j - 1), 2 / arb.pi() / (2 * j - 1)


FAMILIES: dict[str, Family] = {
    "harmonics": Family(
        r"g[1-9][0-9]{0,3}", "g_n as listed, 0 beyond", lambda p, n: p.get(f"g{n}", arb(0)), harmonic_tail,
        lambda p: 4 * harmonic_tail(p, 0)[1], lambda p, n, parameter: arb(int(parameter == f"g{n}"))),
    "noisy_transformer": Family(
        "beta", "g_n = 2 I_n(beta)/beta", lambda b, n: 2 * bessel(b, n) / b, transformer_tail,
        lambda b: 4 * b.sinh() / b, transformer_slope),
    "hegselmann_krause": Family(
        "R", "g_n = (4/pi) (n R - sin n R)/n^3", lambda R, n: 4 / arb.pi() * (n * R - (n * R).sin()) / n**3,
        confidence_tail, lambda R: 2 * R * R, lambda R, n, parameter: 4 / arb.pi() * (1 - (n * R).cos()) / n**2),
    "doi_onsager": Family(
        "", "g_2k = (4/pi)/(4 k^2 - 1), g_odd = 0",
        lambda p, n: arb(0) if n % 2 else 4 / arb.pi() / (n * n - 1), rod_tail, lambda p: arb(2), None),
}  # fmt: skip


class Weights:
    """g_n in balls and the bounds of their tails, divided by 2^unit; `ball` replaces the value of one parameter."""

    def __init__(self, potential: Mapping[str, Any], unit: int = 0, **ball: Any) -> None:
        self.family = family = FAMILIES[potential["name"]]
        p = {key: number(value) for key, value in potential["parameters"].items()} | ball
        many = potential["name"] == "harmonics"
        need(all(re.fullmatch(family.parameter, key) for key in p), f"{[*p]} are parameters {family.parameter!r}")
        need(len(p) == 1 or many or not (p or family.parameter), "every parameter has a value")
        bounds = {"R": arb.pi(), "beta": 999}
        need(many or all(v > 0 and v < bounds[key] for key, v in p.items()), "0 < R < pi, 0 < beta < 999")
        self._p, self._unit, self._known = p if many else p.get(family.parameter), arb((1, -unit)), dict[int, Any]()

    def g(self, n: int) -> Any:
        """Return g_n."""
        if n not in self._known:
            self._known[n] = self.family.g(self._p, n) * self._unit
        return self._known[n]

    def tail(self, k: int) -> tuple[Any, Any]:
        """Return bounds of sup |g_n| and of the sum of |g_n| over n > k."""
        sup, total = self.family.tail(self._p, k)
        return up(sup * self._unit), up(total * self._unit)

    def omega2(self) -> Any:
        """Return ω², a bound of 2 Σ |g_n| (1 − cos nt) for all t."""
        return up(self.family.omega2(self._p) * self._unit)

    def slope(self, n: int, parameter: str) -> Any:
        """Return the derivative of g_n with respect to a parameter."""
        return self.family.slope(self._p, n, parameter) * self._unit


# ---- moments of exp(Σ h_n cos nθ)
@lru_cache(maxsize=8)
def cosines(points: int, modes: int, precision: int) -> tuple[Any, Any]:
    """Return cos kθ_j on the half grid, (M/2 + 1) × (K + 1), and its transpose with the weights of the mean."""
    table, half = [(arb(2 * j) / points).cos_pi() for j in range(points)], points // 2
    values = [[table[k * j % points] for k in range(modes + 1)] for j in range(half + 1)]
    mean = [[row[k] * (1 if j in (0, half) else 2) / points for j, row in enumerate(values)] for k in range(modes + 1)]
    return arb_mat(values), arb_mat(mean)


def strip(h: list[Any], m: int) -> tuple[Any, Any, float]:
    """Return B, τ, log(B e^{−mτ}) of |mean of e^V cos mθ| ≤ B e^{−mτ}, B = exp Σ |h_n| cosh nτ, τ about the best."""
    size = [(n, float(up(v))) for n, v in enumerate(h, 1) if not v.is_zero()]
    trials = [j / 64 for j in range(1, 193)]
    log, tau = min((sum(v * math.cosh(min(n * t, 700)) for n, v in size) - m * t, t) for t in trials)
    return sum((up(v) * (n * arb(tau)).cosh() for n, v in enumerate(h, 1)), arb(0)).exp(), arb(tau), log


class Moments:
    """Balls a_0 … a_K of ρ ∝ exp Σ h_n cos nθ, log Z, and squares[j] ≥ Σ_{i>j} a_i², total ≥ Σ |a_i|.

    By the trapezoidal rule on M points: the aliases of mode k are Σ_{j≥1} c_{jM−k} + c_{jM+k}.
    """

    def __init__(self, h: list[Any], modes: int) -> None:
        points = 64
        while points < 4096 and (points < 2 * modes or strip(h, points - modes)[2] > -0.7 * ctx.prec - 8):
            points *= 2
        need(points >= 2 * modes, "at most 2048 moments")
        self.values, self.mean = cosines(points, modes, ctx.prec)
        V = self.field(h)
        top = arb(max(float(v) for v in V))  # any number does
        self.weight, (B, tau, _) = [(v - top).exp() for v in V], strip(h, points - modes)
        raw = (self.mean * vector(self.weight)).entries()
        self.alias = up(2 * B * (-top - (points - modes) * tau).exp() / (1 - (-points * tau).exp()))
        raw = [v + arb(0, self.alias) for v in raw]
        less(0, raw[0], "0 < Z")
        self.Z, self.log_Z, self.a = raw[0], raw[0].log() + top, [arb(1), *(v / raw[0] for v in raw[1:])]
        B, tau, _ = strip(h, modes)
        q = (-tau).exp()
        beyond = B * (-top).exp() / raw[0] * q ** (modes + 1)
        self.total = up(sum(map(abs, self.a[1:]), arb(0)) + beyond / (1 - q))
        self.squares = [up(beyond * beyond / (1 - q * q))]
        for v in self.a[:0:-1]:
            self.squares.insert(0, up(self.squares[0] + v * v))

    def field(self, h: list[Any]) -> list[Any]:
        """Return Σ h_n cos nθ on the grid."""
        rest = self.values.ncols() - 1 - len(h)
        return list((self.values * vector([arb(0), *h, *[arb(0)] * rest])).entries())

    def expect(self, f: list[Any], size: Any) -> list[Any]:
        """Return E[f cos nθ], n ≤ K/3, f a cosine polynomial of degree ≤ 2K/3 with Σ |coefficients| ≤ size."""
        raw = (self.mean * vector(v * u for v, u in zip(f, self.weight, strict=True))).entries()
        return [(v + arb(0, up(size * self.alias))) / self.Z for v in raw]
