"""Small problems with closed-form branches; each with a Taylor-enabled twin where the text says so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from continuation import Expansion, FunctionProblem, Problem

Array = NDArray[np.float64]


def digits(found: float, expected: float) -> float:
    """Matching significant digits; 16 where they agree to the last bit."""
    error = abs(found - expected)
    return 16.0 if error == 0.0 else float(-np.log10(error / max(abs(expected), 1.0)))


def scalar(
    f: Callable[[float, float], float],
    fu: Callable[[float, float], float],
    fp: Callable[[float, float], float],
) -> FunctionProblem:
    return FunctionProblem(
        lambda u, p: np.array([f(u[0], p)]),
        lambda u, p: np.array([[fu(u[0], p)]]),
        lambda u, p: np.array([fp(u[0], p)]),
    )


class Polynomial(Problem):
    """F(u, p) = Σ c u^i p^j with its exact Taylor recurrence (one unknown)."""

    def __init__(self, terms: dict[tuple[int, int], float], scale: float = 1.0) -> None:
        self.terms, self.parameter_scale = terms, scale

    def residual(self, u: Array, p: float) -> Array:
        return np.array([sum(c * u[0] ** i * p**j for (i, j), c in self.terms.items())])

    def jacobian(self, u: Array, p: float) -> Array:
        return np.array([[sum(c * i * u[0] ** (i - 1) * p**j for (i, j), c in self.terms.items() if i)]])

    def parameter_derivative(self, u: Array, p: float) -> Array:
        return np.array([sum(c * j * u[0] ** i * p ** (j - 1) for (i, j), c in self.terms.items() if j)])

    def expansion(self, u: Array, p: float) -> PolynomialExpansion:
        return PolynomialExpansion(self.terms, float(u[0]), p)

    def without_series(self) -> FunctionProblem:
        return FunctionProblem(self.residual, self.jacobian, self.parameter_derivative, self.parameter_scale)


class Counting(Problem):
    """A problem that does something else when its residual is evaluated for the k-th time, and ever after."""

    def __init__(self, problem: Problem, k: int, action: Callable[[], Array]) -> None:
        self._problem, self._k, self._action, self._count = problem, k, action, 0

    def residual(self, u: Array, p: float) -> Array:
        self._count += 1
        return self._action() if self._count >= self._k else self._problem.residual(u, p)

    def jacobian(self, u: Array, p: float) -> Array:
        return self._problem.jacobian(u, p)

    def parameter_derivative(self, u: Array, p: float) -> Array:
        return self._problem.parameter_derivative(u, p)

    def expansion(self, u: Array, p: float) -> Expansion | None:
        return self._problem.expansion(u, p)


class PolynomialExpansion:
    """Truncated products of the two series: the next coefficient is that with a zero appended."""

    def __init__(self, terms: dict[tuple[int, int], float], u: float, p: float) -> None:
        self.terms, self.u, self.p = terms, [u], [p]

    def remainder(self) -> Array:
        u, p = np.array([*self.u, 0.0]), np.array([*self.p, 0.0])
        size = u.size

        def power(series: Array, k: int) -> Array:
            result: Array = np.eye(1, size)[0]
            for _ in range(k):
                result = np.convolve(result, series)[:size]
            return result

        return np.array(
            [sum(c * np.convolve(power(u, i), power(p, j))[size - 1] for (i, j), c in self.terms.items())]
        )

    def push(self, u: Array, p: float) -> None:
        self.u.append(float(u[0]))
        self.p.append(float(p))


CIRCLE = Polynomial({(2, 0): 1.0, (0, 2): 1.0, (0, 0): -1.0})
CUBIC = Polynomial({(0, 1): 1.0, (1, 0): 1.0, (3, 0): -1.0 / 3.0})  # folds at u = ±1, p = ∓2/3
PITCHFORK = Polynomial({(1, 1): 1.0, (3, 0): -1.0})  # u = 0 and p = u²
TRANSCRITICAL = Polynomial({(1, 1): 1.0, (2, 0): -1.0})  # u = 0 and u = p
TWINS = ("series", "tangents")  # the same equations, followed by Taylor steps or by tangents


def twin(problem: Polynomial, kind: str) -> Problem:
    return problem if kind == "series" else problem.without_series()


class System(Problem):
    """F_k(u, p) = Σ c u_1^i u_2^j … p^l: several unknowns, terms {(i, j, …, l): (c_1, c_2, …)}, exact recurrence."""

    def __init__(self, terms: dict[tuple[int, ...], tuple[float, ...]], can_pop: bool = True) -> None:
        self.powers = np.array(list(terms))
        self.coefficients = np.array(list(terms.values())).T
        self.can_pop = can_pop

    def _monomials(self, x: Array, powers: NDArray[np.int64]) -> Array:
        return np.prod(x ** np.maximum(powers, 0), axis=1)

    def _derivative(self, x: Array, k: int) -> Array:
        lowered = self.powers - np.eye(x.size, dtype=int)[k]
        return self.coefficients @ (self.powers[:, k] * self._monomials(x, lowered))

    def residual(self, u: Array, p: float) -> Array:
        return self.coefficients @ self._monomials(np.append(u, p), self.powers)

    def jacobian(self, u: Array, p: float) -> Array:
        return np.column_stack([self._derivative(np.append(u, p), k) for k in range(u.size)])

    def parameter_derivative(self, u: Array, p: float) -> Array:
        return self._derivative(np.append(u, p), u.size)

    def expansion(self, u: Array, p: float) -> Expansion:
        return (SystemExpansion if self.can_pop else SystemExpansionForward)(self, u, p)


class SystemExpansionForward:
    def __init__(self, system: System, u: Array, p: float) -> None:
        self.system, self.x = system, [np.append(u, p)]

    def remainder(self) -> Array:
        series = np.array([*self.x, np.zeros_like(self.x[0])]).T
        k = series.shape[1]
        total = np.zeros(len(self.system.coefficients))
        for powers, c in zip(self.system.powers, self.system.coefficients.T, strict=True):
            product = np.eye(1, k)[0]
            for variable, power in zip(series, powers, strict=True):
                for _ in range(power):
                    product = np.convolve(product, variable)[:k]
            total += c * product[-1]
        return total

    def push(self, u: Array, p: float) -> None:
        self.x.append(np.append(u, p))


class SystemExpansion(SystemExpansionForward):
    def pop(self) -> None:
        del self.x[-1]
