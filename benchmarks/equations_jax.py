"""The same equations in JAX, with the analytic Jacobian behind JAX's own derivatives."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np


def quadratic_system(weights: np.ndarray, flow: bool) -> Callable[[jax.Array, jax.Array], jax.Array]:
    """Return f(a, κ) = F, or −n² F for the flow, differentiable.

    Products are formed on a grid by tables of cosines and sines: for the sizes here matrix products are what
    the compiled program does best.
    """
    n = weights.size
    modes = np.arange(1, n + 1)
    points = 3 * n // 2 + 1
    angles = np.outer(modes, (np.arange(points) + 0.5) * (np.pi / points))
    cosines = jnp.asarray(2 * np.cos(angles))
    sines = jnp.asarray((modes * weights)[:, None] * np.sin(angles))
    back = jnp.asarray(np.sin(angles).T / (points * modes))
    scale = jnp.asarray(-(modes**2.0) if flow else np.ones(n))

    def f(a: jax.Array, kappa: jax.Array) -> jax.Array:
        return scale * (a - kappa * (((a @ sines) * (1.0 + a @ cosines)) @ back))

    return f
