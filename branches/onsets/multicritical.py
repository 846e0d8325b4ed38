"""What a point is at which c₂ of a simple onset vanishes: tricritical, tetracritical, or neither."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from branches.onsets.exact.coefficients import EPS, kappa_coefficient
from branches.onsets.exact.running_error import RunningError
from branches.potentials.potential import Potential

__all__ = ["c4_where_c2_vanishes", "c6_where_both_vanish", "critical_c4", "multicritical_kind"]


def c4_where_c2_vanishes(potential: Potential, n: int) -> tuple[float, float]:
    """Return c₄ at r₂ = ½, that is (2/3)(1 − 3r₃)/(1 − r₃), and its error from the weights and rounding.

    On a sphere S^{d−1}, for n = 1, c₄ at ρ₂ = 1/d: see `critical_c4`.

    Examples
    --------
    >>> from branches import potentials
    >>> value, error = c4_where_c2_vanishes(potentials.bimodal(0.5), 1)
    >>> abs(value - 2 / 3) <= error < 1e-12
    True
    """
    if potential.dimension > 2:
        share = np.array([1.0 / potential.multiplicity(k) for k in (1, 3)])
        values, errors = potential.weights(3)[::2] * share, potential.weight_errors(3)[::2] * share
        first, third = (RunningError(float(g), float(e + EPS * abs(g))) for g, e in zip(values, errors, strict=True))
        found = critical_c4(potential.dimension, third / first)
        return found.value, found.error
    return _coefficient(potential, n, 4, 3, [2.0])


def critical_c4(d: Any, ratio: Any) -> Any:
    """Return c₄ of the first onset on S^{d−1} where c₂ vanishes, d⁴(2 − d(d+1)ρ₃)/(2(d−1)²(d+2)(d+4)(1−ρ₃)).

    Parameters
    ----------
    d
        The dimension, any number ≥ 2.
    ratio
        ρ₃ = (g₃/N₃)/(g₁/N₁), a number of any kind.

    Examples
    --------
    >>> from fractions import Fraction
    >>> critical_c4(2, Fraction(0)), critical_c4(3, Fraction(0))
    (Fraction(2, 3), Fraction(81, 140))
    """
    top = d**4 * (2 - d * (d + 1) * ratio)
    return top / (2 * (d - 1) ** 2 * (d + 2) * (d + 4) * (1 - ratio))


def c6_where_both_vanish(potential: Potential, n: int) -> tuple[float, float]:
    """Return c₆ at r₂ = ½ and r₃ = ⅓, where c₂ = c₄ = 0, and its error from the weights and rounding."""
    return _coefficient(potential, n, 6, 4, [2.0, 1.5])


def _coefficient(potential: Potential, n: int, power: int, k: int, known: list[float]) -> tuple[float, float]:
    """Return c_power at the inverse gaps ``known`` of r_2, r_3, … and that of r_k, the first free one."""
    g, errors = potential.weights(k * n)[n - 1 :: n], potential.weight_errors(k * n)[n - 1 :: n]
    gap = float(g[0] - g[k - 1])
    u = float(g[0]) / gap if gap else math.inf
    du = u * u * float(errors[k - 1] + errors[0]) / float(g[0]) + 2 * EPS * abs(u)
    c = kappa_coefficient(power)
    return c.at_gaps([*known, u]), c.error([*known, u], [*[0.0] * len(known), du])


def multicritical_kind(family: Callable[[float], Potential], q: float, error: float, n: int) -> str:
    """Return the kind of a point where c₂ of mode n vanishes, from the exact Landau coefficients.

    Parameters
    ----------
    family
        Parameter → Potential.
    q, error
        The parameter, and its error.
    n
        The mode.

    Returns
    -------
    str
        With κ = κ_n (1 + c₂ s² + c₄ s⁴ + c₆ s⁶ + …): 'tricritical' (c₄ > 0), 'unstable tricritical' (c₄ < 0); where c₄
        vanishes within its error over q ± error, 'tetracritical' (c₆ > 0) or 'unstable tetracritical' (c₆ < 0); and
        'degenerate' where c₆ is not resolved either.

    Examples
    --------
    On the line g₂ = ½ all points are tricritical, up to g₃ = ⅓:

    >>> from branches import potentials
    >>> family = lambda g3: potentials.harmonics({1: 1.0, 2: 0.5, 3: g3})
    >>> [multicritical_kind(family, g3, 1e-9, 1) for g3 in (0.2, 1 / 3, 0.5)]
    ['tricritical', 'tetracritical', 'unstable tricritical']
    """
    around = (q - error, q, q + error)
    tests = [
        (c4_where_c2_vanishes, ("tricritical", "unstable tricritical")),
        (c6_where_both_vanish, ("tetracritical", "unstable tetracritical")),
    ]
    on_circle = family(q).dimension == 2  # elsewhere c₆ is not known
    for coefficient, (positive, negative) in tests if on_circle else tests[:1]:
        values = [coefficient(family(at), n) for at in around]
        if all(value > doubt for value, doubt in values):
            return positive
        if all(value < -doubt for value, doubt in values):
            return negative
    return "degenerate"
