"""Free energy and density of even states, and the self-consistency integral that checks them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.spaces.halfgrid import half_grid

__all__ = ["density", "free_energy", "self_consistency_error"]

Array = NDArray[np.float64]


def free_energy(g: Array, a: Array, kappa: Array) -> Array:
    """Return F = (κ/2) Σ g_n a_n² − log Z at stationary states, F = 0 at the uniform one.

    Parameters
    ----------
    g
        Weights, shape (N,).
    a
        Cosine moments, shape (P, N). A state of period 2π/n may be given by its multiples of n alone,
        with the weights g_n, g_2n, …
    kappa
        Couplings, shape (P,).

    Returns
    -------
    ndarray
        Shape (P,).

    Notes
    -----
    Z = (1/2π) ∫ exp(Σ κ g_n a_n cos nθ) dθ by the midpoint rule, spectrally accurate for a resolved state.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.special import ive
    >>> z = 3.325848099017027883                              # Kuramoto at κ = 4
    >>> a = (ive(np.arange(1, 25), z) / ive(0, z))[None]
    >>> g = np.eye(1, 24)[0]
    >>> f"{free_energy(g, a, np.array([4.0]))[0]:.14f}"
    '-0.47021544233119'
    """
    field, top = _field(g, a, kappa)
    log_z = top + np.log(np.mean(np.exp(field - top[:, None]), axis=1))
    result: Array = 0.5 * kappa * np.einsum("pn,n->p", a * a, g) - log_z
    return result


def self_consistency_error(g: Array, a: Array, kappa: Array) -> Array:
    """Return max_n |a_n − ∫ cos nθ ρ dθ| with ρ ∝ exp(Σ κ g_n a_n cos nθ), shape (P,).

    An independent check of a stationary state: no part of the quadratic system enters.
    """
    field, top = _field(g, a, kappa)
    rho = np.exp(field - top[:, None])
    rho /= rho.sum(axis=1, keepdims=True)
    size = field.shape[1]
    theta = (np.arange(size) + 0.5) * (np.pi / size)
    moments = rho @ np.cos(np.outer(theta, np.arange(1, a.shape[1] + 1)))
    error: Array = np.max(np.abs(a - moments), axis=1)
    return error


def density(a: Array, theta: Array) -> Array:
    """Return ρ(θ) = (1/2π)(1 + 2 Σ a_n cos nθ) for one state, a of shape (N,), theta of any shape."""
    modes = np.arange(1, a.size + 1)
    rho: Array = (1.0 + 2.0 * np.tensordot(np.cos(np.multiply.outer(theta, modes)), a, axes=1)) / (2.0 * np.pi)
    return rho


def _field(g: Array, a: Array, kappa: Array) -> tuple[Array, Array]:
    """Return Σ κ g_n a_n cos nθ on a grid of (0, π) with more than 3N points, and its maximum."""
    field = half_grid(g.size, 3.0).cosines(0.5 * kappa[:, None] * a * g)
    return field, field.max(axis=1)
