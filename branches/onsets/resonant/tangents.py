"""What leaves along a direction d on which the quadratic part of the reduced system vanishes.

Let q_2(d) = 0, let N be the null space of the symmetric matrix ∂q_2(d), which contains d, V its part
orthogonal to d, and q_3(d) = σ d on N.  Then κ = κ₀ (1 + σ s² + …) along

    x = s d + s^{3/2} v + s² y + …,   v in V.

* v = 0: off N, y follows from ∂q_2(d) y = σ d − q_3(d); its part w in V solves the order s⁴,
  q_2(y) + ∂q_3(d) y + q_4(d) − σ y = 0 on V: linear, or quadrics where q_2 acts within V.
* v ≠ 0: where q_2 maps V off N, y = −∂q_2(d)⁺ (q_3(d) + q_2(v)), and the order s^{7/2} on V is cubic in v,
  (∂q_3(d) − σ) v + ∂q_2(v) y = 0.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.onsets.resonant.polysolve import PolynomialMap, roots
from branches.onsets.resonant.ray import ZERO
from branches.onsets.resonant.reduced import ReducedSystem

__all__ = ["Tangent", "tangents"]

Array = NDArray[np.float64]
Equations = Callable[[Array], Array]


@dataclass(frozen=True, eq=False)
class Tangent:
    """One half-branch along a null direction.

    Parameters
    ----------
    slope : float
        σ.
    half, bend : ndarray, shape (m,)
        v and y.
    unstable : int
        Negative directions of the Hessian just off the point.
    isolated : bool
        Whether all equations above are regular.
    """

    slope: float
    half: Array
    bend: Array
    unstable: int
    isolated: bool


def tangents(system: ReducedSystem, d: Array) -> Iterator[Tangent]:
    """Yield every half-branch along a unit vector d with q_2(d) = 0."""
    values, vectors = np.linalg.eigh(system.q2.jacobian(d))
    fast = np.abs(values) > ZERO
    null = vectors[:, ~fast]
    inverse = vectors[:, fast] / values[fast] @ vectors[:, fast].T
    q3 = system.q3(d)
    slope = float(d @ q3)
    V = np.linalg.eigh(null @ null.T - np.outer(d, d))[1][:, int(np.sum(fast)) + 1 :]
    scale = 1.0 + float(np.sum(np.abs(system.q3.coefficients)))
    solvable = float(np.max(np.abs(V.T @ q3), initial=0.0)) < ZERO * scale
    below = int(np.sum(values < -ZERO)) + int(slope < 0)
    linear = system.q3.jacobian(d) - slope * np.eye(len(d))

    def second(w: Array) -> Array:
        y = -inverse @ q3 + V @ w
        value: Array = V.T @ (system.q2(y) + linear @ y + system.q4(d))
        return value

    def cubic(w: Array) -> Array:
        v = V @ w
        value: Array = V.T @ (linear @ v - system.q2.jacobian(v) @ inverse @ (q3 + system.q2(v)))
        return value

    for w, index, isolated in _solutions(second, V.shape[1], 2):
        yield Tangent(slope, 0.0 * d, V @ w - inverse @ q3, below + index, solvable and isolated)
    if _leaves(system, V):
        for w, index, isolated in _solutions(cubic, V.shape[1], 3):
            if np.max(np.abs(w)) > ZERO:
                v = V @ w
                bend = -inverse @ (q3 + system.q2(v))
                yield Tangent(slope, v, bend, below + index, solvable and isolated)


def _leaves(system: ReducedSystem, V: Array) -> bool:
    """Return whether q_2 maps V out of the null space and not into V: then v ≠ 0 is possible."""
    k = V.shape[1]
    if k == 0:
        return False
    samples = np.random.default_rng(0).standard_normal((4 * k * k, k)) @ V.T
    images = system.q2(samples)
    return bool(np.max(np.abs(images)) > ZERO and np.max(np.abs(images @ V)) < ZERO)


def _solutions(equations: Equations, k: int, degree: int) -> Iterator[tuple[Array, int, bool]]:
    """Yield the real solutions w of k equations, their Morse index, and whether they are regular."""
    if k == 0:
        yield np.zeros(0), 0, True
        return
    q = _fit(equations, k, degree)
    if not np.any(np.abs(q.coefficients[:, np.sum(q.exponents, axis=1) > 1]) > ZERO):
        matrix = q.jacobian(np.zeros(k))
        values = np.linalg.eigvalsh((matrix + matrix.T) / 2)
        isolated = bool(np.min(np.abs(values)) > ZERO * (1.0 + np.max(np.abs(values))))
        yield -np.linalg.pinv(matrix) @ equations(np.zeros(k)), int(np.sum(values < -ZERO)), isolated
        return
    ends = roots(q, degree)
    for z in ends.z[ends.regular]:
        if np.max(np.abs(z.imag)) < ZERO * (1.0 + np.max(np.abs(z))):
            matrix = q.jacobian(z.real)
            yield z.real, int(np.sum(np.linalg.eigvalsh((matrix + matrix.T) / 2) < -ZERO)), True
    finite = np.max(np.abs(ends.z[~ends.regular]), axis=1) < ZERO**-0.5
    if np.any(finite):
        yield np.zeros(k), 0, False


def _fit(equations: Equations, k: int, degree: int) -> PolynomialMap:
    """Return the polynomial map of a given degree that takes the values of the equations."""
    exponents = [e for e in itertools.product(range(degree + 1), repeat=k) if sum(e) <= degree]
    points = np.random.default_rng(0).standard_normal((3 * len(exponents), k))
    monomials = np.prod(points[:, None, :] ** np.array(exponents), axis=-1)
    values = np.array([equations(w) for w in points])
    coefficients = np.linalg.lstsq(monomials, values, rcond=None)[0].T
    coefficients[np.abs(coefficients) < ZERO**1.5 * np.max(np.abs(values), initial=1.0)] = 0.0
    return PolynomialMap(np.array(exponents, dtype=np.int64), coefficients)
