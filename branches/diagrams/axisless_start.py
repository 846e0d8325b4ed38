"""How branches of states without a mirror axis start: where an even state loses it, and at a resonant onset."""

from __future__ import annotations

from functools import partial
from math import gcd

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.departure import Departure
from branches.diagrams.leading import Leading
from branches.diagrams.neutral_state import EPSILON, NeutralState, neutral_along
from branches.diagrams.records import Branch, SpecialPoint
from branches.diagrams.reflection import ReflectionShape, reflection_shape, sine_matrix
from branches.diagrams.trace import make_system
from branches.onsets.classify import Onset
from branches.onsets.resonant.axisless import AxislessRay, axisless_rays
from branches.potentials.potential import Potential
from branches.spaces.circle import Dihedral
from branches.spaces.cyclic import Cyclic
from branches.spaces.isotropy import Isotropy
from branches.spaces.space import Circle
from branches.states.equations import StateEquations
from branches.states.selfconsistent import SelfConsistentSystem
from continuation import Piece, Settings, correct, leave, singular_point, tangent_at

__all__ = ["axis_lost", "axisless_departures", "leading_of_reflection", "leave_without_axis", "reflection_departure"]

Array = NDArray[np.float64]
NAME = "reflection broken"


def leading_of_reflection(isotropy: Isotropy, shape: ReflectionShape) -> Leading:
    """Return the leading order of the states without an axis, along a unit vector of moments in pairs."""
    norm = float(np.linalg.norm(shape.direction))
    pairs = np.stack([np.zeros_like(shape.direction), shape.direction / norm], axis=1).ravel()
    return Leading(
        Cyclic(isotropy.n_fold).expanded(pairs),
        2,
        shape.curvature / norm**2,
        shape.error / norm**2,
        shape.kind,
        -shape.crossing,
    )


def axis_lost(
    potential: Potential, isotropy: Dihedral, u: Array, kappa: float, size: int, scale: float
) -> NeutralState:
    """Solve for the even state and the coupling at which the sines of its period turn neutral beside the rotation.

    Parameters
    ----------
    potential, isotropy
        The interaction, and the class of the even state.
    u, kappa
        Its moments a_n, a_2n, …, and its coupling, near the point.
    size
        Unknowns of the states without an axis: two a mode.
    scale
        Unit of κ.

    Raises
    ------
    ArithmeticError
        If there is no such state near by.
    """
    own = SelfConsistentSystem(potential, isotropy, size // 2, kappa_scale=scale)
    larger = SelfConsistentSystem(potential, Cyclic(isotropy.n_fold), size, kappa_scale=scale)
    lifted = partial(Cyclic(isotropy.n_fold).of_even, size=size)
    start = np.append(own.transfer(u, own.size), kappa / scale)
    fixed = np.eye(1, start.size, own.size)[0]
    based = correct(own, start, fixed, 0.0)
    base = based.x if based.converged else start
    tangent, _ = tangent_at(own, base, fixed)
    present = own.g != 0.0

    def state(t: float) -> Array:
        return correct(own, base + t * tangent, tangent, 0.0).x

    def matrix(x: Array) -> Array:
        return sine_matrix(own.g, x[:-1], float(x[-1]) * scale)[np.ix_(present, present)]

    x, error = neutral_along(state, matrix)
    along = tangent_at(own, x, tangent)[0]
    kappa = float(x[-1]) * scale
    point, own_tangent = (np.append(lifted(y[:-1]), y[-1]) for y in (x, along))
    singular = singular_point(larger, point, 1, own_tangent)
    kernel = singular.null @ np.linalg.svd(singular.null.T @ own_tangent[:, None])[0][:, 1]
    return NeutralState(
        singular, own_tangent, kernel, kappa, error * abs(float(along[-1])) * scale + 4 * EPSILON * kappa
    )


def leave_without_axis(neutral: NeutralState, leading: Leading, settings: Settings) -> Piece:
    """Return the first piece of the states without an axis, by the Taylor series of the blown-up equations."""
    system, x = neutral.singular.problem, neutral.singular.x
    assert isinstance(system, SelfConsistentSystem)
    direction = np.zeros_like(x)
    direction[:-1] = system.transfer(system.isotropy.restricted(leading.direction), x.size - 1)
    return leave(system, x, direction / np.linalg.norm(direction), settings, nullity=1)


def reflection_departure(
    branch: Branch, point: SpecialPoint, n_modes: int | None, settings: Settings
) -> Departure:
    """Return the half-branch without an axis that a reflection-breaking point owes; s and −s are mirror images."""
    isotropy = point.isotropy
    assert isinstance(isotropy, Dihedral)
    system = make_system(branch.potential, Cyclic(isotropy.n_fold), n_modes, point.kappa)
    u = isotropy.restricted(point.a)
    if n_modes is None:
        system = system.with_size(max(system.size, 2 * u.size))
    try:
        neutral = axis_lost(branch.potential, isotropy, u, point.kappa, system.size, point.kappa)
        even = neutral.singular.x[:-1:2]
        leading = leading_of_reflection(isotropy, reflection_shape(branch.potential, isotropy, even, neutral.kappa))
    except (ArithmeticError, ValueError) as failure:
        return Departure(NAME, None, f"the direction in which the branch leaves is not known: {failure}")

    def start() -> tuple[StateEquations, Piece]:
        return system, leave_without_axis(neutral, leading, settings)

    return Departure(NAME, start, leading=leading)


def axisless_departures(
    potential: Potential, onset: Onset, n_modes: int | None, settings: Settings
) -> list[Departure]:
    """Return the half-branches without an axis that a resonant onset owes, one more for what is not decided."""
    if not isinstance(potential.space, Circle):
        return []
    rays, undecided = axisless_rays(potential, onset.kernel, onset.kappa)
    departures = []
    for number, ray in enumerate(rays, 1):
        name = f"modes {'+'.join(map(str, ray.modes))} without an axis, ray {number}"
        start = partial(_start_ray, potential, onset.kappa, ray, n_modes, settings)
        departures.append(Departure(name, start, leading=leading_of_axisless(ray, onset.kappa)))
    if undecided:
        departures.append(Departure("rays without an axis that are not decided", None, undecided))
    return departures


def leading_of_axisless(ray: AxislessRay, kappa: float) -> Leading:
    """Return the leading order of a half-branch without an axis that leaves an onset."""
    clear = abs(ray.slope) > ray.slope_error
    shape = "undecided"
    if clear:
        shape = "transcritical" if ray.order % 2 else ("supercritical" if ray.slope > 0 else "subcritical")
    direction = ray.moments(2 * max(ray.modes))
    return Leading(direction, ray.order, ray.slope * kappa, ray.slope_error * kappa, shape)


def _start_ray(
    potential: Potential, kappa: float, ray: AxislessRay, n_modes: int | None, settings: Settings
) -> tuple[StateEquations, Piece]:
    n_fold = gcd(*ray.modes)
    isotropy = Cyclic(n_fold)
    system = make_system(potential, isotropy, n_modes, kappa)
    assert isinstance(system, SelfConsistentSystem)
    direction, bend = np.zeros(system.size + 1), np.zeros(system.size + 1)
    direction[:-1] = isotropy.restricted(ray.moments(system.size * n_fold))
    (direction if ray.order == 1 else bend)[-1] = ray.slope * kappa / system.parameter_scale
    x = np.append(np.zeros(system.size), kappa / system.parameter_scale)
    across = system.anchored(direction[:-1])
    return system, leave(across, x, direction, settings, bend, nullity=2 * len(ray.modes) - 1)
