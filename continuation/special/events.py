"""User events on a piece, located to round-off, and what happens where special points fall together.

Precedence where two fall on one point: user events, then branch points, then folds (a pitchfork met
from its side branch has a vanishing parameter slope without being a fold).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from continuation.branch import SpecialPoint
from continuation.problem import Problem
from continuation.stepping.corrector import correct, residual_norm
from continuation.stepping.polynomial import EPSILON, Piece

__all__ = [
    "BRANCH_POINT",
    "EVENT",
    "FOLD",
    "SAME_PLACE",
    "SAMPLES",
    "Event",
    "Located",
    "bracketed_root",
    "locate_event",
    "merge",
    "on_branch",
]

Array = NDArray[np.float64]
EVENT, BRANCH_POINT, FOLD = 0, 1, 2  # precedence of what falls on one point
# Two special points closer than this part of a piece are one: between the error of a located point (some
# 1e-12) and the distance at which the slopes beside a fold and a branch point can still be told apart.
SAME_PLACE = 1e-6
SAMPLES = 12  # parts of a piece between which a user event is looked for


@dataclass(frozen=True)
class Event:
    """A user event: a zero of ``test(u, p)`` along the branch.

    Parameters
    ----------
    kind
        Name given to the special point.
    test
        Smooth function of (u, p); a sign change between 13 samples of a step is an event
        (an even number of changes between two samples is missed).
    terminal
        Whether the branch ends there.
    accept
        Asked at a located zero, as a function of (u, p); zeros it refuses are not events.
    vectorized
        Whether ``test`` also takes many states, u of shape (m, n) and p of shape (m,), and returns shape (m,): the
        samples of a step are then one call.

    Examples
    --------
    >>> from continuation import Event
    >>> Event("half", lambda u, p: u[0] - 0.5).terminal
    False
    """

    kind: str
    test: Callable[[Array, Any], Any]
    terminal: bool = False
    accept: Callable[[Array, float], bool] = lambda u, p: True
    vectorized: bool = False

    def values(self, u: Array, p: Array) -> Array:
        """Return the test at many states, u of shape (m, n) and p of shape (m,); shape (m,).

        Raises
        ------
        ArithmeticError
            If one of them is not finite: the message names the event and the place.
        """
        found = self.test(u, p) if self.vectorized else [self.test(v, q) for v, q in zip(u, p.tolist(), strict=True)]
        values = np.asarray(found, dtype=float)
        if values.shape != p.shape:
            raise ValueError(f"event {self.kind!r} has shape {values.shape} for {p.size} states, expected {p.shape}")
        if not np.isfinite(values).all():
            bad = int(np.flatnonzero(~np.isfinite(values))[0])
            raise ArithmeticError(f"event {self.kind!r} is {float(values[bad])!r} at p = {float(p[bad])!r}")
        return values


@dataclass(frozen=True)
class Located:
    """A special point, its place τ on the piece, its precedence (lower wins), whether p is stationary there."""

    tau: float
    point: SpecialPoint
    precedence: int
    stationary: bool = False


def on_branch(problem: Problem, piece: Piece, tau: float, tolerance: float) -> tuple[Array, Array]:
    """Return the re-evaluated x at τ and the unit direction of the piece there.

    The polynomial's value is kept where it satisfies the equations and corrected where it does not.
    """
    x, direction = piece(tau), piece.derivative(tau)
    direction /= np.linalg.norm(direction)
    before = residual_norm(problem, x)
    if before > tolerance:
        corrected = correct(problem, x, direction, 0.0)  # to round-off: it decides the digits of what is located
        x = corrected.x if corrected.residual <= max(tolerance, 1e-3 * before) else x
    return x, direction


def locate_event(
    event: Event, problem: Problem, piece: Piece, before: float, tolerance: float, values: Array
) -> tuple[list[Located], float]:
    """Find the zeros of a user event on a piece, and return its last clear value there.

    Parameters
    ----------
    event, problem, piece
        The event, the equations, and the stretch of their solutions.
    before
        The event's last clear value on the branch before the piece.
    tolerance
        Max-norm of F.
    values
        The event at the ``SAMPLES`` + 1 equidistant places of the piece.

    Raises
    ------
    ArithmeticError
        If the event's function is not finite: the message names the event and the place.
    """
    scale = problem.parameter_scale
    sampled = values.tolist()
    found: list[Located] = []
    if before * sampled[0] >= 0.0 and (min(sampled) > 0.0 or max(sampled) < 0.0):
        return found, sampled[-1]

    def test(x: Array) -> float:
        return float(event.values(x[None, :-1], x[-1:] * scale)[0])

    previous_tau, previous = 0.0, before
    for tau, value in zip(np.linspace(0.0, 1.0, len(sampled)).tolist(), sampled, strict=True):
        if previous * value < 0:
            root = bracketed_root(lambda t: test(piece(t)), previous_tau, tau) if tau > previous_tau else tau
            root, x = _polish(lambda t: on_branch(problem, piece, t, tolerance)[0], test, root)
            u, p = x[:-1].copy(), float(x[-1]) * scale
            if event.accept(u, p):
                point = SpecialPoint(
                    event.kind,
                    p,
                    u,
                    piece.start + root * piece.length,
                    residual_norm(problem, x),
                    (piece.start, piece.end),
                    {"test": test(x)},
                )
                found.append(Located(root, point, EVENT))
        if value != 0.0:
            previous_tau, previous = tau, value
    return found, previous


def _polish(curve: Callable[[float], Array], test: Callable[[Array], float], tau: float) -> tuple[float, Array]:
    """Move a root of the polynomial's test to one of the branch's, by the secant method."""
    x = curve(tau)
    value = test(x)
    other_tau = tau + 1e-4
    other = test(curve(other_tau))
    for _ in range(8):
        if value == 0.0 or value == other:
            break
        new_tau = tau - value * (tau - other_tau) / (value - other)
        if not -0.1 <= new_tau <= 1.1 or abs(new_tau - tau) <= 2 * EPSILON:
            break
        new_x = curve(new_tau)
        new = test(new_x)
        if abs(new) >= abs(value):
            break
        other_tau, other = tau, value
        tau, x, value = new_tau, new_x, new
    return tau, x


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
