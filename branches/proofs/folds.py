"""A fold as a theorem: exactly one on its arc, quadratic, with an enclosure of its coupling."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx

from branches.potentials.potential import Potential
from branches.proofs.certificate import PRECISION, Certificate, issue
from branches.proofs.checker_balls import Claim, number, vector
from branches.proofs.checker_local import System, bordered, second
from branches.proofs.numerics import checked_moments, hexadecimal, moved, sizes
from branches.proofs.potentials import coupling, describe

__all__ = ["fold"]

METHOD = (
    "Newton–Kantorovich for (F(x, kappa), t.(u - u0) - s) on an arc; kappa''(s) of one sign on it and |kappa'(0)| "
    "small enough; the modes beyond N eliminated by a Schur complement."
)
ARCS = (8, 13, 16, 24, 34)  # −log₂ of the half lengths that are tried, longest first
FEW, THICK = 48, 96  # modes to begin with; modes for weights that decay like a power: they give about 15 digits
STEPS, LONGEST = 25, 0.1  # Newton's iteration, and how far a step may go


def fold(
    potential: Potential, a: Any, kappa: Any, n_modes: int | None = None, precision: int = PRECISION
) -> Certificate:
    """Prove the fold near a state.

    Parameters
    ----------
    potential
        The interaction, any signs of the weights, Σ |g_n| < ∞.
    a
        Moments a_1, a_2, … near the fold, shape (N,).
    kappa : str, Fraction, int or float
        A coupling near the fold.
    n_modes
        Modes of the finite part.  By default as many as it takes, up to 256.
    precision
        Bits of the ball arithmetic.

    Returns
    -------
    Certificate
        `proved` holds kappa, a_1, a_2, a_3, whether κ has a minimum or a maximum there, κ'' and the half length of
        the arc, both in the units of the file.

    Raises
    ------
    ValueError
        If the moments or the coupling are not allowed, or the weights are not known exactly.

    Notes
    -----
    The theorem is about the arc.  That the branch has no other fold is the theorem of a whole diagram.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.proofs.folds import fold
    >>> certificate = fold(potentials.bimodal(0.6), [0.33, 0.12], 1.9767)
    >>> certificate.verdict, certificate.proved["turn"], certificate.proved["kappa"][0][:17]
    ('certified', 'minimum', '1.976662621966326')
    """
    started = time.perf_counter()
    described, text, guess = describe(potential), coupling(kappa), checked_moments(a)
    at = float(Fraction(text))
    thick = at * abs(potential.weights(THICK)[-1]) > 1e-8
    for size in [THICK] if thick and n_modes is None else sizes(potential, guess, at, n_modes):
        start = np.pad(guess, (0, max(0, size - guess.size)))[:size]
        with ctx.workprec(precision):
            witness, converged = _located(described, start, text)
        for arc in ARCS if converged else ARCS[-1:]:
            claim = Claim(described, {}, witness | {"sigma": f"0x1p-{arc}"}, size)
            certificate = issue("fold", claim, METHOD, precision, since=started)
            if certificate.certified:
                return certificate
        if not converged:  # there is none near: more modes do not help
            break
    return certificate


def _located(potential: Mapping[str, Any], a: Any, kappa: str) -> tuple[dict[str, Any], bool]:
    """Return moments, coupling and tangent of the fold by Newton's iteration with κ' = 0, and whether it ended."""
    moments, at, length = [arb(float(v)) for v in a[:FEW]], number(kappa).mid(), math.inf
    for goal in (1e-6, 2.0 ** (-ctx.prec // 3)):  # first with few modes
        for _ in range(STEPS):
            moments, at, length, tangent = _step(potential, moments, at)
            if not length > goal:
                break
        moments += [arb(0)] * (len(a) - len(moments))
        if not length <= goal:
            break
    tangent += [arb(0)] * (len(a) + 1 - len(tangent))
    found = {"a": [*map(hexadecimal, moments)], "kappa": hexadecimal(at)}
    return found | {"tangent": [*map(hexadecimal, tangent)]}, length <= goal


def _step(potential: Mapping[str, Any], moments: list[Any], at: Any) -> tuple[list[Any], Any, float, list[Any]]:
    """Return moments, coupling, length and tangent of one step, with the exact second derivative along the tangent."""
    system = System(Claim(potential, {}, {}, len(moments)), at, moments)
    N, rows = system.N, bordered(system, system.block(1)[0], [arb(0)] * (len(moments) + 1)).tolist()[:-1]
    tangent = _null(rows)
    inverse = arb_mat([*rows, tangent]).inv().mid()
    u = [inverse[i, N] for i in range(N + 1)]
    curvature = -sum(inverse[N, i] * v for i, v in enumerate(second(system, u)))
    back = (inverse * vector([*system.F, arb(0)])).entries()
    along = (-u[-1] / curvature).mid()
    step = [b - along * v for b, v in zip(back, u, strict=True)]
    length = max(abs(float(v)) for v in step)
    shrink = min(1.0, LONGEST / length) if length else 1.0
    at = ((system.kappa - shrink * step[-1]) * arb((1, -system.unit))).mid()
    return moved(system, moments, [shrink * v for v in step[:-1]]), at, length, tangent


def _null(rows: list[list[Any]]) -> list[Any]:
    """Return the unit vector that an N × (N + 1) matrix maps to zero, in doubles."""
    kernel = np.linalg.svd(np.array([[float(v) for v in row] for row in rows]))[2][-1]
    return [arb(float(v)) for v in kernel]
