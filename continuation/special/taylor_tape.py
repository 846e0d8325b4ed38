"""The Taylor recurrence of F along a curve whose last coefficients can be taken back and replaced."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from continuation.problem import Expansion, Problem

__all__ = ["TaylorTape"]

Array = NDArray[np.float64]


class TaylorTape:
    """Coefficients x_1, x_2, … of a curve from a point, and the next coefficient of F along it.

    An expansion with a method ``pop``, which forgets the coefficients pushed last, is taken back as it is; any other
    one is run again from the start.

    Parameters
    ----------
    problem
        The equations.
    x
        The point (u, p / scale), shape (n + 1,).

    Raises
    ------
    ValueError
        If the equations have no expansion.
    """

    def __init__(self, problem: Problem, x: Array) -> None:
        self._problem, self._x = problem, x
        self._coefficients: list[Array] = []
        self._remainder: Array | None = None
        self._expansion = self._fresh()

    def __len__(self) -> int:
        return len(self._coefficients)

    @property
    def coefficients(self) -> list[Array]:
        """x_1, x_2, …, each of shape (n + 1,)."""
        return list(self._coefficients)

    def remainder(self) -> Array:
        """Return the next coefficient of F with the next x_k set to zero, shape (n,); zero for the first."""
        if self._remainder is None:
            empty = not self._coefficients
            self._remainder = np.zeros(self._x.size - 1) if empty else self._expansion.remainder()
        return self._remainder

    def push(self, x: Array) -> None:
        """Append the next coefficient, shape (n + 1,)."""
        if self._coefficients:
            self.remainder()
        self._expansion.push(x[:-1], float(x[-1]) * self._problem.parameter_scale)
        self._coefficients.append(x)
        self._remainder = None

    def pop(self, count: int = 1) -> None:
        """Take back the last ``count`` coefficients."""
        pop = getattr(self._expansion, "pop", None)
        if pop is not None:
            for _ in range(count):
                pop()
                del self._coefficients[-1]
            self._remainder = None
            return
        kept = self._coefficients[: len(self._coefficients) - count]
        self._expansion, self._coefficients, self._remainder = self._fresh(), [], None
        for x in kept:
            self.push(x)

    def _fresh(self) -> Expansion:
        expansion = self._problem.expansion(self._x[:-1], float(self._x[-1]) * self._problem.parameter_scale)
        if expansion is None:
            raise ValueError("these equations have no expansion: a branch cannot be blown up at the point")
        return expansion
