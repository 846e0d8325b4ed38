"""Every sign change of the bordered determinant along a piece, an even number of them included."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from continuation.problem import Problem
from continuation.stepping.polynomial import Piece

__all__ = ["sign_brackets"]

Array = NDArray[np.float64]
Value = tuple[int, float]
# What a coarser sampling may be off at the places of the next finer one, relative to the value there.
PREDICTED = 0.25
# Largest over smallest value, without their exponential trend, of samples of one sign between which nothing hides.
EVEN = 1.1


def sign_brackets(problem: Problem, piece: Piece, ends: tuple[Value, Value], most: int) -> list[tuple[float, float]]:
    """Return the intervals of τ on which the sign of the bordered determinant changes, in order.

    The determinant is sampled at the ends and at 3, 9, 27, … Chebyshev places between them, until the polynomial
    through one sampling has no zeros that the samples do not show, and predicts the next sampling; its zeros are looked
    at.

    Parameters
    ----------
    problem, piece
        The equations, and the stretch of their solutions.
    ends
        (sign, logarithm) of the determinant at τ = 0 and τ = 1; sign 0 or nan where not known.
    most
        No more places than this are sampled; 0 leaves the two ends.

    Notes
    -----
    It may miss two sign changes closer than what the sampling resolves.
    """
    samples = _Samples(problem, piece, ends)
    count, previous = 3, None
    while count <= most:
        tau, plain, even = samples.values(count)
        if not np.any(even):
            break
        fits = [chebyshev.chebfit(2.0 * tau - 1.0, values, tau.size - 1) for values in (plain, even)]
        roots = [_real_roots(fit) for fit in fits]
        if previous is None:
            spread = np.ptp(np.log(np.abs(even))) if np.all(even) else np.inf
            done = not samples.brackets() and not any(roots) and bool(spread <= np.log(EVEN))
        else:
            predicted = chebyshev.chebval(2.0 * tau - 1.0, previous)
            done = bool(np.all(np.abs(predicted - even) <= PREDICTED * np.abs(even)))
        for found in roots:
            samples.look_between(found)
        if done:
            break
        count, previous = 3 * count, fits[1]
    return samples.brackets()


class _Samples:
    """Signs and logarithms of the bordered determinant at places of a piece."""

    def __init__(self, problem: Problem, piece: Piece, ends: tuple[Value, Value]) -> None:
        self._problem, self._piece = problem, piece
        self._known: dict[float, Value] = {
            tau: value for tau, value in zip((0.0, 1.0), ends, strict=True) if value[0] != 0 and np.isfinite(value[1])
        }

    def _at(self, tau: float) -> Value:
        key = round(tau, 14)
        if key not in self._known:
            x, direction = self._piece(tau), self._piece.derivative(tau)
            p = float(x[-1]) * self._problem.parameter_scale
            solver = self._problem.bordered(x[:-1], p, direction / np.linalg.norm(direction))
            self._known[key] = solver.sign, solver.log_determinant
        return self._known[key]

    def values(self, count: int) -> tuple[Array, Array, Array]:
        """Return τ, the determinant there up to a factor, and that without exponential trend, shape (count + 2,)."""
        inside = np.sort(0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / count))
        tau = np.concatenate([[0.0], inside, [1.0]])
        found = [self._at(float(t)) for t in tau]
        signs, logs = (np.array(part, dtype=float) for part in zip(*found, strict=True))
        regular = np.isfinite(logs) & (signs != 0.0)
        if np.count_nonzero(regular) < 2:
            return tau, np.zeros(tau.size), np.zeros(tau.size)
        logs[~regular] = 0.0  # exactly on a branch point: the value is zero
        trend = np.polynomial.Polynomial.fit(tau[regular], logs[regular], 1)(tau)
        plain, even = (np.exp(part - part[regular].max()) for part in (logs, logs - trend))
        return tau, np.where(regular, signs * plain, 0.0), np.where(regular, signs * even, 0.0)

    def look_between(self, roots: list[float]) -> None:
        """Sample halfway between neighbouring zeros of an interpolant."""
        for left, right in pairwise(roots):
            self._at(0.5 * (left + right))

    def brackets(self) -> list[tuple[float, float]]:
        """Return the intervals between samples of different sign."""
        places = [(tau, sign) for tau, (sign, _) in sorted(self._known.items()) if sign != 0]
        return [(left, right) for (left, one), (right, other) in pairwise(places) if one * other < 0]


def _real_roots(coefficients: NDArray[np.floating]) -> list[float]:
    """Return the real zeros of a Chebyshev series in τ ∈ [0, 1], in order."""
    significant = np.flatnonzero(np.abs(coefficients) > 1e-14 * np.max(np.abs(coefficients)))
    if significant.size == 0:
        return []
    roots = 0.5 * (chebyshev.chebroots(coefficients[: significant[-1] + 1]) + 1.0)
    real = roots[np.abs(roots.imag) <= 1e-9].real
    return sorted(float(root) for root in real if 0.0 <= root <= 1.0)
