"""Taylor coefficients of a branch of the quadratic system, for small systems: whole orders in a few products.

With K the bordered inverse times the projection, and W the two syntheses side by side, an order is
x_k = K conv_k and (X_k, A_k) = x_k W: no solve and no transform of its own. The numbers are those of
:class:`~branches.model.quadratic.QuadraticExpansion` with :func:`continuation.predictor.taylor_series`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from branches.model.halfgrid import half_grid

if TYPE_CHECKING:
    from branches.model.quadratic import QuadraticSystem
    from continuation.linear import DenseBordered

__all__ = ["dense_series"]

Array = NDArray[np.float64]


@lru_cache(maxsize=32)
def _projection(n: int) -> Array:
    """Return the matrix from grid values to the coefficients of sin kθ divided by 2k, transposed: (M, N)."""
    grid = half_grid(n)
    return grid.project(np.eye(grid.size)) * (0.5 / np.arange(1.0, n + 1))


@lru_cache(maxsize=32)
def _syntheses(n: int) -> tuple[Array, Array]:
    grid = half_grid(n)
    unit = np.eye(n)
    return grid.sines(unit), grid.cosines(unit)


def dense_series(system: QuadraticSystem, solver: DenseBordered, x: Array, order: int) -> Array:
    """Return the Taylor coefficients of the branch through x = (a, κ / scale), shape (order + 1, N + 1).

    Parameters
    ----------
    system
        The quadratic system, small enough for dense products.
    solver
        The factorised bordered Jacobian at x; the series parameter is the projection on its border row.
    x
        Base point, shape (N + 1,).
    order
        Highest power.
    """
    n, m = system.size, system.grid.size
    scale = system.parameter_scale
    rhs = np.zeros((n + 1, m + 1), order="F")
    rhs[:n, :m] = _projection(n).T
    rhs[n, m] = 1.0
    columns = solver.solve_many(rhs)
    k_matrix = np.ascontiguousarray(columns[:, :m])
    sines, cosines = _syntheses(n)
    w = np.concatenate([sines * system._ng[:, None], cosines], axis=1)
    c = np.empty((order + 1, n + 1))
    c[0], c[1] = x, columns[:, m]
    fields = np.empty((order + 1, 2 * m))  # X_k and A_k side by side
    np.matmul(c[:2, :n], w, out=fields[:2])
    fields[0, m:] += 1.0
    kappa = np.zeros(order + 1)  # in reverse order: the last entry is κ_0
    kappa[order], kappa[order - 1] = c[0, n] * scale, c[1, n] * scale
    xs = fields[:, :m]
    y = np.empty((order + 1, m))
    a = np.empty((order + 1, m))  # in reverse order
    a[order], a[order - 1] = fields[0, m:], fields[1, m:]
    products, conv = np.empty((order, m)), np.empty(m)
    np.dot(kappa[order - 1 :], xs[:2], out=y[1])
    for k in range(2, order + 1):
        np.dot(kappa[order - k + 1 : order], xs[1:k], out=y[k])
        part = products[:k]
        np.multiply(y[1 : k + 1], a[order - k + 1 :], out=part)
        np.add.reduce(part, axis=0, out=conv)
        ck = c[k]
        np.dot(k_matrix, conv, out=ck)
        fk = fields[k]
        np.dot(ck[:n], w, out=fk)
        a[order - k] = fk[m:]
        kappa[order - k] = ck[n] * scale
        np.dot(kappa[order - k :], xs[: k + 1], out=y[k])
    return c
