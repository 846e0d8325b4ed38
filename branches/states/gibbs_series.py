"""Taylor coefficients of a branch of the self-consistency equations, for small systems: whole orders in a few products.

Along a branch the density is ρ(s) = exp(Φ(s) − ψ(s)), Φ = κ Σ g_k u_k B_k and ψ = log Z, so that its
coefficients follow from k ρ_k = Σ_j j (Φ_j − ψ_j) ρ_{k−j}, with ψ_k fixed by the mass, and T_k is the projection of
ρ_k on the functions: no quotient of series, no transform. With K the solution operator times that projection an order
is (u_k, κ_k) = K ρ_k, the coefficient ρ_k taken without the unknown (u_k, κ_k).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from branches.spaces.basis import peak_of
from branches.states.loops import compiled, sum_gibbs_orders

if TYPE_CHECKING:
    from branches.states.selfconsistent import SelfConsistentSystem
    from continuation import DenseBordered

__all__ = ["gibbs_series", "numpy_sum_gibbs_orders"]

Array = NDArray[np.float64]


def gibbs_series(
    system: SelfConsistentSystem, solver: DenseBordered, x: Array, order: int
) -> Array:
    """Return the Taylor coefficients of the branch through x = (a, κ / scale), shape (order + 1, N + 1).

    Parameters
    ----------
    system
        The self-consistency equations, small enough for dense products.
    solver
        The factorised bordered Jacobian at x; the series parameter is the projection on its border row.
    x
        Base point, shape (N + 1,).
    order
        Highest power.
    """
    basis, m = system.basis, system.basis.n_points
    columns = solver.solve_many(basis.projection.copy(order="F"))
    c = np.empty((order + 1, x.size))
    c[0], c[1] = x, columns[:, m]
    rho = np.empty((order + 1, m))
    rho[0] = system.gibbs(x[:-1], float(x[-1]) * system.parameter_scale)
    rho[0] /= rho[0].mean()
    peak = peak_of(rho[0])
    synthesis = (basis.functions if peak is None else basis.relative_functions(peak)) * system.g[:, None]
    (compiled(sum_gibbs_orders) or numpy_sum_gibbs_orders)(columns[:, :m], synthesis, c, rho, system.parameter_scale)
    return c


def numpy_sum_gibbs_orders(operator: Array, w: Array, c: Array, rho: Array, scale: float) -> None:
    """Fill orders 1, 2, … of ``rho`` and 2, 3, … of ``c``, of which the lower ones are given.

    Parameters
    ----------
    operator, w
        K, shape (N + 1, M), in Fortran order, and the synthesis g_k B_k, shape (N, M).
    c, rho
        Coefficients (a_k, κ_k / scale), shape (order + 1, N + 1), and ρ_k, shape (order + 1, M).
    scale
        Unit of κ.
    """
    order, n, m = len(c) - 1, c.shape[1] - 1, operator.shape[1]
    kappa = np.zeros(order + 1)  # in reverse order: the last entry is κ_0
    fields = np.empty((order + 1, m))  # Σ g_k u_k B_k, order by order
    weighted = np.zeros((order + 1, m))  # k (Φ_k − ψ_k), in reverse order
    start = rho[0]
    kappa[order], fields[0] = c[0, n] * scale, c[0, :n] @ w
    products = np.empty((order, m))
    for k in range(1, order + 1):
        known = kappa[order - k + 1 : order] @ fields[1:k]  # Φ_k without (a_k, κ_k)
        conv = known * start
        if k > 1:
            part = products[: k - 1]
            np.multiply(weighted[order - k + 1 : order], rho[1:k], out=part)
            conv += np.add.reduce(part, axis=0) / k
        mean = float(conv.mean())
        conv -= mean * start
        if k > 1:
            np.dot(operator, conv, out=c[k])
        kappa[order - k], fields[k] = c[k, n] * scale, c[k, :n] @ w
        change = kappa[order] * fields[k] + kappa[order - k] * fields[0]
        shift = float(change @ start) / m
        rho[k] = conv + (change - shift) * start
        weighted[order - k] = k * (known + change - (mean + shift))
