"""Transitions as theorems: κ_c between two decimal numbers and first order, or κ_c = κ_n and continuous."""

from __future__ import annotations

import time
from decimal import ROUND_FLOOR, Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, ctx

from branches.potentials.potential import Array, Potential, positive_integer
from branches.proofs.certificate import PRECISION, Certificate, issue
from branches.proofs.columns import Column
from branches.proofs.cone import ASSUMPTIONS, common_period, cones, near
from branches.proofs.numerics import checked_moments, exact, free_energy, newton, number, refined
from branches.proofs.plates import plates
from branches.proofs.potentials import attractive, coupling, describe

__all__ = ["continuous", "sharpened", "transition"]

METHOD = (
    "Every minimiser among all densities is a rotation of a state with moments >= 0. At kappa_low all of these are "
    "found by cells of a_1 and F > 0 at each, by a ball of uniqueness that contains the enclosure of the state, or by "
    "mean value on boxes of (a_1, a_2); F is affine in kappa. At kappa_high < 2/max g_n one state has F < 0."
)
METHOD_CONTINUOUS = (
    "Logarithmic Hardy-Littlewood-Sobolev inequality: the integral of rho log(2 pi rho) is at least the sum of "
    "|a_k|^2/k; k g_pk <= g_p for every k, tails included."
)
POINT_MODES = (16, 24, 32, 48, 64, 96, 128, 192, 256)  # around a state: as many as it takes for the digits of F


def transition(potential: Potential, kappa_low: Any, kappa_high: Any, n_modes: int | None = None) -> Certificate:
    """Prove that the uniform state stops to minimise the free energy between two couplings, discontinuously.

    Parameters
    ----------
    potential
        The interaction, all g_n ≥ 0, Σ g_n < ∞.
    kappa_low, kappa_high : str, Fraction, int or float
        The bracket; `sharpened` finds one of 18 digits around a float.
    n_modes
        Modes of the finite part; by default as many as it takes.

    Returns
    -------
    Certificate
        `proved` holds a_1, a_2, a_3 and F < 0 of the winning state at κ_high, and the F > 0 of all others that
        were counted at κ_low.  Undecided where a state at κ_low has F ≤ 0 or is not enclosed, where no state with
        F < 0 is found at κ_high, and where κ_high is above an onset.

    Raises
    ------
    ValueError
        If a weight is negative, the couplings are not positive and increasing, or the weights are not known
        exactly.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.proofs.transitions import transition
    >>> transition(potentials.noisy_transformer(4), "0.391475100836040037", "0.391475100836040038").verdict
    'certified'
    >>> transition(potentials.noisy_transformer(4), "0.391475100836040036", "0.391475100836040037").verdict
    'undecided'
    """
    started, described = time.perf_counter(), describe(potential)
    low, high = coupling(kappa_low), coupling(kappa_high)
    attractive(potential)
    if Fraction(low) >= Fraction(high):
        raise ValueError(f"kappa_high = {kappa_high!r} is not allowed: it must exceed kappa_low = {kappa_low!r}")
    if n_modes is not None:
        positive_integer("n_modes", n_modes)
    given = {"kappa_low": low, "kappa_high": high}
    for cone in cones(described, near(high), 1, n_modes):
        column = Column(cone, near(low))
        k = np.array([near(low)])
        starts = [cone.settle(np.array([[x]]), k, 0.0)[0] for part in column.states for x in part]
        greatest = cone.settle(np.empty((1, 0)), np.array([near(high)]), 1.0)[0]
        witness = {
            "strips": column.strips(),
            "plates": [plate for gap in column.gaps for plate in plates(cone, *gap, near(low))],
            "states": [_digits_of(potential, cone.moments_at(k[0], a), low)[0] for a in starts],
            "winner": _digits_of(potential, cone.moments_at(near(high), greatest), high)[0],
        }
        certificate = issue("transition", described, given, witness, cone.N, METHOD, PRECISION, started, ASSUMPTIONS)
        if certificate.certified:
            break
    return certificate


