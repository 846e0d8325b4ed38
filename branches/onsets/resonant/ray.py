"""The record of a half-branch that leaves an onset."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from branches.spaces.isotropy import Isotropy
from continuation import Record

__all__ = ["ZERO", "Ray", "cleaned"]

Array = NDArray[np.float64]

ZERO = 1e-7  # components of unit vectors below this are zero: the solver gives them to round-off


@dataclass(frozen=True, eq=False, repr=False)
class Ray(Record):
    """A half-branch leaving an onset, known by its leading expansion.

    Parameters
    ----------
    modes : tuple of int
        The kernel.
    direction : ndarray, shape (len(modes),)
        Unit vector d: a_k = s d_k + s² y_k + … for the kernel modes k, s > 0.
    order : int
        κ = κ₀ (1 + slope s^order + …): 1, 2, or more in a degenerate kernel.
    slope : float
    slope_error : float
        From the errors of the weights (first order) and rounding.
    bend : ndarray, shape (len(modes),)
        y, orthogonal to d.
    unstable : int
        Even directions within the kernel amplitudes in which the free energy decreases just off the
        point, for this representative of its orbit (the twin of an n-fold state, rotated by π/n, may
        trade even for odd ones).  Modes unstable already in the uniform state come on top.
    half : ndarray, shape (len(modes),)
        v of x = s d + s^half_power v + s² y: zero except on some rays of degenerate kernels, or of three or more modes.
    isolated : bool
        False where a continuum of rays, or a degeneracy beyond the orders looked at, leaves along d:
        then this is one representative, and slope, bend and `unstable` are not to be relied on.
    half_power : Fraction
        Between 1 and 2, or above.
    degree : int
        Of the reduced equations that tell the ray from its neighbours; 4 unless the kernel is degenerate.
    isotropy : Isotropy or None
        The class of its states where the modes alone do not tell it: on spheres.
    """

    modes: tuple[int, ...]
    direction: Array
    order: int
    slope: float
    slope_error: float
    bend: Array
    unstable: int
    half: Array
    isolated: bool = True
    half_power: Fraction = Fraction(3, 2)
    degree: int = 4
    isotropy: Isotropy | None = None

    @classmethod
    def simple(cls, mode: int, curvature: float, error: float = 0.0) -> Ray:
        """Return the ray of a simple kernel: κ = κ₀ (1 + c₂ s² + …), unstable if c₂ < 0."""
        return cls((mode,), np.ones(1), 2, curvature, error, np.zeros(1), int(curvature < 0), np.zeros(1))

    @property
    def active(self) -> tuple[int, ...]:
        """The modes of the kernel that the ray excites, to the orders in it.

        Examples
        --------
        >>> Ray.simple(3, 0.5).active
        (3,)
        """
        parts = np.stack([self.direction, self.half, self.bend])
        return tuple(mode for mode, column in zip(self.modes, parts.T, strict=True) if np.any(column))

    def kappa_ratio(self, s: float) -> float:
        """Return κ/κ₀ at amplitude s, to leading order.

        Examples
        --------
        >>> Ray.simple(1, 0.5).kappa_ratio(0.1)
        1.005
        """
        return 1.0 + self.slope * s**self.order


def cleaned(x: Array) -> Array:
    """Return x read-only, with components that are zero to round-off set to zero."""
    x = np.where(np.abs(x) < ZERO * (1e-3 + np.max(np.abs(x), initial=0.0)), 0.0, x)
    x.flags.writeable = False
    return x
