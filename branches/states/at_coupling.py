"""Even stationary states at a given coupling: corrected to round-off, compared up to symmetry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.records import State
from branches.potentials.potential import Potential
from branches.spaces.symmetry import expanded, twin
from branches.states.energy import free_energy
from branches.states.morse_index import morse_index, uniform_index
from branches.states.quadratic import QuadraticSystem
from continuation.steps.corrector import correct

__all__ = ["attracting_modes", "nearest_twin", "potential_energy_sum", "state_at", "uniform_state"]

Array = NDArray[np.float64]
TOLERANCE = 1e-14  # Newton goes on to round-off: it ends when the state no longer moves
UNIFORM_MODES = 64  # modes of the uniform state that are looked at beyond those it is compared with


def state_at(potential: Potential, period: int, u: Array, kappa: float) -> State:
    """Return the stationary state near a guess, at fixed κ.

    Parameters
    ----------
    potential
        The interaction.
    period
        n, for a state of period 2π/n.
    u
        Guess of its moments a_n, a_2n, …, shape (N,); N is kept.
    kappa
        Its coupling.

    Returns
    -------
    State
        ``a`` has shape (n N,). Its ``residual`` says whether Newton's iteration succeeded.

    Examples
    --------
    >>> import numpy as np
    >>> from branches import potentials
    >>> state = state_at(potentials.kuramoto(), 1, 0.83 ** np.arange(1.0, 33.0) ** 2, 4.0)
    >>> f"{state.a[0]:.13f} {state.free_energy:.13f}"
    '0.8314620247543 -0.4702154423312'
    """
    system = QuadraticSystem(potential, period, u.size, kappa_scale=kappa)
    x = np.append(u, 1.0)
    found = correct(system, x, np.eye(1, x.size, u.size)[0], TOLERANCE, max_iterations=20)
    reduced, at = found.x[:-1], np.array([kappa])
    index = morse_index(potential, period, reduced[None], at)
    return State(
        potential,
        kappa,
        expanded(reduced, period),
        period,
        found.residual,
        float(free_energy(system.g, reduced[None], at)[0]),
        (int(index.even[0]), int(index.odd[0])),
        int(index.undecided[0]),
    )


def uniform_state(potential: Potential, kappa: float, n_modes: int = UNIFORM_MODES) -> State:
    """Return the uniform state at a coupling, as N zero moments; its period is given as 0.

    Its index counts the modes up to ``n_modes``.
    """
    unstable, neutral = uniform_index(potential, n_modes, np.array([kappa]))
    index = int(unstable[0])
    return State(potential, kappa, np.zeros(n_modes), 0, 0.0, 0.0, (index, index), int(neutral[0]))


def attracting_modes(potential: Potential) -> list[int] | None:
    """Return the attracting modes to look at where the potential bounds no tail, None where it does."""
    if potential.tail_bound(UNIFORM_MODES) is not None:
        return None
    return [int(n) for n in np.flatnonzero(potential.weights(UNIFORM_MODES) > 0) + 1]


def potential_energy_sum(state: State) -> float:
    """Return Σ g_n a_n² = −2 dF/dκ of a state."""
    return float(np.sum(state.potential.weights(state.a.size) * state.a**2))


def nearest_twin(a: Array, period: int, other: Array) -> Array:
    """Return the even member of a state's orbit that lies nearest to another state.

    Parameters
    ----------
    a, period
        Moments of shape (N,), of a state of period 2π/period; 0 stands for the uniform state.
    other
        Moments of the other state, any size.
    """
    if period == 0:
        return a
    size = max(a.size, other.size)
    target = np.pad(other, (0, size - other.size))
    candidates = [np.pad(member, (0, size - a.size)) for member in (a, twin(a, period))]
    nearest = min(candidates, key=lambda member: float(np.linalg.norm(member - target)))
    return nearest[: a.size]
