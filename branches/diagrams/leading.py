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
from continuation import Piece

__all__ = [
    "Leading",
    "disagreement",
    "leading_of_onset",
    "leading_of_pitchfork",
    "leading_of_slope",
    "numbers_of",
    "shapes_of",
]

Array = NDArray[np.float64]
DIRECTION_AGREES = 1e-3  # of unit vectors: the start of an interpolated first piece is so exact
COEFFICIENT_AGREES = 1e-3  # of such a piece too, relative to coefficients of order one


@dataclass(frozen=True)
class Leading:
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
    if len(onset.kernel) == 1:
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


def disagreement(leading: Leading, piece: Piece, period: int, kappa_scale: float) -> str:
    """Say in which numbers the start of a branch differs from the half-branch asked for; '' if in none.

    Parameters
    ----------
    leading
        What was asked for.
    piece
        The first piece of a branch of states of period 2π/period, κ in units of ``kappa_scale``.

    Notes
    -----
    Of the coefficients of a piece, x = Σ c_k τ^k, the first that changes the state gives the direction, and κ/|c|^order
    at ``order`` times its power does not depend on how the piece is parametrised, as what is below vanishes.

    Examples
    --------
    >>> piece = Piece(np.array([[0.0, 2.0], [1.0, 0.0], [0.0, 0.5]]), 0.0, 1.0)
    >>> disagreement(Leading(np.array([1.0]), 2, 0.5, 0.0, "supercritical"), piece, 1, 1.0)
    ''
    >>> disagreement(Leading(np.array([1.0]), 2, 0.4, 0.0, "supercritical"), piece, 1, 1.0)
    'κ leaves like 0.5 s^2, predicted 0.4 ± 0: another branch'
    """
    c = piece.coefficients
    first = int(np.argmax(np.any(c[1:, :-1], axis=1))) + 1
    norm = float(np.linalg.norm(c[first, :-1]))
    predicted = leading.direction[period - 1 :: period]
    traced = c[first, :-1] / norm
    size = max(predicted.size, traced.size)
    apart = np.pad(traced, (0, size - traced.size)) - np.pad(predicted, (0, size - predicted.size))
    distance = float(np.linalg.norm(apart))
    if distance > DIRECTION_AGREES:
        return f"its tangent differs from the direction by {distance:.2g}: another branch"
    if leading.order * first >= len(c):
        return ""
    found = float(c[leading.order * first, -1]) * kappa_scale / norm**leading.order
    if abs(found - leading.coefficient) <= COEFFICIENT_AGREES * max(1.0, abs(leading.coefficient)) + leading.error:
        return ""
    return (
        f"κ leaves like {found:.6g} s^{leading.order}, predicted {leading.coefficient:.6g} ± {leading.error:.1g}: "
        "another branch"
    )
