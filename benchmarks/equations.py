"""The equations every peer gets: residual, Jacobian and parameter derivative, in plain NumPy.

    F_n(a, κ) = a_n − (κ / 2n) Σ_l l g_l a_l (a_|n−l| − a_{n+l}),   n = 1 … N,   a_0 = 1

The Jacobian is a Toeplitz plus a Hankel matrix on either side of the weights, read off two vectors
through strided views.  With ``flow=True`` row n is multiplied by −n²: the result is κ times the right-hand
side of the McKean–Vlasov flow in Fourier space, whose unstable eigenvalues a tool may count.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import ive

Array = NDArray[np.float64]


def transformer_weights(beta: float, n_modes: int) -> Array:
    """Return g_n = 2 I_n(β)/β of W(θ) = −e^{β cos θ}/β, shape (N,)."""
    return 2.0 * np.exp(beta) * ive(np.arange(1, n_modes + 1), beta) / beta


class Equations:
    """The Fourier quadratic system of given weights g_1 … g_N.

    >>> kuramoto = Equations(np.array([1.0, 0.0, 0.0]))
    >>> kuramoto.residual(np.zeros(3), 2.5)
    array([0., 0., 0.])
    >>> np.diag(kuramoto.jacobian(np.zeros(3), 2.0))       # mode 1 is neutral at κ = 2
    array([0., 1., 1.])
    """

    def __init__(self, weights: Array, flow: bool = False) -> None:
        self.size = n = weights.size
        modes = np.arange(1.0, n + 1)
        self._ng = modes * weights
        self._half_over_n = 0.5 / modes
        self._row_scale = -(modes**2) if flow else np.ones(n)
        self._points = next_fast_len(3 * n + 1, real=True)  # products free of aliasing

    def quadratic(self, a: Array) -> Array:
        """Return Q(a) with F = a − κ Q, shape (N,)."""
        n, m = self.size, self._points
        spectra = np.zeros((2, m // 2 + 1), dtype=complex)
        spectra[0, 1 : n + 1] = -0.5j * self._ng * a  # Σ l g_l a_l sin lθ
        spectra[1, 0], spectra[1, 1 : n + 1] = 1.0, a  # 1 + 2 Σ a_n cos nθ
        sines, cosines = irfft(spectra, m, axis=1)
        projected: Array = rfft(sines * cosines)[1 : n + 1].imag
        return projected * (-2.0 * m * self._half_over_n)

    def residual(self, a: Array, kappa: float) -> Array:
        """Return F(a, κ), shape (N,)."""
        return self._row_scale * (a - kappa * self.quadratic(a))

    def parameter_derivative(self, a: Array, kappa: float) -> Array:
        """Return ∂F/∂κ, shape (N,)."""
        return -self._row_scale * self.quadratic(a)

    def jacobian(self, a: Array, kappa: float) -> Array:
        """Return ∂F/∂a, shape (N, N)."""
        n, q = self.size, self._ng * a
        tail = np.zeros(n)
        even = np.concatenate([a[-2::-1], [1.0], a, tail])  # a_l, l = −(N−1) … 2N
        odd = np.concatenate([-q[-2::-1], [0.0], q, tail])  # l g_l a_l, odd in l
        matrix = _toeplitz(even, n) - _hankel(even, n)
        matrix *= self._ng
        matrix += _toeplitz(odd, n)
        matrix += _hankel(odd, n)
        matrix *= (-kappa * self._half_over_n * self._row_scale)[:, None]
        matrix.ravel()[:: n + 1] += self._row_scale
        return matrix


def _toeplitz(values: Array, n: int) -> Array:
    """View v_{i−j}, i, j = 1 … n, of values v_{−(n−1)} … v_{2n}."""
    return sliding_window_view(values[: 2 * n - 1], n)[:, ::-1]


def _hankel(values: Array, n: int) -> Array:
    """View v_{i+j}, i, j = 1 … n, of values v_{−(n−1)} … v_{2n}."""
    return sliding_window_view(values[n + 1 :], n)
