"""Multi-peak states of short-ranged attraction: stationary by symmetry, unstable, and exponentially slow to leave."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches import potentials
from branches.diagrams.search.deflation import polished
from branches.diagrams.search.minimise import minimise, modes_that_matter
from branches.diagrams.search.seeds import clustered_fields
from branches.dynamics.decay_rates import decay_rates
from branches.dynamics.flow_arguments import check_circle
from branches.landscapes.barriers import barriers
from branches.potentials.potential import Potential, finite_number, positive_integer
from branches.states.at_coupling import uniform_state
from branches.states.state import State
from continuation import Record

__all__ = ["MetastableTable", "MultiPeak", "metastable_table", "multi_peak_states"]

Array = NDArray[np.float64]
SLOW = 1e-3  # a state that is left at a rate below this part of the diffusion rate 1/κ counts as nearly stationary


@dataclass(frozen=True, eq=False, repr=False)
class MultiPeak(Record):
    """A stationary state of equal peaks in equal distances.

    Parameters
    ----------
    peaks
        Their number.
    state
        The state.
    growth
        Rate of its fastest unstable direction, even or odd (negative if it is stable), times κ: in units of the
        diffusion rate of mode 1.
    barrier
        F of the saddle to the next state less that of this one: 0 for an unstable state, infinite if no saddle
        is known.
    """

    peaks: int
    state: State
    growth: float
    barrier: float

    @property
    def slow(self) -> bool:
        """Whether the state is stable, or left so slowly that it looks stationary."""
        return self.growth < SLOW


@dataclass(frozen=True, eq=False, repr=False)
class MetastableTable(Record):
    """The multi-peak states over a parameter.

    Parameters
    ----------
    parameters
        Values of the parameter.
    couplings
        κ used for each.
    rows
        The states for each, by the number of peaks.
    """

    parameters: tuple[float, ...]
    couplings: tuple[float, ...]
    rows: tuple[tuple[MultiPeak, ...], ...]

    @property
    def counts(self) -> tuple[tuple[int, int], ...]:
        """For each value: number of multi-peak states, and how many of them are slow."""
        return tuple((len(row), sum(entry.slow for entry in row)) for row in self.rows)


def multi_peak_states(potential: Potential, kappa: float, peaks: int = 6) -> tuple[MultiPeak, ...]:
    """Return the stationary states with 1 … K equal peaks in equal distances.

    Parameters
    ----------
    potential, kappa
        The interaction and the coupling, > 0.
    peaks
        K ≥ 1.

    Raises
    ------
    ValueError
        If κ or K is not allowed.

    Notes
    -----
    States of period 2π/K of g_n are single-peak states of the potential with weights g_{Kn}: a single cluster is
    relaxed there by direct minimisation, then corrected by Newton's iteration. Missing are numbers of peaks for
    which only the uniform state is left, and states of more than 1000 modes in a period.

    Examples
    --------
    >>> found = multi_peak_states(potentials.noisy_transformer(30, scaled=True), 800.0, peaks=3)
    >>> [(entry.peaks, entry.state.index, entry.slow) for entry in found]
    [(1, (0, 0), True), (2, (1, 0), True), (3, (2, 2), False)]
    """
    check_circle(potential)
    if not finite_number("kappa", kappa) > 0:
        raise ValueError(f"kappa = {kappa!r} is not allowed: the coupling must be > 0")
    found = [_folded_state(potential, kappa, k) for k in range(1, positive_integer("peaks", peaks) + 1)]
    states = [state for state in found if state is not None]
    heights = barriers([*states, uniform_state(potential, kappa)])[:-1]
    return tuple(
        MultiPeak(state.n_fold, state, _fastest(state) * kappa, barrier.height)
        for state, barrier in zip(states, heights, strict=True)
    )


def _folded_state(potential: Potential, kappa: float, k: int) -> State | None:
    """Return the single-peak state of the weights g_k, g_2k, … as a state of period 2π/k."""
    modes = modes_that_matter(potential, kappa)
    weights = potential.weights(max(modes, 2 * k))[k - 1 :: k]
    folded = potentials.harmonics({n: float(g) for n, g in enumerate(weights, 1)})
    ended = minimise(folded, kappa, clustered_fields(folded, kappa, peaks=1))
    lowest = ended.moments[np.argmin(ended.free_energy)].real
    a = np.zeros(lowest.size * k)
    a[k - 1 :: k] = lowest
    state = polished(potential, a, kappa)
    return state if state is not None and state.n_fold == k else None


def _fastest(state: State) -> float:
    return -decay_rates(state, 2).gap


def metastable_table(
    family: Callable[[float], Potential], values: Iterable[float], ratio: float = 2.0, peaks: int = 6
) -> MetastableTable:
    """Tabulate the multi-peak states over a parameter, at a fixed multiple of the first onset.

    Parameters
    ----------
    family
        Callable that turns a parameter into a Potential, such as
        ``lambda beta: potentials.noisy_transformer(beta, scaled=True)``.
    values
        Values of the parameter.
    ratio
        κ in units of κ₁ = 2/g₁.
    peaks
        Largest number of peaks looked for.

    Examples
    --------
    >>> table = metastable_table(lambda beta: potentials.noisy_transformer(beta, scaled=True), [5.0, 30.0])
    >>> table.counts
    ((2, 1), (6, 2))
    """
    parameters = tuple(float(value) for value in values)
    made = [family(value) for value in parameters]
    couplings = tuple(ratio * potential.onset_coupling(1) for potential in made)
    rows = tuple(
        multi_peak_states(potential, kappa, peaks) for potential, kappa in zip(made, couplings, strict=True)
    )
    return MetastableTable(parameters, couplings, rows)
