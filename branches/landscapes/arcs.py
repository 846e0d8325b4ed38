"""Arcs: the stretches of branches between their folds, on each of which the state is a function of κ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.records import Branch, SpecialPoint
from branches.potentials.potential import Potential
from branches.states.at_coupling import state_at, uniform_state
from branches.states.energy import free_energy
from branches.states.state import State
from continuation import Piece, Record, Status

__all__ = ["Arc", "StateFunction", "UniformArc", "arcs_of"]

Array = NDArray[np.float64]
SHORTEST = 1e-9  # an arc whose κ changes by less, relative to κ, is vertical: no function of κ
TABLE, NEWTON = 33, 6  # of the inversion of κ(τ): points of its first guess, and iterations


class StateFunction(Protocol):
    """A state as a function of the coupling."""

    @property
    def number(self) -> int:
        """Number of the branch in its diagram, −1 for the uniform state."""
        ...

    @property
    def low(self) -> float:
        """Smallest coupling."""
        ...

    @property
    def high(self) -> float:
        """Largest coupling."""
        ...

    def energies(self, kappa: Array) -> tuple[Array, Array]:
        """Return F and Σ g a² at couplings between ``low`` and ``high``, each of shape (m,)."""
        ...

    def place(self, kappa: float) -> float:
        """Return the arclength at one coupling (κ itself for the uniform state)."""
        ...

    def state(self, kappa: float) -> State:
        """Return the state at one coupling, corrected by Newton's iteration at fixed κ."""
        ...

    @property
    def special_points(self) -> tuple[SpecialPoint, ...]:
        """The special points on it."""
        ...


@dataclass(frozen=True, eq=False, repr=False)
class UniformArc(Record):
    """The uniform state on 0 < κ ≤ high."""

    potential: Potential
    high: float
    number: int = -1
    low: float = 0.0

    def energies(self, kappa: Array) -> tuple[Array, Array]:
        """Return F = 0 and Σ g a² = 0."""
        return np.zeros_like(kappa), np.zeros_like(kappa)

    def place(self, kappa: float) -> float:
        """Return κ."""
        return kappa

    def state(self, kappa: float) -> State:
        """Return the uniform state."""
        return uniform_state(self.potential, kappa)

    @property
    def special_points(self) -> tuple[SpecialPoint, ...]:
        """None: its onsets are known exactly."""
        return ()


@dataclass(frozen=True, eq=False, repr=False)
class Arc(Record):
    """A stretch of a branch on which κ is monotone.

    Parameters
    ----------
    branch, number
        The branch and its number in the diagram.
    parts
        (piece, τ_0, τ_1): the polynomial pieces it is made of, in the order of increasing κ, and the τ
        at their lower and upper κ.
    start, end
        Arclength of the branch at the lowest and the highest κ.
    """

    branch: Branch
    number: int
    parts: tuple[tuple[Piece, float, float], ...]
    start: float
    end: float

    @cached_property
    def _ends(self) -> Array:
        """Couplings at the joints of the parts, increasing."""
        scale = self.branch.curve.parameter_scale
        first = self.parts[0]
        values = [first[0](first[1])[-1], *(piece(tau)[-1] for piece, _, tau in self.parts)]
        return np.maximum.accumulate(scale * np.array(values))

    @property
    def low(self) -> float:
        """Smallest coupling."""
        return float(self._ends[0])

    @property
    def high(self) -> float:
        """Largest coupling."""
        return float(self._ends[-1])

    def energies(self, kappa: Array) -> tuple[Array, Array]:
        """Return F and Σ g a² at couplings, each of shape (m,).

        The states are those of the polynomials; F at fixed κ is stationary there, so that their error enters
        squared.
        """
        kappa = np.clip(kappa, self.low, self.high)
        energies, interactions = np.empty(kappa.size), np.empty(kappa.size)
        for here, u in self._moments(kappa):
            potential, isotropy = self.branch.potential, self.branch.isotropy
            energies[here] = free_energy(potential, isotropy, u, kappa[here])
            interactions[here] = (u * u) @ isotropy.weights(potential, u.shape[1])
        return energies, interactions

    def place(self, kappa: float) -> float:
        """Return the arclength at one coupling."""
        at = np.clip(np.array([kappa]), self.low, self.high)
        piece, low, high = self.parts[self._part(at)[0]]
        tau = _inverse(piece, low, high, at / self.branch.curve.parameter_scale)
        return float(piece.start + tau[0] * piece.length)

    def state(self, kappa: float) -> State:
        """Return the state at one coupling, corrected by Newton's iteration at fixed κ."""
        at = float(np.clip(kappa, self.low, self.high))
        _, guess = next(self._moments(np.array([at])))
        return state_at(self.branch.potential, self.branch.isotropy, guess[0], at)

    @property
    def special_points(self) -> tuple[SpecialPoint, ...]:
        """The special points of the branch on this stretch."""
        first, last = sorted((self.start, self.end))
        return tuple(point for point in self.branch.special_points if first <= point.arclength <= last)

    def _part(self, kappa: Array) -> NDArray[np.intp]:
        """Return the number of the part that each coupling lies on."""
        return np.clip(np.searchsorted(self._ends, kappa, side="right") - 1, 0, len(self.parts) - 1)

    def _moments(self, kappa: Array) -> Iterator[tuple[NDArray[np.bool_], Array]]:
        """Yield, part by part, which couplings lie on it, and the reduced moments there, as many as the part has."""
        part = self._part(kappa)
        for k in np.unique(part):
            piece, low, high = self.parts[k]
            here = part == k
            yield here, piece.at(_inverse(piece, low, high, kappa[here] / self.branch.curve.parameter_scale))[:, :-1]


