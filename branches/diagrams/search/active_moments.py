"""The equations of a state in its active moments: those of the modes whose weight counts, in the full space.

A state is fixed by the moments of the modes with κ|g_n| not small: z = T(z), T_k = E[cos nθ] or E[sin nθ] under
ρ ∝ exp(κ Σ g_n (x_n cos nθ + y_n sin nθ)). Many states are iterated at once; what is found is resolved afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.waves import paired, unpaired, wave_covariances

__all__ = ["ActiveMoments"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
LOOKED_AT = 512  # modes among which the active ones are sought
ACTIVE = 0.03  # of κ|g_n|: what a mode below it adds to log ρ moves states a little, and no further
MOST_MODES = 32
VANISHED, FEWEST_MOMENTS = 1e-16, 16
POINTS_PER_MODE, POINTS_PER_PEAK, FEWEST_POINTS = 8, 12, 128


@dataclass(frozen=True)
class ActiveMoments:
    """T at one coupling on the active modes.

    Parameters
    ----------
    kappa
        The coupling.
    modes, g
        The active modes and their weights, shape (K,); unknowns are pairs, shape (..., 2K).
    left_out
        Active modes beyond the number that is kept.

    Examples
    --------
    >>> from branches import potentials
    >>> active = ActiveMoments.of(potentials.bimodal(0.6), 3.0)
    >>> active.modes, active.moments(np.zeros((1, 4))).round(12) + 0.0
    (array([1, 2]), array([[0., 0., 0., 0.]]))
    """

    kappa: float
    modes: NDArray[np.int64]
    g: Array
    left_out: int = 0

    @classmethod
    def of(cls, potential: Potential, kappa: float) -> ActiveMoments:
        """Return the active moments of a potential at a coupling."""
        weights = potential.weights(LOOKED_AT)
        strength = kappa * np.abs(weights)
        active = np.flatnonzero(strength > ACTIVE) + 1
        kept = np.sort(active[np.argsort(-strength[active - 1], kind="stable")[:MOST_MODES]])
        return cls(kappa, kept, weights[kept - 1], active.size - kept.size)

    @cached_property
    def n_points(self) -> int:
        """Points of the grid: enough for the narrowest peak that κ can sustain."""
        largest = int(self.modes[-1]) if self.modes.size else 1
        curvature = self.kappa * float(np.sum(self.modes**2 * np.abs(self.g)))
        needed = max(FEWEST_POINTS, POINTS_PER_MODE * largest, POINTS_PER_PEAK * np.sqrt(curvature))
        return int(2 ** np.ceil(np.log2(needed)))

    def moments(self, z: Array) -> Array:
        """Return T(z) of states of shape (B, 2K)."""
        return paired(self._spectrum(self._field(self.kappa * self.g * unpaired(z)))[:, self.modes])

    def moments_of_fields(self, b: Complex) -> Array:
        """Return the moments under ρ ∝ exp(Re Σ b_n e^{inθ}), b of shape (B, K)."""
        return paired(self._spectrum(self._field(b))[:, self.modes])

    def newton_steps(self, z: Array) -> tuple[Array, Array]:
        """Return Newton's step of z − T(z), across the rotation, and max |z − T(z)|; shapes (B, 2K) and (B,)."""
        c = self._spectrum(self._field(self.kappa * self.g * unpaired(z)))
        residual = z - paired(c[:, self.modes])
        g = np.repeat(self.g, 2)
        covariance = wave_covariances(c[:, : 2 * int(self.modes[-1]) + 1], np.repeat(self.modes, 2))
        across = g * paired(-1j * self.modes * unpaired(z))
        across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-300)
        jacobian = np.eye(g.size) - self.kappa * covariance * g + across[:, :, None] * across[:, None, :]
        try:
            steps = np.linalg.solve(jacobian, -residual[:, :, None])[:, :, 0]
        except np.linalg.LinAlgError:  # one of them is exactly singular
            steps = np.stack([np.linalg.lstsq(j, -r, rcond=None)[0] for j, r in zip(jacobian, residual, strict=True)])
        return np.asarray(steps, dtype=np.float64), np.max(np.abs(residual), axis=1)

    def invariants(self, z: Array) -> Array:
        """Return numbers of states that rotations and mirrors keep and that tell orbits apart, shape (B, K + 1).

        |c_n|, and ⟨ρ³⟩/⟨ρ²⟩² − 1/⟨ρ²⟩, into which the phases enter.
        """
        density = np.exp(self._field(self.kappa * self.g * unpaired(z)))
        density /= density.mean(axis=1, keepdims=True)
        square = np.mean(density**2, axis=1)
        phases = np.mean(density**3, axis=1) / square**2 - 1.0 / square
        return np.concatenate([np.abs(unpaired(z)), phases[:, None]], axis=1)

    def resolved(self, z: Array) -> Complex:
        """Return the moments of the density of one state up to where they vanish, and no less than 16 of them."""
        c = self._spectrum(self._field(self.kappa * self.g * unpaired(z[None])))[0, 1 : self.n_points // 3]
        above = np.flatnonzero(np.abs(c) > VANISHED)
        needed = max(FEWEST_MOMENTS, int(above[-1]) + 2 if above.size else 1)
        return c[:needed]

    def active_part(self, c: Complex) -> Array:
        """Return the active moments of a state given by all of its moments, shape (2K,)."""
        padded = np.pad(c, (0, max(0, int(self.modes[-1]) - c.size)))
        return paired(padded[self.modes - 1])

    def _field(self, b: Complex) -> Array:
        spectrum = np.zeros((len(b), self.n_points // 2 + 1), dtype=complex)
        spectrum[:, self.modes] = 0.5 * self.n_points * b
        field: Array = np.fft.irfft(spectrum, n=self.n_points, axis=1)
        return field

    @staticmethod
    def _spectrum(field: Array) -> Complex:
        spectrum: Complex = np.fft.rfft(np.exp(field - field.max(axis=1, keepdims=True)), axis=1)
        return spectrum / spectrum[:, :1].real
