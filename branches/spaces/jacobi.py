"""Orthonormal polynomials of a share u of a Beta law, and their Gauss rules."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal

__all__ = ["gauss_beta", "orthonormal"]

Array = NDArray[np.float64]
RESCALED = 16  # degrees after which the orthonormal polynomials are scaled down
NEWTON = 2  # steps from the eigenvalues of the Jacobi matrix


def _recurrence(p: float, q: float, count: int) -> tuple[Array, Array]:
    """Return the diagonal and the off-diagonal of the Jacobi matrix of Beta(p, q), in u, shapes (M,) and (M − 1,)."""
    alpha, beta = q - 1.0, p - 1.0  # of the weight (1−z)^α (1+z)^β, z = 2u − 1
    n = np.arange(float(count))
    total = 2.0 * n + alpha + beta
    diagonal = np.empty(count)
    diagonal[0] = (beta - alpha) / (alpha + beta + 2.0)
    diagonal[1:] = (beta - alpha) * (beta + alpha) / (total[1:] * (total[1:] + 2.0))
    k = n[1:]
    square = np.empty(max(count - 1, 0))
    square[:1] = 4.0 * (1.0 + alpha) * (1.0 + beta) / ((2.0 + alpha + beta) ** 2 * (3.0 + alpha + beta))
    k, total = k[1:], total[2:]
    numerator = 4.0 * k * (k + alpha) * (k + beta) * (k + alpha + beta)
    square[1:] = numerator / (total**2 * (total + 1.0) * (total - 1.0))
    return 0.5 * (1.0 + diagonal), 0.5 * np.sqrt(square)


def orthonormal(u: Array, p: float, q: float, largest: int) -> Array:
    """Return the polynomials of degree 0 … J orthonormal under Beta(p, q), positive at u = 1; shape (J + 1, M).

    Examples
    --------
    >>> import numpy as np
    >>> u, log_share = gauss_beta(1.0, 1.0, 8)
    >>> values = orthonormal(u, 1.0, 1.0, 5)
    >>> bool(np.allclose(values * np.exp(log_share) @ values.T, np.eye(6), rtol=0, atol=1e-13))
    True
    """
    diagonal, off = _recurrence(p, q, largest + 2)
    values = np.empty((largest + 1, *u.shape))
    values[0] = 1.0
    before = np.zeros_like(u)
    for j in range(largest):
        following = ((u - diagonal[j]) * values[j] - (off[j - 1] if j else 0.0) * before) / off[j]
        before = values[j]
        values[j + 1] = following
    return values


@lru_cache(maxsize=64)
def gauss_beta(p: float, q: float, count: int) -> tuple[Array, Array]:
    """Return the M nodes of the Gauss rule of Beta(p, q), decreasing, and logs of its probabilities: exact to 2M − 1.

    Examples
    --------
    >>> u, log_share = gauss_beta(1.0, 2.5, 4)
    >>> bool(abs(np.exp(log_share) @ u - 1 / 3.5) < 1e-15)
    True
    """
    diagonal, off = _recurrence(p, q, count)
    nodes = eigh_tridiagonal(diagonal, off, eigvals_only=True)[::-1]
    for _ in range(NEWTON):
        nodes = nodes - _scaled(nodes, p, q, count)[0]
    log_share = -_scaled(nodes, p, q, count)[1]
    log_share -= np.log(np.exp(log_share).sum())
    nodes.flags.writeable = log_share.flags.writeable = False
    return nodes, log_share


def _scaled(u: Array, p: float, q: float, count: int) -> tuple[Array, Array]:
    """Return P_M/P_M' and log Σ_{j<M} P_j² of the orthonormal polynomials, scaled down wherever they grow large."""
    diagonal, off = _recurrence(p, q, count + 1)
    before, slope_before, slope, logs = (np.zeros_like(u) for _ in range(4))
    now, total = np.ones_like(u), np.zeros_like(u)
    for j in range(count):
        total = total + now**2
        last = off[j - 1] if j else 0.0
        slope, slope_before = (now + (u - diagonal[j]) * slope - last * slope_before) / off[j], slope
        now, before = ((u - diagonal[j]) * now - last * before) / off[j], now
        if j % RESCALED == RESCALED - 1:
            size = np.maximum(np.sqrt(total), 1.0)
            now, before, slope, slope_before = now / size, before / size, slope / size, slope_before / size
            total, logs = total / size**2, logs + 2.0 * np.log(size)
    return now / slope, np.log(total) + logs
