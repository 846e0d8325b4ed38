"""The trusted part: prove the statement of a certificate in ball arithmetic, from the file alone.

A prover searches by whatever means and writes down what it found; what counts is derived here.  Each kind has one
function that returns what it has proved, or raises `Open` with what does not close, and one sentence that says it.
"""
import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import Any

try:
    from flint import arb, arb_mat, ctx
except ImportError as error:  # pragma: no cover
    raise ImportError('proofs need python-flint: pip install "mckean-vlasov-continuation[proof]"') from error

SCHEMA, VERSION = "mckean-vlasov-continuation/certificate", 1
FIELDS = ["schema", "version", "kind", "statement", "potential", "given", "proved", "witness", "n_modes", "precision",
          "assumptions", "method", "seconds", "verdict", "undecided", "digest"]
# ---- numbers
class Open(Exception):
    """An inequality that does not close, and by how much; or something in the file that is not as it must be."""
def number(text: Any) -> Any:
    """Return the ball of a decimal or rational string: 0.4, 1e-9, 2/3."""
    pattern = r"-?\d{1,300}((\.\d{1,300})?(e-?\d{1,3})?|/[1-9]\d{0,300})"
    need(isinstance(text, str) and re.fullmatch(pattern, text), f"{text!r} is a number")
    return arb(Fraction(text).numerator) / Fraction(text).denominator
def exact(text: str) -> Any:
    """Return the exact number of a string such as -0x1ap-7: integer mantissa, power of two."""
    found = re.fullmatch(r"(-?0x[0-9a-f]{1,600})p(-?\d{1,5})", text)
    if not found:
        raise Open(f"does not hold: {text!r} is a hexadecimal number")
    return arb((int(found[1], 16), int(found[2])))
def need(holds: Any, inequality: str) -> None:
    """Raise `Open` unless the condition holds."""
    if not holds:
        raise Open(f"does not hold: {inequality}")
def less(left: Any, right: Any, inequality: str) -> None:
    """Raise `Open` unless left < right for all numbers of the two balls."""
    need(left < right, f"{inequality} ({arb(left).str(8)} against {arb(right).str(8)})")
def up(ball: Any) -> Any:
    """Return the upper end of |ball|, exactly."""
    return arb(arb(ball).abs_upper())
def norm(entries: Any) -> Any:
    """Return an upper bound of the Euclidean norm."""
    return up(sum((up(v) * up(v) for v in entries), arb(0)).sqrt())
# ---- frame
@dataclass(frozen=True)
class Claim:
    """The potential, what is given (decimals), what was found (hexadecimal), the number of modes."""

    potential: Mapping[str, Any]
    given: Mapping[str, Any]
    witness: Mapping[str, Any]
    n_modes: int
@dataclass(frozen=True)
class Check:
    """Whether every inequality was proved anew; if not, `reason` is the first that fails."""

    ok: bool
    reason: str
    statement: str = ""
def prove(kind: str, claim: Claim, precision: int) -> dict[str, Any]:
    """Return by name what is proved (balls, integers, words, lists of them), or raise `Open`."""
    for value, low, high in ((precision, 64, 4096), (claim.n_modes, 1, 4096)):
        need(type(value) is int and low <= value <= high, f"{low} <= {value!r} <= {high}, an integer")
    with ctx.workprec(precision):
        return dict(KINDS[kind][0](claim))
def sentence(kind: str, claim: Claim, proved: Mapping[str, Any]) -> str:
    """Return the statement in words, from the numbers as they are written in the file."""
    parameters = ", ".join(f"{k} = {v}" for k, v in claim.potential["parameters"].items())
    name = f"{claim.potential['name']}({parameters})"
    return str(KINDS[kind][1].format(potential=name, given=claim.given, proved=proved)).replace("'", "")
def covers(claimed: Any, value: Any) -> bool:
    """Say whether [low, high] in decimals encloses a ball, or the claim equals an integer, a word, a list of them."""
    if isinstance(value, arb):
        low, high = map(number, claimed)
        return bool(low <= value) and bool(value <= high)
    if isinstance(value, list):
        return type(claimed) is list and len(claimed) == len(value) and all(map(covers, claimed, value))
    return type(claimed) is type(value) and bool(claimed == value)
