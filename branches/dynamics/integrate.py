"""One trajectory of the flow, step by step, with a truncation that follows the density."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import LSODA

from branches.dynamics.vector_field import VectorField, field_of
from branches.potentials.potential import Potential

__all__ = ["FlowSettings", "Moment", "Trajectory"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
RARELY = 32  # steps between looks whether fewer modes would do
LARGER = 1.5  # factor of the truncation
LAZY = 3  # modes are given back when so many times fewer would do
GIVE_UP = 1e-2  # a tail that has grown beyond it leaves nothing to be said


@dataclass(frozen=True)
class FlowSettings:
    """How a flow is integrated.

    Parameters
    ----------
    rtol, atol
        Relative and absolute tolerance of a step, in every coefficient.
    tail
        Modes are added where the last ones exceed it.
    least_modes, most_modes
        Bounds of the number of modes.
    """

    rtol: float = 1e-10
    atol: float = 1e-14
    tail: float = 1e-12
    least_modes: int = 16
    most_modes: int = 512

    def __post_init__(self) -> None:
        for name in ("rtol", "atol", "tail"):
            if not 0.0 < getattr(self, name) < 1.0:
                raise ValueError(f"settings.{name} = {getattr(self, name)!r} is not allowed: it must lie in (0, 1)")
        if self.tail < 5.0 * self.atol:
            raise ValueError(
                f"settings.tail = {self.tail!r} is not allowed: below 5 atol = {5.0 * self.atol:.3g} it would be the "
                "integrator's own error"
            )
        if not 2 <= self.least_modes <= self.most_modes:
            raise ValueError(
                f"settings.least_modes = {self.least_modes!r} is not allowed: it must lie between 2 and most_modes = "
                f"{self.most_modes!r}"
            )


@dataclass(frozen=True)
class Moment:
    """The density at one time: coefficients c_d, c_2d, … of shape (N,), and its velocity and tail."""

    t: float
    c: Complex
    speed: float
    tail: float


class Trajectory:
    """A solution of the flow inside a fixed space, integrated by LSODA with the exact Jacobian.

    Parameters
    ----------
    potential, kappa
        The model.
    period, even
        The fixed space: densities of period 2π/d, even or all.
    c
        Coefficients c_d, c_2d, … at the start; as many as are known.
    settings
        Tolerances and bounds of the truncation.
    t_end
        End; the start is at 0.
    adaptive
        Whether the number of modes follows the density.

    Notes
    -----
    LSODA takes Adams or BDF steps as the stiffness asks. Where a step leaves a tail above ``settings.tail`` it is taken
    again with more modes, so what is returned is resolved as far as ``most_modes`` allow.
    """

    def __init__(
        self, potential: Potential, kappa: float, period: int, even: bool, c: Complex, settings: FlowSettings,
        t_end: float, adaptive: bool = True,
    ) -> None:  # fmt: skip
        self.potential, self.kappa, self.period, self.even = potential, kappa, period, even
        self.settings, self.t_end, self.adaptive = settings, t_end, adaptive
        self.most = max(2, settings.most_modes // period)
        size = self._needed(c) if adaptive else c.size
        self.steps = self.evaluations = self.jacobians = 0
        self.failure = ""
        self._begin(0.0, np.pad(c, (0, max(0, size - c.size)))[:size])
        self.first_tail = self.tail

    def _begin(self, t: float, c: Complex) -> None:
        self.field: VectorField = field_of(self.potential, self.kappa, self.period, c.size, self.even)
        self.t, self.y = t, self.field.pack(c)
        self.tail = self.field.tail(self.y)
        self._solver = LSODA(
            self.field.velocity, t, self.y, self.t_end, jac=self.field.jacobian,
            rtol=self.settings.rtol, atol=self.settings.atol,
        )  # fmt: skip
        self._counted = (0, 0)

    def _needed(self, c: Complex) -> int:
        """Return how many modes a density should have: those above the tail, and a third more."""
        above = np.flatnonzero(np.abs(c) > 0.1 * self.settings.tail)
        used = int(above[-1]) + 1 if above.size else 1
        least = max(4, self.settings.least_modes // self.period)
        return min(self.most, max(least, int(1.33 * used) + 2))

    @property
    def running(self) -> bool:
        """Whether another step can be taken."""
        return self._solver.status == "running" and not self.failure

    @property
    def c(self) -> Complex:
        """The coefficients c_d, c_2d, … now."""
        return self.field.unpack(self.y)

    def step(self) -> None:
        """Take one step, or start it again with more modes; where that fails, say so in ``failure``."""
        if self.steps % RARELY == RARELY - 1:
            self._shrink()
        message = self._solver.step()
        self._count()
        if self._solver.status == "failed":
            self.failure = message or "the step became too small"
            return
        self.steps += 1
        tail = self.field.tail(self._solver.y)
        if not np.isfinite(tail):
            self.failure = "the coefficients are no longer finite"
        elif self.adaptive and tail > self.settings.tail and self.field.size < self.most and tail > 0.5 * self.tail:
            more = min(self.most, int(LARGER * self.field.size) + 2)
            self._begin(self.t, np.pad(self.c, (0, more - self.field.size)))
        else:
            self.t, self.y, self.tail = float(self._solver.t), self._solver.y, tail
            if tail > GIVE_UP and tail > 2.0 * self.first_tail:
                used = self.field.size * self.period
                self.failure = f"{used} modes do not resolve the density: the last is {tail:.1e}"

    def _count(self) -> None:
        evaluations, jacobians = self._solver.nfev, self._solver.njev
        self.evaluations += evaluations - self._counted[0]
        self.jacobians += jacobians - self._counted[1]
        self._counted = (evaluations, jacobians)

    def _shrink(self) -> None:
        """Give modes back that the density no longer needs."""
        c = self.c
        needed = self._needed(c)
        if self.adaptive and LAZY * needed < c.size:
            self._begin(self.t, c[:needed])

    def moment(self, t: float) -> Moment:
        """Return the density now, or at a time within the last step."""
        y = self.y if t == self.t else self._solver.dense_output()(t)
        speed = float(np.abs(self.field.velocity(t, y)).max())
        return Moment(t, self.field.unpack(y), speed, self.field.tail(y))
