"""What is proved of mirror axes on the circle, from the signs and the number of the weights alone.

* With at most two weights that are not zero every stationary state is even about some axis: the phase between the two
  modes enters Z as a mixture of wrapped Gaussians (Hartman and Watson, Ann. Probab. 2 (1974) 593), which falls from 0
  to π, so that stationary phases are 0 and π.
* Without a negative weight every global minimiser is, up to a rotation, even with all moments ≥ 0: as a series in the
  phases Z has coefficients ≥ 0 (Griffiths' inequality) and is largest where they vanish.
"""

from __future__ import annotations

import numpy as np

from branches.potentials.potential import Potential

__all__ = ["all_states_even", "minimisers_even"]

LOOKED_AT = 512  # weights


def all_states_even(potential: Potential) -> bool:
    """Return whether every stationary state is proved to be even.

    Examples
    --------
    >>> from branches import potentials
    >>> all_states_even(potentials.bimodal(0.6)), all_states_even(potentials.noisy_transformer(1))
    (True, False)
    """
    return potential.tail_bound(LOOKED_AT) == 0.0 and int(np.count_nonzero(potential.weights(LOOKED_AT))) <= 2


def minimisers_even(potential: Potential) -> bool:
    """Return whether every global minimiser is proved to be even, as far as the first 512 weights tell.

    Examples
    --------
    >>> from branches import potentials
    >>> minimisers_even(potentials.from_weights([1, 0, 1])), minimisers_even(potentials.from_weights([-0.9, 0, 1, 1]))
    (True, False)
    """
    return all_states_even(potential) or bool(np.all(potential.weights(LOOKED_AT) >= 0.0))
