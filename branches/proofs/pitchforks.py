"""A branch point off a branch of period 2π/p as a theorem: the isotropy block that gains or loses one direction."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import numpy as np

from branches.potentials.potential import Potential, positive_integer
from branches.proofs.certificate import PRECISION, Certificate, issue
from branches.proofs.numerics import Neutral, checked_moments, newton, sizes
from branches.proofs.potentials import coupling, describe

__all__ = ["pitchfork"]

METHOD = (
    "Newton–Kantorovich for the extended system F(x, kappa) = 0, F_x v = 0, v_pivot = 1, v in the isotropy block; its "
    "regular zeros are simple branch points crossed at a speed; inertia of the other blocks (Crandall–Rabinowitz)."
)


def pitchfork(
    potential: Potential, a: Any, kappa: Any, period: int, residue: int, n_modes: int | None = None,
    precision: int = PRECISION,
) -> Certificate:  # fmt: skip
    """Prove that branches of a longer period leave a branch of states of period 2π/p near a coupling.

    Parameters
    ----------
    potential
        The interaction, any signs of the weights, Σ |g_n| < ∞.
    a
        Moments a_1, a_2, … of the state of period 2π/p near the branch point; those that are not multiples of p
        are not looked at.
    kappa : str, Fraction, int or float
        A coupling close to the branch point.
    period
        p ≥ 2.
    residue
        j, 1 ≤ j ≤ p/2: the block of the even directions in the modes n ≡ ±j (mod p) is the one that turns neutral.
    n_modes
        Multiples of p in the finite part.  By default as many as it takes, up to 256.
    precision
        Bits of the ball arithmetic.

    Returns
    -------
    Certificate
        `proved` holds kappa, a_p, a_2p and a_3p there, the numbers of unstable directions of the block on both
        sides, the p' of the period 2π/p' of the branch that leaves, and the distances r and R from the numbers in the
        file within which there is exactly one branch point, and no other.

    Raises
    ------
    ValueError
        If an argument is not allowed, or the weights are not known exactly.

    Notes
    -----
    For p = 2 a rotation by π exchanges the two halves of the branch that leaves: a pitchfork.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.proofs.pitchforks import pitchfork
    >>> certificate = pitchfork(potentials.bimodal(2), [0, 0.6, 0, 0.2], 1.2549663488385279, period=2, residue=1)
    >>> certificate.verdict, certificate.proved["index"], certificate.proved["breaks_to"]
    ('certified', [0, 1], 1)
    """
    started = time.perf_counter()
    described, guess = describe(potential), checked_moments(a)
    p, j = positive_integer("period", period), positive_integer("residue", residue)
    if p < 2 or 2 * j > p:
        raise ValueError(f"period = {period}, residue = {residue} are not allowed: 1 <= residue <= period/2 must hold")
    reduced, given, at = _reduced(potential, p), {"period": p, "residue": j}, float(Fraction(coupling(kappa)))
    for size in sizes(reduced, guess[p - 1 :: p], at, n_modes):
        start = newton(reduced, guess[p - 1 :: p], at, size)
        pivot = _attracting(potential, p, j)
        zero = Neutral(described, p, j, pivot, np.nan_to_num(start), at)
        converged = zero.solve()
        certificate = issue("pitchfork", described, given, zero.digits(precision), size, METHOD, precision, started)
        if certificate.certified or not converged:  # where there is none near, more modes do not help
            break
    return certificate


def _attracting(potential: Potential, p: int, j: int) -> int:
    """Return the mode ±j (mod p) with the greatest weight."""
    g = np.abs(potential.weights(8 * p))
    return max((n for n in range(1, 8 * p + 1) if n % p in (j, p - j)), key=lambda n: float(g[n - 1]))


def _reduced(potential: Potential, p: int) -> Potential:
    """Return the potential whose mode n is mode pn of the given one: its states are those of period 2π/p."""
    from branches.potentials import from_weights

    return from_weights(potential.weights(256 * p)[p - 1 :: p])
