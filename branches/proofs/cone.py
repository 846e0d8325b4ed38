"""Searching among the states with moments a_n ≥ 0, in doubles: what a proof about all of them starts from.

Nothing is proved here.  A reduced state solves all equations but those of modes 1 … d, whose moments are given (of
modes p, 2p, … dp for states of period 2π/p).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from math import gcd
from typing import Any

import numpy as np
from flint import arb

from branches.potentials.potential import Array
from branches.proofs.numerics import hexadecimal, weights

__all__ = ["ASSUMPTIONS", "Reduced", "common_period", "cones", "near", "texts"]

ASSUMPTIONS = (
    "float64 arithmetic is IEEE 754, rounded to nearest; products of matrices of doubles >= 0 are sums of products in "
    "some order (no fast multiplication).",
)
SIZES = (16, 24, 32, 40, 48, 64, 96, 128, 192)
NEGLIGIBLE = 1e-10  # κ Σ_{n>N} g_n times the moments beyond N, below which more modes change nothing
SHIFT = 1e-13  # a bound of the checker is so far, at least, from the reduced state


def common_period(potential: dict[str, Any]) -> int:
    """Return the greatest p such that only multiples of the mode p interact.

    Examples
    --------
    >>> common_period({"name": "harmonics", "parameters": {"g2": "0.5", "g6": "1"}})
    2
    """
    if potential["name"] == "harmonics":
        return gcd(*(int(key[1:]) for key in potential["parameters"]))
    return 2 if potential["name"] == "doi_onsager" else 1


def cones(potential: dict[str, Any], kappa: float, period: int, n_modes: int | None) -> Iterator[Reduced]:
    """Yield the equations to try, with more and more modes; those of `n_modes` alone if it is given."""
    if n_modes:
        yield Reduced(potential, n_modes, period)
        return
    found = 0
    for size in SIZES:
        cone = Reduced(potential, size, period)
        if cone.rest * kappa < 0.5 and cone.rest * kappa * cone.beyond(kappa) < NEGLIGIBLE:
            yield cone
            found += 1
        if found == 2:
            return


def texts(values: Any) -> list[str]:
    """Return doubles as hexadecimal strings."""
    return [hexadecimal(arb(float(v))) for v in values]


class Reduced:
    """The equations of reduced states on N modes, many at a time: rows are problems."""

    def __init__(self, potential: dict[str, Any], N: int, p: int = 1) -> None:
        self.potential, self.N, self.p, n = potential, N, p, np.arange(1, N + 1)
        self.g = np.array([float(v) for v in weights(potential, range(p, p * N + 1, p))])
        self.rest = self._rest()
        half = np.arange(2 * N + 1)
        self.C = np.cos(np.pi * np.outer(np.arange(2 * N + 1), half) / (2 * N))
        self.mean = (self.C * np.where(half % (2 * N), 2.0, 1.0) / (4 * N)).T
        self.i, self.j = abs(n[:, None] - n), n[:, None] + n

    def _rest(self) -> float:
        """Return about the sum of the weights beyond N."""
        name, parameters, k = self.potential["name"], self.potential["parameters"], self.p * self.N
        if name == "hegselmann_krause":
            return 4 / math.pi * (float(Fraction(parameters["R"])) / k + 0.5 / k**2)
        if name == "doi_onsager":
            return 2 / math.pi / (2 * (k // 2) + 1)
        return float(sum(weights(self.potential, range(k + 1, 2 * k + 200))))

    def beyond(self, kappa: float) -> float:
        """Return a bound of the moments beyond N of reduced states up to a coupling, a_1 ≤ 1."""
        h = kappa * self.g * self.settle(np.ones((1, 1)), np.array([kappa]), 1.0)[0, : self.N]
        h[0] = kappa * self.g[0]
        t = np.linspace(1 / 64, min(4.0, 690 / self.N), 96)
        return float(np.exp(min(0.0, (np.cosh(np.outer(t, np.arange(1, self.N + 1))) @ h - (self.N + 1) * t).min())))

    def image(self, X: Array, k: Array, b: Array) -> Array:
        """Return R(b), modes 1 … 2N, where a_1 … a_d = X."""
        H = k[:, None] * self.g * np.hstack([X, b[:, X.shape[1] : self.N]])
        V = H @ self.C[1 : self.N + 1]
        m = np.exp(V - V[:, :1]) @ self.mean
        return np.asarray(m[:, 1:] / m[:, :1])

    def settle(self, X: Array, k: Array, start: float, close: float = 1e-15) -> Array:
        """Return the reduced states that iterates from 0 or 1 reach, to steps of `close`, modes 1 … 2N."""
        rows, b = np.arange(len(X)), np.full((len(X), 2 * self.N), start)
        for step in range(6000):
            new = self.image(X[rows], k[rows], b[rows])
            moving, b[rows] = abs(new - b[rows]).max(1) > close, new
            if step % 8 == 7:
                rows = rows[moving]
                if not len(rows):
                    break
        return b

    def starts(self, X: Array, kappa: float, start: float, other: Array, highest: float) -> int:
        """Return after how many iterates from 0 or 1 the map contracts from there to `other`, and some more.

        The others are for the modes beyond N, and for the bounds of the checker, which are wider.  `highest` is the
        greatest coupling of the strip.
        """
        k, b, d = np.array([kappa]), np.full((1, 2 * self.N), start), X.shape[1]
        for step in range(4096):
            l, u = (b[0], other) if start == 0 else (other, b[0])
            if self.contracts(l, u, highest, d, 100.0):
                return step + 1 if start == 0 else step + 6
            b = self.image(X, k, b)
        return 4096

    def matrices(self, l: Array, u: Array, ka: float, kb: float) -> tuple[Array, Array]:
        """Return entrywise bounds of κ C G where moments are in [l, u]."""
        N, A, B = self.N, np.append(1.0, l), np.append(1.0, u)
        low = np.maximum((A[self.i] + A[self.j]) / 2 - np.outer(u[:N], u[:N]), 0)
        high = np.maximum((B[self.i] + B[self.j]) / 2 - np.outer(l[:N], l[:N]), 0)
        root = np.sqrt(np.diag(high))
        return low * (ka * self.g), np.minimum(high, np.outer(root, root)) * (kb * self.g)

    def contracts(self, l: Array, u: Array, kappa: float, d: int = 1, most: float = 1e5) -> bool:
        """Return whether the reduced map contracts where moments are in [l, u], by an inverse of at most `most`."""
        return _inverse_positive(self.matrices(l, u, kappa, kappa)[1][d:, d:], most)

    def slope(self, l: Array, u: Array, ka: float, kb: float) -> tuple[float, float] | None:
        """Return bounds of φ_x where moments are in [l, u]; None where the reduced map does not contract."""
        low, high = self.matrices(l, u, ka, kb)
        if not _inverse_positive(high[1:, 1:]):
            return None
        one = np.eye(self.N - 1)
        lo, hi = (float(M[0, 0] + M[0, 1:] @ np.linalg.solve(one - M[1:, 1:], M[1:, 0])) for M in (low, high))
        return lo, hi

    def moments_at(self, kappa: float, start: Array) -> Array:
        """Return a_1 … a_N of the state at κ near `start`, by Newton's iteration."""
        a = start[: self.N].copy()
        for _ in range(60):
            T, C = self._linear(kappa, a)
            step = np.linalg.solve(np.eye(self.N) - kappa * C * self.g, T - a)
            a = a + step
            if not np.abs(step).max() > 1e-15:
                break
        return a

    def on_graph(self, xs: Array, kappa: float) -> Array:
        """Return κ = K(x) at increasing a_1 = x > 0, starting from K ≈ `kappa` at the first, by Newton's iteration.

        ArithmeticError where it does not converge.
        """
        N, first, values = self.N, kappa, []
        a = xs[0] ** np.arange(1.0, N + 1)
        for x in xs:
            a[0] = x
            for _ in range(60):
                T, C = self._linear(kappa, a)
                J = np.eye(N) - kappa * C * self.g
                J[:, 0] = -C @ (self.g * a)
                step = np.linalg.solve(J, T - a)
                kappa, a[1:] = kappa + step[0], a[1:] + step[1:]
                if not np.abs(step).max() > 1e-14 * max(1.0, kappa):
                    break
                if not (np.abs(a).max() < 10 and 0 < kappa < 100 * first):
                    raise ArithmeticError(f"K(a) is not found at a = {x:.6g}")
            values.append(kappa)
        return np.array(values)

    def _linear(self, kappa: float, a: Array) -> tuple[Array, Array]:
        """Return T(a, κ) and the covariances there, on modes ≤ N."""
        A = np.append(1.0, self.image(np.empty((1, 0)), np.array([kappa]), a[None])[0])
        T = A[1 : self.N + 1]
        return T, (A[self.i] + A[self.j]) / 2 - np.outer(T, T)


def _inverse_positive(M: Array, most: float = 1e5) -> bool:
    """Return whether 1 − M has an inverse ≥ 0, that is whether M ≥ 0 contracts."""
    try:
        y = np.linalg.solve(np.eye(len(M)) - M, np.ones(len(M)))
    except np.linalg.LinAlgError:
        return False
    return bool((y > 0).all() and y.max(initial=0.0) < most)


def near(kappa: str) -> float:
    """Return a coupling of a certificate as a double."""
    return float(Fraction(kappa))
