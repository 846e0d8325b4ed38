"""Particles while the coupling rises and falls again: two jumps, and the loop between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.outlets import Drawn
from branches.dynamics.ensemble import Ensemble
from branches.dynamics.particles import particles
from branches.potentials.potential import Potential, finite_number, positive_integer
from continuation import Record

__all__ = ["Hysteresis", "hysteresis"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Hysteresis(Drawn, Record):
    """A sweep of the coupling up and down.

    Parameters
    ----------
    ensemble
        Of the whole sweep; its ``kappa`` says the coupling at each time.
    turn
        Number of the time at which the coupling is largest.
    """

    ensemble: Ensemble
    turn: int

    def __repr__(self) -> str:
        low, high = self.ensemble.kappa[0], self.ensemble.kappa[self.turn]
        return f"<Hysteresis: κ = {low:.6g} … {high:.6g} and back, {self.ensemble!r}>"

    @property
    def up(self) -> tuple[Array, Array]:
        """Couplings, shape (K,), and order parameters, shape (replicas, K, M), while κ rises."""
        return self.ensemble.kappa[: self.turn + 1], self.ensemble.order[:, : self.turn + 1]

    @property
    def down(self) -> tuple[Array, Array]:
        """The same while it falls."""
        return self.ensemble.kappa[self.turn :], self.ensemble.order[:, self.turn :]

    def jumps(self, mode: int, level: float) -> tuple[Array, Array]:
        """Return the couplings at which each replica first rises above a level, and at which it falls below at last.

        Returns
        -------
        up, down : ndarray
            Shapes (replicas,); NaN where that did not happen.

        Raises
        ------
        ValueError
            If the mode is not one of those recorded.
        """
        times = self.ensemble.first_passage(mode, level)
        top = self.ensemble.t[self.turn]
        rising = np.where(times <= top, np.interp(times, self.ensemble.t, self.ensemble.kappa), np.nan)
        column = int(np.flatnonzero(self.ensemble.modes == mode)[0])
        kappa, order = self.down
        above = order[:, :, column] > level
        last = above.shape[1] - 1 - above[:, ::-1].argmax(axis=1)  # where it was above for the last time
        falling = np.where(above.any(axis=1) & ~above[:, -1], kappa[last], np.nan)
        return rising, falling


def hysteresis(
    potential: Potential,
    sweep: tuple[float, float],
    n: int,
    t: float,
    seed: int,
    *,
    records: int = 200,
    **options: Any,
) -> Hysteresis:
    """Raise the coupling of N particles linearly, and lower it again.

    Parameters
    ----------
    potential
        The interaction.
    sweep
        Smallest and largest coupling. Particles start uniform at the smallest one.
    n, seed
        As for :func:`~branches.dynamics.particles.particles`.
    t
        Duration of each of the two sweeps.
    records
        Intervals of the record in each of them.
    options
        Further arguments of :func:`~branches.dynamics.particles.particles`, such as ``replicas`` or ``executor``.

    Returns
    -------
    Hysteresis
        Cut where it was interrupted.

    Raises
    ------
    ValueError
        If an argument is not allowed.

    Notes
    -----
    Infinitely slow sweeps at a given N jump at coexistence, both ways; N → ∞ at a given speed, where the states lose
    their stability: the onset and the fold. In between the loop is as wide as N and the speed make it.

    Examples
    --------
    >>> from branches import potentials
    >>> loop = hysteresis(potentials.noisy_transformer(4), (0.35, 0.45), n=300, t=40, seed=1, records=40)
    >>> up, down = loop.jumps(1, 0.5)
    >>> bool(up[0] > down[0])
    True
    """
    low, high = (finite_number("sweep", value) for value in sweep)
    if not 0 < low < high:
        raise ValueError(f"sweep = {sweep!r} is not allowed: give a smaller and a larger coupling, both > 0")
    duration, count = finite_number("t", t), positive_integer("records", records)
    if duration <= 0:
        raise ValueError(f"t = {t!r} is not allowed: it must be > 0")
    rising = np.linspace(low, high, count + 1)
    times = np.linspace(0.0, 2.0 * duration, 2 * count + 1)
    ensemble = particles(potential, np.concatenate((rising, rising[-2::-1])), n, times, seed, **options)
    return Hysteresis(ensemble, min(count, ensemble.t.size - 1))
