"""The stationary state near a guess of its complex coefficients, with or without a mirror axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from branches.diagrams.search.active_moments import ActiveMoments
from branches.diagrams.search.resolve import resolved_state
from branches.diagrams.search.rounds import iterated
from branches.dynamics.flow_arguments import check_circle
from branches.potentials.potential import Potential, finite_number
from branches.states.state import State

__all__ = ["noneven_state"]


def noneven_state(potential: Potential, kappa: float, guess: ArrayLike) -> State | None:
    """Return the stationary state near a guess, even or not, or None if Newton's iteration finds none.

    Parameters
    ----------
    potential, kappa
        The interaction and the coupling, > 0.
    guess
        Coefficients c_1, c_2, …, shape (N,); they need not be those of a density.

    Raises
    ------
    ValueError
        If κ is not positive, or the guess is not one row of finite numbers.

    Notes
    -----
    Newton's iteration in the modes whose weight counts, across the rotation; what it finds is resolved in the class of
    its symmetry. Where it is known already how the state continues, :func:`branches.trace_from` follows it.

    Examples
    --------
    >>> from branches import potentials
    >>> four = potentials.harmonics({1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0})
    >>> state = noneven_state(four, 4.0, [0.43, 0.44j, 0.23, -0.43j])
    >>> [f"{abs(x):.8f}" for x in state.c[:4]]
    ['0.43212178', '0.43786562', '0.23137562', '0.43468464']
    """
    check_circle(potential)
    if not finite_number("kappa", kappa) > 0:
        raise ValueError(f"kappa = {kappa!r} is not allowed: the coupling must be > 0")
    c = np.array(guess, dtype=complex)
    if c.ndim != 1 or c.size == 0 or not np.all(np.isfinite(c)):
        raise ValueError(f"guess of shape {c.shape} is not allowed: give c_1, c_2, … as one row of finite numbers")
    active = ActiveMoments.of(potential, kappa)
    if active.modes.size == 0:
        return None
    found = iterated(active, active.active_part(c)[None], None)
    return resolved_state(potential, kappa, active.resolved(found[0])) if len(found) else None
