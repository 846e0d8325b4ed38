"""Lyapunov–Schmidt reduction: a branch point as a critical point of a function of two variables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from continuation.linear.bordered import BorderedSolver
from continuation.problem import Problem
from continuation.special.singular_point import problem_null_vectors

__all__ = ["Reduced", "Reduction"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)
# Of the kernel basis, in units of 1 + ‖x‖: central differences of an exact gradient with error (1e-4)².
DIFFERENCE = 1e-4


@dataclass(frozen=True)
class Reduced:
    """At one α: x, the value μ, its gradient, dx/dα of shape (n + 1, 2), and the left vector ψ."""

    x: Array
    value: float
    gradient: Array
    basis: Array
    left: Array


class Reduction:
    """The equations near a point where [∂F/∂u, ∂F/∂p] loses rank, reduced to one in two variables.

    With e the left null vector and the rows of V the two kernel vectors there, F(x) + μ e = 0 and
    V(x − x₀) = α have one solution x(α), μ(α) near by, and every linear system is regular. Solutions of F =
    0 are the zeros of μ; a branch point is a zero with ∇μ = 0; a zero-free critical point is a pair of
    branches that only come close (Keller; Govaerts, Numerical Methods for Bifurcations of Dynamical
    Equilibria, SIAM 2000, ch. 6-7).

    Parameters
    ----------
    problem
        The equations.
    x
        A point (u, p / scale) near the branch point, shape (n + 1,).
    along
        A vector with a part along the branch there, shape (n + 1,).

    Raises
    ------
    ArithmeticError
        If the Jacobian there has entries that are not finite, or loses more than one rank.
    """

    def __init__(self, problem: Problem, x: Array, along: Array) -> None:
        self._problem, self._x0 = problem, x
        found = problem_null_vectors(problem, x, along, 1)
        self._left, self._kernel = found.left, found.right.T
        self.step = DIFFERENCE * (1.0 + float(np.linalg.norm(x)))

    def _bordered(self, x: Array) -> BorderedSolver:
        p = float(x[-1]) * self._problem.parameter_scale
        return self._problem.bordered(x[:-1], p, self._kernel, self._left)

    def at(self, alpha: Array) -> Reduced | None:
        """Return the reduced function at α, shape (2,); None where Newton's iteration finds nothing."""
        n = self._x0.size - 1
        x, mu = self._x0 + alpha @ self._kernel, 0.0
        moved = np.inf
        for _ in range(12):
            f = self._problem.residual(x[:-1], float(x[-1]) * self._problem.parameter_scale) + mu * self._left[:, 0]
            if not np.isfinite(f).all():
                return None
            done = moved <= 64 * EPSILON * (1.0 + float(np.max(np.abs(x))))
            last, moved = moved, 0.0
            try:
                solver = self._bordered(x)
                step = solver.solve(f, self._kernel @ (x - self._x0) - alpha)
            except ArithmeticError:
                return None
            moved = float(np.max(np.abs(step)))
            if done or moved > 1e3 * last:
                break
            x, mu = x - step[:-1], mu - float(step[-1])
        if not moved <= 1e-8 * (1.0 + float(np.max(np.abs(x)))):
            return None
        response = np.array([solver.solve(np.zeros(n), unit) for unit in np.eye(2)]).T
        left = solver.solve_transposed(np.zeros(n), np.array([0.0, 1.0]))
        return Reduced(x, mu, response[-1], response[:-1], left[:n])

    def hessian(self, alpha: Array, widening: float = 1.0) -> Array | None:
        """Return ∂²μ/∂α², shape (2, 2), by central differences of the exact gradient (error ~ (widening · step)²)."""
        columns = []
        step = widening * self.step
        for shift in step * np.eye(2):
            after, before = self.at(alpha + shift), self.at(alpha - shift)
            if after is None or before is None:
                return None
            columns.append((after.gradient - before.gradient) / (2 * step))
        h = np.array(columns)
        return np.asarray(0.5 * (h + h.T))

    def exact_hessian(self, reduced: Reduced) -> Array | None:
        """Return ∂²μ/∂α² from the problem's Taylor recurrence; None where it has none.

        μ_ij = −ψᵀ F_xx w_i w_j, the mixed one by polarisation.
        """
        w1, w2 = reduced.basis.T
        quadratic = [self._second(reduced, w) for w in (w1, w2, w1 + w2)]
        if any(value is None for value in quadratic):
            return None
        q1, q2, q12 = (float(value) for value in quadratic if value is not None)
        mixed = q12 - q1 - q2
        return -np.array([[2 * q1, mixed], [mixed, 2 * q2]])

    def _second(self, reduced: Reduced, w: Array) -> float | None:
        """Return ½ ψᵀ F_xx w w."""
        scale, x = self._problem.parameter_scale, reduced.x
        expansion = self._problem.expansion(x[:-1], float(x[-1]) * scale)
        if expansion is None:
            return None
        expansion.push(w[:-1], float(w[-1]) * scale)
        return float(reduced.left @ expansion.remainder())

    def critical_point(self, reach: float) -> tuple[Array, Reduced] | None:
        """Solve ∇μ = 0 by Newton's iteration from α = 0; None if it does not converge within ``reach``."""
        alpha = np.zeros(2)
        for _ in range(12):
            here = self.at(alpha)
            if here is None:
                return None
            h = self.exact_hessian(here)
            h = self.hessian(alpha) if h is None else h
            if h is None or abs(np.linalg.det(h)) <= EPSILON * float(np.sum(h**2)):
                return None
            step = np.linalg.solve(h, here.gradient)
            alpha = alpha - step
            if not float(np.linalg.norm(alpha)) <= reach:
                return None
            if float(np.linalg.norm(step)) <= 1e-13 * (1.0 + float(np.linalg.norm(self._x0))):
                break
        here = self.at(alpha)
        return None if here is None else (alpha, here)
