"""Cells of a_1 with windows of κ that hold the graph κ = K(a_1), in doubles, for the checker to prove."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from branches.potentials.potential import Array
from branches.proofs.certificate import PRECISION, issue
from branches.proofs.cone import Reduced, texts
from branches.proofs.numerics import Neutral

__all__ = ["Cells"]

WIDTH, NARROWEST = 1 / 64, 1e-9
ONSETS = tuple(2.0**-n for n in range(5, 17))  # a up to which φ_aaa may have one sign
PADS = (0.3, 2.0, 10.0)  # of a window, in κ_1 times the square of the width of its cell
ROOM = 1e-9  # of a window, in κ_1; more next to a = 0, where φ hardly depends on κ
MARGIN = 2e-12
FOLD_MODES = (32, 48, 96, 144)


class Cells:
    """The search from a = 0 to beyond every state at κ_max; `edges`, `low` and `high` are what is found so far.

    Raises
    ------
    ValueError
        If there is no state but the uniform one up to κ_max.
    """

    def __init__(self, cone: Reduced, kappa_max: float) -> None:
        self.cone, self.kappa_max, self.onset = cone, kappa_max, 2 / float(cone.g[0])
        self.top = cone.settle(np.empty((1, 0)), np.array([kappa_max]), 1.0)[0]
        if not self.top[0] > 1e-6:
            raise ValueError(
                f"kappa_max = {kappa_max:.12g} is not allowed: the uniform state is alone up to there; see uniform_only"
            )
        self.end = float(self.top[0] + 2e-3 * (1 - self.top[0]))
        self.edges, self.low, self.high = [0.0], list[float](), list[float]()
        self.folds: list[tuple[float, float, dict[str, Any]]] = []

    def search(self, progress: Callable[[float, float], None] | None = None) -> None:
        """Find all cells; ArithmeticError where a cell does not close."""
        grid = np.linspace(0.0, self.end, 257)[1:]
        self._grid, self._graph = np.append(0.0, grid), np.append(self.onset, self.cone.on_graph(grid, self.onset))
        self._find_folds()
        x, window = self._first()
        self._add(x, window)
        width = x / 4
        while self.edges[-1] < self.end:
            width = self._next(min(1.5 * width, WIDTH))
            if progress is not None:
                progress(self.edges[-1], self.end)

    def windows(self) -> dict[str, Any]:
        """Return the cells found so far, in hexadecimal."""
        return {"edges": texts(self.edges), "low": texts(self.low), "high": texts(self.high)}

    def witness(self) -> dict[str, Any]:
        """Return what a certificate holds."""
        b, steps, none = np.ones((1, 2 * self.cone.N)), 12, np.empty((1, 0))
        while b[0, 0] > self.end - 0.25 * (self.end - self.top[0]):
            b, steps = self.cone.image(none, np.array([self.kappa_max]), b), steps + 1
        folds = [fold for _, _, fold in self.folds]
        return self.windows() | {"strips": self._strips(0, len(self.low)), "folds": folds, "steps": steps}

    # ---- cells
    def _next(self, width: float) -> float:
        """Add a cell as wide as closes, up to `width`; return its width."""
        a = self.edges[-1]
        inside = [end for start, end, _ in self.folds if start - 1e-15 <= a < end]
        if inside:
            b = inside[0]
            self._add(b, self._window(a, b, PADS[-1]))
            return b - a
        stop = min([self.end, *(start for start, _, _ in self.folds if start > a)])
        while True:
            b = min(a + min(width, (1 - a) / 8), stop)
            for pad in PADS:
                window = self._window(a, b, pad)
                if self._closes(a, b, window):
                    self._add(b, window)
                    return b - a
            width = (b - a) / 2
            if width < NARROWEST:
                raise ArithmeticError(f"does not hold: the cell a in [{a:.9g}, {b:.9g}] closes")

    def _add(self, b: float, window: tuple[float, float]) -> None:
        self.edges.append(b)
        self.low.append(window[0])
        self.high.append(window[1])

    def _window(self, a: float, b: float, pad: float) -> tuple[float, float]:
        at = np.array([a, (a + b) / 2, b])
        k = self._values(at)
        least = max(ROOM, 3 * MARGIN / a) if a > 0 else 0.0
        room = 0.1 * float(np.ptp(k)) + (pad * (b - a) ** 2 + least) * self.onset
        return float(k.min()) - room, float(k.max()) + room

    def _values(self, at: Array) -> Array:
        """Return K at some a, by Newton's iteration from the grid."""
        found = []
        for x in at:
            i = max(1, int(np.searchsorted(self._grid, x, "right")) - 1)
            found.append(self.cone.on_graph(np.array([self._grid[i], x]), self._graph[i])[1] if x > 0 else self.onset)
        return np.array(found)

    def _closes(self, a: float, b: float, window: tuple[float, float]) -> bool:
        """Whether K lies in the window on the whole cell, and K' has a sign there."""
        X, k = np.array([[a], [b]]), np.array(window)
        l = self.cone.settle(X, np.full(2, k[0]), 0.0)
        u = self.cone.settle(X, np.full(2, k[1]), 1.0)
        slope = self.cone.slope(l[0], u[1], *window)
        if slope is None or (slope[0] <= 1 + MARGIN and slope[1] >= 1 - MARGIN):
            return False
        lo, hi, w = slope[0] - 1, slope[1] - 1, b - a
        below = min(l[0, 0] - a + max(0.0, hi * w), l[1, 0] - b - min(0.0, lo * w))
        above = max(u[0, 0] - a + min(0.0, lo * w), u[1, 0] - b - max(0.0, hi * w))
        return bool(below < -MARGIN and above > MARGIN)

    # ---- the onset and the folds
    def _first(self) -> tuple[float, tuple[float, float]]:
        """Return the end and the window of the first cell."""
        for x in ONSETS:
            if not x < min([self.end, *(a for a, _, _ in self.folds)]):
                continue
            for pad in (2.0, 10.0, 50.0):
                window, zero = self._window(0.0, x, pad), np.zeros(2 * self.cone.N)
                if not window[0] > 0 or not self._one_sign(x, window[1]):
                    continue
                u = [self.cone.settle(np.array([[x]]), np.array([k]), 1.0)[0] for k in window]
                slopes = [self.cone.slope(zero, b, k, k) for b, k in zip(u, window, strict=True)]
                if slopes[0] and slopes[1] and slopes[0][1] < 1 - MARGIN and slopes[1][0] > 1 + MARGIN:
                    return x, window
        raise ArithmeticError("does not hold: phi_aaa has one sign next to the onset")

    def _one_sign(self, x: float, kappa: float) -> bool:
        """Whether φ_aaa has one sign up to a = x, by about the bounds of the checker."""
        u = self.cone.settle(np.array([[x]]), np.array([kappa]), 1.0)[0]
        M, g = self.cone.matrices(0 * u, u, kappa, kappa)[1], kappa * self.cone.g[1:]
        inverse = np.linalg.inv(np.eye(self.cone.N - 1) - M[1:, 1:])
        y1, Q = inverse @ M[1:, 0], kappa * self.cone.g[0]
        H1 = float(g @ y1)
        rest = 4 * Q * H1 + 2 * H1 * H1
        n = np.arange(2, self.cone.N + 1)
        B = np.append(1.0, u)
        third = Q * Q * ((n == 2) / 4 + (n != 2) * (B[n - 2] + B[n + 2]) / 4 + B[n] / 2)
        y2 = inverse @ (third + rest)
        H2, T = float(g[1:] @ y2[1:]), float(g[0] * Q * Q / 4 / (1 - g[0] / 2))
        slack = float(g[0] * (M[1, 2:] @ y2[1:] + rest) / (1 - g[0] / 2))
        y3 = inverse @ np.full(self.cone.N - 1, 7 * (Q + H1) ** 3 + 6 * (Q + H1) * (T + slack + H2))
        error = 21 * Q * Q * H1 + 21 * Q * H1 * H1 + 6 * (H1 * (T + slack + H2) + Q * H2) + 0.75 * Q * slack
        return bool(abs(-0.375 * Q**3 + 0.75 * Q * T) > 1.5 * (error + float(M[0, 1:] @ y3)) + 2 * Q**3 * x)

    def _find_folds(self) -> None:
        """Locate the folds of the graph, and how close to one K' may be left open."""
        x, k, p = self._grid, self._graph, self.cone.p
        slopes = np.sign(np.diff(k))
        for i in np.flatnonzero(slopes[1:] * slopes[:-1] < 0) + 1:
            a = self.cone.settle(np.array([[x[i]]]), np.array([k[i]]), 0.0)[0]
            for size in FOLD_MODES:
                start = np.pad(a, (0, max(0, size - a.size)))[:size]
                start[0] = x[i]
                zero = Neutral(self.cone.potential, p, 0, p, start, float(k[i]))
                zero.solve()
                found = zero.digits(PRECISION)
                alone = issue("fold", self.cone.potential, {}, found, size, "", PRECISION) if p == 1 else None
                if alone is None or alone.certified:
                    break
            half = (alone.interval("R")[0] if alone else 1e-4) / (10 * self._bend(float(zero.a[0]), zero.kappa))
            self.folds.append((float(zero.a[0]) - half, float(zero.a[0]) + half, found))

    def _bend(self, x: float, kappa: float) -> float:
        """Return how fast state and null vector change with a_1 at a fold, in the norm of the ball of uniqueness."""
        rates, g = list[Array](), kappa * self.cone.g
        for at in (x - 1e-4, x + 1e-4):
            a = self.cone.settle(np.array([[at]]), np.array([kappa]), 0.0)[0]
            M = self.cone.matrices(a, a, kappa, kappa)[1]
            rates.append(np.append(1.0, np.linalg.solve(np.eye(self.cone.N - 1) - M[1:, 1:], M[1:, 0])))
        second = (rates[1] - rates[0]) / 2e-4
        return float(np.sqrt(g @ (rates[0] ** 2 + 4 * second**2)))

    # ---- strips
    def _strips(self, first: int, last: int) -> list[dict[str, Any]]:
        """Return strips that hold the windows of the cells first … last − 1, halved where boxes do not contract."""
        low, high = min(self.low[first:last]), max(self.high[first:last])
        high = max(high, self.kappa_max * (1 + 1e-15)) if first == 0 else high
        X = np.array(self.edges[first : last + 1])[:, None]
        l, u = (self.cone.settle(X, np.full(len(X), k), start) for k, start in ((low, 0.0), (high, 1.0)))
        closes = all(self.cone.contracts(l[i], u[i + 1], high) for i in range(len(X) - 1))
        if not closes and last - first > 1:
            middle = (first + last) // 2
            return self._strips(first, middle) + self._strips(middle, last)
        bottom = self.cone.starts(X[:1], low, 0.0, u[0], high) if first else 0
        steps = [bottom, self.cone.starts(X[-1:], high, 1.0, l[-1], high)]
        return [{"last": last, "kappa": texts((low, high)), "steps": steps}]
