"""Taylor coefficients of a branch of the quadratic system, for small systems: whole orders in a few products.

With K the solution operator times the projection, and W the two syntheses side by side, an order is
x_k = K conv_k and (X_k, A_k) = x_k W: no solve and no transform of its own. The numbers are those of
:class:`~branches.states.quadratic.QuadraticExpansion` with the recurrence of the engine.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from branches.spaces.halfgrid import half_grid
from branches.states.loops import compiled, sum_orders

if TYPE_CHECKING:
    from branches.states.quadratic import QuadraticSystem
    from continuation import DenseBordered

__all__ = ["DENSE_SERIES", "dense_onset", "dense_series", "numpy_sum_orders", "synthesis"]

Array = NDArray[np.float64]
DENSE_SERIES = 128  # unknowns up to which dense products beat a solve and two transforms an order


@lru_cache(maxsize=32)
def _projection(n: int) -> Array:
    """Return the matrix from grid values to the coefficients of sin kθ divided by 2k, bordered by 1: (N + 1, M + 1)."""
    grid = half_grid(n)
    bordered = np.zeros((n + 1, grid.size + 1), order="F")
    bordered[:n, : grid.size] = (grid.project(np.eye(grid.size)) * (0.5 / np.arange(1.0, n + 1))).T
    bordered[n, grid.size] = 1.0
    bordered.flags.writeable = False
    return bordered


@lru_cache(maxsize=32)
def _syntheses(n: int) -> tuple[Array, Array]:
    grid = half_grid(n)
    unit = np.eye(n)
    return grid.sines(unit), grid.cosines(unit)


def synthesis(system: QuadraticSystem) -> Array:
    """Return W, shape (N, 2M): a W holds X = Σ n g_n a_n sin nθ and A − 1 = 2 Σ a_n cos nθ on the grid."""
    sines, cosines = _syntheses(system.size)
    return np.concatenate([sines * system._ng[:, None], cosines], axis=1)


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
    m = system.grid.size
    columns = solver.solve_many(_projection(system.size).copy(order="F"))
    return _sum_orders(system, columns[:, :m], x, columns[:, m], order, lag=0)


def dense_onset(system: QuadraticSystem, diagonal: Array, order: int) -> Array:
    """Return the coefficients of the branch that leaves the uniform state in s = a_1, shape (order + 1, N + 1).

    Parameters
    ----------
    system
        The quadratic system, small enough for dense products.
    diagonal
        1 − g_k/g_1, with 1 in the place of its zero at k = 1; shape (N,).
    order
        Highest power; its κ is not known yet and left zero.
    """
    n = system.size
    operator = _projection(n)[:, :-1].copy(order="F")
    operator[:n] /= diagonal[:, None]
    operator[n] = operator[0] * (-2.0 / (system.g[0] * system.parameter_scale))  # the kernel equation gives κ
    operator[0] = 0.0
    x, first = np.zeros(n + 1), np.zeros(n + 1)
    first[0], first[n] = 1.0, 2.0 / (system.g[0] * system.parameter_scale)
    c = _sum_orders(system, operator, x, first, order, lag=1)
    c[:-1, n] = c[1:, n]
    c[-1, n] = 0.0
    return c


def _sum_orders(system: QuadraticSystem, operator: Array, x: Array, first: Array, order: int, lag: int) -> Array:
    """Return the coefficients x, ``first``, … that the solution operator (N + 1, M) yields.

    ``lag`` is by how many orders κ comes late in the last column: 0 at a state, 1 at the onset, where an order of
    a gives the κ of the order before.
    """
    n, m, w = system.size, system.grid.size, system.synthesis
    c = np.empty((order + 1, n + 1))
    c[0], c[1] = x, first
    fields = np.empty((order + 1, 2 * m))  # X_k and A_k side by side
    for k in (0, 1):  # two products with a vector: one with a small matrix would be packed first
        np.dot(c[k, :n], w, out=fields[k])
    fields[0, m:] += 1.0
    (compiled(sum_orders) or numpy_sum_orders)(operator, w, c, fields, system.parameter_scale, lag)
    return c


def numpy_sum_orders(operator: Array, w: Array, c: Array, fields: Array, scale: float, lag: int) -> None:
    """Fill orders 2, 3, … of ``c`` and ``fields``, of which orders 0 and 1 are given.

    Parameters
    ----------
    operator, w
        K, shape (N + 1, M), in Fortran order, and W, shape (N, 2M).
    c, fields
        Coefficients (a_k, κ_{k − lag} / scale), shape (order + 1, N + 1), and (X_k, A_k), shape (order + 1, 2M).
    scale, lag
        Unit of κ, and by how many orders it comes late.
    """
    order, n, m = len(c) - 1, c.shape[1] - 1, operator.shape[1]
    kappa = np.zeros(order + 1)  # in reverse order: the last entry is κ_0
    kappa[order], kappa[order - 1] = c[lag, n] * scale, (1 - lag) * c[1, n] * scale
    xs = fields[:, :m]
    y, a = np.empty((order + 1, m)), np.empty((order + 1, m))
    a[order], a[order - 1] = fields[0, m:], fields[1, m:]  # in reverse order too
    products, conv = np.empty((order, m)), np.empty(m)
    np.dot(kappa[order - 1 :], xs[:2], out=y[1])
    for k in range(2, order + 1):
        np.dot(kappa[order - k + 1 : order], xs[1:k], out=y[k])
        part = products[:k]
        np.multiply(y[1 : k + 1], a[order - k + 1 :], out=part)
        np.add.reduce(part, axis=0, out=conv)
        ck = c[k]
        np.dot(operator, conv, out=ck)
        fk = fields[k]
        np.dot(ck[:n], w, out=fk)
        a[order - k] = fk[m:]
        kappa[order - k + lag] = ck[n] * scale
        np.dot(kappa[order - k :], xs[: k + 1], out=y[k])
