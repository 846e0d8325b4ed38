"""Solving the bordered system [[∂F/∂u, ∂F/∂p], [row]] x = (f, last)."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgecon, dgetrf, dgetrs

__all__ = ["BorderedSolver", "DenseBordered"]

Array = NDArray[np.float64]


class BorderedSolver(Protocol):
    """A factorised bordered matrix: many right-hand sides, one factorisation."""

    sign: int
    """Sign of the determinant (0 if singular or not known)."""

    def solve(self, f: Array, last: float = 0.0) -> Array:
        """Return x, shape (n + 1,), for a right-hand side f of shape (n,) and the border entry."""
        ...

    def inverse_norm(self) -> float:
        """Return an estimate of the max-norm of the inverse, infinite if singular."""
        ...


class DenseBordered:
    """The bordered matrix, dense, factorised by LAPACK.

    Parameters
    ----------
    jacobian
        ∂F/∂u, shape (n, n).
    column
        ∂F/∂p in the scaled parameter, shape (n,).
    row
        Border row, shape (n + 1,), usually the tangent.

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

    def __init__(self, jacobian: Array, column: Array, row: Array) -> None:
        n = column.size
        matrix = np.empty((n + 1, n + 1), order="F")
        matrix[:n, :n] = jacobian
        matrix[:n, n] = column
        matrix[n] = row
        self._factorise(matrix)

    @classmethod
    def of_matrix(cls, matrix: Array) -> DenseBordered:
        """Factorise a bordered matrix in place, shape (n + 1, n + 1), Fortran order; it is overwritten."""
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
        if not np.isfinite(diagonal).all():
            raise ArithmeticError("the Jacobian has entries that are not finite: check the equations at this point")
        swaps = np.count_nonzero(self._pivots != np.arange(diagonal.size))
        negative = np.count_nonzero(diagonal < 0)
        return -1 if (swaps + negative) % 2 else 1

    def inverse_norm(self) -> float:
        """Return an estimate of the max-norm of the inverse: what a residual may be off in the solution.

        Estimated by LAPACK from the factors, rarely too small by more than a factor of 3; infinite if singular.
        """
        if self._singular:
            return float("inf")
        reciprocal = float(dgecon(self._lu, 1.0, norm="I")[0])
        return 1.0 / reciprocal if reciprocal > 0.0 else float("inf")

    def solve_many(self, rhs: Array) -> Array:
        """Return the solutions for the columns of ``rhs``, shape (n + 1, m), Fortran order; overwritten.

        Raises
        ------
        ArithmeticError
            If the matrix is exactly singular.
        """
        if self._singular:
            raise ArithmeticError("the bordered Jacobian is exactly singular: the point is degenerate")
        x: Array = dgetrs(self._lu, self._pivots, rhs, overwrite_b=1)[0]
        return x

    def solve(self, f: Array, last: float = 0.0) -> Array:
        """Return x, shape (n + 1,), for a right-hand side f of shape (n,) and the border entry."""
        if self._singular:
            raise ArithmeticError("the bordered Jacobian is exactly singular: the point is degenerate")
        rhs = np.empty(self._size)
        rhs[:-1] = f
        rhs[-1] = last
        x: Array = dgetrs(self._lu, self._pivots, rhs, overwrite_b=1)[0]
        return x
