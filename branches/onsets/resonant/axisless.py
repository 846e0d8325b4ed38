"""Half-branches of states without a mirror axis that leave the uniform state at a resonance of three or more modes.

With the complex amplitudes c of the kernel, (κ/κ₀ − 1) c_n = q_n(c) + …, q_n(c) = −½ Σ_{l+m=n} c_l c_m over the kernel
and its negatives (c_{−n} = conj c_n). Along c = s d + …, |d| = 1:

* order 1: q(d) = σ d, σ ≠ 0, and κ = κ₀ (1 + σ s + …);
* order 2: q(d) = 0, isolated up to rotations, and κ = κ₀ (1 + σ s² + …), σ of the cubic part.

All rotations of d, and its mirror image, are one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.cyclic import Cyclic
from branches.spaces.rotations import aligned, mirror_axis
from branches.spaces.waves import paired, unpaired
from branches.states.selfconsistent import SelfConsistentExpansion, SelfConsistentSystem
from continuation import Record

__all__ = ["AxislessRay", "axisless_rays", "quadratic_part"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Modes = tuple[int, ...]
FEWEST_MODES = 3  # with two the phases lock on an axis
STARTS, QUIET, MOST_ROUNDS = 64, 4, 20
ITERATIONS, CONVERGED, ALONG = 40, 1e-13, 1e-10
SAME = 1e-7  # of the components of unit vectors
OPEN = 1e-6  # a singular value, over the largest, of a family of rays
UNKNOWNS = 16  # modes a kernel mode in the expansion: the third order reaches three times as far


@dataclass(frozen=True, eq=False, repr=False)
class AxislessRay(Record):
    """A half-branch c = s d + …, κ = κ₀ (1 + slope s^order + …), s > 0.

    Parameters
    ----------
    modes
        The kernel.
    direction
        d, complex amplitudes of its modes, of unit norm, shape (len(modes),).
    order, slope, slope_error
        The leading order of κ, and what rounding may have changed.
    """

    modes: Modes
    direction: Complex
    order: int
    slope: float
    slope_error: float

    def moments(self, size: int) -> Array:
        """Return the direction as moments of cosines and sines of all modes, in pairs, shape (size,)."""
        c = np.zeros(max(self.modes), dtype=complex)
        c[[mode - 1 for mode in self.modes]] = self.direction
        moments = paired(c)
        return np.pad(moments, (0, max(0, size - moments.size)))[:size]


def quadratic_part(modes: Modes, c: Complex) -> Complex:
    """Return q_n(c) on the kernel, c of shape (..., K).

    Examples
    --------
    >>> import numpy as np
    >>> quadratic_part((1, 2), np.array([0.5, 0.2 + 0j])).round(12)
    array([-0.1  -0.j, -0.125-0.j])
    """
    top = max(modes)
    full = np.zeros((*c.shape[:-1], 4 * top + 1), dtype=complex)  # modes −2 top … 2 top
    at = np.array(modes)
    full[..., 2 * top + at], full[..., 2 * top - at] = c, np.conj(c)
    result = np.zeros(c.shape, dtype=complex)
    signed = [*modes, *(-mode for mode in modes)]
    for k, n in enumerate(modes):
        for l in signed:
            if n - l in signed:
                result[..., k] -= 0.5 * full[..., 2 * top + l] * full[..., 2 * top + n - l]
    return result


def axisless_rays(
    potential: Potential, kernel: Modes, kappa: float, seed: int = 0
) -> tuple[tuple[AxislessRay, ...], str]:
    """Return the half-branches without a mirror axis of a resonant onset, and what was not decided, in words.

    Parameters
    ----------
    potential, kernel, kappa
        The interaction, the modes that share the onset, and its coupling.
    seed
        Of the random starts of Newton's iteration.

    Notes
    -----
    Random starts are iterated until three rounds find nothing new: a ray that none comes near is missed.

    Examples
    --------
    >>> from branches import potentials
    >>> found, open_question = axisless_rays(potentials.from_weights([1, 1, 1, 1]), (1, 2, 3, 4), 2.0)
    >>> [(ray.order, f"{3.25 * ray.slope:.6f}") for ray in found]              # of c = s (1, i, 1/2, −i)
    [(2, '1.753205')]
    """
    if len(kernel) < FEWEST_MODES:
        return (), ""
    probe = np.random.default_rng(seed).standard_normal((4, 2 * len(kernel)))
    if not np.any(quadratic_part(kernel, unpaired(probe))):
        return (), "their quadratic part vanishes"
    rays: list[AxislessRay] = []
    for c in _solutions(kernel, 1.0, seed)[0]:
        size = float(np.linalg.norm(c))
        error = 64 * float(np.finfo(float).eps) / size
        rays += [AxislessRay(kernel, sign * c / size, 1, -sign / size, error) for sign in (1.0, -1.0)]
    null, families = _solutions(kernel, 0.0, seed)
    rays += [AxislessRay(kernel, d, 2, *_second_order(potential, kernel, d, kappa)) for d in null]
    return tuple(rays), "the directions on which their quadratic part vanishes form a family" if families else ""


def _solutions(kernel: Modes, linear: float, seed: int) -> tuple[list[Complex], bool]:
    """Return the isolated solutions of q(c) + linear · c = 0 without an axis, and whether there are families of them.

    Where there is no linear part they have unit norm.
    """
    rng = np.random.default_rng(seed)
    found: list[Complex] = []
    quiet = rounds = 0
    families = False
    while quiet < QUIET and rounds < MOST_ROUNDS:
        before = len(found)
        for c in _iterated(kernel, linear, rng.standard_normal((STARTS, 2 * len(kernel)))):
            spread = _spread(kernel, c)
            if np.max(np.abs(c)) < OPEN or mirror_axis(spread, SAME) is not None:
                continue
            if not _isolated(kernel, linear, c):
                families = True
            elif not any(_same(spread, _spread(kernel, other)) for other in found):
                found.append(c)
        quiet, rounds = (0 if len(found) > before else quiet + 1), rounds + 1
    return found, families


def _iterated(kernel: Modes, linear: float, z: Array) -> list[Complex]:
    """Return where Gauss and Newton's iteration converges from starts of shape (B, 2K)."""
    z = z / np.linalg.norm(z, axis=1, keepdims=True) * (1.0 if linear == 0.0 else 2.0)
    for _ in range(ITERATIONS):
        residual, jacobian = _equations(kernel, linear, z)
        transposed = np.swapaxes(jacobian, 1, 2)
        normal = transposed @ jacobian + ALONG * np.eye(z.shape[1])  # along the rotation it is singular
        step = -np.linalg.solve(normal, transposed @ residual[:, :, None])[:, :, 0]
        length = np.linalg.norm(step, axis=1, keepdims=True)
        z = z + step * np.minimum(1.0, 0.5 / np.maximum(length, 1e-300))
    residual, _ = _equations(kernel, linear, z)
    return list(unpaired(z[np.max(np.abs(residual), axis=1) <= CONVERGED * (1.0 + np.max(np.abs(z), axis=1) ** 2)]))


