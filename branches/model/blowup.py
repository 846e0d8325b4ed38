"""The branch at its onset: a = s α(s), κ(s) as power series that start on the uniform state itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.model.quadratic import QuadraticSystem
from branches.model.taylor import DENSE_SERIES, dense_onset
from continuation.corrector import residual_norm
from continuation.polynomial import Piece
from continuation.predictor import trusted_length

__all__ = ["onset_piece", "onset_series"]

Array = NDArray[np.float64]


def onset_series(system: QuadraticSystem, order: int) -> Array:
    """Return the Taylor coefficients in s = a_1 of the branch that leaves the uniform state at κ_1 = 2/g_1.

    F(sα, κ)/s is regular at s = 0. At order p its first equation gives κ_p, the others α_p through the diagonal
    matrix 1 − g_k/g_1.

    Parameters
    ----------
    system
        The quadratic system; its first mode bifurcates (a system of period n for mode n).
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
    g, grid, n = system.g, system.grid, system.size
    if not g[0] > 0:
        raise ValueError(f"mode {system.period} has g = {float(g[0])!r} ≤ 0: no branch leaves the uniform state in it")
    kappa0 = 2.0 / g[0]
    diagonal = 1.0 - g / g[0]
    diagonal[0] = 1.0
    if np.any(diagonal == 0.0):
        k = (int(np.flatnonzero(diagonal == 0.0)[0]) + 1) * system.period
        raise ValueError(f"mode {k} shares the onset of mode {system.period}: the kernel is not simple")
    if n <= DENSE_SERIES:
        return dense_onset(system, diagonal, order)
    alpha, kappa = np.zeros((order, n)), np.zeros(order + 1)
    x, y, a = (np.zeros((order, grid.size)) for _ in range(3))
    kappa[0], alpha[0, 0] = kappa0, 1.0
    half_g = 0.5 * g
    for p in range(order):
        if p:
            quadratic = grid.project(np.einsum("rm,rm->m", y[:p], a[p - 1 :: -1])) * system._half_over_n
            kappa[p] = -quadratic[0] / half_g[0]
            alpha[p] = (half_g * (kappa[1 : p + 1] @ alpha[p - 1 :: -1]) + quadratic) / diagonal
            alpha[p, 0] = 0.0
        x[p], a[p] = grid.sines(system._ng * alpha[p]), grid.cosines(alpha[p])
        y[p] = kappa[: p + 1] @ x[p::-1]
    coefficients = np.zeros((order + 1, n + 1))
    coefficients[1:, :n] = alpha
    coefficients[:order, n] = kappa[:order] / system.parameter_scale
    return coefficients


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
