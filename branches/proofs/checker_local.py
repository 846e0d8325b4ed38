"""The trusted part, theorems about one place: onsets, tricritical points, single states, folds, pitchforks.

Each function returns what it has proved of a claim, or raises `Open` with what does not close.  The proofs are in
docs/theorems.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flint import arb, arb_mat

from branches.proofs.checker_balls import (
    Claim,
    Moments,
    Weights,
    exact,
    identity,
    integer,
    less,
    need,
    negatives,
    norm,
    number,
    spectral,
    spectral2,
    up,
    vector,
)  # fmt: skip


# ---- onsets
def simple_kernel(w: Weights, n: int, count: int) -> tuple[Any, Any]:
    """Return r_2 and r_3, r_k = g_kn/g_n, where mode n alone turns neutral among the states of period 2π/n."""
    less(0, w.g(n), "0 < g_n")
    less(w.tail(count * n)[0], w.g(n), "|g_kn| < g_n for the k that are not compared")
    need(all(not w.g(k * n).overlaps(w.g(n)) for k in range(2, count + 1)), "g_kn is not g_n for k > 1")
    return w.g(2 * n) / w.g(n), w.g(3 * n) / w.g(n)


def onset(claim: Claim) -> dict[str, Any]:
    """Bifurcation from a simple eigenvalue, and the Landau coefficients c₂, c₄ in balls."""
    w, n = Weights(claim.potential), integer(claim.given["mode"], 1)
    r, q = simple_kernel(w, n, claim.n_modes)
    c2, cubic = (1 - 2 * r) / (2 * (1 - r)), 24 * r**3 - 42 * r**2 + 21 * r - 6
    c4 = (q * cubic - 20 * r**3 + 42 * r**2 - 24 * r + 5) / (12 * (r - 1) ** 3 * (q - 1))
    decisive = c4 if c2.is_zero() else c2
    need(decisive > 0 or decisive < 0, f"c_2 has a sign: it is {c2.str(8)}")
    return {"kappa": 2 / w.g(n), "c_2": c2, "c_4": c4, "shape": "supercritical" if decisive > 0 else "subcritical"}


# ---- tricritical points
def tricritical(claim: Claim) -> dict[str, Any]:
    """Zeros of f = 2 g_2n − g_n: cells with f ≠ 0, runs of cells with f monotone, Newton's iteration in balls."""
    key, n = claim.given["parameter"], integer(claim.given["mode"], 1)
    low, high = (number(end) for end in claim.given["bracket"])
    less(low, high, "the bracket is not empty")

    def weights(p: Any) -> Weights:
        return Weights(claim.potential, **{key: p})

    def f(p: Any) -> Any:
        return 2 * weights(p).g(2 * n) - weights(p).g(n)

    def slope(p: Any) -> Any:
        return 2 * weights(p).slope(2 * n, key) - weights(p).slope(n, key)

    runs: list[tuple[Any, Any, int]] = []  # neighbouring cells on which f may vanish and f' has one sign
    stack = [(low, high)]
    while stack:
        a, b = stack.pop()
        value, rate = f(a.union(b)), slope(a.union(b))
        if value > 0 or value < 0:
            continue
        if rate > 0 or rate < 0:
            sign = 1 if rate > 0 else -1
            start = runs.pop()[0] if runs and runs[-1][1] is a and runs[-1][2] == sign else a
            runs.append((start, b, sign))
            continue
        less((high - low) / 2**20, b - a, "f or f' has a sign on cells of a millionth of the bracket")
        middle = ((a + b) / 2).mid()
        stack += [(middle, b), (a, middle)]
    ends = [(a, b, f(a), f(b)) for a, b, _ in runs]
    need(all((u > 0 or u < 0) and (v > 0 or v < 0) for _, _, u, v in ends), "f has signs at the ends of every run")
    roots = [(a, b, bool(u > 0)) for a, b, u, v in ends if (u > 0) != (v > 0)]
    need(len(roots) == 1, f"there is one zero: there are {len(roots)}")
    a, b, positive = roots[0]  # f has a sign at a, the other one at b
    for _ in range(24):
        middle = ((a + b) / 2).mid()
        value = f(middle)
        if not (value > 0 or value < 0):
            break
        a, b = (middle, b) if bool(value > 0) == positive else (a, middle)
    root = a.union(b)
    for _ in range(12):
        rate = slope(root)
        need(rate > 0 or rate < 0, "f' has a sign next to the zero")
        root = root.intersection(root.mid() - f(root.mid()) / rate)
    _, r3 = simple_kernel(weights(root), n, claim.n_modes)
    c4 = 2 * (1 - 3 * r3) / (3 * (1 - r3))
    need(c4 > 0 or c4 < 0, f"c_4 has a sign: it is {c4.str(8)}")
    kind = "tricritical" if c4 > 0 else "unstable tricritical"
    return {"value": root, "kappa": 2 / weights(root).g(n), "c_4": c4, "kind": kind}