def _digits_of(potential: Potential, a: Array, kappa: str) -> tuple[list[str], Any, Any]:
    """Return digits of the moments of a state with as many modes as its F needs, F, and ½ Σ g a²."""
    described, last = describe(potential), None
    for size in POINT_MODES:
        if size < min(a.size, 24):
            continue
        moments = newton(potential, a, near(kappa), size)
        if not np.isfinite(moments).all() or np.abs(moments).max() < 1e-6:
            break  # the uniform state: there is no other near
        digits = refined(described, moments, kappa, PRECISION)
        with ctx.workprec(PRECISION):
            energy, half = free_energy(described, [exact(v) for v in digits], number(kappa))
            if last is not None and abs(energy - last) < abs(energy) / 1000 + number(kappa) * half * arb(10) ** -24:
                return digits, energy, half
        last = energy
    return ["0x0p0"], last, None


def sharpened(
    potential: Potential, kappa: float, a: Array, digits: int = 18
) -> tuple[str, str]:
    """Return decimal couplings with `digits` digits on both sides of where the state near `a` has F = 0.

    Parameters
    ----------
    potential
        The interaction.
    kappa
        Where that is, about.
    a
        Moments of the state there, about.
    digits
        Significant digits; κ_low and κ_high differ by one in the last.

    Raises
    ------
    ValueError
        If there is no such state near the moments, or its free energy is not known so well.

    Notes
    -----
    Newton's iteration on F with dF/dκ = −½ Σ g_n a_n².  Nothing is proved here: `transition` does.

    Examples
    --------
    >>> from branches import potentials
    >>> sharpened(potentials.noisy_transformer(4), 0.3914751, [0.66, 0.46, 0.28, 0.15])
    ('0.391475100836040037', '0.391475100836040038')
    """
    moments = checked_moments(a)
    with ctx.workprec(PRECISION):
        at = number(coupling(kappa))
        for _ in range(8):
            found, energy, half = _digits_of(potential, moments, _decimal(at, 45))
            if half is None:
                raise ValueError(f"a = {a!r} is not allowed: no state other than the uniform one is near at {kappa!r}")
            moments, change = np.array([float(exact(v)) for v in found]), energy / half
            at = (at + change).mid()
            if abs(change) < at * arb(10) ** (-digits - 6):
                break
        below = _decimal(at, digits)
    step = Decimal(1).scaleb(Decimal(below).adjusted() - digits + 1)
    with localcontext(prec=2 * digits):
        return below, f"{Decimal(below) + step:f}" if "e" not in below else str(Decimal(below) + step).lower()


def _decimal(ball: Any, digits: int) -> str:
    """Return the midpoint of a ball > 0 as a decimal with so many digits, rounded down."""
    mantissa, exponent = ball.mid().man_exp()
    with localcontext(prec=max(200, 3 * digits)) as context:
        exact_value = Decimal(int(mantissa)) * Decimal(2) ** int(exponent)
        context.prec, context.rounding = digits, ROUND_FLOOR
        return str(+exact_value).lower().replace("e+", "e")


def continuous(potential: Potential, mode: int | None = None) -> Certificate:
    """Prove that the transition at the onset κ_n = 2/g_n is continuous, by a sufficient condition.

    The condition: k g_kn ≤ g_n for every k ≥ 1, and g_j ≤ 0 for modes j that are not multiples of n.

    Parameters
    ----------
    potential
        The interaction; other weights may be negative.
    mode
        n; by default the greatest common divisor of the modes that interact.

    Returns
    -------
    Certificate
        Undecided where the condition fails: the transition may be continuous all the same.

    Raises
    ------
    ValueError
        If the mode is not a positive integer or the weights are not known exactly.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.proofs.transitions import continuous
    >>> [bool(continuous(potentials.bimodal(m))) for m in (0.5, 0.51)], bool(continuous(potentials.doi_onsager()))
    ([True, False], True)
    """
    started, described = time.perf_counter(), describe(potential)
    n = common_period(described) if mode is None else positive_integer("mode", mode)
    last = max((int(key[1:]) for key in described["parameters"]), default=0) if described["name"] == "harmonics" else 0
    beta = float(Fraction(described["parameters"].get("beta", "0")))
    size = max(32, last // n + 1, int(beta))
    return issue("continuous", described, {"mode": n}, {}, size, METHOD_CONTINUOUS, since=started)
