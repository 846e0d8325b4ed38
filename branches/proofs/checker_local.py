"""The checker, theorems about one place: onsets, tricritical points, single states, folds and branch points.

Each function returns what it has proved of a certificate, or raises `Open` with the first inequality that does not
close.  The proofs are in docs/theorems.md.
"""

from collections.abc import Callable
from itertools import pairwise
from math import gcd
from typing import Any

from flint import arb, arb_mat

from branches.proofs.checker_balls import (
    Weights,
    decay,
    exact,
    gibbs,
    identity,
    integer,
    less,
    need,
    negatives,
    norm,
    number,
    product,
    spectral,
    spectral2,
    up,
)  # fmt: skip

CAP = 0.05  # the bounds of the derivatives of an extended system hold within this distance


# ---- onsets and tricritical points
def simple_kernel(w: Weights, n: int, count: int) -> tuple[Any, Any]:
    """Return r_2 and r_3, r_k = g_kn/g_n, where mode n alone turns neutral among the states of period 2 pi/n."""
    less(0, w.g(n), "0 < g_n")
    less(w.tail(count * n)[0], w.g(n), "|g_kn| < g_n for the k that are not compared")
    need(all(not w.g(k * n).overlaps(w.g(n)) for k in range(2, count + 1)), "g_kn is not g_n for k > 1")
    return w.g(2 * n) / w.g(n), w.g(3 * n) / w.g(n)


def onset(c: Any) -> dict[str, Any]:
    """Bifurcation from a simple eigenvalue, and the Landau coefficients in balls."""
    w, n = Weights(c["potential"]), integer(c["given"]["mode"], 1)
    r, q = simple_kernel(w, n, c["n_modes"])
    c2, cubic = (1 - 2 * r) / (2 * (1 - r)), 24 * r**3 - 42 * r**2 + 21 * r - 6
    c4 = (q * cubic - 20 * r**3 + 42 * r**2 - 24 * r + 5) / (12 * (r - 1) ** 3 * (q - 1))
    decisive = c4 if c2.is_zero() else c2
    need(decisive > 0 or decisive < 0, f"c_2 has a sign: it is {c2.str(8)}")
    return {"kappa": 2 / w.g(n), "c_2": c2, "c_4": c4, "shape": "supercritical" if decisive > 0 else "subcritical"}


def tricritical(c: Any) -> dict[str, Any]:
    """Zeros of f = 2 g_2n - g_n: cells with f != 0, a run of cells with f monotone, Newton's iteration in balls."""
    key, n, ends = c["given"]["parameter"], integer(c["given"]["mode"], 1), c["given"]["bracket"]
    need(type(ends) is list and len(ends) == 2, f"the bracket {ends!r} has two ends")
    edges = [number(ends[0]), *map(exact, c["witness"]["cuts"]), number(ends[1])]

    def f(p: Any, slope: bool = False) -> Any:
        w = Weights(c["potential"], **{key: p})
        return 2 * w.slope(2 * n, key) - w.slope(n, key) if slope else 2 * w.g(2 * n) - w.g(n)

    root: Any = None
    rates: list[Any] = []
    for a, b in pairwise(edges):
        less(a, b, "the cuts increase")
        cell = a.union(b)
        if f(cell) > 0 or f(cell) < 0:
            continue
        need(root is None or root.upper() >= cell.lower(), "the cells where f may vanish are neighbours")
        root, rates = cell if root is None else root.union(cell), [*rates, f(cell, True)]
    need(root is not None, "there is a zero: there are 0")
    need(all(v > 0 for v in rates) or all(v < 0 for v in rates), "f' has one sign where f may vanish")
    less(f(arb(root.lower())) * f(arb(root.upper())), 0, "f has opposite signs at the ends of its cells")
    for _ in range(40):
        rate = f(root, True)
        need(rate > 0 or rate < 0, "f' has a sign next to the zero")
        root = root.intersection(root.mid() - f(root.mid()) / rate)
    w = Weights(c["potential"], **{key: root})
    r3 = simple_kernel(w, n, c["n_modes"])[1]
    c4 = 2 * (1 - 3 * r3) / (3 * (1 - r3))
    need(c4 > 0 or c4 < 0, f"c_4 has a sign: it is {c4.str(8)}")
    return {"value": root, "kappa": 2 / w.g(n), "c_4": c4, "kind": "tricritical" if c4 > 0 else "unstable tricritical"}