def digest(data: Mapping[str, Any]) -> str:
    """Return the SHA-256 of everything but the digest itself."""
    body = {key: value for key, value in data.items() if key != "digest"}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
def examine(data: Mapping[str, Any]) -> None:
    """Prove the statement of a certificate, or raise `Open` with the first thing that fails."""
    need(sorted(data) == sorted(FIELDS), f"the fields {sorted(data)} are {sorted(FIELDS)}")
    need(data["digest"] == digest(data), "the digest fits (the file was altered after it was written)")
    need(data["verdict"] == "certified", f"the verdict {data['verdict']!r} is 'certified'; {data['undecided']}")
    potential, claimed = data["potential"], data["proved"]
    need(potential.keys() == {"name", "parameters", "weights"}, "a potential has name, parameters, weights")
    need(potential["weights"] == FAMILIES[potential["name"]][1], "the formula of the weights is that of the potential")
    claim = Claim(potential, data["given"], data["witness"], data["n_modes"])
    proved = prove(data["kind"], claim, data["precision"])
    need(proved.keys() == claimed.keys(), f"the claims {sorted(claimed)} are {sorted(proved)}")
    with ctx.workprec(2 * data["precision"]):
        for name, value in proved.items():
            need(covers(claimed[name], value), f"{name} in {claimed[name]}, proved is {value}")
    need(data["statement"] == sentence(data["kind"], claim, claimed), "the words are those of the numbers")
def verdict(data: Mapping[str, Any]) -> Check:
    """Prove the statement of a certificate and say how that ended."""
    try:
        examine(data)
    except Open as failure:
        return Check(False, str(failure))
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as failure:
        return Check(False, f"malformed: {type(failure).__name__}: {failure}")
    return Check(True, "every inequality holds", data["statement"])
