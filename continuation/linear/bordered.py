"""What the engine asks of linear algebra: one bordered matrix, solves with it and with its transpose."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["BorderedSolver", "framed"]

Array = NDArray[np.float64]


class BorderedSolver(Protocol):
    """A solver of the bordered matrix [[A, columns], [rows]], n + k equations, for many right-hand sides.

    A is ∂F/∂u, (n, n); the first column is ∂F/∂p in units of the parameter's scale, further ones and the rows are
    chosen so that the whole is regular: with the tangent as its one row everywhere but at branch points, with null
    vectors as rows and left ones as columns there too.
    """

    @property
    def sign(self) -> int:
        """Sign of the determinant, 0 if it is singular or not known."""
        ...

    @property
    def log_determinant(self) -> float:
        """Logarithm of the determinant's absolute value, −inf if singular, nan if not known."""
        ...

    def solve(self, f: Array, last: float | Array = 0.0) -> Array:
        """Return x, shape (n + k,), for a right-hand side f of shape (n,) and the k border entries.

        Raises
        ------
        ArithmeticError
            If the matrix is singular.
        """
        ...

    def solve_transposed(self, f: Array, last: float | Array = 0.0) -> Array:
        """Return the solution of the transposed system, shape (n + k,), as :meth:`solve`."""
        ...

    def inverse_norm(self) -> float:
        """Return an estimate of the max-norm of the inverse, infinite if singular."""
        ...


def framed(columns: Array, rows: Array) -> tuple[Array, Array]:
    """Return borders as matrices of shapes (n, k) and (k, n + k): rows that are shorter are continued by zeros.

    Raises
    ------
    ValueError
        If their shapes do not fit together.

    Examples
    --------
    >>> import numpy as np
    >>> columns, rows = framed(np.ones((3, 2)), np.ones((2, 4)))
    >>> rows.shape, rows[0, 4]
    ((2, 5), np.float64(0.0))
    """
    columns, rows = (columns[:, None] if columns.ndim == 1 else columns), np.atleast_2d(rows)
    n, k = columns.shape
    if rows.shape[0] != k or not n <= rows.shape[1] <= n + k:
        raise ValueError(f"columns of shape {columns.shape} and rows of shape {rows.shape} do not border a matrix")
    return columns, np.pad(rows, ((0, 0), (0, n + k - rows.shape[1])))


def finite(values: Any) -> Any:
    """Return an array, or the entries of a matrix, unchanged.

    Raises
    ------
    ArithmeticError
        If one is not finite.
    """
    if not np.isfinite(values).all():
        raise ArithmeticError("the Jacobian has entries that are not finite: check the equations at this point")
    return values
