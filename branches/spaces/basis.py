"""The functions on which states of one symmetry are expanded, on nodes: sums, means and covariances.

On every space a state is a = T(a, κ): T_k the mean of B_k under the density ρ ∝ exp(κ Σ g_k a_k B_k) against the
uniform probability. Nothing else of a space enters those equations.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["Basis", "DenseBasis", "peak_of"]

Array = NDArray[np.float64]
CONCENTRATED = 8.0  # times the mean: a peak of a density within which differences are to be accurate
BEYOND = 8  # of N functions, N/8 more tell what a truncation neglects


class Basis(ABC):
    """The functions B_1 … B_N on M nodes, and the uniform probability there.

    Attributes
    ----------
    size, n_points
        N and M.
    mass, log_mass
        M times the probability of each node, and its logarithm, shape (M,); None where all are 1. A density is given on
        the nodes with its mass: its mean over the nodes is then its integral.
    """

    size: int
    n_points: int
    mass: Array | None = None
    log_mass: Array | None = None

    def weighted(self, field: Array) -> Array:
        """Return log ρ with the mass of the nodes, for log ρ on them; both of shape (..., M)."""
        return field if self.log_mass is None else field + self.log_mass

    @abstractmethod
    def synthesis(self, b: Array) -> Array:
        """Return Σ b_k B_k on the nodes; b of shape (..., n) with n ≤ N, result (..., M)."""

    @abstractmethod
    def relative_synthesis(self, b: Array, node: int) -> Array:
        """Return Σ b_k B_k up to a constant, with relative accuracy of its differences near one node; shape (M,)."""

    @abstractmethod
    def means(self, f: Array) -> tuple[Array, Array]:
        """Return the means of f B_k and of f, f of shape (..., M) with its mass; shapes (..., N) and (..., 1)."""

    @abstractmethod
    def means_beyond(self, f: Array) -> Array:
        """Return the means of f with the next N/8 functions beyond N, shape (N // 8,)."""

    @abstractmethod
    def covariance(self, rho: Array, size: int) -> Array:
        """Return the covariances of B_1 … B_size under a density with its mass, of any norm; shape (size, size)."""

    @property
    @abstractmethod
    def functions(self) -> Array:
        """B_k on the nodes, shape (N, M), read-only: for small N."""

    @abstractmethod
    def relative_functions(self, node: int) -> Array:
        """Return B_k − B_k(node), with relative accuracy near the node, shape (N, M), read-only: for small N."""

    @cached_property
    def projection(self) -> Array:
        """The matrix that takes means with the functions, bordered by 1, shape (N + 1, M + 1), read-only."""
        bordered = np.zeros((self.size + 1, self.n_points + 1), order="F")
        bordered[: self.size, : self.n_points] = self.functions / self.n_points
        bordered[self.size, self.n_points] = 1.0
        bordered.flags.writeable = False
        return bordered


class DenseBasis(Basis):
    """A basis known by a matrix of its functions: any space, for as many functions as a matrix may have.

    Parameters
    ----------
    functions
        B_k on the nodes for N + N // 8 functions, shape (N + N // 8, M).
    log_probabilities
        Logarithms of the probabilities of the nodes, shape (M,).
    size
        N.

    Examples
    --------
    >>> import numpy as np
    >>> t, w = np.polynomial.legendre.leggauss(24)             # zonal functions of the sphere in three dimensions
    >>> basis = DenseBasis(np.polynomial.legendre.legvander(t, 9).T[1:], np.log(w / 2), 8)
    >>> moments, mass = basis.means(basis.mass * np.exp(t))
    >>> f"{moments[0] / mass[0]:.12f}"                         # coth 1 − 1
    '0.313035285499'
    """

    def __init__(self, functions: Array, log_probabilities: Array, size: int) -> None:
        self.size, self.n_points = size, log_probabilities.size
        self.log_mass = log_probabilities + np.log(log_probabilities.size)
        self.mass = np.exp(self.log_mass)
        self._all = np.array(functions)
        self._all.flags.writeable = self.mass.flags.writeable = self.log_mass.flags.writeable = False

    @property
    def functions(self) -> Array:
        """B_k on the nodes, shape (N, M), read-only."""
        return self._all[: self.size]

    def synthesis(self, b: Array) -> Array:
        """Return Σ b_k B_k on the nodes; b of shape (..., n) with n ≤ N, result (..., M)."""
        result: Array = b @ self.functions[: b.shape[-1]]
        return result

    def relative_functions(self, node: int) -> Array:
        """Return B_k − B_k(node), shape (N, M): differences of values, where a maker knows no better."""
        return self.functions - self.functions[:, node : node + 1]

    def relative_synthesis(self, b: Array, node: int) -> Array:
        """Return Σ b_k (B_k − B_k(node)), shape (M,)."""
        result: Array = b @ self.relative_functions(node)
        return result

    def means(self, f: Array) -> tuple[Array, Array]:
        """Return the means of f B_k and of f, shapes (..., N) and (..., 1)."""
        return f @ self.functions.T / self.n_points, np.mean(f, axis=-1, keepdims=True)

    def means_beyond(self, f: Array) -> Array:
        """Return the means of f with the functions beyond N, shape (N // 8,)."""
        result: Array = self._all[self.size :] @ f / self.n_points
        return result

    def covariance(self, rho: Array, size: int) -> Array:
        """Return the covariances of B_1 … B_size under a density, shape (size, size)."""
        share = rho / rho.sum()
        inside = self.functions[:size]
        centred = (inside - (inside @ share)[:, None]) * np.sqrt(share)
        result: Array = centred @ centred.T
        return result


def peak_of(rho: Array) -> int | None:
    """Return the node at which a density is concentrated, None where it is broad."""
    place = int(np.argmax(rho))
    return place if float(rho[place]) > CONCENTRATED * float(rho.mean()) else None
