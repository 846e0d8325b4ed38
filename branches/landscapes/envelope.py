"""The lower envelope of free energies: which state is lowest at each coupling, and where two exchange."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.landscapes.arcs import StateFunction
from continuation import Record

__all__ = ["Exchange", "Interval", "energy_noise", "equal_energy", "exists", "lower_envelope"]

Array = NDArray[np.float64]
Joint = Callable[[StateFunction, StateFunction], float | None]
EPSILON = float(np.finfo(float).eps)
ROUNDINGS = 32.0  # of the terms of F, each of the size of κ Σ g a² or 1
MOST_SPLITS = 40
PROBE = 1e-3  # relative: so far beyond a continuous transition F tells the two states apart


@dataclass(frozen=True, eq=False, repr=False)
class Interval(Record):
    """Couplings low … high on which one arc has the least free energy."""

    low: float
    high: float
    arc: StateFunction


@dataclass(frozen=True, eq=False, repr=False)
class Exchange(Record):
    """A coupling at which the lowest state changes.

    Parameters
    ----------
    kind
        'continuous': one state leaves the other there; 'discontinuous': two states with equal free energy;
        'gap': the free energy found jumps, so that a state is missing; 'undecided': the free energies differ
        by less than their rounding.
    kappa, kappa_error
        Where, and the rounding error of that.
    before, after
        The arcs on the two sides.
    """

    kind: str
    kappa: float
    kappa_error: float
    before: StateFunction
    after: StateFunction


def energy_noise(kappa: Array, interaction: Array) -> Array:
    """Return the rounding error of free energies with Σ g a² = ``interaction``, of their shape."""
    noise: Array = ROUNDINGS * EPSILON * (1.0 + kappa * np.abs(interaction))
    return noise


def exists(arc: StateFunction, kappa: Array) -> NDArray[np.bool_]:
    """Return whether an arc exists at couplings, its two ends (rounded) included, of their shape."""
    low, high = arc.low * (1 - 8 * EPSILON), arc.high * (1 + 8 * EPSILON)
    there: NDArray[np.bool_] = (kappa >= low) & (kappa <= high)
    return there


def lower_envelope(
    arcs: Sequence[StateFunction], grid: Array, joint: Joint
) -> tuple[tuple[Interval, ...], tuple[Exchange, ...]]:
    """Return the arcs of least free energy by increasing κ, and the exchanges between them.

    Parameters
    ----------
    arcs
        The states; at every κ of the grid at least one must exist.
    grid
        Couplings to look at, increasing, shape (m,).
    joint
        ``joint(i, j)`` is the κ at which arc j begins on arc i or arc i ends on arc j, else None.

    Notes
    -----
    An arc that is lowest only between two neighbouring couplings of the grid, and at no exchange, is
    missed.
    """
    energies, noise = _table(arcs, grid)
    current = int(np.argmin(energies[:, 0]))
    walk = _Walk(arcs, joint)
    found: list[Exchange] = []
    for k in range(1, grid.size):
        best = int(np.argmin(energies[:, k]))
        if not energies[current, k] <= energies[best, k] + noise[best, k]:
            found += walk.between(current, best, float(grid[k - 1]), float(grid[k]))
            current = best
    stops = [float(grid[0]), *(e.kappa for e in found), float(grid[-1])]
    winners = [e.before for e in found[:1]] + [e.after for e in found] if found else [arcs[current]]
    intervals = tuple(
        Interval(low, high, arc) for low, high, arc in zip(stops[:-1], stops[1:], winners, strict=True)
    )
    return intervals, tuple(found)


def _table(arcs: Sequence[StateFunction], grid: Array) -> tuple[Array, Array]:
    """Return F, infinite where an arc does not exist, and its noise; shape (arcs, m)."""
    energies = np.full((len(arcs), grid.size), np.inf)
    noise = np.zeros_like(energies)
    for row, arc in enumerate(arcs):
        there = exists(arc, grid)
        if there.any():
            f, interaction = arc.energies(grid[there])
            energies[row, there], noise[row, there] = f, energy_noise(grid[there], interaction)
    return energies, noise


@dataclass
class _Walk:
    """Resolves the exchanges between two neighbouring couplings."""

    arcs: Sequence[StateFunction]
    joint: Joint
    splits: int = 0

    def between(self, i: int, j: int, left: float, right: float) -> list[Exchange]:
        """Return the exchanges that lead from arc i, lowest at ``left``, to arc j, lowest at ``right``."""
        exchange = self._exchange(self.arcs[i], self.arcs[j], left, right)
        lower = self._leaves_before(i, j, exchange, left)
        if lower is None:
            lower = self._lower_at(exchange.kappa, i, j)
        if lower is None or self.splits >= MOST_SPLITS:
            return [exchange]
        self.splits += 1
        return [*self.between(i, lower, left, exchange.kappa), *self.between(lower, j, exchange.kappa, right)]

    def _leaves_before(self, i: int, j: int, exchange: Exchange, left: float) -> int | None:
        """Return an arc that leaves arc i continuously below an exchange, were it by less than F can tell."""
        if exchange.kind != "discontinuous":
            return None
        before = self.arcs[i]
        for k, arc in enumerate(self.arcs):
            at = self.joint(before, arc) if k not in (i, j) else None
            if at is None or not left * (1 - PROBE) <= at < exchange.kappa - exchange.kappa_error:
                continue
            probe = min(at * (1 + PROBE), arc.high, before.high)
            if _difference(before, arc, probe) > _noise_of(before, arc, probe):
                return k
        return None

    def _lower_at(self, kappa: float, i: int, j: int) -> int | None:
        """Return the arc that lies below arcs i and j at a coupling, if there is one."""
        energies, noise = _table(self.arcs, np.array([kappa]))
        best = int(np.argmin(energies[:, 0]))
        pair = float(np.min(energies[[i, j], 0]))
        return best if energies[best, 0] < pair - 2 * noise[best, 0] else None

    def _exchange(self, before: StateFunction, after: StateFunction, left: float, right: float) -> Exchange:
        at = self.joint(before, after)
        if at is not None and at <= right and (at >= left or _tied(before, after, left)):
            return Exchange("continuous", at, EPSILON * at, before, after)
        low, high = max(left, after.low), min(right, before.high)
        if low > high:  # neither reaches the other
            return Exchange("gap", high, low - high, before, after)
        if _difference(before, after, low) > _noise_of(before, after, low):
            return Exchange("gap", low, 0.0, before, after)
        if _difference(before, after, high) < -_noise_of(before, after, high):
            return Exchange("gap", high, 0.0, before, after)
        return equal_energy(before, after, low, high)


def equal_energy(before: StateFunction, after: StateFunction, low: float, high: float) -> Exchange:
    """Locate, by Newton's iteration kept inside a bracket, where two arcs have equal free energy.

    Parameters
    ----------
    before, after
        The arcs: ``before`` is not higher at ``low``, ``after`` not at ``high``.
    low, high
        The bracket.

    Notes
    -----
    The derivative is exact: dF/dκ = −½ Σ g a² along either arc. The error is the rounding of F divided by
    the difference of the slopes.
    """
    kappa = 0.5 * (low + high)
    for _ in range(100):
        f, interaction = _pair(before, after, kappa)
        value, slope = f[0] - f[1], 0.5 * (interaction[1] - interaction[0])
        if value > 0:
            high = kappa
        else:
            low = kappa
        new = kappa - value / slope if slope > 0 else np.inf
        if not low <= new <= high:
            new = 0.5 * (low + high)
        moved, kappa = abs(new - kappa), float(new)
        if moved <= 2 * EPSILON * kappa or high - low <= 2 * EPSILON * kappa:
            break
    noise = _noise_of(before, after, kappa)
    error = noise / slope + EPSILON * kappa if slope > 0 else np.inf
    kind = "discontinuous" if 0.5 * slope * kappa > noise else "undecided"
    return Exchange(kind, kappa, float(error), before, after)


def _pair(before: StateFunction, after: StateFunction, kappa: float) -> tuple[Array, Array]:
    at = np.array([kappa])
    values = [arc.energies(at) for arc in (before, after)]
    return np.array([f[0] for f, _ in values]), np.array([s[0] for _, s in values])


def _difference(before: StateFunction, after: StateFunction, kappa: float) -> float:
    f, _ = _pair(before, after, kappa)
    return float(f[0] - f[1])


def _noise_of(before: StateFunction, after: StateFunction, kappa: float) -> float:
    _, interaction = _pair(before, after, kappa)
    return float(np.max(energy_noise(np.array([kappa]), interaction)))


def _tied(before: StateFunction, after: StateFunction, kappa: float) -> bool:
    return abs(_difference(before, after, kappa)) <= _noise_of(before, after, kappa)
