"""Which directions of a state are unstable, by isotropy block: in which way a state that is no minimum gives way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.isotropy import Isotropy
from branches.states.morse_index import block_index
from branches.states.variation_bounds import blocks_of

__all__ = ["unstable_sectors"]

Array = NDArray[np.float64]


def unstable_sectors(potential: Potential, isotropy: Isotropy, u: Array, kappa: float) -> tuple[tuple[str, int], ...]:
    """Return (block, number of unstable directions) of one state that is not uniform, for the blocks that have any.

    Parameters
    ----------
    potential, isotropy
        The interaction, and the class of the state.
    u, kappa
        Its unknowns, shape (N,), and its coupling.

    Notes
    -----
    On S² m = 1 tilts a zonal state, m = 2 makes it biaxial; the numbers are those of the Morse index, each eigenvalue
    as often as its block says.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> oblate = branches.diagram(potentials.maier_saupe(3), kappa_max=8.5).branches[1].at_kappa(8.0)[0]
    >>> oblate.unstable_sectors
    (('m = 2 (biaxial), even degrees', 2),)
    """
    found = []
    states, at = u[None, :], np.array([kappa])
    for block in blocks_of(potential, isotropy, states, at):
        count = int(block_index(potential, block, states, at).unstable[0]) * sum(block.copies)
        if count:
            found.append((block.name, count))
    return tuple(found)
