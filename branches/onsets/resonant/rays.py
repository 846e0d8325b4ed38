"""All half-branches that leave the uniform state at an onset, from the reduced polynomial system.

With x the amplitudes of the kernel and q_D the part of degree D of half the gradient of the reduced
free energy, the branches solve (κ/κ₀ − 1) x = q_2(x) + q_3(x) + ….  Along a half-branch
x = s d + s² y + …, d a unit vector and s > 0:

* order 1:  q_2(d) = σ d, σ ≠ 0, and κ = κ₀ (1 + σ s + …);
* order 2:  q_2(d) = 0, and on the null space N of ∂q_2(d), which contains d, q_3(d) = σ d;
            κ = κ₀ (1 + σ s² + …), with one or several half-branches along d (`tangents`).
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from branches.onsets.resonant.pair_rays import pair_rays
from branches.onsets.resonant.polysolve import EPS, Ends, PolynomialMap, eigen_directions
from branches.onsets.resonant.ray import ZERO, Ray, cleaned
from branches.onsets.resonant.reduced import LARGEST_KERNEL, ReducedSystem
from branches.onsets.resonant.tangents import tangents
from branches.potentials.potential import Potential, positive_integer

__all__ = ["LARGEST_KERNEL", "Ray", "half_branches", "morse_defect", "orbits", "rays"]

Array = NDArray[np.float64]
SAME = 1e-5  # of the numbers of a ray found twice
ALL_BUT_EQUAL = 1e-2  # distance of computed rays that may be one multiple ray split by rounding: ε^(1/7) at the most


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
    Directions are found by homotopy continuation on the complex solutions (`polysolve`).  A pair of modes
    whose cubic and quartic terms leave half-branches open is decided by higher orders (`pair_rays`).  Not
    found: in kernels of three or more modes half-branches at fractional powers of s other than those above,
    which need further coincidences among the weights or the mode numbers, and null directions of q_2 that
    form a continuum outside the coordinate subspaces.  The latter show as rays with `isolated` False.

    Examples
    --------
    >>> from branches import potentials
    >>> for ray in rays(potentials.bimodal(1.0), (1, 2)):  # the 1:2 resonance
    ...     print(ray.order, round(ray.slope, 6), ray.direction.round(6), ray.unstable)
    1 -0.57735 [0.816497 0.57735 ] 1
    1 0.57735 [ 0.816497 -0.57735 ] 1
    2 0.5 [0. 1.] 1
    """
    return orbits(half_branches(potential, kernel))


def orbits(leaving: Iterable[Ray]) -> tuple[Ray, ...]:
    """Return one ray of each symmetry orbit, order 1 first, then by slope."""
    return _distinct(map(_representative, leaving))


def morse_defect(leaving: Sequence[Ray]) -> int:
    """Return Σ (−1)^{unstable − [slope < 0]} − 1 − (−1)^{m − 1} over all half-branches: 0 if none is missing.

    On a small sphere of the kernel amplitudes the half-branches are the critical points of the reduced
    free energy, and the sum of their signs is the Euler characteristic of the sphere.

    Examples
    --------
    >>> from branches import potentials
    >>> morse_defect(half_branches(potentials.bimodal(1.0), (1, 2)))
    0
    """
    signs = sum(1 if (ray.unstable - (ray.slope < 0)) % 2 == 0 else -1 for ray in leaving)
    return signs - 2 * (len(leaving[0].modes) % 2)


def half_branches(potential: Potential, kernel: Sequence[int]) -> tuple[Ray, ...]:
    """Find every half-branch of even states, with no two identified by symmetry.

    Parameters, errors and limits are those of `rays`; `morse_defect` checks their number.

    Examples
    --------
    >>> from branches import potentials
    >>> len(half_branches(potentials.bimodal(1.0), (1, 2)))
    6
    """
    modes = tuple(sorted({positive_integer("kernel", k) for k in kernel}))
    system = ReducedSystem.of(potential, modes)
    if len(modes) == 1:
        d = np.ones(1)
        ray = Ray.simple(modes[0], float(system.q3(d)[0]), system.slope_error(d))
        return ray, dataclasses.replace(ray, direction=-d)
    found = _distinct(itertools.chain(_transverse(system), _tangential(system)))
    if len(modes) == 2 and _is_degenerate(found):
        decided = pair_rays(potential, (modes[0], modes[1]))
        return _distinct(decided) if decided else found
    return found


def _is_degenerate(found: Sequence[Ray]) -> bool:
    """Return whether the cubic and quartic terms leave half-branches undecided, or two of them all but equal."""
    if not found or morse_defect(found) or not all(ray.isolated for ray in found):
        return True
    if any(abs(ray.slope) <= ray.slope_error for ray in found):
        return True
    d = np.array([_numbers(ray) for ray in found])
    apart = np.linalg.norm(d[:, None] - d[None], axis=-1)
    return bool(np.min(apart[~np.eye(len(d), dtype=bool)]) < ALL_BUT_EQUAL)


def _distinct(found: Iterable[Ray]) -> tuple[Ray, ...]:
    kept: list[Ray] = []
    for ray in found:
        if not any(np.max(np.abs(_numbers(ray) - _numbers(other))) < SAME for other in kept):
            kept.append(ray)
    return tuple(sorted(kept, key=lambda ray: (ray.order, ray.slope)))


def _transverse(system: ReducedSystem) -> Iterator[Ray]:
    """Yield the rays along isolated solutions of q_2(d) = σ d; σ = 0 only off the coordinate null spaces."""
    if system.q2.is_zero:
        return
    null = _null_subsets(system)
    for d, regular in _real_directions(eigen_directions(system.q2, 2)):
        tolerance = ZERO if regular else ZERO**0.5  # a singular end is only known roughly
        if any(all(abs(x) < tolerance or i in S for i, x in enumerate(d)) for S in null):
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
    return Ray(
        system.modes,
        cleaned(d),
        1,
        sigma,
        16 * EPS * abs(sigma),
        cleaned(bend),
        unstable,
        np.zeros(m),
        isolated,
    )


def _quadratic_rays(system: ReducedSystem, line: Array, regular: bool) -> Iterator[Ray]:
    """Yield the rays with q_2(d) = 0 along ±line."""
    for d in (line, -line):
        error = system.slope_error(d)
        for t in tangents(system, d):
            isolated = regular and t.isolated
            yield Ray(
                system.modes,
                cleaned(d),
                2,
                t.slope,
                error,
                cleaned(t.bend),
                t.unstable,
                cleaned(t.half),
                isolated,
            )


def _representative(ray: Ray) -> Ray:
    """Return the image of a ray, under the rotations that keep it even, with the largest components."""
    parts = np.stack([ray.direction, ray.half, ray.bend])
    period = math.gcd(*ray.active)
    sign = np.array([-1.0 if k in ray.active and (k // period) % 2 else 1.0 for k in ray.modes])
    direction, half, bend = (cleaned(sign * part) for part in parts)
    return max(ray, dataclasses.replace(ray, direction=direction, half=half, bend=bend), key=_digits)


def _numbers(ray: Ray) -> Array:
    """Return direction, half and bend."""
    return np.concatenate([ray.direction, ray.half, ray.bend])


def _digits(ray: Ray) -> tuple[float, ...]:
    """Return direction, half and bend rounded, to compare an image of a ray with the ray."""
    rounded: list[float] = (np.round(_numbers(ray), 5) + 0.0).tolist()
    return tuple(rounded)
