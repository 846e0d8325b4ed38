"""Direct minimisation of the free energy over zonal densities of a sphere, and starts for it.

Densities are given by their logarithm, up to a constant, on the Gauss nodes of the coordinate along the axis.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.gegenbauer import gauss_gegenbauer, gegenbauer
from branches.spaces.node_counts import poleward

__all__ = ["clustered_zonal_fields", "descend", "random_zonal_fields", "zonal_moments_of"]

Array = NDArray[np.float64]
NODES_PER_MODE, FEWEST_NODES = 3, 64
SHARPNESS = (0.05, 0.3)  # parts of the largest concentration that κ can sustain
RINGS = (0.6, 1.1, 0.5 * np.pi)  # polar angles of rings


def nodes_of(modes: int, dimension: int) -> int:
    """Return the number of nodes for densities driven by so many degrees."""
    return max(FEWEST_NODES, NODES_PER_MODE * modes) + poleward(dimension)


@lru_cache(maxsize=16)
def _waves(dimension: int, count: int) -> tuple[Array, Array]:
    """Return P_1 … P_{M/2} on M nodes, and the logarithms of their probabilities."""
    theta, log_share = gauss_gegenbauer(dimension, count)
    return gegenbauer(theta, dimension, count // 2)[1:], log_share


def zonal_moments_of(fields: Array, dimension: int, modes: int) -> Array:
    """Return the moments a_1 … a_N of log-densities on Gauss nodes, shape (B, N)."""
    waves, log_share = _waves(dimension, fields.shape[1])
    weighted = fields + log_share
    density = np.exp(weighted - weighted.max(axis=1, keepdims=True))
    moments = density @ waves.T / density.sum(axis=1, keepdims=True)
    result: Array = np.pad(moments, ((0, 0), (0, max(0, modes - moments.shape[1]))))[:, :modes]
    return result


def descend(
    potential: Potential, kappa: float, fields: Array, iterations: int, tolerance: float
) -> tuple[Array, Array, Array, int]:
    """Descend the free energy from zonal densities; return F, moments, their last change, and the iterations.

    log ρ ← (1 − η) log ρ + η κ Σ g_l a_l P_l, entropic mirror descent, by which F never rises.

    Examples
    --------
    >>> from branches import potentials
    >>> theta, _ = gauss_gegenbauer(3, 96)
    >>> energy, moments, _, _ = descend(potentials.vector_model(3), 4.0, np.cos(theta)[None], 400, 1e-12)
    >>> f"{energy[0]:.10f} {moments[0, 0]:.10f}"
    '-0.1031203064 0.5998393201'
    """
    waves, log_share = _waves(potential.dimension, fields.shape[1])
    g = potential.weights(len(waves))
    eta = 1.0 / (1.0 + kappa * float(np.sum(np.abs(g[g < 0]))))
    h = fields - fields.max(axis=1, keepdims=True)
    a = zonal_moments_of(h, potential.dimension, len(waves))
    change, done = np.full(len(h), np.inf), 0
    while done < iterations:
        done += 1
        h = (1.0 - eta) * h + eta * (kappa * g * a) @ waves
        h -= h.max(axis=1, keepdims=True)
        new = zonal_moments_of(h, potential.dimension, len(waves))
        change, a = np.max(np.abs(new - a), axis=1), new
        if float(change.max()) <= tolerance * eta:
            break
    weighted = h + log_share
    top = weighted.max(axis=1)
    density = np.exp(weighted - top[:, None])
    total = density.sum(axis=1)
    energy: Array = (density * h).sum(axis=1) / total - (top + np.log(total)) - 0.5 * kappa * (a * a) @ g
    return energy, a, change, done


def random_zonal_fields(rng: np.random.Generator, count: int, modes: int, dimension: int) -> Array:
    """Return random smooth fields, shape (count, M): from nearly uniform densities to a few sharp poles and rings."""
    waves, _ = _waves(dimension, nodes_of(modes, dimension))
    used = min(modes, 8)
    decay = np.arange(1, used + 1) ** rng.uniform(0.0, 1.5, (count, 1))
    size = 10.0 ** rng.uniform(-1.0, 1.2, (count, 1)) / decay
    fields: Array = (size * rng.standard_normal((count, used))) @ waves[:used]
    return fields


def clustered_zonal_fields(potential: Potential, kappa: float, peaks: int, modes: int) -> Array:
    """Return log-densities with one pole, with more than one peak also two poles, equal or not, and rings."""
    d = potential.dimension
    count = nodes_of(modes, d)
    theta, _ = gauss_gegenbauer(d, count)
    degrees = np.arange(1, modes + 1)
    slopes = degrees * (degrees + d - 2) / (d - 1)  # of P_l at the pole
    largest = kappa * float(np.sum(np.maximum(potential.weights(modes), 0.0) * slopes))
    narrowest = (count / 8.0) ** 2  # a peak spans several nodes
    north, south = np.cos(theta) - 1.0, -np.cos(theta) - 1.0
    fields = []
    for part in SHARPNESS:
        z = float(np.clip(part * largest, 1.0, narrowest))
        fields.append(z * north)
        if peaks >= 2:
            fields += [np.logaddexp(z * north, np.log(w) + z * south) for w in (0.2, 0.5, 1.0)]
            fields += [z * (np.cos(theta - place) - 1.0) for place in RINGS]
    return np.array(fields)

