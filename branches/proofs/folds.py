"""A fold as a theorem: exactly one on its arc, quadratic, with an enclosure of its coupling."""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx

from branches.model.potential import Potential
from branches.proofs.certificate import PRECISION, Certificate, issue
from branches.proofs.checker_balls import Claim, number
from branches.proofs.checker_local import System, bordered, second
from branches.proofs.numerics import checked_moments, hexadecimal, moved, sizes
from branches.proofs.potentials import coupling, describe

__all__ = ["fold"]

METHOD = (
    "Newton–Kantorovich for (F(x, kappa), t.(u - u0) - s) on an arc; kappa''(s) of one sign on it and |kappa'(0)| "
    "small enough; the modes beyond N eliminated by a Schur complement."
)
ARCS = (6, 8, 10, 13, 16, 20, 26, 34)  # −log₂ of the half lengths that are tried, longest first
STEPS, LONGEST = 40, 0.1  # Newton's iteration, and how far a step may go


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
    ('certified', 'minimum', '1.976662621966329')
    """
    started = time.perf_counter()
    described, text, guess = describe(potential), coupling(kappa), checked_moments(a)
    for size in sizes(potential, guess, float(Fraction(text)), n_modes):
        start = np.pad(guess, (0, max(0, size - guess.size)))[:size]
        with ctx.workprec(precision):
            witness = _located(described, start, text)
        for arc in ARCS:
            claim = Claim(described, {}, witness | {"sigma": f"0x1p-{arc}"}, size)
            certificate = issue("fold", claim, METHOD, precision, since=started)
            if certificate.certified:
                return certificate
    return certificate


def _located(potential: Mapping[str, Any], a: Any, kappa: str) -> dict[str, Any]:
    """Return moments, coupling and tangent of the fold: Newton's iteration with κ' = 0, exact second derivatives."""
    moments, at = [arb(float(v)) for v in a], number(kappa).mid()
    for _ in range(STEPS):
        system = System(Claim(potential, {}, {}, len(moments)), at, moments)
        P = system.block(1)[0]
        tangent = _null(bordered(system, P, [arb(0)] * (system.N + 1)))
        inverse = bordered(system, P, tangent).inv().mid()
        u = [inverse[i, system.N] for i in range(system.N + 1)]
        curvature = -sum(inverse[system.N, i] * v for i, v in enumerate(second(system, u)))
        back = (inverse * arb_mat(system.N + 1, 1, [*system.F, arb(0)])).entries()
        along = (-u[-1] / curvature).mid()
        step = [b - along * v for b, v in zip(back, u, strict=True)]
        length = max(abs(float(v)) for v in step)
        shrink = min(1.0, LONGEST / length) if length else 1.0
        moments = moved(system, moments, [shrink * v for v in step[:-1]])
        at = ((system.kappa - shrink * step[-1]) * arb((1, -system.unit))).mid()
        if length < 2.0 ** (-ctx.prec // 3):
            break
    found = {"a": [*map(hexadecimal, moments)], "kappa": hexadecimal(at)}
    return found | {"tangent": [*map(hexadecimal, tangent)]}


def _null(rows: Any) -> list[Any]:
    """Return the unit vector that the N × (N + 1) matrix above the last row maps to zero, in doubles."""
    matrix = np.array([[float(v) for v in row] for row in rows.tolist()[:-1]])
    vector = np.linalg.svd(matrix)[2][-1]
    return [arb(float(v)) for v in vector]
