"""The start of a half-branch in a fractional power of its amplitude, from states solved for on the half-branch itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from branches.onsets.resonant.pair_rays import states_on_ray
from branches.onsets.resonant.ray import Ray
from branches.potentials.potential import Potential
from branches.states.quadratic import QuadraticSystem
from continuation import Piece, Settings
from continuation.steps.corrector import correct, residual_norm

__all__ = ["fractional_start"]

Array = NDArray[np.float64]
LARGEST_AMPLITUDE, HALVINGS = 0.2, 8
# Chebyshev points of [0.3, 1] for σ, s = σ^q: the far one first. Towards σ = 0 the piece is known to leave along the ray.
NODES = 0.65 + 0.35 * np.cos(np.pi * np.arange(16) / 15)
SAME = 0.1  # of its distance from the ray's line: further away the state found is another half-branch's


def fractional_start(
    potential: Potential, system: QuadraticSystem, kappa: float, ray: Ray, settings: Settings
) -> Piece:
    """Return the first piece of a half-branch x = s (d + c s^γ e + …) of a pair of modes, γ = p/q.

    Everything on it is a power series in σ = s^{1/q} that begins with σ^q. The piece is the polynomial in σ through
    states solved for at d·x = s to round-off, predicted by the reduced equations of degree 9; its residual is checked
    between them.

    Parameters
    ----------
    potential, system
        The interaction, and its equations for the states of the ray's period.
    kappa
        The onset.
    ray
        A ray of a kernel of two modes.
    settings
        The tolerance.

    Raises
    ------
    ArithmeticError
        If no states are found on the ray.
    """
    predicted = states_on_ray(potential, ray)
    point = np.append(np.zeros(system.size), kappa / system.parameter_scale)
    row = np.zeros(system.size + 1)
    for mode, d in zip(ray.modes, ray.direction, strict=True):
        row[mode // system.period - 1] = d
    root = ray.half_power.denominator if np.any(ray.half) else 1

    def guess(s: float) -> Array:
        moments, ratio = predicted(s)
        x = np.append(np.zeros(system.size), ratio * kappa / system.parameter_scale)
        for mode, value in moments.items():
            if mode % system.period == 0 and mode // system.period <= system.size:
                x[mode // system.period - 1] = value
        return x

    for halving in range(HALVINGS):
        amplitude = LARGEST_AMPLITUDE * 0.5**halving
        piece = _through_states(system, point, row, guess, amplitude, root, settings)
        if piece is not None:
            return piece
    raise ArithmeticError(f"no states are found on the ray down to amplitude {amplitude:.1e}")


def _through_states(
    system: QuadraticSystem,
    point: Array,
    row: Array,
    guess: Callable[[float], Array],
    amplitude: float,
    root: int,
    settings: Settings,
) -> Piece | None:
    """Return the polynomial through the states at one largest amplitude; None if one is missing or it is not accurate."""
    states = []
    for sigma in NODES:
        s = amplitude * sigma**root
        try:
            start = guess(s)
        except ArithmeticError:
            return None
        found = correct(system, start, row, 0.0, max_iterations=12)
        off_line = start[:-1] - s * row[:-1]
        neglected = system.defect(found.x[:-1], float(found.x[-1]) * system.parameter_scale)
        if not max(found.residual, neglected) <= settings.tolerance:
            return None
        if np.linalg.norm(found.x - start) > SAME * np.linalg.norm(off_line):
            return None
        states.append(found.x - point)
    powers = NODES[:, None] ** np.arange(root, root + NODES.size)
    c = np.zeros((root + NODES.size, point.size))
    c[0], c[root:] = point, np.linalg.solve(powers, np.array(states))
    piece = Piece(c, 0.0, amplitude)
    between = 0.5 * (NODES[1:] + NODES[:-1])
    accurate = all(residual_norm(system, piece(tau)) <= settings.tolerance for tau in between)
    return piece if accurate else None
