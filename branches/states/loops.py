"""The innermost loops, compiled by numba where the extra ``fast`` is installed; NumPy does the same elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["assemble", "compiled", "sum_gibbs_orders", "sum_orders"]

Array = NDArray[np.float64]
Loop = TypeVar("Loop", bound=Callable[..., None])


def sum_orders(operator: Array, w: Array, c: Array, fields: Array, scale: float, lag: int) -> None:
    """Do what :func:`branches.states.taylor.numpy_sum_orders` does."""
    order, n, m = len(c) - 1, c.shape[1] - 1, operator.shape[1]
    kappa, y, conv = np.zeros(order + 1), np.zeros((order + 1, m)), np.empty(m)
    kappa[0] = c[lag, n] * scale
    if lag == 0:
        kappa[1] = c[1, n] * scale
    for j in range(m):
        y[1, j] = kappa[0] * fields[1, j] + kappa[1] * fields[0, j]
    for k in range(2, order + 1):
        for r in range(1, k - lag):
            for j in range(m):
                y[k, j] += kappa[r] * fields[k - r, j]
        for j in range(m):
            conv[j] = y[k, j] * fields[0, m + j]
        for r in range(1, k):
            for j in range(m):
                conv[j] += y[r, j] * fields[k - r, m + j]
        np.dot(operator, conv, c[k])
        np.dot(c[k, :n], w, fields[k])
        kappa[k - lag] = c[k, n] * scale
        for j in range(m):
            y[k, j] += kappa[0] * fields[k, j] + kappa[k - lag] * fields[lag, j]


def sum_gibbs_orders(operator: Array, w: Array, c: Array, rho: Array, scale: float) -> None:
    """Do what :func:`branches.states.gibbs_series.numpy_sum_gibbs_orders` does."""
    order, n, m = len(c) - 1, c.shape[1] - 1, operator.shape[1]
    kappa, fields, weighted = np.zeros(order + 1), np.empty((order + 1, m)), np.zeros((order + 1, m))
    known, conv = np.empty(m), np.empty(m)
    kappa[0] = c[0, n] * scale
    np.dot(c[0, :n], w, fields[0])
    for k in range(1, order + 1):
        known[:] = 0.0
        for q in range(1, k):
            for j in range(m):
                known[j] += kappa[q] * fields[k - q, j]
        for j in range(m):
            conv[j] = 0.0
        for q in range(1, k):
            for j in range(m):
                conv[j] += weighted[q, j] * rho[k - q, j]
        mean = 0.0
        for j in range(m):
            conv[j] = conv[j] / k + known[j] * rho[0, j]
            mean += conv[j]
        mean /= m
        for j in range(m):
            conv[j] -= mean * rho[0, j]
        if k > 1:
            np.dot(operator, conv, c[k])
        kappa[k] = c[k, n] * scale
        np.dot(c[k, :n], w, fields[k])
        shift = 0.0
        for j in range(m):
            shift += (kappa[0] * fields[k, j] + kappa[k] * fields[0, j]) * rho[0, j]
        shift /= m
        for j in range(m):
            change = kappa[0] * fields[k, j] + kappa[k] * fields[0, j]
            rho[k, j] = conv[j] + (change - shift) * rho[0, j]
            weighted[k, j] = k * (known[j] + change - (mean + shift))


def assemble(jacobian: Array, even: Array, odd: Array, ng: Array, factor: Array) -> None:
    """Do what :func:`branches.states.quadratic.numpy_assemble` does."""
    n = factor.size
    for m in range(n):
        below, above = 2 * n - m, 2 * n + m + 2
        for i in range(n):
            entry = ng[m] * (even[below + i] - even[above + i]) + odd[below + i] + odd[above + i]
            jacobian[i, m] = factor[i] * entry
        jacobian[m, m] += 1.0


@cache
def compiled(loop: Loop) -> Loop | None:
    """Return one of the loops compiled, or None where numba is missing or switched off (NUMBA_DISABLE_JIT=1).

    The first call on a machine takes some seconds; numba keeps the result on disk.
    """
    try:
        import numba
    except ImportError:
        return None
    try:
        fast: Loop = numba.njit(cache=True)(loop)
    except RuntimeError:  # nowhere to keep what is compiled
        fast = numba.njit(loop)
    return None if fast is loop else fast
