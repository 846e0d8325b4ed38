"""A branch point off a branch of period 2π/p as a theorem: the isotropy block that gains or loses one direction."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import numpy as np

from branches.potentials.potential import Potential, positive_integer
from branches.proofs.certificate import PRECISION, Certificate, issue
from branches.proofs.checker_balls import Claim
from branches.proofs.numerics import checked_moments, newton, refined, sizes
from branches.proofs.potentials import coupling, describe

__all__ = ["pitchfork"]

METHOD = (
    "Newton–Kantorovich in the states of period 2 pi/p for all kappa of the bracket at once; inertia of the isotropy "
    "blocks at both ends; bifurcation where an odd number of eigenvalues changes sign (Krasnoselskii)."
)
WIDTHS = (1e-13, 1e-11, 1e-9, 1e-7, 1e-5)  # relative widths of the bracket that are tried, narrowest first


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
    kappa : str, Fraction, int or float, or two of them
        A coupling close to the branch point, around which a narrow bracket is chosen, or the bracket itself.
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
        `given` holds the bracket; `proved` a_p and a_2p, the number of unstable directions of the block at both
        ends, and the p' of the period 2π/p' of the branches that leave.

    Raises
    ------
    ValueError
        If an argument is not allowed, or the weights are not known exactly.

    Notes
    -----
    The theorem is that branches leave somewhere in the bracket; not that they do so at one point, nor to which side.
    For p = 2 they come in pairs that a rotation by π exchanges: a pitchfork.

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
    reduced = _reduced(potential, p)
    for size in sizes(reduced, guess[p - 1 :: p], float(_middle(kappa)), n_modes):
        for ends in _brackets(kappa):
            found = dict[str, list[str]]()
            for name, at in zip(("low", "middle", "high"), (ends[0], str(_middle(ends)), ends[1]), strict=True):
                start = newton(reduced, guess[p - 1 :: p], float(Fraction(at)), size)
                found[name] = refined(described, np.nan_to_num(start), at, precision, p)
            given = {"kappa": list(ends), "period": p, "residue": j}
            certificate = issue("pitchfork", Claim(described, given, found, size), METHOD, precision, since=started)
            if certificate.certified:
                return certificate
        if "alone changes" in certificate.undecided:  # the curve is proved: more modes do not move its index
            break
    return certificate


def _middle(kappa: Any) -> Fraction:
    ends = kappa if isinstance(kappa, (tuple, list)) else (kappa, kappa)
    if len(ends) != 2:
        raise ValueError(f"kappa = {kappa!r} is not allowed: give one coupling or the two ends of a bracket")
    return sum((Fraction(coupling(end)) for end in ends), Fraction(0)) / 2


def _brackets(kappa: Any) -> list[tuple[str, str]]:
    """Return the brackets to try, ends as decimal strings."""
    if isinstance(kappa, (tuple, list)):
        low, high = sorted((coupling(end) for end in kappa), key=Fraction)
        return [(low, high)]
    at = float(Fraction(coupling(kappa)))
    return [(coupling(at * (1 - width)), coupling(at * (1 + width))) for width in WIDTHS]


def _reduced(potential: Potential, p: int) -> Potential:
    """Return the potential whose mode n is mode pn of the given one: its states are those of period 2π/p."""
    from branches.potentials import from_weights

    return from_weights(potential.weights(256 * p)[p - 1 :: p])
