"""Time steps of interacting particles, O(nM) each: a loop for numba, and NumPy where numba is not installed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from branches.states.loops import compiled

__all__ = ["Advance", "advance_loop", "mode_averages", "numpy_advance", "stepper"]

Array = NDArray[np.float64]
Advance = Callable[[Array, Array, Array, int, float, Array, float, Array], None]


def numpy_advance(
    y: Array, noise: Array, slopes: Array, period: int, step: float, sigma: Array, early: float, power: Array
) -> None:
    """Advance particles by some time steps, in place.

    Parameters
    ----------
    y
        Positions, shape (n,).
    noise
        Standard normal numbers, shape (steps, n).
    slopes, period
        n g_n at the multiples of the period, shape (M,).
    step
        h.
    sigma
        √(2h/κ) in each step, shape (steps,).
    early
        The part of the noise that is added before the force is evaluated.
    power
        Receives the sums over the steps of |z|² where the force is evaluated, shape (M,).

    Notes
    -----
    With X = y + early σ ξ one step is y ← X + h f(X) + (1 − early) σ ξ. For early = 0 that is Euler–Maruyama's. For
    early = ½ the X are those of Leimkuhler and Matthews (Appl. Math. Res. Express 2013), X ← X + h f(X) +
    ½σ(ξ + ξ'), written with one noise a step.

    z_n is the mean of e^{inX}, summed by powers of e^{ipX}; the force −Σ n g_n Im(e^{inx} z̄_n) by Horner's rule.
    """
    for k in range(len(noise)):
        x = y + (early * sigma[k]) * noise[k]
        turn = np.exp(1j * period * x)
        z = _power_means(turn, slopes.size)
        power += z.real**2 + z.imag**2
        coefficients = slopes * np.conj(z)
        field = np.full(turn.shape, coefficients[-1])
        for coefficient in coefficients[-2::-1]:
            field *= turn
            field += coefficient
        field *= turn
        y += sigma[k] * noise[k] - step * field.imag


def advance_loop(
    y: Array, noise: Array, slopes: Array, period: int, step: float, sigma: Array, early: float, power: Array
) -> None:
    """Do what :func:`numpy_advance` does."""
    steps, n = noise.shape
    m = slopes.size
    cosines, sines = np.empty(n), np.empty(n)
    re, im = np.empty(m), np.empty(m)
    for k in range(steps):
        re[:] = 0.0
        im[:] = 0.0
        for i in range(n):
            x = period * (y[i] + early * sigma[k] * noise[k, i])
            c, s = np.cos(x), np.sin(x)
            cosines[i], sines[i] = c, s
            a, b = c, s
            re[0] += a
            im[0] += b
            for j in range(1, m):
                a, b = a * c - b * s, a * s + b * c
                re[j] += a
                im[j] += b
        for j in range(m):
            re[j] /= n
            im[j] /= n
            power[j] += re[j] * re[j] + im[j] * im[j]
            re[j] *= slopes[j]
            im[j] *= -slopes[j]
        for i in range(n):
            c, s = cosines[i], sines[i]
            a, b = re[m - 1], im[m - 1]
            for j in range(m - 2, -1, -1):
                a, b = a * c - b * s + re[j], a * s + b * c + im[j]
            y[i] += sigma[k] * noise[k, i] - step * (a * s + b * c)


def stepper() -> Advance:
    """Return the fastest of the two that this installation has: the same steps to rounding."""
    return compiled(advance_loop) or numpy_advance


def mode_averages(x: Array, period: int, count: int) -> NDArray[np.complex128]:
    """Return z_n, the mean of e^{inx}, for the first multiples n of a period number, shape (count,).

    Examples
    --------
    >>> mode_averages(np.array([0.0, np.pi]), 1, 2).real.round(12)
    array([0., 1.])
    """
    return _power_means(np.exp(1j * period * x), count)


def _power_means(turn: NDArray[np.complex128], count: int) -> NDArray[np.complex128]:
    means, power = np.empty(count, dtype=complex), turn.copy()
    for k in range(count):
        means[k] = power.mean()
        power *= turn
    return means
