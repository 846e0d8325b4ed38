"""The contract, and check_problem, which must catch what is wrong."""

from collections.abc import Callable

import numpy as np
import pytest
from toys import CUBIC, Array, Polynomial, PolynomialExpansion

from continuation import FunctionProblem, Problem, check_problem

U, P = np.array([0.7, -1.1]), 0.3


def problem(
    jacobian: Callable[[Array, float], Array] = lambda u, p: np.diag(np.cos(u) + p),
    slope: Callable[[Array, float], Array] = lambda u, p: u - 3 * p**2,
) -> FunctionProblem:
    return FunctionProblem(lambda u, p: np.sin(u) + p * u - p**3, jacobian, slope)


def test_exact_derivatives_pass_with_order_two() -> None:
    orders = check_problem(problem(), U, P)
    assert orders["jacobian"] == pytest.approx(2.0, abs=0.05)
    assert orders["parameter_derivative"] == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("size", [1.0, 1e-2, 1e-4])
def test_a_wrong_jacobian_is_named(size: float) -> None:
    with pytest.raises(ValueError, match="jacobian disagrees"):
        check_problem(problem(jacobian=lambda u, p: np.diag(np.cos(u) + p + size)), U, P)


@pytest.mark.parametrize("size", [1.0, 1e-4])
def test_a_wrong_parameter_derivative_is_named(size: float) -> None:
    with pytest.raises(ValueError, match="parameter_derivative disagrees"):
        check_problem(problem(slope=lambda u, p: u - 3 * p**2 + size), U, P)


def test_a_wrong_shape_is_named() -> None:
    with pytest.raises(ValueError, match=r"parameter_derivative has shape \(\), expected \(2,\)"):
        check_problem(problem(slope=lambda u, p: np.asarray(1.0)), U, P)


def test_an_exact_expansion_passes() -> None:
    sextic = Polynomial({(6, 0): 1.0, (1, 5): 2.0, (0, 2): -1.0})
    assert check_problem(sextic, np.array([0.8]), 0.6)["expansion"] >= 4.5
    assert check_problem(CUBIC, np.array([0.8]), 0.6)["expansion"] >= 4.5


@pytest.mark.parametrize("wrong_order", [2, 3, 4])
def test_an_expansion_wrong_at_one_order_is_caught(wrong_order: int) -> None:
    class Slip(PolynomialExpansion):
        def remainder(self) -> Array:
            return super().remainder() + (0.1 if len(self.u) == wrong_order else 0.0)

    class Slipping(Polynomial):
        def expansion(self, u: Array, p: float) -> PolynomialExpansion:
            return Slip(self.terms, float(u[0]), p)

    with pytest.raises(ValueError, match="expansion disagrees"):
        check_problem(Slipping(CUBIC.terms), np.array([0.8]), 0.6)


def test_residuals_that_disagree_are_caught() -> None:
    class Vectorised(Polynomial):
        def residuals(self, u: Array, p: Array) -> Array:
            return np.zeros_like(u)

    with pytest.raises(ValueError, match="residuals disagrees"):
        check_problem(Vectorised(CUBIC.terms), np.array([0.8]), 0.6)


def test_the_contract_is_abstract() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Problem()  # type: ignore[abstract]
