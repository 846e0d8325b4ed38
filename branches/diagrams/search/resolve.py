"""From approximate moments to a state known to round-off, in the class of its symmetry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.cyclic import Cyclic
from branches.spaces.isotropy import Isotropy
from branches.spaces.waves import paired
from branches.states.at_coupling import state_at
from branches.states.state import State

__all__ = ["resolved_state", "symmetry_of"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
NEAR, ROUGHLY = 1e-7, 1e-4  # moments below it count as zero when the symmetry of a state is read off
RESIDUAL = 1e-12  # of a state; a degenerate one, which no Newton iteration reaches, is left out
DEGENERATE = 1e-9  # error above which a state may be a more symmetric one that is nearly neutral
LARGEST = 2000  # unknowns
ANY = Cyclic(1)


def symmetry_of(c: Complex, tolerance: float = NEAR) -> tuple[Isotropy, Array]:
    """Return the class of most symmetry of a state of the circle, by its moments c_1, c_2, …, and its unknowns there.

    Examples
    --------
    >>> isotropy, u = symmetry_of(np.array([0.0, 0.5j, 0.0, -0.2 + 0j]))
    >>> isotropy.name, u.round(12)
    ('period 2π/2', array([0.5, 0.2]))
    """
    isotropy, a = ANY.symmetrised(paired(c), tolerance)
    return isotropy, isotropy.restricted(a) if isotropy.n_fold else a[:0]


def resolved_state(potential: Potential, kappa: float, c: Complex) -> State | None:
    """Return the state near approximate moments c_1, c_2, …, None if there is none or only the uniform one.

    Where a state is so nearly neutral that its symmetry cannot be read off, the more symmetric one is tried.

    Examples
    --------
    >>> from branches import potentials
    >>> state = resolved_state(potentials.from_weights([1, 1, 1, 1]), 4.0, np.pad([0.43, 0.44j, 0.23, -0.43j], (0, 60)))
    >>> state.isotropy.name, f"{state.free_energy:.12f}"
    ('period 2π/1, no axis', '-0.427182668713')
    """
    state = _solved(potential, kappa, c, NEAR)
    if state is None or not state.error <= DEGENERATE:
        return _solved(potential, kappa, c, ROUGHLY) or state
    return state


def _solved(potential: Potential, kappa: float, c: Complex, tolerance: float) -> State | None:
    isotropy, u = symmetry_of(c, tolerance)
    if isotropy.n_fold == 0:
        return None
    state = state_at(potential, isotropy, u, kappa, largest=LARGEST)
    largest = float(np.max(np.abs(state.a)))
    return state if state.residual <= RESIDUAL and NEAR < largest <= 1.0 else None
