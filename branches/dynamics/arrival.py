"""Which stationary state a density has arrived at, if any."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.search.deflation import polished
from branches.diagrams.search.minimise import as_even
from branches.dynamics.decay_rates import decay_rates
from branches.dynamics.noneven import noneven_state
from branches.dynamics.orbits import orbit_distance
from branches.potentials.potential import Potential
from branches.states.at_coupling import uniform_state
from branches.states.state import State

if TYPE_CHECKING:
    from branches.diagrams.diagram import Diagram

__all__ = ["NONE_YET", "Arrival", "arrival", "coefficients", "named_states", "unstable_within"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Stationary = State
NONE_YET = "none yet"
ARRIVED = 1e-6  # largest difference of coefficients from a state that attracts its neighbourhood
SAME = 1e-7  # two states closer than this are one
NEAR = 0.1  # the nearest state is told when it is not farther than this


@dataclass(frozen=True)
class Arrival:
    """The stationary state at which a trajectory ends.

    Parameters
    ----------
    name
        Its name in the diagram, its period where there is no diagram, or 'none yet'.
    state
        The state, None for 'none yet'.
    distance
        Largest difference of coefficients from the nearest state, after the best rotation; infinite if none is known.
    reason
        What was decided, and by what.
    """

    name: str
    state: Stationary | None
    distance: float
    reason: str

    def __repr__(self) -> str:
        return f"<Arrival: {self.name}, {self.reason}>"


def arrival(
    potential: Potential, kappa: float, c: Complex, period: int, even: bool, diagram: Diagram | None = None
) -> Arrival:
    """Say at which stationary state a trajectory has arrived.

    Parameters
    ----------
    potential, kappa
        The model.
    c
        Coefficients of the density, shape (N,).
    period, even
        The symmetry that the trajectory keeps: period 2π/d (0: uniform), even or not.
    diagram
        Whose states are candidates; without one, Newton's iteration from c is asked.

    Returns
    -------
    Arrival
        A state is claimed where c lies within 10⁻⁶ of its orbit *and* every disturbance of that symmetry decays there.
        A small velocity is not asked: near a saddle it proves nothing.
    """
    candidates = _by_newton(potential, kappa, c) if diagram is None else named_states(diagram, kappa)
    if not candidates:
        return Arrival(NONE_YET, None, np.inf, "no stationary state was found near the end")
    apart = {name: orbit_distance(c, coefficients(state)) for name, state in candidates.items()}
    name = min(apart, key=apart.__getitem__)
    distance, state = apart[name], candidates[name]
    if distance > ARRIVED:
        text = f"{name} is {distance:.1g} away" if distance < NEAR else "no known state is near"
        return Arrival(NONE_YET, None, distance, text)
    growing, undecided = unstable_within(state, period, even)
    if growing:
        return Arrival(NONE_YET, None, distance, f"near the saddle {name}, which it will leave")
    if undecided:
        return Arrival(NONE_YET, None, distance, f"at {name}, whose stability is not decided")
    return Arrival(name, state, distance, f"within {distance:.1g}, and every disturbance of its symmetry decays")


def named_states(diagram: Diagram, kappa: float) -> dict[str, Stationary]:
    """Return the states of a diagram at a coupling by name, one for each orbit, the uniform one first.

    Names are 'uniform' and 'branch k', k the number of the branch; with several on one branch, in the order of its
    arclength, 'branch k (1)', 'branch k (2)', ….

    Raises
    ------
    ValueError
        If kappa is not in 0 < κ ≤ the largest coupling of the diagram.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5)
    >>> list(named_states(d, 0.4))
    ['uniform', 'branch 0 (1)', 'branch 0 (2)']
    """
    if not (np.ndim(kappa) == 0 and 0 < kappa <= diagram.kappa_max):
        raise ValueError(f"kappa = {kappa!r} is outside the diagram, 0 < κ ≤ {diagram.kappa_max!r}")
    largest = max([64, *(branch.a.shape[1] for branch in diagram.branches if branch.kappa.size)])
    named: dict[str, Stationary] = {"uniform": uniform_state(diagram.potential, float(kappa), largest)}
    for number, branch in enumerate(diagram.branches):
        found: list[State] = []
        for state in branch.at_kappa(kappa) if branch.kappa.size else ():
            known = [*named.values(), *found]
            if all(orbit_distance(coefficients(state), coefficients(one)) > SAME for one in known):
                found.append(state)
        for place, state in enumerate(found, 1):
            named[f"branch {number}" + (f" ({place})" if len(found) > 1 else "")] = state
    return named


def unstable_within(state: Stationary, period: int, even: bool) -> tuple[int, int]:
    """Return how many disturbances of a symmetry grow at a state, and how many are undecided.

    Parameters
    ----------
    state
        A stationary state.
    period, even
        Disturbances with modes that are multiples of d (0: none), even or all.
    """
    growing = undecided = 0
    if period == 0:
        return 0, 0
    if state.n_fold == 0:
        rates = decay_rates(state).even
        n = np.array([int(np.argmax(np.abs(row))) + 1 for row in decay_rates(state).blocks[0].directions])
        kept = rates[n % period == 0]
        error = decay_rates(state).error
        multiplicity = 1 if even else 2
        return (
            multiplicity * int(np.count_nonzero(kept < -error)),
            multiplicity * int(np.count_nonzero(np.abs(kept) <= error)),
        )
    for block in decay_rates(state).blocks:
        if gcd(block.period, block.residue) % period == 0 and not (even and block.sector == "odd"):
            growing += block.unstable
            undecided += block.undecided
    return growing, undecided


def coefficients(state: Stationary) -> Complex:
    """Return c_1, c_2, … of a stationary state, shape (N,)."""
    return state.c


def _by_newton(potential: Potential, kappa: float, c: Complex) -> dict[str, Stationary]:
    """Return the uniform state and the one to which Newton's iteration goes, by their period."""
    found: dict[str, Stationary] = {"uniform": uniform_state(potential, kappa, max(64, c.size))}
    a = as_even(c)
    state: Stationary | None = None
    if a is not None:
        state = polished(potential, a, kappa)
    elif np.max(np.abs(c)) > SAME:
        state = noneven_state(potential, kappa, c)
    if state is not None:
        found["state of period 2π" + (f"/{state.n_fold}" if state.n_fold > 1 else "")] = state
    return found
