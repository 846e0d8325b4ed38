"""The first Lyapunov coefficient of a Hopf point: which way the oscillations branch off."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from continuation.linear.spectrum import eigenpair, solve_shifted
from continuation.problem import Problem

__all__ = ["first_lyapunov"]

Array = NDArray[np.float64]


def first_lyapunov(problem: Problem, u: Array, p: float, frequency: float) -> float | None:
    """Return the first Lyapunov coefficient of du/dt = F(u, p) at a Hopf point; None where F has no Taylor recurrence.

    With J q = iω q, Jᵀ p = −iω p, ⟨q, q⟩ = ⟨p, q⟩ = 1,

        l₁ = (1/2ω) Re ⟨p, C(q, q, q̄) − 2 B(q, J⁻¹ B(q, q̄)) + B(q̄, (2iω − J)⁻¹ B(q, q))⟩

    B and C the second and third derivatives of F, taken from its recurrence by polarisation. Negative: stable
    oscillations on the side where the state is unstable (supercritical); positive: unstable ones (subcritical).

    Parameters
    ----------
    problem
        The equations.
    u, p
        The Hopf point, u of shape (n,).
    frequency
        ω > 0.

    Notes
    -----
    Source: Y. A. Kuznetsov, Elements of Applied Bifurcation Theory (2004), formula (5.34).
    """
    if problem.expansion(u, p) is None:
        return None
    derivatives = _Derivatives(problem, u, p)
    jacobian = problem.jacobian(u, p)
    q, left = eigenpair(jacobian, 1j * frequency)
    conjugate = q.conj()
    mean = -solve_shifted(jacobian, 0.0, derivatives.second(q, conjugate))
    double = solve_shifted(jacobian, 2j * frequency, derivatives.second(q, q))
    total = derivatives.third(q, q, conjugate)
    total = total - 2.0 * derivatives.second(q, mean) + derivatives.second(conjugate, double)
    return float(np.vdot(left, total).real) / (2.0 * frequency)


class _Derivatives:
    """The second and third derivatives of F along complex directions, from real expansions along single ones."""

    def __init__(self, problem: Problem, u: Array, p: float) -> None:
        self._problem, self._u, self._p = problem, u, p

    def _powers(self, v: Array) -> tuple[Array, Array]:
        """Return B(v, v) and C(v, v, v)."""
        expansion = self._problem.expansion(self._u, self._p)
        assert expansion is not None
        expansion.push(v, 0.0)
        second = 2.0 * np.asarray(expansion.remainder())
        expansion.push(np.zeros_like(v), 0.0)
        return second, 6.0 * np.asarray(expansion.remainder())

    def second(self, x: NDArray[np.complex128], y: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Return B(x, y)."""
        total = np.zeros(self._u.size, dtype=np.complex128)
        for (one, left), (other, right) in product(_parts(x), _parts(y)):
            plus, minus = self._powers(left + right)[0], self._powers(left - right)[0]
            total += one * other * (plus - minus) / 4.0
        return total

    def third(
        self, x: NDArray[np.complex128], y: NDArray[np.complex128], z: NDArray[np.complex128]
    ) -> NDArray[np.complex128]:
        """Return C(x, y, z)."""
        total = np.zeros(self._u.size, dtype=np.complex128)
        for (one, a), (two, b), (three, c) in product(_parts(x), _parts(y), _parts(z)):
            cubes = [self._powers(a + s * b + t * c)[1] * s * t for s, t in product((1.0, -1.0), repeat=2)]
            total += one * two * three * np.sum(cubes, axis=0) / 24.0
        return total


def _parts(x: NDArray[np.complex128]) -> tuple[tuple[complex, Array], tuple[complex, Array]]:
    return (1.0, x.real), (1j, x.imag)
