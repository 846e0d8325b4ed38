"""Energy barriers: which saddle stands between a metastable state and the next lower one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.search.minimise import grid_size, minimise, modes_that_matter
from branches.states.state import State
from continuation import Record, renamed

__all__ = ["Barrier", "barriers", "descents"]

Array = NDArray[np.float64]
NUDGE = 1e-3  # of log ρ: far above rounding, far below the distance to another state
NUDGES = 16
ITERATIONS = 20_000  # the slowest descents leave a saddle whose unstable direction is exponentially slow
SAME_ENERGY = 1e-6  # relative to 1 + |F|


@dataclass(frozen=True, eq=False, repr=False)
class Barrier(Record):
    """The lowest known way out of a state.

    Parameters
    ----------
    state
        Where it starts.
    saddle
        The lowest state known from which a descent ends in it and another one in a different state; None if none
        is known. For an unstable state it is the state itself.
    height
        F(saddle) − F(state): 0 for an unstable state, infinite if no saddle is known.
    to
        The state of least free energy in which descents from the saddle end, None if that is not among those known.
    """

    state: State
    saddle: State | None
    height: float
    to: State | None


@renamed(random_seed="seed")
def barriers(states: Sequence[State], seed: int = 0) -> tuple[Barrier, ...]:
    """Return the energy barrier of each of some states at one coupling.

    Parameters
    ----------
    states
        All states known at the coupling, the uniform one included, such as
        :meth:`~branches.landscapes.landscape.Landscape.states` gives.
    seed
        Of the directions in which saddles are left.

    Notes
    -----
    Each unstable state is left in random directions, even or not, and the free energy descended: the
    stable states reached are its neighbours. A stable state's barrier is that to the lowest saddle that has it
    among its neighbours and a further one. A saddle that is not among the states given may be lower.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5)
    >>> found = barriers(branches.landscape(d).states(0.4))
    >>> [(b.state.n_fold, f"{b.height:.6f}") for b in found]
    [(1, '0.015868'), (0, '0.000751'), (1, '0.000000')]
    """
    rng = np.random.default_rng(seed)
    reached = {k: descents(state, states, rng) for k, state in enumerate(states) if sum(state.index) > 0}
    found = []
    for k, state in enumerate(states):
        if k in reached:
            lowest = min(reached[k], key=lambda j: states[j].free_energy, default=None)
            found.append(Barrier(state, state, 0.0, None if lowest is None else states[lowest]))
            continue
        saddles = [j for j, ends in reached.items() if k in ends and len(ends) > 1]
        if not saddles:
            found.append(Barrier(state, None, np.inf, None))
            continue
        saddle = min(saddles, key=lambda j: states[j].free_energy)
        others = [states[j] for j in reached[saddle] if j != k]
        to = min(others, key=lambda other: other.free_energy)
        height = states[saddle].free_energy - state.free_energy
        found.append(Barrier(state, states[saddle], height, to))
    return tuple(found)


def descents(state: State, states: Sequence[State], rng: np.random.Generator) -> frozenset[int]:
    """Return the numbers of the stable states in which descents from an unstable one end, told by their F."""
    modes = max(modes_that_matter(state.potential, state.kappa), state.c.size // 2)
    points = grid_size(modes)
    theta = 2.0 * np.pi * np.arange(points) / points
    g = state.potential.weights(state.c.size)
    waves = np.exp(1j * np.outer(theta, np.arange(1, state.c.size + 1)))
    field = state.kappa * (waves @ (g * state.c)).real
    low = np.arange(1, 9)
    c, s = np.cos(np.outer(low, theta)), np.sin(np.outer(low, theta))
    nudges = (
        rng.standard_normal((NUDGES // 2, low.size)) @ c + rng.standard_normal((NUDGES // 2, low.size)) @ s
    )
    starts = field + NUDGE * np.vstack([nudges, -nudges])
    ended = minimise(state.potential, state.kappa, starts, iterations=ITERATIONS)
    energies = np.array([other.free_energy for other in states])
    stable = np.array([sum(other.index) == 0 for other in states])
    close = np.abs(ended.free_energy[:, None] - energies) <= SAME_ENERGY * (1.0 + np.abs(energies))
    return frozenset(int(j) for j in np.flatnonzero((close & stable).any(axis=0)))
