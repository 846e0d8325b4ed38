"""Predictions along a branch: Taylor series of high order, and cubic pieces from tangents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from continuation.linear.bordered import BorderedSolver

if TYPE_CHECKING:
    from continuation.problem import Expansion

__all__ = ["arc_length", "hermite", "taylor_series", "trusted_length"]

Array = NDArray[np.float64]


def taylor_series(expansion: Expansion, solver: BorderedSolver, x: Array, scale: float, order: int) -> Array:
    """Return the Taylor coefficients of the branch through x.

    The curve is parameterised by s = ⟨row, x(s) − x⟩ with the solver's border row; each order costs one
    back-substitution (asymptotic numerical method: Cochelin, Comput. Struct. 53 (1994) 1181).

    Parameters
    ----------
    expansion
        Taylor recurrence of F about x.
    solver
        The factorised bordered Jacobian at x.
    x
        Base point (u, p / scale), shape (n + 1,).
    scale
        The problem's ``parameter_scale``.
    order
        Highest power of s.

    Returns
    -------
    ndarray
        Shape (order + 1, n + 1).
    """
    coefficients = np.empty((order + 1, x.size))
    coefficients[0] = x
    coefficients[1] = solver.solve(np.zeros(x.size - 1), 1.0)
    for k in range(1, order):
        c = coefficients[k]
        expansion.push(c[:-1], c[-1] * scale)
        remainder = expansion.remainder()
        np.negative(remainder, out=remainder)
        coefficients[k + 1] = solver.solve(remainder)
    return coefficients


def trusted_length(coefficients: Array, tolerance: float) -> float:
    """Return how far a Taylor series may be summed.

    The largest s at which each of the last three terms stays below ``tolerance`` times the first:
    (ε‖x_1‖/‖x_k‖)^{1/(k−1)}, in the max-norm, which cannot overflow: beside a branch point coefficients reach
    1e300. Three terms, because symmetry can make every other one vanish.
    """
    wanted = tolerance * float(np.abs(coefficients[1]).max())
    start = max(2, len(coefficients) - 3)
    sizes = np.abs(coefficients[start:]).max(axis=1).tolist()
    return min(((wanted / size) ** (1.0 / k) for k, size in enumerate(sizes, start - 1) if size > 0.0), default=np.inf)


def arc_length(x0: Array, t0: Array, x1: Array, t1: Array) -> float:
    """Return the length of the arc from x0 to x1 with unit tangents t0 and t1, to second order."""
    turn = max(float(t0 @ t1), 0.0)
    return float(np.linalg.norm(x1 - x0)) * (1.0 + (1.0 - turn) / 12.0)


def hermite(x0: Array, t0: Array, x1: Array, t1: Array) -> Array:
    """Return the cubic in τ ∈ [0, 1] through x0 and x1 with unit tangents t0 and t1, shape (4, n + 1)."""
    chord, length = x1 - x0, arc_length(x0, t0, x1, t1)
    d0, d1 = length * t0, length * t1
    return np.array([x0, d0, 3 * chord - 2 * d0 - d1, d0 + d1 - 2 * chord])
