"""Arriving at a point where the Jacobian loses several ranks at once: several branches meet there, and the steps end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from continuation.linear.bordered import BorderedSolver
from continuation.special.blowup import blowup_series
from continuation.special.singular_point import MOST_LOST, SingularPoint, is_lost, problem_null_vectors, singular_point
from continuation.stepping.corrector import residual_norm
from continuation.stepping.polynomial import Made, Piece, shifted
from continuation.stepping.predictor import hermite
from continuation.stepping.stepper import Base, Settings

__all__ = ["arrival", "last_piece"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)
ITERATIONS = 12
# Of 1 + ‖x‖: the step of the differences that steer Gauss and Newton's iteration; the digits do not depend on it.
DIFFERENCE = 1e-5
SETTLED = 64 * EPSILON  # of 1 + ‖x‖
CONTRACTION = 0.5  # of the step before
NEARLY_LOST = 1e-2  # singular values over the next one, at the base: larger, and no such point is near
GENUINE = 2.0  # tolerances: a larger residual, and there is no such point on the branch
AHEAD = 0.9  # cosine of the angle between the branch and the way to the point
# Of 1 + ‖x‖: what the branch may be off the base when its series about the point is joined to it.
JOINED = 1e-9


def arrival(base: Base, reach: float, tolerance: float) -> SingularPoint | None:
    """Return the point close ahead at which the Jacobian loses two ranks or more; None if there is none.

    With L the m left and N the m + 1 right null vectors near the point, F(x) + L μ = 0 and Nᵀ(x − x₀) = α define x(α)
    and μ(α) through regular systems, and the point is where μ = 0 and ∂μ/∂α = 0: more equations than unknowns, which
    have a solution where symmetry makes one. They are solved by Gauss and Newton's iteration.

    Parameters
    ----------
    base
        A point of the branch shortly before.
    reach
        Largest distance of the point from it.
    tolerance
        Max-norm of F.
    """
    problem, n = base.problem, base.x.size - 1
    for nullity in range(2, min(n, MOST_LOST) + 1):
        try:
            x = _nearest(base, nullity, reach)
            if x is None or not 0.0 < float(np.linalg.norm(x - base.x)) <= reach:
                continue
            found = singular_point(problem, x, nullity, base.tangent)
        except (ArithmeticError, np.linalg.LinAlgError):
            continue
        way = x - base.x
        ahead = float(way @ base.tangent) >= AHEAD * float(np.linalg.norm(way))
        if ahead and residual_norm(problem, x) <= GENUINE * tolerance and is_lost(found.lost, found.kept):
            return found
    return None


def _nearest(base: Base, nullity: int, reach: float) -> Array | None:
    """Return the state near a base at which m ranks are lost; None if the iteration does not converge within reach."""
    problem = base.problem
    found = problem_null_vectors(problem, base.x, base.tangent, nullity)
    if found.lost > NEARLY_LOST * found.kept:
        return None
    rows, columns = found.right.T, found.left
    size = 1.0 + float(np.linalg.norm(base.x))
    alpha, x, step = np.zeros(nullity + 1), base.x, np.full(nullity + 1, np.inf)
    for _ in range(ITERATIONS):
        x, mu, slope = _reduced(base, rows, columns, alpha, x)
        change = []
        for shift in DIFFERENCE * size * np.eye(nullity + 1):
            one, other = (_reduced(base, rows, columns, alpha + side * shift, x)[2] for side in (1.0, -1.0))
            change.append(((one - other) / (2 * DIFFERENCE * size)).ravel())
        system = np.vstack([np.array(change).T, slope])
        before, step = step, np.linalg.lstsq(system, np.concatenate([slope.ravel(), mu]), rcond=None)[0]
        if np.linalg.norm(step) > CONTRACTION * np.linalg.norm(before):
            return None
        alpha = alpha - step
        if not float(np.linalg.norm(alpha)) <= reach:
            return None
        if float(np.linalg.norm(step)) <= SETTLED * size:
            return _reduced(base, rows, columns, alpha, x)[0]
    return None


def _reduced(base: Base, rows: Array, columns: Array, alpha: Array, x: Array) -> tuple[Array, Array, Array]:
    """Return x(α), μ(α) of shape (m,) and ∂μ/∂α of shape (m, m + 1), from a state near by.

    Raises
    ------
    ArithmeticError
        If Newton's iteration does not converge.
    """
    problem, n, m = base.problem, base.x.size - 1, columns.shape[1]
    mu, size = np.zeros(m), 1.0 + float(np.linalg.norm(x))
    for _ in range(ITERATIONS):
        p = float(x[-1]) * problem.parameter_scale
        solver: BorderedSolver = problem.bordered(x[:-1], p, rows, columns)
        step = solver.solve(problem.residual(x[:-1], p) + columns @ mu, rows @ (x - base.x) - alpha)
        x, mu = x - step[: n + 1], mu - step[n + 1 :]
        if float(np.linalg.norm(step)) <= SETTLED * size:
            slope = np.array([solver.solve(np.zeros(n), unit)[n + 1 :] for unit in np.eye(m + 1)]).T
            return x, mu, slope
    raise ArithmeticError("the reduced equations have no solution near by")


def last_piece(base: Base, point: SingularPoint, settings: Settings) -> Piece:
    """Return the piece from a base to the point: the series about the point, or a cubic where it singles out no branch."""
    way = base.x - point.x
    along = point.null @ (point.null.T @ way)
    try:
        c = blowup_series(point, along, min(settings.order, base.problem.largest_order))
        back = float(c[1] @ way)
        start = np.power(back, np.arange(len(c))) @ c
        if np.linalg.norm(start - base.x) <= JOINED * (1.0 + float(np.linalg.norm(point.x))):
            return Piece(shifted(c, back, -back), base.s, abs(back))
    except (ArithmeticError, ValueError, np.linalg.LinAlgError):
        pass
    c = hermite(base.x, base.tangent, point.x, -along / float(np.linalg.norm(along)))
    return Piece(c, base.s, float(np.linalg.norm(c[1])), Made.CUBIC)
