"""A run that its caller drives: an iterator over accepted steps, and the branch found so far at any moment."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePath

import numpy as np
from numpy.typing import ArrayLike, NDArray

from continuation.branch import Branch, Counters, SpecialPoint, Status
from continuation.examination import Examination
from continuation.loop import Loop
from continuation.problem import Problem, check_is_problem
from continuation.record import Record
from continuation.recorder import Recorder
from continuation.special.events import Event
from continuation.stepping.polynomial import Piece
from continuation.stepping.stepper import Base, Settings, StepFailure
from continuation.threads import threads_for
from continuation.time_limit import check_time

__all__ = ["Run", "Step", "run_of", "steps"]

Array = NDArray[np.float64]
LOGGER = logging.getLogger("continuation")


@dataclass(frozen=True, eq=False, repr=False)
class Step(Record):
    """One accepted step.

    Parameters
    ----------
    number
        1 for the first step of the run.
    u, p
        The state at its end, u of shape (n,).
    arclength
        Of the branch up to there.
    piece
        The branch along the step, as a polynomial.
    special_points
        What was found on it, in order.
    """

    number: int
    u: Array
    p: float
    arclength: float
    piece: Piece = field(repr=False)
    special_points: tuple[SpecialPoint, ...] = field(repr=False)


class Run:
    """An iterator over the accepted steps of a branch; made by :func:`steps`.

    It ends where the branch ends. Left before that, it can be taken up again where it stands.
    """

    def __init__(self, loop: Loop, unknowns: int, begin: Callable[[], Base]) -> None:
        self._loop, self._unknowns, self._begin = loop, unknowns, begin
        self._base: Base | None = None

    def __iter__(self) -> Run:
        return self

    def __next__(self) -> Step:
        with self.kept():
            if self.advance():
                self.examine()
                found = self._loop.recorder.examined[-1]
                piece = found.stretch.piece
                return Step(self._loop.recorder.accepted, self.u, self.p, piece.end, piece, found.found)
        raise StopIteration

    @property
    def status(self) -> Status | None:
        """How the branch ended; None while it can go on."""
        return self._loop.status

    @property
    def branch(self) -> Branch:
        """The branch found so far; its status is STOPPED while it can go on."""
        loop = self._loop
        if loop.recorder.waiting:
            with self.kept():
                self.examine()
        return loop.recorder.branch(
            loop.problem.parameter_scale, loop.status or Status.STOPPED, " ".join(loop.messages), loop.bound
        )

    @property
    def counters(self) -> Counters:
        """Operations of this run."""
        return self._loop.recorder.counters

    @property
    def u(self) -> Array:
        """The unknowns at the end of the last step, shape (n,)."""
        return self._loop.recorder.last.piece(1.0)[:-1]

    @property
    def p(self) -> float:
        """The parameter there."""
        loop = self._loop
        last = loop.recorder.last.piece.coefficients[:, -1]
        return float(last.sum()) * loop.problem.parameter_scale if loop.bound is None else loop.bound

    @property
    def arclength(self) -> float:
        """Arclength of the branch up to there."""
        return self._loop.recorder.last.piece.end

    def begin(self) -> None:
        """Correct the start. Done by :func:`steps`."""
        self._base = self._begin()

    def advance(self) -> bool:
        """Take one step, exceptions being the caller's; False where the branch has ended."""
        check_time()
        loop, recorder = self._loop, self._loop.recorder
        before = recorder.accepted
        while loop.status is None and recorder.accepted == before and self._base is not None:
            self._base = loop.step(self._base)  # a refused step is tried again, shorter
        if recorder.accepted == before:
            return False
        loop.check_closed()
        return True

    def examine(self) -> None:
        """Look for what lies on the steps taken since the last time; what goes wrong there ends the branch."""
        try:
            self._loop.recorder.examine()
        except KeyboardInterrupt:
            self._loop.spoilt(Status.INTERRUPTED, "the last steps were not searched for special points.")
        except Exception as failure:
            self._loop.spoilt(Status.FAILED, f"a step was not searched for special points: {_describe(failure)}")

    def end(self, status: Status, message: str = "") -> None:
        """End the branch here, unless it has ended already."""
        self._loop.end(status, message)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Run a block, with as many threads as pay, after whose failure the branch found so far stands.

        Raises
        ------
        Exception
            What goes wrong before the start is accepted is the caller's.
        """
        try:
            with threads_for(self._unknowns):
                yield
        except KeyboardInterrupt as stop:
            self.end(Status.INTERRUPTED, str(stop))
        except StepFailure as failure:
            self.end(failure.status, str(failure))
        except Exception as failure:
            if not self._loop.started:
                raise
            self.end(Status.FAILED, _describe(failure))


def steps(
    problem: Problem,
    u0: ArrayLike | None = None,
    p0: float | None = None,
    *,
    direction: int | ArrayLike = 1,
    p_min: float = -np.inf,
    p_max: float = np.inf,
    events: Sequence[Event] = (),
    initial: Piece | None = None,
    resume: Branch | None = None,
    settings: Settings | None = None,
    samples: int = 12,
) -> Run:
    """Return an iterator over the steps of a branch, to stop, inspect and go on.

    :func:`follow` is a loop over it and takes the same arguments.

    Returns
    -------
    Run
        An iterator of :class:`Step`. ``run.branch`` is the branch so far, ``run.status`` how it ended (None while
        it can go on). What goes wrong on the way, an interrupt too, ends the iteration and is told there.

    Raises
    ------
    TypeError
        If ``problem`` is not a problem: the message says how to make one.
    ValueError
        If an argument is not usable, as in :func:`follow`.

    Examples
    --------
    >>> from continuation import Problem, steps
    >>> circle = Problem.from_function(lambda u, p: u**2 + p**2 - 1)
    >>> run = steps(circle, [1.0], 0.0)
    >>> for step in run:
    ...     if step.p < 0:
    ...         break
    >>> [fold.kind for fold in run.branch.folds], run.status
    (['fold'], None)
    >>> for step in run:
    ...     pass
    >>> run.status.name, len(run.branch.folds)
    ('CLOSED', 2)
    """
    run = run_of(
        problem, u0, p0, direction=direction, p_min=p_min, p_max=p_max, events=events, initial=initial,
        resume=resume, settings=settings, samples=samples,
    )  # fmt: skip
    with run.kept():
        run.begin()
    return run


def run_of(
    problem: Problem,
    u0: ArrayLike | None,
    p0: float | None,
    *,
    direction: int | ArrayLike,
    p_min: float,
    p_max: float,
    events: Sequence[Event],
    initial: Piece | None,
    resume: Branch | None,
    settings: Settings | None,
    samples: int,
) -> Run:
    """Return a run that has not begun: the arguments are checked, nothing is computed."""
    check_is_problem(problem)
    if not p_min <= p_max:
        raise ValueError(f"p_min = {p_min!r} must not exceed p_max = {p_max!r}")
    if initial is not None and resume is not None:
        raise ValueError("initial and resume exclude each other: a resumed branch begins where it ended")
    settings = settings or Settings()
    examination = Examination(samples, tuple(event for event in events if not event.terminal))
    terminal = tuple(event for event in events if event.terminal)
    loop = Loop(problem, settings, (p_min, p_max), terminal, Recorder(examination, before=resume))
    if resume is not None:
        return Run(loop, resume.u.shape[1], lambda: loop.resume(resume))
    if initial is not None:
        return Run(loop, initial.coefficients.shape[1], lambda: loop.begin_with(initial))
    if u0 is None or p0 is None:
        raise ValueError("u0 and p0 are missing: give a start, or initial, or resume")
    start = np.atleast_1d(np.asarray(u0, dtype=float))
    return Run(loop, start.size, lambda: loop.start(start, float(p0), direction))


def _describe(failure: Exception) -> str:
    """Return the exception with the file and line that raised it: the run is not lost, nor is the reason."""
    frame = traceback.extract_tb(failure.__traceback__)[-1]
    return f"{type(failure).__name__}: {failure} ({PurePath(frame.filename).name}, line {frame.lineno})"
