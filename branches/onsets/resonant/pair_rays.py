"""Rays of a degenerate pair of resonant modes: as many orders as it takes to decide them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from branches.onsets.resonant.newton_polygon import Root, Undecided
from branches.onsets.resonant.pair import Chart, PairExpansion
from branches.onsets.resonant.pair_series import PairSeries, pair_series
from branches.onsets.resonant.ray import Ray, cleaned
from branches.potentials.potential import Potential

__all__ = ["pair_rays", "series_on_ray"]

Array = NDArray[np.float64]
DEGREES = (5, 6, 7, 8, 9)
SERIES_DEGREE = 10
SAME = 1e-6  # coefficients of one ray, computed at two degrees


def pair_rays(potential: Potential, modes: tuple[int, int]) -> tuple[Ray, ...]:
    """Return every half-branch of a resonant pair, told apart at degree 5 … 9 of the reduced equations.

    Returns
    -------
    tuple of Ray
        None identified by symmetry; empty if degree 9 does not decide.

    Raises
    ------
    ValueError
        If the modes are not resonant, or excite another resonant one at those degrees.

    Examples
    --------
    >>> from branches import potentials
    >>> found = pair_rays(potentials.from_weights([-1, 0, 1, 1]), (3, 4))  # the quartic form is (x₃² + x₄²)²/4
    >>> len(found), {ray.degree for ray in found}, {round(ray.slope, 9) for ray in found}
    (8, {5}, {0.5})
    """
    for degree in DEGREES:
        expansion = PairExpansion.of(potential, modes, degree)
        try:
            return tuple(_ray(expansion, chart, root) for chart, root in expansion.half_branches())
        except Undecided:
            continue
    return ()


def series_on_ray(potential: Potential, ray: Ray) -> PairSeries:
    """Return the power series of a ray of a pair.

    Raises
    ------
    ArithmeticError
        If the ray is none of the pair's.
    """
    expansion = PairExpansion.of(potential, (ray.modes[0], ray.modes[1]), SERIES_DEGREE)
    for chart, root in expansion.half_branches():
        other = _ray(expansion, chart, root)
        ours, theirs = (np.concatenate([r.direction, r.half, r.bend]) for r in (ray, other))
        if np.max(np.abs(ours - theirs)) <= SAME * (1.0 + np.max(np.abs(ours))):
            return pair_series(expansion, chart, root)
    raise ArithmeticError(f"the ray along {ray.direction.tolist()} is not found again at degree {SERIES_DEGREE}")


def _ray(expansion: PairExpansion, chart: Chart, root: Root) -> Ray:
    order, slope, error = _kappa(chart, root)
    shift = root.coefficient * chart.e
    zero = np.zeros(2)
    return Ray(
        expansion.modes,
        cleaned(chart.d),
        order,
        slope,
        error,
        cleaned(shift if root.power == 1 else zero),
        int(root.slope < 0) + int(slope < 0),
        cleaned(zero if root.power.denominator == 1 else shift),
        half_power=1 + root.power if root.power.denominator > 1 else Fraction(3, 2),
        degree=expansion.degree,
    )


def _kappa(chart: Chart, root: Root) -> tuple[int, float, float]:
    """Return the leading power of s in κ/κ₀ − 1 = s M, its coefficient, and the error of that."""
    terms: dict[Fraction, tuple[float, float]] = {}
    for k, row in enumerate(chart.m):
        for j in range(row.size if root.coefficient else 1):
            power, factor = 1 + k + j * root.power, root.coefficient**j
            value, error = terms.get(power, (0.0, 0.0))
            terms[power] = value + factor * float(row[j]), error + abs(factor) * float(chart.m_error[k, j])
    for power in sorted(terms):
        value, error = terms[power]
        if abs(value) > error:
            if power.denominator > 1:
                raise Undecided(f"κ leaves like s^({power})")
            return int(power), value, error
    raise Undecided(f"κ does not change up to order {len(chart.m)}")
