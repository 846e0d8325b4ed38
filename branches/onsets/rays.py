"""All half-branches that leave the uniform state at an onset, from the reduced polynomial system.

With x the amplitudes of the kernel and q_D the part of degree D of half the gradient of the reduced
free energy, the branches solve (κ/κ₀ − 1) x = q_2(x) + q_3(x) + ….  Along a half-branch
x = s d + s² y + …, d a unit vector and s > 0:

* order 1:  q_2(d) = σ d, σ ≠ 0, and κ = κ₀ (1 + σ s + …);
* order 2:  q_2(d) = 0, and on the null space N of ∂q_2(d), which contains d, q_3(d) = σ d;
            κ = κ₀ (1 + σ s² + …).  What remains of y in N then solves a small system of quadrics.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from branches.model.potential import Potential, positive_integer
from branches.onsets.polysolve import EPS, Ends, PolynomialMap, eigen_directions, quadric_roots
from branches.onsets.reduced import LARGEST_KERNEL, ReducedSystem

__all__ = ["LARGEST_KERNEL", "Ray", "rays"]

Array = NDArray[np.float64]

ZERO = 1e-7  # components of unit vectors below this are zero: the solver gives them to round-off


@dataclass(frozen=True, eq=False)
class Ray:
    """A half-branch leaving an onset, known by its leading expansion.

    Parameters
    ----------
    modes : tuple of int
        The kernel.
    direction : ndarray, shape (len(modes),)
        Unit vector d: a_k = s d_k + s² y_k + … for the kernel modes k, s > 0.
    order : int
        1: κ = κ₀ (1 + slope s + …); 2: κ = κ₀ (1 + slope s² + …).
    slope : float
    slope_error : float
        From the errors of the weights (first order) and rounding.
    bend : ndarray, shape (len(modes),)
        y, orthogonal to d.
    unstable : int
        Directions within the kernel amplitudes in which the free energy decreases just off the point.
        Modes unstable already in the uniform state come on top.
    isolated : bool
        False where a continuum of rays, or a degeneracy beyond the orders looked at, leaves along d:
        then this is one representative, and slope, bend and `unstable` are not to be relied on.
    """

    modes: tuple[int, ...]
    direction: Array
    order: int
    slope: float
    slope_error: float
    bend: Array
    unstable: int
    isolated: bool = True

    @classmethod
    def simple(cls, mode: int, curvature: float, error: float = 0.0) -> Ray:
        """Return the ray of a simple kernel: κ = κ₀ (1 + c₂ s² + …), unstable if c₂ < 0."""
        return cls((mode,), np.ones(1), 2, curvature, error, np.zeros(1), int(curvature < 0))

    def kappa_ratio(self, s: float) -> float:
        """Return κ/κ₀ at amplitude s, to leading order.

        Examples
        --------
        >>> Ray.simple(1, 0.5).kappa_ratio(0.1)
        1.005
        """
        return 1.0 + self.slope * s**self.order


def rays(potential: Potential, kernel: Sequence[int]) -> tuple[Ray, ...]:
    """Find every half-branch that leaves the uniform state at the onset of a kernel.

    Parameters
    ----------
    potential
        The interaction.
    kernel
        All modes with one and the same onset (`Onset.kernel`), at most six.

    Returns
    -------
    tuple of Ray
        One for each orbit of the rotations that keep the state even (rotation by π/n turns an n-fold
        state into a_{kn} → (−1)^k a_{kn}); order 1 first, then by slope.

    Raises
    ------
    ValueError
        If a mode has g_n ≤ 0, the weights of the modes differ by more than their errors and round-off,
        a resonant slaved mode was left out, or there are more than six modes.

    Notes
    -----
    Directions are found by homotopy continuation on the complex solutions (`polysolve`).  Not found:
    half-branches at fractional powers of s other than those above, which need further coincidences
    among the weights or the mode numbers; and null directions of q_2 that form a continuum outside the
    coordinate subspaces.  The latter show as rays with `isolated` False.

    Examples
    --------
    >>> from branches.model import potentials
    >>> for ray in rays(potentials.bimodal(1.0), (1, 2)):  # the 1:2 resonance
    ...     print(ray.order, round(ray.slope, 6), ray.direction.round(6), ray.unstable)
    1 -0.57735 [0.816497 0.57735 ] 1
    1 0.57735 [ 0.816497 -0.57735 ] 1
    2 0.5 [0. 1.] 1
    """
    modes = tuple(sorted({positive_integer("kernel", k) for k in kernel}))
    system = ReducedSystem.of(potential, modes)
    if len(modes) == 1:
        d = np.ones(1)
        slope = float(system.q3(d)[0])
        return (Ray.simple(modes[0], slope, system.slope_error(d)),)
    found: dict[tuple[float, ...], Ray] = {}
    for ray in map(_representative, itertools.chain(_transverse(system), _tangential(system))):
        found.setdefault(_digits(ray), ray)
    return tuple(sorted(found.values(), key=lambda ray: (ray.order, ray.slope)))


def _transverse(system: ReducedSystem) -> Iterator[Ray]:
    """Yield the rays along isolated solutions of q_2(d) = σ d; σ = 0 only off the coordinate null spaces."""
    if system.q2.is_zero:
        return
    null = _null_subsets(system)
    for d, regular in _real_directions(eigen_directions(system.q2, 2)):
        on_null = any(all(abs(x) < ZERO or i in S for i, x in enumerate(d)) for S in null)
        if on_null:
            continue
        sigma = float(d @ system.q2(d))
        if abs(sigma) > ZERO:
            yield _linear_ray(system, d, sigma, regular)
            yield _linear_ray(system, -d, -sigma, regular)
        else:
            yield from _quadratic_rays(system, d, regular)


def _tangential(system: ReducedSystem) -> Iterator[Ray]:
    """Yield the rays in the coordinate subspaces on which q_2 vanishes: q_3 decides there."""
    for S in _null_subsets(system):
        inside = sorted(S)
        for d, regular in _cubic_directions(system, inside):
            yield from _quadratic_rays(system, d, regular)


def _null_subsets(system: ReducedSystem) -> list[frozenset[int]]:
    """Return the maximal sets S of kernel indices such that q_2 = 0 wherever only x_S is nonzero."""
    products = {frozenset(np.flatnonzero(e).tolist()) for e in system.q2.exponents}
    m = len(system.modes)
    subsets = (frozenset(S) for size in range(m, 0, -1) for S in itertools.combinations(range(m), size))
    found: list[frozenset[int]] = []
    for S in subsets:
        if not any(product <= S for product in products) and not any(larger >= S for larger in found):
            found.append(S)
    return found


def _cubic_directions(system: ReducedSystem, inside: list[int]) -> Iterator[tuple[Array, bool]]:
    m = len(system.modes)
    if len(inside) == 1:
        yield np.eye(m)[inside[0]], True
        return
    outside = [i for i in range(m) if i not in inside]
    kept = ~np.any(system.q3.exponents[:, outside] > 0, axis=1)
    part = PolynomialMap(system.q3.exponents[kept][:, inside], system.q3.coefficients[np.ix_(inside, kept)])
    for x, regular in _real_directions(eigen_directions(part, 3)):
        d = np.zeros(m)
        d[inside] = x
        yield d, regular


def _real_directions(ends: Ends) -> Iterator[tuple[Array, bool]]:
    """Yield the real unit vectors among complex eigen-directions, with their regularity."""
    for z, regular in zip(ends.z, ends.regular, strict=True):
        x = z[:-1]
        x = x / x[np.argmax(np.abs(x))]
        tolerance = ZERO if regular else ZERO**0.5  # a singular end is only known roughly
        if np.max(np.abs(x.imag)) < tolerance:
            yield x.real / np.linalg.norm(x.real), bool(regular)


def _linear_ray(system: ReducedSystem, d: Array, sigma: float, isolated: bool) -> Ray:
    m = len(d)
    hessian = system.q2.jacobian(d)
    q3 = system.q3(d)
    # order s³: (∂q_2(d) − σ) y = σ' d − q_3(d), y ⟂ d
    bordered = np.block([[hessian - sigma * np.eye(m), -d[:, None]], [d[None, :], np.zeros((1, 1))]])
    bend = np.linalg.lstsq(bordered, np.append(-q3, 0.0), rcond=None)[0][:m]
    unstable = int(np.sum(np.linalg.eigvalsh(hessian - sigma * np.eye(m)) < -ZERO))
    return Ray(system.modes, _clean(d), 1, sigma, 16 * EPS * abs(sigma), _clean(bend), unstable, isolated)


def _quadratic_rays(system: ReducedSystem, line: Array, regular: bool) -> Iterator[Ray]:
    """Yield the rays with q_2(d) = 0 along ±line."""
    for d in (line, -line):
        values, vectors = np.linalg.eigh(system.q2.jacobian(d))
        fast = np.abs(values) > ZERO
        null = vectors[:, ~fast]
        q3 = system.q3(d)
        slope = float(d @ q3)
        scale = 1.0 + float(np.sum(np.abs(system.q3.coefficients)))
        solvable = float(np.max(np.abs(null.T @ (q3 - slope * d)))) < ZERO * scale
        base = -vectors[:, fast] @ ((vectors[:, fast].T @ q3) / values[fast])
        for bend, isolated in _bends(system, d, slope, base, null):
            second = system.q2.jacobian(bend) + system.q3.jacobian(d) - slope * np.eye(len(d))
            slow = np.linalg.eigvalsh(null.T @ second @ null)
            unstable = int(np.sum(values < -ZERO) + np.sum(slow < -ZERO))
            good = regular and solvable and isolated
            yield Ray(system.modes, _clean(d), 2, slope, system.slope_error(d), _clean(bend), unstable, good)


def _bends(
    system: ReducedSystem, d: Array, slope: float, base: Array, null: Array
) -> Iterator[tuple[Array, bool]]:
    """Yield y = base + V w, V spanning the null space without d, from the order s⁴ within that space."""
    projector = null @ null.T - np.outer(d, d)
    V = np.linalg.eigh(projector)[1][:, len(d) - null.shape[1] + 1 :]
    k = V.shape[1]
    if k == 0:
        yield base, True
        return

    def equations(w: NDArray[Any]) -> Array:
        y = base + V @ w
        value: Array = V.T @ (system.q2(y) + system.q3.jacobian(d) @ y + system.q4(d) - slope * y)
        return value

    quadrics = _interpolate(equations, k)
    if not np.any(np.abs(quadrics.coefficients[:, np.sum(quadrics.exponents, axis=1) == 2]) > ZERO):
        matrix = quadrics.jacobian(np.zeros(k))
        singular = np.linalg.svd(matrix, compute_uv=False)
        w = -np.linalg.lstsq(matrix, equations(np.zeros(k)), rcond=None)[0]
        yield base + V @ w, bool(singular[-1] > ZERO * (1.0 + singular[0]))
        return
    ends = quadric_roots(quadrics)
    for w_end in ends.z[ends.regular]:
        if np.max(np.abs(w_end.imag)) < ZERO * (1.0 + np.max(np.abs(w_end))):
            yield base + V @ w_end.real, True
    if not np.all(ends.regular):
        yield base, False


def _interpolate(equations: Any, k: int) -> PolynomialMap:
    """Return a map of degree ≤ 2 known by its values: second differences of unit steps are exact."""
    unit = np.eye(k)
    zero = equations(np.zeros(k))
    plus = [equations(e) for e in unit]
    minus = [equations(-e) for e in unit]
    terms: dict[tuple[int, ...], Array] = {(0,) * k: zero}
    for i in range(k):
        terms[tuple(unit[i].astype(int).tolist())] = (plus[i] - minus[i]) / 2
        terms[tuple((2 * unit[i]).astype(int).tolist())] = (plus[i] + minus[i]) / 2 - zero
        for j in range(i):
            mixed = equations(unit[i] + unit[j]) - plus[i] - plus[j] + zero
            terms[tuple((unit[i] + unit[j]).astype(int).tolist())] = mixed
    return PolynomialMap.from_terms([{e: float(v[i]) for e, v in terms.items()} for i in range(k)], k)


def _clean(x: Array) -> Array:
    """Return x read-only, with components that are zero to round-off set to zero."""
    x = np.where(np.abs(x) < ZERO * (1e-3 + np.max(np.abs(x), initial=0.0)), 0.0, x)
    x.flags.writeable = False
    return x


def _representative(ray: Ray) -> Ray:
    """Return the image of a ray, under the rotations that keep it even, with the largest components."""
    active = [k for k, d, y in zip(ray.modes, ray.direction, ray.bend, strict=True) if d != 0 or y != 0]
    period = math.gcd(*active)
    sign = np.array([-1.0 if k in active and (k // period) % 2 else 1.0 for k in ray.modes])
    image = dataclasses.replace(ray, direction=_clean(sign * ray.direction), bend=_clean(sign * ray.bend))
    return max(ray, image, key=_digits)


def _digits(ray: Ray) -> tuple[float, ...]:
    """Return direction and bend rounded: equal for one ray found twice."""
    rounded: list[float] = (np.round(np.append(ray.direction, ray.bend), 5) + 0.0).tolist()
    return tuple(rounded)
