"""The contract between a user's equations and the engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from continuation.linear import BorderedSolver, DenseBordered

__all__ = ["Expansion", "FunctionProblem", "Problem", "check_problem"]

Array = NDArray[np.float64]


class Expansion(Protocol):
    """Taylor coefficients of F along a curve, one order after the other.

    The engine pushes the coefficients (u_k, p_k) of u(s) = Σ u_k s^k and p(s) = Σ p_k s^k
    in order, starting with k = 1, and asks before each push for the remainder.
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
    6. ``resized(u, p)``: the same equations with a better number of unknowns, and that number, or None;
       ``transfer(u, size)`` maps an unknown vector to another size;
    7. ``defect(u, p)``: what the discretisation neglects at u, in the units of F;
    8. ``parameter_scale``: the typical size of p, so that arclength weighs p like u.

    :func:`check_problem` tests 1 to 4 against each other.

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

    def bordered(self, u: Array, p: float, row: Array) -> BorderedSolver:
        """Return a solver of [[∂F/∂u, scale ∂F/∂p], [row]], ``row`` of shape (n + 1,)."""
        column = self.parameter_scale * self.parameter_derivative(u, p)
        return DenseBordered(self.jacobian(u, p), column, row)

    def resized(self, u: Array, p: float) -> tuple[Problem, int] | None:
        """Return the problem with the number of unknowns that u needs, and that number; None to stay."""
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


def check_problem(problem: Problem, u: Array, p: float, seed: int = 0) -> dict[str, float]:
    """Test the derivatives of a problem against its residual.

    The remainder of the first-order Taylor formula along a random direction must fall like h²;
    the reported numbers are the observed orders, 2 for exact derivatives, 1 for wrong ones
    (infinite where F is linear along the direction).

    Parameters
    ----------
    problem
        The problem to test.
    u, p
        Where to test, u of shape (n,). It need not be a solution.
    seed
        Seed of the random direction.

    Returns
    -------
    dict
        ``jacobian``, ``parameter_derivative``: observed orders; ``expansion`` (if there is one):
        the observed order of its second coefficient, 3 when exact.

    Raises
    ------
    ValueError
        If a shape is wrong or an observed order falls short: the message names the function.

    Notes
    -----
    It tests one random direction at one point: an error elsewhere is not seen.

    Examples
    --------
    >>> import numpy as np
    >>> good = FunctionProblem(lambda u, p: u**3 - p, lambda u, p: np.diag(3 * u**2), lambda u, p: -np.ones(2))
    >>> orders = check_problem(good, np.array([0.5, 1.0]), 0.2)
    >>> round(orders["jacobian"])
    2
    """
    u = np.asarray(u, dtype=float)
    n = u.size
    base = problem.residual(u, p)
    for name, array, shape in (
        ("residual", base, (n,)),
        ("jacobian", problem.jacobian(u, p), (n, n)),
        ("parameter_derivative", problem.parameter_derivative(u, p), (n,)),
    ):
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, expected {shape} for u of shape ({n},)")
    v = np.random.default_rng(seed).standard_normal(n)
    dp = problem.parameter_scale
    orders = {
        "jacobian": _order(
            lambda h: problem.residual(u + h * v, p) - base - h * problem.jacobian(u, p) @ v, base
        ),
        "parameter_derivative": _order(
            lambda h: problem.residual(u, p + h * dp) - base - h * dp * problem.parameter_derivative(u, p), base
        ),
    }
    expansion = problem.expansion(u, p)
    if expansion is not None:
        linear = problem.jacobian(u, p) @ v + dp * problem.parameter_derivative(u, p)
        expansion.push(v, dp)
        second = expansion.remainder()
        orders["expansion"] = _order(
            lambda h: problem.residual(u + h * v, p + h * dp) - base - h * linear - h**2 * second, base
        )
    wanted = {"jacobian": 1.5, "parameter_derivative": 1.5, "expansion": 2.5}
    for name, order in orders.items():
        if order < wanted[name]:
            raise ValueError(
                f"{name} disagrees with residual: its Taylor remainder falls like h^{order:.2f}, "
                f"expected at least h^{wanted[name] + 0.5:.0f}; check the derivative"
            )
    return orders


def _order(remainder: Callable[[float], Array], base: Array) -> float:
    """Return log2 of the ratio of two remainders, inf where both are at round-off."""
    h = 1e-2
    coarse, fine = (float(np.max(np.abs(remainder(step)))) for step in (h, h / 2))
    if coarse <= 1e3 * np.finfo(float).eps * (1.0 + float(np.max(np.abs(base)))):
        return float("inf")
    return float(np.log2(coarse / max(fine, np.finfo(float).tiny)))
