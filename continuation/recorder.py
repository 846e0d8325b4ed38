"""What accumulates while a branch is followed, kept so that a branch can be made from it at any moment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from continuation.branch import Branch, Counters, SpecialPoint, Status
from continuation.problem import Problem
from continuation.resuming import joined
from continuation.special.events import SAME_PLACE
from continuation.stepping.corrector import correct
from continuation.stepping.polynomial import Made, Piece

__all__ = ["Recorder"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Stretch:
    """One piece with its problem, its sampled x (shape (m, n + 1)), their residuals, what was found on it."""

    piece: Piece
    problem: Problem
    tau: Array
    x: Array
    residual: Array
    found: tuple[SpecialPoint, ...]


@dataclass
class Recorder:
    """The pieces of a branch so far, sampled and re-evaluated as they come in.

    ``before`` is the branch that is gone on with, if there is one.
    """

    samples: int
    tolerance: float = 1e-13
    stretches: list[_Stretch] = field(default_factory=list)
    counters: Counters = field(default_factory=Counters)
    before: Branch | None = None
    accepted: int = 0

    @property
    def pieces(self) -> int:
        """Number of pieces, with those of the branch that is gone on with."""
        return len(self.stretches) + (len(self.before.pieces) if self.before is not None else 0)

    @property
    def first_made(self) -> Made:
        """How the first piece was made."""
        first: Made = (self.before.pieces[0] if self.before is not None else self.stretches[0].piece).made
        return first

    @property
    def goes_on_from_event(self) -> bool:
        """Whether the next piece starts at a terminal event, which is known already."""
        return not self.stretches and self.before is not None and self.before.status is Status.EVENT

    def append(self, piece: Piece, problem: Problem, found: list[SpecialPoint]) -> None:
        """Add a piece; sampling comes first, so that a failure in it leaves the branch as it was."""
        first = 0 if not self.pieces else 1
        count = self.samples if piece.made != Made.CUBIC else 1
        tau, x = piece.sampled(count if piece.length > 0.0 else 0)
        tau, x = tau[first:], x[first:]
        residual = np.zeros(0)
        if tau.size:
            residuals = problem.residuals(x[:, :-1], x[:, -1] * problem.parameter_scale)
            residual = np.max(np.abs(residuals), axis=1, initial=0.0)
            if not np.isfinite(residual).all():
                raise ArithmeticError(f"F is not finite beyond p = {float(x[0, -1]) * problem.parameter_scale!r}")
            self._polish(piece, problem, tau, x, residual)
        self.stretches.append(_Stretch(piece, problem, tau, x, residual, tuple(found)))
        self.accepted += 1

    def _polish(self, piece: Piece, problem: Problem, tau: Array, x: Array, residual: Array) -> None:
        """Correct, in place, the points where the polynomial is less accurate than the ends of the piece."""
        for k in np.flatnonzero(residual > 5 * self.tolerance):
            direction = piece.derivative(float(tau[k]))
            new = correct(problem, x[k], direction / np.linalg.norm(direction), self.tolerance)
            if new.residual < residual[k]:
                x[k], residual[k] = new.x, new.residual

    def replace_last(self, piece: Piece) -> None:
        """Put a shortened piece in the place of the last one, with what was found on it."""
        last = self.stretches[-1]
        near = SAME_PLACE * last.piece.length
        kept = [
            replace(point, arclength=min(point.arclength, piece.end))
            for point in last.found
            if point.arclength <= piece.end + near
        ]
        del self.stretches[-1]
        self.accepted -= 1
        self.append(piece, last.problem, kept)

    @property
    def last(self) -> _Stretch:
        """The last piece with its problem and what was found on it."""
        return self.stretches[-1]

    def branch(self, scale: float, status: Status, message: str, bound: float | None) -> Branch:
        """Join what was recorded; ``bound`` is the parameter value on which the branch ends exactly."""
        n = max((stretch.x.shape[1] - 1 for stretch in self.stretches), default=0)
        parts = [s for s in self.stretches if s.tau.size]
        arclength = [s.piece.start + s.tau * s.piece.length for s in parts]
        u = [s.problem.transfer(s.x[:, :-1], n) for s in parts]
        sizes = [np.full(s.tau.size, s.x.shape[1] - 1) for s in parts]
        p = np.concatenate([np.empty(0), *(s.x[:, -1] * scale for s in parts)])
        if bound is not None and p.size:
            p[-1] = bound
        found = [point for s in self.stretches for point in s.found]
        new = Branch(
            arclength=np.concatenate([np.empty(0), *arclength]),
            p=p,
            u=np.concatenate([np.empty((0, n)), *u]),
            residual=np.concatenate([np.empty(0), *(s.residual for s in parts)]),
            sizes=np.concatenate([np.empty(0, dtype=np.int64), *sizes]),
            pieces=tuple(s.piece for s in self.stretches),
            special_points=tuple(sorted(found, key=lambda point: point.arclength)),
            status=status,
            message=message,
            counters=self.counters,
            parameter_scale=scale,
        )
        if self.before is None:
            return new
        transfer = self.stretches[-1].problem.transfer if self.stretches else None
        return joined(self.before, new, transfer)