def _inverse(piece: Piece, low: float, high: float, p: Array) -> Array:
    """Return the τ between ``low`` and ``high`` where the monotone parameter of a piece is p, shape (m,)."""
    c = piece.coefficients[:, -1]
    slope = c[1:] * np.arange(1, c.size)
    table = np.linspace(low, high, TABLE)
    tau = np.interp(p, np.maximum.accumulate(np.vander(table, c.size, increasing=True) @ c), table)
    for _ in range(NEWTON):
        powers = np.vander(tau, c.size, increasing=True)
        derivative = powers[:, :-1] @ slope
        step = np.divide(powers @ c - p, derivative, out=np.zeros_like(p), where=derivative != 0.0)
        tau = np.clip(tau - step, min(low, high), max(low, high))
    return tau


def arcs_of(branch: Branch, number: int = 0) -> tuple[Arc, ...]:
    """Cut a branch at its folds into arcs, in the order of arclength.

    Stretches on which κ does not change are left out: F does not tell their states apart.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> branch = branches.trace(potentials.noisy_transformer(4), kappa_max=0.6)
    >>> [(round(arc.low, 6), round(arc.high, 6)) for arc in arcs_of(branch)]
    [(0.387069, 0.409859), (0.387069, 0.6)]
    """
    if not branch.curve.pieces:
        return ()
    turns = [point.arclength for point in branch.curve.special_points if point.kind in ("fold", "undecided")]
    stops = [0.0, *sorted(turns), float(branch.arclength[-1])]
    stretches = [_parts(branch, s0, s1) for s0, s1 in pairwise(stops)]
    if branch.status is Status.CLOSED and len(stretches) > 1:  # the start of a loop is no end
        stretches = [stretches[-1] + stretches[0], *stretches[1:-1]]
        stops = [stops[-2], *stops[1:-1]]
    arcs = []
    for s0, s1, parts in zip(stops[:-1], stops[1:], stretches, strict=True):
        if not parts:
            continue
        rising = parts[-1][0](parts[-1][2])[-1] >= parts[0][0](parts[0][1])[-1]
        if not rising:
            parts = [(piece, right, left) for piece, left, right in reversed(parts)]
        arc = Arc(branch, number, tuple(parts), s0 if rising else s1, s1 if rising else s0)
        if arc.high - arc.low > SHORTEST * arc.high:
            arcs.append(arc)
    return tuple(arcs)


def _parts(branch: Branch, s0: float, s1: float) -> list[tuple[Piece, float, float]]:
    """Return (piece, τ at its start, τ at its end) of what lies between two arclengths."""
    parts = []
    for piece in branch.curve.pieces:
        left, right = ((s - piece.start) / piece.length if piece.length else 0.0 for s in (s0, s1))
        left, right = max(left, 0.0), min(right, 1.0)
        if right > left:
            parts.append((piece, left, right))
    return parts
