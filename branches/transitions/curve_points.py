"""Lines in the plane of a parameter and the coupling, their special points, and where they end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from continuation import Branch, Problem
from continuation.corrector import correct
from continuation.events import bracketed_root

__all__ = ["CurvePoint", "Line", "amplitude_limit", "crossings"]

Array = NDArray[np.float64]
NODES = 10  # states from which the end of a line is extrapolated
NEAREST = 0.03  # power of the amplitude of the nearest of them, in units of the farthest
ON_LINE = 1e-12  # residual of a point of the line
EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True)
class CurvePoint:
    """A special point of a line.

    Parameters
    ----------
    kind
        'tricritical', 'critical end point', 'cusp', 'degenerate fold', 'triple point', 'resonance', ….
    q, kappa
        Where.
    error
        Estimated error of q: of rounding, or of the extrapolation where the line ends there.
    description
        Which modes or lines meet.
    """

    kind: str
    q: float
    kappa: float
    error: float
    description: str = ""


@dataclass(frozen=True)
class Line:
    """A line in the plane of a parameter q and the coupling κ.

    Parameters
    ----------
    kind
        'onset', 'fold', 'pitchfork' or 'coexistence'.
    description
        The states it belongs to.
    q, kappa
        Points of it in order, shape (P,).
    points
        Special points on it, in order.
    coupling
        κ as a function of q, solved anew at every q; unique where the line does not turn back in q.
    message
        How it ended.
    curves
        What the engine followed, from the start towards smaller and towards larger q; empty for a closed form.
    """

    kind: str
    description: str
    q: Array
    kappa: Array
    points: tuple[CurvePoint, ...]
    coupling: Callable[[float], float]
    message: str = ""
    curves: tuple[Branch, ...] = ()

    def of_kind(self, kind: str) -> tuple[CurvePoint, ...]:
        """Return the special points of one kind."""
        return tuple(point for point in self.points if point.kind == kind)


def amplitude_limit(problem: Problem, x: Array, index: int, power: int = 2, noise: int = 1) -> tuple[Array, Array]:
    """Follow a line to where one of its unknowns vanishes, on a power of which the others depend smoothly.

    Parameters
    ----------
    problem
        The equations of the line.
    x
        A point (u, q / scale) on it, shape (n + 1,), near the end.
    index
        The unknown a = u[index], that goes to zero.
    power
        2 where the others are functions of a², 1 of a.
    noise
        The equations determine them at small a to some ε / a^noise.

    Returns
    -------
    limit, error
        x at a = 0, where the equations themselves are singular; its error from the last two corrections of the
        extrapolation, and from rounding. Each of shape (n + 1,).

    Raises
    ------
    ArithmeticError
        If the line does not lead there.

    Notes
    -----
    Points are solved for at Chebyshev nodes of a^power, and extrapolated by the polynomials through them.
    """
    row = np.eye(1, x.size, index)[0]
    far = abs(float(x[index])) ** power
    middle, half = 0.5 * far * (1.0 + NEAREST), 0.5 * far * (1.0 - NEAREST)
    nodes = middle + half * np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
    points: list[Array] = [x]
    known = [far]
    for node in nodes:
        slope = (points[-1] - points[-2]) / (known[-1] - known[-2]) if len(points) > 1 else np.zeros_like(x)
        guess = points[-1] + slope * (node - known[-1])
        guess[index] = np.copysign(node ** (1 / power), x[index])
        found = correct(problem, guess, row, 0.0, max_iterations=20)
        if not found.residual <= ON_LINE:
            raise ArithmeticError(f"no point of the line at amplitude {guess[index]:.3g}")
        points.append(found.x)
        known.append(float(node))
    values = _extrapolated(np.array(known[1:]), np.array(points[1:]))
    corrections = np.maximum(np.abs(values[-1] - values[-2]), np.abs(values[-2] - values[-3]))
    return values[-1], corrections + 256 * EPSILON / min(known) ** (noise / power)


def _extrapolated(at: Array, values: Array) -> list[Array]:
    """Return the values at 0 of the polynomials through the nearest 1, 2, … points (Neville)."""
    order = np.argsort(np.abs(at))
    at, row = at[order], list(values[order])
    found = [row[0]]
    for k in range(1, at.size):
        row = [(at[i + k] * row[i] - at[i] * row[i + 1]) / (at[i + k] - at[i]) for i in range(len(row) - 1)]
        found.append(row[0])
    return found


def crossings(first: Line, second: Line, kind: str = "triple point") -> tuple[CurvePoint, ...]:
    """Return where two lines cross, by bracketing between the points of the first.

    Each line must be a function of q where they cross. A tangency, or two crossings between neighbouring
    points, are missed.
    """
    low, high = float(np.min(second.q)), float(np.max(second.q))
    start, stop = max(low, float(np.min(first.q))), min(high, float(np.max(first.q)))
    at = np.unique(np.clip(np.concatenate([first.q, second.q]), start, stop)) if start < stop else np.empty(0)

    def difference(q: float) -> float:
        return first.coupling(q) - second.coupling(q)

    values = np.array([difference(float(q)) for q in at])
    found = []
    for k in np.flatnonzero(values[:-1] * values[1:] < 0):
        q = bracketed_root(difference, float(at[k]), float(at[k + 1]))
        slope = (values[k + 1] - values[k]) / (at[k + 1] - at[k])
        kappa = first.coupling(q)
        error = 64 * EPSILON * abs(kappa / slope) + EPSILON * abs(q)
        found.append(CurvePoint(kind, q, kappa, float(error), f"{first.description} × {second.description}"))
    return tuple(found)
