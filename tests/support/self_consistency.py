"""An independent check of even stationary states on the circle: no part of the toolkit's equations enters."""

import numpy as np


def self_consistency_error(g, a, kappa):
    """Return max_n |a_n − ∫ cos nθ ρ dθ| with ρ ∝ exp(Σ κ g_n a_n cos nθ), a of shape (P, N); shape (P,)."""
    size = 4 * g.size + 1
    theta = (np.arange(size) + 0.5) * (np.pi / size)
    waves = np.cos(np.outer(np.arange(1, g.size + 1), theta))
    field = (kappa[:, None] * g * a) @ waves
    rho = np.exp(field - field.max(axis=1, keepdims=True))
    return np.max(np.abs(a - (rho @ waves.T) / rho.sum(axis=1, keepdims=True)), axis=1)
