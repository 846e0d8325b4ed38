"""Free energy of stationary states, on any space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.isotropy import Isotropy

__all__ = ["free_energy", "log_partition"]

Array = NDArray[np.float64]
FINE = 2  # functions whose nodes resolve exp(Φ), as many times as Φ has


def free_energy(potential: Potential, isotropy: Isotropy, u: Array, kappa: Array) -> Array:
    """Return F = (κ/2) Σ g_l a_l² − log Z at stationary states, F = 0 at the uniform one.

    Parameters
    ----------
    potential, isotropy
        The interaction, and the class of the states.
    u
        Their unknowns, shape (P, N).
    kappa
        Couplings, shape (P,).

    Returns
    -------
    ndarray
        Shape (P,).

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.special import ive
    >>> from branches import potentials
    >>> from branches.spaces.circle import Dihedral
    >>> z = 3.325848099017027883                              # Kuramoto at κ = 4
    >>> a = (ive(np.arange(1, 25), z) / ive(0, z))[None]
    >>> f"{free_energy(potentials.kuramoto(), Dihedral(1), a, np.array([4.0]))[0]:.14f}"
    '-0.47021544233119'
    """
    g = isotropy.weights(potential, u.shape[1])
    result: Array = 0.5 * kappa * np.einsum("pn,n->p", u * u, g) - log_partition(isotropy, kappa[:, None] * u * g)
    return result


def log_partition(isotropy: Isotropy, field: Array) -> Array:
    """Return log Z, Z the mean of exp(Φ), Φ = Σ b_k B_k with b of shape (..., N); shape (...,).

    A quadrature on the nodes of twice as many functions, spectrally accurate for a resolved state.
    """
    basis = isotropy.basis(FINE * field.shape[-1])
    phi = basis.weighted(basis.synthesis(field))
    top = phi.max(axis=-1)
    result: Array = top + np.log(np.mean(np.exp(phi - top[..., None]), axis=-1))
    return result
