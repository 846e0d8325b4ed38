"""The fold curve of a branch followed into a tricritical point: a check of c₂ = 0 that knows nothing of c₂."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.trace import trace
from branches.onsets.tricritical import TricriticalPoint
from branches.potentials.potential import Potential
from continuation import Record

__all__ = ["FoldCurve", "fold_curve"]

Array = NDArray[np.float64]
FARTHEST = 0.05  # squared amplitude of the farthest fold: inside the range where its curve is a short series
FOLDS = 9


@dataclass(frozen=True, eq=False, repr=False)
class FoldCurve(Record):
    """Folds of traced branches on the way into a tricritical point, and where they end.

    Parameters
    ----------
    parameter, kappa, amplitude
        The folds, farthest first: parameter of the family, coupling, a_n; each of shape (P,).
    limit, limit_error
        The parameter at which the amplitude vanishes, extrapolated in a_n², and the size of the last correction.
    difference
        limit minus the parameter of the tricritical point.
    """

    parameter: Array
    kappa: Array
    amplitude: Array
    limit: float
    limit_error: float
    difference: float

    @property
    def ends_there(self) -> bool:
        """Whether the curve ends in the tricritical point within the errors of the folds and of the limit."""
        rounding = 1e-9 * max(abs(self.limit), float(np.ptp(self.parameter)))
        return abs(self.difference) <= 10 * self.limit_error + rounding


def fold_curve(family: Callable[[float], Potential], point: TricriticalPoint) -> FoldCurve:
    """Trace branches beside a tricritical point and follow their folds into it.

    Parameters
    ----------
    family
        Parameter → potential.
    point
        The tricritical point, with c₄ ≠ 0.

    Returns
    -------
    FoldCurve
        Its ``difference`` is the check.

    Raises
    ------
    ValueError
        If c₄ is not resolved from zero, or a branch on the side where c₂ c₄ < 0 shows no fold.

    Notes
    -----
    Near the point the fold has a_n² = −c₂/(2c₄) + …, an analytic function of the parameter; its inverse is
    extrapolated to a_n = 0 by the polynomial through all folds.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.onsets.tricritical import tricritical_point
    >>> curve = fold_curve(potentials.bimodal, tricritical_point(potentials.bimodal, (0.1, 0.9)))
    >>> f"{curve.limit:.10f}", curve.ends_there
    ('0.5000000000', True)
    """
    if abs(point.c4) <= point.c4_error:
        raise ValueError(f"c4 = {point.c4!r} is not resolved from zero: no fold curve ends in a degenerate point")
    start, slope = float(point.parameter), float(point.ratio_slope)
    reach = FARTHEST * float(point.c4) / slope  # a_n² = slope (parameter − start) / c₄ to first order
    # squared amplitudes spaced like Chebyshev points towards both ends of the range
    fractions = 0.5 * (1 + np.cos(np.pi * (np.arange(FOLDS) + 0.5) / FOLDS))
    folds = [_fold(family, start + reach * fraction, point.mode) for fraction in fractions]
    parameter, kappa, amplitude = np.array(folds).T
    values = _extrapolations(amplitude**2, parameter)
    limit, previous = values[-1], values[-2]
    return FoldCurve(parameter, kappa, amplitude, limit, abs(limit - previous), limit - start)


def _fold(family: Callable[[float], Potential], parameter: float, mode: int) -> tuple[float, float, float]:
    """Return (parameter, κ, a_n) of the first fold of the branch."""
    potential = family(parameter)
    branch = trace(potential, mode, kappa_max=1.5 * potential.onset_coupling(mode))
    if not branch.folds:
        raise ValueError(f"the branch of mode {mode} at parameter {parameter!r} has no fold: {branch.message}")
    fold = branch.folds[0]
    return parameter, fold.kappa, float(fold.a[mode - 1])


def _extrapolations(x: Array, y: Array) -> list[float]:
    """Return the values at 0 of the polynomials through the first 1, 2, … points, nearest first (Neville)."""
    order = np.argsort(np.abs(x))
    x, row = x[order], list(y[order])
    values = [float(row[0])]
    for k in range(1, len(row)):
        row = [(x[i + k] * row[i] - x[i] * row[i + 1]) / (x[i + k] - x[i]) for i in range(len(row) - 1)]
        values.append(float(row[0]))
    return values
