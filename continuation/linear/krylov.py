"""The bordered system without its matrix: GMRES, with a dense block on the low modes as preconditioner."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from continuation.linear.dense import DenseBordered

__all__ = ["KrylovBordered"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)
ROUND_OFF = 64 * EPSILON  # of the right-hand side or of the solution: what fast transforms leave
# Of the right-hand side: where round-off in the products themselves stalls the iteration below it, the solution is as good
# as the equations are known; what is made of it is judged by the residual of the equations, here and above.
NOISE = 1e-7
RESTART, CYCLES = 10, 60  # long cycles gain nothing once round-off has entered, and keep more vectors


class KrylovBordered:
    """A solver of [[J, column], [row]] x = (f, last), J = identity minus compact.

    On the low modes the bordered matrix is factorised, on the others it counts as the identity; GMRES with restarts
    does the rest, to round-off. The number of iterations depends on the decay of the compact part, not on the size.

    Parameters
    ----------
    product
        v ↦ J v for v of shape (N,).
    column, row
        Borders, shapes (N,) and (N + 1,).
    block
        The leading rows and columns of J.

    Attributes
    ----------
    sign
        Sign of the determinant: that of the block, as long as the compact part beyond it has norm below one.
    products
        Products with J so far.
    """

    def __init__(self, product: Callable[[Array], Array], column: Array, row: Array, block: Array) -> None:
        self._product, self._column, self._row = product, column, row
        self._low = len(block)
        border = np.append(row[: self._low], row[-1])
        self._block = DenseBordered(block, column[: self._low], border)
        self.sign = self._block.sign
        self.products = 0

    def inverse_norm(self) -> float:
        """Return an estimate of the max-norm of the inverse, from the dense block: beyond it the matrix is near 1."""
        return max(1.0, self._block.inverse_norm())

    def multiply(self, x: Array) -> Array:
        """Return the bordered matrix times x, shape (N + 1,)."""
        self.products += 1
        result = np.empty_like(x)
        np.multiply(self._column, x[-1], out=result[:-1])
        result[:-1] += self._product(x[:-1])
        result[-1] = self._row @ x
        return result

    def _precondition(self, x: Array) -> Array:
        """Solve with the dense block on the low modes and the parameter, the identity elsewhere."""
        result = x.copy()
        last = x[-1] - self._row[self._low : -1] @ x[self._low : -1]  # the row sees the high modes as they are
        low = self._block.solve(x[: self._low], last)
        result[: self._low], result[-1] = low[:-1], low[-1]
        return result

    def solve(self, f: Array, last: float = 0.0) -> Array:
        """Return x, shape (N + 1,), for a right-hand side f of shape (N,) and the border entry.

        Raises
        ------
        ArithmeticError
            If the iteration stalls: the Jacobian is nearly singular, or the dense block too small for the state.
        """
        rhs = np.append(f, last)
        scale = float(np.linalg.norm(rhs))
        x = np.zeros_like(rhs)
        residual, norm = rhs, scale
        goal = ROUND_OFF * scale
        for _ in range(CYCLES if scale else 0):
            x = x + self._cycle(residual, 0.5 * goal)
            residual = rhs - self.multiply(x)
            new = float(np.linalg.norm(residual))
            goal = ROUND_OFF * max(scale, float(np.linalg.norm(x)))
            if new <= goal or (new > 0.1 * norm and new <= 1e-12 * scale):
                return x
            if new > 0.9 * norm and min(new, norm) <= NOISE * scale:
                return x
            if new > 0.9 * norm:
                raise ArithmeticError(
                    f"GMRES stalls at a relative residual of {new / scale:.1e} after {self.products} products with "
                    f"{self._low} modes in the dense block: the Jacobian is nearly singular here"
                )
            norm = new
        return x

    def _cycle(self, rhs: Array, goal: float) -> Array:
        """One cycle of right-preconditioned GMRES (modified Gram–Schmidt)."""
        beta = float(np.linalg.norm(rhs))
        basis = [rhs / beta]
        hessenberg = np.zeros((RESTART + 1, RESTART))
        for k in range(RESTART):
            w = self.multiply(self._precondition(basis[k]))
            for j in range(k + 1):
                hessenberg[j, k] = basis[j] @ w
                w -= hessenberg[j, k] * basis[j]
            hessenberg[k + 1, k] = np.linalg.norm(w)
            e = np.zeros(k + 2)
            e[0] = beta
            y, *_ = np.linalg.lstsq(hessenberg[: k + 2, : k + 1], e, rcond=None)
            left = float(np.linalg.norm(e - hessenberg[: k + 2, : k + 1] @ y))
            if left <= goal or hessenberg[k + 1, k] <= EPSILON * beta or k == RESTART - 1:
                break
            basis.append(w / hessenberg[k + 1, k])
        combined = y[0] * basis[0]
        for coefficient, vector in zip(y[1:], basis[1:], strict=True):
            combined += coefficient * vector
        return self._precondition(combined)