# ---- states: F(x) = S x - G A(G x) = 0, G = diag (kappa |g_n|)^(1/2), x_n = s_n (kappa |g_n|)^(1/2) a_n
def contract(Y: Any, Z1: Any, Z2: Any) -> tuple[Any, Any]:
    """Return r, R: by Newton–Kantorovich there is one zero within r, and no other within R."""
    less(Z1, 1, "Z1 < 1")
    less(2 * Y * Z2, (1 - Z1) ** 2, "2 Y Z2 < (1 - Z1)^2")
    return up(2 * Y / (1 - Z1 + ((1 - Z1) ** 2 - 2 * Y * Z2).sqrt())), arb(((1 - Z1) / Z2).lower())


class System:
    """F and its derivative at moments a (exact) of the modes p, 2p, …, Np, zero beyond; modes > Np by bounds."""

    def __init__(self, c: Any, kappa: Any, a: Any, p: int = 1) -> None:
        less(0, kappa, "0 < kappa")
        self.p, self.N, self.last, self.kappa, self.w = p, len(a), p * len(a), kappa, Weights(c["potential"])
        self.given, self.modes = a, range(p, self.last + 1, p)
        h = [kappa * self.w.g(n) * v for n, v in zip(self.modes, a, strict=True)]
        self.x = [self.root(n) * self.sign(n) * v for n, v in zip(self.modes, a, strict=True)]
        self.log_Z, self.a = gibbs([h], 3 * self.N)[0]
        self.F = [self.root(n) * (v - self.at(n)) for n, v in zip(self.modes, a, strict=True)]
        B, t, _ = decay(h, 3 * self.N)
        q, beyond = (-t).exp(), up(B / self.log_Z.exp()) * (-t).exp() ** (3 * self.N + 1)
        self.squares = [up(beyond * beyond / (1 - q * q))]  # of all a_i, i > j
        for v in self.a[:0:-1]:
            self.squares.insert(0, up(self.squares[0] + v * v))
        sup, rest = self.w.tail(self.last)
        self.far = up(kappa * sup)  # of kappa |g_n|, n > Np
        self.tau = up(self.far * (0.5 + sum(map(abs, self.a[1:]), arb(0)) + beyond / (1 - q)))
        omega = up((4 * kappa * (sum((abs(self.w.g(n)) for n in range(1, self.last + 1)), arb(0)) + rest)).sqrt())
        self.c2, self.c3, self.c4 = omega**2 / 4, omega**3 / (6 * arb(3).sqrt()), omega**4 / 8

    def sign(self, n: int) -> int:
        """Return s_n, the sign of g_n, 1 where it is 0."""
        need(self.w.g(n) > 0 or self.w.g(n) < 0 or self.w.g(n).is_zero(), f"g_{n} has a sign")
        return -1 if self.w.g(n) < 0 else 1

    def root(self, n: int) -> Any:
        """Return (kappa |g_n|)^(1/2)."""
        return (self.kappa * abs(self.w.g(n))).sqrt()

    def at(self, n: int) -> Any:
        """Return the moment a_n."""
        return self.a[n // self.p] if n % self.p == 0 else arb(0)

    def cov(self, n: int, m: int, sign: int = 1) -> Any:
        """Return the covariance of cos n and cos m (sign 1), sin n and sin m (-1)."""
        return (self.at(abs(n - m)) + sign * self.at(n + m)) / 2 - (self.at(n) * self.at(m) if sign > 0 else 0)

    def sq(self, j: int) -> Any:
        """Return a bound of the sum of a_|i|^2 over i > j."""
        return self.squares[j // self.p] if j >= 0 else 2 * self.squares[0] + 1

    def block(self, modes: Any, sign: int = 1) -> tuple[Any, Any]:
        """Return F_x on some modes <= Np, and a bound of its coupling to the modes beyond."""
        c = {n: self.root(n) for n in modes}
        P = [[self.sign(n) * (n == m) - c[n] * self.cov(n, m, sign) * c[m] for m in modes] for n in modes]
        rest = self.sq(self.last).sqrt()
        return arb_mat(P), self.coupling(modes, lambda i: (self.sq(i).sqrt() + 3 * rest) / 2)

    def coupling(self, modes: Any, size: Callable[[int], Any]) -> Any:
        """Return a bound of a matrix G K G from some modes <= Np to those beyond; size(Np - n): of the row n of K."""
        return up((self.far * sum((self.root(n) ** 2 * size(self.last - n) ** 2 for n in modes), arb(0))).sqrt())

    def beyond(self, f: dict[int, Any], i: int) -> Any:
        """Return a bound of the norm of cov(cos k, sum f_n cos n), k > i."""
        return sum((abs(u) * (self.sq(i - n).sqrt() + 3 * self.sq(i).sqrt()) / 2 for n, u in f.items()), arb(0))

    def third_coupling(self, modes: Any, f: dict[int, Any]) -> Any:
        """Return a bound of G cum(cos n, cos m, sum f_k cos k) G from some modes <= Np to those beyond."""
        rest = 1.5 * self.beyond(f, self.last) + sum(map(abs, f.values()), arb(0)) * self.sq(self.last).sqrt()
        return self.coupling(modes, lambda i: self.beyond(f, i) / 2 + rest)

    def inertia(self, modes: Any, sign: int, shift: Any, null: Any = None) -> int:
        """Return the Morse index of a block with all modes beyond, F_x within `shift`, and an exact null vector apart.

        Adding the rank-one matrix of any vector near the null one moves no other eigenvalue across 0 (interlacing).
        """
        P, k = self.block(modes, sign)
        if null is not None:
            P += arb_mat([[u * v / norm(null) ** 2 for v in null] for u in null])
        less(self.tau + shift, 1, "tau + l < 1")
        eps = up(shift + (k + shift) * (k + shift) / (1 - self.tau - shift)) * identity(P.nrows())
        low, high = negatives(P + eps), negatives(P - eps)
        need(low == high, f"the signs of the second variation are decided: {low} to {high} are negative")
        return low - sum(self.sign(n) < 0 for n in modes)

    def closed(self) -> tuple[Any, Any]:
        """Return r, R: there is one zero of F within r of x, and no other nearer than R."""
        P, k = self.block(self.modes)
        A = P.inv().mid()
        size, Y = spectral(A), norm([*product(A, self.F), (self.far * self.squares[self.N]).sqrt()])
        Z1 = spectral2(norm((A * P - identity(self.N)).entries()), size * k, k, self.tau)
        return contract(Y, Z1, up(size.max(arb(1)) * self.c3))

    def moments(self, r: Any) -> list[Any]:
        """Return balls of a_p, a_2p, a_3p of a state whose h is within r, in the norm of x."""
        return [v + arb(0, up(r * self.c2.sqrt())) for v in self.a[1:4]]


def point(c: Any, kappa: str, a: Any) -> tuple[System, Any, Any, dict[str, Any]]:
    """Return the system at moments a, r, R, and what is proved of the state near it."""
    t = System(c, number(kappa), [exact(v) for v in a])
    r, R = t.closed()
    if all(v.is_zero() for v in t.given):
        r = arb(0)  # the uniform state itself
    else:
        need(any(abs(v) > r for v in t.x), "r < |x|: the state is not uniform")
    psi = sum((t.sign(n) * v * v for n, v in zip(t.modes, t.x, strict=True)), arb(0)) / 2 - t.log_Z
    return t, r, R, {"r": r, "R": R, "a": t.moments(r), "free_energy": psi + arb(0, up((1 + t.c2) * r * r / 2))}


def state(c: Any) -> dict[str, Any]:
    """Newton–Kantorovich, free energy, Morse index."""
    t, r, _, proved = point(c, c["given"]["kappa"], c["witness"]["a"])
    rotation = [n * t.root(n) * v for n, v in zip(t.modes, t.given, strict=True)]
    null, shift = None if all(v.is_zero() for v in t.given) else rotation, up(t.c3 * r)
    need(c["n_modes"] == t.N, "there are as many moments as modes")
    return proved | {"index": [t.inertia(t.modes, 1, shift), t.inertia(t.modes, -1, shift, null)]}


# ---- folds and branch points: F(x, m) = 0, F_x v = 0, v = v_pivot fixed, with h = (1 + m) G x
def residues(last: int, p: int, j: int) -> list[int]:
    """Return the modes n = +-j (mod p) up to `last`."""
    return [n for n in range(1, last + 1) if n % p in (j, (p - j) % p)]


class Singular:
    """The extended system at (x, 0, v); its regular zeros are the quadratic folds, or the simple branch points.

    x lives on the multiples of p, v on the modes of residue +-j modulo p; the file has the coupling, which m changes to
    (1 + m) times as much, the moments a, and v_n/(kappa |g_n|)^(1/2), which is 1 at the pivot.
    """

    def __init__(self, c: Any, w: Any, p: int, j: int) -> None:
        self.t = t = System(c, exact(w["kappa"]), [exact(v) for v in w["a"]], p)
        self.modes = V = residues(t.last, p, j)
        self.ratio = [exact(v) for v in w["v"]]
        ratio = dict(zip(V, self.ratio, strict=True))
        self.v = [t.root(n) * u for n, u in ratio.items()]
        self.pivot = integer(w["pivot"], 1)
        need(self.pivot in V and not t.w.g(self.pivot).contains(0), "the pivot is a mode of v that interacts")
        f = {n: t.root(n) * u for n, u in zip(V, self.v, strict=True)}  # coefficients of G v
        h = {n: t.root(n) * u for n, u in zip(t.modes, t.x, strict=True)}
        (P, kx), (Q, kv) = t.block(t.modes), t.block(V)
        D = self.derivative(P, Q, f, h)
        self.A = A = D.inv().mid()
        size, X, v, total = spectral(A), norm(t.x), norm(self.v), sum(map(abs, f.values()), arb(0))

        kb = t.third_coupling({*t.modes, *V}, f)
        far_x, far_v = (up(t.far.sqrt() * t.beyond(c, t.last)) for c in (h, f))  # of F_m and F_x v beyond Np
        K, T = norm([kx, far_x, kb, far_v + kb * X, kv]), norm([t.tau, t.tau, 2 * total * t.tau])
        residual = [*t.F, *product(Q, self.v), ratio[self.pivot] - 1]
        Y = norm([*product(A, residual), (t.far * t.squares[t.N]).sqrt(), far_v])
        Z1 = spectral2(norm((A * D - identity(D.nrows())).entries()), size * K, K, T)
        (second, third), wide = self.bounds(X + CAP), size.max(arb(1))
        Z2 = up(wide * norm([second, second, third * (v + CAP) + second]))
        self.r, R = contract(Y, Z1, Z2)
        self.R = R.min(arb(CAP))
        less(self.r, self.R, "r < R")
        self.loss = up(Z1 + Z2 * self.r)  # of the inverse derivative at the zero, relative
        self.drift = up(wide * (second * self.r + far_x))  # of the image of F_m under it

    def derivative(self, P: Any, Q: Any, f: dict[int, Any], h: dict[int, Any]) -> Any:
        """Return the derivative of the system on the modes <= Np: variables x, m, v; rows F, F_x v, v_pivot."""
        t, V = self.t, self.modes
        b = {n: sum((u * t.cov(n, m) for m, u in f.items()), arb(0)) for n in range(2 * t.last + 1)}
        cum = [  # the cumulants of cos n, cos m, G v
            [(b[abs(n - m)] + b[n + m]) / 2 - t.at(n) * b[m] - b[n] * t.at(m) for m in t.modes] for n in V
        ]
        along = [sum((t.cov(n, m) * u for m, u in h.items()), arb(0)) for n in t.modes]
        self.rate = [-t.root(n) * u for n, u in zip(t.modes, along, strict=True)]  # F_m
        rows = [[*row, u, *[arb(0)] * len(V)] for row, u in zip(P.tolist(), self.rate, strict=True)]
        for n, third, row in zip(V, cum, Q.tolist(), strict=True):
            turned = b[n] + sum((u * v for u, v in zip(third, h.values(), strict=True)), arb(0))
            left = [-t.root(n) * u * t.root(m) for u, m in zip(third, t.modes, strict=True)]
            rows.append([*left, -t.root(n) * turned, *row])
        last = [1 / t.root(n) if n == self.pivot else arb(0) for n in V]
        return arb_mat([*rows, [arb(0)] * (t.N + 1) + last])

    def bounds(self, x: Any) -> tuple[Any, Any]:
        """Return bounds of the second and third derivatives of F in (x, m) where |x| <= x, |m| <= CAP."""
        m, (c2, c3, c4) = arb(1 + CAP), (self.t.c2, self.t.c3, self.t.c4)
        third = [m**3 * c4, *3 * [2 * m * c3 + m**2 * c4 * x, 2 * c3 * x + m * c4 * x**2], c4 * x**3]
        return norm([m**2 * c3, *2 * [c2 + m * c3 * x], c3 * x**2]), norm(third)

    def place(self) -> dict[str, Any]:
        """Return the coupling and the first moments of the zero."""
        t, r = self.t, self.r
        need(any(abs(v) > r for v in t.x), "r < |x|: the state is not uniform")
        kappa = t.kappa * (1 + arb(0, r))
        return {"kappa": kappa, "a": t.moments(up(r * (1 + norm(t.x) + r))), "r": r, "R": self.R}

    def turn(self) -> str:
        """Return whether kappa has a minimum or a maximum there: (0, F_m, 0) is the image of (-v/kappa'', 0, …)."""
        t = self.t
        source = [*[arb(0)] * t.N, *self.rate, arb(0)]
        image = product(self.A, source)
        error = (self.loss * norm(image) + self.drift) / (1 - self.loss)
        value = image[t.modes.index(self.pivot)] + arb(0, up(error))
        need(value > 0 or value < 0, f"kappa'' has a sign: -1/kappa'' is {value.str(8)}")
        return "minimum" if value < 0 else "maximum"


def fold(c: Any) -> dict[str, Any]:
    """A regular zero of the extended system with v among the same modes: a quadratic fold."""  # noqa: D401
    s = Singular(c, c["witness"], 1, 0)
    need(c["n_modes"] == s.t.N, "there are as many moments as modes")
    return s.place() | {"turn": s.turn()}


def pitchfork(c: Any) -> dict[str, Any]:
    """A regular zero with v in another isotropy block: there one eigenvalue, simple, crosses 0 at a speed."""  # noqa: D401
    p, j = integer(c["given"]["period"], 2), integer(c["given"]["residue"], 1)
    need(2 * j <= p, "0 < residue <= period/2")
    s, d = Singular(c, c["witness"], p, j), gcd(p, j)
    t = s.t
    need(c["n_modes"] == t.N, "there are as many moments as modes")
    shift = up(t.c3 * (1 + s.r) * s.r * (1 + norm(t.x) + s.r) + t.c2 * s.r)  # of F_x, from the file's point to the zero
    for i in set(range(0, p // 2 + 1, d)) - {j}:  # the other blocks of the states of period 2 pi/d
        t.inertia(residues(t.last, p, i), 1, shift)
    before = t.inertia(s.modes, 1, shift, s.v)
    return s.place() | {"index": [before, before + 1], "breaks_to": d}
