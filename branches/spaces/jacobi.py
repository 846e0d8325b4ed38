"""Orthonormal polynomials of a share u of a Beta law, and their Gauss rules."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal

__all__ = ["gauss_beta", "orthonormal"]

Array = NDArray[np.float64]
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
    >>> u, share = gauss_beta(1.0, 1.0, 8)
    >>> values = orthonormal(u, 1.0, 1.0, 5)
    >>> bool(np.allclose(values * share @ values.T, np.eye(6), rtol=0, atol=1e-13))
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
    """Return the M nodes, decreasing, and the probabilities of the Gauss rule of Beta(p, q): exact to degree 2M − 1.

    Examples
    --------
    >>> u, share = gauss_beta(1.0, 2.5, 4)
    >>> bool(abs(share @ u - 1 / 3.5) < 1e-15)
    True
    """
    diagonal, off = _recurrence(p, q, count)
    nodes = eigh_tridiagonal(diagonal, off, eigvals_only=True)[::-1]
    for _ in range(NEWTON):
        values = orthonormal(nodes, p, q, count)
        nodes = nodes - values[count] / _slope(nodes, p, q, count, values)
    share = 1.0 / np.sum(orthonormal(nodes, p, q, count - 1) ** 2, axis=0)
    share /= share.sum()
    nodes.flags.writeable = share.flags.writeable = False
    return nodes, share


def _slope(u: Array, p: float, q: float, count: int, values: Array) -> Array:
    """Return the derivative of the polynomial of degree M at u, by the differentiated recurrence."""
    diagonal, off = _recurrence(p, q, count + 1)
    before, now = np.zeros_like(u), np.zeros_like(u)
    for j in range(count):
        following = (values[j] + (u - diagonal[j]) * now - (off[j - 1] if j else 0.0) * before) / off[j]
        before, now = now, following
    return now
