"""The loop over the orders of a Taylor series, compiled by numba where the extra ``fast`` is installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["compiled_orders", "orders"]

Array = NDArray[np.float64]
Loop = Callable[[Array, Array, Array, Array, float, int], None]


def orders(operator: Array, w: Array, c: Array, fields: Array, scale: float, lag: int) -> None:
    """Do what :func:`branches.model.taylor.numpy_orders` does, in loops that numba compiles."""
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


@lru_cache(maxsize=1)
def compiled_orders() -> Loop | None:
    """Return :func:`orders` compiled, or None where numba is missing or switched off (NUMBA_DISABLE_JIT).

    The first call on a machine compiles, which takes some seconds; the result is kept on disk by numba.
    """
    try:
        import numba
    except ImportError:
        return None
    compiled: Loop = numba.njit(cache=True)(orders)
    return None if compiled is orders else compiled
