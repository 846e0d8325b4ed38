"""Exact first derivatives from the residual alone, by complex steps."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from continuation.check import remainder_order
from continuation.problem import Problem, real_vector

__all__ = ["ComplexStepProblem"]

Array = NDArray[np.float64]
STEP = 1e-100  # its square is lost to rounding, so that Im F(u + i h v) / h is the derivative to the last digits
REMEDY = (
    "write it with NumPy functions of complex numbers (no abs, real, conj, float(), math.*, no real arrays that it "
    "fills), or in jax.numpy, or give the derivatives: FunctionProblem(residual, jacobian, parameter_derivative)"
)

class ComplexStepProblem(Problem):
    """A problem given by F alone, with ∂F/∂u and ∂F/∂p by complex steps: exact to round-off, n evaluations a Jacobian.

    Parameters
    ----------
    f
        F(u, p), analytic, and able to take complex u and p: an array of shape (n,) from one of shape (n,).
    parameter_scale
        Typical size of p.

    Raises
    ------
    ValueError
        At the first Jacobian, if f does not take complex numbers, or loses their imaginary parts.

    Notes
    -----
    The derivatives are compared with f along one random direction, once, where the first of them is asked for; code
    that is not complex-safe in other places is not seen. There is no Taylor recurrence: steps are tangent steps.

    Source: W. Squire and G. Trapp, SIAM Rev. 40 (1998) 110.

    Examples
    --------
    >>> import numpy as np
    >>> from continuation.complex_step import ComplexStepProblem
    >>> problem = ComplexStepProblem(lambda u, p: p * np.exp(u) - u)
    >>> problem.jacobian(np.array([0.0, 1.0]), 2.0)
    array([[1.        , 0.        ],
           [0.        , 4.43656366]])
    """

    def __init__(self, f: Callable[[Any, Any], Any], parameter_scale: float = 1.0) -> None:
        self._f, self.parameter_scale = f, parameter_scale
        self._checked = False

    def residual(self, u: Array, p: float) -> Array:
        """Return F(u, p)."""
        return real_vector(self._f(u, p), u.size)

    def jacobian(self, u: Array, p: float) -> Array:
        """Return ∂F/∂u."""
        self._check(u, p)
        columns = [self._along(u, p, direction, 0.0) for direction in np.eye(u.size)]
        return np.array(columns).T.reshape(u.size, u.size)

    def parameter_derivative(self, u: Array, p: float) -> Array:
        """Return ∂F/∂p."""
        self._check(u, p)
        return self._along(u, p, None, 1.0)

    def _along(self, u: Array, p: float, du: Array | None, dp: float) -> Array:
        """Return the derivative of F along (du, dp)."""
        value = np.asarray(self._f(u if du is None else u + 1j * STEP * du, p + 1j * STEP * dp if dp else p))
        if value.shape != u.shape:
            raise ValueError(f"F returns shape {value.shape} for complex u of shape {u.shape}: {REMEDY}")
        return np.asarray(value.imag, dtype=np.float64) / STEP

    def _check(self, u: Array, p: float) -> None:
        if self._checked:
            return
        v = np.random.default_rng(0).standard_normal(u.size)
        zero, dp = np.zeros(u.size), self.parameter_scale
        for what, du, step in (("u", v, 0.0), ("p", None, dp)):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error", np.exceptions.ComplexWarning)
                    derivative = self._along(u, p, du, step)
            except (TypeError, ValueError, AttributeError, np.exceptions.ComplexWarning) as failure:
                reason = f"{type(failure).__name__}: {failure}"
                raise ValueError(f"F does not take complex {what} ({reason}): {REMEDY}") from failure
            order = remainder_order(self, u, p, [(zero if du is None else du, step)], [derivative])
            if not order >= 1.5:
                raise ValueError(
                    f"F does not take complex {what}: its derivative by a complex step is not that of its values "
                    f"(the Taylor remainder falls like h^{order:.2f}, expected h^2): {REMEDY}"
                )
        self._checked = True
