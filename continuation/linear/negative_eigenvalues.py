"""The sign of a determinant from products alone: that of the number of negative eigenvalues."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import ArpackError, LinearOperator, eigs

__all__ = ["sign_of_determinant"]

Array = NDArray[np.float64]
FIRST, MOST = 6, 48  # eigenvalues asked for, and no more than these: a matrix near the identity has few negative ones
TOLERANCE = 1e-8  # of an eigenvalue: only its sign is wanted


def sign_of_determinant(product: Callable[[Array], Array], size: int) -> int:
    """Return the sign of the determinant of a real matrix known by its products; 0 where it is not found.

    Complex eigenvalues come in pairs with a positive product, so the sign is that of the number of negative ones. The
    leftmost eigenvalues are found by Arnoldi's method, more of them until one lies to the right of zero.

    Parameters
    ----------
    product
        v ↦ B v.
    size
        Number of rows of B: identity plus compact, or no more than a few dozen rows.

    Examples
    --------
    >>> sign_of_determinant(lambda v: np.array([1.0, -2.0, -3.0, 1.0]) * v, 4)
    1
    """
    if size <= MOST:
        return int(np.linalg.slogdet(np.array([product(unit) for unit in np.eye(size)]).T)[0])
    operator = LinearOperator((size, size), matvec=product, dtype=float)
    start = np.random.default_rng(0).standard_normal(size)
    count = FIRST
    while count <= min(MOST, size - 2):
        try:
            values = eigs(operator, count, which="SR", v0=start, tol=TOLERANCE, return_eigenvectors=False)
        except (ArpackError, RuntimeError):
            return 0
        if np.max(values.real) > 0.0:
            negative = (values.real < 0.0) & (np.abs(values.imag) <= TOLERANCE * np.abs(values))
            return -1 if np.count_nonzero(negative) % 2 else 1
        count *= 2
    return 0
