"""Gegenbauer polynomials P_l, P_l(1) = 1, of one coordinate of S^{d−1}: values, Gauss rules, and the basis of them.

Points are given by their angle θ, t = cos θ, because near a pole 1 − t = 2 sin²(θ/2) is what counts: there the
polynomials are summed from their differences (Reinsch's form of the recurrence), which keeps its relative accuracy.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigvalsh_tridiagonal

from branches.spaces.basis import BEYOND, DenseBasis
from branches.spaces.node_counts import of_basis

__all__ = [
    "GegenbauerBasis",
    "gauss_gegenbauer",
    "gegenbauer",
    "gegenbauer_basis",
    "relative_gegenbauer",
]

Array = NDArray[np.float64]
UNDERFLOW = 1e-250  # of the slope of a polynomial: below, its digits are lost
RESCALED = 16  # degrees after which the orthonormal polynomials are scaled down
NEWTON = 3  # steps from the eigenvalues of the Jacobi matrix to nodes with relative accuracy at the poles


def gegenbauer(theta: Array, dimension: int, largest: int) -> Array:
    """Return P_0 … P_L at cos θ, shape (L + 1, *theta.shape).

    Parameters
    ----------
    theta
        Angles in [0, π].
    dimension, largest
        d ≥ 2 and L; d = 2 gives cos lθ.

    Notes
    -----
    (l+d−2)(P_{l+1} − P_l) = l (P_l − P_{l−1}) − (2l+d−2)(1−t) P_l, and P_l(−t) = (−1)^l P_l(t).

    Examples
    --------
    >>> import numpy as np
    >>> gegenbauer(np.array([np.pi / 3]), 3, 3)[:, 0].round(12)
    array([ 1.    ,  0.5   , -0.125 , -0.4375])
    """
    south = theta > 0.5 * np.pi
    x = 2.0 * np.sin(0.5 * np.where(south, np.pi - theta, theta)) ** 2
    values = np.ones((largest + 1, *theta.shape))
    difference = -x
    for l in range(1, largest + 1):
        if l > 1:
            difference = ((l - 1) * difference - (2 * l + dimension - 4) * x * values[l - 1]) / (l + dimension - 3)
        values[l] = values[l - 1] + difference
    values[1::2] *= np.where(south, -1.0, 1.0)
    return values


def relative_gegenbauer(theta: Array, place: float, dimension: int, largest: int) -> Array:
    """Return P_l(cos θ) − P_l(cos ϑ), l = 1 … L, with relative accuracy near ϑ; shape (L, *theta.shape).

    Notes
    -----
    The same recurrence for the differences E_l, with x = 1 − t and y = 1 − s: (l+d−2)(E_{l+1} − E_l) =
    l (E_l − E_{l−1}) − (2l+d−2)((x − y) P_l(t) + y E_l), s in the northern half; E_l changes sign with (−1)^l beyond.

    Examples
    --------
    >>> import numpy as np
    >>> near = relative_gegenbauer(np.array([1e-9]), 0.0, 3, 2)[1, 0]         # −3 (1 − t) + …
    >>> f"{near:.15e}"
    '-1.500000000000000e-18'
    """
    if place > 0.5 * np.pi:
        mirrored = relative_gegenbauer(np.pi - theta, np.pi - place, dimension, largest)
        mirrored[::2] *= -1.0
        return mirrored
    values = gegenbauer(theta, dimension, largest)
    y = 2.0 * np.sin(0.5 * place) ** 2
    gap = 2.0 * np.sin(0.5 * (theta + place)) * np.sin(0.5 * (theta - place))
    result = np.empty((largest, *theta.shape))
    difference = -gap
    result[0] = difference
    for l in range(1, largest):
        drift = gap * values[l] + y * result[l - 1]
        difference = (l * difference - (2 * l + dimension - 2) * drift) / (l + dimension - 2)
        result[l] = result[l - 1] + difference
    return result


@lru_cache(maxsize=64)
def gauss_gegenbauer(dimension: int, count: int) -> tuple[Array, Array]:
    """Return the M angles of the Gauss rule of one coordinate of S^{d−1}, increasing, and logs of its probabilities.

    Notes
    -----
    Exact for polynomials in t of degree 2M − 1. Zeros of P_M by the eigenvalues of the Jacobi matrix and Newton's
    method in θ; a node's probability is 1/Σ_{l<M} N_l P_l², a sum of positive terms. In many dimensions the poles have
    less than any float holds, and the states of strong coupling live there: hence the logarithms.

    Examples
    --------
    >>> import numpy as np
    >>> theta, log_share = gauss_gegenbauer(4, 3)
    >>> bool(abs(np.exp(log_share) @ np.cos(theta) ** 4 - 1 / 8) < 1e-15)
    True
    """
    d, l = float(dimension), np.arange(1.0, count)
    square = np.full(count - 1, 1.0 / d)
    square[1:] = l[1:] * (l[1:] + d - 3) / ((2 * l[1:] + d - 2) * (2 * l[1:] + d - 4))
    half = (count + 1) // 2
    t = eigvalsh_tridiagonal(np.zeros(count), np.sqrt(square))[::-1][:half] if count > 1 else np.zeros(1)
    theta = np.arccos(np.clip(t, -1.0, 1.0))
    for _ in range(NEWTON):
        top, below = gegenbauer(theta, dimension, count)[[count, count - 1]]
        slope = -count * (below - np.cos(theta) * top) / np.sin(theta)
        normal = np.abs(slope) > UNDERFLOW  # where not, in many dimensions, the eigenvalue itself is kept
        theta = theta - np.divide(top, slope, out=np.zeros_like(top), where=normal)
    if count % 2:
        theta[-1] = 0.5 * np.pi
    shares = -_log_christoffel(theta, dimension, count)
    angles = np.concatenate([theta, (np.pi - theta[: count - half])[::-1]])
    log_shares = np.concatenate([shares, shares[: count - half][::-1]])
    log_shares -= np.log(np.exp(log_shares).sum())
    angles.flags.writeable = log_shares.flags.writeable = False
    return angles, log_shares


def _log_christoffel(theta: Array, dimension: int, count: int) -> Array:
    """Return log Σ_{l<M} N_l P_l(cos θ)², by the orthonormal polynomials, scaled down wherever they grow large."""
    t, d, logs = np.cos(theta), dimension, np.zeros_like(theta)
    before, now = np.ones_like(t), np.sqrt(float(d)) * t
    total = before + now**2 if count > 1 else before
    last = np.sqrt(1.0 / d)
    for l in range(2, count):
        following = np.sqrt(l * (l + d - 3.0) / ((2 * l + d - 2.0) * (2 * l + d - 4.0)))
        before, now = now, (t * now - last * before) / following
        last = following
        total = total + now**2
        if l % RESCALED == 0:
            size = np.maximum(np.sqrt(total), 1.0)
            before, now, total, logs = before / size, now / size, total / size**2, logs + 2.0 * np.log(size)
    result: Array = np.log(total) + logs
    return result


class GegenbauerBasis(DenseBasis):
    """B_k = P_{nk}, k = 1 … N, on the Gauss nodes of one coordinate of S^{d−1}; n = 1, or 2 on the half t > 0.

    Parameters
    ----------
    dimension, n_fold, size
        d ≥ 2, n ∈ {1, 2} and N.

    Notes
    -----
    About 1.125 N + 0.75 d nodes; for small d the matrix takes 10 N² bytes (0.4 GB for 6000 functions), and is kept for
    a few sizes.

    Examples
    --------
    >>> import numpy as np
    >>> basis = gegenbauer_basis(3, 1, 8)
    >>> moments, mass = basis.means(basis.mass * np.exp(np.cos(basis.theta)))
    >>> f"{moments[0] / mass[0]:.12f}"                         # coth 1 − 1
    '0.313035285499'
    """

    def __init__(self, dimension: int, n_fold: int, size: int) -> None:
        self.dimension, self.n_fold = dimension, n_fold
        nodes = of_basis(size, dimension, n_fold)
        theta, log_share = gauss_gegenbauer(dimension, n_fold * nodes)
        if n_fold == 2:
            theta, log_share = theta[:nodes], np.log(2.0) + log_share[:nodes]
        self.theta = theta
        largest = n_fold * (size + size // BEYOND)
        super().__init__(gegenbauer(theta, dimension, largest)[n_fold::n_fold], log_share, size)

    def relative_functions(self, node: int) -> Array:
        """Return B_k − B_k(ϑ), ϑ the node or the pole beside it, shape (N, M), read-only."""
        return _relative(self.dimension, self.n_fold, self.size, node)


@lru_cache(maxsize=8)
def _relative(dimension: int, n_fold: int, size: int, node: int) -> Array:
    theta = gegenbauer_basis(dimension, n_fold, size).theta
    ends = {0: 0.0, theta.size - 1: np.pi if n_fold == 1 else 0.5 * np.pi}
    place = ends.get(node, float(theta[node]))
    relative = relative_gegenbauer(theta, place, dimension, n_fold * size)[n_fold - 1 :: n_fold].copy()
    relative.flags.writeable = False
    return relative


@lru_cache(maxsize=32)
def gegenbauer_basis(dimension: int, n_fold: int, size: int) -> GegenbauerBasis:
    """Return the cached basis."""
    return GegenbauerBasis(dimension, n_fold, size)
