"""Free energy, dissipation and positivity of a density that need not be stationary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len
from scipy.special import xlog1py

from continuation import Record

__all__ = ["Observables", "observables"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
POINTS = 4  # a mode, on the grid on which the density is looked at
FLOOR = 1e-15  # of the largest value: below it, the density and its flux are rounding


@dataclass(frozen=True, eq=False, repr=False)
class Observables(Record):
    """What a density has besides its coefficients.

    Parameters
    ----------
    free_energy
        F = ∫ρ log 2πρ − (κ/2) Σ g_n |c_n|², 0 at the uniform state.
    dissipation
        −dF/dt = κ ∫ρ |(log ρ)'/κ + (W∗ρ)'|².
    minimum
        The least value of ρ on a grid of four points a mode.
    """

    free_energy: float
    dissipation: float
    minimum: float


def observables(c: Complex, g: Array, kappa: float, period: int = 1) -> Observables:
    """Return free energy, dissipation and least value of a density of period 2π/d.

    Parameters
    ----------
    c, g
        Coefficients c_d, c_2d, … and weights g_d, g_2d, …, shape (N,).
    kappa, period
        Coupling, and d.

    Notes
    -----
    With u = 2πρ − 1 the entropy is the mean of (1 + u) log(1 + u) − u, which keeps its digits near the uniform
    density; where truncation leaves ρ < 0 it counts as 0. The flux ρ(log ρ)'/κ + ρ(W∗ρ)' is ρ'/κ + ρ(W∗ρ)', and no
    logarithm is differentiated.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.special import ive
    >>> z = 3.325848099017027883                              # Kuramoto at κ = 4: stationary
    >>> a = (ive(np.arange(1, 25), z) / ive(0, z)).astype(complex)
    >>> found = observables(a, np.eye(1, 24)[0], 4.0)
    >>> f"{found.free_energy:.12f} {found.dissipation < 1e-25} {found.minimum > 0}"
    '-0.470215442331 True True'
    """
    size = c.size
    points = next_fast_len(POINTS * size + 1, real=True)
    n = period * np.arange(1, size + 1)
    spectra = np.zeros((3, points // 2 + 1), dtype=complex)
    spectra[0, 1 : size + 1] = c
    spectra[1, 1 : size + 1] = 1j * n * c / kappa
    spectra[2, 1 : size + 1] = -0.5j * n * g * c
    u, slope, force = points * irfft(spectra, n=points)
    inside = np.maximum(u, -1.0)
    entropy = float(np.mean(xlog1py(1.0 + inside, inside) - inside))
    energy = entropy - 0.5 * kappa * float(np.sum(g * np.abs(c) ** 2))
    flux = slope + (1.0 + u) * force
    rho = 1.0 + u
    there = rho > FLOOR * rho.max()
    dissipation = kappa * float(np.sum(flux[there] ** 2 / rho[there])) / points
    return Observables(energy, dissipation, float(rho.min()) / (2.0 * np.pi))
