"""The power series of a half-branch of two resonant modes, in a root of its amplitude where it needs one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.onsets.exact.series import Monomials
from branches.onsets.resonant.newton_polygon import Root
from branches.onsets.resonant.pair import Chart, PairExpansion

__all__ = ["PairSeries", "pair_series"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PairSeries:
    """Moments and κ/κ₀ as power series in σ, with s = σ^root the amplitude d·x.

    Parameters
    ----------
    root
        The least common denominator q of the powers of s.
    moments
        By mode, coefficients of 1, σ, σ², …; all of one length.
    kappa_ratio
        The same for κ/κ₀.
    """

    root: int
    moments: dict[int, Array]
    kappa_ratio: Array


def pair_series(expansion: PairExpansion, chart: Chart, root: Root) -> PairSeries:
    """Return the series of a half-branch as far as the degree of the reduced equations determines it.

    Notes
    -----
    θ(σ) by Newton's iteration on power series, which doubles the number of right coefficients each time; with
    ∂G/∂θ ~ s^v, G known below s^K determines θ below s^{K − v}.
    """
    q = root.power.denominator
    steepness = int((root.slope_power + chart.leading) * q)
    known = q * len(chart.g) - steepness
    theta = np.zeros(known + steepness)
    if root.coefficient:
        theta[int(root.power * q)] = root.coefficient
    slope = chart.g[:, 1:] * np.arange(1, chart.g.shape[1])
    for _ in range(known.bit_length() + 1):
        f, df = (_along(g, theta, q)[steepness:] for g in (chart.g, slope))
        theta[:known] -= _divided(f, df)
        theta[known:] = 0.0
    count = q + known
    theta = np.append(theta[:known], np.zeros(q))
    mu = _shifted(_along(chart.m, theta, q), q)
    x = [_shifted(np.eye(1, count)[0] * d + theta * e, q) for d, e in zip(chart.d, chart.e, strict=True)]
    moments = dict(zip(expansion.modes, x, strict=True))
    for mode, graded in expansion.slaved.items():
        moments[mode] = sum((_value(part, x, mu) for part in graded), np.zeros(count))
    ratio = mu.copy()
    ratio[0] += 1.0
    return PairSeries(q, moments, ratio)


def _product(a: Array, b: Array) -> Array:
    product: Array = np.convolve(a, b)[: a.size]
    return product


def _shifted(a: Array, places: int) -> Array:
    """Return the series times a power of σ."""
    return np.append(np.zeros(places), a)[: a.size]


def _along(g: Array, theta: Array, q: int) -> Array:
    """Return Σ g[k, j] σ^{qk} θ^j."""
    total, power = np.zeros_like(theta), np.eye(1, theta.size)[0]
    for column in g.T:
        spread = np.zeros(theta.size)
        places = np.arange(0, theta.size, q)
        spread[places] = np.append(column, np.zeros(places.size))[: places.size]
        total += _product(power, spread)
        power = _product(power, theta)
    return total


def _divided(a: Array, b: Array) -> Array:
    """Return the quotient of two series, b[0] ≠ 0."""
    quotient = np.zeros_like(a)
    for k in range(a.size):
        quotient[k] = (a[k] - quotient[:k] @ b[k:0:-1]) / b[0]
    return quotient


def _value(terms: Monomials, x: list[Array], mu: Array) -> Array:
    """Return a homogeneous part of a slaved mode along the half-branch."""
    total = np.zeros_like(mu)
    for exponents, c in terms.items():
        term, power = np.zeros_like(mu), np.eye(1, mu.size)[0]
        for value in c.value:
            term += value * power
            power = _product(power, mu)
        for component, exponent in zip(x, exponents, strict=True):
            for _ in range(exponent):
                term = _product(term, component)
        total += term
    return total
