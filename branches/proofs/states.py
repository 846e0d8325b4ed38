"""A single state as a theorem: it exists, no other is near, its free energy and its Morse index."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import numpy as np

from branches.potentials.potential import Potential
from branches.proofs.certificate import PRECISION, Certificate, issue
from branches.proofs.numerics import checked_moments, newton, refined, sizes
from branches.proofs.potentials import coupling, describe

__all__ = ["state"]

METHOD = (
    "Newton–Kantorovich in the Hilbert space of x_n = s_n |g_n|^(1/2) a_n, the derivative inverted on modes <= N and S "
    "beyond; Morse index by inertia of the second variation in both sectors, the rotation as its exact null vector."
)

def state(
    potential: Potential, a: Any, kappa: Any, n_modes: int | None = None, precision: int = PRECISION
) -> Certificate:
    """Prove the even state near given moments.

    Parameters
    ----------
    potential
        The interaction, any signs of the weights, Σ |g_n| < ∞.
    a
        Moments a_1, a_2, …, shape (N,), such as those of a point of a branch; zeros for the uniform state.
    kappa : str, Fraction, int or float
        The coupling; the theorem is about the decimal or rational number that is given.
    n_modes
        Modes of the finite part.  By default as many as it takes, up to 256.
    precision
        Bits of the ball arithmetic.

    Returns
    -------
    Certificate
        `proved` holds the distance r within which there is exactly one state, the distance R within which there
        is no other, a_1, a_2, a_3, the free energy and the Morse index (even, odd).

    Raises
    ------
    ValueError
        If the moments or the coupling are not allowed, or the weights are not known exactly.

    Notes
    -----
    What it may miss: states that are not even.  The index counts directions of both sectors.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.proofs.states import state
    >>> certificate = state(potentials.kuramoto(), [0.83, 0.5, 0.2], 4)
    >>> certificate.verdict, certificate.proved["index"], certificate.proved["a"][0][0][:20]
    ('certified', [0, 0], '0.831462024754256970')
    """
    started = time.perf_counter()
    described, text, guess = describe(potential), coupling(kappa), checked_moments(a)
    at = float(Fraction(text))
    for size in sizes(potential, guess, at, n_modes):
        found = newton(potential, guess, at, size)
        start = np.resize(guess, size) if not np.isfinite(found).all() else found
        witness = {"a": refined(described, start, text, precision)}
        certificate = issue("state", described, {"kappa": text}, witness, size, METHOD, precision, since=started)
        if certificate.certified:
            break
    return certificate
