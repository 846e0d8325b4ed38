"""The record of an ensemble of interacting particles, and averages over it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.outlets import DrawnPage
from branches.potentials.potential import Potential, finite_number
from continuation import Record

__all__ = ["Average", "Ensemble"]

Array = NDArray[np.float64]
PARTS = 32  # independent parts that an average needs for its error to be known to an eighth


@dataclass(frozen=True, eq=False)
class Average:
    """Averages with their standard errors, both of shape (M,)."""

    value: Array
    error: Array


@dataclass(frozen=True, eq=False, repr=False)
class Ensemble(DrawnPage, Record):
    """Replicas of N interacting particles over time.

    Parameters
    ----------
    potential
        The interaction.
    kappa
        The coupling at each time, shape (T,), linear in between.
    n
        N, particles in each replica.
    t
        Times of the record, shape (T,).
    modes
        The recorded modes, shape (M,).
    z
        z_m, the average of e^{imX} over the particles, shape (replicas, T, M).
    power
        |z_m|² averaged over all steps between two times of the record, shape (replicas, T − 1, M).
    positions
        Angles at the last time, not reduced to one turn, shape (replicas, N).
    carried
        What the next step goes on from, shape (replicas, N); differs from ``positions`` by half a step's noise in the
        method of Leimkuhler and Matthews.
    method, step, n_modes, seed
        How it was computed: the longest time step, the modes of the force, the seed.
    neglected
        Root mean square of the force beyond ``n_modes``, relative to the whole.
    status
        'finished'; or 'interrupted' or 'stopped' (the store could not be written), with what was done until then.
    message
        What was noticed.
    """

    potential: Potential
    kappa: Array
    n: int
    t: Array
    modes: NDArray[np.int64]
    z: NDArray[np.complex128]
    power: Array
    positions: Array
    carried: Array
    method: str
    step: float
    n_modes: int
    seed: int
    neglected: float
    status: str = "finished"
    message: str = ""

    def __post_init__(self) -> None:
        for array in (self.kappa, self.t, self.modes, self.z, self.power, self.positions, self.carried):
            array.flags.writeable = False

    def __repr__(self) -> str:
        low, high = float(self.kappa.min()), float(self.kappa.max())
        coupling = f"{low:.6g}" if low == high else f"{low:.6g} … {high:.6g}"
        return (
            f"<Ensemble of {self.potential.label} at κ = {coupling}: {self.replicas} × {self.n} particles, "
            f"t = {self.t[0]:g} … {self.t[-1]:g}, {self.method}, {self.status}>"
        )

    @property
    def replicas(self) -> int:
        """How many replicas there are."""
        return len(self.z)

    @property
    def order(self) -> Array:
        """Order parameters |z_m| over time, shape (replicas, T, M)."""
        order: Array = np.abs(self.z)
        return order

    def mean_square(self, since: float = 0.0) -> Average:
        """Return E|z_m|² over replicas, and over all time steps after a time.

        Parameters
        ----------
        since
            Time after which the ensemble counts as relaxed.

        Returns
        -------
        Average
            The error is that of the mean of at least 32 parts: replicas, each cut in time where there are fewer.
            It holds where a part is longer than the memory of the slowest mode.

        Raises
        ------
        ValueError
            If less than one interval of the record lies after ``since``, or the parts are fewer than 2.
        """
        first = int(np.searchsorted(self.t, finite_number("since", since)))
        left = self.t.size - 1 - first
        pieces = min(left, math.ceil(PARTS / self.replicas))
        if left < 1 or pieces * self.replicas < 2:
            raise ValueError(
                f"since = {since!r} is not allowed: it leaves {max(left, 0)} intervals of the record of "
                f"{self.replicas} replicas; record more times, or begin earlier"
            )
        lengths = np.diff(self.t[first:])
        parts = [
            np.average(self.power[:, first + chunk], axis=1, weights=lengths[chunk])
            for chunk in np.array_split(np.arange(left), pieces)
        ]
        shares = np.array([lengths[chunk].sum() for chunk in np.array_split(np.arange(left), pieces)]) / lengths.sum()
        values = np.stack(parts)  # pieces × replicas × modes
        mean = np.einsum("p,prm->m", shares, values) / self.replicas
        spread = np.einsum("p,prm->m", shares, (values - mean) ** 2) / self.replicas
        return Average(mean, np.sqrt(spread / (pieces * self.replicas - 1)))

    def histogram(self, bins: int = 64, mode: int | None = None) -> tuple[Array, Array]:
        """Return the density of the particles at the last time, over all replicas.

        Parameters
        ----------
        bins
            How many, over one turn.
        mode
            Each replica is first rotated so that z of this mode is real and positive; by default the first one
            recorded. A cluster comes to rest at angle 0.

        Returns
        -------
        density, edges : ndarray
            Shapes (bins,) and (bins + 1,), from −π to π; the integral of the density is 1.

        Raises
        ------
        ValueError
            If the mode is not one of the recorded ones.
        """
        chosen = int(self.modes[0]) if mode is None else mode
        z = np.exp(1j * chosen * self.positions).mean(axis=1)
        self._column(chosen)
        turned = self.positions - np.angle(z)[:, None] / chosen
        wrapped = np.mod(turned + np.pi, 2.0 * np.pi) - np.pi
        density, edges = np.histogram(wrapped, bins=bins, range=(-np.pi, np.pi), density=True)
        return density, edges

    def first_passage(self, mode: int, level: float) -> Array:
        """Return the first recorded time at which |z_mode| is above a level, for each replica.

        Returns
        -------
        ndarray, shape (replicas,)
            NaN where that did not happen until the end.

        Raises
        ------
        ValueError
            If the mode is not one of the recorded ones.
        """
        above = self.order[:, :, self._column(mode)] > finite_number("level", level)
        times: Array = np.where(above.any(axis=1), self.t[above.argmax(axis=1)], np.nan)
        return times

    def _column(self, mode: int) -> int:
        """Return where a mode stands in the record."""
        found = np.flatnonzero(self.modes == mode)
        if not found.size:
            known = ", ".join(map(str, self.modes))
            raise ValueError(f"mode = {mode!r} is not allowed: recorded are {known}")
        return int(found[0])
