"""Testing a problem's derivatives against its residual."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from continuation.problem import Problem

__all__ = ["check_problem", "remainder_order"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)
SERIES_ORDER = 4
STEPS = (1e-1, 3e-2, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
# Round-off of F and of its linear part, in units of ε times their size.
NOISE = 1e3


def check_problem(problem: Problem, u: Array, p: float, seed: int = 0) -> dict[str, float]:
    """Test the derivatives of a problem against its residual.

    The remainder of a Taylor formula of order k along a random direction must fall like h^{k+1}; the reported
    numbers are the smallest orders observed between two h whose remainders stand out of the round-off
    (infinite where none does: F is a polynomial of that order along the direction).

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
        ``jacobian``, ``parameter_derivative``: observed orders, 2 when exact; ``expansion`` (if there is
        one): that of its first four coefficients, 5 when exact.

    Raises
    ------
    ValueError
        If a shape is wrong, a value is not finite, an observed order falls short, or ``bordered`` or
        ``residuals`` disagrees with the rest: the message names the function.

    Notes
    -----
    It tests one random direction at one point: an error elsewhere is not seen, nor one below about 10⁻⁶ of
    the derivative.

    Examples
    --------
    >>> import numpy as np
    >>> from continuation import FunctionProblem, check_problem
    >>> good = FunctionProblem(lambda u, p: u**3 - p,
    ...                        lambda u, p: np.diag(3 * u**2), lambda u, p: -np.ones(2))
    >>> orders = check_problem(good, np.array([0.5, 1.0]), 0.2)
    >>> round(orders["jacobian"])
    2
    """
    u = np.asarray(u, dtype=float)
    _check_shapes(problem, u, p)
    rng = np.random.default_rng(seed)
    v = rng.standard_normal(u.size)
    dp = problem.parameter_scale
    zero = np.zeros(u.size)
    orders = {
        "jacobian": remainder_order(problem, u, p, [(v, 0.0)], [problem.jacobian(u, p) @ v]),
        "parameter_derivative": remainder_order(problem, u, p, [(zero, dp)], [dp * problem.parameter_derivative(u, p)]),
    }
    curve = [(rng.standard_normal(u.size), dp * float(rng.standard_normal())) for _ in range(SERIES_ORDER)]
    coefficients = _series(problem, u, p, curve)
    if coefficients is not None:
        orders["expansion"] = remainder_order(problem, u, p, curve, coefficients)
    wanted = {"jacobian": 2, "parameter_derivative": 2, "expansion": SERIES_ORDER + 1}
    for name, order in orders.items():
        if not order >= wanted[name] - 0.5:
            raise ValueError(
                f"{name} disagrees with residual: its Taylor remainder falls like h^{order:.2f}, "
                f"expected at least h^{wanted[name]}; check the derivative"
            )
    _check_extras(problem, u, p, rng)
    return orders


def _check_shapes(problem: Problem, u: Array, p: float) -> None:
    n = u.size
    for name, array, shape in (
        ("residual", problem.residual(u, p), (n,)),
        ("jacobian", problem.jacobian(u, p), (n, n)),
        ("parameter_derivative", problem.parameter_derivative(u, p), (n,)),
    ):
        if np.shape(array) != shape:
            raise ValueError(f"{name} has shape {np.shape(array)}, expected {shape} for u of shape ({n},)")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} is not finite at u = {u!r}, p = {p!r}")


def _series(problem: Problem, u: Array, p: float, curve: list[tuple[Array, float]]) -> list[Array] | None:
    """Return the coefficients of F along a curve by the problem's recurrence, None if it has none."""
    expansion = problem.expansion(u, p)
    if expansion is None:
        return None
    jacobian, slope = problem.jacobian(u, p), problem.parameter_derivative(u, p)
    coefficients = []
    for k, (du, dp) in enumerate(curve):
        known = expansion.remainder() if k else np.zeros(u.size)
        coefficients.append(known + jacobian @ du + slope * dp)
        expansion.push(du, dp)
    return coefficients


def remainder_order(
    problem: Problem, u: Array, p: float, curve: list[tuple[Array, float]], coefficients: list[Array]
) -> float:
    """Return the smallest order at which the remainder of the Taylor formula is seen to fall."""
    base = problem.residual(u, p)
    size = float(np.max(np.abs(base)) + np.max(np.abs(u))) + abs(p) + 1.0
    size += max(float(np.max(np.abs(c))) for c in coefficients)

    def remainder(h: float) -> float:
        du = sum((h ** (k + 1) * c for k, (c, _) in enumerate(curve)), np.zeros(u.size))
        dp = sum(h ** (k + 1) * c for k, (_, c) in enumerate(curve))
        known = sum((h ** (k + 1) * c for k, c in enumerate(coefficients)), base)
        return float(np.max(np.abs(problem.residual(u + du, p + dp) - known)))

    values = [(h, remainder(h)) for h in STEPS]
    seen = [(h, value) for h, value in values if value > NOISE * EPSILON * size]
    return min(_slopes(seen), default=float("inf"))


def _slopes(seen: list[tuple[float, float]]) -> list[float]:
    """Return the orders between neighbours, without the first, where h may be too large."""
    orders = [float(np.log(coarse / fine) / np.log(h / smaller)) for (h, coarse), (smaller, fine) in pairwise(seen)]
    return orders[2:] or orders[-1:]


def _check_extras(problem: Problem, u: Array, p: float, rng: np.random.Generator) -> None:
    many = problem.residuals(np.array([u, u]), np.array([p, p]))
    one = problem.residual(u, p)
    same = np.shape(many) == (2, u.size) and np.allclose(many[1], one, rtol=1e-10, atol=1e-12)
    if not same:
        raise ValueError("residuals disagrees with residual")
    row, f = rng.standard_normal(u.size + 1), rng.standard_normal(u.size)
    x = problem.bordered(u, p, row).solve(f, 1.0)
    back = problem.jacobian(u, p) @ x[:-1] + problem.parameter_scale * problem.parameter_derivative(u, p) * x[-1]
    if not np.allclose(back, f, rtol=1e-6, atol=1e-6) or abs(float(row @ x) - 1.0) > 1e-6:
        raise ValueError("bordered disagrees with jacobian and parameter_derivative (or the Jacobian is singular here)")
