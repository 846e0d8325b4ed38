"""Exact derivatives and Taylor coefficients from a residual written in jax.numpy."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from continuation.problem import Problem, real_vector

__all__ = ["JaxProblem", "double_precision"]

Array = NDArray[np.float64]
ORDER = 16  # compiling the coefficients takes a second or more, and grows with the square of the order
# The program of the coefficients is long and runs once an order: optimising it takes longer than it saves.
QUICKLY_COMPILED = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}


def double_precision() -> AbstractContextManager[Any]:
    """Return a context in which JAX computes in double precision, whatever its setting.

    Raises
    ------
    ImportError
        If JAX is not installed: the message says how to get it.
    """
    try:
        import jax
    except ImportError as missing:
        raise ImportError(
            "derivatives by JAX need JAX, which is not installed: python -m pip install "
            "'mckean-vlasov-continuation[jax]', or write F in NumPy: its derivatives are then taken by complex steps"
        ) from missing
    if hasattr(jax, "enable_x64"):
        context: AbstractContextManager[Any] = jax.enable_x64(True)
        return context
    from jax.experimental import enable_x64  # before JAX 0.8

    older: AbstractContextManager[Any] = enable_x64()
    return older


class JaxProblem(Problem):
    """A problem given by F alone, written in ``jax.numpy``; derivatives and Taylor coefficients are JAX's, compiled.

    Parameters
    ----------
    f
        F(u, p): a JAX array of shape (n,) from one of shape (n,) and a scalar, free of side effects.
    parameter_scale
        Typical size of p.

    Raises
    ------
    ImportError
        If JAX is not installed.

    Notes
    -----
    Everything is computed in double precision, whatever ``jax_enable_x64`` says; arrays that f closes over keep the
    precision they were made with. Taylor coefficients are those of ``jax.experimental.jet`` to order 16: compiling
    them takes a second or more. Where f uses a function that jet does not know, steps are tangent steps.

    Source: J. Bettencourt, M. J. Johnson, D. Duvenaud, Taylor-mode automatic differentiation (2019).

    Examples
    --------
    >>> import numpy as np, jax.numpy as jnp                                               # doctest: +SKIP
    >>> JaxProblem(lambda u, p: p * jnp.exp(u) - u).jacobian(np.array([0.0, 1.0]), 2.0)    # doctest: +SKIP
    array([[1.        , 0.        ],
           [0.        , 4.43656366]])
    """

    largest_order = ORDER

    def __init__(self, f: Callable[[Any, Any], Any], parameter_scale: float = 1.0) -> None:
        with double_precision():
            import jax

            self._value = jax.jit(f)
            self._values = jax.jit(jax.vmap(f))
            self._jacobian = jax.jit(jax.jacfwd(f, argnums=0))
            self._slope = jax.jit(jax.jacfwd(f, argnums=1))
            self._coefficients = jax.jit(_jet_of(f), compiler_options=QUICKLY_COMPILED)
        self.parameter_scale = parameter_scale
        self._has_series: bool | None = None

    def residual(self, u: Array, p: float) -> Array:
        """Return F(u, p)."""
        with double_precision():
            return real_vector(self._value(u, float(p)), u.size)

    def residuals(self, u: Array, p: Array) -> Array:
        """Return F at many points."""
        with double_precision():
            return np.asarray(self._values(u, np.asarray(p, dtype=float)), dtype=np.float64)

    def jacobian(self, u: Array, p: float) -> Array:
        """Return ∂F/∂u."""
        with double_precision():
            return np.asarray(self._jacobian(u, float(p)), dtype=np.float64)

    def parameter_derivative(self, u: Array, p: float) -> Array:
        """Return ∂F/∂p."""
        with double_precision():
            return np.asarray(self._slope(u, float(p)), dtype=np.float64)

    def expansion(self, u: Array, p: float) -> JaxExpansion | None:
        """Return the Taylor recurrence; None where JAX has no rule for a function in f."""
        if self._has_series is None:
            try:
                JaxExpansion(self._coefficients, u, p).remainder()
                self._has_series = True
            except (NotImplementedError, TypeError, ValueError, KeyError):
                self._has_series = False
        return JaxExpansion(self._coefficients, u, p) if self._has_series else None


class JaxExpansion:
    """Taylor coefficients of F along a curve: all of them to ORDER in one compiled call, the unknown ones zero."""

    def __init__(self, coefficients: Callable[..., Any], u: Array, p: float) -> None:
        self._coefficients, self._u0, self._p0 = coefficients, u, float(p)
        self._u, self._p, self._count = np.zeros((ORDER, u.size)), np.zeros(ORDER), 0

    def remainder(self) -> Array:
        """Return the next coefficient of F with the next (u_k, p_k) set to zero."""
        if self._count >= ORDER:
            raise ValueError(f"Taylor coefficients are compiled to order {ORDER}, not beyond")
        with double_precision():
            found = self._coefficients(self._u0, self._p0, self._u, self._p)
        k = self._count + 1
        return np.asarray(found[k - 1], dtype=np.float64) / math.factorial(k)

    def push(self, u: Array, p: float) -> None:
        """Append the coefficients of the next order."""
        if self._count < ORDER:
            factor = math.factorial(self._count + 1)
            self._u[self._count], self._p[self._count] = factor * u, factor * p
        self._count += 1

    def pop(self) -> None:
        """Forget the coefficients pushed last."""
        self._count -= 1
        if self._count < ORDER:
            self._u[self._count], self._p[self._count] = 0.0, 0.0


def _jet_of(f: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Return the derivatives of F(u(s), p(s)) to ORDER from those of u and p, of shapes (ORDER, n) and (ORDER,)."""

    def derivatives(u0: Any, p0: Any, u: Any, p: Any) -> Any:
        import jax.numpy as jnp
        from jax.experimental import jet

        return jnp.stack(jet.jet(f, (u0, p0), (list(u), list(p)))[1])

    return derivatives
