"""The checker, numbers: balls, weights of the potentials, moments of a density, signs of a symmetric matrix.

Everything is enclosed by python-flint (Arb).  Powers of balls that may contain zero are written as products: `**` gives
nan for them, and no comparison with nan holds.
"""

import math
import re
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx

from branches.proofs.schema import fraction, is_number


class Open(Exception):
    """An inequality that does not close, and by how much; or something in a file that is not as it must be."""


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
    need(is_number(text), f"{text!r} is a number")
    top, bottom = fraction(text).as_integer_ratio()
    return arb(top) / bottom


def exact(text: Any) -> Any:
    """Return the exact number of a string such as -0x1ap-7: integer mantissa, power of two."""
    found = re.fullmatch(r"(-?0x[0-9a-f]{1,600})p(-?[0-9]{1,5})", text) if isinstance(text, str) else None
    need(found, f"{text!r} is a hexadecimal number")
    return arb((int(found[1], 16), int(found[2])))  # type: ignore[index]


def doubles(texts: Any) -> Any:
    """Return the finite doubles that hexadecimal strings name."""
    values = np.array([float(exact(t)) for t in texts])
    same = all(arb(float(v)) == exact(t) for v, t in zip(values, texts, strict=True))
    need(same and np.isfinite(values).all(), "the numbers are doubles")
    return values


def integer(value: Any, low: int) -> int:
    """Return a whole number of a certificate, from `low` to 4096."""
    need(type(value) is int and low <= value <= 4096, f"{value!r} is an integer from {low} to 4096")
    return int(value)


def above(ball: Any) -> float:
    """Return a double >= every number of the ball."""
    ball = arb(ball)  # `ball != 0` would be False for every ball around 0
    return 0.0 if ball.is_zero() else math.nextafter(float(ball.upper()), math.inf)


def below(ball: Any) -> float:
    """Return a double between 0 and every number of a ball >= 0."""
    return max(0.0, math.nextafter(float(arb(ball).lower()), -math.inf))


def hull(low: Any, high: Any) -> Any:
    """Return the ball around two doubles."""
    return arb(float(low)).union(arb(float(high)))


def up(ball: Any) -> Any:
    """Return the upper end of |ball|, exactly."""
    return arb(arb(ball).abs_upper())


def norm(entries: Any) -> Any:
    """Return an upper bound of the Euclidean norm."""
    return up(sum((up(v) * up(v) for v in entries), arb(0)).sqrt())


def spectral(A: Any, squarings: int = 5) -> Any:
    """Return a bound of the norm: the 2^k-th root of the Frobenius norm of (A^T A)^(2^(k-1))."""
    power = A.transpose() * A
    for _ in range(squarings):
        power = power * power
    return up(norm(power.entries()).root(2 ** (squarings + 1)))


def spectral2(a: Any, b: Any, c: Any, d: Any) -> Any:
    """Return a bound of the norm of [[a, b], [c, d]] for entries >= 0."""
    t, det = a * a + b * b + c * c + d * d, a * d - b * c
    return up(((t + up(t * t - 4 * det * det).sqrt()) / 2).sqrt())


def identity(n: int) -> Any:
    """Return the n x n identity."""
    return arb_mat([[int(i == j) for j in range(n)] for i in range(n)])


def product(A: Any, entries: Any) -> list[Any]:
    """Return A times a vector."""
    rows = [[v] for v in entries]
    return list((A * arb_mat(rows)).entries())


def negatives(P: Any) -> int:
    """Return the number of negative eigenvalues of a symmetric matrix, by LDL^T in balls."""
    rows, count = P.tolist(), 0
    for k, row in enumerate(rows):
        need(row[k] > 0 or row[k] < 0, f"pivot {k + 1} has a sign: it is {row[k].str(5)}")
        count += bool(row[k] < 0)
        for lower in rows[k + 1 :]:
            factor = lower[k] / row[k]
            lower[k + 1 :] = [v - factor * u for v, u in zip(lower[k + 1 :], row[k + 1 :], strict=True)]
    return count


# ---- weights: g_n as a function of the parameters, bounds of sup and sum of |g_n| over n > k, the slope in a parameter
def listed(p: Any, k: int) -> tuple[Any, Any]:
    """Bound finitely many weights; the sum bounds the supremum too."""
    return (sum((abs(v) for key, v in p.items() if int(key[1:]) > k), arb(0)),) * 2


def bessel(b: Any, n: int) -> Any:
    """Return I_n on a ball b > 0, where it increases: from its values at the ends."""
    low, high = arb(b.lower()), arb(b.upper())
    return low.bessel_i(n) if low == high else low.bessel_i(n).union(high.bessel_i(n))


def transformer(b: Any, k: int) -> tuple[Any, Any]:
    """Bound a tail that is geometric from where I_{n+1}/I_n < b/(2n + 2) < 1/2 on."""
    g = 2 * bessel(b, k + 1) / b
    return g, g / (1 - b / (2 * (k + 2))) if b < k + 2 else g + transformer(b, k + 1)[1]


def confidence(R: Any, k: int) -> tuple[Any, Any]:
    """Bound the tail by g_n <= (4/pi)(R/n^2 + 1/n^3)."""
    c, j = 4 / arb.pi(), k + 1
    return c * (R / j**2 + arb(1) / j**3), c * (R / k + arb(1) / (2 * k * k) if k else 2 * R + 1.5)


