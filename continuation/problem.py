"""The contract between a user's equations and the engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from continuation.linear.bordered import BorderedSolver
from continuation.linear.solvers import bordered_solver
from continuation.stepping.predictor import taylor_series

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
    5. ``bordered(u, p, rows, columns)``: a solver of the bordered system, for structured Jacobians;
    6. ``resized(u, p, solver)``: the same equations with a better number of unknowns, and that number, or None;
       ``transfer(u, size)`` maps an unknown vector to another size;
    7. ``defect(u, p)``: what the discretisation neglects at u, in the units of F;
    8. ``parameter_scale``: the typical size of p, so that arclength weighs p like u;
    9. ``series(x, solver, order)``: the whole Taylor series, where that is faster than order by order, and
       ``largest_order``, where memory limits it;
    10. ``watches_pairs``: False where the determinant is not to be sampled inside the steps for branch points that come
        in pairs, because they are found by other means or a factorisation is dear.

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

    @staticmethod
    def from_function(
        f: Callable[[Any, Any], Any], *, derivatives: str = "auto", parameter_scale: float = 1.0
    ) -> Problem:
        """Return the problem of a function F(u, p); its derivatives need not be written.

        Parameters
        ----------
        f
            F(u, p) for u of shape (n,) and a scalar p, shape (n,).
        derivatives
            How they are taken: 'jax' for a function written in ``jax.numpy`` (exact, with Taylor coefficients, so that
            steps are long), 'complex step' for an analytic function that takes complex numbers (exact to round-off; n
            evaluations a Jacobian), 'auto' to decide by the type of the first value of f.
        parameter_scale
            Typical size of p.

        Returns
        -------
        Problem
            Its derivatives by complex steps are tested once against f, where the first of them is asked for.

        Raises
        ------
        TypeError, ValueError
            If f is not a function, or ``derivatives`` not one of these. Later, from :func:`continuation.follow`: if f
            returns something else than n real numbers, or is not complex-safe; the message tells the remedy.
        ImportError
            If JAX is asked for and not installed.

        Examples
        --------
        >>> import numpy as np
        >>> from continuation import Problem, follow
        >>> problem = Problem.from_function(lambda u, p: p + np.sin(u))
        >>> branch = follow(problem, [0.0], 0.0, p_max=2.0, max_arclength=4.0)
        >>> f"{branch.folds[0].p:.12f}"
        '1.000000000000'
        """
        from continuation.from_function import problem_of

        return problem_of(f, derivatives, parameter_scale)

    parameter_scale: float = 1.0
    largest_order: int = 100
    watches_pairs: bool = True

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

    def bordered(self, u: Array, p: float, rows: Array, columns: Array | None = None) -> BorderedSolver:
        """Return a solver of [[∂F/∂u, scale ∂F/∂p, columns], [rows]].

        Parameters
        ----------
        u, p
            The point.
        rows
            Shape (n + 1,) for the one row of a step; (k, n + 1), or up to (k, n + k), at branch points and on loci.
            Where they are shorter than the matrix they end in zeros.
        columns
            The columns beyond ∂F/∂p, shape (n, k − 1); none by default.
        """
        column = self.parameter_scale * real_vector(self.parameter_derivative(u, p), u.size, "parameter_derivative")
        borders = column if columns is None else np.column_stack([column, columns])
        return bordered_solver(real_matrix(self.jacobian(u, p), u.size), borders, rows)

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
        return real_vector(self._residual(u, p), u.size)

    def jacobian(self, u: Array, p: float) -> Array:
        """Return ∂F/∂u."""
        matrix: Array = real_matrix(self._jacobian(u, p), u.size)
        return matrix

    def parameter_derivative(self, u: Array, p: float) -> Array:
        """Return ∂F/∂p."""
        return real_vector(self._parameter_derivative(u, p), u.size, "parameter_derivative")


def real_vector(value: Any, n: int, name: str = "residual") -> Array:
    """Return what a user's function gave as a real vector.

    Raises
    ------
    ValueError
        If it is not n real numbers; the message names the function.
    """
    vector = np.asarray(value)
    if vector.shape != (n,):
        raise ValueError(f"{name} has shape {vector.shape}, expected ({n},) for u of shape ({n},)")
    if vector.dtype.kind not in "fiu":
        raise ValueError(f"{name} has dtype {vector.dtype}, expected real numbers")
    return vector.astype(np.float64, copy=False)


def real_matrix(value: Any, n: int) -> Any:
    """Return what a user's function gave as the Jacobian: a real array, a SciPy sparse matrix or a LinearOperator.

    Raises
    ------
    ValueError
        If its shape is not (n, n), or its entries are not real numbers.
    """
    matrix = value if hasattr(value, "tocsc") or hasattr(value, "matvec") else np.asarray(value)
    if matrix.shape != (n, n):
        raise ValueError(f"jacobian has shape {matrix.shape}, expected ({n}, {n}) for u of shape ({n},)")
    if np.dtype(matrix.dtype).kind not in "fiu":
        raise ValueError(f"jacobian has dtype {matrix.dtype}, expected real numbers")
    return matrix.astype(np.float64, copy=False) if isinstance(matrix, np.ndarray) else matrix


def check_is_problem(problem: object) -> None:
    """Raise TypeError for anything that is not a Problem, with the way to make one."""
    if isinstance(problem, Problem):
        return
    what = "a function" if callable(problem) else f"a {type(problem).__name__}"
    raise TypeError(
        f"problem = {problem!r} is {what}, not a Problem: make one by Problem.from_function(f), which needs F alone, "
        "by FunctionProblem(residual, jacobian, parameter_derivative), or by a subclass of Problem"
    )
