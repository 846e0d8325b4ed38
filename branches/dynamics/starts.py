"""Where particles start: anywhere, drawn from a density, or at given positions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from branches.states.state import State

__all__ = ["Initial", "Placed", "Start", "Tabulated", "start_of"]

Array = NDArray[np.float64]
Initial = Literal["uniform"] | State | Callable[[Array], ArrayLike] | ArrayLike
POINTS = 4096  # of the table of a density; its mass is right to rounding where the density is smooth
MASS_ERROR = 1e-6  # largest distance of the mass from 1
BELOW = 1e-9  # of the largest density: what a state resolved by finitely many modes may fall below zero


@dataclass(frozen=True, eq=False)
class Tabulated:
    """A density by its distribution function at equidistant angles, shape (P + 1,), from 0 to 1."""

    distribution: Array

    def draw(self, replica: int, n: int, rng: np.random.Generator) -> Array:
        """Return n independent positions."""
        angles = np.linspace(0.0, 2.0 * np.pi, self.distribution.size)
        drawn: Array = np.interp(rng.random(n), self.distribution, angles)
        return drawn

    def fingerprint(self) -> str:
        """Return what tells one start from another."""
        return hashlib.sha256(self.distribution.tobytes()).hexdigest()


@dataclass(frozen=True, eq=False)
class Placed:
    """Given positions, shape (n,) for every replica alike, or (replicas, n)."""

    positions: Array

    def draw(self, replica: int, n: int, rng: np.random.Generator) -> Array:
        """Return the positions of a replica."""
        return (self.positions[replica] if self.positions.ndim == 2 else self.positions).copy()

    def fingerprint(self) -> str:
        """Return what tells one start from another."""
        return hashlib.sha256(self.positions.tobytes()).hexdigest()


Start = Tabulated | Placed


def start_of(initial: Initial, n: int, replicas: int) -> Start:
    """Return where n particles of each replica start.

    Parameters
    ----------
    initial
        'uniform', a State, a density (a function of an array of angles), or positions of shape (n,) or (replicas, n).

    Raises
    ------
    ValueError
        If a density is negative somewhere or not of mass 1, or positions are not finite or of another shape.

    Examples
    --------
    >>> start = start_of(lambda x: (1 + np.cos(x)) / (2 * np.pi), 1000, 1)
    >>> bool(np.cos(start.draw(0, 1000, np.random.default_rng(0))).mean() > 0.4)
    True
    """
    if isinstance(initial, str):
        if initial != "uniform":
            raise ValueError(f"initial = {initial!r} is not allowed: 'uniform', a state, a density or positions")
        return Tabulated(np.array([0.0, 1.0]))
    if isinstance(initial, State):
        return _tabulated(initial.density)
    if callable(initial):
        return _tabulated(initial)
    positions = np.array(initial, dtype=float)
    if positions.shape not in ((n,), (replicas, n)) or not np.isfinite(positions).all():
        raise ValueError(
            f"initial of shape {positions.shape} is not allowed: positions must be finite and of shape ({n},), "
            f"or ({replicas}, {n}) for the replicas one by one"
        )
    return Placed(positions)


def _tabulated(density: Callable[[Array], ArrayLike]) -> Tabulated:
    width = 2.0 * np.pi / POINTS
    middles = np.arange(0.5, POINTS) * width
    rho = np.broadcast_to(np.asarray(density(middles), dtype=float), (POINTS,))
    lowest, mass = float(rho.min()), float(rho.sum() * width)
    if not np.isfinite(rho).all() or lowest < -BELOW * float(rho.max()):
        raise ValueError(f"initial is not allowed: a density must be ≥ 0 everywhere, this one falls to {lowest:.6g}")
    if abs(mass - 1.0) > MASS_ERROR:
        raise ValueError(f"initial is not allowed: a density must have mass 1 on [0, 2π), this one has {mass:.8g}")
    distribution = np.concatenate(([0.0], np.cumsum(np.maximum(rho, 0.0))))
    return Tabulated(distribution / distribution[-1])
