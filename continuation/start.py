"""Leaving a branch point along another of its branches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from continuation.branch import Status
from continuation.problem import Problem
from continuation.steps.corrector import correct, residual_norm
from continuation.steps.polynomial import Made, Piece
from continuation.steps.stepper import Settings, StepFailure

__all__ = ["leave"]

Array = NDArray[np.float64]
FIRST_AMPLITUDE, HALVINGS = 0.25, 14
# Chebyshev points of [0.08, 1], the far one first: nearer to the branch point states cannot be told from
# round-off.
NODES = 0.54 + 0.46 * np.cos(np.pi * np.arange(16) / 15)


def leave(
    problem: Problem, x: Array, direction: Array, settings: Settings | None = None, bend: Array | None = None
) -> Piece:
    """Return the first piece of the branch that leaves a branch point along a direction.

    States at several small distances are found in hyperplanes orthogonal to the direction, where the branch
    that passes through the point has none; the polynomial through them and the point is the piece. Its
    residual is checked halfway between them.

    Parameters
    ----------
    problem
        The equations.
    x
        The branch point (u, p / scale), shape (n + 1,).
    direction
        Unit vector, shape (n + 1,): the tangent of the other branch, or the kernel direction.
    settings
        Tolerance and order.
    bend
        Second coefficient y of the branch x + s·direction + s² y + …, where it is known; shape (n + 1,). It
        tells apart branches that leave along one direction.

    Returns
    -------
    Piece
        From the branch point (τ = 0) to the state found (τ = 1); pass it to ``follow(..., initial=piece)``.

    Raises
    ------
    StepFailure
        If no distance gives a branch that comes back to the point.

    Examples
    --------
    >>> import numpy as np
    >>> from continuation import FunctionProblem, follow
    >>> pitchfork = FunctionProblem(lambda u, p: p * u - u**3,
    ...                             lambda u, p: np.diag(p - 3 * u**2), lambda u, p: u)
    >>> piece = leave(pitchfork, np.zeros(2), np.array([1.0, 0.0]))
    >>> branch = follow(pitchfork, [0.0], 0.0, initial=piece, p_max=4.0)
    >>> f"{branch.u[-1, 0]:.12f}"
    '2.000000000000'
    """
    settings = settings or Settings()
    norm = float(np.linalg.norm(direction))
    direction = direction / norm
    bend = np.zeros_like(direction) if bend is None else bend / norm**2
    amplitude = FIRST_AMPLITUDE
    for _ in range(HALVINGS):
        try:
            piece = _piece_at(problem, x, direction, amplitude, settings, bend)
        except ArithmeticError:
            piece = None
        if piece is not None:
            return piece
        amplitude *= 0.5
    raise StepFailure(
        Status.STEP_TOO_SMALL,
        f"no branch found along the direction down to distance {amplitude:.1e} from the branch point",
    )


def _piece_at(
    problem: Problem, x: Array, direction: Array, amplitude: float, settings: Settings, bend: Array
) -> Piece | None:
    """Interpolate the branch through the point and states at other distances; None if not accurate."""
    states = [x]
    guess = x + amplitude * direction + amplitude**2 * bend
    for tau, following in zip(NODES, [*NODES[1:], 0.0], strict=True):
        # Round-off, not a tolerance: near the point F hardly tells the branch from its neighbours.
        new = correct(problem, guess, direction, 0.0, max_iterations=12)
        inside = new.residual <= settings.tolerance and np.linalg.norm(new.x - x) <= 2.0 * tau * amplitude
        if not inside or problem.defect(new.x[:-1], float(new.x[-1]) * problem.parameter_scale) > settings.tolerance:
            return None
        states.append(new.x)
        guess = x + (following / tau) * (new.x - x)
    powers = np.vander([0.0, *NODES], increasing=True)
    piece = Piece(np.linalg.solve(powers, np.array(states)), 0.0, amplitude, Made.INTERPOLATED)
    between = 0.5 * (np.array([*NODES, 0.0])[1:] + NODES)
    accurate = all(residual_norm(problem, piece(tau)) <= settings.tolerance for tau in between)
    return piece if accurate else None
