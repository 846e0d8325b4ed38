"""Five textbook problems, written once for NumPy and jax.numpy, with special points known from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

NU, LENGTH, GRID = 1.6, 16.0 * np.pi, 192  # Swift–Hohenberg: quadratic coefficient, half period, cells
BRATU_POINTS, BRATU_SIDE = 51, 15


@dataclass(frozen=True)
class Textbook:
    """F(u, p) = A u + f(u, p), f local up to the mixing of the few unknowns of an ordinary differential equation.

    Parameters
    ----------
    name, title
        Short name, and what the page says.
    residual
        F(xp, u, p) with xp the array module: numpy or jax.numpy.
    jacobian
        ∂F/∂u, a NumPy array.
    start, p_start, p_end, direction
        First state, where p starts and ends, and the way it goes at first.
    step
        Largest step that a tool without a step of its own is given.
    steps
        Enough of those.
    oscillates
        Whether a Hopf point is wanted.
    also
        Places of other special points that a tool may meet, and is neither asked for nor blamed for.
    """

    name: str
    title: str
    residual: Callable[[Any, Any, Any], Any]
    jacobian: Callable[[Any, float], np.ndarray]
    start: np.ndarray
    p_start: float
    p_end: float
    direction: int = 1
    step: float = 0.1
    steps: int = 400
    oscillates: bool = False
    also: tuple[float, ...] = ()


def second_difference(n: int, h: float) -> np.ndarray:
    return (np.diag(np.full(n, -2.0)) + np.eye(n, k=1) + np.eye(n, k=-1)) / h**2


def cascade() -> Textbook:
    places = np.array([1.0, 2.0])
    return Textbook(
        "cascade", "pitchforks u_k (p − k − u_k²), k = 1, 2",
        lambda xp, u, p: u * (p - xp.asarray(places) - u**2),
        lambda u, p: np.diag(p - places - 3 * u**2),
        np.zeros(2), 0.0, 3.0, steps=100,
    )  # fmt: skip


def bratu_1d() -> Textbook:
    laplacian = second_difference(BRATU_POINTS, 1.0 / (BRATU_POINTS + 1))
    return Textbook(
        "bratu-1d", f"−u″ = λ eᵘ on {BRATU_POINTS} points",
        lambda xp, u, p: xp.asarray(laplacian) @ u + p * xp.exp(u),
        lambda u, p: laplacian + np.diag(p * np.exp(u)),
        np.zeros(BRATU_POINTS), 0.0, 4.0, step=0.5, steps=120,
    )  # fmt: skip


def bratu_2d() -> Textbook:
    one, eye = second_difference(BRATU_SIDE, 1.0 / (BRATU_SIDE + 1)), np.eye(BRATU_SIDE)
    laplacian = np.kron(one, eye) + np.kron(eye, one)
    return Textbook(
        "bratu-2d", f"−Δu = λ eᵘ on {BRATU_SIDE} × {BRATU_SIDE} points",
        lambda xp, u, p: xp.asarray(laplacian) @ u + p * xp.exp(u),
        lambda u, p: laplacian + np.diag(p * np.exp(u)),
        np.zeros(BRATU_SIDE**2), 0.0, 8.0, step=1.0, steps=200,
    )  # fmt: skip


def brusselator() -> Textbook:
    return Textbook(
        "brusselator", "A = 2: a Hopf point at B = 1 + A²",
        lambda xp, u, p: xp.stack([2.0 - (p + 1.0) * u[0] + u[0] ** 2 * u[1], p * u[0] - u[0] ** 2 * u[1]]),
        lambda u, p: np.array(
            [[-(p + 1.0) + 2.0 * u[0] * u[1], u[0] ** 2], [p - 2.0 * u[0] * u[1], -(u[0] ** 2)]]
        ),
        np.array([2.0, 1.5]), 3.0, 8.0, steps=120, oscillates=True,
    )  # fmt: skip


def swift_hohenberg() -> Textbook:
    """r u − (1 + ∂²)² u + ν u² − u³, even about both ends of half a period; r is the parameter."""
    h = LENGTH / GRID
    even = second_difference(GRID, h)
    even[0, 0] = even[-1, -1] = -1.0 / h**2
    linear = (even + np.eye(GRID)) @ (even + np.eye(GRID))
    x = (np.arange(GRID) + 0.5) * h

    def residual(xp: Any, u: Any, p: Any) -> Any:
        return p * u - xp.asarray(linear) @ u + NU * u**2 - u**3

    def jacobian(u: np.ndarray, p: float) -> np.ndarray:
        return -linear + np.diag(p + 2 * NU * u - 3 * u**2)

    u = 1.1 * np.cos(x) / np.cosh(x / 3.0)
    for _ in range(20):  # some tools want a start that is a solution
        u = u - np.linalg.solve(jacobian(u, -0.2), residual(np, u, -0.2))
    return Textbook(
        "swift-hohenberg", f"snaking of localised states, {GRID} cells", residual, jacobian, u, -0.2, 0.0,
        step=0.1, steps=250, also=(-0.243515, -0.007546),
    )  # fmt: skip


MAKERS = (cascade, bratu_1d, bratu_2d, brusselator, swift_hohenberg)
PROBLEMS = {make.__name__.replace("_", "-"): make for make in MAKERS}


def second_derivative(problem: Textbook, u: np.ndarray, p: float, v: np.ndarray) -> np.ndarray:
    """Return ∂(J v)/∂u, diagonal for the three problems with folds; by hand."""
    if problem.name == "swift-hohenberg":
        return np.diag((2 * NU - 6 * u) * v)
    return np.diag(p * np.exp(u) * v)


def fold_reference(problem: Textbook, u: np.ndarray, p: float) -> float:
    """Return p of the fold near a guess: Newton's iteration on the system of Moore and Spence, dense.

    F = 0, J v = 0, ⟨l, v⟩ = 1 in (u, v, p): nothing is shared with any of the tools.
    """
    n = u.size
    v = np.linalg.svd(problem.jacobian(u, p))[2][-1]
    row = v.copy()
    for _ in range(12):
        jacobian = problem.jacobian(u, p)
        if problem.name == "swift-hohenberg":
            slope, turn = u, v
        else:
            slope, turn = np.exp(u), np.exp(u) * v
        system = np.zeros((2 * n + 1, 2 * n + 1))
        system[:n, :n], system[:n, -1] = jacobian, slope
        system[n : 2 * n, :n], system[n : 2 * n, n : 2 * n] = second_derivative(problem, u, p, v), jacobian
        system[n : 2 * n, -1], system[-1, n : 2 * n] = turn, row
        value = np.concatenate([problem.residual(np, u, p), jacobian @ v, [row @ v - 1.0]])
        step = np.linalg.solve(system, -value)
        u, v, p = u + step[:n], v + step[n : 2 * n], p + step[-1]
        if np.max(np.abs(step)) < 1e-13 * (1.0 + np.max(np.abs(u))):
            break
    return float(p)


def references(problem: Textbook, guesses: list[tuple[np.ndarray, float]]) -> list[dict[str, Any]]:
    """Return the special points there are: kind and p, exact or by :func:`fold_reference` from guesses."""
    if problem.name == "cascade":  # on the trivial branch at 1 and 2, on both of the first new ones at 2
        return [{"kind": "branch point", "p": place} for place in (1.0, 2.0, 2.0, 2.0)]
    if problem.name == "brusselator":
        return [{"kind": "Hopf", "p": 5.0}]
    return [{"kind": "fold", "p": fold_reference(problem, u, p)} for u, p in guesses]
