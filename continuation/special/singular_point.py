"""A point of a branch where the Jacobian loses rank: its null vectors, and the tangents of what crosses there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lu_factor, lu_solve

from continuation.problem import Problem
from continuation.special.taylor_tape import TaylorTape

__all__ = ["SingularPoint", "singular_point"]

Array = NDArray[np.float64]
# Of the largest singular value: half of the digits, where a point is known to round-off and the next value is not small.
RANK_LOST = 1e-7


@dataclass(frozen=True)
class SingularPoint:
    """A solution x = (u, p / scale) at which the n × (n + 1) matrix J = [∂F/∂u, scale ∂F/∂p] has rank n − m.

    Parameters
    ----------
    problem
        The equations.
    x
        The point, shape (n + 1,).
    null
        Orthonormal basis N of the null space of J, shape (n + 1, m + 1).
    left
        Orthonormal basis L of that of Jᵀ, shape (n, m).
    lost, kept
        The largest singular value counted as zero, and the smallest one that is not.
    """

    problem: Problem
    x: Array
    null: Array
    left: Array
    lost: float
    kept: float
    _factors: tuple[Array, Array]

    @property
    def nullity(self) -> int:
        """m: the dimension of the left null space."""
        return self.left.shape[1]

    def particular(self, f: Array) -> Array:
        """Return the x ⟂ N with J x = f up to the part of f along L, shape (n + 1,)."""
        rhs = np.zeros(self.x.size + self.nullity)
        rhs[: f.size] = f
        x: Array = lu_solve(self._factors, rhs, check_finite=False)[: self.x.size]
        return x

    def tape(self) -> TaylorTape:
        """Return an empty record of Taylor coefficients of F along curves from the point.

        Raises
        ------
        ValueError
            If the equations have no expansion.
        """
        return TaylorTape(self.problem, self.x)

    def quadratic(self, first: Array, second: Array) -> Array:
        """Return Lᵀ F''(first, second) for two vectors of (u, p / scale), shape (m,)."""
        tape = self.tape()
        values = []
        for v in (first + second, first - second):  # polarisation: exact, because F'' is quadratic
            tape.push(v)
            values.append(self.left.T @ tape.remainder())
            tape.pop()
        half: Array = 0.5 * (values[0] - values[1])
        return half

    def crossing(self, own: Array, kernel: Array) -> Array:
        """Return the unit tangent of the other branch through a simple crossing (m = 1), on the side of ``kernel``.

        Parameters
        ----------
        own
            Tangent of the known branch, shape (n + 1,).
        kernel
            Another vector of the null space: both span it.

        Raises
        ------
        ArithmeticError
            If the two branches do not cross transversally: the second derivatives leave the tangent open.
        """
        bend = float(self.quadratic(kernel, kernel)[0])
        twist = float(self.quadratic(kernel, own)[0])
        if abs(bend) > 1.0 / np.sqrt(np.finfo(float).eps) * abs(twist):
            raise ArithmeticError("the two branches are tangent to each other, or there is only one")
        other = kernel - (0.5 * bend / twist) * own
        unit: Array = other / np.linalg.norm(other)
        return unit


def singular_point(problem: Problem, x: Array, nullity: int | None = None) -> SingularPoint:
    """Return the null vectors at a point where the Jacobian loses ``nullity`` ranks.

    Parameters
    ----------
    problem
        The equations.
    x
        The point (u, p / scale), shape (n + 1,), to round-off: what follows takes it for exact.
    nullity
        m, the dimension of the left null space: 1 at a simple branch point, the number of modes at a resonance. By
        default the number of singular values below 1e-7 of the largest, at least 1.

    Raises
    ------
    ArithmeticError
        If the Jacobian has entries that are not finite.
    ValueError
        If ``nullity`` is not between 1 and n.

    Examples
    --------
    >>> import numpy as np
    >>> from continuation import FunctionProblem
    >>> pitchfork = FunctionProblem(lambda u, p: p * u - u**3,
    ...                             lambda u, p: np.diag(p - 3 * u**2), lambda u, p: u)
    >>> singular_point(pitchfork, np.zeros(2)).null.shape
    (2, 2)
    """
    n = x.size - 1
    if nullity is not None and not 1 <= nullity <= n:
        raise ValueError(f"nullity = {nullity!r} must lie between 1 and the number of unknowns, {n}")
    p = float(x[-1]) * problem.parameter_scale
    column = problem.parameter_scale * problem.parameter_derivative(x[:-1], p)
    matrix = np.column_stack([problem.jacobian(x[:-1], p), column])
    if not np.isfinite(matrix).all():
        raise ArithmeticError("the Jacobian has entries that are not finite")
    lefts, values, rights = np.linalg.svd(matrix)
    if nullity is None:
        nullity = max(1, int(np.count_nonzero(values <= RANK_LOST * values[0])))
    left, null = lefts[:, n - nullity :], rights[n - nullity :].T
    bordered = np.block([[matrix, left], [null.T, np.zeros((nullity + 1, nullity))]])
    factors = lu_factor(bordered, check_finite=False)
    kept = float(values[n - nullity - 1]) if nullity < n else np.inf
    return SingularPoint(problem, x, null, left, float(values[n - nullity]), kept, factors)
