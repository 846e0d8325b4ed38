"""Where several reduced states share one a_1: cells of a_1 and a_2 with F > 0, in doubles, for the checker to prove."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from branches.potentials.potential import Array
from branches.proofs.cone import Reduced, texts

__all__ = ["plates"]

FIRST, COARSE, DEPTH = 8, 32, 6  # cells of a_1 and of a_2 to begin with, and how often a cell of a_2 is halved
NARROWEST = 2.0**-10  # of a_1
MARGIN, CLOSE = 1e-7, 1e-9  # of verdicts, and of the iterates they are made on


def plates(cone: Reduced, low: float, high: float, kappa: float) -> list[dict[str, Any]]:
    """Return plates that cover low ≤ a_1 ≤ high as a certificate holds them; where none closes, what was tried last."""
    ends = np.linspace(low, high, FIRST + 1)
    todo, done = [(float(a), float(b)) for a, b in pairwise(ends)], []
    while todo:
        a, b = todo.pop()
        y, closes = _cells(cone, a, b, kappa)
        if closes or b - a < NARROWEST:
            done.append({"across": texts((a, b)), "edges": texts(y), "steps": _steps(cone, a, b, kappa)})
        else:
            todo += [(a, (a + b) / 2), ((a + b) / 2, b)]
        if not closes and b - a < NARROWEST:
            break
    return done


def _steps(cone: Reduced, a: float, b: float, kappa: float) -> list[int]:
    """Return the iterates from 0 and from 1 at the ends."""
    k = np.array([kappa])
    first, last = cone.settle(np.array([[b, 0.0]]), k, 1.0)[0], cone.settle(np.array([[a, 1.0]]), k, 0.0)[0]
    corners = np.array([[a, 0.0]]), np.array([[b, 1.0]])
    return [cone.starts(corners[0], kappa, 0.0, first, kappa), cone.starts(corners[1], kappa, 1.0, last, kappa)]


def _cells(cone: Reduced, a: float, b: float, kappa: float) -> tuple[Array, bool]:
    """Return cells of a_2 for one of a_1, halved where neither holds, and whether all close."""
    y = np.linspace(0.0, 1.0, COARSE + 1)
    for _ in range(DEPTH):
        one = np.full(len(y), kappa)
        l = cone.settle(np.stack([np.full(len(y), a), y], 1), one, 0.0, CLOSE)
        u = cone.settle(np.stack([np.full(len(y), b), y], 1), one, 1.0, CLOSE)
        open_cells = [
            i for i in range(len(y) - 1) if not _closes(cone, (a, b), (y[i], y[i + 1]), l[i], u[i + 1], kappa)
        ]
        if not open_cells:
            return y, True
        if len(y) + len(open_cells) > 400:
            break
        y = np.sort(np.concatenate([y, [(y[i] + y[i + 1]) / 2 for i in open_cells]]))
    return y, False


def _closes(cone: Reduced, x: tuple[float, float], y: tuple[float, float], l: Array, u: Array, kappa: float) -> bool:
    """Whether there is one reduced state, and no state or F > 0 by mean value."""
    if not cone.contracts(l, u, kappa, 2):
        return False
    if l[0] > x[1] + MARGIN or u[0] < x[0] - MARGIN or l[1] > y[1] + MARGIN or u[1] < y[0] - MARGIN:
        return True
    N = cone.N
    least, most = l[:N].copy(), u[:N].copy()
    least[:2], most[:2] = np.maximum(l[:2], (x[0], y[0])), np.minimum(u[:2], (x[1], y[1]))
    c = (least + most) / 2
    gradient = np.maximum(most - l[:N], u[:N] - least)
    V = kappa * cone.g * c @ cone.C[1 : N + 1]
    log_Z = V[0] + np.log((np.exp(V - V[0]) @ cone.mean)[0])
    energy = kappa / 2 * cone.g @ (c * c) - log_Z
    return bool(energy - kappa * cone.g @ (gradient * (most - c)) > MARGIN)
