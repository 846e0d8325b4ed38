"""The frozen records of transitions: where the state of least free energy changes, and by how much."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from branches.spaces.cyclic import Cyclic
from branches.spaces.waves import paired
from branches.states.at_coupling import nearest_twin, potential_energy_sum
from branches.states.state import State
from continuation import Record

__all__ = ["Jump", "Transition"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Jump(Record):
    """What changes from one state to the other.

    Parameters
    ----------
    moments
        a_after − a_before, shape (N,); the even member of the first state's orbit nearest to the second is
        taken.
    interaction
        Change of Σ g a²: the slope of F* falls by half of it.
    """

    moments: Array
    interaction: float


@dataclass(frozen=True, eq=False, repr=False)
class Transition(Record):
    """A coupling at which the state of least free energy changes.

    Parameters
    ----------
    kappa, kappa_error
        Where, and the rounding error of that.
    kind
        'continuous', 'discontinuous', 'gap' (F* jumps: a state is missing) or 'undecided' (the two
        free energies cannot be told apart in double precision).
    states
        The state of least free energy below and above, both at ``kappa``, corrected to round-off. At a
        continuous transition they coincide.
    mode
        The period number of the state above: it has period 2π/mode.
    decided_by
        'criterion' (a proved one) or 'diagram' (the least of all states found).
    message
        What was noticed, for example another dominant mode than the one asked for.
    certificate
        The proof, where one was asked for; its `verdict` says whether it closed.
    """

    kappa: float
    kappa_error: float
    kind: str
    states: tuple[State, State]
    mode: int
    decided_by: str = "diagram"
    message: str = ""
    certificate: Any = None

    @property
    def residual(self) -> float:
        """Difference of the free energies of the two states, re-evaluated."""
        return self.states[1].free_energy - self.states[0].free_energy

    @property
    def jump(self) -> Jump:
        """Jump of the moments and of Σ g a²; zero at a continuous transition."""
        before, after = _of_one_kind(*self.states)
        size = max(before.a.size, after.a.size)
        if self.kind == "continuous":
            return Jump(np.zeros(size), 0.0)
        first = nearest_twin(before, after.a)
        padded = [np.pad(a, (0, size - a.size)) for a in (first, after.a)]
        return Jump(padded[1] - padded[0], potential_energy_sum(after) - potential_energy_sum(before))


def _of_one_kind(before: State, after: State) -> tuple[State, State]:
    """Return the two states by moments of one kind: by cosines and sines where one has no mirror axis."""
    if before.isotropy.same_kind(after.isotropy) or 0 in (before.n_fold, after.n_fold):
        return before, after
    return _by_waves(before), _by_waves(after)


def _by_waves(state: State) -> State:
    waves = Cyclic(max(state.n_fold, 1))
    return replace(state, a=paired(state.c), isotropy=waves)
