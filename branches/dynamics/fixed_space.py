"""Stationary states inside a fixed space of the symmetry group, and where the flow there takes a density.

Round-off breaks symmetries that the equation keeps, and then invents connections: inside the fixed space it cannot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import gcd

import numpy as np
from numpy.typing import NDArray

from branches.dynamics.arrival import Stationary, coefficients
from branches.dynamics.decay_rates import DecayRates, decay_rates
from branches.dynamics.integrate import FlowSettings, Trajectory
from branches.dynamics.orbits import orbit_distance
from branches.potentials.potential import Potential
from branches.states.state import State

__all__ = ["Destination", "FixedSpace", "Member", "directions_within", "rates_of"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
SETTINGS = FlowSettings(rtol=1e-8, atol=1e-10, tail=1e-8)  # edge tracking bisects no finer
ARRIVED = 1e-5  # largest difference of coefficients from a state that attracts inside the space
FOREVER = 1e12  # in units of the longer of κ and 1/κ: states are left exponentially slowly
LOOK_EVERY, LOOK_SELDOM, MOST_STEPS = 8, 64, 60_000
BASIN, BASIN_PART = 1e-2, 0.05  # of the radius within which the end is foreseen, and of the distance to other states
STILL = 1e-10  # a velocity at which a trajectory that is near no known state has found another, or none


@dataclass(frozen=True)
class Member:
    """One member of the orbit of a stationary state inside a fixed space.

    Parameters
    ----------
    name
        Of the state.
    c
        Coefficients c_1, c_2, …, shape (N,).
    rates, directions
        The unstable rates inside the space, ascending, shape (K,), and their directions, shape (K, N'), each with
        largest coefficient 1.
    undecided
        Rates inside the space that are zero within their error.
    """

    name: str
    c: Complex
    rates: Array
    directions: Complex
    undecided: int

    @property
    def index(self) -> int:
        """Number of unstable directions inside the space."""
        return int(self.rates.size)


@dataclass(frozen=True)
class Destination:
    """Where a trajectory ends.

    Parameters
    ----------
    member
        A member that attracts inside the space, None with the reason.
    time, c
        When, and the coefficients c_1, c_2, … there.
    reason
        Why no member is given.
    saddle
        The member with unstable directions beside which the trajectory rests, if it does: it ran on the boundary of
        basins.
    """

    member: Member | None
    time: float
    c: Complex
    reason: str = ""
    saddle: Member | None = None


@dataclass(frozen=True)
class FixedSpace:
    """The densities of period 2π/d, even or all: Fix(D_d) or Fix(Z_d).

    Parameters
    ----------
    potential, kappa
        The model.
    period, even
        d, and whether the densities are even.
    members
        The stationary states known there, each with its twin where it is another point of the space.
    settings
        Of the integration.
    """

    potential: Potential
    kappa: float
    period: int
    even: bool
    members: tuple[Member, ...]
    settings: FlowSettings = SETTINGS

    @property
    def name(self) -> str:
        """'D_d' or 'Z_d'."""
        return f"{'D' if self.even else 'Z'}_{self.period}"

    @classmethod
    def of(
        cls, potential: Potential, kappa: float, period: int, even: bool, states: dict[str, Stationary]
    ) -> FixedSpace:
        """Collect the members of a space among some states by name."""
        members: list[Member] = []
        for name, state in states.items():
            if state.n_fold % period or (even and np.any(coefficients(state).imag)):
                continue
            copies = [state]
            if even and isinstance(state, State) and state.n_fold:
                copies.append(replace(state, a=state.isotropy.twin(state.a), index=state.index[::-1]))
            for copy in copies:
                rates, directions, undecided = directions_within(copy, period, even)
                members.append(Member(name, coefficients(copy), rates, directions, undecided))
        return cls(potential, kappa, period, even, tuple(members))

    def trajectory(self, c: Complex) -> Trajectory:
        """Return the trajectory from coefficients c_1, c_2, … of a density in the space."""
        inside = np.pad(c, (0, (-c.size) % self.period))[self.period - 1 :: self.period]
        last = FOREVER * max(self.kappa, 1.0 / self.kappa)
        return Trajectory(self.potential, self.kappa, self.period, self.even, inside, self.settings, last)

    def spread(self, inside: Complex) -> Complex:
        """Return c_1, c_2, … from c_d, c_2d, …."""
        c = np.zeros(inside.size * self.period, dtype=complex)
        c[self.period - 1 :: self.period] = inside
        return c

    @cached_property
    def _table(self) -> Array:
        """The unknowns c_d, c_2d, … of all members as rows, real for even spaces, shape (members, N)."""
        d, size = self.period, max([1, *(member.c.size // self.period for member in self.members)])
        table = np.zeros((len(self.members), size), dtype=complex)
        for row, member in zip(table, self.members, strict=True):
            inside = member.c[d - 1 :: d]
            row[: inside.size] = inside
        result: Array = table.real if self.even else table
        return result

    def distances(self, inside: Complex) -> Array:
        """Return the largest difference of c_d, c_2d, … from each member, up to rotation in Fix(Z_d)."""
        if not self.even:
            return np.array([orbit_distance(inside, row) for row in self._table])
        table, y = self._table, inside.real
        shared = min(table.shape[1], y.size)
        apart = np.abs(table[:, :shared] - y[:shared]).max(axis=1, initial=0.0)
        rest = max(np.abs(y[shared:]).max(initial=0.0), 0.0)
        beyond = np.abs(table[:, shared:]).max(axis=1, initial=0.0)
        result: Array = np.maximum(np.maximum(apart, beyond), rest)
        return result

    @cached_property
    def _sinks(self) -> NDArray[np.intp]:
        return np.flatnonzero([member.index == 0 and not member.undecided for member in self.members])

    @cached_property
    def basins(self) -> Array:
        """Distances within which a trajectory is taken to end at a member: small against that to the others."""
        radii = np.full(len(self.members), BASIN)
        for place in range(len(self.members)):
            apart = self.distances(self._table[place].astype(complex))
            apart[place] = np.inf
            radii[place] = max(ARRIVED, min(BASIN, BASIN_PART * float(apart.min(initial=np.inf))))
        return radii

    def destination(self, c: Complex, radius: Array | float = ARRIVED) -> Destination:
        """Follow the flow until it lies beside a member that attracts inside the space.

        Parameters
        ----------
        c
            Coefficients c_1, c_2, … of a density of the space.
        radius
            Within what distance of a member it has arrived; ``basins`` is enough to tell where it will end.
        """
        trajectory = self.trajectory(c)
        within = np.broadcast_to(np.asarray(radius, dtype=float), (len(self.members),))[self._sinks]
        still = STILL * min(1.0, 1.0 / self.kappa)
        every = LOOK_EVERY if self.even else LOOK_SELDOM  # the best rotation is dear
        while trajectory.running and trajectory.steps < MOST_STEPS:
            trajectory.step()
            if trajectory.failure:
                return Destination(None, trajectory.t, self.spread(trajectory.c), trajectory.failure)
            if trajectory.steps % every:
                continue
            now = trajectory.c
            apart = self.distances(now)
            arrived = np.flatnonzero(apart[self._sinks] <= within)
            if arrived.size:
                member = self.members[self._sinks[arrived[0]]]
                return Destination(member, trajectory.t, self.spread(now))
            if trajectory.steps % LOOK_SELDOM == 0 and trajectory.moment(trajectory.t).speed < still:
                nearest = int(np.argmin(apart))
                if apart[nearest] > ARRIVED:
                    return Destination(None, trajectory.t, self.spread(now), "it rests near no known state")
                if self.members[nearest].index:
                    reason = f"it rests beside the saddle {self.members[nearest].name}"
                    return Destination(None, trajectory.t, self.spread(now), reason, self.members[nearest])
        return Destination(None, trajectory.t, self.spread(trajectory.c), "it did not arrive in the time given")


def directions_within(state: Stationary, period: int, even: bool) -> tuple[Array, Complex, int]:
    """Return the unstable rates and directions of a state inside a fixed space, and how many rates are undecided.

    Parameters
    ----------
    state
        Stationary.
    period, even
        The space: modes that are multiples of d, even or all.
    """
    found = rates_of(state)
    rows: list[tuple[float, Complex]] = []
    undecided = 0
    for block in found.blocks:
        if even and block.sector == "odd":
            continue
        if block.period == 0:  # the uniform state: one mode a row
            inside = [k for k, row in enumerate(block.directions) if (int(np.argmax(np.abs(row))) + 1) % period == 0]
        else:
            inside = list(range(block.rates.size)) if gcd(block.period, block.residue) % period == 0 else []
        near = [k for k in inside if block.undecided and abs(block.rates[k]) <= block.error]
        undecided += len(near)
        rows += [(float(block.rates[k]), block.directions[k]) for k in inside if k not in near and block.rates[k] < 0]
    rows.sort(key=lambda row: row[0])
    size = max([1, *(row.size for _, row in rows)])
    directions = np.zeros((len(rows), size), dtype=complex)
    for target, (_, row) in zip(directions, rows, strict=True):
        target[: row.size] = row / np.max(np.abs(row))
    return np.array([rate for rate, _ in rows]), directions, undecided


def rates_of(state: Stationary) -> DecayRates:
    """Return enough decay rates of a state to have all the unstable ones."""
    count = 8
    while True:
        found = decay_rates(state, count)
        if all(block.rates[-1] > block.error for block in found.blocks) or count >= 128:
            return found
        count *= 2
