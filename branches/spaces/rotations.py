"""States on the circle by their complex moments c_n = E[e^{−inθ}]: rotated, mirrored, compared, their mirror axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Alignment", "aligned", "mirror_axis", "rotated", "skewness"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
OVERSAMPLED = 8  # angles a mode at which a correlation is sampled before it is refined
CANDIDATES, NEWTON = 4, 12  # highest samples that are refined, and iterations
ROUND_OFF = 4 * float(np.finfo(float).eps)  # of an angle


@dataclass(frozen=True)
class Alignment:
    """How near two orbits under rotations come: the angle, and the largest difference of moments there."""

    angle: float
    distance: float


def rotated(c: Complex, angle: float) -> Complex:
    """Return the moments e^{−inφ} c_n of a state turned by φ, c of shape (N,).

    Examples
    --------
    >>> import numpy as np
    >>> rotated(np.array([0.5, 0.2 + 0j]), np.pi).round(12)
    array([-0.5-0.j,  0.2+0.j])
    """
    result: Complex = c * np.exp(-1j * angle * np.arange(1, c.size + 1))
    return result


def aligned(c: Complex, other: Complex) -> Alignment:
    """Turn the second state to lie as near to the first as a rotation can bring it, in the sum of squares.

    Parameters
    ----------
    c, other
        Moments, each of any number; the shorter one counts as padded by zeros.

    Notes
    -----
    Re Σ c_n conj(d_n) e^{inφ} is sampled by a fast transform and its highest maxima are refined by Newton's iteration.
    """
    size = max(c.size, other.size)
    first, second = (np.pad(state, (0, size - state.size)) for state in (c, other))
    product = first * np.conj(second)
    n = np.arange(1, size + 1)
    points = OVERSAMPLED * size
    spectrum = np.zeros(points, dtype=complex)
    spectrum[1 : size + 1] = product
    correlation = (np.fft.ifft(spectrum) * points).real  # at φ_j = 2πj / points
    peaks = np.flatnonzero((correlation >= np.roll(correlation, 1)) & (correlation >= np.roll(correlation, -1)))
    best = peaks[np.argsort(correlation[peaks])[::-1][:CANDIDATES]]
    found = [Alignment(0.0, float(np.max(np.abs(first - second), initial=0.0)))]
    for start in best:
        angle = _refined(product, n, 2.0 * np.pi * float(start) / points, np.pi / points)
        found.append(Alignment(angle, float(np.max(np.abs(first - rotated(second, angle))))))
    return min(found, key=lambda alignment: alignment.distance)


def _refined(product: Complex, n: NDArray[np.int64], angle: float, reach: float) -> float:
    """Return the maximum of Re Σ p_n e^{inφ} near an angle."""
    for _ in range(NEWTON):
        terms = product * np.exp(1j * n * angle)
        slope, bend = -float(np.sum(n * terms.imag)), -float(np.sum(n**2 * terms.real))
        step = -slope / bend if bend < 0.0 else np.copysign(0.25 * reach, slope)
        angle += float(np.clip(step, -reach, reach))
        if abs(step) <= ROUND_OFF:
            break
    return angle


def mirror_axis(c: Complex, tolerance: float) -> float | None:
    """Return an angle by which a state is to be turned to become even, None if no rotation makes it even.

    Parameters
    ----------
    c
        Its moments, shape (N,).
    tolerance
        Largest difference from its mirror image; half of it stays as sine moments.

    Examples
    --------
    >>> import numpy as np
    >>> even = np.array([0.4, 0.1 + 0j, -0.2])
    >>> turned = rotated(even, 0.7)
    >>> angle = mirror_axis(turned, 1e-9)
    >>> bool(np.max(np.abs(rotated(turned, angle).imag)) < 1e-12)
    True
    >>> mirror_axis(np.array([0.3, 0.2j, 0.1, 0.05]), 1e-9) is None
    True
    """
    mirror = aligned(c, np.conj(c))
    return -0.5 * mirror.angle if mirror.distance <= tolerance else None


def skewness(c: Complex) -> float:
    """Return ⟨ρ'³⟩ / ⟨ρ'²⟩^{3/2} of a state, means over θ: rotations keep it, a mirror reverses it, it is 0 where even.

    Examples
    --------
    >>> import numpy as np
    >>> state = np.array([0.5, 0.2j])
    >>> skewness(state) > 0.1, round(skewness(state) + skewness(np.conj(state)), 12), abs(skewness(state.real)) < 1e-12
    (True, 0.0, True)
    """
    points = 4 * c.size
    spectrum = np.zeros(points // 2 + 1, dtype=complex)
    spectrum[1 : c.size + 1] = 1j * np.arange(1, c.size + 1) * c
    slope = np.fft.irfft(spectrum, n=points)
    largest = float(np.max(np.abs(slope)))
    slope = slope / largest if largest else slope
    size = float(np.mean(slope**2))
    return float(np.mean(slope**3)) / size**1.5 if size else 0.0
