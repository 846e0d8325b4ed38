"""Direct minimisation of the free energy over all densities, even or not: an independent check of branches.

No part of the Fourier quadratic system or of the continuation enters here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft

from branches.diagrams.search.zonal import descend, random_zonal_fields
from branches.potentials.potential import Potential
from continuation import Record

__all__ = ["Minimisation", "as_even", "minimise", "modes_that_matter", "random_fields"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
NEGLECTED = 1e-10  # modes with κ|g_n| below this part of the largest are left out of the check
SMALLEST, LARGEST = 16, 256  # modes kept
POINTS_PER_MODE, FEWEST_POINTS = 4, 256
EVEN = 1e-6  # largest sine moment of a state that counts as even


@dataclass(frozen=True, eq=False, repr=False)
class Minimisation(Record):
    """Where the descent from each start ended.

    Parameters
    ----------
    free_energy
        F there, shape (B,): an upper bound of F*, converged or not, up to the weights beyond mode M/3.
    moments
        c_n = E[e^{−inθ}], n = 1 … M/3, shape (B, M/3); on a sphere the real moments a_l of zonal densities.
    change
        Largest change of a moment in the last iteration, shape (B,).
    iterations
        Number of iterations.
    """

    free_energy: Array
    moments: Complex | Array
    change: Array
    iterations: int


def modes_that_matter(potential: Potential, kappa: float) -> int:
    """Return N so that all modes with a weight that counts are among the first N; from 16 to 256."""
    g = np.abs(potential.weights(LARGEST))
    above = np.flatnonzero(g > NEGLECTED * max(float(g.max()), 1.0 / kappa))
    return max(SMALLEST, int(above[-1]) + 1 if above.size else 1)


def minimise(
    potential: Potential, kappa: float, fields: Array, *, iterations: int = 400, tolerance: float = 1e-11
) -> Minimisation:
    """Descend the free energy from given densities, not necessarily even; on a sphere over zonal ones.

    Parameters
    ----------
    potential
        The interaction.
    kappa
        Coupling.
    fields
        log ρ up to a constant on the grid θ_j = 2πj/M, shape (B, M); on a sphere on the Gauss nodes of its axis.
    iterations, tolerance
        At most so many; ended earlier when no moment changes by more than the tolerance.

    Returns
    -------
    Minimisation

    Notes
    -----
    log ρ ← (1 − η) log ρ + η κ Σ g_n (E[cos nθ] cos nθ + E[sin nθ] sin nθ), entropic mirror descent. With
    η = 1/(1 + κ Σ_{g<0} |g_n|) F never rises: the repulsive part is smooth relative to the entropy with that
    constant (Pinsker's inequality), the attractive part is concave. It may end near a saddle, or slowly near
    a bifurcation.

    Examples
    --------
    >>> import numpy as np
    >>> from branches import potentials
    >>> theta = 2 * np.pi * np.arange(128) / 128
    >>> result = minimise(potentials.kuramoto(), 4.0, np.cos(theta - 1.0)[None])
    >>> f"{result.free_energy[0]:.10f} {abs(result.moments[0, 0]):.10f}"
    '-0.4702154423 0.8314620248'
    """
    if potential.dimension > 2:
        return Minimisation(*descend(potential, kappa, fields, iterations, tolerance))
    count = fields.shape[1] // 3
    g = potential.weights(count)
    eta = 1.0 / (1.0 + kappa * float(np.sum(np.abs(g[g < 0]))))
    h = fields - fields.max(axis=1, keepdims=True)
    c = _moments(h, count)
    change = np.full(len(h), np.inf)
    done = 0
    while done < iterations:
        done += 1
        h = (1.0 - eta) * h + eta * _field(kappa * g * c, h.shape[1])
        h -= h.max(axis=1, keepdims=True)
        new = _moments(h, count)
        change, c = np.max(np.abs(new - c), axis=1), new
        if float(change.max()) <= tolerance * eta:
            break
    return Minimisation(_free_energy(h, c, g, kappa), c, change, done)


def _moments(h: Array, count: int) -> Complex:
    density = np.exp(h)
    spectrum: Complex = rfft(density, axis=1)
    moments: Complex = spectrum[:, 1 : count + 1] / spectrum[:, :1].real
    return moments


def _field(c: Complex, points: int) -> Array:
    """Return Σ Re(c_n e^{inθ_j}), shape (B, M)."""
    spectrum = np.zeros((len(c), points // 2 + 1), dtype=complex)
    spectrum[:, 1 : c.shape[1] + 1] = 0.5 * points * c
    field: Array = irfft(spectrum, n=points, axis=1)
    return field


def _free_energy(h: Array, c: Complex, g: Array, kappa: float) -> Array:
    density = np.exp(h)
    mean = density.mean(axis=1)
    entropy = (density * h).mean(axis=1) / mean - np.log(mean)
    energy: Array = entropy - 0.5 * kappa * np.sum(g * np.abs(c) ** 2, axis=1)
    return energy


def random_fields(rng: np.random.Generator, count: int, modes: int, dimension: int = 2) -> Array:
    """Return random smooth fields log ρ, not even, shape (count, M), for a potential of so many modes.

    On a sphere they are zonal.

    Amplitudes are spread over two decades: the densities range from nearly uniform to a few sharp peaks.
    """
    if dimension > 2:
        return random_zonal_fields(rng, count, modes, dimension)
    points = grid_size(modes)
    used = min(modes, 8)
    decay = np.arange(1, used + 1) ** rng.uniform(0.0, 1.5, (count, 1))
    size = 10.0 ** rng.uniform(-1.0, 1.2, (count, 1)) / decay
    normal = rng.standard_normal((2, count, used))
    c: Complex = size * (normal[0] + 1j * normal[1])
    return _field(c, points)


def grid_size(modes: int) -> int:
    """Return M, a power of two with enough points for densities driven by so many modes."""
    return int(2 ** np.ceil(np.log2(max(FEWEST_POINTS, POINTS_PER_MODE * modes))))


def as_even(c: Complex | Array) -> Array | None:
    """Return the even moments of a rotated copy of a state, shape (N,), or None if no rotation makes it even.

    Parameters
    ----------
    c
        c_n = E[e^{−inθ}] of one state, shape (N,); real moments, of a zonal state, are returned as they are.

    Notes
    -----
    The rotation must make the lowest mode d that is present real: φ = arg(c_d)/d up to multiples of 2π/d.
    """
    if not np.iscomplexobj(c):
        zonal: Array = np.asarray(c, dtype=np.float64)
        return zonal
    present = np.flatnonzero(np.abs(c) > EVEN)
    if present.size == 0:
        return np.zeros(c.size)
    n = np.arange(1, c.size + 1)
    lowest = int(present[0]) + 1
    for turn in range(lowest):  # where several modes have no common divisor, one of these rotations serves
        angle = (np.angle(c[lowest - 1]) + 2.0 * np.pi * turn) / lowest
        rotated = c * np.exp(-1j * n * angle)
        if np.max(np.abs(rotated.imag)) <= EVEN:
            even: Array = rotated.real.copy()
            return even
    return None
