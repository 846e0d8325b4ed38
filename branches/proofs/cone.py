"""Searching among the states with moments a_n ≥ 0, in doubles: what a proof about all of them starts from.

Nothing is proved here but by the bounds of `checker_cone.Cone`, which the proof evaluates again.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import gcd
from typing import Any

import numpy as np
from flint import arb, ctx

from branches.potentials.potential import Array
from branches.proofs.certificate import PRECISION
from branches.proofs.checker_balls import Open, Weights, number
from branches.proofs.checker_cone import Cone, above
from branches.proofs.numerics import hexadecimal

__all__ = ["ASSUMPTIONS", "THICK", "cells_at", "common_period", "cones", "locate", "moments_at", "on_graph", "texts"]

ASSUMPTIONS = (
    "exp of NumPy is within 4 units in the last place; float64 arithmetic is IEEE 754, rounded to nearest; "
    "products of matrices are sums of products in some order (no fast multiplication).",
)
SIZES = (24, 32, 40, 48, 64, 96, 128, 256)
NEGLIGIBLE = 1e-15  # κ Σ_{n>N} g_n below which more modes change nothing
THICK = (128, 256)  # modes where the tail of the weights is never that small
WIDTH, DEPTH = 1 / 64, 14


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


def cones(potential: dict[str, Any], kappa_max: str, period: int, n_modes: int | None) -> Iterator[Cone]:
    """Yield the bounds to try, with more and more modes; those of `n_modes` alone if it is given.

    Raises
    ------
    Open
        If the potential has weights that are not proved ≥ 0.
    """
    with ctx.workprec(PRECISION):
        kappa, weights = above(number(kappa_max)), Weights(potential)
        thin = [n for n in SIZES if kappa * above(weights.tail(n * period)[1]) < NEGLIGIBLE]
    for size in [n_modes] if n_modes else thin[:2] or THICK:
        with ctx.workprec(PRECISION):
            cone = Cone(potential, kappa, size, period)
        yield cone


def texts(values: Any) -> list[str]:
    """Return doubles as hexadecimal strings."""
    return [hexadecimal(arb(float(v))) for v in values]


def cells_at(cone: Cone, ka: float, kb: float) -> tuple[Array, list[str]]:
    """Return ends of cells of a_1 that cover [0, 1], and the verdict on each, '?' where bisection does not help.

    Cells are bisected up to `DEPTH` times until each has no state or φ − x is monotone on it.
    """
    edges = np.linspace(0.0, 1.0, round(1 / WIDTH) + 1)
    low, high, verdicts = dict[float, Array](), dict[float, Array](), dict[tuple[float, float], str]()
    for depth in range(DEPTH):
        new = np.array([x for x in edges if x not in low])
        low |= zip(new, cone.rising(new[:, None], np.full(len(new), ka)), strict=True)
        high |= zip(new, cone.falling(new[:, None], np.full(len(new), kb)), strict=True)
        pairs = list(pairwise(edges))
        for x, y in set(pairs) - set(verdicts):
            l, u = (np.stack([end[x], end[y]]) for end in (low, high))
            verdicts[x, y] = cone.verdict(np.array([x, y]), l, u, ka, kb)
        split = [(x + y) / 2 for x, y in pairs if verdicts[x, y] == "?"]
        if not split or depth == DEPTH - 1 or len(split) > 256:
            break
        edges = np.sort(np.concatenate([edges, split]))
    return edges, [verdicts[pair] for pair in pairwise(edges)]


def runs_of(edges: Array, verdicts: list[str]) -> list[tuple[str, float, float]]:
    """Return the runs (verdict, first end, last end) of neighbouring cells with one verdict."""
    starts = [i for i, v in enumerate(verdicts) if i == 0 or v != verdicts[i - 1]] + [len(verdicts)]
    return [(verdicts[i], edges[i], edges[j]) for i, j in pairwise(starts)]


def locate(cone: Cone, edges: Array, verdicts: list[str], ka: float, kb: float) -> list[tuple[Array, Array]]:
    """Return a bracket of a_1, as narrow as φ − x changes its sign on, and the moments of the state, for every state.

    Raises
    ------
    Open
        If a run of cells with φ − x monotone has no verdict next to it, or no bracket is found.
    """
    runs, found = runs_of(edges, verdicts), []
    signs = [*(v for v, _, _ in runs), "-"]
    for i, (v, first, last) in enumerate(runs):
        if i and v in ("falls", "rises") and signs[i - 1] != signs[i + 1]:
            middle = np.array([(first + last) / 2])
            start = np.append(middle, cone.rising(middle[:, None], np.array([ka]))[0, 1 : cone.N])
            a = moments_at(cone, ka, start)
            found.append((bracket(cone, a[0], first, last, v, ka, kb), a))
    return found


def bracket(cone: Cone, x: float, first: float, last: float, verdict: str, ka: float, kb: float) -> Array:
    """Return the narrowest interval x ± δ inside [first, last] on which φ − x is proved to change its sign."""
    low, high = cone.rising(np.array([[x]]), np.array([ka]))[0], cone.falling(np.array([[x]]), np.array([kb]))[0]
    slope = cone.slope(low, high, ka, kb) or (1.0, 1.0)
    steep = max(slope[0] - 1, 1 - slope[1], 1e-3)
    widths = max(1e-13, high[0] - low[0]) / steep * 1.3 ** np.arange(1, 40)  # |1 − φ_x| δ must exceed the error of φ
    for ends in np.clip(np.stack([x - widths, x + widths], 1), first, last):
        least = cone.rising(ends[:, None], np.full(2, ka))[:, 0] - ends
        most = cone.falling(ends[:, None], np.full(2, kb))[:, 0] - ends
        if (least[0] > 0 > most[1]) if verdict == "falls" else (most[0] < 0 < least[1]):
            return np.asarray(ends)
    raise Open(f"does not hold: phi - x changes its sign near a = {x:.9g} in [{first}, {last}]")


def moments_at(cone: Cone, kappa: float, start: Array) -> Array:
    """Return a_1 … a_N of the state at κ near `start`, by Newton's iteration."""
    a, N = start.copy(), cone.N
    for _ in range(60):
        T, C = _linear(cone, kappa, a)
        step = np.linalg.solve(np.eye(N) - kappa * C * cone.gu[:N], T - a)
        a = a + step
        if not np.abs(step).max() > 1e-15:
            break
    return a


