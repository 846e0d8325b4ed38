"""Follow a branch until it ends, and say how it ended."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from pathlib import PurePath

import numpy as np
from numpy.typing import ArrayLike, NDArray

from continuation.branch import Branch, Status
from continuation.loop import Loop
from continuation.problem import Problem
from continuation.recorder import Recorder
from continuation.special.events import Event
from continuation.steps.polynomial import Piece
from continuation.steps.stepper import Settings, StepFailure
from continuation.threads import threads_for

__all__ = ["follow"]

Array = NDArray[np.float64]


def follow(
    problem: Problem,
    u0: ArrayLike,
    p0: float,
    *,
    direction: int | ArrayLike = 1,
    p_min: float = -np.inf,
    p_max: float = np.inf,
    events: Sequence[Event] = (),
    stop: Callable[[Array, float], bool] | None = None,
    initial: Piece | None = None,
    max_steps: int = 500,
    max_arclength: float = np.inf,
    settings: Settings | None = None,
    samples: int = 12,
    progress: Callable[[float, float], None] | None = None,
) -> Branch:
    """Follow the branch of F(u, p) = 0 through (u0, p0) by pseudo-arclength continuation.

    A problem with a Taylor expansion is followed by long series steps (order ``settings.order``), any
    other by Keller's tangent predictor and Newton corrector.

    Parameters
    ----------
    problem
        The equations.
    u0, p0
        Start, corrected first; u0 of shape (n,).
    direction
        +1 or −1: the first step raises or lowers p. Or a vector in (u, p / scale), shape (n + 1,), to start
        along.
    p_min, p_max
        The branch ends exactly on these.
    events
        User events, see :class:`Event`.
    stop
        Predicate of (u, p), asked after every step.
    initial
        A piece already known from the start point (a blow-up at a branch point); the branch then begins with
        it and ``u0``, ``p0``, ``direction`` are not used.
    max_steps, max_arclength
        Further ends.
    settings
        Tolerance, order and step lengths, see :class:`Settings`.
    samples
        Points returned for every Taylor step (tangent steps return their two ends).
    progress
        Called with (arclength, p) after every step.

    Returns
    -------
    Branch
        Always; failures and interrupts in the middle end the branch with a status and a message.

    Raises
    ------
    ValueError
        If an argument is not usable: p0 outside the bounds or not finite, or no solution near (u0, p0).

    Notes
    -----
    It may miss: an even number of branch points within one step; a user event that changes sign twice
    between two of its thirteen samples a step. Folds are not missed within the accuracy of a step's polynomial.

    Source: H. B. Keller (1977); B. Cochelin, Comput. Struct. 53 (1994) 1181.

    Examples
    --------
    >>> import numpy as np
    >>> from continuation import FunctionProblem, follow
    >>> s_curve = FunctionProblem(lambda u, p: p + u - u**3 / 3,
    ...                           lambda u, p: np.diag(1 - u**2), lambda u, p: np.ones(1))
    >>> branch = follow(s_curve, [3.0], 6.0, direction=-1, p_min=-2, p_max=6)
    >>> [f"{fold.p:.12f}" for fold in branch.folds], branch.status.name
    (['-0.666666666667', '0.666666666667'], 'BOUND')
    """
    if not p_min <= p_max:
        raise ValueError(f"p_min = {p_min!r} must not exceed p_max = {p_max!r}")
    settings = settings or Settings()
    recorder = Recorder(samples, settings.tolerance)
    loop = Loop(problem, settings, (p_min, p_max), tuple(events), recorder)
    size = np.size(u0) if initial is None else initial.coefficients.shape[1]
    try:
        with threads_for(size):
            if initial is None:
                base = loop.start(np.atleast_1d(np.asarray(u0, dtype=float)), float(p0), direction)
            else:
                base = loop.begin_with(initial)
            while loop.status is None:
                base = loop.step(base)
                if progress is not None:
                    progress(base.s, base.p)
                if loop.status is None:
                    loop.check_ends(base, stop, max_steps, max_arclength)
    except KeyboardInterrupt:
        loop.end(Status.INTERRUPTED)
    except StepFailure as failure:
        loop.end(failure.status, str(failure))
    except Exception as failure:
        if not loop.started:
            raise
        loop.end(Status.FAILED, _describe(failure))
    return loop.recorder.branch(
        problem.parameter_scale, loop.status or Status.FAILED, " ".join(loop.messages), loop.bound
    )


def _describe(failure: Exception) -> str:
    """Return the exception with the file and line that raised it: the run is not lost, nor is the reason."""
    frame = traceback.extract_tb(failure.__traceback__)[-1]
    return f"{type(failure).__name__}: {failure} ({PurePath(frame.filename).name}, line {frame.lineno})"
