"""What a fixed truncation leaves out, in words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.states.equations import StateEquations

__all__ = ["TAIL_ALLOWED", "truncation_note"]

Array = NDArray[np.float64]
RESIDUAL_WANTED = 1e-12  # of every returned point
TAIL_ALLOWED = 1e-6  # above it, a fixed truncation says nothing of the kind of a point


def truncation_note(system: StateEquations, u: Array, kappa: Array) -> str:
    """Say how much the modes neglected reach where that is more than the tolerance of a point; '' if it is not.

    Parameters
    ----------
    system
        The equations with the fixed truncation.
    u, kappa
        States along a branch, shape (P, N), and their couplings, shape (P,).

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.spaces.circle import Dihedral
    >>> from branches.states.equations import state_equations
    >>> system = state_equations(potentials.kuramoto(), Dihedral(1), 2)
    >>> truncation_note(system, np.array([[0.8, 0.5]]), np.array([4.0])).partition(":")[0]
    'neglected modes reach 2.7e-01 at κ = 4, what is found there may not exist'
    """
    widest = int(np.argmax(np.max(np.abs(u[:, -2:]), axis=1)))
    tail = system.tail(u[widest], float(kappa[widest]))
    if tail <= RESIDUAL_WANTED:
        return ""
    what = "what is found there may not exist" if tail > TAIL_ALLOWED else "digits are lost"
    return (
        f"neglected modes reach {tail:.1e} at κ = {float(kappa[widest]):.6g}, {what}: raise n_modes, or leave it out "
        "for an adaptive truncation"
    )
