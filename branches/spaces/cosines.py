"""Cosines on a half-grid of the circle, by fast transforms."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

from branches.spaces.basis import BEYOND, Basis
from branches.spaces.halfgrid import half_grid, relative_cosines
from branches.spaces.toeplitz import hankel, toeplitz

__all__ = ["OVERSAMPLING", "CosineBasis", "cosine_basis"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)
OVERSAMPLING = 1.125  # grid points a mode: products of resolved functions alias only what is at round-off
RELATIVE_MODES = 128  # modes up to which a matrix of cosines relative to a peak is kept; slower decay keeps transforms


class CosineBasis(Basis):
    """B_k = cos kθ, k = 1 … N, on the midpoints of (0, π).

    Examples
    --------
    >>> import numpy as np
    >>> basis = cosine_basis(16)
    >>> field = basis.synthesis(np.eye(16)[1])
    >>> basis.means(field)[0].round(12)[:3] + 0.0                # the mean of cos² 2θ stands at k = 2
    array([0. , 0.5, 0. ])
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._grid = half_grid(size, OVERSAMPLING)
        self.n_points = self._grid.size

    @property
    def functions(self) -> Array:
        """Cosines on the grid, shape (N, M), read-only."""
        return _waves(self.size)

    def synthesis(self, b: Array) -> Array:
        """Return Σ b_k cos kθ on the grid."""
        return self._grid.cosines(0.5 * b)

    def relative_functions(self, node: int) -> Array:
        """Return cos kθ − cos kϑ, ϑ the node or the end of [0, π] beside it, shape (N, M), read-only."""
        return relative_cosines(self.size, self.n_points, node)

    def relative_synthesis(self, b: Array, node: int) -> Array:
        """Return Σ b_k (cos kθ − cos kϑ); where many modes matter, the plain sum."""
        clear = np.flatnonzero(np.abs(b) > EPSILON * np.max(np.abs(b)))
        active = int(clear[-1]) + 1 if clear.size else 1
        if active > RELATIVE_MODES:
            return self.synthesis(b)
        relative: Array = b[:active] @ relative_cosines(min(self.size, RELATIVE_MODES), self.n_points, node)[:active]
        return relative

    def means(self, f: Array) -> tuple[Array, Array]:
        """Return the means of f cos kθ and of f, shapes (..., N) and (..., 1)."""
        c: Array = dct(f, type=2, axis=-1)
        c *= 0.5 / self.n_points
        return c[..., 1 : self.size + 1], c[..., :1]

    def means_beyond(self, f: Array) -> Array:
        """Return the means of f cos kθ for the next N/8 modes."""
        c: Array = dct(f, type=2)
        return c[self.size + 1 : self.size + 1 + self.size // BEYOND] * (0.5 / self.n_points)

    def covariance(self, rho: Array, size: int) -> Array:
        """Return (a_|k−l| + a_{k+l})/2 − a_k a_l, shape (size, size)."""
        c = dct(rho, type=2)
        points = np.concatenate([c, [0.0], -c[:0:-1]]) / c[0]  # cos kθ_j = −cos (2M − k)θ_j on M midpoints
        a = points[: 2 * size + 1]
        centred = np.concatenate([a[:0:-1], a])
        means = a[1 : size + 1]
        result: Array = 0.5 * (toeplitz(centred, size) + hankel(centred, size)) - np.outer(means, means)
        return result


@lru_cache(maxsize=32)
def _waves(size: int) -> Array:
    waves = half_grid(size, OVERSAMPLING).cosines(0.5 * np.eye(size))
    waves.flags.writeable = False
    return waves


@lru_cache(maxsize=64)
def cosine_basis(size: int) -> CosineBasis:
    """Return the cached basis of N cosines."""
    return CosineBasis(size)
