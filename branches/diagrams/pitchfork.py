"""The shape of a pitchfork off a branch: its curvature in κ, exact from the quadratic structure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.model.potential import Potential
from branches.model.quadratic import QuadraticSystem
from branches.model.symmetry import Block

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
        dσ/dκ along the old branch, σ the growth rate (of the flow, times −κ) of φ: negative where φ becomes unstable as
        κ rises.
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

    Lyapunov–Schmidt reduction: with J φ = 0, ψᵀJ = 0 and w = w₀ + c w₁ the response in the old symmetry class,
    J w₀ = −½F_aa[φ, φ], J w₁ = −F_κ, the curvature is
    c = −ψᵀF_aa[φ, w₀] / ψᵀ(F_aa[φ, w₁] + F_aκ φ). F is quadratic in a,
    so that this is exact.

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
    system = QuadraticSystem(potential, 1, size)
    a = np.zeros(size)
    a[block.period - 1 :: block.period] = system.transfer(u, size // block.period)
    jacobian = system.jacobian(a, kappa)
    new, old = block.modes(size) - 1, np.arange(block.period - 1, size, block.period)
    left, _, right = np.linalg.svd(jacobian[np.ix_(new, new)])
    phi, psi = np.zeros(size), np.zeros(size)
    phi[new], psi[new] = right[-1], left[:, -1]
    inner = jacobian[np.ix_(old, old)]
    w0, w1 = np.zeros(size), np.zeros(size)
    w0[old] = np.linalg.solve(inner, kappa * _bilinear(system, phi, phi)[old])
    w1[old] = np.linalg.solve(inner, system.quadratic(a)[old])
    numerator = -2.0 * kappa * psi @ _bilinear(system, phi, w0)
    slope = (phi - jacobian @ phi) / kappa  # DQ(a) φ, so that F_aκ φ = −DQ(a) φ
    denominator = psi @ (-2.0 * kappa * _bilinear(system, phi, w1) - slope)
    curvature = -numerator / denominator
    scale = kappa * np.linalg.norm(w0) + kappa * np.linalg.norm(w1) * abs(curvature) + abs(curvature)
    error = 64 * EPSILON * np.linalg.cond(inner) * scale / abs(denominator)
    modes = np.arange(1.0, size + 1)
    return PitchforkShape(float(curvature), float(error), float(denominator / (psi @ (phi / modes**2))), phi)


def _bilinear(system: QuadraticSystem, x: Array, y: Array) -> Array:
    """Return the symmetric bilinear part B of Q(a) = L a + B(a, a) at (x, y), shape (N,)."""
    grid, weights = system.grid, system._ng
    product = grid.sines(weights * x) * grid.cosines(y) + grid.sines(weights * y) * grid.cosines(x)
    result: Array = grid.project(product) * (0.25 / np.arange(1.0, system.size + 1))
    return result
