"""Cosine and sine sums on a midpoint grid of (0, π), and the projection back on sines.

Small sizes multiply by cached matrices, large ones use fast transforms; both give the same numbers
to round-off.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct, dst, next_fast_len

__all__ = ["HalfGrid", "half_grid", "relative_cosines"]

Array = NDArray[np.float64]
DENSE_MODES = 128  # up to here a matrix product beats the fast transform's overhead


class HalfGrid:
    """The grid θ_j = (j + ½)π/M, j = 0 … M − 1, for sums over modes 1 … N.

    Parameters
    ----------
    n_modes
        N.
    size
        M. Products of two sums are projected without aliasing when M > 3N/2.

    Examples
    --------
    >>> import numpy as np
    >>> grid = half_grid(4)
    >>> q = np.array([1.0, 0.0, 2.0, 0.0])
    >>> np.allclose(grid.project(grid.sines(q)), q)
    True
    """

    def __init__(self, n_modes: int, size: int) -> None:
        self.n_modes, self.size = n_modes, size
        if n_modes <= DENSE_MODES:
            angles = np.outer(np.arange(1, n_modes + 1), (np.arange(size) + 0.5) * (np.pi / size))
            self._cos, self._sin = 2.0 * np.cos(angles), np.sin(angles)
            self._back = np.ascontiguousarray(self._sin.T) * (2.0 / size)
        else:
            self._alternating = 0.5 - np.arange(size) % 2

    def cosines(self, a: Array) -> Array:
        """Return 2 Σ a_n cos nθ_j; a of shape (..., n) with n ≤ N, result (..., M)."""
        if self.n_modes <= DENSE_MODES:
            dense: Array = a @ self._cos[: a.shape[-1]]
            return dense
        padded = np.zeros((*a.shape[:-1], self.size))
        padded[..., 1 : a.shape[-1] + 1] = a
        fast: Array = dct(padded, type=3, axis=-1, overwrite_x=True)
        return fast

    def sines(self, q: Array) -> Array:
        """Return Σ q_n sin nθ_j; q of shape (..., N), result (..., M)."""
        if self.n_modes <= DENSE_MODES:
            dense: Array = q @ self._sin
            return dense
        padded = np.zeros((*q.shape[:-1], self.size))
        padded[..., : self.n_modes] = q
        fast: Array = dst(padded, type=3, axis=-1, overwrite_x=True)
        fast *= 0.5
        return fast

    def both(self, q: Array, a: Array) -> tuple[Array, Array]:
        """Return :meth:`sines` of q and :meth:`cosines` of a, both of shape (..., N), in one transform.

        With modes in reverse order and alternating signs on the grid, a sine sum is a cosine sum.
        """
        if self.n_modes <= DENSE_MODES:
            return self.sines(q), self.cosines(a)
        padded = np.zeros((2, *a.shape[:-1], self.size))
        padded[0, ..., self.size - self.n_modes :] = q[..., ::-1]
        padded[1, ..., 1 : self.n_modes + 1] = a
        fast: Array = dct(padded, type=3, axis=-1, overwrite_x=True)
        return fast[0] * self._alternating, fast[1]

    def project(self, values: Array) -> Array:
        """Return the coefficients of sin nθ, n = 1 … N, of an odd function on the grid, shape (..., N)."""
        if self.n_modes <= DENSE_MODES:
            dense: Array = values @ self._back
            return dense
        fast: Array = dst(values, type=2, axis=-1)[..., : self.n_modes]
        return fast * (1.0 / self.size)


@lru_cache(maxsize=64)
def half_grid(n_modes: int, oversampling: float = 1.5) -> HalfGrid:
    """Return the cached grid for N modes with more than ``oversampling`` · N points."""
    return HalfGrid(n_modes, next_fast_len(int(oversampling * n_modes) + 1, real=True))


@lru_cache(maxsize=8)
def relative_cosines(n_modes: int, size: int, place: int) -> Array:
    """Return cos kθ_j − cos kϑ, k = 1 … N, on the midpoint grid of M points, shape (N, M), read-only.

    ϑ is the grid point of number ``place``, or the end of [0, π] beside it for the first and the last; the difference
    keeps its relative accuracy near ϑ, where a sum of cosines with large coefficients loses it.
    """
    theta = (np.arange(size) + 0.5) * (np.pi / size)
    ends = {0: 0.0, size - 1: np.pi}
    other, k = ends.get(place, float(theta[place])), np.arange(1, n_modes + 1)
    waves = -2.0 * np.sin(np.outer(k, 0.5 * (theta + other))) * np.sin(np.outer(k, 0.5 * (theta - other)))
    waves.flags.writeable = False
    return waves
