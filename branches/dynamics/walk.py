"""One replica of an ensemble of particles, stepped from one time of its record to the next."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.dynamics.force import Force
from branches.dynamics.particle_steps import mode_averages, stepper
from branches.dynamics.starts import Start

__all__ = ["RECORDED", "Moment", "Plan", "walk"]

Array = NDArray[np.float64]
RECORDED = 8  # modes whose averages are recorded
BLOCK = 2**18  # random numbers drawn at once


@dataclass(frozen=True, eq=False)
class Plan:
    """What the replicas of an ensemble have in common; it can be pickled.

    Parameters
    ----------
    force, start
        Of the particles.
    t, kappa
        Times of the record, shape (T,), and the coupling at them, linear in between.
    n, seed
        Number of particles, and of the random numbers.
    step
        Longest time step.
    early
        The part of the noise added before the force is evaluated, see
        :func:`~branches.dynamics.particle_steps.numpy_advance`.
    first
        Number of the interval after t[0] in the whole run: not 0 where another run is continued.
    """

    force: Force
    start: Start
    t: Array
    kappa: Array
    n: int
    seed: int
    step: float
    early: float
    first: int = 0

    def generator(self, replica: int, interval: int) -> np.random.Generator:
        """Return the random numbers of an interval: they depend on nothing but the seed and these two numbers."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(replica, interval)))


@dataclass(frozen=True, eq=False)
class Moment:
    """A replica at one time of the record.

    Parameters
    ----------
    z
        Averages of e^{inX}, shape (min(M, 8),).
    power
        |z_n|² averaged over the steps of the interval before, of the same shape; 0 at the start.
    sample
        The positions X whose law the method approximates, shape (n,).
    carried
        The positions that the next step goes on from, shape (n,).
    """

    z: NDArray[np.complex128]
    power: Array
    sample: Array
    carried: Array


def walk(plan: Plan, replica: int) -> Iterator[Moment]:
    """Yield a replica at each time of its record.

    Notes
    -----
    Every interval has random numbers of its own and equal steps that end on its end, so that a run that is continued
    later is the run that was never interrupted, bit by bit.
    """
    advance, force = stepper(), plan.force
    shown = min(RECORDED, force.weights.size)
    y = plan.start.draw(replica, plan.n, plan.generator(replica, 0))
    yield Moment(mode_averages(y, force.period, shown), np.zeros(shown), y.copy(), y.copy())
    for k in range(plan.t.size - 1):
        rng = plan.generator(replica, plan.first + k + 1)
        length = float(plan.t[k + 1] - plan.t[k])
        steps = max(1, math.ceil(length / plan.step * (1.0 - 1e-12)))
        step = length / steps
        middle = (np.arange(steps) + 0.5) / steps
        sigma = np.sqrt(2.0 * step / _between(plan.kappa[k], plan.kappa[k + 1], middle))
        power = np.zeros(force.weights.size)
        at_once = max(1, BLOCK // plan.n)
        for begin in range(0, steps, at_once):
            part = sigma[begin : begin + at_once]
            noise = rng.standard_normal((part.size, plan.n))
            advance(y, noise, force.slopes, force.period, step, part, plan.early, power)
        sample = y + plan.early * sigma[-1] * rng.standard_normal(plan.n) if plan.early else y.copy()
        yield Moment(mode_averages(sample, force.period, shown), power[:shown] / steps, sample, y.copy())


def _between(before: float, after: float, middle: Array) -> Array:
    """Return couplings on the line between two; both may be infinite."""
    return np.full(middle.size, before) if before == after else before + (after - before) * middle
