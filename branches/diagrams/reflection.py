"""How branches leave a point where an even state of the circle loses its mirror axis, exactly from its moments.

About such a state the sines of its own period turn neutral in a direction η beside the rotation. The states that leave,
a = a* + s² a₂ + …, E[sin nθ] = s η_n + …, κ = κ* + κ₂ s² + …, have no axis; s and −s are mirror images.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.isotropy import Isotropy
from branches.spaces.waves import wave_basis
from continuation import Record

__all__ = ["ReflectionShape", "reflection_shape", "sine_matrix"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)
ROUNDING = 64 * EPSILON


@dataclass(frozen=True, eq=False, repr=False)
class ReflectionShape(Record):
    """The leading order of the states that leave: κ = κ* + curvature s² + ….

    Parameters
    ----------
    curvature, error
        κ₂ and a bound of its rounding error.
    crossing, crossing_error
        μ₁ = dμ/dκ along the even branch, μ the eigenvalue of κSG that passes 1, and its error.
    direction
        η on the modes n, 2n, …, shape (N,), of unit norm over those with g ≠ 0.
    stiffness
        η·Gη, which with the numbers above gives F − F_even = −(μ₁/4κ₂) κ* (η·Gη) (κ − κ*)² to leading order.
    """

    curvature: float
    error: float
    crossing: float
    crossing_error: float
    direction: Array
    stiffness: float

    @property
    def kind(self) -> str:
        """'supercritical' if the new states live where the even one is unstable to η, 'subcritical', or 'undecided'."""
        if abs(self.curvature) <= self.error or abs(self.crossing) <= self.crossing_error:
            return "undecided"
        return "supercritical" if self.curvature * self.crossing > 0 else "subcritical"


def sine_matrix(g: Array, u: Array, kappa: float) -> Array:
    """Return 1 − κSG + w wᵀ of an even state, w the unit vector along (n g_n a_n): singular where the axis is lost.

    S holds the covariances of the sines of its period; without w it is singular at every state, by the rotation.
    """
    covariance = wave_basis(2 * u.size).covariance(_density(g, u, kappa), 2 * u.size)[1::2, 1::2]
    across = np.arange(1, u.size + 1) * g * u
    across = across / np.linalg.norm(across)
    matrix: Array = np.eye(u.size) - kappa * covariance * g + np.outer(across, across)
    return matrix


def reflection_shape(potential: Potential, isotropy: Isotropy, u: Array, kappa: float) -> ReflectionShape:
    """Return how states without an axis leave an even state that is neutral to sines of its own period.

    Parameters
    ----------
    potential, isotropy
        The interaction, and the class of the even state.
    u, kappa
        Its moments a_n, a_2n, …, shape (N,), and its coupling, to round-off.

    Notes
    -----
    With φ = κ Σ g_n η_n sin nθ, a₂ = ½(1 − κCG)⁻¹ Cov(cos n·, φ²), χ = κ Σ g_n a₂_n cos nθ, ȧ = (1 − κCG)⁻¹CGa and
    ḣ = Σ g_n (a_n + κ ȧ_n) cos nθ,

        μ₁ = 1/κ + E[φ² (ḣ − Eḣ)] / Eφ²,
        κ₂ = −[(Eφ⁴ − 3(Eφ²)²)/6 + E[φ² (χ − Eχ)]] / (μ₁ Eφ²):

    a Lyapunov–Schmidt reduction of a = T(a, κ) whose derivatives are cumulants of the density.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.spaces.circle import Dihedral
    >>> from branches.states.at_coupling import solve
    >>> potential, kappa = potentials.from_weights([1, 0, 1, 1]), 9.5322206282769829
    >>> guess = np.pad([0.35979980486, 0.0, 0.41008794724, -0.39817616483], (0, 44))
    >>> state = solve(potential, Dihedral(1), guess, kappa)
    >>> shape = reflection_shape(potential, Dihedral(1), state.u, kappa)
    >>> shape.kind, f"{shape.curvature:.6f} {shape.crossing:.9f}"
    ('supercritical', '44.030949 0.075255643')
    """
    n, g = u.size, isotropy.weights(potential, u.size)
    basis = wave_basis(2 * n)
    rho = _density(g, u, kappa)
    covariance = basis.covariance(rho, 2 * n)
    even = np.eye(n) - kappa * covariance[0::2, 0::2] * g
    eta, kept = _neutral_sines(sine_matrix(g, u, kappa), covariance[1::2, 1::2], g, kappa)

    def mean(f: Array) -> float:
        return float(f @ rho) / rho.size

    def cosines(b: Array) -> Array:
        return basis.synthesis(np.stack([b, np.zeros(n)], axis=1).ravel())

    phi = basis.synthesis(np.stack([np.zeros(n), kappa * g * eta], axis=1).ravel())
    square = phi * phi
    size = mean(square)
    with_square = basis.means(rho * (square - size))[0][0::2]
    second = 0.5 * np.linalg.solve(even, with_square)
    along = np.linalg.solve(even, covariance[0::2, 0::2] @ (g * u))
    chi, change = cosines(kappa * g * second), cosines(g * (u + kappa * along))
    crossing = 1.0 / kappa + mean((square - size) * change) / size
    quartic = (mean(square * square) - 3.0 * size**2) / 6.0
    response = mean((square - size) * chi)
    curvature = -(quartic + response) / (crossing * size)
    lost = ROUNDING * (float(np.linalg.cond(even)) + 1.0 / kept)
    crossing_error = lost * (1.0 / kappa + mean(square * np.abs(change)) / size)
    terms = mean(square * square) / 6.0 + 0.5 * size**2 + mean(square * np.abs(chi))
    error = lost * terms / (abs(crossing) * size) + abs(curvature / crossing) * crossing_error
    return ReflectionShape(curvature, error, crossing, crossing_error, eta, float(np.sum(g * eta**2)))


def _density(g: Array, u: Array, kappa: float) -> Array:
    """Return the density of an even state, of mean 1, on the grid of its waves."""
    field = wave_basis(2 * u.size).synthesis(np.stack([kappa * g * u, np.zeros_like(u)], axis=1).ravel())
    rho = np.exp(field - field.max())
    density: Array = rho / rho.mean()
    return density


def _neutral_sines(matrix: Array, covariance: Array, g: Array, kappa: float) -> tuple[Array, float]:
    """Return the null vector of the matrix, scaled over the modes with g ≠ 0, and the next singular value."""
    present = g != 0.0
    _, values, vectors = np.linalg.svd(matrix[np.ix_(present, present)])
    eta: Array = kappa * covariance[:, present] @ (g[present] * vectors[-1])
    eta *= np.sign(eta[np.argmax(np.abs(eta))]) / np.linalg.norm(eta[present])
    return eta, float(values[-2]) if values.size > 1 else 1.0
