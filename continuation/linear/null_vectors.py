"""Null vectors of a nearly singular matrix, by inverse iteration with its borders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from continuation.linear.bordered import BorderedSolver

__all__ = ["NullVectors", "null_vectors"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)
ITERATIONS = 8
SETTLED = 1e3 * EPSILON  # sine of the angle between two iterates: round-off of a well-conditioned solve


@dataclass(frozen=True)
class NullVectors:
    """Orthonormal null vectors: ``right`` of shape (n + d, m + d), ``left`` of shape (n, m).

    ``lost`` is the size of what the matrix makes of the right ones, about its largest singular value that counts as
    zero; ``kept`` a lower estimate of the smallest one that does not; ``solver`` that of the matrix bordered by the
    null vectors (by the iterate before these).
    """

    right: Array
    left: Array
    lost: float
    kept: float
    solver: BorderedSolver


def null_vectors(bordered: Callable[[Array, Array], BorderedSolver], right: Array, left: Array) -> NullVectors:
    """Return the null vectors of a matrix A, (n, n) or (n, n + 1), nearest to losing m ranks.

    Solves with [[A, left], [rightᵀ, 0]], which is regular, give vectors that A makes small; they become the borders of
    the next solve.

    Parameters
    ----------
    bordered
        Returns the solver for given rows, shape (m + d, n + d), and columns, shape (n, m), beyond those of A.
    right, left
        Vectors to start from, with parts along the null vectors, shapes (n + d, m + d) and (n, m).

    Raises
    ------
    ArithmeticError
        If the bordered matrix is singular: more ranks are lost than m.

    Examples
    --------
    >>> import numpy as np
    >>> from continuation.linear.dense import DenseBordered
    >>> a = np.array([[1.0, 2.0], [2.0, 4.0 + 1e-13]])
    >>> found = null_vectors(lambda rows, columns: DenseBordered(a, columns, rows), np.eye(2)[:, :1], np.eye(2)[:, :1])
    >>> bool(np.max(np.abs(np.abs(found.right[:, 0]) - np.array([2.0, 1.0]) / 5**0.5)) < 1e-12), found.lost < 1e-12
    (True, True)
    """
    right, left = np.linalg.qr(right)[0], np.linalg.qr(left)[0]
    (width, k), (n, m) = right.shape, left.shape
    zero, turned = np.zeros(n), np.inf
    for _ in range(ITERATIONS):
        solver = bordered(right.T, left)
        solved = np.array([solver.solve(zero, unit) for unit in np.eye(k)]).T
        # the first equations of the transposed borders belong to columns of A itself
        solved_left = np.array([solver.solve_transposed(zero, unit)[:n] for unit in np.eye(k)[k - m :]]).T
        before, old = turned, (right, left)
        right, left = np.linalg.qr(solved[:width])[0], np.linalg.qr(solved_left)[0]
        turned = max(_turned(old[0], right), _turned(old[1], left))
        if turned <= SETTLED or turned > 0.5 * before:
            break
    lost = float(np.linalg.norm(solved[width:], 2))
    return NullVectors(right, left, lost, 1.0 / solver.inverse_norm(), solver)


def _turned(old: Array, new: Array) -> float:
    """Return the sine of the largest angle between two subspaces."""
    return float(np.linalg.norm(new - old @ (old.T @ new), 2))
