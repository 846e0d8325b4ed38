"""Tricritical points of a family of potentials: where c₂ = 0 and the transition changes its order.

On S^{d−1} the mode is l = 1 and c₂ vanishes where ρ₂ = (g₂/N₂)/(g₁/N₁) = 1/d; on the circle any mode n, where
g_2n = g_n/2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from branches.onsets.exact.coefficients import EPS, kappa_coefficient
from branches.onsets.multicritical import c4_where_c2_vanishes, critical_c4
from branches.potentials.potential import Potential, finite_number, positive_integer
from continuation import Record

__all__ = ["KINDS", "TricriticalPoint", "tricritical_point"]

KINDS = ("tricritical", "unstable tricritical", "degenerate")
GUARD_DIGITS = 12

Family = Callable[[Any], Potential]


@dataclass(frozen=True, eq=False, repr=False)
class TricriticalPoint(Record):
    """A parameter at which c₂ of a family vanishes.

    Parameters
    ----------
    parameter : float or mpmath number
        An mpmath number where digits were asked for.
    kappa : float or mpmath number
        κ_n there.
    mode : int
        n.
    kind : str
        'tricritical' (c₄ > 0: continuous on one side, discontinuous on the other, joined by a fold curve),
        'unstable tricritical' (c₄ < 0: the branch leaves backwards on both sides) or 'degenerate'
        (the sign of c₄ is not resolved).
    c4 : float or mpmath number
        (2/3)(1 − 3r₃)/(1 − r₃) on the circle, d⁴(2 − d(d+1)ρ₃)/(2(d−1)²(d+2)(d+4)(1−ρ₃)) on S^{d−1}; c₂ vanishes.
    c4_error : float
        Its error, from those of the weights and from rounding (0 where digits were asked for).
    ratio_slope : float
        d ρ_2/d parameter, on the circle ρ_2 = g_{2n}/g_n: its sign tells which side is discontinuous, ρ_2 > 1/d.
    parameter_error : float
        Error of the parameter: what the errors of the weights make of it, and one rounding.
    """

    parameter: Any
    kappa: Any
    mode: int
    kind: str
    c4: Any
    c4_error: float
    ratio_slope: float
    parameter_error: float


def tricritical_point(
    family: Family, bracket: Sequence[float], mode: int = 1, digits: int | None = None
) -> TricriticalPoint:
    """Find where the onset of a mode turns from super- to subcritical: g_{2n} = g_n/2, on S^{d−1} ρ₂ = 1/d.

    Parameters
    ----------
    family
        Callable that turns a parameter into a Potential, such as ``potentials.noisy_transformer``.
    bracket
        Two parameters between which c₂ changes sign; where it does so several times, one is found.
    mode
        n ≥ 1; 1 on spheres other than the circle.
    digits
        Decimal digits wanted.  The family is then called with mpmath numbers, and the weights are taken
        from `Potential.mp_weight`.  In floats if left out: right to a few roundings.

    Returns
    -------
    TricriticalPoint

    Raises
    ------
    TypeError
        If the family is not callable or returns something else than a Potential.
    ValueError
        If the bracket is not two finite numbers, has no change of sign, or g_n ≤ 0 at an end; if digits
        are asked of a family that rounds its parameter or knows no closed form; for another mode than 1 on a sphere,
        or a family whose members live on different ones.

    Notes
    -----
    Landau expansion: c₂ = (1 − 2r₂)/(2(1 − r₂)), r₂ = g_{2n}/g_n.  r₂ − ½ is solved for, which has no
    pole; bracketing by SciPy's `brentq`, then secant steps in mpmath.

    Examples
    --------
    >>> from branches import potentials
    >>> point = tricritical_point(potentials.bimodal, (0.1, 0.9))
    >>> point.parameter, point.kappa, point.kind
    (0.5, 2.0, 'tricritical')
    """
    n = positive_integer("mode", mode)
    low, high = _check_bracket(family, bracket, n)
    from scipy.optimize import brentq

    critical = 1.0 / family(low).dimension
    root = float(brentq(lambda p: _ratio(family(p), n) - critical, low, high, xtol=1e-300, rtol=4 * EPS))
    potential = family(root)
    kappa = potential.onset_coupling(n)
    share = np.array([2.0 / potential.multiplicity(k) for k in (n, 2 * n)])
    g, errors = potential.weights(2 * n)[n - 1 :: n] * share, potential.weight_errors(2 * n)[n - 1 :: n] * share
    slope = _slope(family, n, root, high - low)
    doubt = float((errors[1] + critical * errors[0]) / g[0] + EPS)
    error = doubt / abs(slope) + EPS * abs(root) if slope else math.inf
    if digits is not None:
        return _precise(family, n, root, positive_integer("digits", digits), slope)
    value, c4_error = c4_where_c2_vanishes(potential, n)
    return TricriticalPoint(root, kappa, n, _kind(value, c4_error), value, c4_error, slope, error)


def _check_bracket(family: Family, bracket: Sequence[float], n: int) -> tuple[float, float]:
    if not callable(family):
        raise TypeError(f"family = {family!r} is not callable: give a function that returns a Potential")
    if len(bracket) != 2:
        raise ValueError(f"bracket = {bracket!r} is not allowed: give two parameters, such as (1.0, 4.0)")
    low, high = sorted(finite_number("bracket", p) for p in bracket)
    ratios: list[float] = []
    dimensions: list[int] = []
    for p in (low, high):
        potential = family(p)
        if not isinstance(potential, Potential):
            raise TypeError(
                f"family({p!r}) returned {type(potential).__name__} instead of a Potential; write it "
                "as, for example, lambda m: potentials.harmonics({1: 1.0, 2: m})"
            )
        potential.onset_coupling(n)
        if potential.dimension > 2 and n != 1:
            raise ValueError(
                f"mode = {n} is not allowed in dimension {potential.dimension}: onsets of even degree are "
                "transcritical, and of the odd ones the tricritical point is known in closed form for mode 1 only"
            )
        dimensions.append(potential.dimension)
        ratios.append(_ratio(potential, n))
    if dimensions[0] != dimensions[1]:
        raise ValueError(f"family is not allowed: its members live in dimensions {dimensions[0]} and {dimensions[1]}")
    d = dimensions[0]
    if low == high or (ratios[0] - 1 / d) * (ratios[1] - 1 / d) > 0:
        rule = "g_2n/g_n on both sides of 1/2" if d == 2 else f"r_2 = (g_2/N_2)/(g_1/N_1) on both sides of 1/{d}"
        raise ValueError(
            f"bracket = ({low!r}, {high!r}) is not allowed: c_2 does not pass through zero on it, it is "
            f"{_c2(ratios[0], d):.6g} (r_2 = {ratios[0]:.6g}) and {_c2(ratios[1], d):.6g} (r_2 = {ratios[1]:.6g}) "
            f"at its ends; choose ends with {rule}"
        )
    return low, high


def _ratio(potential: Potential, n: int) -> float:
    g = potential.strengths(2 * n)
    return float(g[2 * n - 1]) / float(g[n - 1])


def _c2(ratio: float, d: int) -> float:
    if ratio == 1:
        return math.inf
    return float(kappa_coefficient(2)(ratio)) if d == 2 else d * (1.0 - d * ratio) / ((d + 2) * (1.0 - ratio))


def _slope(family: Family, n: int, root: float, width: float) -> float:
    """Return dr_2/dp by a central difference, at about the step where truncation and rounding balance."""
    step = float(EPS ** (1 / 3)) * min(width, max(abs(root), width * 1e-3))
    try:
        return (_ratio(family(root + step), n) - _ratio(family(root - step), n)) / (2 * step)
    except ValueError:  # the root is at the edge of the family
        return math.nan


def _kind(c4: Any, error: float) -> str:
    if not abs(c4) > error:
        return "degenerate"
    return "tricritical" if c4 > 0 else "unstable tricritical"


def _precise(family: Family, n: int, root: float, digits: int, slope: float) -> TricriticalPoint:
    import mpmath

    with mpmath.workdps(digits + GUARD_DIGITS):

        def defect(p: Any) -> Any:
            potential = family(p)
            share = mpmath.mpf(potential.multiplicity(n)) / potential.multiplicity(2 * n)
            return share * potential.mp_weight(2 * n) / potential.mp_weight(n) - mpmath.mpf(1) / potential.dimension

        start = mpmath.mpf(root)
        tiny = (abs(start) + 1) * mpmath.mpf(10) ** (-digits - GUARD_DIGITS // 2)
        if defect(start) != 0 and defect(start) == defect(start + tiny):
            raise ValueError(
                f"digits = {digits} is not possible: its family rounds the parameter to a float; pass the "
                "mpmath number on to a potential that keeps it, as those of branches.potentials.named do"
            )
        parameter = mpmath.findroot(defect, (start, start + abs(start) * EPS**0.5 + tiny), solver="secant")
        potential = family(parameter)
        g = [potential.mp_weight(k * n) / mpmath.mpf(potential.multiplicity(k * n)) for k in (1, 2, 3)]
        c4 = critical_c4(potential.dimension, g[2] / g[0])
        resolution = float(mpmath.mpf(10) ** (-digits))
        kind = _kind(c4, resolution)
        error = resolution * (1.0 + abs(float(parameter)))
        return TricriticalPoint(parameter, 1 / g[0], n, kind, c4, 0.0, slope, error)
