"""A point of a branch where the Jacobian loses rank: its null vectors, and the tangents of what crosses there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from continuation.linear.bordered import BorderedSolver
from continuation.linear.null_vectors import NullVectors, null_vectors
from continuation.problem import Problem
from continuation.special.taylor_tape import TaylorTape

__all__ = ["SingularPoint", "is_lost", "problem_null_vectors", "singular_point"]

Array = NDArray[np.float64]
# A singular value that belongs to a lost rank, over the smallest one that does not: half of the digits, as the point is
# known to round-off. A ratio, because F and u may be in any units.
RANK_LOST = 1e-7
MOST_LOST = 6


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
        The size of J on its null vectors, and an estimate from below of the smallest singular value that is not lost.
    """

    problem: Problem
    x: Array
    null: Array
    left: Array
    lost: float
    kept: float
    _solver: BorderedSolver

    @property
    def nullity(self) -> int:
        """m: the dimension of the left null space."""
        return int(self.left.shape[1])

    def particular(self, f: Array) -> Array:
        """Return the x ⟂ N with J x = f up to the part of f along L, shape (n + 1,)."""
        return self._solver.solve(f)[: self.x.size]

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


def singular_point(
    problem: Problem, x: Array, nullity: int | None = None, along: Array | None = None
) -> SingularPoint:
    """Return the null vectors at a point where the Jacobian loses ``nullity`` ranks.

    Parameters
    ----------
    problem
        The equations.
    x
        The point (u, p / scale), shape (n + 1,), to round-off: what follows takes it for exact.
    nullity
        m, the dimension of the left null space: 1 at a simple branch point, the number of modes at a resonance. By
        default as few as leave a gap of seven digits between the singular values that vanish and the others.
    along
        A vector with a part along the null space, shape (n + 1,), where one is known.

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
    along = np.eye(1, n + 1, n)[0] if along is None else along
    found = problem_null_vectors(problem, x, along, nullity) if nullity else _fitting(problem, x, along)
    return SingularPoint(problem, x, found.right, found.left, found.lost, found.kept, found.solver)


def _fitting(problem: Problem, x: Array, along: Array) -> NullVectors:
    """Return the fewest null vectors with a gap between what is lost and what is kept; else those with the widest."""
    tried, failure = [], ArithmeticError("the Jacobian loses too many ranks here")
    candidate: NullVectors | None = None
    for m in range(1, min(x.size - 1, MOST_LOST) + 1):
        try:
            found = problem_null_vectors(problem, x, along, m)
        except ArithmeticError as singular:  # more are lost than m
            candidate, failure = None, singular
            continue
        # Is the gap one between two that are lost? With m = n nothing is kept that could tell.
        if candidate is not None and (m == x.size - 1 or not is_lost(candidate.kept, found.kept)):
            return candidate
        candidate = found if is_lost(found.lost, found.kept) else None
        tried.append(found)
    if not tried:
        raise failure
    return candidate or min(tried, key=lambda found: found.lost / found.kept)


def is_lost(lost: float, kept: float) -> bool:
    """Whether a singular value counts as zero beside the smallest one that does not."""
    return lost <= RANK_LOST * kept


def problem_null_vectors(problem: Problem, x: Array, along: Array, nullity: int) -> NullVectors:
    """Return the null vectors of [∂F/∂u, scale ∂F/∂p] nearest to losing ``nullity`` ranks, from a vector along one."""
    n, p = x.size - 1, float(x[-1]) * problem.parameter_scale
    rng = np.random.default_rng(0)
    right = np.column_stack([along, rng.standard_normal((n + 1, nullity)) / np.sqrt(n)])
    left = rng.standard_normal((n, nullity))
    return null_vectors(lambda rows, columns: problem.bordered(x[:-1], p, rows, columns), right, left)
