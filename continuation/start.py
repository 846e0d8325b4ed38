"""Leaving a branch point along another of its branches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from continuation.branch import Status
from continuation.problem import Problem
from continuation.special.blowup import blowup_series
from continuation.special.singular_point import singular_point
from continuation.stepping.corrector import correct, residual_norm
from continuation.stepping.polynomial import Made, Piece
from continuation.stepping.predictor import trusted_length
from continuation.stepping.stepper import Settings, StepFailure

__all__ = ["leave"]

Array = NDArray[np.float64]
SHORTER = 0.8  # a series that its last terms trusted too far
FIRST_AMPLITUDE, HALVINGS = 0.25, 14
# Chebyshev points of [0.08, 1], the far one first: nearer to the branch point states cannot be told from
# round-off.
NODES = 0.54 + 0.46 * np.cos(np.pi * np.arange(16) / 15)


def leave(
    problem: Problem,
    x: Array,
    direction: Array,
    settings: Settings | None = None,
    bend: Array | None = None,
    nullity: int | None = None,
) -> Piece:
    """Return the first piece of the branch that leaves a branch point along a direction.

    Where the problem has an expansion it is the Taylor series of the blown-up equations
    (:mod:`continuation.special.blowup`), exact to round-off with its tangent and curvature. Otherwise states at several
    small distances are found in hyperplanes orthogonal to the direction, where the branch that passes through the
    point has none, and the polynomial through them and the point is the piece: its residual is checked halfway between
    them, its derivatives at the point are only as good as an interpolation's.

    Parameters
    ----------
    problem
        The equations.
    x
        The branch point (u, p / scale), shape (n + 1,), to round-off.
    direction
        Unit vector, shape (n + 1,): the tangent of the other branch.
    settings
        Tolerance and order.
    bend
        Second coefficient y of the branch x + s·direction + s² y + …, where it is known; shape (n + 1,). It
        tells apart branches that leave along one direction.
    nullity
        Ranks lost at the point: 1 at a simple branch point, the number of modes at a resonance; by default as the
        singular values tell.

    Returns
    -------
    Piece
        From the branch point (τ = 0) to a state of the new branch (τ = 1); pass it to ``follow(..., initial=piece)``.

    Raises
    ------
    StepFailure
        If no branch, or no single one, leaves along the direction.

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
    bend = None if bend is None else bend / norm**2
    if problem.expansion(x[:-1], float(x[-1]) * problem.parameter_scale) is None:
        return _interpolated(problem, x, direction, settings, np.zeros_like(direction) if bend is None else bend)
    order = min(settings.order, problem.largest_order)
    try:
        c = blowup_series(singular_point(problem, x, nullity), direction, order, bend)
    except (ArithmeticError, ValueError, np.linalg.LinAlgError) as failure:
        message = f"no branch found along the direction: {failure}"
        raise StepFailure(Status.STEP_TOO_SMALL, message) from failure
    return _summed(problem, c, settings)


def _summed(problem: Problem, c: Array, settings: Settings) -> Piece:
    """Return the series as a piece, as long as its residual, and what is neglected, stay below the tolerance."""
    c = c[: _finite(c)]
    longest = min(1.0 + float(np.linalg.norm(c[0])), settings.max_length)
    length = min(trusted_length(c, settings.tolerance), longest)
    reached = np.inf
    while length >= settings.min_length:
        piece = Piece(c * (length ** np.arange(len(c)))[:, None], 0.0, length)
        end = piece(1.0)
        defect = problem.defect(end[:-1], float(end[-1]) * problem.parameter_scale)
        reached = max(residual_norm(problem, end), defect)
        if reached <= settings.tolerance:
            return piece
        length *= SHORTER
    raise StepFailure(Status.STEP_TOO_SMALL, f"no branch found along the direction: its series leaves {reached:.1e}")


def _finite(c: Array) -> int:
    """Return how many coefficients come before the first that overflows."""
    bad = np.flatnonzero(~np.isfinite(c).all(axis=1))
    return int(bad[0]) if bad.size else len(c)


def _interpolated(problem: Problem, x: Array, direction: Array, settings: Settings, bend: Array) -> Piece:
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
