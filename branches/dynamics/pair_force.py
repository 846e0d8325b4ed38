"""The force between two particles on the circle, and its derivatives: of the transformer in closed form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from branches.potentials.families import NoisyTransformer
from branches.potentials.potential import EPS, Potential, finite_number

__all__ = ["FourierForce", "PairForce", "TransformerForce", "pair_force"]

Array = NDArray[np.float64]
LARGEST_BETA = 350.0  # of −β: the force varies by e^{2|β|}, which must be representable
MODES = 1024  # of a force known by its weights
NEGLIGIBLE = 1e-17  # of the third derivative: modes beyond are left out
UNRESOLVED = 1e-10  # the last eighth of the modes may hold so much of the third derivative


class PairForce(ABC):
    """The odd force f with ẋ_i = Σ_j m_j f(x_j − x_i); f > 0 attracts."""

    @abstractmethod
    def derivative(self, order: int, d: ArrayLike) -> Array:
        """Return the derivative of order 0, 1, 2 or 3 at distances d, shape of d."""

    def shape(self, order: int, d: ArrayLike) -> Array:
        """Return a derivative up to a positive factor: for its sign, where the value itself may vanish in rounding."""
        return self.derivative(order, d)

    @abstractmethod
    def error(self, order: int, d: ArrayLike) -> Array:
        """Return a bound of the rounding error of a derivative at distances d, shape of d."""

    @property
    @abstractmethod
    def points(self) -> int:
        """Points of (0, π) that resolve the third derivative."""


@dataclass(frozen=True)
class TransformerForce(PairForce):
    """f(d) = sin d · e^{β(cos d − 1)}, the force of the noise-free transformer in the time unit in which f'(0) = 1.

    Parameters
    ----------
    beta
        β of either sign, above −350.

    Raises
    ------
    ValueError
        If β is not finite, or too negative.

    Examples
    --------
    >>> float(TransformerForce(5.0).derivative(1, 0.0))
    1.0
    """

    beta: float

    def __post_init__(self) -> None:
        beta = finite_number("beta", self.beta)
        if beta < -LARGEST_BETA:
            raise ValueError(f"beta = {beta!r} is not allowed: at least {-LARGEST_BETA:g}")
        object.__setattr__(self, "beta", beta)

    def derivative(self, order: int, d: ArrayLike) -> Array:
        """Return the derivative, a trigonometric polynomial times the exponential: accurate however small it is."""
        d = np.asarray(d, dtype=float)
        value: Array = self.shape(order, d) * np.exp(-2.0 * self.beta * np.sin(0.5 * d) ** 2)
        return value

    def shape(self, order: int, d: ArrayLike) -> Array:
        """Return the polynomial alone."""
        b, s, c = self.beta, np.sin(d), np.cos(d)
        polynomials: tuple[Array, ...] = (
            s,
            c - b * s**2,
            s * (b**2 * s**2 - 3.0 * b * c - 1.0),
            -c - 3.0 * b * (c**2 - s**2) + b * s**2 + 6.0 * b**2 * s**2 * c - b**3 * s**4,
        )
        return polynomials[order]

    def error(self, order: int, d: ArrayLike) -> Array:
        """Return a bound of the rounding error, relative to the exponential."""
        size: Array = np.exp(-2.0 * self.beta * np.sin(0.5 * np.asarray(d, dtype=float)) ** 2)
        return 16.0 * EPS * (1.0 + abs(self.beta)) ** order * size

    @property
    def points(self) -> int:
        """Points of (0, π): some hundred in each of its features, which are 1/√|β| wide."""
        return 512 + 256 * int(np.ceil(np.sqrt(abs(self.beta))))


@dataclass(frozen=True, eq=False)
class FourierForce(PairForce):
    """f(d) = Σ n g_n sin nd, with weights of shape (N,)."""

    weights: Array

    def derivative(self, order: int, d: ArrayLike) -> Array:
        """Return the derivative of the sum, term by term."""
        d = np.asarray(d, dtype=float)
        n = np.arange(1, self.weights.size + 1)
        wave = np.sin if order % 2 == 0 else np.cos
        sign = -1.0 if order >= 2 else 1.0
        value: Array = sign * (wave(np.multiply.outer(d, n)) @ (n ** (order + 1.0) * self.weights))
        return value

    def error(self, order: int, d: ArrayLike) -> Array:
        """Return a bound of the rounding error, the same everywhere: angles are rounded too."""
        n = np.arange(1, self.weights.size + 1)
        return np.full(np.shape(d), 4.0 * EPS * np.sum((n + 4.0) * n ** (order + 1.0) * np.abs(self.weights)))

    @property
    def points(self) -> int:
        """Points of (0, π): 16 in each half wave of the highest mode."""
        return 16 * self.weights.size


def pair_force(interaction: Potential | PairForce) -> PairForce:
    """Return the force of a potential, without the modes that its third derivative does not see.

    Raises
    ------
    ValueError
        If the weights decay too slowly for a third derivative.

    Examples
    --------
    >>> from branches import potentials
    >>> pair_force(potentials.noisy_transformer(4))
    TransformerForce(beta=4.0)
    >>> pair_force(potentials.bimodal(0.5)).weights
    array([1. , 0.5])
    """
    if isinstance(interaction, PairForce):
        return interaction
    if isinstance(interaction, NoisyTransformer):
        return TransformerForce(interaction.beta)
    weights = interaction.weights(MODES)
    weights = np.where(np.abs(weights) > interaction.weight_errors(MODES), weights, 0.0)
    size = np.arange(1, MODES + 1.0) ** 4 * np.abs(weights)
    whole = float(size.sum())
    if float(size[-MODES // 8 :].sum()) > UNRESOLVED * whole:
        raise ValueError(
            f"the weights of {interaction.label} decay too slowly: its force has no third derivative that "
            f"{MODES} modes resolve"
        )
    left = np.cumsum(size[::-1])[::-1]
    count = int(np.count_nonzero(left > NEGLIGIBLE * whole)) or 1
    return FourierForce(weights[:count])