def on_graph(cone: Cone, xs: Array, kappa: float) -> Array:
    """Return κ = K(x) at increasing a_1 = x > 0, starting from K ≈ `kappa` at the first, by Newton's iteration."""
    N, values = cone.N, []
    a = xs[0] ** np.arange(1.0, N + 1)
    for x in xs:
        a[0] = x
        for _ in range(60):
            T, C = _linear(cone, kappa, a)
            J = np.eye(N) - kappa * C * cone.gu[:N]
            J[:, 0] = -C @ (cone.gu[:N] * a)
            step = np.linalg.solve(J, T - a)
            kappa, a[1:] = kappa + step[0], a[1:] + step[1:]
            if not np.abs(step).max() > 1e-14 * max(1.0, kappa):
                break
        values.append(kappa)
    return np.array(values)


def _linear(cone: Cone, kappa: float, a: Array) -> tuple[Array, Array]:
    """Return T(a, κ) and the covariances there, on modes ≤ N."""
    N, n = cone.N, np.arange(1, cone.N + 1)
    A = np.append(1.0, cone.moments((kappa * cone.gu[:N] * a)[None])[0])
    T = A[1 : N + 1]
    return T, (A[abs(n[:, None] - n)] + A[n[:, None] + n]) / 2 - np.outer(T, T)