def read(path: str | PathLike[str]) -> dict[str, Any]:
    """Return what a certificate file holds; ValueError if it is none, or of another schema or version."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=number)
        need((data["schema"], repr(data["version"])) == (SCHEMA, repr(VERSION)), f"{SCHEMA}, version {VERSION}")
    except (ValueError, Open, RecursionError, LookupError, TypeError) as error:
        raise ValueError(f"path = {str(path)!r} is not a certificate: {type(error).__name__} {error}") from None
    return dict(data)
def check(path: str | PathLike[str]) -> Check:
    """Prove the statement of a certificate file anew, from it alone."""
    return verdict(read(path))
# ---- weights: parameter, formula, g_n, (sup, sum) of |g_n| over n > k, sup_t 2 sum |g_n| (1 - cos nt), slope
def harmonic_tail(p: Any, k: int) -> tuple[Any, Any]:
    """Return both bounds for finitely many weights."""
    return (sum((abs(v) for key, v in p.items() if int(key[1:]) > k), arb(0)),) * 2
def transformer_tail(b: Any, k: int) -> tuple[Any, Any]:
    """Return both bounds; I_{n+1}/I_n < b/(2n + 2) makes the tail geometric."""
    g = 2 * b.bessel_i(k + 1) / b
    return g, g / (1 - b / (2 * (k + 2))) if b < k + 2 else g + transformer_tail(b, k + 1)[1]
FAMILIES: dict[str, tuple[Any, ...]] = {
    "harmonics": (r"g[1-9]\d*", "g_n as listed, 0 beyond", lambda p, n: p.get(f"g{n}", arb(0)), harmonic_tail,
                  lambda p: 4 * harmonic_tail(p, 0)[0], lambda p, n, key: arb(int(key == f"g{n}"))),
    "noisy_transformer": ("beta", "g_n = 2 I_n(beta)/beta", lambda b, n: 2 * b.bessel_i(n) / b, transformer_tail,
                          lambda b: 4 * b.sinh() / b, lambda b, n, _: (b.bessel_i(n - 1) + b.bessel_i(n + 1)
                                                                       - 2 * b.bessel_i(n) / b) / b),
    "hegselmann_krause": ("R", "g_n = (4/pi) (n R - sin n R)/n^3",
                          lambda R, n: 4 / arb.pi() * (n * R - (n * R).sin()) / n**3,
                          lambda R, k: (4 / arb.pi() * (R / (k + 1) ** 2 + arb(1) / (k + 1) ** 3),
                                        4 / arb.pi() * (R / k + arb(1) / (2 * k * k) if k else 2 * R + arb(3) / 2)),
                          lambda R: 2 * R**2, lambda R, n, _: 4 / arb.pi() * (1 - (n * R).cos()) / n**2),
    "doi_onsager": ("", "g_2k = (4/pi)/(4 k^2 - 1), g_odd = 0",
                    lambda _, n: arb(0) if n % 2 else 4 / arb.pi() / (n * n - 1),
                    lambda _, k: (4 / arb.pi() / ((2 * (k // 2) + 2) ** 2 - 1), 2 / arb.pi() / (2 * (k // 2) + 1)),
                    lambda _: arb(2), None),
}  # fmt: skip
class Weights:
    """g_n in balls and the bounds of their tails, divided by 2^unit; `ball` replaces the value of one parameter."""

    def __init__(self, potential: Mapping[str, Any], unit: int = 0, **ball: Any) -> None:
        needs, _, self._g, self._tail, self._omega2, self._slope = FAMILIES[potential["name"]]
        p = {key: number(value) for key, value in potential["parameters"].items()} | ball
        many = potential["name"] == "harmonics"
        need(all(re.fullmatch(needs, key) for key in p) and (many or len(p) == bool(needs)), f"{[*p]} are {needs!r}")
        need(many or all(v > 0 and v < {"R": arb.pi(), "beta": 999}[k] for k, v in p.items()), "0 < R < pi, 0 < beta")
        self._p, self._unit, self._known = p if many else p.get(needs), arb((1, -unit)), dict[int, Any]()
    def g(self, n: int) -> Any:
        """Return g_n."""
        if n not in self._known:
            self._known[n] = self._g(self._p, n) * self._unit
        return self._known[n]
    def tail(self, k: int) -> tuple[Any, Any]:
        """Return bounds of sup |g_n| and of the sum of |g_n| over n > k."""
        sup, total = self._tail(self._p, k)
        return up(sup * self._unit), up(total * self._unit)
    def omega2(self) -> Any:
        """Return ω², a bound of 2 Σ |g_n| (1 − cos nt) for all t."""
        return up(self._omega2(self._p) * self._unit)
    def slope(self, n: int, parameter: str) -> Any:
        """Return the derivative of g_n with respect to a parameter."""
        return self._slope(self._p, n, parameter) * self._unit
# ---- moments
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
    """Balls a_0 … a_K of ρ ∝ exp Σ h_n cos nθ, log Z, and squares[j] ≥ Σ_{i>j} a_i², total ≥ Σ |a_i|."""

    def __init__(self, h: list[Any], modes: int) -> None:
        points = 64
        while points < 4096 and (points < 2 * modes or strip(h, points - modes)[2] > -0.7 * ctx.prec - 8):
            points *= 2
        self.values, self.mean = cosines(points, modes, ctx.prec)
        V = (self.values * arb_mat(modes + 1, 1, [arb(0), *h, *[arb(0)] * (modes - len(h))])).entries()
        top = arb(max(float(v) for v in V))
        self.weight, (B, tau, _) = [(v - top).exp() for v in V], strip(h, points - modes)
        raw = (self.mean * arb_mat(len(V), 1, self.weight)).entries()
        self.alias = up(2 * B * (-top - (points - modes) * tau).exp() / (1 - (-points * tau).exp()))
        raw = [v + arb(0, self.alias) for v in raw]
        less(0, raw[0], "0 < Z")
        self.a, self.log_Z, (B, tau, _) = [v / raw[0] for v in raw], raw[0].log() + top, strip(h, modes)
        self.a[0], self.Z, q = arb(1), raw[0], (-tau).exp()
        beyond = B * (-top).exp() / raw[0] * q ** (modes + 1)
        self.total = up(sum(map(abs, self.a[1:]), arb(0)) + beyond / (1 - q))
        self.squares = [up(beyond**2 / (1 - q**2))]
        for v in self.a[:0:-1]:
            self.squares.insert(0, up(self.squares[0] + v * v))
# ---- onsets
def integer(value: Any, low: int) -> int:
    """Return a whole number of a certificate, at least `low`."""
    need(type(value) is int and low <= value <= 4096, f"{value!r} is an integer from {low} to 4096")
    return int(value)
def onset(claim: Claim) -> dict[str, Any]:
    """Crandall–Rabinowitz in the states of period 2π/n, and the Landau coefficients c₂, c₄ in balls."""
    w, n = Weights(claim.potential), integer(claim.given["mode"], 1)
    less(0, w.g(n), "0 < g_n")
    less(w.tail(claim.n_modes * n)[0], w.g(n), "|g_kn| < g_n beyond the modes compared")
    need(all(not w.g(k * n).overlaps(w.g(n)) for k in range(2, claim.n_modes + 1)), "g_kn is not g_n: a simple kernel")
    r, q = w.g(2 * n) / w.g(n), w.g(3 * n) / w.g(n)
    c2, cubic = (1 - 2 * r) / (2 * (1 - r)), 24 * r**3 - 42 * r**2 + 21 * r - 6
    c4 = (q * cubic - 20 * r**3 + 42 * r**2 - 24 * r + 5) / (12 * (r - 1) ** 3 * (q - 1))
    decisive = c4 if c2.is_zero() else c2
    need(decisive > 0 or decisive < 0, f"c_2 has a sign: it is {c2.str(8)}")
    return {"kappa": 2 / w.g(n), "c_2": c2, "c_4": c4, "shape": "supercritical" if decisive > 0 else "subcritical"}
# ---- states: F(x) = S x − Γ A(κ Γ x) = 0, x = S Γ a, on modes 1 … N; bounds of what the modes beyond do
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
def negatives(P: Any) -> int:
    """Return the number of negative eigenvalues of a symmetric matrix, by LDLᵀ in balls."""
    rows, count = P.tolist(), 0
    for k, row in enumerate(rows):
        need(row[k] > 0 or row[k] < 0, f"pivot {k + 1} has a sign: it is {row[k].str(5)}")
        count += bool(row[k] < 0)
        for lower in rows[k + 1:]:
            factor = lower[k] / row[k]
            lower[k + 1:] = [v - factor * u for v, u in zip(lower[k + 1:], row[k + 1:], strict=True)]
    return count
class System:
    """F, its derivative and their bounds at moments ā (exact), zero beyond mode N; g and 1/κ are divided by 2^unit."""

    def __init__(self, claim: Claim, kappa: Any, a: list[Any]) -> None:
        N, w = len(a), Weights(claim.potential)
        need(claim.n_modes == N, "there are as many moments as modes")
        self.unit = 2 * round(math.log2(max(float(up(w.g(n))) for n in range(1, N + 1))) / 2)
        self.N, self.a, self.kappa, self.w = N, a, kappa * arb((1, self.unit)), Weights(claim.potential, self.unit)
        g = [self.w.g(n) for n in range(1, N + 1)]
        need(all(v > 0 or v < 0 or v.is_zero() for v in g), "every g_n, n <= N, has a sign")
        self.S, self.gamma = [-1 if v < 0 else 1 for v in g], [abs(v).sqrt() for v in g]
        self.x = [s * c * v for s, c, v in zip(self.S, self.gamma, a, strict=True)]
        self.m = m = Moments([self.kappa * v * u for v, u in zip(g, a, strict=True)], 3 * N)
        self.F = [c * (v - u) for c, v, u in zip(self.gamma, a, m.a[1 : N + 1], strict=True)]  # S x = Γ ā
        self.sup, self.sum = self.w.tail(N)
        self.F_tail = up((self.sup * m.squares[N]).sqrt())
        self.tau = up(self.kappa * self.sup * (1 + 2 * m.total) / 2)
        omega = up(self.w.omega2().sqrt())
        self.c2, self.c3, self.c4 = omega**2 / 4, omega**3 / (6 * arb(3).sqrt()), omega**4 / 8
    def covariance(self, n: int, m: int, sign: int) -> Any:
        """Return the covariance of cosines (sign 1) or of sines (sign −1)."""
        a = self.m.a
        return (a[abs(n - m)] + sign * a[n + m]) / 2 - (a[n] * a[m] if sign > 0 else 0)
    def block(self, sign: int) -> tuple[Any, Any]:
        """Return S − κ Γ C Γ on modes ≤ N and a bound of its coupling to the modes beyond."""
        N, modes, c = self.N, range(self.N), self.gamma
        C = [[self.covariance(n + 1, m + 1, sign) for m in range(2 * N)] for n in modes]
        P = [[(self.S[n] if n == m else 0) - self.kappa * c[n] * C[n][m] * c[m] for m in modes] for n in modes]
        far = [sum((v * v for v in C[n][N:]), 4.5 * self.m.squares[2 * N - n - 1]) for n in modes]
        return arb_mat(P), up(self.kappa * (self.sup * sum(v * v * u for v, u in zip(c, far, strict=True))).sqrt())
    def index(self, sign: int, r: Any) -> int:
        """Return the number of negative directions of the sector, within r, without the exact null vector of rotation."""
        P, k = self.block(sign)
        shift = self.kappa**2 * self.c3 * r
        less(self.tau + shift, 1, "tau + l < 1")
        eps = shift + (k + shift) ** 2 / (1 - self.tau - shift)
        if sign < 0:  # rank one: moves the null vector up, and by interlacing nothing else across 0
            v = [n * c * u for n, c, u in zip(range(1, self.N + 1), self.gamma, self.a, strict=True)]
            size = norm(v)
            P += arb_mat([[u * t / size**2 for t in v] for u in v]) if size > 0 else 0
        eye = arb_mat([[int(n == m) for m in range(self.N)] for n in range(self.N)])
        low, high = negatives(P + eps * eye), negatives(P - eps * eye)
        need(low == high, "the signs of the second variation are decided")
        return low - self.S.count(-1)
def point(claim: Claim) -> tuple[System, Any, Any, dict[str, Any]]:
    """Return the system at the witness, r, R, and what is proved of the state near it."""
    a = [exact(v) for v in claim.witness["a"]]
    t = System(claim, number(claim.given["kappa"]), a)
    less(0, t.kappa, "0 < kappa")
    P, k = t.block(1)
    A = P.inv().mid()
    D, size = A * P, spectral(A)
    for n in range(t.N):
        D[n, n] -= 1
    Y = up((norm((A * arb_mat(t.N, 1, t.F)).entries()) ** 2 + t.F_tail**2).sqrt())
    Z1 = spectral2(norm(D.entries()), size * k, k, t.tau)
    Z2 = up(size.max(arb(1)) * t.kappa**2 * t.c3)
    less(Z1, 1, "Z1 < 1")
    less(2 * Y * Z2, (1 - Z1) ** 2, "2 Y Z2 < (1 - Z1)^2")
    r, R = up(2 * Y / (1 - Z1 + ((1 - Z1) ** 2 - 2 * Y * Z2).sqrt())), arb(((1 - Z1) / Z2).lower())
    uniform = all(v.is_zero() for v in a)
    need(uniform or any(abs(v) > r for v in t.x), "r < |x|: the state is not uniform")
    r = arb(0) if uniform else r
    psi = t.kappa / 2 * sum((s * v * v for s, v in zip(t.S, t.x, strict=True)), arb(0)) - t.m.log_Z
    error = t.kappa * (1 + t.kappa * t.c2) * r * r / 2
    drift, scale = up(t.kappa * r * (4 * t.c2).sqrt() / 2), arb((1, t.unit // 2))
    return t, r, R, {
        "r": r * scale, "R": R * scale, "a": [v + arb(0, drift) for v in t.m.a[1:4]],
        "free_energy": psi + arb(0, up(error)), "index": [t.index(1, r), t.index(-1, r)],
    }
def state(claim: Claim) -> dict[str, Any]:
    """Newton–Kantorovich about ā, free energy, Morse index."""
    return point(claim)[3]
# ---- kinds: what proves them, and the sentence that says it
KINDS: dict[str, tuple[Any, str]] = {
    "onset": (
        onset, "{potential}: at kappa_n in {proved[kappa]}, n = {given[mode]}, one branch of even states of period "
        "2 pi/n leaves the uniform state, up to rotation. It is {proved[shape]}: kappa = kappa_n (1 + c_2 a_n^2 + "
        "c_4 a_n^4 + O(a_n^6)), c_2 in {proved[c_2]}, c_4 in {proved[c_4]}."),
    "state": (
        state, "{potential}, kappa = {given[kappa]}: there is an even state at distance {proved[r][1]} or less "
        "from the moments in this file, and every other even state is farther than {proved[R][0]}; distances are "
        "(sum |g_n| |a_n - b_n|^2)^(1/2). It has (a_1, a_2, a_3) in {proved[a]}, free energy F in {proved[free_energy]} "
        "and Morse index (even, odd) {proved[index]}, the rotation not counted."),
}  # fmt: skip
