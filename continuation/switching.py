"""Branch switching: follow every half-branch that a branch point owes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from continuation.branch import Branch, Counters, SpecialPoint
from continuation.following import follow
from continuation.problem import Problem
from continuation.start import leave
from continuation.stepping.stepper import Settings, StepFailure

__all__ = ["half_branch", "switch"]


def switch(problem: Problem, point: SpecialPoint, settings: Settings | None = None, **options: Any) -> list[Branch]:
    """Follow the other branches through a branch point, one Branch for each of its directions.

    Parameters
    ----------
    problem
        The equations, with as many unknowns as the point.
    point
        A special point with ``directions`` (a branch point).
    settings
        Tolerance, order and step lengths.
    **options
        Passed on to :func:`follow`: bounds, events, limits.

    Returns
    -------
    list of Branch
        In the order of ``point.directions``; each begins at the point. A half-branch that could not be
        started is an empty branch whose status and message say why, so that none is missing unnoticed.

    Raises
    ------
    ValueError
        If the point has no directions (it is not a branch point).

    Examples
    --------
    >>> import numpy as np
    >>> from continuation import FunctionProblem, follow, switch
    >>> pitchfork = FunctionProblem(lambda u, p: p * u - u**3,
    ...                             lambda u, p: np.diag(p - 3 * u**2), lambda u, p: u)
    >>> trivial = follow(pitchfork, [0.0], -1.0, p_max=1.0)
    >>> halves = switch(pitchfork, trivial.special_points[0], p_max=4.0)
    >>> sorted(f"{half.u[-1, 0]:.10f}" for half in halves)
    ['-2.0000000000', '2.0000000000']
    """
    if not point.directions:
        raise ValueError(f"the point at p = {point.p!r} is a {point.kind!r}: no other branch leaves it")
    settings = settings or Settings()
    return [half_branch(problem, point, direction, settings, **options) for direction in point.directions]


def half_branch(
    problem: Problem, point: SpecialPoint, direction: NDArray[np.float64], settings: Settings, **options: Any
) -> Branch:
    """Follow the branch that leaves a branch point along a direction; empty, with the reason, where none is found."""
    x = np.append(point.u, point.p / problem.parameter_scale)
    try:
        piece = leave(problem, x, direction, settings)
    except StepFailure as failure:
        return _empty(problem, point, failure)
    return follow(problem, initial=piece, settings=settings, **options)


def _empty(problem: Problem, point: SpecialPoint, failure: StepFailure) -> Branch:
    none = np.empty(0)
    return Branch(
        none,
        none,
        np.empty((0, point.u.size)),
        none,
        np.empty(0, dtype=np.int64),
        (),
        (),
        failure.status,
        str(failure),
        Counters(),
        problem.parameter_scale,
    )
