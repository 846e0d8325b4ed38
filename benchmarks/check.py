"""An independent check of returned points: does each density reproduce its own moments?

Nothing is shared with the equations or with the toolkit: the weights come from quadrature of W, the density
from exp(−κ W∗ρ) on a grid, the moments from the trapezoidal rule (exact to round-off for periodic analytic
functions).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def weights_by_quadrature(beta: float, n_modes: int) -> Array:
    """Return the cosine weights g_n = −(1/π) ∫ W cos nθ dθ of W = −e^{β cos θ}/β, shape (N,)."""
    points = 8 * max(n_modes, 64)
    theta = np.arange(points) * (2 * np.pi / points)
    spectrum = np.fft.rfft(np.exp(beta * np.cos(theta)) / beta) / points
    weights: Array = 2.0 * spectrum[1 : n_modes + 1].real
    return weights


def self_consistency(beta: float, kappa: Array, a: Array) -> Array:
    """Return max_n |E_ρ[cos nθ] − a_n| with ρ ∝ exp(κ Σ g_n a_n cos nθ), shape (P,).

    Parameters
    ----------
    kappa, a
        Shapes (P,) and (P, N).
    """
    count, n_modes = a.shape
    points = 8 * max(n_modes, 64)
    spectrum = np.zeros((count, points // 2 + 1))
    spectrum[:, 1 : n_modes + 1] = 0.5 * points * kappa[:, None] * weights_by_quadrature(beta, n_modes) * a
    exponent = np.fft.irfft(spectrum, points, axis=1)
    density = np.exp(exponent - exponent.max(axis=1, keepdims=True))
    moments = np.fft.rfft(density, axis=1).real
    defect: Array = np.max(np.abs(moments[:, 1 : n_modes + 1] / moments[:, :1] - a), axis=1)
    return defect
