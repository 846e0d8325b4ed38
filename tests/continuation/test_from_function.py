"""Problems from F alone: derivatives by JAX or by complex steps, compared with those written by hand."""

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from toys import Array, digits

from continuation import Problem, check_problem, follow
from continuation.complex_step import ComplexStepProblem
from continuation.jax_problem import ORDER, JaxProblem

FOLD = 2.0 / (3.0 * np.sqrt(3.0))
BRATU_15 = 3.5066811167848804  # fold on 15 points, by shooting in 30 digits (test_textbook.discrete_fold)


def bratu(xp: Any, n: int) -> Callable[[Any, Any], Any]:
    def f(u: Any, p: Any) -> Any:
        v = xp.concatenate([xp.zeros(1), u, xp.zeros(1)])
        return (v[2:] - 2 * u + v[:-2]) * (n + 1) ** 2 + p * xp.exp(u)

    return f


def many(xp: Any) -> Callable[[Any, Any], Any]:
    return lambda u, p: xp.stack([xp.sin(u[0]) * p - u[1] ** 3, xp.exp(u[0] * u[1]) / (1 + p**2) - xp.cosh(u[1])])


def test_the_cusp_in_three_lines() -> None:
    branch = follow(Problem.from_function(lambda u, p: p + u - u**3), [-1.5], -1.9, p_max=1.0)
    assert [digits(fold.p, sign * FOLD) >= 14 for fold, sign in zip(branch.folds, (1, -1), strict=True)] == [True] * 2


def test_complex_steps_are_exact() -> None:
    u, p = np.array([0.3, -0.7]), 1.3
    problem = Problem.from_function(many(np))
    by_hand = [
        [p * np.cos(u[0]), -3 * u[1] ** 2],
        [u[1] * np.exp(u[0] * u[1]) / (1 + p**2), u[0] * np.exp(u[0] * u[1]) / (1 + p**2) - np.sinh(u[1])],
    ]
    assert np.allclose(problem.jacobian(u, p), by_hand, rtol=4e-16, atol=4e-16)
    slope = [np.sin(u[0]), -2 * p * np.exp(u[0] * u[1]) / (1 + p**2) ** 2]
    assert np.allclose(problem.parameter_derivative(u, p), slope, rtol=4e-16, atol=0.0)
    assert problem.expansion(u, p) is None
    check_problem(problem, u, p)


def test_jax_is_exact_and_tells_taylor_coefficients() -> None:
    jnp = pytest.importorskip("jax.numpy")
    u, p = np.array([0.3, -0.7]), 1.3
    problem, other = Problem.from_function(many(jnp)), ComplexStepProblem(many(np))
    assert np.allclose(problem.residual(u, p), other.residual(u, p), rtol=1e-15, atol=1e-15)
    assert problem.residual(u, p).dtype == np.float64
    assert np.allclose(problem.jacobian(u, p), other.jacobian(u, p), rtol=1e-14, atol=1e-15)
    assert np.allclose(problem.parameter_derivative(u, p), other.parameter_derivative(u, p), rtol=1e-14, atol=1e-15)
    assert check_problem(problem, u, p)["expansion"] >= 4.5


def test_a_branch_by_jax_is_that_of_complex_steps() -> None:
    jnp = pytest.importorskip("jax.numpy")
    limits = {"p_max": 4.0, "stop": lambda u, p: float(u.max()) > 3.0}
    series = follow(Problem.from_function(bratu(jnp, 15)), np.zeros(15), 0.0, **limits)  # type: ignore[arg-type]
    tangents = follow(Problem.from_function(bratu(np, 15)), np.zeros(15), 0.0, **limits)  # type: ignore[arg-type]
    assert series.counters.newton == 0
    assert max(len(piece.coefficients) for piece in series.pieces) == ORDER + 1
    for branch in (series, tangents):
        assert digits(branch.folds[0].p, BRATU_15) >= 12


def test_a_function_jet_does_not_know_is_followed_by_tangents() -> None:
    jnp = pytest.importorskip("jax.numpy")
    special = pytest.importorskip("jax.scipy.special")
    problem = Problem.from_function(lambda u, p: p - special.gammainc(2.0, jnp.exp(u)))
    branch = follow(problem, [0.0], 0.25, p_max=0.75)
    assert branch.counters.newton > 0
    assert branch.p[-1] == 0.75


@pytest.mark.parametrize(
    "f",
    [
        lambda u, p: np.array([math.exp(u[0]) - p]),
        lambda u, p: np.abs(u) - p,
        lambda u, p: u.real**2 - p,
        lambda u, p: u * np.conj(u) - p,
        lambda u, p: np.asarray(u, dtype=float) - p,
        lambda u, p: np.array([float(u[0]) - 2 * p]),
    ],
)
def test_what_is_not_complex_safe_is_refused_with_the_remedy(f: Callable[[Array, float], Array]) -> None:
    with pytest.raises(ValueError, match=r"does not take complex u.*jax\.numpy.*FunctionProblem"):
        follow(Problem.from_function(f), [1.0], 1.0)


def test_a_parameter_that_is_not_complex_safe_is_refused() -> None:
    with pytest.raises(ValueError, match="does not take complex p"):
        follow(Problem.from_function(lambda u, p: u - abs(p)), [1.0], 1.0)


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda u, p: np.append(u, p), r"residual has shape \(3,\), expected \(2,\)"),
        (lambda u, p: u[0] - p, r"residual has shape \(\), expected \(2,\)"),
        (lambda u, p: u * 1j, "residual has dtype complex128"),
        (lambda u, p: np.array(["a", "b"]), "residual has dtype <U1"),
    ],
)
def test_wrong_values_of_f(f: Callable[[Array, float], Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        follow(Problem.from_function(f), [1.0, 2.0], 1.0)


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="allowed are 'auto', 'jax', 'complex step'"):
        Problem.from_function(lambda u, p: u, derivatives="finite differences")
    with pytest.raises(TypeError, match="is not a function"):
        Problem.from_function(3)  # type: ignore[arg-type]


def test_without_jax_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(ImportError, match=r"mckean-vlasov-continuation\[jax\]"):
        JaxProblem(lambda u, p: u - p)


@pytest.mark.parametrize(
    ("jacobian", "words"),
    [
        (lambda u, p: np.ones(2), r"jacobian has shape \(2,\), expected \(2, 2\)"),
        (lambda u, p: np.ones((2, 3)), r"jacobian has shape \(2, 3\)"),
        (lambda u, p: 1j * np.eye(2), "jacobian has dtype complex128"),
        (lambda u, p: [["a", "b"], ["c", "d"]], "jacobian has dtype <U1"),
        (lambda u, p: None, r"jacobian has shape \(\)"),
    ],
)
def test_a_wrong_jacobian_is_named_at_the_start(jacobian: Callable[[Array, float], Any], words: str) -> None:
    from continuation import FunctionProblem

    with pytest.raises(ValueError, match=words):
        follow(FunctionProblem(lambda u, p: u - p, jacobian, lambda u, p: -np.ones(2)), [0.0, 0.0], 0.0)
