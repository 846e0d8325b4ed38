"""The branch at its onset: a = s α(s), κ(s) as power series that start on the uniform state itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.states.equations import StateEquations
from branches.states.quadratic import QuadraticSystem
from branches.states.selfconsistent import SelfConsistentSystem
from branches.states.taylor import dense_onset
from continuation import Piece, residual_norm, trusted_length

__all__ = ["gibbs_onset_series", "onset_piece", "onset_series"]

Array = NDArray[np.float64]


def onset_series(system: QuadraticSystem, order: int) -> Array:
    """Return the Taylor coefficients in s = a_1 of the branch that leaves the uniform state at κ_1 = 2/g_1.

    F(sα, κ)/s is regular at s = 0. At order p its first equation gives κ_p, the others α_p through the diagonal
    matrix 1 − g_k/g_1.

    Parameters
    ----------
    system
        The quadratic system; its first mode bifurcates (a system of D_n for mode n).
    order
        Highest power of s.

    Returns
    -------
    ndarray
        Shape (order + 1, N + 1): coefficients of (a, κ / scale).

    Raises
    ------
    ValueError
        If g_1 ≤ 0, or another mode shares its onset (a resonance: the kernel is not simple).

    Examples
    --------
    >>> from branches import potentials
    >>> c = onset_series(QuadraticSystem(potentials.kuramoto(), size=8), order=4)
    >>> [round(float(value), 12) + 0.0 for value in c[:4, -1]]  # κ/2 = 1 + s²/2 + …, c₂ = ½ for Kuramoto
    [1.0, 0.0, 0.5, 0.0]
    """
    g, n = system.g, system.size
    if not g[0] > 0:
        mode = system.isotropy.n_fold
        raise ValueError(f"mode {mode} has g = {float(g[0])!r} ≤ 0: no branch leaves the uniform state in it")
    diagonal = 1.0 - g / g[0]
    diagonal[0] = 1.0
    if np.any(diagonal == 0.0):
        k = (int(np.flatnonzero(diagonal == 0.0)[0]) + 1) * system.isotropy.n_fold
        raise ValueError(f"mode {k} shares the onset of mode {system.isotropy.n_fold}: the kernel is not simple")
    reached = min(n, order)  # mode k first appears at order s^k
    leading = system if reached == n else system.with_size(reached)
    c = dense_onset(leading, diagonal[:reached], order)
    return np.concatenate([c[:, :reached], np.zeros((order + 1, n - reached)), c[:, reached:]], axis=1)


def gibbs_onset_series(system: SelfConsistentSystem, mode: int, order: int) -> Array:
    """Return the Taylor coefficients in s = a_l of the branch that leaves the uniform state at κ_l, on any space.

    With E = exp Φ on the nodes, T(sα, κ) is expanded order by order; at order p the kernel's own equation gives
    κ_{p−1}, the others a_p through 1 − κ_l/κ_k.

    Parameters
    ----------
    system
        The self-consistency equations of the class of the branch.
    mode
        l, a degree of the class.
    order
        Highest power of s.

    Returns
    -------
    ndarray
        Shape (order + 1, N + 1): coefficients of (a, κ / scale); the last order lacks its κ.

    Raises
    ------
    ValueError
        If g_l ≤ 0, or another degree of the class shares the onset (the kernel is not simple).

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.states.equations import state_equations
    >>> potential = potentials.vector_model(3)
    >>> c = gibbs_onset_series(state_equations(potential, potential.space.isotropy(1), 8), 1, 4)
    >>> [round(float(value), 12) + 0.0 for value in c[:4, -1]]  # κ/3 = 1 + (3/5) s² + …
    [1.0, 0.0, 0.6, 0.0]
    """
    basis, g, n = system.basis, system.g, system.isotropy.n_fold
    own = mode // n - 1
    if not g[own] > 0:
        raise ValueError(f"mode {mode} has g = {float(g[own])!r} ≤ 0: no branch leaves the uniform state in it")
    strengths = g / system.isotropy.multiplicity(system.isotropy.degrees(system.size))
    diagonal = 1.0 - strengths / strengths[own]
    diagonal[own] = 1.0
    if np.any(diagonal == 0.0):
        k = (int(np.flatnonzero(diagonal == 0.0)[0]) + 1) * n
        raise ValueError(f"mode {k} shares the onset of mode {mode}: the kernel is not simple")
    kappa = np.zeros(order + 1)
    kappa[0] = 1.0 / strengths[own]
    a, phi, exp = (np.zeros((order + 1, size)) for size in (system.size, basis.n_points, basis.n_points))
    mass = np.zeros(order + 1)
    a[1, own], mass[0] = 1.0, 1.0
    exp[0] = 1.0 if basis.mass is None else basis.mass
    phi[1] = basis.synthesis(g * kappa[0] * a[1])
    exp[1] = phi[1] * exp[0]
    for p in range(2, order + 1):
        known = kappa[1 : p - 1] @ a[p - 1 : 1 : -1]
        phi[p] = basis.synthesis(g * known)
        weights = np.arange(1, p + 1) / p
        exp[p] = np.einsum("j,jm,jm->m", weights, phi[1 : p + 1], exp[p - 1 :: -1][:p])
        moments, total = basis.means(exp[p])
        mass[p] = total[0]
        right = moments - mass[1:p] @ a[p - 1 : 0 : -1]
        kappa[p - 1] = -right[own] * kappa[0]
        a[p] = right / diagonal
        a[p, own] = 0.0
        change = basis.synthesis(g * (kappa[0] * a[p] + kappa[p - 1] * a[1]))
        phi[p] += change
        exp[p] += change * exp[0]
    return np.concatenate([a, kappa[:, None] / system.parameter_scale], axis=1)


def onset_piece(system: StateEquations, order: int, tolerance: float, mode: int = 0, side: int = 1) -> Piece:
    """Return the first piece of the branch, as long as its residual and neglected tail stay below the tolerance.

    Parameters
    ----------
    system, order, tolerance
        The equations, the highest power of s and the largest residual.
    mode, side
        Of the self-consistency equations, which may have several onsets: the degree, and the sign of s.

    Raises
    ------
    ValueError
        As :func:`onset_series`.
    ArithmeticError
        If no length succeeds (nearly resonant modes can make the series useless).
    """
    if isinstance(system, QuadraticSystem):
        c = onset_series(system, order)
    else:
        c = gibbs_onset_series(system, mode, order) * (float(side) ** np.arange(order + 1))[:, None]
    c = c[:order]  # the last order lacks its κ
    length = trusted_length(c, tolerance)
    powers = np.arange(order)
    while length > 1e-9:
        piece = Piece(c * (length**powers)[:, None], 0.0, length)
        end = piece(1.0)
        defect = system.defect(end[:-1], float(end[-1]) * system.parameter_scale)
        if max(residual_norm(system, end), defect) <= tolerance:
            return piece
        length *= 0.8
    raise ArithmeticError("the onset series has no useful length: another mode is nearly resonant")
