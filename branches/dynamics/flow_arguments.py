"""What the functions of time are given: a potential on the circle, a coupling, times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from branches.potentials.potential import Potential, finite_number

if TYPE_CHECKING:
    from branches.diagrams.diagram import Diagram

__all__ = ["check_circle", "check_coupling", "check_diagram", "sample_times", "times_of"]

Array = NDArray[np.float64]
PER_DECADE, DECADES = 20, 4  # sample times by default: so many decades before the end


def check_circle(potential: Potential) -> None:
    """Raise unless the potential lives on the circle.

    Raises
    ------
    NotImplementedError
        On a sphere.
    """
    if potential.dimension != 2:
        raise NotImplementedError(
            f"potential = {potential.label} lives on the sphere of {potential.dimension} coordinates: time-dependent "
            "states are followed on the circle only"
        )


def check_coupling(kappa: Any) -> float:
    """Return a coupling as a float.

    Raises
    ------
    ValueError
        If it is not a positive number, or is infinite.
    """
    if isinstance(kappa, float) and kappa == np.inf:
        raise ValueError(
            "kappa = inf is the noise-free equation: its densities become point masses, which no truncation follows; "
            "give a finite coupling, or move the points themselves with branches.clusters"
        )
    number = finite_number("kappa", kappa)
    if not number > 0:
        raise ValueError(f"kappa = {kappa!r} is not allowed: the coupling must be > 0 (the noise is 1/κ)")
    return float(number)


def times_of(t: ArrayLike) -> Array:
    """Return the times at which a flow is wanted, shape (T,).

    Raises
    ------
    ValueError
        If they are not ≥ 0 and strictly increasing, or do not end after 0.
    """
    times = np.array(t, dtype=float)
    if times.ndim == 0:
        if not (np.isfinite(times) and times > 0):
            raise ValueError(f"t = {t!r} is not allowed: the end must be a finite time > 0")
        return sample_times(float(times))
    if times.ndim != 1 or times.size == 0 or not np.all(np.isfinite(times)):
        raise ValueError(f"t of shape {times.shape} is not allowed: give an end > 0, or one row of finite times")
    if times[0] < 0 or np.any(np.diff(times) <= 0) or times[-1] == 0:
        raise ValueError("t is not allowed: the times must be ≥ 0, strictly increasing, and end after 0")
    return times


def sample_times(t_end: float) -> Array:
    """Return 0 and log-spaced times over the last four decades up to an end, shape (T,).

    Examples
    --------
    >>> sample_times(100.0)[[0, 1, -1]]
    array([0.e+00, 1.e-02, 1.e+02])
    """
    times = t_end * np.logspace(-DECADES, 0.0, PER_DECADE * DECADES + 1)
    times[-1] = t_end
    return np.concatenate([[0.0], times])


def check_diagram(diagram: Diagram | None, potential: Potential) -> None:
    """Raise unless a diagram, if there is one, is that of the potential.

    Raises
    ------
    ValueError
        If its states are those of another potential: no end could be told from them.
    """
    if diagram is not None and diagram.potential != potential:
        raise ValueError(f"diagram is of {diagram.potential.label}, the flow of {potential.label}: they must agree")
