"""The velocity of masses on the circle that attract without noise, and their energy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from branches.dynamics.pair_force import TransformerForce
from branches.potentials.bessel import transformer_weights

__all__ = ["Tokens"]

Array = NDArray[np.float64]
FEW = 4  # times the modes: so many tokens are summed pair by pair
NEGLIGIBLE = 1e-17  # of a coefficient of the force, relative to the largest
MOST_MODES = 4096
EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Tokens:
    """The noise-free transformer at one β: ẋ_i = −Σ_j m_j f(x_i − x_j), f = sin d · e^{β(cos d − 1)}.

    Notes
    -----
    Forces between far clusters are exponentially small and must keep their relative accuracy, so few tokens are summed
    pair by pair. Crowds of tokens still collapse by forces of order one, for which sums over modes of the force,
    right to rounding relative to the largest, are enough.
    """

    beta: float

    @cached_property
    def force(self) -> TransformerForce:
        """The force f."""
        return TransformerForce(self.beta)

    @cached_property
    def coefficients(self) -> Array:
        """Coefficients n g_n of the force as a sine series, shape (M,)."""
        if self.beta == 0.0:
            return np.ones(1)
        size = abs(self.beta)
        weights = transformer_weights(size, True, MOST_MODES)[0]
        n = np.arange(1, MOST_MODES + 1)
        if self.beta < 0.0:  # I_n(−β) = (−1)^n I_n(β); the weights carry e^{−|β|}, the force e^{−β}
            weights = weights * np.where(n % 2, 1.0, -1.0) * np.exp(2.0 * size)
        terms = n * weights
        count = int(np.flatnonzero(np.abs(terms) > NEGLIGIBLE * np.abs(terms).max())[-1]) + 1
        return np.asarray(terms[:count])

    def velocity(self, x: Array, m: Array) -> Array:
        """Return the velocities of tokens at x with masses m, both of shape (n,)."""
        if x.size <= FEW * self.coefficients.size:
            velocity: Array = -self.force.derivative(0, x[:, None] - x[None, :]) @ m
            return velocity
        field = np.zeros(x.size)
        for coefficient, power in zip(self.coefficients, _powers(x), strict=False):
            field += coefficient * (power * np.conj(power @ m)).imag
        return -field

    def at_rest(self, x: Array, m: Array, velocity: Array) -> bool:
        """Return whether all velocities are rounding errors of the sums that they come from."""
        if x.size > FEW * self.coefficients.size:
            return False
        distance = x[:, None] - x[None, :]
        sizes = np.abs(self.force.derivative(0, distance)) @ m
        slopes = np.abs(self.force.derivative(1, distance))
        np.fill_diagonal(slopes, 0.0)
        moved = EPS * (slopes @ m) * np.max(np.abs(x), initial=1.0)
        return bool(np.all(np.abs(velocity) <= 8.0 * (EPS * sizes + moved)))

    def energy(self, x: Array, m: Array) -> float:
        """Return E = −(1/2β) Σ_ij m_i m_j (e^{β(cos(x_i − x_j) − 1)} − 1), which falls; 0 for one point.

        At β = 0 that is ½ Σ m_i m_j (1 − cos(x_i − x_j)).
        """
        if x.size > FEW * self.coefficients.size:
            terms = zip(self.coefficients, _powers(x), strict=False)
            return float(sum(0.5 * c / n * (1.0 - abs(power @ m) ** 2) for n, (c, power) in enumerate(terms, 1)))
        versine = 2.0 * np.sin(0.5 * (x[:, None] - x[None, :])) ** 2
        if self.beta == 0.0:
            return float(0.5 * m @ versine @ m)
        return float(-0.5 / self.beta * (m @ np.expm1(-self.beta * versine) @ m))

    def stiffness(self, place: float, x: Array, m: Array) -> float:
        """Return Σ_j m_j f'(place − x_j), the rate at which a small group contracts there."""
        return float(self.force.derivative(1, place - x) @ m)


def _powers(x: Array) -> Iterator[NDArray[np.complex128]]:
    """Yield e^{ix}, e^{2ix}, …, each in the same place."""
    turn = np.exp(1j * x)
    power = turn.copy()
    while True:
        yield power
        power *= turn
