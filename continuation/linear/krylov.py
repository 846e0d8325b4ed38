"""The bordered system without its matrix: GMRES, with a dense block on the low modes as preconditioner."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from continuation.linear.bordered import framed
from continuation.linear.dense import DenseBordered
from continuation.linear.negative_eigenvalues import sign_of_determinant

__all__ = ["KrylovBordered"]

Array = NDArray[np.float64]
Product = Callable[[Array], Array]
EPSILON = float(np.finfo(float).eps)
ROUND_OFF = 64 * EPSILON  # of the right-hand side or of the solution: what fast transforms leave
# Of the right-hand side: where round-off in the products themselves stalls the iteration below it, the solution is as
# good as the equations are known; what is made of it is judged by their residual.
NOISE = 1e-7
RESTART, CYCLES = 10, 60  # long cycles gain nothing once round-off has entered, and keep more vectors


class KrylovBordered:
    """A solver of [[J, columns], [rows]] x = (f, last), J = identity minus compact, known by its products.

    On the low modes the bordered matrix is factorised, on the others it counts as the identity; GMRES with restarts
    does the rest, to round-off. The number of iterations depends on the decay of the compact part, not on the size.

    Parameters
    ----------
    product
        v ↦ J v for v of shape (N,).
    columns, rows
        Borders, as for :class:`~continuation.linear.dense.DenseBordered`.
    block
        The leading rows and columns of J; shape (0, 0) to do without.
    transposed
        v ↦ Jᵀ v, needed for :meth:`solve_transposed`.

    Attributes
    ----------
    sign, log_determinant
        Of the determinant: those of the block, as long as the compact part beyond it has norm below one. Without a
        block the sign is that of the number of negative eigenvalues, found when it is asked for, 0 where they are too
        many; the logarithm is nan.
    products
        Products with J so far.
    """

    def __init__(self, product: Product, columns: Array, rows: Array, block: Array, transposed: Product | None = None):
        self._products = (product, transposed)
        self._columns, self._rows = framed(columns, rows)
        self._n, self._low = len(columns), len(block)
        low, n = self._low, self._n
        # On the other modes the identity is eliminated: what the borders are there enters the corner.
        self._far, self._tall = self._rows[:, low:n], self._columns[low:]
        below = np.delete(self._rows, np.s_[low:n], axis=1)
        below[:, low:] -= self._far @ self._tall
        self._block = DenseBordered(block, self._columns[:low], below)
        # Without a block the compact part may have any norm: only the sign of the determinant can be found then.
        self.log_determinant = self._block.log_determinant if low else np.nan
        self.products = 0

    @cached_property
    def sign(self) -> int:
        """Sign of the determinant."""
        if self._low:
            return self._block.sign
        return sign_of_determinant(self.multiply, self._n + len(self._rows))

    def inverse_norm(self) -> float:
        """Return an estimate of the max-norm of the inverse, from the dense block: beyond it the matrix is near 1."""
        return max(1.0, self._block.inverse_norm())

    def multiply(self, x: Array, transposed: bool = False) -> Array:
        """Return the bordered matrix, or its transpose, times x, shape (N + k,)."""
        self.products += 1
        n, product = self._n, self._products[transposed]
        if product is None:
            raise ArithmeticError("the transposed product of this Jacobian is not known: give rmatvec")
        result = np.empty_like(x)
        above, below = (self._rows[:, :n].T, self._columns.T) if transposed else (self._columns, self._rows[:, :n])
        corner = self._rows[:, n:].T if transposed else self._rows[:, n:]
        np.matmul(above, x[n:], out=result[:n])
        try:
            result[:n] += product(x[:n])
        except NotImplementedError as missing:  # a LinearOperator without rmatvec
            raise ArithmeticError("the transposed product of this Jacobian is not known: give rmatvec") from missing
        result[n:] = below @ x[:n] + corner @ x[n:]
        return result

    def _precondition(self, x: Array, transposed: bool) -> Array:
        """Solve with the dense block on the low modes and the borders, the identity elsewhere."""
        result, n, low = x.copy(), self._n, self._low
        if transposed:
            solved = self._block.solve_transposed(x[:low], x[n:] - self._tall.T @ x[low:n])
            result[low:n] -= self._far.T @ solved[low:]
        else:
            solved = self._block.solve(x[:low], x[n:] - self._far @ x[low:n])
            result[low:n] -= self._tall @ solved[low:]
        result[:low], result[n:] = solved[:low], solved[low:]
        return result

    def solve_transposed(self, f: Array, last: float | Array = 0.0) -> Array:
        """Return the solution of the transposed system, shape (N + k,), as :meth:`solve`."""
        return self._solve(f, last, transposed=True)

    def solve(self, f: Array, last: float | Array = 0.0) -> Array:
        """Return x, shape (N + k,), for a right-hand side f of shape (N,) and the border entries.

        Raises
        ------
        ArithmeticError
            If the iteration stalls: the Jacobian is nearly singular, or the dense block too small for the state.
        """
        return self._solve(f, last, transposed=False)

    def _solve(self, f: Array, last: float | Array, transposed: bool) -> Array:
        rhs = np.concatenate([f, np.broadcast_to(last, len(self._rows))])
        scale = float(np.linalg.norm(rhs))
        x = np.zeros_like(rhs)
        residual, norm = rhs, scale
        goal = ROUND_OFF * scale
        for _ in range(CYCLES if scale else 0):
            x = x + self._cycle(residual, 0.5 * goal, transposed)
            residual = rhs - self.multiply(x, transposed)
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

    def _cycle(self, rhs: Array, goal: float, transposed: bool) -> Array:
        """One cycle of right-preconditioned GMRES (modified Gram–Schmidt)."""
        beta = float(np.linalg.norm(rhs))
        basis = [rhs / beta]
        hessenberg = np.zeros((RESTART + 1, RESTART))
        for k in range(RESTART):
            w = self.multiply(self._precondition(basis[k], transposed), transposed)
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
        return self._precondition(combined, transposed)
