"""Starts for the search: clustered densities with one to K peaks, equal or not, and random ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.search.minimise import grid_size, modes_that_matter, random_fields
from branches.diagrams.search.zonal import clustered_zonal_fields, zonal_moments_of
from branches.potentials.potential import Potential

__all__ = ["clustered_fields", "even_moments", "random_fields"]

Array = NDArray[np.float64]
Peaks = tuple[tuple[float, float], ...]  # (place, weight)
SHARPNESS = (0.05, 0.3)  # parts of the largest concentration that κ can sustain


def clustered_fields(potential: Potential, kappa: float, peaks: int = 4) -> Array:
    """Return log-densities of even clustered states, shape (B, M).

    Parameters
    ----------
    potential, kappa
        They set the widths: a single cluster sits in a well of curvature at most κ Σ n² g_n.
    peaks
        K: equal peaks 1 … K in equal distances; unequal ones of two and three peaks in several distances and
        weights, if K allows. On a sphere zonal ones, on Gauss nodes: poles, for K ≥ 2 also two of them, and rings.

    Examples
    --------
    >>> from branches import potentials
    >>> clustered_fields(potentials.bimodal(0.6), 3.0, peaks=2).shape
    (12, 256)
    """
    modes = modes_that_matter(potential, kappa)
    if potential.dimension > 2:
        return clustered_zonal_fields(potential, kappa, peaks, modes)
    theta = 2.0 * np.pi * np.arange(grid_size(modes)) / grid_size(modes)
    g = np.maximum(potential.weights(modes), 0.0)
    largest = kappa * float(np.sum(g * np.arange(1, modes + 1) ** 2))
    narrowest = (theta.size / 12.0) ** 2  # a peak spans a dozen points of the grid
    fields = [
        _field(theta, arrangement, float(np.clip(part * largest, 1.0, narrowest)))
        for arrangement in _arrangements(peaks)
        for part in SHARPNESS
    ]
    return np.array(fields)


def _arrangements(peaks: int) -> list[Peaks]:
    found: list[Peaks] = []
    for k in range(1, peaks + 1):
        found.append(tuple((2.0 * np.pi * j / k, 1.0) for j in range(k)))
    if peaks >= 2:
        found += [((0.0, 1.0 - w), (np.pi, w)) for w in (0.15, 0.35)]
        found += [((phi, 1.0), (-phi, 1.0)) for phi in (0.6, 1.1)]
    if peaks >= 3:
        found += [((0.0, w), (phi, 1.0), (-phi, 1.0)) for phi in (0.9, 1.5, 2.3) for w in (0.5, 2.0)]
    if peaks >= 4:
        for phi in (0.6, 1.0):
            opposite = np.pi - phi
            found += [((phi, 1.0), (-phi, 1.0), (opposite, w), (-opposite, w)) for w in (0.5, 1.0)]
    return found


def _field(theta: Array, arrangement: Peaks, concentration: float) -> Array:
    """Return log Σ w_j exp(z (cos(θ − θ_j) − 1))."""
    terms = np.array([np.log(w) + concentration * (np.cos(theta - place) - 1.0) for place, w in arrangement])
    field: Array = np.logaddexp.reduce(terms, axis=0)
    return field


def even_moments(fields: Array, modes: int, dimension: int = 2) -> Array:
    """Return the moments a_1 … a_N of log-densities on a uniform grid, on a sphere on Gauss nodes, shape (B, N)."""
    if dimension > 2:
        return zonal_moments_of(fields, dimension, modes)
    density = np.exp(fields - fields.max(axis=1, keepdims=True))
    spectrum = np.fft.rfft(density, axis=1).real
    moments: Array = spectrum[:, 1 : modes + 1] / spectrum[:, :1]
    return moments
