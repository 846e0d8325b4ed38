"""All solutions of small polynomial systems by homotopy continuation in the complex numbers.

Two start systems: the eigenproblem q(x) = τ x of a homogeneous map (of which there are generically
(D^m − 1)/(D − 1) solutions up to scale, all found from the diagonal map), and m equations of degree
D in m unknowns (D^m).  Every path is tracked at once; ends are polished and told regular from singular.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ends", "PolynomialMap", "eigen_directions", "roots"]

Complex = NDArray[np.complex128]
Array = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)
SQRT_EPS = EPS**0.5
MAX_STEPS = 2000
SMALLEST_STEP = 1e-9  # of a homotopy of length 1: a path that gets there ends at a singular point
ATTEMPTS = 5

Evaluation = tuple[Complex, Complex, Complex]  # H, ∂H/∂z, ∂H/∂t
Homotopy = Callable[[Complex, Array], Evaluation]


@dataclass(frozen=True)
class PolynomialMap:
    """A polynomial map from m unknowns to e values.

    Parameters
    ----------
    exponents : ndarray of int, shape (T, m)
    coefficients : ndarray, shape (e, T)
    """

    exponents: NDArray[np.int64]
    coefficients: Array

    @classmethod
    def from_terms(cls, equations: Sequence[dict[tuple[int, ...], float]], unknowns: int) -> PolynomialMap:
        """Build the map from one {exponents: coefficient} for each value.

        Examples
        --------
        >>> q = PolynomialMap.from_terms([{(1, 1): -1.0}, {(2, 0): -0.5}], 2)
        >>> q(np.array([2.0, 3.0]))
        array([-6., -2.])
        """
        monomials = sorted({e for equation in equations for e in equation})
        exponents = np.array(monomials, dtype=np.int64).reshape(len(monomials), unknowns)
        coefficients = np.array([[equation.get(e, 0.0) for e in monomials] for equation in equations])
        return cls(exponents, coefficients.reshape(len(equations), len(monomials)))

    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return the values, shape (..., e), at x of shape (..., m)."""
        values: NDArray[Any] = self._monomials(x, self.exponents) @ self.coefficients.T
        return values

    def jacobian(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return the derivatives, shape (..., e, m)."""
        columns = []
        for i in range(self.exponents.shape[1]):
            lowered = self.exponents.copy()
            lowered[:, i] = np.maximum(lowered[:, i] - 1, 0)
            columns.append((self._monomials(x, lowered) * self.exponents[:, i]) @ self.coefficients.T)
        return np.stack(columns, axis=-1)

    @property
    def is_zero(self) -> bool:
        """Whether every coefficient is zero."""
        return not np.any(self.coefficients)

    @staticmethod
    def _monomials(x: NDArray[Any], exponents: NDArray[np.int64]) -> NDArray[Any]:
        product: NDArray[Any] = np.prod(x[..., None, :] ** exponents, axis=-1)
        return product


@dataclass(frozen=True)
class Ends:
    """Where the paths of a homotopy end.

    Parameters
    ----------
    z : ndarray, shape (paths, d)
        End points; singular ones only as far as they were tracked.
    regular : ndarray of bool, shape (paths,)
        Whether the end is a solution, polished to round-off, with a regular Jacobian.
    """

    z: Complex
    regular: NDArray[np.bool_]


def eigen_directions(q: PolynomialMap, degree: int) -> Ends:
    """Find all solutions of q(x) = τ x up to the scale of x.

    Parameters
    ----------
    q
        Homogeneous of the given degree, m unknowns and m values.
    degree
        D ≥ 2.

    Returns
    -------
    Ends
        z = (x, τ), shape ((D^m − 1)/(D − 1), m + 1), with x on a random complex chart ℓ·x = 1.

    Notes
    -----
    Every isolated regular solution is found with probability one; solutions that are not isolated
    show as singular ends.  The count is that of Cartwright and Sturmfels, Lin. Alg. Appl. 438 (2013) 942.

    Examples
    --------
    >>> q = PolynomialMap.from_terms([{(1, 1): -1.0}, {(2, 0): -0.5}], 2)
    >>> eigen_directions(q, 2).regular.tolist()  # the 1:2 resonance: three directions
    [True, True, True]
    """
    m = q.exponents.shape[1]
    scale = float(np.max(np.abs(q.coefficients)))
    q = PolynomialMap(q.exponents, q.coefficients / scale)
    ends = _without_jumps(lambda random: _eigen_attempt(q, degree, m, random))
    z = ends.z.copy()
    z[:, m] *= scale
    return Ends(z, ends.regular)


def roots(q: PolynomialMap, degree: int) -> Ends:
    """Find all isolated solutions of m equations of one degree in m unknowns.

    Parameters
    ----------
    q
        m unknowns and m values, of degree at most `degree`.
    degree
        D ≥ 2.

    Returns
    -------
    Ends
        z = x, shape (D^m, m); paths that go to infinity end singular.

    Examples
    --------
    >>> q = PolynomialMap.from_terms([{(2,): 1.0, (0,): -2.0}], 1)
    >>> sorted(roots(q, 2).z.real.round(6).ravel().tolist())
    [-1.414214, 1.414214]
    """
    m = q.exponents.shape[1]
    unity = np.exp(2j * np.pi * np.arange(degree) / degree)
    starts = np.array(list(itertools.product(unity, repeat=m)), dtype=np.complex128)
    q = PolynomialMap(q.exponents, q.coefficients / np.max(np.abs(q.coefficients)))

    def attempt(random: np.random.Generator) -> Ends:
        gamma = np.exp(2j * np.pi * random.random(m))

        def homotopy(z: Complex, t: Array) -> Evaluation:
            t1 = t[:, None]
            start, target = gamma * (z**degree - 1), q(z)
            jacobian = t1[..., None] * q.jacobian(z)
            jacobian[:, range(m), range(m)] += (1 - t1) * gamma * degree * z ** (degree - 1)
            return (1 - t1) * start + t1 * target, jacobian, target - start

        return _track(homotopy, starts)

    return _without_jumps(attempt)


def _without_jumps(attempt: Callable[[np.random.Generator], Ends]) -> Ends:
    """Repeat with other random numbers while two paths end at one regular point: one of them jumped."""
    for seed in range(ATTEMPTS):
        ends = attempt(np.random.default_rng(seed))
        z = ends.z[ends.regular]
        distance = np.max(np.abs(z[:, None] - z[None]), axis=-1) if z.size else np.empty((0, 0))
        distance[np.diag_indices_from(distance)] = np.inf
        if not np.any(distance < SQRT_EPS * (1 + np.max(np.abs(z), initial=0.0))):
            break
    return ends


def _eigen_attempt(q: PolynomialMap, degree: int, m: int, random: np.random.Generator) -> Ends:
    chart = random.standard_normal(m) + 1j * random.standard_normal(m)
    diagonal = np.exp(2j * np.pi * random.random(m))

    def homotopy(z: Complex, t: Array) -> Evaluation:
        x, tau, t1 = z[:, :m], z[:, m:], t[:, None]
        start, target = diagonal * x**degree, q(x)
        value = np.concatenate([(1 - t1) * start + t1 * target - tau * x, x @ chart[:, None] - 1], axis=1)
        jacobian = np.zeros((z.shape[0], m + 1, m + 1), dtype=np.complex128)
        jacobian[:, :m, :m] = t1[..., None] * q.jacobian(x)
        jacobian[:, range(m), range(m)] += (1 - t1) * diagonal * degree * x ** (degree - 1) - tau
        jacobian[:, :m, m] = -x
        jacobian[:, m, :m] = chart
        derivative = np.concatenate([target - start, np.zeros_like(tau)], axis=1)
        return value, jacobian, derivative

    return _track(homotopy, _diagonal_eigenvectors(diagonal, degree, chart))


def _diagonal_eigenvectors(diagonal: Complex, degree: int, chart: Complex) -> Complex:
    """Return all (x, τ) with diagonal·x^D = τ x and chart·x = 1."""
    m = diagonal.size
    root = diagonal ** (-1.0 / (degree - 1))  # x_i^{D−1} = 1/diagonal_i, at τ = 1
    phases = np.exp(2j * np.pi * np.arange(degree - 1) / (degree - 1))
    starts = []
    for first in range(m):
        for rest in itertools.product([0.0, *phases], repeat=m - first - 1):
            x = np.concatenate([np.zeros(first), [1.0], rest]) * root
            scale = chart @ x
            starts.append(np.append(x / scale, scale ** (1 - degree)))
    return np.array(starts)


def _track(homotopy: Homotopy, z: Complex) -> Ends:
    """Track all paths from t = 0 to 1: Runge–Kutta predictor, Newton corrector, a step size for each path."""
    z, t, step = z.copy(), np.zeros(len(z)), np.full(len(z), 0.05)
    for _ in range(MAX_STEPS):
        active = np.flatnonzero((t < 1) & (step > SMALLEST_STEP))
        if not active.size:
            break
        h = np.minimum(step[active], 1 - t[active])
        predicted = _runge_kutta(homotopy, z[active], t[active], h)
        corrected, good = _newton(homotopy, predicted, np.minimum(t[active] + h, 1.0))
        done = active[good]
        z[done] = corrected[good]
        t[done] = np.where(h[good] >= 1 - t[done], 1.0, t[done] + h[good])
        step[done] = 2 * h[good]
        step[active[~good]] = h[~good] / 4
    return _finish(homotopy, z, t >= 1)


def _runge_kutta(homotopy: Homotopy, z: Complex, t: Array, h: Array) -> Complex:
    def slope(x: Complex, time: Array) -> Complex:
        _, jacobian, derivative = homotopy(x, time)
        return -_solve(jacobian, derivative)

    hz = h[:, None]
    k1 = slope(z, t)
    k2 = slope(z + hz / 2 * k1, t + h / 2)
    k3 = slope(z + hz / 2 * k2, t + h / 2)
    k4 = slope(z + hz * k3, t + h)
    return z + hz / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def _newton(homotopy: Homotopy, z: Complex, t: Array) -> tuple[Complex, NDArray[np.bool_]]:
    """Correct, and accept only where the prediction was close and the corrections shrink fast."""
    sizes = []
    for _ in range(3):
        value, jacobian, _ = homotopy(z, t)
        correction = _solve(jacobian, value)
        z = z - correction
        sizes.append(np.max(np.abs(correction), axis=1) / (1 + np.max(np.abs(z), axis=1)))
    return z, (sizes[0] < 1e-3) & (sizes[2] < 1e-10) & np.all(np.isfinite(z), axis=1)


def _finish(homotopy: Homotopy, z: Complex, arrived: NDArray[np.bool_]) -> Ends:
    ones = np.ones(len(z))
    for _ in range(3):
        value, jacobian, _ = homotopy(z, ones)
        z = np.where(arrived[:, None], z - _solve(jacobian, value), z)
    value, jacobian, _ = homotopy(z, ones)
    singular = np.linalg.svd(jacobian, compute_uv=False)
    small = np.max(np.abs(value), axis=1) <= SQRT_EPS * (1 + np.max(np.abs(z), axis=1))
    return Ends(z, arrived & small & (singular[:, -1] > SQRT_EPS * singular[:, 0]))


def _solve(jacobian: Complex, right: Complex) -> Complex:
    try:
        solved = np.linalg.solve(jacobian, right[..., None])
    except np.linalg.LinAlgError:  # one path is exactly singular: least squares for all
        solved = np.linalg.pinv(jacobian) @ right[..., None]
    return np.asarray(solved[..., 0], dtype=np.complex128)