def rods(_: Any, k: int) -> tuple[Any, Any]:
    """Sum the tail: 1/(4j^2 - 1) = (1/(2j - 1) - 1/(2j + 1))/2 telescopes."""
    j = k // 2 + 1
    return 4 / arb.pi() / (4 * j * j - 1), 2 / arb.pi() / (2 * j - 1)


FAMILIES: dict[str, tuple[str, Any, Any, Any]] = {
    "harmonics": (r"g[1-9][0-9]{0,3}", lambda p, n: p.get(f"g{n}", arb(0)), listed, lambda p, n, key: key == f"g{n}"),
    "noisy_transformer": (
        "beta", lambda b, n: 2 * bessel(b, n) / b, transformer,
        lambda b, n, key: (bessel(b, n - 1) + bessel(b, n + 1) - 2 * bessel(b, n) / b) / b),
    "hegselmann_krause": (
        "R", lambda R, n: 4 / arb.pi() * (n * R - (n * R).sin()) / n**3, confidence,
        lambda R, n, key: 4 / arb.pi() * (1 - (n * R).cos()) / n**2),
    "doi_onsager": ("", lambda p, n: arb(0) if n % 2 else 4 / arb.pi() / (n * n - 1), rods, None),
}  # fmt: skip


class Weights:
    """g_n in balls and bounds of their tails; `ball` replaces the value of one parameter."""

    def __init__(self, potential: Any, **ball: Any) -> None:
        pattern, self._g, self._tail, self._slope = FAMILIES[potential["name"]]
        p, many = {k: number(v) for k, v in potential["parameters"].items()} | ball, potential["name"] == "harmonics"
        need(all(re.fullmatch(pattern, key) for key in p), f"{[*p]} are parameters {pattern!r}")
        need(len(p) == 1 or many or not (p or pattern), "every parameter has a value")
        bounds = {"R": arb.pi(), "beta": 999}
        need(many or all(v > 0 and v < bounds[key] for key, v in p.items()), "0 < R < pi, 0 < beta < 999")
        self._p, self._known = p if many else p.get(pattern), dict[int, Any]()

    def g(self, n: int) -> Any:
        """Return g_n."""
        if n not in self._known:
            self._known[n] = self._g(self._p, n)
        return self._known[n]

    def tail(self, k: int) -> tuple[Any, Any]:
        """Return bounds of sup |g_n| and of the sum of |g_n| over n > k."""
        return tuple(map(up, self._tail(self._p, k)))

    def slope(self, n: int, key: str) -> Any:
        """Return the derivative of g_n with respect to a parameter."""
        return arb(self._slope(self._p, n, key))


# ---- moments of exp(sum h_n cos n theta), by the trapezoidal rule with its aliases bounded
@lru_cache(maxsize=16)
def cosines(points: int, modes: int, precision: int) -> tuple[Any, Any]:
    """Return cos k theta_j on the half grid, (M/2 + 1) x (K + 1), and its transpose with the weights of the mean."""
    table, half = [(arb(2 * j) / points).cos_pi() for j in range(points)], points // 2
    values = [[table[k * j % points] for k in range(modes + 1)] for j in range(half + 1)]
    mean = [[row[k] * (1 if j in (0, half) else 2) / points for j, row in enumerate(values)] for k in range(modes + 1)]
    return arb_mat(values), arb_mat(mean)


def decay(h: Any, m: int) -> tuple[Any, Any, float]:
    """Return B, t, log(B e^-mt) of |mean of e^V cos m theta| <= B e^-mt, B = exp sum |h_n| cosh nt, for a good t."""
    size = [(n, above(abs(v))) for n, v in enumerate(h, 1) if not v.is_zero()]
    n, s, t = np.array([n for n, _ in size]), np.array([s for _, s in size]), np.arange(1, 257) / 64
    logs = np.cosh(np.minimum(np.outer(t, n), 700)) @ s - m * t if size else -m * t
    best = arb(float(t[np.argmin(logs)]))
    return sum((up(v) * (n * best).cosh() for n, v in enumerate(h, 1)), arb(0)).exp(), best, float(logs.min())


def gibbs(columns: Any, modes: int) -> list[tuple[Any, list[Any]]]:
    """Return (log Z, [a_0 … a_modes]) for every list of h_1 … h_N, all of one length."""
    worst, points = [arb(max(above(abs(v)) for v in row)) for row in zip(*columns, strict=True)], 64
    while points < 4096 and (points < 2 * modes or decay(worst, points - modes)[2] > -0.7 * ctx.prec - 8):
        points *= 2
    need(points >= 2 * modes, "at most 2048 moments")
    field, mean = cosines(points, len(worst), ctx.prec)[0], cosines(points, modes, ctx.prec)[1]
    V = (field * arb_mat([[0] * len(columns), *map(list, zip(*columns, strict=True))])).tolist()
    tops = [arb(max(float(row[i]) for row in V)) for i in range(len(columns))]  # any numbers do
    raw = (mean * arb_mat([[(v - top).exp() for v, top in zip(row, tops, strict=True)] for row in V])).tolist()
    (B, t, _), found = decay(worst, points - modes), []
    alias = up(2 * B * (-(points - modes) * t).exp() / (1 - (-points * t).exp()))
    for i, top in enumerate(tops):
        m = [row[i] + arb(0, up(alias * (-top).exp())) for row in raw]
        less(0, m[0], "0 < Z")
        found.append((m[0].log() + top, [arb(1), *(v / m[0] for v in m[1:])]))
    return found
