"""The shape of a pitchfork off a branch: its curvature in κ, exact from Taylor coefficients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.symmetry import Block
from branches.states.morse_index import neutral_direction
from branches.states.selfconsistent import SelfConsistentExpansion, SelfConsistentSystem

__all__ = ["PitchforkShape", "pitchfork_shape"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True)
class PitchforkShape:
    """How the new states leave: a = a* + s φ + …, κ = κ* + curvature s² + …, φ of unit norm.

    Parameters
    ----------
    curvature, error
        The coefficient and a bound of its rounding error.
    crossing
        dσ/dκ along the old branch, σ the eigenvalue of 1 − κCG that vanishes: negative where φ becomes unstable as κ
        rises.
    direction
        φ, modes 1 … N.
    """

    curvature: float
    error: float
    crossing: float
    direction: Array

    @property
    def kind(self) -> str:
        """'supercritical' if the new states live where the old one is unstable to φ, 'subcritical', or 'critical'."""
        if abs(self.curvature) <= self.error:
            return "critical"
        return "supercritical" if self.curvature * self.crossing < 0 else "subcritical"


def pitchfork_shape(potential: Potential, block: Block, u: Array, kappa: float, size: int) -> PitchforkShape:
    """Return the shape of the pitchfork in an even isotropy block of a state.

    Lyapunov–Schmidt reduction of the self-consistency equations F = a − T(a, κ), J = 1 − κCG: with J φ = 0, ψ = Gφ its
    left null vector and w = w₀ + c w₁ the response in the old symmetry class, J w₀ = −½F_aa[φ, φ], J w₁ = −F_κ, the
    third Taylor coefficient of F along a* + sφ + s²w, κ* + s²c must vanish on ψ; it is linear in c. All coefficients
    are exact (the exponential's recurrence).

    Parameters
    ----------
    potential, block
        The interaction; the block (sector 'even', order 2 or ≥ 4) that turns neutral.
    u
        Moments a_n, a_2n, … of the state of period 2π/n = 2π/block.period.
    kappa
        Its coupling.
    size
        Number of modes to use.

    Returns
    -------
    PitchforkShape

    Raises
    ------
    ValueError
        If the block has a quadratic term (order 1 or 3): then the point is not a pitchfork.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> potential = potentials.bimodal(2.0)
    >>> (point,) = branches.trace(potential, mode=2, kappa_max=3).special_points
    >>> shape = pitchfork_shape(potential, Block("even", 1, 2), point.a[1::2], point.kappa, 64)
    >>> shape.kind
    'supercritical'
    """
    if block.sector != "even" or block.order in (1, 3):
        raise ValueError(f"{block} is not the block of a pitchfork: its rotation must have order 2 or at least 4")
    system = SelfConsistentSystem(potential, 1, size)
    a = np.zeros(size)
    a[block.period - 1 :: block.period] = system.transfer(u, size // block.period)
    phi = neutral_direction(potential, block, u, kappa, size)
    psi = system.g * phi
    old = np.arange(block.period - 1, size, block.period)
    inner = system.jacobian(a, kappa)[np.ix_(old, old)]
    w = np.zeros((2, size))
    w[0, old] = -np.linalg.solve(inner, _remainders(system, a, kappa, [(phi, 0.0)])[old])
    w[1, old] = -np.linalg.solve(inner, system.parameter_derivative(a, kappa)[old])
    third = [float(psi @ _remainders(system, a, kappa, [(phi, 0.0), (w[0] + c * w[1], c)])) for c in (0.0, 1.0)]
    change = third[1] - third[0]
    curvature = -third[0] / change
    scale = float(np.linalg.norm(psi)) * (1.0 + kappa * float(np.linalg.norm(w[0])) + abs(curvature))
    error = 64 * EPSILON * float(np.linalg.cond(inner)) * scale / abs(change)
    return PitchforkShape(curvature, error, change / float(psi @ phi), phi)


def _remainders(system: SelfConsistentSystem, a: Array, kappa: float, coefficients: list[tuple[Array, float]]) -> Array:
    """Return the next Taylor coefficient of F along a curve with the given first ones, shape (N,)."""
    expansion = SelfConsistentExpansion(system, a, kappa)
    for u, p in coefficients:
        expansion.push(u, p)
    return expansion.remainder()
