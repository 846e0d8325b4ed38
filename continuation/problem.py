"""The contract between a user's equations and the engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from continuation.linear.dense import BorderedSolver, DenseBordered
from continuation.steps.predictor import taylor_series

__all__ = ["Expansion", "FunctionProblem", "Problem"]

Array = NDArray[np.float64]


class Expansion(Protocol):
    """Taylor coefficients of F along a curve, one order after the other.

    The engine pushes the coefficients (u_k, p_k) of u(s) = Σ u_k s^k and p(s) = Σ p_k s^k
    in order, starting with k = 1, and asks before each push for the remainder. A method ``pop()``, which forgets the
    coefficients pushed last, is used where there is one: branches then leave singular points faster.
    """

    def remainder(self) -> Array:
        """Return the next coefficient of F(u(s), p(s)) with the next (u_k, p_k) set to zero, shape (n,)."""
        ...

    def push(self, u: Array, p: float) -> None:
        """Append the coefficients of the next order."""
        ...


class Problem(ABC):
    """A system of n equations F(u, p) = 0 for n unknowns u and one parameter p.

    Subclass it and provide, for u of shape (n,) and a float p:

    1. ``residual(u, p)``: F, shape (n,);
    2. ``jacobian(u, p)``: ∂F/∂u, shape (n, n), exact (not by finite differences);
    3. ``parameter_derivative(u, p)``: ∂F/∂p, shape (n,).

    Whatever else the equations can offer, the engine uses when it is there:

    4. ``expansion(u, p)``: an :class:`Expansion`; the engine then takes long Taylor steps;
    5. ``bordered(u, p, row)``: a solver of the bordered system, for structured Jacobians;
    6. ``resized(u, p, solver)``: the same equations with a better number of unknowns, and that number, or None;
       ``transfer(u, size)`` maps an unknown vector to another size;
    7. ``defect(u, p)``: what the discretisation neglects at u, in the units of F;
    8. ``parameter_scale``: the typical size of p, so that arclength weighs p like u;
    9. ``series(x, solver, order)``: the whole Taylor series, where that is faster than order by order, and
       ``largest_order``, where memory limits it.

    :func:`continuation.check_problem` tests 1 to 5 against each other.

    Examples
    --------
    >>> import numpy as np
    >>> from continuation import Problem, follow
    >>> class Circle(Problem):
    ...     def residual(self, u, p): return np.array([u[0]**2 + p**2 - 1])
    ...     def jacobian(self, u, p): return np.array([[2 * u[0]]])
    ...     def parameter_derivative(self, u, p): return np.array([2 * p])
    >>> branch = follow(Circle(), [1.0], 0.0)
    >>> branch.status.name, [point.kind for point in branch.special_points]
    ('CLOSED', ['fold', 'fold'])
    """

    parameter_scale: float = 1.0
    largest_order: int = 100

    @abstractmethod
    def residual(self, u: Array, p: float) -> Array:
        """Return F(u, p), shape (n,)."""

    @abstractmethod
    def jacobian(self, u: Array, p: float) -> Array:
        """Return ∂F/∂u at (u, p), shape (n, n)."""

    @abstractmethod
    def parameter_derivative(self, u: Array, p: float) -> Array:
        """Return ∂F/∂p at (u, p), shape (n,)."""

    def residuals(self, u: Array, p: Array) -> Array:
        """Return F at many points, u of shape (m, n) and p of shape (m,); shape (m, n)."""
        return np.array([self.residual(ui, float(pi)) for ui, pi in zip(u, p, strict=True)])

    def expansion(self, u: Array, p: float) -> Expansion | None:
        """Return the Taylor recurrence of F about (u, p), or None where there is none."""
        return None

    def series(self, x: Array, solver: BorderedSolver, order: int) -> Array:
        """Return the Taylor coefficients of the branch through x = (u, p / scale), shape (order + 1, n + 1).

        ``solver`` is that of the bordered Jacobian at x; the series parameter is the projection on its row.
        """
        expansion = self.expansion(x[:-1], float(x[-1]) * self.parameter_scale)
        if expansion is None:
            raise ValueError("these equations have no expansion: they are followed by tangent steps")
        return taylor_series(expansion, solver, x, self.parameter_scale, order)

    def bordered(self, u: Array, p: float, row: Array) -> BorderedSolver:
        """Return a solver of [[∂F/∂u, scale ∂F/∂p], [row]], ``row`` of shape (n + 1,)."""
        column = self.parameter_scale * self.parameter_derivative(u, p)
        return DenseBordered(self.jacobian(u, p), column, row)

    def resized(self, u: Array, p: float, solver: BorderedSolver | None = None) -> tuple[Problem, int] | None:
        """Return the problem with the number of unknowns that u needs, and that number; None to stay.

        ``solver`` is the bordered Jacobian at (u, p) where the engine has factorised it: it tells how well these
        equations are conditioned, and others that are better may be returned for the same states.
        """
        return None

    def transfer(self, u: Array, size: int) -> Array:
        """Map vectors of unknowns, shape (..., n), to ``size`` unknowns (padding by zeros or cutting)."""
        if u.shape[-1] >= size:
            return u[..., :size].copy()
        return np.concatenate([u, np.zeros((*u.shape[:-1], size - u.shape[-1]))], axis=-1)

    def defect(self, u: Array, p: float) -> float:
        """Return the size of what the discretisation neglects at (u, p); 0 where nothing is neglected."""
        return 0.0


class FunctionProblem(Problem):
    """A problem given by three functions of (u, p).

    Parameters
    ----------
    residual, jacobian, parameter_derivative
        F, ∂F/∂u and ∂F/∂p, as in :class:`Problem`.
    parameter_scale
        Typical size of p.

    Examples
    --------
    >>> import numpy as np
    >>> cusp = FunctionProblem(lambda u, p: p + u - u**3 / 3,
    ...                        lambda u, p: np.diag(1 - u**2),
    ...                        lambda u, p: np.ones(1))
    >>> cusp.residual(np.array([3.0]), 6.0)
    array([0.])
    """

    def __init__(
        self,
        residual: Callable[[Array, float], Array],
        jacobian: Callable[[Array, float], Array],
        parameter_derivative: Callable[[Array, float], Array],
        parameter_scale: float = 1.0,
    ) -> None:
        self._residual = residual
        self._jacobian = jacobian
        self._parameter_derivative = parameter_derivative
        self.parameter_scale = parameter_scale

    def residual(self, u: Array, p: float) -> Array:
        """Return F(u, p)."""
        return np.asarray(self._residual(u, p), dtype=float)

    def jacobian(self, u: Array, p: float) -> Array:
        """Return ∂F/∂u."""
        return np.asarray(self._jacobian(u, p), dtype=float)

    def parameter_derivative(self, u: Array, p: float) -> Array:
        """Return ∂F/∂p."""
        return np.asarray(self._parameter_derivative(u, p), dtype=float)
