"""A problem from F alone: how its derivatives are taken is decided where it is first evaluated."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from continuation.complex_step import ComplexStepProblem
from continuation.jax_problem import JaxProblem
from continuation.problem import Expansion, Problem

__all__ = ["METHODS", "DerivedProblem", "problem_of"]

Array = NDArray[np.float64]
METHODS = ("auto", "jax", "complex step")


def problem_of(f: Callable[[Any, Any], Any], derivatives: str, parameter_scale: float) -> Problem:
    """Return the problem of a function; see :meth:`continuation.Problem.from_function`."""
    if not callable(f):
        raise TypeError(f"f = {f!r} is not a function of (u, p)")
    match derivatives:
        case "auto":
            return DerivedProblem(f, parameter_scale)
        case "jax":
            return JaxProblem(f, parameter_scale)
        case "complex step":
            return ComplexStepProblem(f, parameter_scale)
    raise ValueError(f"derivatives = {derivatives!r} is not known: allowed are {', '.join(map(repr, METHODS))}")


class DerivedProblem(Problem):
    """A problem given by F alone: by JAX where its first value is a JAX array, by complex steps otherwise."""

    def __init__(self, f: Callable[[Any, Any], Any], parameter_scale: float) -> None:
        self._f, self.parameter_scale = f, parameter_scale
        self._own: Problem | None = None

    def _made(self, u: Array, p: float) -> Problem:
        if self._own is None:
            kind = JaxProblem if _is_jax(self._f(u, p)) else ComplexStepProblem
            self._own = kind(self._f, self.parameter_scale)
            self.largest_order = self._own.largest_order
        return self._own

    def residual(self, u: Array, p: float) -> Array:
        """Return F(u, p)."""
        return self._made(u, p).residual(u, p)

    def residuals(self, u: Array, p: Array) -> Array:
        """Return F at many points."""
        return self._made(u[0], float(p[0])).residuals(u, p)

    def jacobian(self, u: Array, p: float) -> Array:
        """Return ∂F/∂u."""
        return self._made(u, p).jacobian(u, p)

    def parameter_derivative(self, u: Array, p: float) -> Array:
        """Return ∂F/∂p."""
        return self._made(u, p).parameter_derivative(u, p)

    def expansion(self, u: Array, p: float) -> Expansion | None:
        """Return the Taylor recurrence; None where there is none."""
        return self._made(u, p).expansion(u, p)


def _is_jax(value: object) -> bool:
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(value, jax.Array)
