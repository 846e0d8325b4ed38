"""Special points: finding them on a piece, locating them to round-off, deciding their kind.

Precedence where two fall on one point: user events, then branch points, then folds (a pitchfork met
from its side branch has a vanishing parameter slope without being a fold).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from continuation.branch import SpecialPoint
from continuation.corrector import correct, residual_norm, tangent_at
from continuation.polynomial import EPSILON, Piece, sign_changes
from continuation.problem import Problem

__all__ = ["SAME_PLACE", "Event", "Located", "bracketed_root", "locate_branch_point", "locate_event", "locate_folds", "merge"]

Array = NDArray[np.float64]
# Two special points closer than this part of a piece are one: between the error of a located point (some
# 1e-12) and the distance at which the slopes beside a fold and a branch point can still be told apart.
SAME_PLACE = 1e-6


@dataclass(frozen=True)
class Event:
    """A user event: a zero of ``test(u, p)`` along the branch.

    Parameters
    ----------
    kind
        Name given to the special point.
    test
        Smooth function of (u, p); a sign change between 9 samples of a step is an event
        (an even number of changes between two samples is missed).
    terminal
        Whether the branch ends there.
    accept
        Asked at a located zero, as a function of (u, p); zeros it refuses are not events.

    Examples
    --------
    >>> from continuation import Event
    >>> Event("half", lambda u, p: u[0] - 0.5).terminal
    False
    """

    kind: str
    test: Callable[[Array, float], float]
    terminal: bool = False
    accept: Callable[[Array, float], bool] = lambda u, p: True


@dataclass(frozen=True)
class Located:
    """A special point with its place τ on the piece, its precedence (lower wins) and whether it ends the branch."""

    tau: float
    point: SpecialPoint
    precedence: int
    terminal: bool = False


def on_branch(problem: Problem, piece: Piece, tau: float, tolerance: float) -> tuple[Array, Array]:
    """Return the re-evaluated x at τ and the unit direction of the piece there.

    The polynomial's value is kept where it satisfies the equations and corrected where it does not.
    """
    x, direction = piece(tau), piece.derivative(tau)
    direction /= np.linalg.norm(direction)
    if residual_norm(problem, x) > tolerance:
        corrected = correct(problem, x, direction, tolerance)
        x = corrected.x if corrected.converged else x
    return x, direction


def special_point(
    problem: Problem, piece: Piece, tau: float, x: Array, kind: str, coefficients: dict[str, float],
    directions: tuple[Array, ...] = (),
) -> SpecialPoint:
    """Return the record of a located point, its residual re-evaluated."""
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


def locate_folds(
    problem: Problem, piece: Piece, sign_before: int, tolerance: float
) -> tuple[list[Located], int]:
    """Find the folds of a piece: sign changes of dp/ds.

    The polynomial gives them all (Descartes); each is then moved, by Newton's iteration on the exact tangent, to
    where the tangent has no parameter component.

    Returns
    -------
    located, sign
        The folds, and the last clear sign of dp/ds for the next piece.
    """
    slope = piece.coefficients[1:, -1] * np.arange(1, len(piece.coefficients))
    noise = 8 * EPSILON * float(np.max(np.abs(piece.coefficients).sum(axis=0)))
    changes = sign_changes(slope, noise, sign_before)
    scale = problem.parameter_scale
    found = []
    for tau in changes.roots:
        curvature = float(_polyval(slope[1:] * np.arange(1, slope.size), tau))
        allowed = 1.0 if len(piece.coefficients) <= 4 else 1e-3 * SAME_PLACE  # a series knows its folds to round-off
        for _ in range(6):
            x, direction = on_branch(problem, piece, tau, tolerance)
            t, _ = tangent_at(problem, x, direction)
            step = float(t[-1]) * piece.length / curvature if curvature else 0.0
            if not 64 * EPSILON < abs(step) <= allowed or not -0.1 <= tau - step <= 1.1:
                break
            tau -= step
        kind = "fold" if abs(curvature) > noise else "undecided"
        coefficients = {
            "curvature": curvature * scale / piece.length**2,
            "curvature_error": noise * scale / piece.length**2,
            "slope": float(t[-1]) * scale,
        }
        found.append(Located(tau, special_point(problem, piece, tau, x, kind, coefficients), 2))
    return found, changes.sign


def _polyval(c: Array, tau: float) -> float:
    return float(np.polynomial.polynomial.polyval(tau, c)) if c.size else 0.0


def locate_branch_point(problem: Problem, piece: Piece, tolerance: float) -> Located | None:
    """Locate the branch point where the determinant of the bordered Jacobian changes sign on a piece.

    Bisection on the sign until the null vectors are good enough to border the matrix once more; then
    the secant method on the scalar that this larger, regular system defines (Keller; Govaerts, Numerical
    Methods for Bifurcations of Dynamical Equilibria, SIAM 2000, ch. 3-4). None where the located place
    does not satisfy the equations.
    """

    def matrix(tau: float) -> Array:
        x, direction = on_branch(problem, piece, tau, tolerance)
        p = float(x[-1]) * problem.parameter_scale
        column = problem.parameter_scale * problem.parameter_derivative(x[:-1], p)
        top = np.column_stack([problem.jacobian(x[:-1], p), column])
        return np.vstack([top, direction])

    left, right = 0.0, 1.0
    sign_left = np.linalg.slogdet(matrix(left))[0]
    for _ in range(12):
        middle = 0.5 * (left + right)
        if np.linalg.slogdet(matrix(middle))[0] == sign_left:
            left = middle
        else:
            right = middle
    u, _, vh = np.linalg.svd(matrix(0.5 * (left + right)))
    n = len(u)
    bordered = np.zeros((n + 1, n + 1))
    bordered[:n, n], bordered[n, :n] = u[:, -1], vh[-1]
    last = np.zeros(n + 1)
    last[n] = 1.0

    def scalar(tau: float) -> tuple[float, Array]:
        bordered[:n, :n] = matrix(tau)
        solution = np.linalg.solve(bordered, last)
        return float(solution[n]), solution[:n]

    tau = bracketed_root(lambda t: scalar(t)[0], left, right)
    x, direction = on_branch(problem, piece, tau, tolerance)
    psi, null = scalar(tau)
    null /= np.linalg.norm(null)
    if residual_norm(problem, x) > 1e3 * tolerance:
        return None
    coefficients = {"test": psi, "slope": float(direction[-1]) * problem.parameter_scale}
    point = special_point(problem, piece, tau, x, "branch point", coefficients, (null, -null))
    return Located(tau, point, 1)


def locate_event(
    event: Event, problem: Problem, piece: Piece, before: float, tolerance: float
) -> tuple[list[Located], float]:
    """Find the zeros of a user event on a piece; ``before`` is its last clear value on the branch."""
    scale = problem.parameter_scale

    def test(tau: float) -> float:
        x = piece(tau)
        return float(event.test(x[:-1], float(x[-1]) * scale))

    taus = np.linspace(0.0, 1.0, 9)
    values = [test(tau) for tau in taus]
    found = []
    previous_tau, previous = 0.0, before
    for tau, value in zip(taus, values, strict=True):
        if previous * value < 0:
            root = bracketed_root(test, previous_tau, tau) if tau > previous_tau else tau
            x, _ = on_branch(problem, piece, root, tolerance)
            u, p = x[:-1], float(x[-1]) * scale
            if event.accept(u, p):
                point = special_point(problem, piece, root, x, event.kind, {"test": float(event.test(u, p))})
                found.append(Located(root, point, 0, event.terminal))
        if value != 0.0:
            previous_tau, previous = tau, value
    return found, previous


def bracketed_root(f: Callable[[float], float], left: float, right: float) -> float:
    """Regula falsi with the Anderson–Björck weights: bracketing and superlinear, to round-off."""
    f_left, f_right = f(left), f(right)
    if f_left == 0.0 or f_right == 0.0 or f_left * f_right > 0:
        return left if abs(f_left) <= abs(f_right) else right
    for _ in range(100):
        x = right - f_right * (right - left) / (f_right - f_left)
        value = f(x)
        if value == 0.0 or abs(x - right) <= 2 * EPSILON:
            return x
        if value * f_right < 0:
            left, f_left = right, f_right
        else:
            weight = 1.0 - value / f_right
            f_left *= weight if weight > 0 else 0.5
        right, f_right = x, value
        if abs(right - left) <= 2 * EPSILON:
            break
    return right


def merge(found: list[Located]) -> list[Located]:
    """Order by place and keep, of those that fall together, the one with the highest precedence.

    Two are one when closer than ``SAME_PLACE`` of the piece.
    """
    kept: list[Located] = []
    for candidate in sorted(found, key=lambda located: (located.precedence, located.tau)):
        if all(abs(candidate.tau - other.tau) > SAME_PLACE for other in kept):
            kept.append(candidate)
    return sorted(kept, key=lambda located: located.tau)
