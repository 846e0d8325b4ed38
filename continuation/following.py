"""Follow a branch until it ends, and say how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from continuation.branch import Branch, Status
from continuation.problem import Problem
from continuation.run import run_of
from continuation.special.events import Event
from continuation.stepping.polynomial import Piece
from continuation.stepping.stepper import Settings

__all__ = ["follow"]

Array = NDArray[np.float64]


def follow(
    problem: Problem,
    u0: ArrayLike | None = None,
    p0: float | None = None,
    *,
    direction: int | ArrayLike = 1,
    p_min: float = -np.inf,
    p_max: float = np.inf,
    events: Sequence[Event] = (),
    stop: Callable[[Array, float], bool] | None = None,
    initial: Piece | None = None,
    resume: Branch | None = None,
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
    resume
        A branch of these equations to go on with where it ended: after a bound or an event, after more steps than
        ``max_steps``, after an interrupt. The result holds both parts; ``u0``, ``p0``, ``direction`` are not used.
    max_steps, max_arclength
        Further ends: steps of this run, arclength of the whole branch.
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
        If an argument is not usable: p0 outside the bounds or not finite, no solution near (u0, p0), a Jacobian of a
        wrong shape, a branch to resume that is closed or does not solve these equations.
    TypeError
        If ``problem`` is not a problem: the message says how to make one.

    Notes
    -----
    It may miss: two branch points of one step that are closer than what the samples of the determinant resolve (see
    :class:`Settings`); a user event that changes sign twice between two of its thirteen samples a step. Folds are not
    missed within the accuracy of a step's polynomial.

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
    run = run_of(
        problem, u0, p0, direction=direction, p_min=p_min, p_max=p_max, events=events, initial=initial,
        resume=resume, settings=settings, samples=samples,
    )  # fmt: skip
    with run.kept():
        run.begin()
        while run.advance():
            if progress is not None:
                progress(run.arclength, run.p)
            if stop is not None and stop(run.u, run.p):
                run.end(Status.STOPPED)
            elif run.arclength >= max_arclength:
                run.end(Status.LENGTH)
            elif run.counters.steps >= max_steps:
                run.end(Status.MAX_STEPS, f"{max_steps} steps")
        run.examine()
    return run.branch
