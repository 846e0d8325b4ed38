"""A tricritical point as a theorem: the one parameter of a bracket at which g_2n = g_n/2, to any number of digits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from flint import arb
from scipy.optimize import brentq

from branches.potentials.potential import Potential, positive_integer
from branches.proofs.certificate import Certificate, issue
from branches.proofs.numerics import hexadecimal
from branches.proofs.onsets import compared
from branches.proofs.potentials import decimal, describe

__all__ = ["tricritical"]

METHOD = "2 g_2n - g_n has no zero on all cells but neighbours on which it is monotone; Newton's iteration in balls."
GUARD = 20  # digits beyond those wanted
RATIOS = (1.3, 1.1, 1.03, 1.01, 1.003)  # by which cells grow away from the zero
NARROW, WIDEST, SAMPLES = 1e-4, 0.06, 401


def tricritical(
    family: Callable[[Any], Potential], bracket: Sequence[Any], mode: int = 1, digits: int = 25
) -> Certificate:
    """Prove that c₂ of the onset vanishes at exactly one parameter of a bracket, and where.

    Parameters
    ----------
    family
        Callable that turns a parameter into a Potential, such as ``potentials.noisy_transformer``; the parameter
        must be the one of the potential itself.
    bracket : two of str, Fraction, int or float
        Ends of the bracket; the theorem is about the decimal or rational numbers that are given.
    mode
        n ≥ 1.
    digits
        Significant digits of the parameter.

    Returns
    -------
    Certificate
        `proved` holds the value of the parameter, kappa, c_4 and the kind: 'tricritical' for c₄ > 0, else
        'unstable tricritical'.

    Raises
    ------
    TypeError
        If the family is not callable or does not return a Potential.
    ValueError
        If the bracket is empty, or the family does not vary exactly one parameter of an exactly known potential.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.proofs.tricriticality import tricritical
    >>> certificate = tricritical(potentials.noisy_transformer, (2, 3), digits=30)
    >>> certificate.proved["value"][0][:31], certificate.proved["kind"]
    ('2.44691831128904613090394836490', 'tricritical')
    """
    started = time.perf_counter()
    n, wanted = positive_integer("mode", mode), positive_integer("digits", digits)
    if len(bracket) != 2:
        raise ValueError(f"bracket = {bracket!r} is not allowed: give its two ends, such as (1, 4)")
    ends = sorted((decimal("bracket", end) for end in bracket), key=Fraction)
    if Fraction(ends[0]) == Fraction(ends[1]):
        raise ValueError(f"bracket = {bracket!r} is not allowed: it is empty")
    key, fixed, name = _varied(family, ends)
    count = max(compared(family(float(Fraction(end))), n) for end in ends)
    given = {"parameter": key, "bracket": ends, "mode": n}
    precision, zeros = math.ceil((wanted + GUARD) * math.log2(10)), _zeros(family, ends, n)
    for ratio in RATIOS:
        witness = {"cuts": _cuts(zeros, ends, ratio)}
        described = {"name": name, "parameters": fixed}
        certificate = issue("tricritical", described, given, witness, count, METHOD, precision, since=started)
        if certificate.certified:
            break
    return certificate


def _zeros(family: Callable[[Any], Potential], ends: Sequence[str], n: int) -> list[float]:
    """Return where 2 g_2n − g_n changes its sign on a fine grid."""

    def f(p: float) -> float:
        g = family(p).weights(2 * n)
        return float(2 * g[2 * n - 1] - g[n - 1])

    low, high = (float(Fraction(end)) for end in ends)
    grid = np.linspace(low, high, SAMPLES)
    values = np.sign([f(p) for p in grid])
    return [
        float(a if u == 0 else brentq(f, a, b)) for (a, b), (u, v) in zip(pairwise(grid), pairwise(values), strict=True)
        if u == 0 or u * v < 0
    ]  # fmt: skip


def _cuts(zeros: Sequence[float], ends: Sequence[str], ratio: float) -> list[str]:
    """Return cuts that leave a small cell around each zero; from there on cells grow by a ratio, up to a width."""
    low, high = (float(Fraction(end)) for end in ends)
    cuts = set[float]()
    for zero in zeros or [low]:
        distance = NARROW * (high - low)
        while distance < high - low:
            cuts |= {zero - distance, zero + distance}
            distance += (ratio - 1) * min(distance, WIDEST * (high - low))
    return [hexadecimal(arb(v)) for v in sorted(cuts) if low < v < high]


def _varied(family: Callable[[Any], Potential], ends: Sequence[str]) -> tuple[str, dict[str, str], str]:
    """Return the name of the parameter that is varied, those that are not, and the family of the potential."""
    if not callable(family):
        raise TypeError(f"family = {family!r} is not callable: give a function that returns a Potential")
    low, high = (describe(family(float(Fraction(end)))) for end in ends)
    first, last = low["parameters"], high["parameters"]
    changed = [key for key in {**first, **last} if first.get(key, "0") != last.get(key, "0")]
    taken = [
        Fraction(parameters.get(key, "0")) == Fraction(float(Fraction(end))) or parameters.get(key, "0") == end
        for key in changed
        for parameters, end in ((first, ends[0]), (last, ends[1]))
    ]
    if low["name"] != high["name"] or len(changed) != 1 or not all(taken):
        raise ValueError(
            f"family = {family!r} is not allowed: it must vary exactly one parameter, a weight, beta or R itself; here "
            f"{', '.join(changed) or 'none'} changes"
        )
    return changed[0], {key: value for key, value in last.items() if key != changed[0]}, str(low["name"])
