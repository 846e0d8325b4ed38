"""The whole diagram of states with moments a_n ≥ 0 as a theorem: one graph κ = K(a), and its folds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from flint import ctx

from branches.potentials.potential import Array, Potential
from branches.proofs.certificate import PRECISION, Certificate, issue
from branches.proofs.checker_balls import Claim, Open
from branches.proofs.checker_cone import Cone, higher
from branches.proofs.checker_everything import coupling as doubles_around
from branches.proofs.checker_everything import direction, near_onset, no_mode_p, windows
from branches.proofs.cone import ASSUMPTIONS, cones, on_graph, texts
from branches.proofs.enumerate import checked

__all__ = ["diagram"]

METHOD = (
    "phi(a, kappa) = E cos theta of the reduced state increases with kappa, so that phi = a is one graph kappa = K(a). "
    "On cells of a and windows of kappa: phi < a below, phi > a above; the sign of K' is that of 1 - phi_a, near the "
    "onset that of -phi_aaa; where it is open phi_aa has one sign, and at most one fold. Falling iterates at kappa_max "
    "end it, and leave no state with a = 0."
)
ROOM = 1.25  # the bounds are for couplings up to so many κ_max
WIDTH, NARROWEST = 1 / 64, 2.0**-18
ONSETS = tuple(n / 128 for n in (32, 24, 16, 12, 8, 6, 4, 2, 1))  # a up to which φ_aaa may have one sign
PADS = (0.3, 2.0, 20.0)  # of a window, in κ_1 times the square of the width of its cell

Progress = Callable[[float, float], None]
Cells = dict[tuple[float, float], tuple[float, float]]  # ends of a cell: window of κ


def diagram(
    potential: Potential, kappa_max: Any, period: int | None = None, n_modes: int | None = None,
    progress: Progress | None = None,
) -> Certificate:  # fmt: skip
    """Prove that the states with a_n ≥ 0 up to a coupling form one graph κ = K(a), and count its folds.

    Parameters
    ----------
    potential
        The interaction, all g_n ≥ 0, Σ g_n < ∞.
    kappa_max : str, Fraction, int or float
        Up to where, above the onset κ_p or the fold.
    period
        p: the states of period 2π/p, a = a_p.  By default the greatest p for which these are all states.
    n_modes
        Modes of the finite part; by default as many as it takes.
    progress
        Called with the a up to which K is enclosed, and the last.

    Returns
    -------
    Certificate
        `proved` holds the shape at the onset, the number of folds and where they are.  Undecided where several
        states share one a_p, a state has a_p = 0 (above another onset), or tails are too thick.  After Ctrl-C:
        undecided, with the cells that were closed.

    Raises
    ------
    ValueError
        If a weight is negative, no state exists up to `kappa_max`, or the weights are not known exactly.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.proofs.graph import diagram
    >>> certificate = diagram(potentials.kuramoto(), "2.04")
    >>> certificate.verdict, certificate.proved["count"], certificate.proved["shape"]
    ('certified', 0, 'supercritical')
    """
    described, text, p, started = checked(potential, kappa_max, period, n_modes)
    given = {"kappa_max": text, "period": p}
    with ctx.workprec(PRECISION):
        kappa = doubles_around(text)[1]
    for cone in cones(described, str(kappa * ROOM), p, n_modes):
        witness: dict[str, Any] = {"edges": [], "low": [], "high": [], "onset_cells": 1}
        search = _Search(cone, kappa, progress)
        stopped = ""
        try:
            witness = search.witness()
        except Open as failure:
            stopped = str(failure)
        except KeyboardInterrupt:
            stopped = f"interrupted; windows of K are known for {len(search.closed)} cells"
        claim = Claim(described, given, witness, cone.N)
        certificate = issue("diagram", claim, METHOD, PRECISION, started, ASSUMPTIONS)
        if certificate.certified:
            break
        if stopped:
            certificate = replace(certificate, undecided=stopped, statement=f"Undecided (diagram): {stopped}")
    return certificate


class _Search:
    """Cells of a and windows of κ on which the theorem closes."""

    def __init__(self, cone: Cone, kappa_max: float, progress: Progress | None) -> None:
        self.cone, self.kappa_max, self.progress, self.closed = cone, kappa_max, progress, Cells()
        self.onset = 2 / float(cone.gu[0])
        top = cone.falling(np.empty((1, 0)), np.array([kappa_max]), 20000)[0, 0]
        if not top > 1e-6:
            raise ValueError(
                f"kappa_max = {kappa_max:.12g} is not allowed: the uniform state is alone up to there; see uniform_only"
            )
        self.end = float(top + 2e-3 * (1 - top))

    def witness(self) -> dict[str, Any]:
        """Return ends, windows, and the number of cells next to the onset; Open where a cell does not close."""
        no_mode_p(self.cone, self.kappa_max)
        with ctx.workprec(PRECISION):
            start, near = self._start()
            ends = [start]
            while ends[-1] < self.end:
                ends.append(min(ends[-1] + min(WIDTH, (1 - ends[-1]) / 8), self.end))
            todo = list(pairwise(ends))
            while todo:
                todo = [half for pair in self._failing(todo) for half in _halves(pair)]
                if self.progress is not None:
                    self.progress(min((pair[0] for pair in todo), default=self.end), self.end)
        cells = dict(sorted((self.closed | near).items()))
        edges = [*(x for x, _ in cells), self.end]
        low, high = zip(*cells.values(), strict=True)
        return {"edges": texts(edges), "low": texts(low), "high": texts(high), "onset_cells": len(near)}

    def _start(self) -> tuple[float, Cells]:
        """Return a, and cells from 0 to a on the windows of which φ_aaa has one sign."""
        for start in ONSETS:
            x = np.linspace(0.0, start, max(2, round(start * 128)) + 1)
            pairs = list(pairwise(x))
            try:
                near = Cells()
                for pad in PADS:
                    closed = self._closed([pair for pair in pairs if pair not in near], pad)
                    near |= {pair: window for pair, (window, _) in closed.items()}
                ka, kb = (f(w[i] for w in near.values()) for i, f in ((0, min), (1, max)))
                if len(near) == len(pairs) and start < self.end and near_onset(self.cone, x, ka, kb):
                    return start, near
            except (Open, ArithmeticError, ValueError):
                continue
        raise Open("does not hold: phi_aaa has one sign next to the onset")

    def _failing(self, pairs: list[tuple[float, float]]) -> list[tuple[float, float]]:
        """Close what closes, by the sign of K' or of φ_aa, and return the rest."""
        for pad in PADS:
            for pair, (window, cell) in self._closed(pairs, pad).items():
                last = pair[1] == self.end
                if direction(cell[1]) or (not last and self._curved(cell, window)):
                    self.closed[pair] = window
            pairs = [pair for pair in pairs if pair not in self.closed]
            if not pairs:
                break
        for x, y in pairs:
            if y - x < NARROWEST:
                raise Open(f"does not hold: the cell a in [{x:.9g}, {y:.9g}] closes")
        return pairs

    def _curved(self, cell: Any, window: tuple[float, float]) -> bool:
        try:
            second = higher(self.cone, cell[2], cell[3], *window, 2)
        except (Open, ArithmeticError, ValueError):
            return False
        return bool(second > 0) or bool(second < 0)

    def _closed(self, pairs: list[tuple[float, float]], pad: float) -> dict[Any, Any]:
        """Return window and bounds of the cells where K is enclosed and φ is one function."""
        if not pairs:
            return {}
        x = np.array(pairs)
        at = np.unique(np.concatenate([x.ravel(), x.mean(1)]))
        values = dict(zip(at, self._graph(at), strict=True))
        k = np.array([[values[v] for v in (a, (a + b) / 2, b)] for a, b in pairs])
        room = 0.1 * np.ptp(k, axis=1) + (pad * (x[:, 1] - x[:, 0]) ** 2 + 1e-9) * self.onset
        low, high = k.min(1) - room, k.max(1) + room
        if not (np.isfinite(k).all() and (low > 0).all() and (high < self.cone.kappa_max).all()):
            raise Open(f"does not hold: K(a) <= {self.cone.kappa_max:.6g} for a <= {self.end:.6g}")
        cells = windows(self.cone, x[:, 0], x[:, 1], low, high)
        found = zip(pairs, low, high, cells, strict=True)
        return {pair: ((a, b), cell) for pair, a, b, cell in found if cell[0] and cell[1]}

    def _graph(self, at: Array) -> Array:
        """Return K at increasing a ≥ 0, followed from the onset."""
        steps = np.unique(np.concatenate([np.linspace(0, at[-1], 65)[1:], at[at > 0]]))
        known = dict(zip(steps, on_graph(self.cone, steps, self.onset), strict=True)) | {0.0: self.onset}
        return np.array([known[x] for x in at])


def _halves(pair: tuple[float, float]) -> list[tuple[float, float]]:
    middle = (pair[0] + pair[1]) / 2
    return [(pair[0], middle), (middle, pair[1])]
