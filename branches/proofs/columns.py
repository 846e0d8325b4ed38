"""Cells of a_1 at one coupling: without a state, or with φ − a_1 monotone; in doubles, for the checker to prove."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import brentq

from branches.potentials.potential import Array
from branches.proofs.cone import SHIFT, Reduced, texts

__all__ = ["Column"]

WIDTH, NARROWEST = 1 / 64, 2.0**-24
MARGIN = 2e-12  # by which a verdict in doubles must hold
BRACKETS = tuple(1e-12 * 2.0**n for n in range(24))  # half widths of the cell around a state


class Column:
    """What covers 0 ≤ a_1 ≤ 1 at κ: strips of cells where the reduced state is unique, and gaps between them.

    `edges` of all strips in order; `states` are the a_1 of the states in them.
    """

    def __init__(self, cone: Reduced, kappa: float) -> None:
        self.cone, self.kappa, self._known = cone, kappa, dict[float, tuple[Array, Array]]()
        x = np.linspace(0.0, 1.0, round(1 / WIDTH) + 1)
        self._look(x)
        unique = [float(abs(self._known[v][0] - self._known[v][1]).max()) < 1e-7 for v in x]
        parts = [list[float]()]
        for v, single in zip(x, unique, strict=True):
            if single:
                parts[-1].append(float(v))
            elif parts[-1]:
                parts.append([])
        self.edges = [self._refined(part) for part in parts if len(part) > 1]
        self.states = [self._bracketed(part) for part in self.edges]

    @property
    def gaps(self) -> list[tuple[float, float]]:
        """Return where a_1 has several reduced states."""
        ends = [0.0, *(v for part in self.edges for v in (part[0], part[-1])), 1.0]
        return [(a, b) for a, b in zip(ends[::2], ends[1::2], strict=True) if a < b]

    def strips(self) -> list[dict[str, Any]]:
        """Return the strips as a certificate holds them."""
        found = []
        for part in self.edges:
            self._look(part)
            (a, b), k = (np.array([[v]]) for v in (part[0], part[-1])), self.kappa
            first = self.cone.starts(a, k, 0.0, self._known[part[0]][1], k) if part[0] else 0
            last = self.cone.starts(b, k, 1.0, self._known[part[-1]][0], k)
            found.append({"edges": texts(part), "steps": [first, last]})
        return found

    def _look(self, x: Any) -> None:
        """Find least and greatest reduced states at some a_1."""
        new = np.array([v for v in x if v not in self._known])
        if len(new):
            found = (self.cone.settle(new[:, None], np.full(len(new), self.kappa), start) for start in (0.0, 1.0))
            self._known |= {float(v): (l, u) for v, l, u in zip(new, *found, strict=True)}

    def _refined(self, part: list[float]) -> list[float]:
        """Bisect cells until each has a verdict, or bisection does not help."""
        done = set[tuple[float, float]]()
        for _ in range(20):
            self._look(part)
            done |= {pair for pair in pairwise(part) if pair not in done and self._decided(*pair)}
            split = [(a + b) / 2 for a, b in pairwise(part) if (a, b) not in done and b - a > NARROWEST]
            if not split or len(split) > 256:
                break
            part = sorted([*part, *split])
        return part

    def _decided(self, a: float, b: float) -> bool:
        """Whether [a, b] has no state or φ − x is monotone on it."""
        (l, _), (_, u) = self._known[a], self._known[b]
        slope = self.cone.slope(l, u, self.kappa, self.kappa)
        if slope is None:
            return False
        if slope[0] > 1 + MARGIN or slope[1] < 1 - MARGIN or l[0] > b + MARGIN or u[0] < a - MARGIN:
            return True
        lo, hi, w = slope[0] - 1, slope[1] - 1, b - a
        left, right = l[0] - a, u[0] - b
        rest = (left + lo * w, right - hi * w), (left + hi * w, right - lo * w)
        return bool(max(*rest[0]) > MARGIN or min(*rest[1]) < -MARGIN)

    def _bracketed(self, part: list[float]) -> list[float]:
        """Put a narrow cell around every state of a strip, and return the states."""
        signs = [self._known[v][0][0] - v for v in part]
        found = []
        for (a, b), (u, v) in zip(pairwise(part), pairwise(signs), strict=True):
            if a > 0 and u * v < 0:
                found.append(float(brentq(self._excess, a, b, xtol=1e-15)))
        for x in found:
            for half in BRACKETS:
                ends = [max(x - half, 0.0), min(x + half, 1.0)]
                excess = [self._excess(v) for v in ends]
                if min(map(abs, excess)) > 20 * SHIFT and excess[0] * excess[1] < 0:
                    part[:] = sorted({*(v for v in part if not ends[0] <= v <= ends[1]), *ends})
                    break
        return found

    def _excess(self, x: float) -> float:
        return float(self.cone.settle(np.array([[x]]), np.array([self.kappa]), 0.0)[0, 0] - x)
