"""How far two densities are apart up to rotation and reflection."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["aligned", "orbit_distance"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
OVERSAMPLING = 8  # angles a mode at which the best rotation is looked for
NEWTON = 4  # iterations from there


def aligned(c: Complex, other: Complex) -> Complex:
    """Return the rotated copy e^{−inφ} other_n that lies nearest to c in the sum of squares, shape (N,) as c.

    Examples
    --------
    >>> import numpy as np
    >>> c = np.array([0.5, 0.3j])
    >>> turned = c * np.exp(-1j * np.array([1, 2]) * 0.7)
    >>> bool(np.max(np.abs(aligned(c, turned) - c)) < 1e-15)
    True
    """
    size = max(c.size, other.size)
    mine, theirs = np.pad(c, (0, size - c.size)), np.pad(other, (0, size - other.size))
    n = np.arange(1, size + 1)
    overlap = mine * theirs.conj()  # Re Σ overlap_n e^{inφ} is to be as large as can be
    points = max(64, OVERSAMPLING * size)
    spectrum = np.zeros(points // 2 + 1, dtype=complex)
    spectrum[1 : size + 1] = overlap
    angle = 2.0 * np.pi * int(np.argmax(np.fft.irfft(spectrum, n=points))) / points
    for _ in range(NEWTON):
        terms = overlap * np.exp(1j * n * angle)
        slope, curvature = -float(np.sum(n * terms.imag)), -float(np.sum(n * n * terms.real))
        if not curvature < 0.0:
            break
        angle -= slope / curvature
    turned: Complex = theirs * np.exp(-1j * n * angle)
    return turned[: c.size]


def orbit_distance(c: Complex, other: Complex) -> float:
    """Return the largest difference of coefficients between two densities, rotated and mirrored to fit.

    Parameters
    ----------
    c, other
        Coefficients c_1, c_2, …; the shorter one counts as padded by zeros.

    Examples
    --------
    >>> import numpy as np
    >>> c = np.array([0.3 + 0.1j, 0.2j])
    >>> orbit_distance(c, c.conj()) < 1e-15, f"{orbit_distance(c, 0 * c):.3f}"
    (True, '0.316')
    """
    size = max(c.size, other.size)
    mine = np.pad(c, (0, size - c.size)).astype(complex)
    copies = (aligned(mine, np.pad(member, (0, size - member.size))) for member in (other, other.conj()))
    return min(float(np.max(np.abs(mine - copy))) for copy in copies)
