"""The trusted part, second file: bounds of all states with moments a_n >= 0, for weights g_n >= 0.

phi(x, kappa) is E cos theta where a_1 = x is given and the other modes solve; states are its fixed points.  Bounds are
doubles, rounded outwards as docs/theorems.md proves: sums and products of numbers >= 0 of known relative error, moments
by the trapezoidal rule with its aliasing bounded.  Taken for granted besides ball arithmetic: exp within 4 units in the
last place, products of matrices as sums in any order.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from flint import arb, arb_mat, arb_poly

from branches.proofs.checker_balls import Weights, exact, need, number, strip

EXPLICIT = 40  # modes of higher derivatives that are balls; the others are bounds
U, UP = 2.0**-53, 1 + 1e-9  # unit roundoff; more than the rounding of a sum of 10^6 doubles >= 0


def above(ball: Any) -> float:
    """Return a double >= every number of the ball."""
    return math.nextafter(float(arb(ball).upper()), math.inf) if ball != 0 else 0.0


def below(ball: Any) -> float:
    """Return a double between 0 and every number of a ball >= 0."""
    return max(0.0, math.nextafter(float(arb(ball).lower()), -math.inf))


def doubles(texts: Any) -> Any:
    """Return the finite doubles that hexadecimal strings name."""
    values = np.array([float(exact(t)) for t in texts])
    same = all(arb(float(v)) == exact(t) for v, t in zip(values, texts, strict=True))
    need(same and np.isfinite(values).all(), "the numbers are doubles")
    return values


class Cone:
    """Bounds of the states a >= 0 in modes p, 2p, … (n = 1..N stand for these), with all modes beyond N as a tail.

    A reduced state is a solution with a_1 … a_d given.  Rows of arrays are problems, columns modes 1 … 2N.
    """

    def __init__(self, potential: Mapping[str, Any], kappa_max: float, N: int, p: int = 1) -> None:
        w, parameters = Weights(potential), potential["parameters"]
        g = [w.g(p * k) for k in range(1, 3 * N + 1)]
        listed = [w.g(int(key[1:])) for key in parameters] if potential["name"] == "harmonics" else []
        need(all(v >= 0 for v in [*g, *listed]) and g[0] > 0, f"all g_n >= 0 and g_{p} > 0")
        self.N, self.kappa_max, self.lipschitz = N, kappa_max, math.inf  # of W, where it is needed
        if potential["name"] in ("hegselmann_krause", "doi_onsager"):
            self.lipschitz = 2 * above(number(parameters["R"])) if parameters else 1.0 / p
        self.gl, self.gu = np.array([*map(below, g)]), np.array([*map(above, g)])
        self.rest, self.rest2, self.rest3 = (above(w.tail(k * p * N)[1]) for k in (1, 2, 3))
        H, M, goal = kappa_max * self.gu[:N] * (1 + 1e-12), 32, -36 if self.rest * kappa_max < 1e-10 else -20
        h = [arb(float(v)) for v in H]
        B, tau, log = arb(0), arb(0), math.inf
        while not log < goal:
            M *= 2
            need(M <= 2**14, "moments on 16384 points are exact to rounding")
            B, tau, log = strip(h, M - 2 * N) if M >= 4 * N else (B, tau, log)
        alias, S = above(2 * B * (-(M - 2 * N) * tau).exp() / (1 - (-M * tau).exp())), float(H.sum()) * UP
        self.log_error = ((N + 4) * U * S + 3 * U * S + 8 * U + (M / 2 + 6) * U + alias) * UP
        self.error = (2 * self.log_error + 4 * U) * UP
        c, half = np.array([float((arb(2 * j) / M).cos_pi().mid()) for j in range(M)]), np.arange(M // 2 + 1)
        self.C, self.mean = c[np.outer(np.arange(2 * N + 1), half) % M], np.where(half % (M // 2), 2.0, 1.0) / M
        self.CW, self.taus = (self.C * self.mean).T.copy(), np.linspace(1 / 64, min(3.0, 690 / N), 192)

    def moments(self, H: Any) -> Any:
        """Return a_1 … a_2N of exp Σ H_n cos nθ, each within `error`, for 0 <= H <= kappa_max g."""
        V = H @ self.C[1 : self.N + 1]
        m = np.exp(V - V[:, :1]) @ self.CW  # V is largest at 0
        return m[:, 1:] / m[:, :1]

    def caps(self, k: Any, d: int) -> Any:
        """Return bounds of a_1 … a_6N of reduced states, and between them: min(1, sup |V'|/n)."""
        slope = self.lipschitz + np.arange(1, d + 1) @ self.gu[:d]
        return np.minimum(1.0, k[:, None] * slope * UP / np.arange(1, 6 * self.N + 1))

    def tail(self, b: Any, caps: Any, k: Any) -> Any:
        """Return t_n >= Σ_{m>N} κ g_m a_m Cov(cos n, cos m), n <= 2N, for moments a <= b."""
        N, simple = self.N, k * self.rest * caps[:, self.N] * UP
        if simple.max() < self.error:
            return np.repeat(simple[:, None], 2 * N, 1)
        a, n, t = np.hstack([np.ones((len(b), 1)), b, caps[:, 2 * N :]]), np.arange(1, 2 * N + 1), np.zeros_like(b)
        for m in range(N + 1, 3 * N + 1):
            t += (k * self.gu[m - 1] * a[:, m])[:, None] * (a[:, abs(m - n)] + a[:, m + n]) / 2
        return np.minimum(simple[:, None], (t + (k * self.rest3 * caps[:, 3 * N] * caps[:, N])[:, None]) * UP)

    def rising(self, X: Any, k: Any, tol: float = 1e-12) -> Any:
        """Return lower bounds of reduced states with a_1 … a_d >= X (rows, d), couplings >= k: iterates from 0."""
        G = k[:, None] * self.gl[: self.N] * (1 - 4 * U)
        return self._iterates(X, k, G, np.zeros((len(X), 2 * self.N)), -1, 3000, tol)

    def falling(self, X: Any, k: Any, steps: int = 3000, tol: float = 1e-12, start: Any = None) -> Any:
        """Return upper bounds, a_1 … a_d <= X, couplings <= k: iterates from the caps, or from proved bounds."""
        G = k[:, None] * self.gu[: self.N] * (1 + 4 * U)
        start = self.caps(k, X.shape[1])[:, : 2 * self.N] if start is None else start
        return self._iterates(X, k, G, start, 1, steps, tol)

    def _iterates(self, X: Any, k: Any, G: Any, start: Any, sign: int, steps: int, tol: float) -> Any:
        need(k.max() <= self.kappa_max and (X >= 0).all() and (X <= 1).all(), "0 <= a <= 1, kappa <= that of the table")
        d, rows, caps, t = X.shape[1], np.arange(len(X)), self.caps(k, X.shape[1]), np.zeros_like(start)
        b, now, fixed, better = start.copy(), start.copy(), G[:, :d] * X, np.minimum if sign > 0 else np.maximum
        for step in range(steps):
            if sign > 0 and step in (0, 2, 5, 10, 20, 40, 80, 160, 640):
                t = self.tail(now, caps[rows], k[rows])
            H = G * now[:, : self.N]
            H[:, :d] = fixed
            old, now = now, better(now, (self.moments(H) + sign * (self.error + t)) * (1 + sign * 4 * U))
            if step % 8 == 7:
                b[rows], live = now, abs(now - old).max(1) > tol
                if not live.any():
                    break
                if not live.all():
                    rows, now, G, fixed, t = rows[live], now[live], G[live], fixed[live], t[live]
        b[rows] = now
        return b

    def beyond(self, u: Any, kappa: float) -> float:
        """Return a bound of the moments beyond 2N of reduced states with moments <= u, and between them."""
        N, h = self.N, kappa * self.gu[: self.N] * np.append(1.0, u[1 : self.N]) * (1 + 4 * U)  # h_1 <= kappa g_1
        decay = (np.cosh(self.taus[:, None] * np.arange(1, N + 1)) @ h - (2 * N + 1) * self.taus).min()
        middle, rest = kappa * float(self.gu[N : 2 * N] @ u[N:]) * UP, kappa * self.rest2 * UP
        s = (math.exp(min(decay + 1e-6, 1.0)) + middle) * UP / (1 - rest) if rest < 0.9 else 1.0
        return min(s, float(self.caps(np.array([kappa]), 1)[0, 2 * N]))

    def matrices(self, l: Any, u: Any, ka: float, kb: float) -> tuple[Any, Any]:
        """Return entrywise bounds of κ C G: lower (N, N); upper (N + 1, N + 1), its last mode one for all beyond N."""
        N, n, A, B = self.N, np.arange(1, self.N + 1), np.append(1.0, l), np.append(1.0, u)
        i, j = abs(n[:, None] - n), n[:, None] + n
        C = np.maximum((B[i] + B[j]) / 2 - np.outer(l[:N], l[:N]) + 4 * U, 0)
        s = np.sqrt(np.diag(C)) * (1 + 4 * U)
        low = np.maximum((A[i] + A[j]) / 2 - np.outer(u[:N], u[:N]) - 4 * U, 0) * (ka * self.gl[:N] * (1 - 8 * U))
        env = np.maximum.accumulate(np.append(B, self.beyond(u, kb))[::-1])[::-1]
        c, r = np.minimum(1.0, (env[N + 1 - n] + env[N + 1 + n]) / 2 + 4 * U), kb * self.rest * UP
        M = np.empty((N + 1, N + 1))
        M[:N, :N] = np.minimum(C, np.outer(s, s) * (1 + 4 * U)) * (kb * self.gu[:N] * (1 + 8 * U))
        M[:N, N], M[N, :N], M[N, N] = c * r, c * kb * self.gu[:N] * (1 + 8 * U), r
        return low, M

    def super(self, M: Any, c: Any) -> Any:
        """Return y > c + M y, y > 0, found by squaring and verified (M contracts, y bounds |solutions|); else None."""
        with np.errstate(all="ignore"):
            y, S = c.copy(), M.copy()
            for _ in range(22):
                y, S = y + S @ y, S @ S
            y = y * (1 + 1e-8) + 1e-11
            return y if (np.isfinite(y) & ((c + M @ y) * (1 + (self.N + 8) * U) < y)).all() else None

    def slope(self, l: Any, u: Any, ka: float, kb: float) -> Any:
        """Return bounds of phi_x where moments are in [l, u]; None unless the reduced map is proved a contraction."""
        low, M = self.matrices(l, u, ka, kb)
        y, z, shrink = self.super(M[1:, 1:], M[1:, 0]), 0 * low[1:, 0], 1 - (self.N + 8) * U
        if y is None:
            return None
        for _ in range(200):
            z = (low[1:, 0] + low[1:, 1:] @ z) * shrink
        lo, hi = (low[0, 0] + low[0, 1:] @ z) * shrink, (M[0, 0] + M[0, 1:] @ y) * (1 + (self.N + 8) * U)
        return (lo, hi) if lo <= hi else None

    def verdict(self, x: Any, l: Any, u: Any, ka: float, kb: float) -> str:
        """Say of phi - x on [x0, x1], bounds l, u (2, 2N) at its ends: sign '+' or '-', 'rises', 'falls', or '?'."""
        if l[0, 0] > x[1] or u[1, 0] < x[0]:
            return "+" if l[0, 0] > x[1] else "-"
        s = self.slope(l[0], u[1], ka, kb)
        if s is None:
            return "?"
        lo, hi, width = s[0] - 1 - 4 * U, s[1] - 1 + 4 * U, (x[1] - x[0]) * (1 + 4 * U)
        low, high = l[:, 0] - x, u[:, 0] - x
        if low[0] + min(0.0, lo * width) > 1e-14 or low[1] - max(0.0, hi * width) > 1e-14:
            return "+"
        if high[0] + max(0.0, hi * width) < -1e-14 or high[1] - min(0.0, lo * width) < -1e-14:
            return "-"
        return "rises" if lo > 0 else "falls" if hi < 0 else "?"


def hull(low: Any, high: Any) -> Any:
    """Return the ball around two doubles."""
    return arb(float(low)).union(arb(float(high)))


def times(f: list[Any], g: list[Any]) -> list[Any]:
    """Return the cosine coefficients of a product of two cosine series."""
    d, (F, G) = len(f) + len(g) - 2, ([v / 2 for v in c[:0:-1]] + [c[0]] + [v / 2 for v in c[1:]] for c in (f, g))
    product = (arb_poly(F) * arb_poly(G)).coeffs()[d:]
    return [*product[:1], *(2 * v for v in product[1:])] or [arb(0)]


def third_cumulants(h: Any, u: Any, far: float) -> Any:
    """Return bounds of |cum(cos n, V, V)|, n = 1 … N and one for n > N, V = Σ_{n<=N} h_n cos n, moments <= u, far."""
    N, f = len(h), np.append(0.0, h)
    square = np.convolve(f, f) / 2  # coefficients of V^2: from sums, and from differences of modes
    square[: N + 1] += np.correlate(f, f, "full")[N:]
    square[0] -= f @ f / 2
    B = np.concatenate([[1.0], u, np.full(N + 2, far)])
    env, n, k = np.maximum.accumulate(B[::-1])[::-1], np.arange(1, N + 1)[:, None], np.arange(2 * N + 1)
    cosine = np.vstack([(B[abs(n - k)] + B[n + k]) / 2, (env[np.maximum(N + 1 - k, 0)] + env[N + 1 + k]) / 2])
    EV, EVV, c = f @ B[: N + 1], square @ B[: 2 * N + 1], np.append(B[1 : N + 1], env[N + 1])
    return np.maximum(cosine @ square + 2 * c * EV * EV, 2 * EV * (cosine[:, : N + 1] @ f) + c * EVV) * UP


def right_sides(cone: Cone, M: Any, u: Any, kb: float, D: int) -> tuple[Any, list[Any]]:
    """Return bounds of the first derivatives, modes 2 … N and beyond, and of what modes > D add to equations 1 … D."""
    N, g = cone.N, kb * np.append(cone.gu[1 : cone.N], cone.rest) * UP

    def solution(source: Any) -> Any:
        y = cone.super(M[1:, 1:], source * UP)
        need(y is not None, "M y < y on the cell")
        return y

    y1 = solution(M[1:, 0])
    H1, E1 = (kb * cone.gu[0] + g @ y1) * UP, g[D - 1 :] @ y1[D - 1 :] * UP
    thirds = third_cumulants(kb * cone.gu[:N] * np.append(1.0, y1[:-1]), u, cone.beyond(u, kb))
    y2 = solution(np.minimum(thirds + 4 * H1 * g[-1] * y1[-1], 2 * H1 * H1)[1:])
    H2, E2 = g @ y2 * UP, g[D - 1 :] @ y2[D - 1 :] * UP
    y3 = solution(np.full(N, 7 * H1**3 + 6 * H1 * H2))
    cut = (0.0, 4 * H1 * E1, 21 * H1 * H1 * E1 + 6 * (E1 * H2 + H1 * E2))  # cumulants of cosines are <= 2 and 7
    return y1, [(M[:D, D:] @ y[D - 1 :] + e) * UP for y, e in zip((y1, y2, y3), cut, strict=True)]


def higher(cone: Cone, l: Any, u: Any, ka: float, kb: float, order: int) -> Any:
    """Return a ball of phi_xx (order 2) or phi_xxx (3) over a cell; tails enter right-hand sides before the solve."""
    N, (low, M) = min(cone.N, EXPLICIT), cone.matrices(l, u, ka, kb)
    y1, added = right_sides(cone, M, u, kb, N)
    ball = [[arb(0, float(v)) for v in row] for row in added]
    C = [[hull(low[i, j], M[i, j]) for j in range(N)] for i in range(N)]
    G = [hull(ka * x, kb * z) * arb(1, 4 * U) for x, z in zip(cone.gl[:N], cone.gu[:N], strict=True)]
    A = arb_mat([[int(i == j) - C[i][j] for j in range(1, N)] for i in range(1, N)])
    a = [arb(1), *(hull(x, z) for x, z in zip(l, u, strict=True)), *([hull(0, cone.beyond(u, kb))] * (2 * N))]

    def solve(k: int, right: list[Any]) -> list[Any]:
        return list(A.solve(arb_mat(N - 1, 1, [v + r for v, r in zip(right, ball[k], strict=True)][1:])).entries())

    def mean(f: list[Any]) -> Any:
        return sum((x * a[n] for n, x in enumerate(f)), arb(0))

    def centred(h: list[Any]) -> list[Any]:
        return [-mean([arb(0), *h]).mid(), *h]

    def third(x: list[Any], f: list[Any], g: list[Any]) -> Any:
        fg, mx, mf, mg = times(f, g), mean(x), mean(f), mean(g)
        return mean(times(x, fg)) - mx * mean(fg) - mf * mean(times(x, g)) - mg * mean(times(x, f)) + 2 * mx * mf * mg

    def result(k: int, right: list[Any], y: list[Any]) -> Any:
        return right[0] + ball[k][0] + sum((C[0][n] * v for n, v in enumerate(y, 1)), arb(0))

    X = [[-a[n].mid(), *(arb(int(k == n)) for k in range(1, n + 1))] for n in range(1, N + 1)]
    s1 = [v.intersection(hull(0, y1[n])) for n, v in enumerate(solve(0, [c[0] for c in C]))]
    V = centred([G[0], *(G[n] * v for n, v in enumerate(s1, 1))])
    k3 = [third(x, V, V) for x in X]
    s2 = solve(1, k3)
    if order == 2:
        return result(1, k3, s2)
    W, VV = centred([arb(0), *(G[n] * v for n, v in enumerate(s2, 1))]), times(V, V)
    VVV, v1, v2 = times(VV, V), mean(V), mean(VV)
    v3, k4 = mean(VVV), []
    for x in X:
        m, m1, m2 = mean(x), mean(times(x, V)), mean(times(x, VV))
        fourth = mean(times(x, VVV)) - 3 * v1 * m2 - m * v3 - 3 * m1 * v2 + 6 * v1 * (m1 * v1 + m * v2 - m * v1 * v1)
        k4.append(fourth + 3 * third(x, V, W))
    return result(2, k4, solve(2, k4))
