"""A fold as a theorem: exactly one near the point, quadratic, with an enclosure of its coupling."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import numpy as np

from branches.potentials.potential import Potential
from branches.proofs.certificate import PRECISION, Certificate, issue
from branches.proofs.numerics import Neutral, checked_moments, sizes
from branches.proofs.potentials import coupling, describe

__all__ = ["fold"]

METHOD = (
    "Newton–Kantorovich for the extended system F(x, kappa) = 0, F_x v = 0, v_pivot = 1, whose regular zeros are the "
    "quadratic folds; the derivative inverted on modes <= N and S beyond."
)
WANTED, ENOUGH = 1e-18, 96  # more modes are tried until the radius is less than this, or there are so many
THICK = [32, 64]  # modes to begin with for weights that decay like a power


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
        `proved` holds kappa, a_1, a_2, a_3, whether κ has a minimum or a maximum there, and the distances r and R
        from the numbers in the file within which there is exactly one fold, and no other.

    Raises
    ------
    ValueError
        If the moments or the coupling are not allowed, or the weights are not known exactly.

    Notes
    -----
    The theorem is about this fold.  That the branch has no other fold is the theorem of a whole diagram.

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
    thick = at * abs(potential.weights(THICK[0])[-1]) > 1e-8
    pivot = 1 + int(np.argmax(np.abs(guess) * (potential.weights(guess.size) != 0)))
    for size in THICK if thick and n_modes is None else sizes(potential, guess, at, n_modes):
        size += 0 if n_modes else size // 2  # the null vector needs more
        start = np.pad(guess, (0, max(0, size - guess.size)))[:size]
        zero = Neutral(described, 1, 0, pivot, start, at)
        converged = zero.solve()
        certificate = issue("fold", described, {}, zero.digits(precision), size, METHOD, precision, since=started)
        if not converged:  # where there is none near, more modes do not help
            break
        if certificate.certified and (size >= ENOUGH or certificate.interval("r")[1] < WANTED):
            break
    return certificate
