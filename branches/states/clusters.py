"""Narrow clusters to start from at strong coupling, by iterating the self-consistency map from point masses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.states.selfconsistent import SelfConsistentSystem
from continuation import correct

__all__ = ["clustered_state"]

Array = NDArray[np.float64]
NEAR = 1e-3  # a change of the moments from which Newton's iteration takes over
ITERATIONS = 200
TOLERANCE = 1e-13
SPREAD = 1e-6  # first moment of what counts as uniform


def clustered_state(potential: Potential, kappa: float, size: int, peaks: int = 1) -> Array:
    """Return the state of κ with one narrow cluster, or several equal ones, to start a branch from.

    Parameters
    ----------
    potential
        The interaction.
    kappa
        Coupling, strong enough to hold a cluster together.
    size
        Number of modes N; the state is resolved when its last moments are at round-off.
    peaks
        n: clusters at equal distances, a state of period 2π/n.

    Returns
    -------
    ndarray
        Cosine moments a_1 … a_N, shape (N,); they solve a = T(a, κ) to round-off.

    Raises
    ------
    ValueError
        If an argument is not usable, or the clusters dissolve at this coupling.
    MemoryError
        If the size does not fit in memory; it says how much would be needed.

    Notes
    -----
    The map a ↦ T(a, κ) starts from point masses, all a_{kn} = 1. For weights g ≥ 0 each iteration lowers
    the free energy (its entropy is convex, its interaction concave), so the largest clusters that κ can hold
    are approached from above; where repulsive weights make it overshoot it is damped. Newton's iteration ends it.

    Examples
    --------
    >>> from branches import potentials
    >>> a = clustered_state(potentials.hegselmann_krause(0.1), 2000.0, 2**13)
    >>> f"{a[0]:.10f}"
    '0.9999821693'

    A branch through it, with the same number of modes:

    >>> import branches
    >>> branch = branches.trace_from(potentials.hegselmann_krause(0.1), a, 2000.0, kappa_max=2100.0, n_modes=a.size)
    >>> branch.status.name
    'BOUND'
    """
    if not (np.isfinite(kappa) and kappa > 0):
        raise ValueError(f"kappa = {kappa!r} must be a positive finite number")
    if not 1 <= peaks <= size // 2:
        raise ValueError(f"peaks = {peaks!r} must be between 1 and size/2 = {size // 2}")
    system = SelfConsistentSystem(potential, potential.space.isotropy(peaks), size // peaks, kappa_scale=kappa)
    guess = _iterated(system, kappa)
    x = np.append(guess, 1.0)
    fixed_kappa = np.zeros(x.size)
    fixed_kappa[-1] = 1.0
    state = correct(system, x, fixed_kappa, TOLERANCE)
    if not (state.converged and abs(state.x[0]) > SPREAD):
        raise ValueError(
            f"kappa = {kappa!r} does not hold a narrow cluster of {potential.label} together: raise kappa, or trace "
            "the branch from its onset with branches.trace"
        )
    full = np.zeros(size)
    full[peaks - 1 :: peaks] = state.x[:-1]
    return full


def _iterated(system: SelfConsistentSystem, kappa: float) -> Array:
    """Iterate the map from point masses until it moves by little."""
    a, part, last = np.ones(system.size), 1.0, np.inf
    for _ in range(ITERATIONS):
        moments, mass = system.basis.means(system.gibbs(a, kappa))
        change = moments / mass - a
        moved = float(np.max(np.abs(change)))
        if moved < NEAR:
            break
        if moved > last:  # repulsive modes make it overshoot
            part *= 0.5
        a += part * change
        last = moved
    return a