# ---- states: F(x) = S x − Γ A(κ Γ x) = 0, x = S Γ a
class System:
    """F, its derivative and their bounds at moments ā (exact) of the modes p, 2p, …, Np, zero beyond.

    g and 1/κ are divided by 2^unit, so that the weights are of order one.
    """

    def __init__(self, claim: Claim, kappa: Any, a: Sequence[Any], period: int = 1) -> None:
        self.N, self.a, self.p, w = len(a), a, period, Weights(claim.potential)
        need(claim.n_modes == self.N, "there are as many moments as modes")
        modes = range(period, period * self.N + 1, period)
        self.unit = 2 * round(math.log2(max(float(up(w.g(n))) for n in modes)) / 2)
        self.kappa, self.w = kappa * arb((1, self.unit)), Weights(claim.potential, self.unit)
        less(0, self.kappa, "0 < kappa")
        g = [self.w.g(n) for n in modes]
        self.S, self.gamma = self.roots(modes)
        self.x = [s * c * v for s, c, v in zip(self.S, self.gamma, a, strict=True)]
        self.m = m = Moments([self.kappa * v * u for v, u in zip(g, a, strict=True)], 3 * self.N)
        self.F = [c * (v - u) for c, v, u in zip(self.gamma, a, m.a[1 : self.N + 1], strict=True)]  # S x = Γ ā
        self.sup, self.sum = self.w.tail(period * self.N)
        self.F_tail = up((self.sup * m.squares[self.N]).sqrt())
        self.tau = up(self.kappa * self.sup * (1 + 2 * m.total) / 2)
        omega = up(self.w.omega2().sqrt())
        self.c2, self.c3, self.c4 = omega**2 / 4, omega**3 / (6 * arb(3).sqrt()), omega**4 / 8

    def roots(self, modes: Sequence[int]) -> tuple[list[int], list[Any]]:
        """Return the signs s_n and the roots |g_n|^(1/2) of the weights of some modes."""
        g = [self.w.g(n) for n in modes]
        need(all(v > 0 or v < 0 or v.is_zero() for v in g), "every g_n, n <= N, has a sign")
        return [-1 if v < 0 else 1 for v in g], [abs(v).sqrt() for v in g]

    def block(self, sign: int) -> tuple[Any, Any]:
        """Return S − κ Γ C Γ for cosines (sign 1) or sines (−1), modes ≤ N, and a bound of its coupling to the rest."""
        N, a, c = self.N, self.m.a, self.gamma
        C = [
            [(a[abs(n - m)] + sign * a[n + m]) / 2 - (a[n] * a[m] if sign > 0 else 0) for m in range(1, 2 * N + 1)]
            for n in range(1, N + 1)
        ]
        P = [[(self.S[n] if n == m else 0) - self.kappa * c[n] * C[n][m] * c[m] for m in range(N)] for n in range(N)]
        far = [sum((v * v for v in C[n][N:]), 4.5 * self.m.squares[2 * N - n - 1]) for n in range(N)]
        return arb_mat(P), up(self.kappa * (self.sup * sum(v * v * u for v, u in zip(c, far, strict=True))).sqrt())

    def residues(self, j: int) -> tuple[Any, Any, int]:
        """Return the block of the cosines n ≡ ±j (mod p), its coupling, and the number of its repelling modes."""
        p, a = self.p, self.m.a
        modes = [n for n in range(1, p * self.N + 1) if n % p in (j, p - j)]
        S, c = self.roots(modes)

        def covariance(n: int, m: int) -> Any:
            return sum((a[i // p] for i in (abs(n - m), n + m) if i % p == 0), arb(0)) / 2

        P = [
            [(S[i] if i == k else 0) - self.kappa * c[i] * covariance(n, m) * c[k] for k, m in enumerate(modes)]
            for i, n in enumerate(modes)
        ]
        far = [v * v * self.m.squares[(p * self.N - n) // p] for v, n in zip(c, modes, strict=True)]
        return arb_mat(P), up(self.kappa * (self.sup * sum(far, arb(0))).sqrt()), S.count(-1)

    def inertia(self, P: Any, k: Any, r: Any) -> int:
        """Return the number of negative directions of the block with all modes beyond, for any state within r."""
        shift = self.kappa * self.kappa * self.c3 * r
        less(self.tau + shift, 1, "tau + l < 1")
        eps = up(shift + (k + shift) * (k + shift) / (1 - self.tau - shift)) * identity(P.nrows())
        low, high = negatives(P + eps), negatives(P - eps)
        need(low == high, f"the signs of the second variation are decided: {low} to {high} are negative")
        return low

    def index(self, sign: int, r: Any) -> int:
        """Return the Morse index of a sector for any state within r, the null vector of the rotation not counted."""
        P, k = self.block(sign)
        v = [n * c * u for n, c, u in zip(range(1, self.N + 1), self.gamma, self.a, strict=True)]
        if sign < 0 and norm(v) > 0:  # rank one: moves the null vector up, and by interlacing nothing else across 0
            P += vector(v) * vector(v).transpose() / norm(v) ** 2
        return self.inertia(P, k, r) - self.S.count(-1)

    def closed(self) -> tuple[Any, Any]:
        """Return r, R: for every κ of its ball there is one zero of F within r, and no other nearer than R."""
        P, k = self.block(1)
        A = P.inv().mid()
        size = spectral(A)
        Y = norm([*(A * vector(self.F)).entries(), self.F_tail])
        Z1 = spectral2(norm((A * P - identity(self.N)).entries()), size * k, k, self.tau)
        Z2 = up(size.max(arb(1)) * self.kappa**2 * self.c3)
        less(Z1, 1, "Z1 < 1")
        less(2 * Y * Z2, (1 - Z1) ** 2, "2 Y Z2 < (1 - Z1)^2")
        return up(2 * Y / (1 - Z1 + ((1 - Z1) ** 2 - 2 * Y * Z2).sqrt())), arb(((1 - Z1) / Z2).lower())

    def drift(self, r: Any) -> Any:
        """Return a ball about 0 that holds the change of every moment over a distance r in κ x."""
        return arb(0, up(r * self.c2.sqrt()))


def point(claim: Claim) -> tuple[System, Any, Any, dict[str, Any]]:
    """Return the system at the witness, r, R, and what is proved of the state near it."""
    t = System(claim, number(claim.given["kappa"]), [exact(v) for v in claim.witness["a"]])
    r, R = t.closed()
    if all(v.is_zero() for v in t.a):
        r = arb(0)  # the uniform state itself
    else:
        need(any(abs(v) > r for v in t.x), "r < |x|: the state is not uniform")
    psi = t.kappa / 2 * sum((s * v * v for s, v in zip(t.S, t.x, strict=True)), arb(0)) - t.m.log_Z
    error, scale = t.kappa * (1 + t.kappa * t.c2) * r * r / 2, arb((1, t.unit // 2))
    return t, r, R, {
        "r": r * scale, "R": R * scale, "a": [v + t.drift(t.kappa * r) for v in t.m.a[1:4]],
        "free_energy": psi + arb(0, up(error)),
    }  # fmt: skip


def state(claim: Claim) -> dict[str, Any]:
    """Newton–Kantorovich about ā, free energy, Morse index."""
    t, r, _, proved = point(claim)
    return proved | {"index": [t.index(1, r), t.index(-1, r)]}


def pitchfork(claim: Claim) -> dict[str, Any]:
    """One curve of states of period 2π/p over the bracket, and a block that gains or loses one direction along it."""
    p, j = integer(claim.given["period"], 2), integer(claim.given["residue"], 1)
    need(2 * j <= p, "0 < residue <= period/2")
    low, high = (number(end) for end in claim.given["kappa"])
    less(low, high, "the bracket is not empty")
    a = {end: [exact(v) for v in claim.witness[end]] for end in ("low", "middle", "high")}
    tube = System(claim, low.union(high), a["middle"], p)
    reach, R = tube.closed()
    need(any(abs(v) > reach for v in tube.x), "r < |x|: the states are not uniform")
    d, counts = math.gcd(p, j), dict[int, list[int]]()  # modes n = ±j generate all classes that are multiples of d
    for kappa, end in ((low, "low"), (high, "high")):
        t = System(claim, kappa, a[end], p)
        r, _ = t.closed()
        less(norm([u - v for u, v in zip(t.x, tube.x, strict=True)]) + r, R, "the ends lie on the curve")
        for i in range(d, p // 2 + 1, d):
            P, k, repelling = t.residues(i)
            counts.setdefault(i, []).append(t.inertia(P, k, r) - repelling)
    for i, (before, after) in counts.items():
        need(abs(after - before) == (i == j), f"residue {j} alone changes, by one: residue {i} {before} to {after}")
    moments = [v + tube.drift(tube.kappa * reach) for v in tube.m.a[1:3]]
    return {"a": moments, "index": counts[j], "breaks_to": d}


# ---- folds: (x, κ) with the border t·(u − ū) = σ; A inverts the bordered finite part D = [[P, F_κ], [tᵀ]]
CAP = 0.05  # the bounds of the derivatives of F hold within this distance of ū


def bordered(t: System, P: Any, tangent: list[Any]) -> Any:
    """Return D, with F_κ = −Γ C Γ x = (P − S) x/κ."""
    Px = (P * vector(t.x)).entries()
    rows = [[*row, (v - s * x) / t.kappa] for row, v, s, x in zip(P.tolist(), Px, t.S, t.x, strict=True)]
    return arb_mat([*rows, tangent])


def second(t: System, v: list[Any]) -> list[Any]:
    """Return D²F[v, v] on modes ≤ N for v = (v_x, v_κ): −Γ (cum₃(cos n, H', H') + cov(cos n, H''))."""
    h1 = [c * (t.kappa * u + v[-1] * x) for c, u, x in zip(t.gamma, v, t.x, strict=False)]
    h2 = [2 * v[-1] * c * u for c, u in zip(t.gamma, v, strict=False)]
    (H, G), (size, double) = (t.m.field(h1), t.m.field(h2)), (sum(map(abs, h)) for h in (h1, h2))
    mean = t.m.expect(H, size)[0]
    square = t.m.expect([(u - mean) * (u - mean) for u in H], (size + abs(mean)) * (size + abs(mean)))
    linear, a = t.m.expect(G, double), t.m.a
    return [-t.gamma[n - 1] * (square[n] - a[n] * square[0] + linear[n] - a[n] * linear[0]) for n in range(1, t.N + 1)]


class Arc:
    """The solutions u(σ) of F = 0, t·(u − ū) = σ: bounds of the data of Newton–Kantorovich at ū.

    d ≥ ‖1 − AD‖, ‖1 − DA‖; k: coupling to the modes beyond; L, L3 ≥ ‖D²F‖, ‖D³F‖ within CAP of ū.
    """

    def __init__(self, t: System, tangent: list[Any]) -> None:
        need(len(tangent) == t.N + 1, "the tangent has N + 1 components")
        self.t, self.T, X, q = t, norm(tangent), norm(t.x), t.kappa + CAP
        P, k = t.block(1)
        D = bordered(t, P, tangent)
        self.A = A = D.inv().mid()
        one = identity(t.N + 1)
        self.d, self.size = norm((A * D - one).entries()).max(norm((D * A - one).entries())), spectral(A)
        self.k, x, (c2, c3, c4) = up(k * (1 + (X / t.kappa) ** 2).sqrt()), X + CAP, (t.c2, t.c3, t.c4)
        self.L = norm([q**2 * c3, *2 * [c2 + q * c3 * x], c3 * x**2])
        self.L3 = norm([q**3 * c4, *3 * [2 * q * c3 + q**2 * c4 * x, 2 * c3 * x + q * c4 * x**2], c4 * x**3])
        self.z = spectral2(self.d, self.size * self.k, self.k, t.tau)
        self.y0 = norm([*(A * vector([*t.F, arb(0)])).entries(), t.F_tail])
        defect = D * vector(tangent) - vector([arb(0)] * t.N + [arb(1)])
        self.y1 = norm([*(A * defect).entries(), self.k * self.T])
        self.row, self.column = [A[t.N, i] for i in range(t.N + 1)], [A[i, t.N] for i in range(t.N + 1)]

    def radius(self, s: Any) -> Any:
        """Return r: for |σ| ≤ s there is exactly one solution within r of ū + σt."""
        lipschitz, length = self.size.max(arb(1)) * self.L, s * self.T
        Y, Z1 = self.y0 + s * self.y1 + lipschitz * length**2 / 2, self.z + lipschitz * length
        less(Z1, 1, "Z1 < 1 on the arc")
        less(2 * Y * lipschitz, (1 - Z1) ** 2, "2 Y Z2 < (1 - Z1)^2 on the arc")
        r = up(2 * Y / (1 - Z1 + ((1 - Z1) ** 2 - 2 * Y * lipschitz).sqrt()))
        less(length + r, CAP, "the arc stays within the cap")
        return r

    def errors(self, rho: Any) -> tuple[Any, Any, Any]:
        """Return bounds within ρ of |κ' − A_κσ|, |u' − A e|, |row of the inverse − row of A|; the tail by Schur."""
        free = 1 - self.t.tau - self.L * rho
        less(0, free, "tau + L rho < 1")
        beta = (self.k + self.L * rho) / free
        m = self.k * beta + self.L * rho * (1 + beta)
        q = self.d + self.size * m
        less(q, 1, "q < 1")
        v, b = norm(self.column), norm(self.row)
        return (self.d + b * m) * v / (1 - q), (q + beta) * v / (1 - q), (q + beta) * b / (1 - q)

    def curvature(self, rho: Any) -> Any:
        """Return κ'' = −(row of the inverse)·D²F[u', u'] on the arc within ρ."""
        _, error, drift = self.errors(rho)
        v, b = norm(self.column), norm(self.row)
        change = self.L3 * rho * (v + error) ** 2 + self.L * (2 * v + error) * error
        middle = -sum((u * w for u, w in zip(self.row, second(self.t, self.column), strict=False)), arb(0))
        return middle + arb(0, up(b * change + drift * self.L * (v + error) ** 2))


def fold(claim: Claim) -> dict[str, Any]:
    """An arc on which κ'' has one sign and, in the middle, κ' is small enough: exactly one fold, quadratic."""  # noqa: D401
    found = claim.witness
    t = System(claim, exact(found["kappa"]), [exact(v) for v in found["a"]])
    arc, sigma = Arc(t, [exact(v) for v in found["tangent"]]), exact(found["sigma"])
    less(0, sigma, "0 < sigma")
    r0, r = arc.radius(arb(0)), arc.radius(sigma)
    rate, curvature = up(arc.A[t.N, t.N] + arb(0, up(arc.errors(r0)[0]))), arc.curvature(up(sigma * arc.T + r))
    need(curvature > 0 or curvature < 0, f"kappa'' has a sign: it is {curvature.str(8)}")
    sign, least = (1 if curvature > 0 else -1), arb(curvature.abs_lower())
    place = up(rate / least)  # |σ| at the fold
    less(place, sigma, "|kappa'(0)| < sigma min |kappa''|")
    kappa = t.kappa + arb(0, r0) - sign * up(rate * rate / (2 * least)) * arb(0.5, 0.5)
    far, X = place * arc.T + arc.radius(place), norm(t.x)
    return {
        "kappa": kappa * arb((1, -t.unit)), "a": [v + t.drift(t.kappa * far + X * far + far**2) for v in t.m.a[1:4]],
        "curvature": curvature, "turn": "minimum" if sign > 0 else "maximum", "sigma": sigma,
    }  # fmt: skip
