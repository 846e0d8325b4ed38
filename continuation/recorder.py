"""What accumulates while a branch is followed, kept so that a branch can be made from it at any moment."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from continuation.branch import Branch, Counters, Status
from continuation.examination import Examination, Examined, Stretch, ends_of
from continuation.resuming import joined
from continuation.stepping.polynomial import Made, Piece

__all__ = ["Recorder"]

Array = NDArray[np.float64]
LARGEST_BATCH = 2**22  # numbers in the pieces that wait: examined together, they are held twice


@dataclass
class Recorder:
    """The pieces of a branch so far: those that wait to be examined, and those that were.

    ``before`` is the branch that is gone on with, if there is one; ``held`` counts the numbers in the pieces that wait.
    """

    examination: Examination
    waiting: list[Stretch] = field(default_factory=list)
    examined: list[Examined] = field(default_factory=list)
    counters: Counters = field(default_factory=Counters)
    before: Branch | None = None
    held: int = 0

    @property
    def accepted(self) -> int:
        """Number of pieces of this run."""
        return len(self.examined) + len(self.waiting)

    @property
    def pieces(self) -> int:
        """Number of pieces, with those of the branch that is gone on with."""
        return self.accepted + (len(self.before.pieces) if self.before is not None else 0)

    @property
    def first_made(self) -> Made:
        """How the first piece was made."""
        if self.before is not None:
            return Made(self.before.pieces[0].made)
        return (self.examined[0].stretch if self.examined else self.waiting[0]).piece.made

    @property
    def goes_on_from_event(self) -> bool:
        """Whether the next piece starts at a terminal event, which is known already."""
        return not self.accepted and self.before is not None and self.before.status is Status.EVENT

    @property
    def last(self) -> Stretch:
        """The last piece with its problem."""
        return self.waiting[-1] if self.waiting else self.examined[-1].stretch

    def append(self, stretch: Stretch) -> None:
        """Add a piece, to be examined later, together with others."""
        size = stretch.piece.coefficients.size
        if self.held + size > LARGEST_BATCH:
            self.examine()
        self.waiting.append(stretch)
        self.held += size

    def cut_last(self, piece: Piece) -> None:
        """Put the first part of the last piece in its place; what lies on its very end counts as on it."""
        self.examine()
        self.examined[-1] = self.examination.cut(self.examined[-1], piece)

    def examine(self) -> None:
        """Examine the pieces that wait.

        Raises
        ------
        Exception
            What went wrong with one of them. A piece that could not be examined is kept by its ends, which are known.
        """
        waiting, self.waiting, self.held = self.waiting, [], 0
        try:
            examined, self.examination = self.examination.of(waiting)
        except Exception:
            self._examine_one_by_one(waiting)
        except BaseException:  # an interrupt: no second one is waited for
            self.examined += [ends_of(stretch) for stretch in waiting]
            raise
        else:
            self.examined += examined

    def _examine_one_by_one(self, waiting: list[Stretch]) -> None:
        failures = []
        for stretch in waiting:
            try:
                examined, self.examination = self.examination.of([stretch])
            except Exception as failure:
                examined = [ends_of(stretch)]
                failures.append(failure)
            self.examined += examined
        if failures:
            raise failures[0]

    def branch(self, scale: float, status: Status, message: str, bound: float | None) -> Branch:
        """Join what was examined; ``bound`` is the parameter value on which the branch ends exactly."""
        n = max((item.x.shape[1] - 1 for item in self.examined), default=0)
        parts = [item for item in self.examined if item.tau.size]
        pieces = [item.stretch.piece for item in self.examined]
        arclength = [item.stretch.piece.start + item.tau * item.stretch.piece.length for item in parts]
        u = [item.stretch.problem.transfer(item.x[:, :-1], n) for item in parts]
        sizes = [np.full(item.tau.size, item.x.shape[1] - 1) for item in parts]
        p = np.concatenate([np.empty(0), *(item.x[:, -1] * scale for item in parts)])
        if bound is not None and p.size:
            p[-1] = bound
        found = [point for item in self.examined for point in item.found]
        new = Branch(
            arclength=np.concatenate([np.empty(0), *arclength]),
            p=p,
            u=np.concatenate([np.empty((0, n)), *u]),
            residual=np.concatenate([np.empty(0), *(item.residual for item in parts)]),
            sizes=np.concatenate([np.empty(0, dtype=np.int64), *sizes]),
            pieces=tuple(pieces),
            special_points=tuple(sorted(found, key=lambda point: point.arclength)),
            status=status,
            message=message,
            counters=self.counters,
            parameter_scale=scale,
        )
        if self.before is None:
            return new
        transfer = self.examined[-1].stretch.problem.transfer if self.examined else None
        return joined(self.before, new, transfer)
