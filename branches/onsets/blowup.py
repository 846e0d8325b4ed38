"""The branch at its onset: a = s α(s), κ(s) as power series that start on the uniform state itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.states.quadratic import QuadraticSystem
from branches.states.taylor import dense_onset
from continuation import Piece, residual_norm, trusted_length

__all__ = ["onset_piece", "onset_series"]

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


def onset_piece(system: QuadraticSystem, order: int, tolerance: float) -> Piece:
    """Return the first piece of the branch, as long as its residual and neglected tail stay below the tolerance.

    Raises
    ------
    ValueError
        As :func:`onset_series`.
    ArithmeticError
        If no length succeeds (nearly resonant modes can make the series useless).
    """
    c = onset_series(system, order)[:order]  # the last order lacks its κ
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
