"""The leading order of a half-branch: along which direction it leaves its point, and how κ changes on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.pitchfork import PitchforkShape, Slope
from branches.onsets.classify import Onset
from branches.onsets.resonant.ray import Ray
from continuation import Record

__all__ = [
    "Leading",
    "leading_of_onset",
    "leading_of_pitchfork",
    "leading_of_slope",
    "numbers_of",
    "shapes_of",
]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Leading(Record):
    """How a half-branch leaves its point: a = a* + s d + …, κ = κ* + coefficient · s^order + …, s > 0.

    Parameters
    ----------
    direction
        d, the exact tangent in modes 1 … N, of unit norm.
    order
        Power of s at which κ leaves: 1 at a transcritical point, 2 at a pitchfork, more where those vanish.
    coefficient, error
        The coefficient and a bound of its error.
    shape
        'supercritical', 'subcritical', 'critical', 'transcritical' or 'undecided'.
    crossing
        dσ/dκ of the eigenvalue that vanishes, along the old branch: it decides the shape at a pitchfork off a state.
    """

    direction: Array
    order: int
    coefficient: float
    error: float
    shape: str
    crossing: float = math.nan

    @property
    def opposite(self) -> Leading:
        """The half-branch on the other side: s → −s."""
        sign = -1.0 if self.order % 2 else 1.0
        return replace(self, direction=-self.direction, coefficient=sign * self.coefficient)

    @property
    def slope(self) -> float:
        """dκ/ds at the point."""
        return self.coefficient if self.order == 1 else 0.0


def leading_of_onset(onset: Onset, ray: Ray) -> Leading:
    """Return the leading order of one of the rays of an onset.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.onsets.classify import onset
    >>> of_mode_2 = onset(potentials.bimodal(0.5), mode=2)
    >>> leading = leading_of_onset(of_mode_2, of_mode_2.rays[0])
    >>> leading.direction, leading.order, leading.coefficient, leading.shape
    (array([0., 1.]), 2, 2.0, 'supercritical')
    """
    direction = np.zeros(max(ray.modes))
    direction[[k - 1 for k in ray.modes]] = ray.direction
    if len(onset.kernel) == 1 and ray.isotropy is None:
        order = onset.deciding_order or 2
        coefficient = onset.deciding_coefficient if onset.deciding_order else onset.c2
        return Leading(direction, order, coefficient * onset.kappa, onset.c2_error * onset.kappa, onset.kind)
    if not abs(ray.slope) > ray.slope_error:
        shape = "undecided"
    elif ray.order % 2:
        shape = "transcritical"
    else:
        shape = "supercritical" if ray.slope > 0 else "subcritical"
    return Leading(direction, ray.order, ray.slope * onset.kappa, ray.slope_error * onset.kappa, shape)


def leading_of_pitchfork(shape: PitchforkShape) -> Leading:
    """Return the leading order of the half-branches along ± the neutral direction of a pitchfork."""
    return Leading(shape.direction, 2, shape.curvature, shape.error, shape.kind, shape.crossing)


def leading_of_slope(slope: Slope) -> Leading:
    """Return the leading order of the half-branch on the positive side of a branch that crosses."""
    shape = "transcritical" if abs(slope.slope) > slope.error else "undecided"
    return Leading(slope.direction, 1, slope.slope, slope.error, shape)


def shapes_of(leaving: Sequence[Leading]) -> str:
    """Return the shape of a pitchfork's half-branches, both where those on a state and on its twin differ; else ''.

    Examples
    --------
    >>> above, below = (Leading(np.ones(1), 2, 1.0, 0.0, f"{where}critical") for where in ("super", "sub"))
    >>> shapes_of([above, above]), shapes_of([above, below])
    ('supercritical', 'supercritical, subcritical on the twin')
    """
    shapes = [leading.shape for leading in leaving if leading.shape != "transcritical"]
    if len(set(shapes)) < 2:
        return shapes[0] if shapes else ""
    return f"{shapes[0]}, {shapes[1]} on the twin"


def numbers_of(leaving: Sequence[Leading]) -> dict[str, float]:
    """Return the numbers that decided the shapes at a branch point, by name."""
    if not leaving:
        return {}
    first = leaving[0]
    name = "curvature" if first.order == 2 else "tangent_slope"
    numbers = {name: first.coefficient, f"{name}_error": first.error}
    if len(leaving) > 1 and first.shape != leaving[1].shape:
        numbers |= {f"{name}_on_twin": leaving[1].coefficient, f"{name}_on_twin_error": leaving[1].error}
    return numbers if math.isnan(first.crossing) else {**numbers, "crossing": first.crossing}
