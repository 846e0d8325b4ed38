"""Deflation in the full space: Newton's iteration kept away from whole orbits of known states."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.spaces.rotations import mirror_axis
from branches.spaces.waves import paired, unpaired

__all__ = ["OrbitDeflation"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
EVEN = 1e-6  # moments of a state from those of its mirror image
ANGLES = 6
LEAST = 1e-300  # of a squared distance
STALLED = 1e-12  # a factor by which a step cannot be divided


class OrbitDeflation:
    """The factor Π (1 + 1/d_i²), d_i the distance to the nearest member of a known orbit, by its logarithmic gradient.

    Orbits are those of rotations, a state without an axis and its mirror image having one each; the uniform state is
    known.

    Parameters
    ----------
    modes
        The modes of the moments, shape (K,).
    angles
        A mode, at which the nearest member of an orbit is sought.

    Notes
    -----
    Source: Farrell, Birkisson, Funke, SIAM J. Sci. Comput. 37 (2015) A2026, with exponent 2 and shift 1. A step of the
    deflated equations is δ / (1 − ∇log m · δ) with δ Newton's step, so that no larger matrix is needed.

    Examples
    --------
    >>> deflation = OrbitDeflation(np.array([1]))
    >>> deflation.add(np.array([0.5, 0.0]))
    >>> deflation.gradient(np.array([[0.0, 0.6]])).round(6)          # 0.1 beyond a member of the orbit
    array([[  0.      , -22.252961]])
    """

    def __init__(self, modes: NDArray[np.int64], angles: int = ANGLES) -> None:
        self._modes = modes
        self._points = angles * int(modes[-1]) if modes.size else 0
        self._members: Complex = np.zeros((0, modes.size), dtype=complex)

    def add(self, z: Array) -> None:
        """Add a state with its orbit, z of shape (2K,)."""
        c = unpaired(z)
        whole = np.zeros(int(self._modes[-1]), dtype=complex)
        whole[self._modes - 1] = c
        even = mirror_axis(whole, EVEN) is not None  # then a rotation takes it to its mirror image
        self._members = np.concatenate([self._members, [c] if even else [c, np.conj(c)]])

    def deflated(self, z: Array, steps: Array) -> Array:
        """Return the steps of the deflated equations for those of the plain ones, both of shape (B, 2K)."""
        slowed = 1.0 - np.sum(self.gradient(z) * steps, axis=1)
        result: Array = steps / np.where(np.abs(slowed) > STALLED, slowed, 1.0)[:, None]
        return result

    def gradient(self, z: Array) -> Array:
        """Return the gradient of the logarithm of the factor at states of shape (B, 2K)."""
        away = unpaired(z)[:, None, :]
        if len(self._members):
            away = np.concatenate([away, self._nearest(unpaired(z))], axis=1)
        square = np.maximum(np.sum(np.abs(away) ** 2, axis=2), LEAST)
        return paired(-2.0 * np.einsum("bs,bsk->bk", 1.0 / (square * (1.0 + square)), away))

    def _nearest(self, c: Complex) -> Complex:
        """Return the vectors from the nearest member of every orbit, shape (B, orbits, K)."""
        spectrum = np.zeros((len(c), len(self._members), self._points), dtype=complex)
        spectrum[:, :, self._modes] = c[:, None, :] * np.conj(self._members)
        correlation = np.fft.ifft(spectrum, axis=2).real
        angle = 2.0 * np.pi * np.argmax(correlation, axis=2) / self._points
        away: Complex = c[:, None, :] - self._members * np.exp(-1j * angle[:, :, None] * self._modes)
        return away
