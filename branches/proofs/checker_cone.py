"""The checker, bounds of all states with moments a_n >= 0, for weights g_n >= 0.

Fix a_1 … a_d = X and kappa: a solution of the other equations, a_n = R_n(a), is a reduced state.  R preserves order.
Bounds are rows of doubles for modes 1 … N (the first d of them bound R there), and one number s for all modes beyond.
Every moment is a ball rounded outwards to a double; sums of doubles >= 0 are enlarged by more than their rounding.
"""

from typing import Any

import numpy as np
from flint import arb, ctx

from branches.proofs.checker_balls import Weights, above, below, gibbs, need

U, UP = 2.0**-53, 1 + 1e-9  # unit roundoff; more than the rounding of a sum of 10^6 doubles >= 0
SHIFT = 1e-13  # by which a trial bound is set apart from the solution that it encloses


class Strip:
    """Nodes i with corners low_i <= high_i of X: one reduced state for low_i <= X <= high_{i+1}, ka <= kappa <= kb.

    It lies between l_i and u_{i+1} (s_{i+1} beyond N).
    """

    def __init__(self, cone: "Cone", low: Any, high: Any, kappa: tuple[float, float], steps: tuple[int, int]) -> None:
        self.cone, self.kappa, one = cone, kappa, np.ones(len(low))
        need((low <= high).all() and (low[:-1] <= low[1:]).all() and (high[:-1] <= high[1:]).all(), "nodes increase")
        self.l = cone.rising(low, kappa[0] * one)
        self.u, self.s = cone.falling(high, kappa[1] * one)
        need((self.l <= self.u).all(), "bounds from below are less than those from above")
        # all reduced states of the first node are above `bottom`, all of the last below `top`: iterates of R
        bottom, top, s, d = np.zeros((1, cone.N)), np.ones((1, cone.N)), np.ones(1), low.shape[1]
        for _ in range(steps[0]):
            bottom = np.maximum(cone.image(low[:1], kappa[0] * one[:1], bottom), bottom)
        for _ in range(steps[1]):
            lower, t = cone.fall(high[-1:], kappa[1] * one[:1], top, s)
            top, s = np.minimum(lower, top), np.minimum(t, s)
        # by induction from there: R contracts on [l_i, u_{i+1}], so that all of one node are the one between l and u
        boxes = zip([*bottom, *self.l], [*self.u, *top], [*self.s, *s], [*high, high[-1]], strict=True)
        for l, u, t, corner in boxes:
            M = cone.matrix(l, u, t, kappa[1])[d:, d:]
            need(cone.super(M, np.ones(len(M))) is not None, f"M y < y on the cell up to a = {corner}")


