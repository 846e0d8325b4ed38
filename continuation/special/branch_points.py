"""Branch points: locating them, the branches that cross there, and their kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from continuation.branch import SpecialPoint
from continuation.problem import Problem
from continuation.special.events import BRANCH_POINT, Located
from continuation.special.lyapunov_schmidt import Reduced, Reduction
from continuation.special.multiple_point import multiple_point
from continuation.special.singular_point import SingularPoint, is_lost, singular_point
from continuation.stepping.corrector import correct, residual_norm
from continuation.stepping.polynomial import EPSILON, Piece

__all__ = ["locate_branch_point"]

Array = NDArray[np.float64]
# The residual at a branch point, in units of the tolerance: more, and two branches only pass each other
# there.
GENUINE = 2.0
# Of its smaller value at the ends (beside another branch point it is small there too), and of the piece: a determinant
# this near zero, or a bracket this narrow, is where Newton's iteration takes over; and how many factorisations that may
# take.
NEAR_ZERO, ROUGHLY = 1e-3, 16
# A slope known no better than this does not name a pitchfork (slope of p in arclength: 1 is a steep branch).
DECISIVE = 1e-5
FLAT = 3e-4  # a slope that counts as zero at a degenerate point, whose place is known to half of the digits only


def locate_branch_point(problem: Problem, piece: Piece, tolerance: float) -> Located | None:
    """Locate the branch point of a piece on which the determinant of the bordered Jacobian changes sign.

    A few steps of regula falsi along the polynomial, then Newton's iteration on the gradient of the reduced
    function (:class:`continuation.special.lyapunov_schmidt.Reduction`), which is regular at the point itself.
    Where that fails (a kernel of higher dimension, a degenerate crossing) bisection on the corrected branch
    takes over.

    Returns
    -------
    Located or None
        None where the equations are not satisfied at the place: the two ends of the piece lie on different
        branches.

    Notes
    -----
    Of several branch points on one piece one is found. With a Taylor recurrence the kind is decided from the
    exact second derivatives c_ij = −ψᵀ F_xx φ_i φ_j, φ_1 the tangent of this branch and φ_2 the kernel
    vector orthogonal to it: c_11 = 0, and the other branch leaves along 2 c_12 φ_2 − c_22 φ_1. It is a
    'pitchfork' if one of the two branches is stationary in p within the error of its slope, 'transcritical'
    if neither is; 'branch point' means undecided. Without a recurrence the second derivatives are differences of
    exact gradients at two steps, whose change is their error: they can decide that both slopes differ from zero,
    not that one is zero.
    """
    tau = _sign_change(problem, piece)
    try:
        reduction = Reduction(problem, piece(tau), piece.derivative(tau))
        critical = reduction.critical_point(reach=0.5 * piece.length)
    except (ArithmeticError, np.linalg.LinAlgError):
        critical = None
    if critical is None:
        return _degenerate(problem, piece, tolerance)
    alpha, here = critical
    if residual_norm(problem, here.x) > GENUINE * tolerance:
        return None
    several = multiple_point(problem, here.x, here.basis[:, 0], reach=0.5 * piece.length)
    if several is not None:
        return _undecided(problem, piece, _place(piece, several.x), several)
    difference = reduction.hessian(alpha)
    exact = reduction.exact_hessian(here)
    if difference is None or np.linalg.det(difference) >= 0.0:
        return _degenerate(problem, piece, tolerance)
    if exact is not None:
        error = float(np.max(np.abs(difference - exact)))
        return _classified(problem, piece, here, exact, error, exact=True)
    wider = reduction.hessian(alpha, 2.0)
    error = np.inf if wider is None else _difference_error(difference, wider)
    return _classified(problem, piece, here, difference, error, exact=False)


def _determinant(problem: Problem, x: Array, direction: Array) -> tuple[int, float]:
    """Return sign and logarithm of the determinant of the Jacobian bordered by a direction; 0 where it is singular."""
    p = float(x[-1]) * problem.parameter_scale
    try:
        solver = problem.bordered(x[:-1], p, direction / np.linalg.norm(direction))
    except ArithmeticError:
        return 0, -np.inf
    return solver.sign, solver.log_determinant


def _sign_change(problem: Problem, piece: Piece) -> float:
    """Return where the determinant changes sign along the polynomial, well enough for Newton's iteration.

    Regula falsi with the Illinois weights on its value, bisection where only its sign is known.
    """
    (left, before), (right, after) = ((t, _determinant(problem, piece(t), piece.derivative(t))) for t in (0.0, 1.0))
    weights, wanted = [1.0, 1.0], min(before[1], after[1]) + np.log(NEAR_ZERO)
    for _ in range(ROUGHLY):
        shift = max(before[1], after[1])
        values = [weights[0] * np.exp(before[1] - shift), weights[1] * np.exp(after[1] - shift)]
        share = values[0] / (values[0] + values[1]) if np.isfinite(values).all() and sum(values) else 0.5
        middle = left + float(np.clip(share, 0.01, 0.99)) * (right - left)
        here = _determinant(problem, piece(middle), piece.derivative(middle))
        if here[0] == 0 or here[1] < wanted:
            return middle
        if here[0] == before[0]:
            left, before, weights = middle, here, [1.0, 0.5 * weights[1]]
        else:
            right, after, weights = middle, here, [0.5 * weights[0], 1.0]
        if right - left <= NEAR_ZERO:
            break
    return 0.5 * (left + right)


def _degenerate(problem: Problem, piece: Piece, tolerance: float) -> Located | None:
    """Pin the sign change down on the corrected branch; accept it where the Jacobian has lost rank."""
    left, right = 0.0, 1.0
    x, before = piece(0.0), 0
    for k in range(50):
        tau = 0.5 * (left + right) if k else 0.0
        x, direction = piece(tau), piece.derivative(tau)
        direction /= np.linalg.norm(direction)
        new = correct(problem, x, direction, tolerance)
        x = new.x if new.converged and new.reach <= 0.1 * piece.length else x
        sign, _ = _determinant(problem, x, direction)
        before = before or sign
        left, right = (tau, right) if sign == before else (left, tau)
        if right - left <= 4 * EPSILON:
            break
    found = singular_point(problem, x, along=direction)
    if residual_norm(problem, x) > GENUINE * tolerance or not is_lost(found.lost, found.kept):
        return None
    return _undecided(problem, piece, tau, found)


def _undecided(problem: Problem, piece: Piece, tau: float, found: SingularPoint) -> Located:
    """Return the record of a point whose crossing branches are not worked out: several ranks lost, or degenerate."""
    direction = piece.derivative(tau)
    direction /= np.linalg.norm(direction)
    # of the null vectors, one that leaves the branch
    null = found.null @ np.linalg.svd(found.null.T @ direction[:, None])[0][:, 1]
    slope = float(direction[-1]) * problem.parameter_scale
    coefficients = {"slope": slope, "lost": found.lost, "ranks_lost": float(found.nullity)}
    point = _record(problem, piece, tau, found.x, "branch point", coefficients, (null, -null))
    return Located(tau, point, BRANCH_POINT, abs(slope) <= FLAT * problem.parameter_scale)


def _classified(
    problem: Problem, piece: Piece, here: Reduced, hessian: Array, error: float, exact: bool
) -> Located:
    tau = _place(piece, here.x)
    along = piece.derivative(tau)
    along /= np.linalg.norm(along)
    directions = [here.basis @ alpha for alpha in _null_directions(hessian)]
    directions = [d / np.linalg.norm(d) for d in directions]
    directions.sort(key=lambda d: -abs(float(d @ along)))
    own, other = directions
    own = own if own @ along > 0 else -own
    scale = problem.parameter_scale
    discriminant = float(np.sqrt(-np.linalg.det(hessian)))
    slope_error = scale * (error / discriminant + 64 * EPSILON)
    slopes = [float(d[-1]) * scale for d in (own, other)]
    kind = _kind(slopes, slope_error, scale)
    if kind == "pitchfork" and not exact:
        kind = "branch point"  # differences do not prove that a slope vanishes
    coefficients = {
        **_bifurcation_coefficients(here.basis, hessian, own),
        "c_error": error,
        "slope": slopes[0],
        "other_slope": slopes[1],
        "slope_error": slope_error,
    }
    point = _record(problem, piece, tau, here.x, kind, coefficients, (other, -other))
    return Located(tau, point, BRANCH_POINT, abs(slopes[0]) <= max(slope_error, DECISIVE * scale))


def _difference_error(hessian: Array, wider: Array) -> float:
    """Return the error of central differences, from twice the step: a third of the change, but at least 10⁻⁹."""
    return float(np.max(np.abs(hessian - wider))) / 3.0 + 1e-9 * float(np.max(np.abs(hessian)))


def _null_directions(h: Array) -> list[Array]:
    """Return the two directions α with αᵀ h α = 0 of an indefinite matrix."""
    values, vectors = np.linalg.eigh(h)
    a, b = np.sqrt(-values[0]), np.sqrt(values[1])
    return [vectors @ np.array([b, sign * a]) for sign in (1.0, -1.0)]


def _kind(slopes: list[float], error: float, scale: float) -> str:
    smallest = min(abs(slope) for slope in slopes)
    if smallest > error:
        return "transcritical"
    return "pitchfork" if error <= DECISIVE * scale else "branch point"


def _bifurcation_coefficients(basis: Array, hessian: Array, own: Array) -> dict[str, float]:
    """Return c_11, c_12, c_22 in the basis (own tangent, kernel vector orthogonal to it)."""
    q, _ = np.linalg.qr(np.column_stack([own, basis]))
    frame = np.linalg.lstsq(basis, np.column_stack([own, q[:, 1]]), rcond=None)[0]
    c = frame.T @ hessian @ frame
    return {"c11": float(c[0, 0]), "c12": float(c[0, 1]), "c22": float(c[1, 1])}


def _place(piece: Piece, x: Array) -> float:
    """Return the τ at which the piece comes nearest to x."""
    taus = np.linspace(0.0, 1.0, 65)
    tau = float(taus[np.argmin(np.linalg.norm(piece.at(taus) - x, axis=1))])
    for _ in range(20):
        slope = piece.derivative(tau)
        step = float(slope @ (piece(tau) - x)) / float(slope @ slope)
        tau -= step
        if abs(step) <= 4 * EPSILON:
            break
    return min(max(tau, 0.0), 1.0)


def _record(
    problem: Problem,
    piece: Piece,
    tau: float,
    x: Array,
    kind: str,
    coefficients: dict[str, float],
    directions: tuple[Array, ...],
) -> SpecialPoint:
    return SpecialPoint(
        kind=kind,
        p=float(x[-1]) * problem.parameter_scale,
        u=x[:-1].copy(),
        arclength=piece.start + tau * piece.length,
        residual=residual_norm(problem, x),
        bracket=(piece.start, piece.end),
        coefficients=coefficients,
        directions=directions,
    )
