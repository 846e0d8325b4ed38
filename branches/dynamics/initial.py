"""What a flow starts from: a state, Fourier coefficients, a density function, or particles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Initial", "density_of", "empirical", "initial_of"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
SAMPLES = 2**14  # of a density function: mode 2¹³ is the last that they tell from others
MASS = 1e-3  # a jump of the density spoils the trapezoidal rule by about 2π/SAMPLES; what is further off is a mistake
NEGATIVE = 1e-6  # of the largest value: what a cut tail may leave
ROUNDING = 16 * float(np.finfo(float).eps)  # of the coefficients of sampled values, against the mean
CHUNK = 2**22  # entries of one table of phases


@dataclass(frozen=True)
class Initial:
    """An initial density by its Fourier coefficients.

    Parameters
    ----------
    c
        c_n = E[e^{−inθ}], n = 1 … N, shape (N,).
    smooth
        Whether they are all there is: False for particles, whose coefficients never decay.
    """

    c: Complex
    smooth: bool = True

    @property
    def even(self) -> bool:
        """Whether the density is even: all coefficients real. The flow then keeps it so."""
        return not np.any(self.c.imag)

    @property
    def period(self) -> int:
        """The number d so that the density has period 2π/d, which the flow keeps; 0 if it is uniform."""
        present = np.flatnonzero(self.c) + 1
        return gcd(*map(int, present)) if present.size else 0


def initial_of(given: Any) -> Initial:
    """Return the initial density that something stands for.

    Parameters
    ----------
    given
        An array of coefficients c_1, c_2, … (real: even), anything with such an array as ``c`` or ``a`` (a state), a
        density function of θ in [0, 2π), or what :func:`empirical` returns.

    Raises
    ------
    ValueError
        If the density is negative, or not of mass 1, or a number in it is not finite.
    TypeError
        If it is none of these.

    Examples
    --------
    >>> initial_of([0.1, 0.05]).even, initial_of([0.0, 0.05j]).period
    (True, 2)
    """
    if isinstance(given, Initial):
        return given
    if callable(given):
        return _sampled(given)
    for name in ("c", "a"):
        if hasattr(given, name):
            return _checked(getattr(given, name))
    return _checked(given)


def empirical(positions: ArrayLike, n_modes: int = 512) -> Initial:
    """Return the empirical density of particles by its first coefficients c_n = mean e^{−inx}.

    Parameters
    ----------
    positions
        Angles of M particles, shape (M,) or any, all equally heavy.
    n_modes
        How many coefficients; they do not decay, and the flow damps those beyond at once.

    Raises
    ------
    ValueError
        If there is no particle, or an angle is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> bool(abs(empirical([0.0, np.pi], 4).c[1] - 1) < 1e-15)
    True
    """
    x = np.asarray(positions, dtype=float).ravel()
    if x.size == 0 or not np.all(np.isfinite(x)):
        raise ValueError(f"positions of shape {x.shape} are not allowed: give at least one angle, all of them finite")
    n = np.arange(1, n_modes + 1)
    total = np.zeros(n_modes, dtype=complex)
    for part in np.array_split(x, max(1, x.size * n_modes // CHUNK)):
        total += np.exp(-1j * np.multiply.outer(n, part)).sum(axis=1)
    return Initial(np.asarray(total / x.size, dtype=complex), smooth=False)


def density_of(c: Complex, points: int) -> Array:
    """Return ρ = (1/2π)(1 + 2 Re Σ c_n e^{inθ}) on θ_j = 2πj/M, shape (..., M), for c of shape (..., N)."""
    spectrum = np.zeros((*c.shape[:-1], points // 2 + 1), dtype=complex)
    spectrum[..., 0] = 1.0
    spectrum[..., 1 : c.shape[-1] + 1] = c
    rho: Array = np.fft.irfft(spectrum, n=points, axis=-1) * (points / (2.0 * np.pi))
    return rho


def _checked(given: Any) -> Initial:
    try:
        c = np.array(given, dtype=complex)
    except (TypeError, ValueError):
        raise TypeError(
            f"initial = {given!r} is not allowed: give coefficients c_1, c_2, …, a state, a density function, or "
            "branches.empirical(positions)"
        ) from None
    if c.ndim != 1 or c.size == 0 or not np.all(np.isfinite(c)):
        raise ValueError(
            f"initial of shape {c.shape} is not allowed: give c_1, c_2, … as one row of finite numbers; c_0 = 1, the "
            "mass, is understood"
        )
    rho = density_of(c, max(64, 8 * c.size))
    if rho.min() < -NEGATIVE * rho.max():
        raise ValueError(
            f"initial is not a density: ρ = {rho.min():.3g} somewhere (largest |c_n| {np.abs(c).max():.3g}); give "
            "coefficients of a density that is nowhere negative"
        )
    return Initial(c)


def _sampled(function: Callable[[Array], ArrayLike]) -> Initial:
    theta = 2.0 * np.pi * np.arange(SAMPLES) / SAMPLES
    values = np.asarray(function(theta))
    if values.dtype.kind not in "fiu" or values.shape not in ((), theta.shape):
        raise ValueError(
            f"initial returns values of type {values.dtype} and shape {values.shape} for θ of shape {theta.shape}: "
            "give a real density, one value for each θ"
        )
    rho = np.broadcast_to(values.astype(float), theta.shape)
    if not np.all(np.isfinite(rho)):
        raise ValueError(f"initial is not finite at θ = {theta[~np.isfinite(rho)][0]:.6g}: give a bounded density")
    if rho.min() < 0.0:
        raise ValueError(f"initial is negative, ρ({theta[rho.argmin()]:.6g}) = {rho.min():.3g}: give a density")
    mass = 2.0 * np.pi * float(rho.mean())
    if abs(mass - 1.0) > MASS:
        raise ValueError(f"initial has mass {mass:.6g} over [0, 2π): a density has mass 1")
    c: Complex = np.fft.rfft(rho)[1 : SAMPLES // 4] / (SAMPLES * float(rho.mean()))
    c.real[np.abs(c.real) <= ROUNDING] = 0.0
    c.imag[np.abs(c.imag) <= ROUNDING] = 0.0
    last = int(np.max(np.flatnonzero(c), initial=0)) + 1
    return Initial(np.asarray(c[:last], dtype=complex))