def _equations(kernel: Modes, linear: float, z: Array) -> tuple[Array, Array]:
    """Return the equations, of which the last fixes the norm where there is no linear part, and their derivative."""
    size = z.shape[1]
    residual = paired(quadratic_part(kernel, unpaired(z))) + linear * z
    unit = np.eye(size)
    after, before = (paired(quadratic_part(kernel, unpaired(z[:, None, :] + e))) for e in (unit, -unit))
    jacobian = np.swapaxes(0.5 * (after - before), 1, 2) + linear * unit  # exact: the equations are quadratic
    if linear == 0.0:
        residual = np.concatenate([residual, 0.5 * (np.sum(z * z, axis=1, keepdims=True) - 1.0)], axis=1)
        jacobian = np.concatenate([jacobian, z[:, None, :]], axis=1)
    return residual, jacobian


def _isolated(kernel: Modes, linear: float, c: Complex) -> bool:
    """Return whether only the rotation moves a solution."""
    values = np.linalg.svd(_equations(kernel, linear, paired(c)[None])[1][0], compute_uv=False)
    return bool(values[-2] > OPEN * values[0])


def _spread(kernel: Modes, c: Complex) -> Complex:
    spread = np.zeros(max(kernel), dtype=complex)
    spread[[mode - 1 for mode in kernel]] = c
    return spread


def _same(c: Complex, other: Complex) -> bool:
    distance = min(aligned(c, member).distance for member in (other, np.conj(other)))
    return distance <= SAME * (1.0 + float(np.max(np.abs(c))))


def _second_order(potential: Potential, kernel: Modes, d: Complex, kappa: float) -> tuple[float, float]:
    """Return σ of κ = κ₀ (1 + σ s² + …) along a direction with q(d) = 0, and its rounding error.

    The second coefficient of a − T answers with the modes beside the kernel; the third, on d, is linear in σ.
    """
    system = SelfConsistentSystem(potential, Cyclic(1), UNKNOWNS * max(kernel), kappa_scale=kappa)
    first = AxislessRay(kernel, d, 2, 0.0, 0.0).moments(system.size)
    at = np.zeros(system.size)
    expansion = SelfConsistentExpansion(system, at, kappa)
    expansion.push(first, 0.0)
    gap = 1.0 - 0.5 * kappa * system.g
    beside = ~np.isin(np.arange(system.size) // 2 + 1, kernel)
    response = np.zeros(system.size)
    response[beside] = -expansion.remainder()[beside] / gap[beside]
    third = []
    for change in (0.0, kappa):
        trial = SelfConsistentExpansion(system, at, kappa)
        trial.push(first, 0.0)
        trial.push(response, change)
        third.append(float(first @ trial.remainder()))
    slope = -third[0] / (third[1] - third[0])
    error = 64 * float(np.finfo(float).eps) * (1.0 + float(np.sum(np.abs(response)))) / abs(third[1] - third[0])
    return slope, error
