"""Onset lines κ_n(q) = N_n / g_n(q) of a family, in closed form, with their resonances and tricritical points."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from branches.loci.curve_points import EPSILON, CurvePoint, Line
from branches.onsets.multicritical import multicritical_kind
from branches.onsets.tricritical import tricritical_point
from branches.potentials.potential import Potential, finite_number, positive_integer
from continuation import bracketed_root

__all__ = ["onset_lines"]

SAMPLES = 129


def onset_lines(
    family: Callable[[float], Potential], low: float, high: float, modes: Iterable[int] = (1, 2, 3, 4)
) -> tuple[Line, ...]:
    """Return the onset lines of some modes over a range of the parameter.

    Parameters
    ----------
    family
        Parameter → Potential.
    low, high
        The range.
    modes
        Which modes n; where g_n ≤ 0 there is no onset, and a mode without any gives no line.

    Returns
    -------
    tuple of Line
        With their special points, by bracketing between 129 values of the parameter: 'resonance' where two onsets
        cross, and 'tricritical', 'unstable tricritical' or 'degenerate' where c₂ = 0, that is g_2n = g_n / 2 (on
        S^{d−1} for n = 1 alone, ρ₂ = 1/d). Where
        c₂ = 0 all along, the message says so, and the points are those where c₄ vanishes too: 'tetracritical',
        'unstable tetracritical' or 'degenerate'.

    Raises
    ------
    ValueError
        If the range is empty.

    Examples
    --------
    >>> from branches import potentials
    >>> one, two = onset_lines(potentials.bimodal, 0.3, 2.2, modes=(1, 2))
    >>> [(point.kind, point.q, point.kappa) for point in one.points]
    [('tricritical', 0.5, 2.0), ('resonance', 1.0, 2.0)]
    """
    low, high = finite_number("low", low), finite_number("high", high)
    if not low < high:
        raise ValueError(f"low = {low!r}, high = {high!r} is not allowed: give a range with low < high")
    wanted = sorted({positive_integer("modes", n) for n in modes})
    values = np.linspace(low, high, SAMPLES)
    weights = np.array([family(float(q)).strengths(3 * wanted[-1]) for q in values])
    lines = []
    for n in wanted:
        there = weights[:, n - 1] > 0
        if there.any():
            flat = _without_c2(family, values, weights, n)
            points = [*_tricritical(family, values, weights, n), *_tetracritical(family, values, flat, n)]
            kappa, message = 2.0 / weights[there, n - 1], _about(values[flat])
            couplings = partial(_couplings, family, low, high, n)
            lines.append(Line("onset", f"mode {n}", values[there], kappa, tuple(points), couplings, message))
    for (i, one), (j, other) in combinations(enumerate(lines), 2):
        found = _resonances(family, values, weights, int(one.description[5:]), int(other.description[5:]))
        lines[i], lines[j] = _with(lines[i], found), _with(lines[j], found)
    return tuple(lines)


def _with(line: Line, found: tuple[CurvePoint, ...]) -> Line:
    return replace(line, points=tuple(sorted((*line.points, *found), key=lambda point: point.q)))


def _couplings(family: Callable[[float], Potential], low: float, high: float, n: int, q: float) -> tuple[float, ...]:
    g = float(family(q).strengths(n)[-1]) if low <= q <= high else 0.0
    return (2.0 / g,) if g > 0 else ()


def _changes(gap: np.ndarray, there: np.ndarray) -> list[int]:
    """Return the k for which a function that matters where ``there`` holds changes sign between samples k and k + 1."""
    crosses = (gap[:-1] * gap[1:] < 0) | ((gap[1:] == 0.0) & (gap[:-1] != 0.0))
    return [int(k) for k in np.flatnonzero(crosses & there[:-1] & there[1:])]


def _resonances(
    family: Callable[[float], Potential], values: np.ndarray, weights: np.ndarray, n: int, m: int
) -> tuple[CurvePoint, ...]:
    def gap(q: float) -> float:
        g = family(q).strengths(max(n, m))
        return float(g[n - 1] - g[m - 1])

    table, found = weights[:, n - 1] - weights[:, m - 1], []
    for k in _changes(table, weights[:, n - 1] > 0):
        low, high = float(values[k]), float(values[k + 1])
        q = bracketed_root(gap, low, high)
        g = float(family(q).strengths(n)[-1])
        error = EPSILON * (4 * g * (high - low) / abs(float(table[k + 1] - table[k])) + abs(q))
        found.append(CurvePoint("resonance", q, 2.0 / g, error, f"mode {n} × mode {m}"))
    return tuple(found)


def _tricritical(
    family: Callable[[float], Potential], values: np.ndarray, weights: np.ndarray, n: int
) -> list[CurvePoint]:
    dimension = family(float(values[0])).dimension
    if dimension > 2 and n > 1:
        return []
    gap = weights[:, 2 * n - 1] - weights[:, n - 1] / dimension
    brackets = [(float(values[k]), float(values[k + 1])) for k in _changes(gap, weights[:, n - 1] > 0)]
    found = [tricritical_point(family, bracket, n) for bracket in brackets]
    return [CurvePoint(at.kind, at.parameter, at.kappa, at.parameter_error, f"mode {n}") for at in found]


def _without_c2(
    family: Callable[[float], Potential], values: np.ndarray, weights: np.ndarray, n: int
) -> NDArray[np.bool_]:
    """Return at which samples, each with a neighbour, c₂ vanishes within the errors of the weights."""
    if family(float(values[0])).dimension > 2:
        return np.zeros(values.size, dtype=bool)  # not looked at: no family is known that does
    gap = np.abs(weights[:, 2 * n - 1] - 0.5 * weights[:, n - 1])
    flat = (weights[:, n - 1] > 0) & (gap <= 1e-6 * weights[:, n - 1])  # a first look: errors are asked of few
    for k in np.flatnonzero(flat):
        errors = family(float(values[k])).weight_errors(2 * n)
        flat[k] = gap[k] <= errors[2 * n - 1] + 0.5 * errors[n - 1] + 2 * EPSILON * weights[k, n - 1]
    beside = np.convolve(flat, [1, 0, 1], mode="same") > 0
    return np.asarray(flat & beside)


def _about(flat: np.ndarray) -> str:
    if not flat.size:
        return ""
    return f"c₂ = 0 all along from {flat[0]:.9g} to {flat[-1]:.9g}: every point is tricritical or beyond"


def _tetracritical(
    family: Callable[[float], Potential], values: np.ndarray, flat: NDArray[np.bool_], n: int
) -> list[CurvePoint]:
    """Return where c₄ vanishes, that is g_3n = g_n / 3, on a line without c₂."""

    def gap(q: float) -> float:
        g = family(q).weights(3 * n)
        return float(g[n - 1] - 3.0 * g[3 * n - 1])

    found = []
    for k in _changes(np.array([gap(float(q)) if on else 0.0 for q, on in zip(values, flat, strict=True)]), flat):
        low, high = float(values[k]), float(values[k + 1])
        q = bracketed_root(gap, low, high)
        g, slope = float(family(q).weight(n)), abs(gap(high) - gap(low)) / (high - low)
        doubt = family(q).weight_errors(3 * n)
        error = (4 * EPSILON * g + float(doubt[n - 1] + 3.0 * doubt[3 * n - 1])) / slope + EPSILON * abs(q)
        kind = multicritical_kind(family, q, min(error, q - low, high - q), n)
        found.append(CurvePoint(kind, q, 2.0 / g, error, f"mode {n}"))
    return found
