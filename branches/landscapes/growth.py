"""Growth rates of the flow about an even stationary state: how slowly an unstable state is left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.states.quadratic import QuadraticSystem
from branches.states.state import State

__all__ = ["growth_rates"]

Array = NDArray[np.float64]


def growth_rates(state: State) -> tuple[Array, Array]:
    """Return the eigenvalues of the linearised flow, in the even and in the odd sector, largest first.

    Parameters
    ----------
    state
        A stationary state that is not uniform, resolved by N moments.

    Returns
    -------
    even, odd : ndarray
        Shapes (N,) and (N − 1,): real parts, in units of inverse time. The rotation's zero is left out of the odd ones.

    Notes
    -----
    dc_n/dt = −(n²/κ)(c_n − (κ/2n) Σ_m m g_|m| c_m c_{n−m}), linearised about real c_n = a_n: real perturbations
    and imaginary ones decouple. The rotation is taken for the odd eigenvalue nearest to zero; of several that
    vanish to rounding it does not matter which.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> branch = branches.trace(potentials.bimodal(2.0), mode=2, kappa_max=1.5)
    >>> even, odd = growth_rates(branch.at_kappa(1.2)[0])
    >>> bool(even[0] < 0), bool(odd[0] < 0)          # stable below the pitchfork at κ = 1.2549…
    (True, True)
    """
    size = state.a.size
    n = np.arange(1, size + 1)
    rate = (n**2 / state.kappa)[:, None]
    even = -rate * QuadraticSystem(state.potential, 1, size).jacobian(state.a, state.kappa)
    odd = -rate * _odd_jacobian(state)
    even_values = np.sort(np.linalg.eigvals(even).real)[::-1]
    odd_values = np.linalg.eigvals(odd)
    rest = np.delete(odd_values, np.argmin(np.abs(odd_values))).real
    return even_values, np.sort(rest)[::-1]


def _odd_jacobian(state: State) -> Array:
    """Return δ_nm − (κ/2n) [m g_m (a_|n−m| + a_{n+m}) + q_{n−m} − q_{n+m}], q_l = l g_l a_l odd in l."""
    size = state.a.size
    n = np.arange(1, size + 1)
    g = state.potential.weights(size)
    a, q = np.zeros(2 * size + 1), np.zeros(2 * size + 1)
    a[0], a[1 : size + 1], q[1 : size + 1] = 1.0, state.a, n * g * state.a
    difference, total = n[:, None] - n, n[:, None] + n
    bracket = n * g * (a[np.abs(difference)] + a[total])
    bracket += np.sign(difference) * q[np.abs(difference)] - q[total]
    jacobian: Array = np.eye(size) - state.kappa / (2.0 * n[:, None]) * bracket
    return jacobian
