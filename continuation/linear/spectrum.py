"""Eigenvalues of a Jacobian: all of a dense one, those nearest to zero of a sparse one, the rightmost of others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["eigenpair", "eigenvalues", "solve_shifted"]

Complex = NDArray[np.complex128]
FEW = 12  # eigenvalues of a large Jacobian


def eigenvalues(jacobian: Any, count: int | None = None) -> Complex:
    """Return eigenvalues in the order of falling real part, shape (k,).

    Parameters
    ----------
    jacobian
        A dense array, a SciPy sparse matrix or a LinearOperator, shape (n, n).
    count
        How many of a matrix that is not dense: 12 by default.

    Raises
    ------
    ArithmeticError
        If ARPACK does not converge.

    Notes
    -----
    Of a sparse matrix those nearest to zero are found (ARPACK with shift and inversion): a pair of large frequency may
    not be among them. Of an operator the rightmost are found, slowly.

    Examples
    --------
    >>> eigenvalues(np.array([[0.0, 2.0], [-2.0, 0.0]])).imag.round(12).tolist()
    [2.0, -2.0]
    """
    n = jacobian.shape[0]
    k = min(count or FEW, n - 2)
    if isinstance(jacobian, np.ndarray):
        found = np.linalg.eigvals(jacobian)
    elif k < 1 or (n <= 4 * (count or FEW) and hasattr(jacobian, "toarray")):
        found = np.linalg.eigvals(jacobian.toarray())
    else:
        found = _arpack(jacobian, k)
    order = np.lexsort((-found.imag, -found.real))
    ordered: Complex = found[order].astype(np.complex128)
    return ordered


def _arpack(jacobian: Any, k: int, shift: complex = 0.0) -> Any:
    from scipy.sparse.linalg import ArpackError, eigs

    start = np.ones(jacobian.shape[0])
    try:
        if hasattr(jacobian, "tocsc"):
            return eigs(jacobian.tocsc().astype(float), k, sigma=shift, v0=start, return_eigenvectors=False)
        return eigs(jacobian, k, which="LR", v0=start, return_eigenvectors=False)
    except (ArpackError, RuntimeError) as failure:  # RuntimeError: the shifted matrix is exactly singular
        raise ArithmeticError(f"the eigenvalues were not found: {failure}") from failure


def eigenpair(jacobian: Any, value: complex) -> tuple[Complex, Complex]:
    """Return the right and the left eigenvector of the eigenvalue nearest to a value, by two inverse iterations.

    They are scaled to ⟨q, q⟩ = 1 and ⟨p, q⟩ = 1, the first argument conjugated.
    """
    n = jacobian.shape[0]
    rng = np.random.default_rng(0)
    shift = value + 1e-9j * max(abs(value), 1e-3)
    right, left = (rng.standard_normal(n) + 1j * rng.standard_normal(n) for _ in range(2))
    for _ in range(3):
        right = solve_shifted(jacobian, shift, right)
        right /= np.linalg.norm(right)
        left = solve_shifted(jacobian.conj().T, np.conj(shift), left)
        left /= np.linalg.norm(left)
    return right, left / np.conj(np.vdot(left, right))


def solve_shifted(jacobian: Any, shift: complex, f: Complex) -> Complex:
    """Return (shift − J)⁻¹ f."""
    if isinstance(jacobian, np.ndarray):
        return np.asarray(np.linalg.solve(shift * np.eye(len(jacobian)) - jacobian, f), dtype=np.complex128)
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import spsolve

    y: Complex = spsolve((shift * eye_array(jacobian.shape[0]) - jacobian).tocsc(), f)
    return y
