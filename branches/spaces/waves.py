"""Cosines and sines on the circle, side by side, by fast transforms: the basis of states without a mirror axis."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from branches.spaces.basis import BEYOND, Basis
from branches.spaces.toeplitz import hankel, toeplitz

__all__ = ["WaveBasis", "paired", "unpaired", "wave_basis"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
EPSILON = float(np.finfo(float).eps)
OVERSAMPLING = 2.25  # points of the circle a mode: products of resolved functions alias only what is at round-off
DENSE = 256  # functions up to which a matrix product beats the fast transform's overhead
RELATIVE = 256  # functions up to which a matrix of differences to a peak is kept


class WaveBasis(Basis):
    """B = cos θ, sin θ, cos 2θ, sin 2θ, …, N functions, on a uniform grid of the circle.

    Notes
    -----
    An odd N leaves out the last sine: the space is then kept by rotations only as far as states are resolved.

    Examples
    --------
    >>> import numpy as np
    >>> basis = wave_basis(16)
    >>> field = basis.synthesis(np.eye(16)[3])                   # sin 2θ
    >>> basis.means(field)[0].round(12)[:5] + 0.0
    array([0. , 0. , 0. , 0.5, 0. ])
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.n_modes = (size + 1) // 2
        self.n_points = next_fast_len(int(OVERSAMPLING * self.n_modes) + 2, real=True)

    @property
    def functions(self) -> Array:
        """Waves on the grid, shape (N, M), read-only."""
        return _waves(self.size, self.n_points)

    def synthesis(self, b: Array) -> Array:
        """Return Σ b_k B_k on the grid; b of shape (..., n) with n ≤ N."""
        if self.size <= DENSE:
            dense: Array = b @ self.functions[: b.shape[-1]]
            return dense
        c = unpaired(b)
        spectrum = np.zeros((*c.shape[:-1], self.n_points // 2 + 1), dtype=complex)
        np.multiply(c, 0.5 * self.n_points, out=spectrum[..., 1 : c.shape[-1] + 1])
        fast: Array = irfft(spectrum, n=self.n_points, axis=-1, overwrite_x=True)
        return fast

    def relative_functions(self, node: int) -> Array:
        """Return the waves less their values at a node, shape (N, M), read-only."""
        return _relative_waves(self.size, self.n_points, node)

    def relative_synthesis(self, b: Array, node: int) -> Array:
        """Return Σ b_k (B_k − B_k(node)); where many functions matter, the plain sum."""
        clear = np.flatnonzero(np.abs(b) > EPSILON * np.max(np.abs(b)))
        active = int(clear[-1]) + 1 if clear.size else 1
        if active > RELATIVE:
            return self.synthesis(b)
        relative: Array = b[:active] @ _relative_waves(min(self.size, RELATIVE), self.n_points, node)[:active]
        return relative

    def means(self, f: Array) -> tuple[Array, Array]:
        """Return the means of f B_k and of f, shapes (..., N) and (..., 1)."""
        spectrum = rfft(f, axis=-1) * (1.0 / self.n_points)
        return paired(spectrum[..., 1 : self.n_modes + 1])[..., : self.size], spectrum[..., :1].real

    def means_beyond(self, f: Array) -> Array:
        """Return the means of f with the next N/8 functions."""
        spectrum = rfft(f) * (1.0 / self.n_points)
        return paired(spectrum[1:])[self.size : self.size + self.size // BEYOND]

    def covariance(self, rho: Array, size: int) -> Array:
        """Return the covariances of B_1 … B_size under a density of any norm, shape (size, size)."""
        spectrum = rfft(rho)
        modes = (size + 1) // 2
        whole = np.concatenate([spectrum, np.conj(spectrum[(self.n_points - 1) // 2 : 0 : -1])]) / spectrum[0].real
        return _leading_covariances(whole[: 2 * modes + 1], modes)[:size, :size]


def _leading_covariances(c: Complex, modes: int) -> Array:
    """Return the covariances of the waves of the first K modes by c_0 … c_2K: Toeplitz and Hankel matrices."""
    x, y = c.real, -c.imag
    even, odd = np.concatenate([x[:0:-1], x]), np.concatenate([-y[:0:-1], y])
    result = np.empty((2 * modes, 2 * modes))
    near, far = toeplitz(even, modes), hankel(even, modes)
    np.add(near, far, out=result[0::2, 0::2])
    np.subtract(near, far, out=result[1::2, 1::2])
    np.subtract(hankel(odd, modes), toeplitz(odd, modes), out=result[0::2, 1::2])
    result[1::2, 0::2] = result[0::2, 1::2].T
    result *= 0.5
    means = paired(c[1 : modes + 1])
    result -= means[:, None] * means
    return result


def wave_covariances(c: Complex, rows: NDArray[np.int64], columns: NDArray[np.int64] | None = None) -> Array:
    """Return covariances of waves under densities, by their moments c_0 = 1, c_1, …, shape (..., rows, columns).

    Degrees are given in pairs, once for the cosine and once for the sine; ``columns`` are the rows by default. With
    C^± = E[e^{−i(n ± m)θ}], 2 E[cos cos] = Re(C⁻ + C⁺), 2 E[sin sin] = Re(C⁻ − C⁺), 2 E[cos n sin m] = Im(C⁻ − C⁺).
    """
    columns = rows if columns is None else columns
    difference = rows[:, None] - columns
    near, far = c[..., np.abs(difference)], c[..., rows[:, None] + columns]
    near = np.where(difference < 0, np.conj(near), near)
    sine_row, sine_column = np.arange(rows.size)[:, None] % 2 == 1, np.arange(columns.size) % 2 == 1
    plus, minus = near + far, near - far
    same = np.where(sine_row, minus.real, plus.real)
    mixed = np.where(sine_row, -plus.imag, minus.imag)
    products = 0.5 * np.where(sine_row == sine_column, same, mixed)
    of_rows, of_columns = _means(c, rows), _means(c, columns)
    result: Array = products - of_rows[..., :, None] * of_columns[..., None, :]
    return result


def _means(c: Complex, degrees: NDArray[np.int64]) -> Array:
    """Return the means of waves whose degrees are given in pairs."""
    values = c[..., degrees]
    means: Array = np.where(np.arange(degrees.size) % 2 == 1, -values.imag, values.real)
    return means


def paired(c: Complex) -> Array:
    """Return E[cos nθ], E[sin nθ], n = 1, 2, …, of moments c_n = E[e^{−inθ}], shape (..., 2N).

    Examples
    --------
    >>> import numpy as np
    >>> paired(np.array([0.5 - 0.1j, 0.2j])) + 0.0
    array([ 0.5,  0.1,  0. , -0.2])
    """
    result: Array = np.ascontiguousarray(np.conj(c)).view(np.float64)
    return result


def unpaired(b: Array) -> Complex:
    """Return x_n − i y_n of pairs x_n, y_n; a last x without its y stands for itself."""
    if b.shape[-1] % 2:
        b = np.concatenate([b, np.zeros((*b.shape[:-1], 1))], axis=-1)
    result: Complex = np.conj(np.ascontiguousarray(b, dtype=np.float64).view(np.complex128))
    return result


@lru_cache(maxsize=32)
def _waves(size: int, points: int) -> Array:
    angles = np.outer(np.arange(1, (size + 1) // 2 + 1), 2.0 * np.pi * np.arange(points) / points)
    waves = np.stack([np.cos(angles), np.sin(angles)], axis=1).reshape(-1, points)[:size].copy()
    waves.flags.writeable = False
    return waves


@lru_cache(maxsize=8)
def _relative_waves(size: int, points: int, node: int) -> Array:
    """Return the waves less their values at a node, by products that keep the relative accuracy near it."""
    k = np.arange(1, (size + 1) // 2 + 1)
    place = np.arange(points)
    half = np.sin(np.outer(k, np.pi * (place - node) / points))
    middle = np.outer(k, np.pi * (place + node) / points)
    waves = np.stack([-2.0 * np.sin(middle) * half, 2.0 * np.cos(middle) * half], axis=1)
    waves = waves.reshape(-1, points)[:size].copy()
    waves.flags.writeable = False
    return waves


@lru_cache(maxsize=64)
def wave_basis(size: int) -> WaveBasis:
    """Return the cached basis of N waves."""
    return WaveBasis(size)
