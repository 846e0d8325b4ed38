"""Lines in the plane of a parameter and the coupling, their special points, and where they end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.outlets import Drawn
from continuation import Branch, Problem, Record, bracketed_root, correct

__all__ = ["CurvePoint", "Line", "amplitude_limit", "crossings"]

Array = NDArray[np.float64]
NODES = 10  # states from which the end of a line is extrapolated
ENOUGH = 7  # of them, where the nearest ones cannot be solved for
NEAREST = 0.03  # power of the amplitude of the nearest of them, in units of the farthest
NEWTON = 6  # iterations: from a good guess to round-off, where it hovers
ON_LINE = 1e-12  # residual of a point of the line
SLIVER = 1e-8  # relative to 1 + |q|: what two lines that end in one point may overlap by
SAFE = 4.0  # times what leaving out the nearest point changes: one sample of the noise; the next is another one
EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False, repr=False)
class CurvePoint(Record):
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


@dataclass(frozen=True, eq=False, repr=False)
class Line(Drawn, Record):
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
    couplings
        The values of κ at q, solved anew at every q: one where the line does not turn back in q, none where it is not.
    message
        How it ended.
    curves
        What the engine followed, from the start towards smaller and towards larger q; empty for a closed form.
    path
        (q, κ) close to one another along the line, shape (M, 2): what is drawn. Between the points it comes from the
        engine's cubics, right to some 1e-5; ``couplings`` solves anew. By default the points.
    """

    kind: str
    description: str
    q: Array
    kappa: Array
    points: tuple[CurvePoint, ...]
    couplings: Callable[[float], tuple[float, ...]] = field(compare=False)
    message: str = ""
    curves: tuple[Branch, ...] = ()
    path: Array = field(default_factory=lambda: np.empty((0, 2)))

    def __post_init__(self) -> None:
        if not self.path.size:
            object.__setattr__(self, "path", np.column_stack([self.q, self.kappa]))
        super().__post_init__()

    def coupling(self, q: float) -> float:
        """Return κ at q, the first value on the line.

        Raises
        ------
        ValueError
            If the line has no point there.
        """
        values = self.couplings(q)
        if not values:
            low, high = float(np.min(self.q)), float(np.max(self.q))
            raise ValueError(f"q = {q!r} is not allowed: the line has no point there, it spans {low:.9g} to {high:.9g}")
        return values[0]

    def of_kind(self, kind: str) -> tuple[CurvePoint, ...]:
        """Return the special points of one kind."""
        return tuple(point for point in self.points if point.kind == kind)


def amplitude_limit(
    problem: Problem, x: Array, row: Array, power: int = 2, noise: int = 1
) -> tuple[Array, Array]:
    """Follow a line to where an amplitude vanishes, on a power of which its unknowns depend smoothly.

    Parameters
    ----------
    problem
        The equations of the line.
    x
        A point (u, q / scale) on it, shape (n + 1,), near the end.
    row
        The amplitude is a = row · x, shape (n + 1,).
    power
        2 where what does not vanish is a function of a², 1 of a.
    noise
        The equations determine them at small a to some ε / a^noise.

    Returns
    -------
    limit, error
        x at a = 0, where the equations themselves are singular; its error from the last corrections of the
        extrapolation, by the farthest points (what it truncates) and by the nearest two (the noise of the points), and
        from rounding. Each of shape (n + 1,).

    Raises
    ------
    ArithmeticError
        If the line does not lead there.

    Notes
    -----
    Points are solved for at Chebyshev nodes of a^power, and extrapolated by the polynomials through them.
    """
    amplitude = float(row @ x)
    far = abs(amplitude) ** power
    known, points = [far], [x]
    middle, half = 0.5 * far * (1.0 + NEAREST), 0.5 * far * (1.0 - NEAREST)
    nodes = middle + half * np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
    for node in nodes:
        slope = (points[-1] - points[-2]) / (known[-1] - known[-2]) if len(points) > 1 else np.zeros_like(x)
        guess = points[-1] + slope * (node - known[-1])
        wanted = float(np.copysign(node ** (1 / power), amplitude))
        guess += (wanted - row @ guess) / (row @ row) * row
        found = correct(problem, guess, row, 0.0, NEWTON)
        if not found.residual <= ON_LINE:
            if len(points) > ENOUGH:  # so near to the end rounding is all that is left of the equations
                break
            raise ArithmeticError(f"no point of the line at amplitude {wanted:.3g}")
        points.append(found.x)
        known.append(float(node))
    at, table = np.array(known[1:]), np.array(points[1:])
    values = _extrapolated(at, table)
    corrections = np.maximum(np.abs(values[-1] - values[-2]), np.abs(values[-2] - values[-3]))
    nearest = np.argsort(at)  # the noisiest points, and those that count most
    fewer = [_extrapolated(np.delete(at, nearest[:k]), np.delete(table, nearest[:k], axis=0))[-1] for k in (1, 2)]
    noisy = SAFE * np.abs(values[-1] - fewer[0]) + np.abs(fewer[0] - fewer[1])
    noisy += 256 * EPSILON / min(known) ** (noise / power)
    return values[-1], corrections + noisy


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
    """Return where two lines cross, by bracketing between the points of both.

    Each line must be a function of q there. A tangency, or two crossings between neighbouring points, are missed.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.loci.onset_lines import onset_lines
    >>> one, two = onset_lines(potentials.bimodal, 0.3, 2.2, modes=(1, 2))
    >>> [(point.kind, point.q, point.kappa) for point in crossings(one, two, "resonance")]
    [('resonance', 1.0, 2.0)]
    """
    start = max(float(np.min(first.q)), float(np.min(second.q)))
    stop = min(float(np.max(first.q)), float(np.max(second.q)))
    if stop - start <= SLIVER * (1.0 + abs(start)):  # they meet in an end, if at all
        return ()
    inside = np.concatenate([first.q, second.q, np.linspace(start, stop, 9)])
    at = [float(q) for q in np.unique(inside[(inside >= start) & (inside <= stop)])]
    at = [q for q in at if first.couplings(q) and second.couplings(q)]

    def difference(q: float) -> float:
        return first.coupling(q) - second.coupling(q)

    values, found = [difference(q) for q in at], []
    for (left, before), (right, after) in pairwise(zip(at, values, strict=True)):
        if before * after < 0 or (after == 0.0 and before != 0.0):
            q = bracketed_root(difference, left, right)
            kappa, slope = first.coupling(q), (after - before) / (right - left)
            error = EPSILON * (64 * abs(kappa / slope) + abs(q))
            found.append(CurvePoint(kind, q, kappa, error, f"{first.description} × {second.description}"))
    return tuple(found)
