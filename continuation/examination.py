"""What lies on the pieces of a branch, many at once: samples with their residuals, folds, events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from continuation.branch import SpecialPoint
from continuation.problem import Problem
from continuation.special.events import SAME_PLACE, SAMPLES, Event, Located, locate_event, merge
from continuation.special.folds import locate_folds
from continuation.stepping.corrector import correct, residual_norm
from continuation.stepping.polynomial import Made, Piece, even_powers, stacked

__all__ = ["Examination", "Examined", "Stretch", "ends_of"]

Array = NDArray[np.float64]
# Where p is stationary at a branch point, the zero of its slope seen within this part of the piece is that
# point.
ABSORBED = 0.05
POLISHED = 5.0  # tolerances: a sample whose residual is larger is corrected


@dataclass(frozen=True)
class Stretch:
    """One accepted piece: its equations, the tolerance it was accepted with, and what was found while stepping.

    Parameters
    ----------
    piece, problem, tolerance
        The polynomial, the equations it solves, and the max-norm of F.
    end_residual, start_residual
        Max-norm of F at its ends, evaluated while stepping; at the start of the first piece only.
    located
        Branch points, and the terminal event, if the branch ends at one.
    first
        Whether it is the first piece of the branch: its start is then one of the branch's points.
    known_start
        Whether what lies on its very start is known already: that of the branch, or the event that it goes on from.
    stationary_start
        Whether p is stationary at its start, which is then no fold.
    """

    piece: Piece
    problem: Problem
    tolerance: float
    end_residual: float
    start_residual: float = np.nan
    located: tuple[Located, ...] = ()
    first: bool = False
    known_start: bool = False
    stationary_start: bool = False

    def shortened(self, piece: Piece) -> Stretch:
        """Return the stretch with the first part of its piece alone, and what was located on that."""
        end_residual = residual_norm(self.problem, piece(1.0))
        share = piece.length / self.piece.length
        kept = []
        for item in self.located:
            if item.tau <= share + SAME_PLACE:
                point = replace(item.point, arclength=min(item.point.arclength, piece.end))
                kept.append(replace(item, tau=min(item.tau / share, 1.0), point=point))
        return replace(self, piece=piece, end_residual=end_residual, located=tuple(kept))


@dataclass(frozen=True)
class Examined:
    """A stretch with its samples: τ, shape (m,), x, shape (m, n + 1), max-norms of F, and what was found on it."""

    stretch: Stretch
    tau: Array
    x: Array
    residual: Array
    found: tuple[SpecialPoint, ...]


@dataclass(frozen=True)
class Examination:
    """What is looked for, and the signs that carry over from piece to piece.

    Parameters
    ----------
    samples
        Points a Taylor step; a tangent step has its end alone.
    events
        User events, without the terminal ones, which are looked for while stepping.
    slope_sign
        Last clear sign of dp/ds.
    event_values
        Last clear value of each event.
    """

    samples: int
    events: tuple[Event, ...] = ()
    slope_sign: int = 0
    event_values: tuple[float, ...] = ()

    def of(self, stretches: Sequence[Stretch]) -> tuple[list[Examined], Examination]:
        """Examine stretches that follow each other, and return with them the examination of what comes next.

        Raises
        ------
        ArithmeticError
            If F, or an event, is not finite on one of them; and what the user's functions raise.
        """
        after, examined = self, []
        for _, group in groupby(stretches, _kind):
            some, after = after._of_one_kind(list(group))
            examined += some
        return examined, after

    def cut(self, examined: Examined, piece: Piece) -> Examined:
        """Return an examined stretch with the first part of its piece alone, sampled anew, and what lies on that."""
        end = piece.end + SAME_PLACE * examined.stretch.piece.length
        found = [
            replace(point, arclength=min(point.arclength, piece.end))
            for point in examined.found
            if point.arclength <= end
        ]
        stretch = examined.stretch.shortened(piece)
        (sampled,) = self._sampled([stretch], stacked([piece]))
        return replace(sampled, found=tuple(found))

    def _of_one_kind(self, stretches: list[Stretch]) -> tuple[list[Examined], Examination]:
        """Examine stretches of the same equations and kind of piece."""
        if stretches[0].piece.length == 0.0:
            return [ends_of(stretch) for stretch in stretches], self
        pieces, first = [stretch.piece for stretch in stretches], stretches[0]
        coefficients = stacked(pieces)
        sampled = self._sampled(stretches, coefficients)
        after = SAME_PLACE if first.stationary_start else 0.0
        folds, slope_sign = locate_folds(first.problem, pieces, coefficients, self.slope_sign, first.tolerance, after)
        events, values = self._events(stretches, coefficients)
        examined = []
        for k, stretch in enumerate(stretches):
            located = [*_absorbed(folds[k], stretch.located), *stretch.located, *events[k]]
            kept = [item.point for item in merge(located) if item.tau > SAME_PLACE or not stretch.known_start]
            examined.append(replace(sampled[k], found=tuple(kept)) if kept else sampled[k])
        return examined, replace(self, slope_sign=slope_sign, event_values=values)

    def _sampled(self, stretches: Sequence[Stretch], coefficients: Array) -> list[Examined]:
        """Return the stretches with their samples, nothing found on them yet."""
        first = stretches[0]
        count = self.samples if first.piece.made != Made.CUBIC else 1
        tau, powers = even_powers(count, coefficients.shape[1])
        x = powers @ coefficients
        residual = np.empty(x.shape[:2])
        residual[:, 0] = [stretch.start_residual for stretch in stretches]
        residual[:, -1] = [stretch.end_residual for stretch in stretches]
        if count > 1:
            residual[:, 1:-1] = _max_norms(first.problem, x[:, 1:-1])
        for k in np.flatnonzero((residual > POLISHED * first.tolerance).any(axis=1)).tolist():
            _polish(stretches[k], tau, x[k], residual[k])
        seen = [slice(None) if stretch.first else slice(1, None) for stretch in stretches]
        return [
            Examined(stretch, tau[part], x[k, part], residual[k, part], ())
            for k, (stretch, part) in enumerate(zip(stretches, seen, strict=True))
        ]

    def _events(self, stretches: list[Stretch], coefficients: Array) -> tuple[list[list[Located]], tuple[float, ...]]:
        """Return the events on each stretch, and the last clear value of each event."""
        found: list[list[Located]] = [[] for _ in stretches]
        if not self.events:
            return found, ()
        problem = stretches[0].problem
        x = even_powers(SAMPLES, coefficients.shape[1])[1] @ coefficients
        rows, last = x.reshape(-1, x.shape[2]), []
        for event, value in zip(self.events, self.event_values, strict=True):
            values = event.values(rows[:, :-1], rows[:, -1] * problem.parameter_scale).reshape(x.shape[:2])
            for stretch, here, sampled in zip(stretches, found, values, strict=True):
                hits, value = locate_event(event, problem, stretch.piece, value, stretch.tolerance, sampled)
                here += hits
            last.append(value)
        return found, tuple(last)


def _kind(stretch: Stretch) -> tuple[object, ...]:
    """Return what stretches that are examined together have in common."""
    return id(stretch.problem), stretch.piece.made, stretch.piece.length == 0.0, stretch.tolerance


def ends_of(stretch: Stretch) -> Examined:
    """Return a stretch by its ends alone, which are known from stepping."""
    ends = [0.0] * stretch.first + [1.0] * (stretch.piece.length > 0.0)
    residual = [stretch.start_residual] * stretch.first + [stretch.end_residual] * (stretch.piece.length > 0.0)
    x = stretch.piece.at(np.array(ends))
    return Examined(stretch, np.array(ends), x, np.array(residual), tuple(item.point for item in stretch.located))


def _max_norms(problem: Problem, x: Array) -> Array:
    """Return the max-norms of F at states x, shape (P, m, n + 1); shape (P, m).

    Raises
    ------
    ArithmeticError
        If one is not finite.
    """
    rows = x.reshape(-1, x.shape[2])
    f = problem.residuals(rows[:, :-1], rows[:, -1] * problem.parameter_scale)
    norms: Array = np.abs(f).max(axis=1, initial=0.0).reshape(x.shape[:2])
    if not np.isfinite(norms).all():
        piece, place = np.argwhere(~np.isfinite(norms))[0]
        raise ArithmeticError(f"F is not finite at p = {float(x[piece, place, -1]) * problem.parameter_scale!r}")
    return norms


def _polish(stretch: Stretch, tau: Array, x: Array, residual: Array) -> None:
    """Correct, in place, the points where the polynomial is less accurate than the ends of the piece."""
    for k in np.flatnonzero(residual > POLISHED * stretch.tolerance):
        direction = stretch.piece.derivative(float(tau[k]))
        new = correct(stretch.problem, x[k], direction / np.linalg.norm(direction), stretch.tolerance)
        if new.residual < residual[k]:
            x[k], residual[k] = new.x, new.residual


def _absorbed(folds: list[Located], known: Iterable[Located]) -> list[Located]:
    """Return the folds without those that are a branch point: where p is stationary, the nearest zero slope."""
    for branch_point in known:
        if branch_point.stationary and folds:
            nearest = min(folds, key=lambda item: abs(item.tau - branch_point.tau))
            if abs(nearest.tau - branch_point.tau) <= ABSORBED:
                folds = [item for item in folds if item is not nearest]
    return folds
