"""Going on with a branch where it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from continuation.branch import Branch, Status
from continuation.problem import Problem
from continuation.stepping.corrector import residual_norm

__all__ = ["joined", "resumed_end", "start_of"]

Array = NDArray[np.float64]
# Of the tolerance and the branch's own residuals: more, and the branch solves other equations.
OTHER = 100.0


def start_of(branch: Branch) -> tuple[Array, Array] | None:
    """Return x = (u, p / scale) and the unit tangent at the start of a branch; None if its first piece is a point."""
    first = branch.pieces[0]
    tangent = first.derivative(0.0)
    norm = float(np.linalg.norm(tangent))
    return (first(0.0), tangent / norm) if norm > 0.0 else None


def resumed_end(
    problem: Problem, branch: Branch, bounds: tuple[float, float], tolerance: float
) -> tuple[Array, Array]:
    """Return x = (u, p / scale) and the unit tangent at the end of a branch that is to go on.

    Raises
    ------
    ValueError
        If there is nothing to go on with, or the branch does not solve these equations.
    """
    pieces = [piece for piece in branch.pieces if piece.length > 0.0]
    if not pieces:
        raise ValueError("the branch to resume is empty: start anew from a point")
    if branch.status is Status.CLOSED:
        raise ValueError("the branch to resume is a closed loop: there is nothing beyond its end")
    if branch.status is Status.SINGULAR:
        raise ValueError(
            "the branch to resume ends at a point where several branches meet, none of which goes on from it: leave it "
            "along a direction with continuation.leave"
        )
    if branch.parameter_scale != problem.parameter_scale:
        raise ValueError(
            f"the branch to resume has parameter_scale = {branch.parameter_scale!r}, the problem "
            f"{problem.parameter_scale!r}: it is a branch of another problem"
        )
    x, tangent = pieces[-1](1.0), pieces[-1].derivative(1.0)
    p = float(branch.p[-1])
    if branch.status is Status.BOUND:
        x[-1] = p / branch.parameter_scale  # to the last bit
    if not bounds[0] <= p <= bounds[1]:
        raise ValueError(f"the branch to resume ends at p = {p!r}, outside [p_min, p_max] = {list(bounds)!r}")
    _check_same_problem(problem, branch, x, tolerance)
    return x, tangent / np.linalg.norm(tangent)


def _check_same_problem(problem: Problem, branch: Branch, x: Array, tolerance: float) -> None:
    """Look at the end and at the first and the middle of the points with as many unknowns."""
    n = x.size - 1
    shape = np.shape(problem.residual(x[:-1], float(x[-1]) * problem.parameter_scale))
    if shape != (n,):
        raise ValueError(f"the branch to resume ends with {n} unknowns, the problem's residual has shape {shape}")
    alike = np.flatnonzero(branch.sizes == n)
    points = [np.append(branch.u[k, :n], branch.p[k] / problem.parameter_scale) for k in alike[[0, alike.size // 2]]]
    allowed = OTHER * float(np.max(branch.residual, initial=tolerance))
    for y in (x, *points):
        residual = residual_norm(problem, y)
        if residual > allowed:
            raise ValueError(
                f"the branch to resume does not solve this problem: residual {residual:.1e} at p = "
                f"{float(y[-1]) * problem.parameter_scale!r}, where at most {allowed:.1e} is expected"
            )


def joined(before: Branch, new: Branch, transfer: Callable[[Array, int], Array] | None) -> Branch:
    """Return one branch of two parts, the second with the arclength of the first gone on."""
    n = max(before.u.shape[1], new.u.shape[1])
    parts = [part if part.shape[1] == n or transfer is None else transfer(part, n) for part in (before.u, new.u)]
    parts = parts if transfer is not None else parts[:1]
    return replace(
        new,
        arclength=np.concatenate([before.arclength, new.arclength]),
        p=np.concatenate([before.p, new.p]),
        u=np.concatenate(parts),
        residual=np.concatenate([before.residual, new.residual]),
        sizes=np.concatenate([before.sizes, new.sizes]),
        pieces=before.pieces + new.pieces,
        special_points=before.special_points + new.special_points,
        counters=before.counters + new.counters,
    )
