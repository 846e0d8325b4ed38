"""The bordered matrix of a dense Jacobian, factorised by LAPACK."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgecon, dgetrf, dgetrs

from continuation.linear.bordered import finite, framed

__all__ = ["DenseBordered"]

Array = NDArray[np.float64]


class DenseBordered:
    """The bordered matrix, dense: a :class:`~continuation.linear.bordered.BorderedSolver`.

    Parameters
    ----------
    jacobian
        ∂F/∂u, shape (n, n).
    columns
        ∂F/∂p in the scaled parameter, and any further columns: shape (n,) or (n, k).
    rows
        As many border rows, shape (n + 1,) or (k, up to n + k), usually the tangent; shorter ones end in zeros.

    Raises
    ------
    ArithmeticError
        If the matrix has an entry that is not finite, or is exactly singular when solved with.

    Examples
    --------
    >>> import numpy as np
    >>> solver = DenseBordered(np.array([[2.0]]), np.array([1.0]), np.array([0.0, 1.0]))
    >>> solver.solve(np.array([4.0]), 2.0), solver.sign
    (array([1., 2.]), 1)
    """

    __slots__ = ("_lu", "_pivots", "_singular", "_size", "sign")

    def __init__(self, jacobian: Array, columns: Array, rows: Array) -> None:
        columns, rows = framed(columns, rows)
        n, k = columns.shape
        matrix = np.empty((n + k, n + k), order="F")
        matrix[:n, :n] = jacobian
        matrix[:n, n:] = columns
        matrix[n:] = rows
        self._factorise(matrix)

    @classmethod
    def of_matrix(cls, matrix: Array) -> DenseBordered:
        """Factorise a bordered matrix in place, shape (n + k, n + k), Fortran order; it is overwritten."""
        solver = cls.__new__(cls)
        solver._factorise(matrix)
        return solver

    def _factorise(self, matrix: Array) -> None:
        self._lu, self._pivots, info = dgetrf(matrix, overwrite_a=1)
        self._singular = info > 0
        self.sign = 0 if self._singular else self._determinant_sign()
        self._size = len(matrix)

    def _determinant_sign(self) -> int:
        diagonal = self._lu.diagonal()
        finite(diagonal)
        turned = (self._pivots != np.arange(diagonal.size)) ^ (diagonal < 0)  # a row exchange, or a negative pivot
        return -1 if np.count_nonzero(turned) % 2 else 1

    @property
    def log_determinant(self) -> float:
        """Logarithm of the absolute value of the determinant; −∞ where it is singular."""
        return -np.inf if self._singular else float(np.sum(np.log(np.abs(self._lu.diagonal()))))

    def inverse_norm(self) -> float:
        """Return an estimate of the max-norm of the inverse: what a residual may be off in the solution.

        Estimated by LAPACK from the factors, rarely too small by more than a factor of 3; infinite if singular.
        """
        if self._singular:
            return float("inf")
        reciprocal = float(dgecon(self._lu, 1.0, norm="I")[0])
        return 1.0 / reciprocal if reciprocal > 0.0 else float("inf")

    def solve_many(self, rhs: Array) -> Array:
        """Return the solutions for the columns of ``rhs``, shape (n + k, m), Fortran order; overwritten.

        Raises
        ------
        ArithmeticError
            If the matrix is exactly singular.
        """
        if self._singular:
            raise ArithmeticError("the bordered Jacobian is exactly singular: the point is degenerate")
        x: Array = dgetrs(self._lu, self._pivots, rhs, overwrite_b=1)[0]
        return x

    def solve(self, f: Array, last: float | Array = 0.0) -> Array:
        """Return x, shape (n + k,), for a right-hand side f of shape (n,) and the border entries."""
        if self._singular:
            raise ArithmeticError("the bordered Jacobian is exactly singular: the point is degenerate")
        rhs = np.empty(self._size)
        rhs[: f.size] = f
        rhs[f.size :] = last
        x: Array = dgetrs(self._lu, self._pivots, rhs, overwrite_b=1)[0]
        return x

    def solve_transposed(self, f: Array, last: float | Array = 0.0) -> Array:
        """Return the solution of the transposed system, shape (n + k,)."""
        if self._singular:
            raise ArithmeticError("the bordered Jacobian is exactly singular: the point is degenerate")
        rhs = np.concatenate([f, np.broadcast_to(last, self._size - f.size)])
        x: Array = dgetrs(self._lu, self._pivots, rhs, trans=1, overwrite_b=1)[0]
        return x
