"""Which solver suits a Jacobian: dense, sparse or known by its products."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from scipy.sparse.linalg import LinearOperator

from continuation.linear.bordered import BorderedSolver
from continuation.linear.dense import DenseBordered
from continuation.linear.krylov import KrylovBordered
from continuation.linear.sparse import SparseBordered

__all__ = ["bordered_solver"]

Array = NDArray[np.float64]


def bordered_solver(jacobian: Any, columns: Array, rows: Array) -> BorderedSolver:
    """Return a solver of [[jacobian, columns], [rows]].

    Parameters
    ----------
    jacobian
        An array or a SciPy sparse matrix of shape (n, n), factorised, or a ``LinearOperator``, with which GMRES solves:
        it should be near the identity (precondition the equations), and its ``rmatvec`` is needed at branch points.
    columns, rows
        Borders, shapes (n,) or (n, k) and (k, up to n + k).

    Examples
    --------
    >>> import numpy as np
    >>> type(bordered_solver(np.eye(2), np.ones(2), np.array([0.0, 0.0, 1.0]))).__name__
    'DenseBordered'
    """
    if issparse(jacobian):
        return SparseBordered(jacobian, columns, rows)
    if isinstance(jacobian, LinearOperator):
        return KrylovBordered(jacobian.matvec, columns, rows, np.empty((0, 0)), jacobian.rmatvec)
    return DenseBordered(jacobian, columns, rows)
