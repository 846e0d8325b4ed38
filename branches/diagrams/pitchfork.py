"""How branches leave a branch point of a state, exact from Taylor coefficients: slopes, curvatures, tangents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.isotropy import Block
from branches.states.morse_index import neutral_direction
from branches.states.selfconsistent import SelfConsistentExpansion, SelfConsistentSystem
from continuation import Record

__all__ = ["PitchforkShape", "Slope", "pitchfork_shape", "transcritical_slopes"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False, repr=False)
class PitchforkShape(Record):
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
        if not abs(self.curvature) > self.error:
            return "critical"
        return "supercritical" if self.curvature * self.crossing < 0 else "subcritical"


@dataclass(frozen=True, eq=False, repr=False)
class Slope(Record):
    """A branch that crosses: a = a* + s d + …, κ = κ* + slope s + …, s of both signs.

    Parameters
    ----------
    slope, error
        dκ/ds and a bound of its rounding error.
    direction
        d, modes 1 … N, of unit norm.
    """

    slope: float
    error: float
    direction: Array


def pitchfork_shape(potential: Potential, block: Block, u: Array, kappa: float, size: int) -> PitchforkShape:
    """Return the shape of the half-branches that leave a state along the neutral direction of an even block.

    Lyapunov–Schmidt reduction of the self-consistency equations F = a − T(a, κ), J = 1 − κCG: with J φ = 0, ψ = Gφ its
    left null vector and w = w₀ + c w₁ the response, J w₀ = −½F_aa[φ, φ], J w₁ = −F_κ, the
    third Taylor coefficient of F along a* + sφ + s²w, κ* + s²c must vanish on ψ; it is linear in c. All coefficients
    are exact (the exponential's recurrence). φ² excites the modes of residue 0 and ±2r: the response has both.

    Parameters
    ----------
    potential, block
        The interaction; the block (of functions of the state's kind, order 2 or ≥ 4) that turns neutral.
    u
        Unknowns of the state, or of its twin. At order 4 the terms
        A|z|²z and B z̄³ of the amplitude equation are of one order, and the half-branches on the state and on its
        twin have the curvatures of A + B and A − B: two shapes.
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
    >>> from branches.spaces.circle import even_block
    >>> shape = pitchfork_shape(potential, even_block(2, 1), point.a[1::2], point.kappa, 64)
    >>> shape.kind
    'supercritical'
    """
    if block.copies[0] == 0 or block.order in (1, 3):
        raise ValueError(f"{block} is not the block of a pitchfork: its rotation must have order 2 or at least 4")
    point = _NeutralPoint(potential, block, u, kappa, size)
    response = point.response(point.remainder((point.phi, 0.0)))
    third = [
        float(point.psi @ point.remainder((point.phi, 0.0), (response + c * point.tangent, c))) for c in (0.0, 1.0)
    ]
    change = third[1] - third[0]
    curvature = -third[0] / change
    error = point.rounding(1.0 + kappa * float(np.linalg.norm(response)) + abs(curvature)) / abs(change)
    return PitchforkShape(curvature, error, change / float(point.psi @ point.phi), point.phi)


def transcritical_slopes(potential: Potential, block: Block, u: Array, kappa: float, size: int) -> tuple[Slope, ...]:
    """Return the branches that cross at a state whose neutral block has a quadratic term.

    Along a* + s(αφ + βw₁), κ* + sβ the second Taylor coefficient of F on ψ is the quadratic form
    q = Aα² + Bαβ + Cβ², exact as in :func:`pitchfork_shape`; its zeros are the tangents of the branches.

    Parameters
    ----------
    potential, block, u, kappa, size
        As in :func:`pitchfork_shape`; the block of order 1 or 3.

    Returns
    -------
    tuple of Slope
        Order 3: one, as C = 0 by symmetry and α = 0 is the state's own branch. Order 1: both tangents, that of the
        state's own branch among them; none where q is definite: no branch crosses.

    Raises
    ------
    ValueError
        If the block has another order.
    """
    if block.copies[0] == 0 or block.order not in (1, 3):
        raise ValueError(f"{block} has no quadratic term: its rotation must have order 1 or 3")
    point = _NeutralPoint(potential, block, u, kappa, size)
    pairs = ((point.phi, 0.0), (point.tangent, 1.0), (point.phi + point.tangent, 1.0))
    first, last, both = (float(point.psi @ point.remainder(pair)) for pair in pairs)
    middle = both - first - last
    rounding = point.rounding(1.0 + float(np.linalg.norm(point.tangent)) ** 2)
    if block.order == 3:
        ratios = [-first / middle]
    else:
        root = middle**2 - 4 * first * last
        if root < 0:
            return ()
        shifted = -0.5 * (middle + np.copysign(np.sqrt(root), middle))
        ratios = [first / shifted, shifted / last]
    steepness = abs(middle) if block.order == 3 else float(np.sqrt(root))
    return tuple(_slope(point, ratio, rounding / steepness) for ratio in ratios if np.isfinite(ratio))


def _slope(point: _NeutralPoint, ratio: float, error: float) -> Slope:
    vector = point.phi + ratio * point.tangent
    norm = float(np.linalg.norm(vector))
    return Slope(float(ratio / norm), error / norm, vector / norm)


class _NeutralPoint:
    """A state with one neutral direction φ in a block: what its Lyapunov–Schmidt reduction needs."""

    def __init__(self, potential: Potential, block: Block, u: Array, kappa: float, size: int) -> None:
        kind = block.isotropy.with_n_fold(1)
        self.system, self.kappa = SelfConsistentSystem(potential, kind, size), kappa
        self.a = block.isotropy.embedded(u, size, kind)
        self.phi = neutral_direction(potential, block, u, kappa, size)
        self.psi = self.system.g * self.phi
        self._modes = block.excited(size) - 1
        inner = self.system.jacobian(self.a, kappa)[np.ix_(self._modes, self._modes)]
        left = self.psi[self._modes] / float(np.linalg.norm(self.psi))
        self._bordered = np.block([[inner, left[:, None]], [self.phi[None, self._modes], np.zeros((1, 1))]])
        self.tangent = self.response(self.system.parameter_derivative(self.a, kappa))

    def response(self, right: Array) -> Array:
        """Return w with J w = −right off ψ, orthogonal to φ, shape (N,)."""
        w = np.zeros_like(self.a)
        w[self._modes] = -np.linalg.solve(self._bordered, np.append(right[self._modes], 0.0))[:-1]
        return w

    def remainder(self, *coefficients: tuple[Array, float]) -> Array:
        """Return the next Taylor coefficient of F along a curve with the given first ones, shape (N,)."""
        expansion = SelfConsistentExpansion(self.system, self.a, self.kappa)
        for u, p in coefficients:
            expansion.push(u, p)
        return expansion.remainder()

    def rounding(self, scale: float) -> float:
        """Return the rounding error of a coefficient on ψ whose terms have a given size."""
        return 64 * EPSILON * float(np.linalg.cond(self._bordered)) * float(np.linalg.norm(self.psi)) * scale
