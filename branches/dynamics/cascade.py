"""Tokens stepped along the arclength of their path, and merged where they meet."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import DOP853
from scipy.optimize import brentq

from branches.dynamics.token_velocity import Tokens

__all__ = ["Cascade", "Merge"]

Array = NDArray[np.float64]
RTOL, ATOL = 1e-12, 1e-14
TURN = 2.0 * math.pi


@dataclass(frozen=True)
class Merge:
    """Two neighbouring groups that became one.

    Parameters
    ----------
    t
        When their distance fell to ``gap``.
    masses
        Theirs, the one at the smaller angle first.
    position
        Where, in [0, 2π).
    left
        Groups left.
    energy
        E just before.
    rate
        −d log(distance)/dt, measured from their velocities there.
    exact_rate
        The rate Σ_j m_j f'(x − x_j) at which a point-like group contracts there, to compare.
    """

    t: float
    masses: tuple[float, float]
    position: float
    left: int
    energy: float
    rate: float
    exact_rate: float


@dataclass
class Cascade:
    """The state of a run: groups at increasing angles x with masses m, and what was recorded."""

    tokens: Tokens
    x: Array
    m: Array
    gap: float
    t_max: float
    t: float = 0.0
    collapsed: int = 0
    merges: list[Merge] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    paths: list[Array] = field(default_factory=list)
    energies: list[float] = field(default_factory=list)
    spreads: list[float] = field(default_factory=list)
    owner: NDArray[np.intp] = field(init=False)
    reach: float = field(init=False)

    def __post_init__(self) -> None:
        self.owner = np.arange(self.x.size)
        self.reach = _inflection(self.tokens)

    def run(self) -> tuple[str, str]:
        """Follow the tokens to the end; return how it ended, and what was noticed."""
        try:
            self._record()
            self._join()
            while self.x.size > 1:
                ended = self._stretch()
                if ended is not None:
                    return ended
        except KeyboardInterrupt:
            return "interrupted", f"interrupted at t = {self.t:.6g}"
        return "synchronised", ""

    def _stretch(self) -> tuple[str, str] | None:
        """Step until groups merge; return the status if it ends here."""
        velocity = self.tokens.velocity(self.x, self.m)
        if self.tokens.at_rest(self.x, self.m, velocity):
            return "equilibrium", f"{self.x.size} groups are at rest to rounding: a symmetric start, or an equilibrium"
        n, masses = self.x.size, self.m

        def slope(_: float, y: Array) -> Array:
            v = self.tokens.velocity(y[:n], masses)
            speed = math.sqrt(float(masses @ (v * v)))
            return np.append(v, 1.0) / max(speed, 5e-324)

        start, length = np.append(self.x, self.t), math.sqrt(float(masses @ (velocity * velocity)))
        tolerance = np.append(np.full(n, ATOL), ATOL / max(length, ATOL))
        solver = DOP853(slope, 0.0, start, math.inf, rtol=RTOL, atol=tolerance)
        while True:
            message = solver.step()
            if solver.status == "failed" or not np.isfinite(solver.y).all():
                return "stopped", f"stopped at t = {self.t:.6g}: {message or 'the steps became too short'}"
            if solver.y[n] >= self.t_max:
                self._stop(solver, n)
                return "end", ""
            before = self.t
            self.x, self.t = solver.y[:n].copy(), float(solver.y[n])
            self._record()
            if (self._gaps() < self.gap).any():
                self._merge(solver, before)
                return None
            if self.tokens.at_rest(self.x, masses, self.tokens.velocity(self.x, masses)):
                return None

    def _stop(self, solver: DOP853, n: int) -> None:
        """Go to the end of the time asked for."""
        dense = solver.dense_output()
        s = brentq(lambda s: float(dense(s)[n]) - self.t_max, solver.t_old, solver.t, xtol=1e-300, rtol=1e-14)
        self.x, self.t = dense(s)[:n], self.t_max
        self._record()

    def _gaps(self) -> Array:
        """Return the distance of each group to the next, the last one to the first."""
        return np.diff(np.append(self.x, self.x[0] + TURN))

    def _merge(self, solver: DOP853, before: float) -> None:
        """Record the merges of a step, each located on it, and join the groups."""
        n, dense = self.x.size, solver.dense_output()
        found = []
        for i in map(int, np.flatnonzero(self._gaps() < self.gap)):
            j = (i + 1) % n
            turn = TURN if j == 0 else 0.0

            def distance(s: float, i: int = i, j: int = j, turn: float = turn) -> float:
                y = dense(s)
                return float(y[j] + turn - y[i]) - self.gap

            s = solver.t
            if distance(solver.t_old) > 0.0 > distance(solver.t):
                s = brentq(distance, solver.t_old, solver.t, xtol=1e-300, rtol=1e-14)
            y = dense(s)
            found.append((min(max(float(y[n]), before), self.t), i, j, y[:n]))
        found.sort(key=lambda event: event[0])
        for number, (t, i, j, x) in enumerate(found, 1):
            velocity = self.tokens.velocity(x, self.m)
            apart = float(x[j] - x[i]) + (TURN if j == 0 else 0.0)
            pair = (float(self.m[i]), float(self.m[j]))
            where = float(x[i]) + apart * pair[1] / sum(pair)
            rate = -float(velocity[j] - velocity[i]) / apart
            exact = self.tokens.stiffness(where, x, self.m)
            energy = self.tokens.energy(x, self.m)
            self.merges.append(Merge(t, pair, where % TURN, n - number, energy, rate, exact))
        self._join()

    def _join(self) -> None:
        """Join groups nearer than the gap, at their centre of mass; see whether the collapse is over."""
        near = self._gaps() < self.gap
        if near.any() and self.x.size > 1:
            first = int(np.flatnonzero(~near)[0]) + 1 if near[-1] else 0  # begin after a gap that stays
            order = np.roll(np.arange(self.x.size), -first)
            x, m = self.x[order] + np.where(order < first, TURN, 0.0), self.m[order]
            label = np.concatenate(([0], np.cumsum(~near[order][:-1])))
            mass: Array = np.asarray(np.bincount(label, m), dtype=float)
            centre: Array = np.bincount(label, m * x) / mass
            new: NDArray[np.intp] = np.empty(label.size, dtype=np.intp)
            new[order] = label
            sort = np.argsort(centre)
            rank: NDArray[np.intp] = np.empty(sort.size, dtype=np.intp)
            rank[sort] = np.arange(sort.size)
            self.owner = np.take(rank, np.take(new, self.owner))
            self.x, self.m = centre[sort], mass[sort]
        if not self.collapsed and (self._gaps() > self.reach).all():
            self.collapsed = self.x.size

    def _record(self) -> None:
        """Keep the positions, the energy and the spread."""
        self.times.append(self.t)
        self.paths.append(self.x[self.owner])
        self.energies.append(self.tokens.energy(self.x, self.m))
        z = complex(np.exp(1j * self.x) @ self.m)
        away = np.mod(self.x - np.angle(z) + math.pi, TURN) - math.pi
        self.spreads.append(math.sqrt(float(self.m @ away**2)))


def _inflection(tokens: Tokens) -> float:
    """Return the distance τ at which the attraction is strongest: f' changes sign there."""
    return float(brentq(lambda d: float(tokens.force.derivative(1, d)), 0.0, math.pi))
