"""Stationary states at a given coupling: the one way to a state, its error, and states compared up to symmetry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.isotropy import Isotropy
from branches.states.energy import free_energy
from branches.states.morse_index import morse_index, uniform_index
from branches.states.selfconsistent import SelfConsistentSystem
from branches.states.state import State
from continuation import Record, correct

__all__ = [
    "Solution",
    "attracting_modes",
    "judged",
    "nearest_twin",
    "potential_energy_sum",
    "solve",
    "state_at",
    "uniform_state",
]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)
ITERATIONS = 30
RESOLVED = 1e-14  # of the largest of the last moments: below it a state with so many is resolved
LARGEST = 2**15  # unknowns
UNIFORM_MODES = 64  # modes of the uniform state that are looked at beyond those it is compared with


@dataclass(frozen=True, eq=False, repr=False)
class Solution(Record):
    """A solution of a = T(a, κ) at fixed κ.

    Parameters
    ----------
    u
        Unknowns of its class, a_n, a_2n, …, shape (N,).
    residual
        max |a − T(a, κ)|, re-evaluated.
    error
        What residual and rounding leave of the state, to first order: ‖J⁻¹‖ times both, J = 1 − κCG.
    converged
        Whether the residual is what rounding leaves of T.
    """

    u: Array
    residual: float
    error: float
    converged: bool


def solve(
    potential: Potential, isotropy: Isotropy, u: Array, kappa: float, *, largest: int | None = None
) -> Solution:
    """Solve for the stationary state near a guess at fixed κ, by Newton's iteration on a − T(a, κ).

    Parameters
    ----------
    potential
        The interaction.
    isotropy
        The class of the state.
    u
        Guess of its unknowns, shape (N,).
    kappa
        Its coupling.
    largest
        Unknowns up to which N grows until the state is resolved; by default N is kept.

    Notes
    -----
    Whatever equations a branch was followed with, a state is judged by this map: its Jacobian 1 − κCG keeps its
    condition at low noise, where that of the Fourier quadratic system grows like the exponential of a barrier.

    Examples
    --------
    >>> import numpy as np
    >>> from branches import potentials
    >>> from branches.spaces.circle import Dihedral
    >>> found = solve(potentials.kuramoto(), Dihedral(1), 0.83 ** np.arange(1.0, 33.0) ** 2, 4.0)
    >>> f"{found.u[0]:.13f}", found.residual < 1e-15, found.error < 1e-14
    ('0.8314620247543', True, True)
    """
    while True:
        system = SelfConsistentSystem(potential, isotropy, u.size, kappa_scale=kappa)
        row = np.eye(1, u.size + 1, u.size)[0]
        rounding = _rounding(system, u, kappa)
        found = correct(system, np.append(u, 1.0), row, rounding, max_iterations=ITERATIONS)
        reduced = found.x[:-1]
        tail = float(np.max(np.abs(reduced[-3:])))
        if largest is None or not found.converged or tail <= RESOLVED or u.size >= largest:
            break
        decay = np.log(RESOLVED) / np.log(min(tail, 0.9))
        u = np.pad(reduced, (0, min(largest, int(max(1.3, min(decay, 4.0)) * u.size) + 8) - u.size))
    converged = found.converged or found.residual <= 8 * rounding
    return Solution(reduced, found.residual, _error(system, reduced, kappa, row, found.residual), converged)


def judged(
    potential: Potential, isotropy: Isotropy, u: Array, kappa: float, row: Array | None = None
) -> tuple[float, float]:
    """Return max |a − T(a, κ)| at a state, and a bound of its error to first order.

    Parameters
    ----------
    potential, isotropy, u, kappa
        As for :func:`solve`; the state is taken as it is.
    row
        Direction in (a, κ) across which the state is fixed, shape (N + 1,); by default it is fixed at κ, and the
        error is infinite at a fold. With the tangent of a branch it is that of the curve.
    """
    system = SelfConsistentSystem(potential, isotropy, u.size, kappa_scale=kappa)
    residual = float(np.max(np.abs(system.residual(u, kappa)), initial=0.0))
    border = np.eye(1, u.size + 1, u.size)[0] if row is None else row
    return residual, _error(system, u, kappa, border, residual)


def _rounding(system: SelfConsistentSystem, u: Array, kappa: float) -> float:
    """Return what T can be evaluated to: the rounding of the exponent, which it inherits."""
    return 2 * EPSILON * (1.0 + kappa * float(np.abs(system.g * u).sum()))


def _error(system: SelfConsistentSystem, u: Array, kappa: float, row: Array, residual: float) -> float:
    try:
        amplification = system.bordered(u, kappa, row).inverse_norm()
    except ArithmeticError:
        return float("inf")
    return amplification * (residual + _rounding(system, u, kappa))


def state_at(
    potential: Potential, isotropy: Isotropy, u: Array, kappa: float, *, largest: int | None = None
) -> State:
    """Return the stationary state near a guess, at fixed κ, with its index and free energy.

    Parameters
    ----------
    potential, isotropy, u, kappa, largest
        As for :func:`solve`.

    Returns
    -------
    State
        ``a`` has shape (n N,). Its ``residual`` and ``error`` say whether Newton's iteration succeeded.

    Examples
    --------
    >>> import numpy as np
    >>> from branches import potentials
    >>> from branches.spaces.circle import Dihedral
    >>> state = state_at(potentials.kuramoto(), Dihedral(1), 0.83 ** np.arange(1.0, 33.0) ** 2, 4.0)
    >>> f"{state.a[0]:.13f} {state.free_energy:.13f}"
    '0.8314620247543 -0.4702154423312'
    """
    found = solve(potential, isotropy, u, kappa, largest=largest)
    reduced, at = found.u, np.array([kappa])
    index = morse_index(potential, isotropy, reduced[None], at)
    return State(
        potential=potential,
        kappa=kappa,
        a=isotropy.expanded(reduced),
        isotropy=isotropy,
        residual=found.residual,
        free_energy=float(free_energy(potential, isotropy, reduced[None], at)[0]),
        index=(int(index.even[0]), int(index.odd[0])),
        undecided=int(index.undecided[0]),
        error=found.error,
    )


def uniform_state(potential: Potential, kappa: float, n_modes: int = UNIFORM_MODES) -> State:
    """Return the uniform state at a coupling, as N zero moments; its class has ``n_fold`` 0.

    Its index counts the modes up to ``n_modes``.
    """
    index, space = uniform_index(potential, n_modes, np.array([kappa])), potential.space
    counts = int(index.even[0]), int(index.odd[0])
    return State(potential, kappa, np.zeros(n_modes), space.isotropy(0), 0.0, 0.0, counts, int(index.undecided[0]), 0.0)


def attracting_modes(potential: Potential) -> list[int] | None:
    """Return the attracting modes to look at where the potential bounds no tail, None where it does."""
    if potential.tail_bound(UNIFORM_MODES) is not None:
        return None
    return [int(n) for n in np.flatnonzero(potential.weights(UNIFORM_MODES) > 0) + 1]


def potential_energy_sum(state: State) -> float:
    """Return Σ g_n a_n² = −2 dF/dκ of a state."""
    kind = state.isotropy.widest
    u = kind.restricted(state.a)
    return float(np.sum(kind.weights(state.potential, u.size) * u**2))


def nearest_twin(state: State, other: Array) -> Array:
    """Return the member of a state's orbit in its class that lies nearest to another state of its kind, by moments."""
    return state.isotropy.nearest(state.a, other)