class Cone:
    """Bounds of the states a >= 0 in the modes p, 2p, …; n = 1 … N stand for these."""

    def __init__(self, potential: Any, N: int, p: int = 1) -> None:
        w, named = Weights(potential), potential["parameters"] if potential["name"] == "harmonics" else {}
        self.N, self.g = N, [w.g(p * n) for n in range(1, N + 1)]
        all_of_them = [*self.g, *(w.g(int(key[1:])) for key in named)]
        need(all(v >= 0 for v in all_of_them) and self.g[0] > 0, f"all g_n >= 0 and g_{p} > 0")
        self.lower, self.upper = np.array([*map(below, self.g)]), np.array([*map(above, self.g)])
        self.rest = above(w.tail(p * N)[1])
        self.rates = np.linspace(1 / 64, min(4.0, 690 / N), 96)
        self.cosh = np.array([[above((arb(float(t)) * n).cosh()) for t in self.rates] for n in range(1, N + 1)])
        half = np.arange(2 * N + 1)
        self.C = np.cos(np.pi * np.outer(np.arange(N + 1), half) / (2 * N))
        self.mean = (self.C * np.where(half % (2 * N), 2.0, 1.0) / (4 * N)).T

    # ---- one application of R
    def moments(self, X: Any, k: Any, b: Any, modes: int) -> list[tuple[Any, list[Any]]]:
        """Return log Z and a_0 … of exp sum kappa g_n b_n cos n theta, n <= N, b_1 … b_d = X, for every row."""
        H = np.hstack([X, b[:, X.shape[1] :]]).tolist()
        kappas = map(arb, k.tolist())
        fields = [[x * g * v for g, v in zip(self.g, row, strict=True)] for x, row in zip(kappas, H, strict=True)]
        with ctx.workprec(64):
            return gibbs(fields, modes)

    def image(self, X: Any, k: Any, b: Any) -> Any:
        """Return R(b) from below, where the modes beyond N are left out: they only raise it."""
        return np.array([[*map(below, a[1:])] for _, a in self.moments(X, k, b, self.N)])

    def fall(self, X: Any, k: Any, b: Any, s: Any) -> tuple[Any, Any]:
        """Return R(b) from above, moments beyond N being <= s, and a bound of those of R(b)."""
        added = (k * self.rest * s * UP)[:, None]  # |cov| <= 1
        a = np.array([[*map(above, a[1:])] for _, a in self.moments(X, k, b, self.N)])
        return np.minimum(1.0, (a + added) * (1 + 4 * U)), np.minimum(1.0, (self.beyond(X, k, b) + added[:, 0]) * UP)

    def beyond(self, X: Any, k: Any, b: Any) -> Any:
        """Return a bound of the moments beyond N of exp sum kappa g_n b_n cos n theta: a_n <= B e^-nt, as Z >= 1."""
        H = np.hstack([X, b[:, X.shape[1] :]]) * self.upper * k[:, None] * UP
        logs = (H @ self.cosh * UP - (self.N + 1) * self.rates * (1 - 1e-9)).min(1)
        return np.array([above(arb(float(min(v, 0.0))).exp()) for v in logs])

    # ---- reduced states enclosed: a sub- and a supersolution, found without proof and tried
    def settle(self, X: Any, k: Any, shift: Any, start: float) -> Any:
        """Return a solution of a = R(a) + shift in doubles; nothing is believed of it."""
        d, rows, b = X.shape[1], np.arange(len(X)), np.full((len(X), self.N), start)
        for step in range(4000):
            H = k[rows, None] * self.upper * b[rows]
            H[:, :d] = k[rows, None] * self.upper[:d] * X[rows]
            V = H @ self.C[1:]
            m = np.exp(V - V[:, :1]) @ self.mean
            new = np.clip(m[:, 1:] / m[:, :1] + shift[rows, None], 0, 1)
            moving, b[rows] = abs(new - b[rows]).max(1) > SHIFT / 64, new
            if step % 8 == 7:
                rows = rows[moving]
                if not len(rows):
                    break
        return b

    def rising(self, X: Any, k: Any) -> Any:
        """Return l with R(l) >= l for a_1 … a_d = X, kappa = k: there is a reduced state above it."""
        d, b = X.shape[1], self.settle(X, k, np.full(len(X), -SHIFT), 0.0)
        a = self.image(X, k, b)
        need((a >= b)[:, d:].all(), "R(l) >= l")
        return np.hstack([a[:, :d], b[:, d:]])

    def falling(self, X: Any, k: Any) -> tuple[Any, Any]:
        """Return u, s with R(u, s) <= (u, s) for a_1 … a_d = X, kappa = k: there is a reduced state below it."""
        d, shift, free = X.shape[1], np.full(len(X), SHIFT), np.maximum(1 - k * self.rest * UP, 1e-3)
        for _ in range(2):  # apart by more than the modes beyond N add
            b = self.settle(X, k, shift, 1.0)
            s = np.minimum(1.0, self.beyond(X, k, b) * (1 + 1e-6) / free)
            if (k * self.rest * s < shift / 2).all():
                break
            shift = SHIFT + 2 * k * self.rest * s
        a, far = self.fall(X, k, b, s)
        need((a <= b)[:, d:].all() and (far <= s).all(), "R(u) <= u")
        return np.hstack([a[:, :d], b[:, d:]]), s

    # ---- derivatives of R
    def matrix(self, l: Any, u: Any, s: float, k: float) -> Any:
        """Return the bound kappa C G <= M on [l, u], (N + 1, N + 1), its last mode one for all beyond N."""
        N, n, B = self.N, np.arange(1, self.N + 1), np.concatenate([[1.0], u, np.full(self.N + 1, s)])
        C = np.maximum((B[abs(n[:, None] - n)] + B[n[:, None] + n]) / 2 - np.outer(l, l) + 4 * U, 0)
        root = np.sqrt(np.diag(C)) * (1 + 4 * U)
        most = np.maximum.accumulate(B[::-1])[::-1]
        c, r = np.minimum(1.0, (most[N + 1 - n] + s) / 2 + 4 * U), k * self.rest * UP
        M = np.empty((N + 1, N + 1))
        M[:N, :N] = np.minimum(C, np.outer(root, root) * (1 + 4 * U)) * (k * self.upper * (1 + 8 * U))
        M[:N, N], M[N, :N], M[N, N] = c * r, c * k * self.upper * (1 + 8 * U), r
        return M

    def super(self, M: Any, c: Any) -> Any:
        """Return y > c + M y, y > 0, found by squaring and verified (M contracts, y bounds |solutions|); else None."""
        with np.errstate(all="ignore"):
            y, S = c.copy(), M.copy()
            for _ in range(24):
                y, S = y + S @ y, S @ S
                if not 1e-20 < S.max() < 1e20:
                    break
            y = y * (1 + 1e-8) + 1e-11
            return y if (np.isfinite(y) & ((c + M @ y) * (1 + (self.N + 8) * U) < y)).all() else None

    def slope(self, l: Any, u: Any, s: float, ka: float, kb: float) -> Any:
        """Return bounds lo <= phi_x <= hi, z <= a_n' <= y (n > 1) for moments in [l, u]; None if M is too large."""
        N, n, M = self.N, np.arange(1, self.N + 1), self.matrix(l, u, s, kb)
        A = np.concatenate([[1.0], l, np.zeros(N)])
        C = np.maximum((A[abs(n[:, None] - n)] + A[n[:, None] + n]) / 2 - np.outer(u, u) - 4 * U, 0)
        low, shrink = C * (ka * self.lower * (1 - 8 * U)), 1 - (N + 8) * U
        y, z = self.super(M[1:, 1:], M[1:, 0]), 0 * low[1:, 0]
        if y is None:
            return None
        for _ in range(200):
            z = (low[1:, 0] + low[1:, 1:] @ z) * shrink
        lo, hi = (low[0, 0] + low[0, 1:] @ z) * shrink, (M[0, 0] + M[0, 1:] @ y) / shrink
        return (lo, hi, z, y) if lo <= hi else None


def crossing(x: Any, l: Any, u: Any, slope: Any) -> str:
    """Say of phi - x on [x0, x1], bounds l, u of phi at its ends: sign '+' or '-', 'rises', 'falls', or '?'."""
    if l[0] > x[1] or u[1] < x[0]:
        return "+" if l[0] > x[1] else "-"
    if slope is None:
        return "?"
    lo, hi, width = slope[0] - 1 - 4 * U, slope[1] - 1 + 4 * U, (x[1] - x[0]) * (1 + 4 * U)
    low, high = l - x, u - x
    if low[0] + min(0.0, lo * width) > 1e-14 or low[1] - max(0.0, hi * width) > 1e-14:
        return "+"
    if high[0] + max(0.0, hi * width) < -1e-14 or high[1] - min(0.0, lo * width) < -1e-14:
        return "-"
    return "rises" if lo > 0 else "falls" if hi < 0 else "?"
