"""The Taylor series of a branch that leaves a singular point: the equations blown up, the known zero divided out.

With J = [∂F/∂u, scale ∂F/∂p] of rank n − m at x*, null vectors N (m + 1 of them) and left ones L (m), the coefficients
of x(s) = x* + Σ x_k s^k solve J x_k = −R_k (R_k: the k-th coefficient of F along the part known so far). That leaves
the component of x_k along N open, and asks for Lᵀ R_k = 0. A change of x_k by N e changes Lᵀ R_{k+i} by A_i e, the same
matrices at every order, because F is expanded about one curve:

* A_1 = Lᵀ F''(x_1, N ·). Where it is regular on the vectors orthogonal to the ray, the condition at order k + 1
  determines x_k: simple crossings, and rays of a resonance whose quadratic part decides;
* otherwise the conditions at orders k + 1 … k + r do together, r = 2 where the cubic part decides, and so on.

At the first orders, k ≤ r, the conditions are polynomial in the open components and are solved by Newton's iteration
with the same matrices as derivative, starting from what the caller knows of the ray.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from continuation.special.singular_point import SingularPoint
from continuation.special.taylor_tape import TaylorTape

__all__ = ["DegenerateRay", "blowup_series"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)
MOST_ORDERS = 4  # r: beyond it a ray counts as degenerate
# Singular value, over the largest, that counts as zero in the conditions on a ray: rays come with eight digits or more.
OPEN = 1e-7
# Of a unit ray: the ray found must be the one asked for, and a bend that runs away belongs to another one.
SAME_RAY = 1e-2
NEWTON, SETTLED = 12, 64 * EPSILON


class DegenerateRay(ArithmeticError):
    """The Taylor coefficients up to the order looked at do not single out one branch along the ray."""


def blowup_series(point: SingularPoint, ray: Array, order: int, bend: Array | None = None) -> Array:
    """Return the Taylor coefficients of the branch that leaves a singular point along a ray.

    Parameters
    ----------
    point
        The singular point.
    ray
        x_1 up to its length, in the null space of J, shape (n + 1,): the unit tangent of the branch wanted. It is
        improved to round-off.
    order
        Highest power of s = ⟨ray, x(s) − x*⟩.
    bend
        What is known of the part of x_2 in the null space, for the unit ray; shape (n + 1,). It tells apart branches
        that leave along one ray.

    Returns
    -------
    ndarray
        Shape (order + 1, n + 1); row 0 is the point.

    Raises
    ------
    DegenerateRay
        If no branch, or no single one, leaves along the ray as far as four more orders tell.
    ValueError
        If the equations have no expansion, or the ray is no null vector of the Jacobian.

    Examples
    --------
    >>> import numpy as np
    >>> from continuation.problem import Problem
    >>> class Fork(Problem):  # p u − u³ = 0
    ...     def residual(self, u, p): return p * u - u**3
    ...     def jacobian(self, u, p): return np.diag(p - 3 * u**2)
    ...     def parameter_derivative(self, u, p): return u
    ...     def expansion(self, u, p): return Series(u, p)
    >>> class Series:
    ...     def __init__(self, u, p): self.u, self.p = [u[0]], [p]
    ...     def push(self, u, p): self.u.append(u[0]); self.p.append(p)
    ...     def remainder(self):
    ...         u, p = np.array([*self.u, 0.0]), np.array([*self.p, 0.0])
    ...         k = u.size - 1
    ...         return np.array([(np.convolve(p, u) [k]) - np.convolve(np.convolve(u, u), u)[k]])
    >>> from continuation.special.singular_point import singular_point
    >>> c = blowup_series(singular_point(Fork(), np.zeros(2)), np.array([1.0, 0.0]), 4)
    >>> bool(np.max(np.abs(c[:, 0] - [0, 1, 0, 0, 0])) < 1e-14), bool(np.max(np.abs(c[:, 1] - [0, 0, 1, 0, 0])) < 1e-14)
    (True, True)
    """
    return _Blowup(point, ray, bend).series(order)


class _Blowup:
    """The open components of the first orders, and the conditions that determine them."""

    def __init__(self, point: SingularPoint, ray: Array, bend: Array | None) -> None:
        self.point = point
        ray = ray / np.linalg.norm(ray)
        asked = point.null.T @ ray
        if np.linalg.norm(ray - point.null @ asked) > SAME_RAY:
            raise ValueError("the ray is not in the null space of the Jacobian: no branch leaves along it")
        self.asked = asked / np.linalg.norm(asked)
        # The vectors of the null space orthogonal to the ray, shape (n + 1, m): s is the projection on the ray.
        self.open = point.null @ np.linalg.svd(self.asked[None, :])[2][1:].T
        self.first = point.null @ self.asked
        m = point.nullity
        self.start = np.zeros((MOST_ORDERS + 2, m))  # row k: the guess of the open components of x_k
        if bend is not None:
            self.start[2] = self.open.T @ bend

    def series(self, order: int) -> Array:
        """Return the coefficients x_0 … x_order."""
        operators, reach = self._determined()
        tape = self.point.tape()
        guess = self.start[1 : reach + 1].copy()
        for k in range(1, order + 1):
            known = self._known(tape)
            for _ in range(NEWTON if k <= reach else 1):
                update = _solve(operators, -self._ahead(tape, known, guess))
                guess += update
                if k <= reach:
                    operators = self._operators(tape, known, guess, reach)
                if np.max(np.abs(update[0])) <= SETTLED * (1.0 + float(np.max(np.abs(guess[0])))):
                    break
            else:
                if k <= reach and np.max(np.abs(update[0])) > 1e-10 * (1.0 + float(np.max(np.abs(guess[0])))):
                    raise DegenerateRay("no branch leaves along the ray: the conditions on it have no solution near it")
            if k == 1 and np.linalg.norm(guess[0]) > SAME_RAY:
                raise DegenerateRay("the branch found near the ray has another tangent")
            tape.push(known + self.open @ guess[0])
            guess = np.vstack([guess[1:], self.start[min(k + reach, MOST_ORDERS + 1)]])
        return np.vstack([self.point.x, *tape.coefficients])

    def _known(self, tape: TaylorTape) -> Array:
        """Return the next coefficient without its open part."""
        if not len(tape):
            return self.first
        return self.point.particular(-tape.remainder())

    def _ahead(self, tape: TaylorTape, known: Array, components: Array) -> Array:
        """Return the conditions Lᵀ R at the next orders for given open components, shape (r, m)."""
        conditions = []
        for row in components:
            tape.push(known + self.open @ row)
            remainder = tape.remainder()
            conditions.append(self.point.left.T @ remainder)
            known = self.point.particular(-remainder)
        tape.pop(len(components))
        return np.array(conditions)

    def _operators(self, tape: TaylorTape, known: Array, components: Array, reach: int) -> Array:
        """Return A_1 … A_r, shape (r, m, m), about the curve that the tape and the given components begin.

        The coefficient after the r-th is changed by each open vector: there the conditions are linear in it.
        """
        held = len(tape)
        for row in components[: max(0, reach - held)]:
            tape.push(known + self.open @ row)
            known = self.point.particular(-tape.remainder())
        ahead = np.zeros((reach, self.point.nullity))
        base = self._ahead(tape, known, ahead)
        columns = []
        for unit in np.eye(self.point.nullity):
            ahead[0] = unit
            columns.append(self._ahead(tape, known, ahead) - base)
        tape.pop(len(tape) - held)
        return np.stack(columns, axis=2)

    def _determined(self) -> tuple[Array, int]:
        """Return the matrices A_1 … A_r for the least r for which they determine the open components."""
        for reach in range(1, MOST_ORDERS + 1):
            tape = self.point.tape()
            operators = self._operators(tape, self.first, self.start[1 : reach + 1], reach)
            if _determines(operators):
                return operators, reach
        raise DegenerateRay(f"{MOST_ORDERS} more orders do not single out a branch along the ray")


def _toeplitz(operators: Array) -> Array:
    """Return the block lower triangular matrix of the conditions in the open components of r orders."""
    r, m, _ = operators.shape
    matrix = np.zeros((r * m, r * m))
    for row in range(r):
        for column in range(row + 1):
            matrix[row * m : (row + 1) * m, column * m : (column + 1) * m] = operators[row - column]
    return matrix


def _determines(operators: Array) -> bool:
    """Whether the first block of unknowns is unique: no null vector of the matrix has a part in it."""
    m = operators.shape[1]
    _, values, rights = np.linalg.svd(_toeplitz(operators))
    null = rights[values <= OPEN * values[0]] if values[0] > 0.0 else rights
    return bool(np.max(np.abs(null[:, :m]), initial=0.0) <= np.sqrt(OPEN))


def _solve(operators: Array, conditions: Array) -> Array:
    """Return the least change of the open components that meets the conditions, shape (r, m)."""
    change = np.linalg.lstsq(_toeplitz(operators), conditions.ravel(), rcond=OPEN)[0]
    return np.asarray(change, dtype=np.float64).reshape(conditions.shape)
