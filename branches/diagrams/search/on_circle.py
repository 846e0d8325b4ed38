"""All states of the circle at one coupling, with or without a mirror axis: rounds of Newton's iteration, resolved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.search.active_moments import ActiveMoments
from branches.diagrams.search.axis_theorems import all_states_even
from branches.diagrams.search.resolve import resolved_state
from branches.diagrams.search.rounds import MOST_ROUNDS, Rounds, same_moments, search_rounds
from branches.potentials.potential import Potential
from branches.states.state import State

__all__ = ["FoundOnCircle", "found_on_circle"]

Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class FoundOnCircle:
    """The states found at one coupling that were not known, by increasing free energy, and the rounds that did it."""

    states: tuple[State, ...]
    rounds: Rounds
    left_out: int

    @property
    def method(self) -> str:
        """The search in words."""
        what = self.rounds
        modes = f" ({self.left_out} weaker modes left out)" if self.left_out else ""
        return (
            f"Newton's iteration in the full space{modes}, plain and deflated by turns, {what.rounds} rounds from "
            f"{what.starts} starts, {what.converged} converged; ended as {what.ended}"
        )


def found_on_circle(
    potential: Potential,
    kappa: float,
    known: Iterable[Complex],
    starts: Sequence[Complex],
    seed: int,
    *,
    rounds: int = MOST_ROUNDS,
    deadline: float = np.inf,
) -> FoundOnCircle:
    """Search the states at one coupling that are not known.

    Parameters
    ----------
    potential, kappa
        The interaction and the coupling.
    known
        States at this coupling, one an orbit, by their moments c_1, c_2, ….
    starts
        Starts beside the random ones, by their moments c_1, c_2, ….
    seed
        Of the random starts.
    rounds, deadline
        As in :func:`~branches.diagrams.search.rounds.search_rounds`.

    Examples
    --------
    >>> from branches import potentials
    >>> found = found_on_circle(potentials.from_weights([1, 1, 1, 1]), 3.0, [], [], seed=0)
    >>> sum("no axis" in state.isotropy.name for state in found.states)
    1
    """
    active = ActiveMoments.of(potential, kappa)
    if active.modes.size == 0:
        return FoundOnCircle((), search_rounds(active, [], np.empty((0, 0)), np.random.default_rng(seed), rounds=0), 0)
    others = [c for c in known if np.any(c)]
    parts = [active.active_part(c) for c in others]
    given = np.array([active.active_part(c) for c in starts]).reshape(-1, 2 * active.modes.size)
    result = search_rounds(
        active,
        parts,
        given,
        np.random.default_rng(seed),
        even=all_states_even(potential),
        rounds=rounds,
        deadline=deadline,
    )
    found: list[State] = []
    for z in result.states:
        state = resolved_state(potential, kappa, active.resolved(z))
        if state is not None and not any(same_moments(state.c, c) for c in (*others, *(other.c for other in found))):
            found.append(state)
    return FoundOnCircle(tuple(sorted(found, key=lambda state: state.free_energy)), result, active.left_out)
