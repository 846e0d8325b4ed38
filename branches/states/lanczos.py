"""How many eigenvalues of a large positive semidefinite operator exceed 1, by Lanczos, with a certificate.

Let V span a Krylov space of A, T = VᵀAV, and B the part of A on its complement, to which only the last vector of V
couples, with β. Then ‖B‖ ≤ τ = Tr A − Tr T, or with a known diagonal part 0 ≤ H ≤ A of many small entries
‖B‖ ≤ τ = max H + Tr (A − H) − Tr Vᵀ(A − H)V; and for any threshold μ > τ Haynsworth's inertia formula gives

    #{eig A > μ} = #{eig of T + β² c e eᵀ > μ} for some 0 ≤ c ≤ 1/(μ − τ),  e the last unit vector:

as soon as both ends of that range give one number, it is the number, whatever the eigenvalues not found yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal

__all__ = ["Count", "count_above_one"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)
LEAST_BASIS, LARGEST_BASIS = 32, 160  # vectors kept, by what they take
BASIS_ENTRIES = 2**24
LOOK = 4  # iterations between two looks at the count
BREAKDOWN = 1e-13  # of the trace: the Krylov space is invariant


@dataclass(frozen=True)
class Count:
    """Number of eigenvalues above 1: certainly ``least``, at most ``most`` (equal where it is decided).

    ``ritz`` holds the Ritz values, ascending; ``products`` counts the products spent.
    """

    least: int
    most: int
    ritz: Array
    products: int

    @property
    def decided(self) -> bool:
        """Whether the count is certain."""
        return self.least == self.most


def count_above_one(
    product: Callable[[Array], Array], size: int, trace: float, neglected: float = 0.0, part: Array | None = None
) -> Count:
    """Count the eigenvalues above 1 of a symmetric positive semidefinite operator.

    Parameters
    ----------
    product
        v ↦ A v for v of shape (size,).
    size
        Order of the operator.
    trace
        Its trace.
    neglected
        Norm of what was cut off from the full positive semidefinite operator to get A: no eigenvalue of the full
        one exceeds A's by more.
    part
        Diagonal of H, shape (size,): A − H is positive semidefinite too. It keeps many small eigenvalues out of τ.

    Returns
    -------
    Count
        Undecided where an eigenvalue lies within the error of 1, or the trace of what was not found stays large.

    Examples
    --------
    >>> import numpy as np
    >>> eigenvalues = 9.0 / np.arange(1, 100_001) ** 2            # above 1: 9, 9/4; exactly 1: the third
    >>> count = count_above_one(lambda v: 0.9 * eigenvalues * v, 100_000, 0.9 * eigenvalues.sum())
    >>> count.least, count.most, count.products < 50
    (2, 2, True)
    """
    if size == 0:
        return Count(0, 0, np.zeros(0), 0)
    rng = np.random.default_rng(0)
    limit = min(size, max(LEAST_BASIS, min(LARGEST_BASIS, BASIS_ENTRIES // size)))
    basis = np.empty((limit, size))
    diagonal, coupling = np.zeros(limit), np.zeros(limit)
    part = np.zeros(size) if part is None else part
    all_of_it, less_part = trace, trace - float(part.sum())
    count = Count(0, size, np.zeros(0), 0)
    v = _orthonormal(product(rng.standard_normal(size)), basis[:0])[0]
    for k in range(limit):
        basis[k] = v
        w = product(v)
        diagonal[k] = v @ w
        all_of_it -= diagonal[k]
        less_part -= diagonal[k] - float(part @ (v * v))
        v, coupling[k] = _orthonormal(w, basis[: k + 1])
        if coupling[k] <= BREAKDOWN * trace:  # the space is invariant: go on from any other direction
            coupling[k] = 0.0
            v = _orthonormal(rng.standard_normal(size), basis[: k + 1])[0]
        if (k + 1) % LOOK == 0 or k + 1 == limit:
            bound = max(0.0, min(all_of_it, float(part.max()) + less_part)) + 64 * EPSILON * trace
            count = _counted(diagonal[: k + 1], coupling[: k + 1], bound if k + 1 < size else 0.0, neglected, size)
            if count.decided:
                break
    return count


def _orthonormal(v: Array, basis: Array) -> tuple[Array, float]:
    """Return v less its components along the rows of the basis, of norm 1, and the norm it had."""
    for _ in range(2):  # once is not orthogonal to round-off
        v = v - (basis @ v) @ basis
    norm = float(np.linalg.norm(v))
    return (v / norm if norm else v), norm


def _counted(diagonal: Array, coupling: Array, rest: float, neglected: float, size: int) -> Count:
    """Return the count between its two ends, ``rest`` being the bound of ‖B‖."""
    k = diagonal.size
    ritz = eigh_tridiagonal(diagonal, coupling[: k - 1], eigvals_only=True)
    rounding = 64 * EPSILON * (1.0 + float(ritz[-1]))
    least = int(np.count_nonzero(ritz > 1.0 + rounding))
    threshold = 1.0 - neglected - rounding
    if rest >= threshold:
        return Count(least, size, ritz, k + 2)
    raised = diagonal.copy()
    raised[-1] += coupling[-1] ** 2 / (threshold - rest)
    most = int(np.count_nonzero(eigh_tridiagonal(raised, coupling[: k - 1], eigvals_only=True) > threshold))
    return Count(least, most, ritz, k + 2)
