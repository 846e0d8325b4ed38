"""The start of a half-branch in a fractional power of its amplitude, or of one that only high orders tell apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.onsets.resonant.pair_rays import series_on_ray
from branches.onsets.resonant.ray import Ray
from branches.potentials.potential import Potential
from branches.states.equations import StateEquations
from continuation import Piece, Settings, residual_norm

__all__ = ["fractional_start"]

Array = NDArray[np.float64]
LARGEST, SMALLEST, SHORTER = 0.2, 1e-4, 0.8  # amplitude s at the end of the piece
# Of the tolerance: near the onset the equations hardly tell the half-branch from its neighbours, and its state is
# wrong by more than its residual.
STRICTER = 0.01


def fractional_start(
    potential: Potential, system: StateEquations, kappa: float, ray: Ray, settings: Settings
) -> Piece:
    """Return the first piece of a half-branch x = s (d + c s^γ e + …) of a pair of modes, γ = p/q.

    Everything on it is a power series in σ = s^{1/q} that begins with σ^q: the piece is that series, as long as it
    satisfies the equations.

    Parameters
    ----------
    potential, system
        The interaction, and its equations for the class of the ray's states.
    kappa
        The onset.
    ray
        A ray of a kernel of two modes.
    settings
        The tolerance.

    Raises
    ------
    ArithmeticError
        If the series has no useful length.
    """
    series, n = series_on_ray(potential, ray), system.isotropy.n_fold
    c = np.zeros((series.kappa_ratio.size, system.size + 1))
    c[:, -1] = series.kappa_ratio * kappa / system.parameter_scale
    for mode, values in series.moments.items():
        if mode % n == 0 and mode // n <= system.size:
            c[:, mode // n - 1] = values
    amplitude = LARGEST
    while amplitude >= SMALLEST:
        sigma = amplitude ** (1.0 / series.root)
        piece = Piece(c * (sigma ** np.arange(len(c)))[:, None], 0.0, amplitude)
        if max(_defect(system, piece(tau)) for tau in (0.5, 1.0)) <= STRICTER * settings.tolerance:
            return piece
        amplitude *= SHORTER
    raise ArithmeticError("the series of the half-branch has no useful length")


def _defect(system: StateEquations, x: Array) -> float:
    return max(residual_norm(system, x), system.defect(x[:-1], float(x[-1]) * system.parameter_scale))
