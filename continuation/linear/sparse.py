"""The bordered matrix of a sparse Jacobian, factorised by SuperLU."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import bmat, csc_array
from scipy.sparse.linalg import LinearOperator, onenormest, splu

from continuation.linear.bordered import finite, framed

__all__ = ["SparseBordered"]

Array = NDArray[np.float64]
# Of the largest entry of a column: a pivot on the diagonal is kept above it. Borders are full, and a border row taken
# as a pivot early on would fill the factors.
THRESHOLD = 0.01


class SparseBordered:
    """The bordered matrix with a sparse Jacobian (any SciPy format).

    Parameters
    ----------
    jacobian
        ∂F/∂u, sparse, shape (n, n).
    columns, rows
        As for :class:`~continuation.linear.dense.DenseBordered`.

    Raises
    ------
    ArithmeticError
        If an entry is not finite, or the matrix is exactly singular when solved with.

    Notes
    -----
    One step of iterative refinement follows every solve: with the diagonal preferred as pivot the factors alone are
    good to some digits less.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> solver = SparseBordered(csr_array([[2.0]]), np.array([1.0]), np.array([0.0, 1.0]))
    >>> solver.solve(np.array([4.0]), 2.0), solver.sign
    (array([1., 2.]), 1)
    """

    def __init__(self, jacobian: Any, columns: Array, rows: Array) -> None:
        columns, rows = framed(columns, rows)
        n, k = columns.shape
        finite(jacobian.tocsc().data)
        self._matrix = csc_array(bmat([[jacobian, columns], [rows[:, :n], rows[:, n:]]], format="csc"))
        finite(self._matrix.data)
        self._size = n + k
        try:
            self._factors = splu(
                self._matrix,
                permc_spec="MMD_AT_PLUS_A",
                diag_pivot_thresh=THRESHOLD,
                options={"SymmetricMode": True, "Equil": False},
            )
        except RuntimeError:  # exactly singular
            self._factors = None

    @cached_property
    def _diagonal(self) -> Array:
        """The diagonal of U; empty if singular."""
        return np.empty(0) if self._factors is None else np.asarray(self._factors.U.diagonal(), dtype=np.float64)

    @cached_property
    def sign(self) -> int:
        """Sign of the determinant, 0 if singular."""
        if self._factors is None:
            return 0
        odd = _is_odd(self._factors.perm_r) ^ _is_odd(self._factors.perm_c)
        return -1 if (int(np.count_nonzero(self._diagonal < 0)) + odd) % 2 else 1

    @cached_property
    def log_determinant(self) -> float:
        """Logarithm of the determinant's absolute value, −inf if singular."""
        return -np.inf if self._factors is None else float(np.sum(np.log(np.abs(self._diagonal))))

    def solve(self, f: Array, last: float | Array = 0.0) -> Array:
        """Return x, shape (n + k,), for a right-hand side f of shape (n,) and the border entries."""
        return self._solve(f, last, "N")

    def solve_transposed(self, f: Array, last: float | Array = 0.0) -> Array:
        """Return the solution of the transposed system, shape (n + k,)."""
        return self._solve(f, last, "T")

    def _solve(self, f: Array, last: float | Array, trans: str) -> Array:
        if self._factors is None:
            raise ArithmeticError("the bordered Jacobian is exactly singular: the point is degenerate")
        rhs = np.empty(self._size)
        rhs[: f.size], rhs[f.size :] = f, last
        matrix = self._matrix if trans == "N" else self._matrix.T
        x = self._factors.solve(rhs, trans)
        x += self._factors.solve(rhs - matrix @ x, trans)
        return np.asarray(x, dtype=np.float64)

    def inverse_norm(self) -> float:
        """Return an estimate of the max-norm of the inverse, infinite if singular (N. J. Higham's estimator)."""
        if self._factors is None:
            return float("inf")
        shape = (self._size, self._size)
        inverse = LinearOperator(
            shape,
            matvec=lambda x: self._factors.solve(np.ravel(x), "T"),
            rmatvec=lambda x: self._factors.solve(np.ravel(x), "N"),
        )
        return float(onenormest(inverse))


def _is_odd(permutation: NDArray[np.int32]) -> int:
    """Return 1 for an odd permutation, else 0."""
    seen = np.zeros(permutation.size, dtype=bool)
    cycles = 0
    order = permutation.tolist()
    for start in range(permutation.size):
        if not seen[start]:
            cycles += 1
            k = start
            while not seen[k]:
                seen[k] = True
                k = order[k]
    return (permutation.size - cycles) % 2
