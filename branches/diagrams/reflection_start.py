"""Leaving an even state of the circle where it loses its mirror axis: the point remade to round-off, the first piece."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.leading import Leading
from branches.diagrams.neutral_state import EPSILON, NeutralState, neutral_along
from branches.diagrams.reflection import ReflectionShape, reflection_shape, sine_matrix
from branches.potentials.potential import Potential
from branches.spaces.circle import Dihedral
from branches.spaces.cyclic import Cyclic
from branches.spaces.isotropy import Isotropy
from branches.states.selfconsistent import SelfConsistentSystem
from continuation import Piece, Settings, correct, leave, singular_point, tangent_at

__all__ = ["axis_lost", "leading_of_reflection", "leave_without_axis"]

Array = NDArray[np.float64]


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


def axis_lost(potential: Potential, isotropy: Dihedral, u: Array, kappa: float, size: int, scale: float) -> NeutralState:
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


def shape_of(neutral: NeutralState, potential: Potential, isotropy: Dihedral) -> ReflectionShape:
    """Return the leading order at a point that is known to round-off."""
    return reflection_shape(potential, isotropy, neutral.singular.x[:-1:2], neutral.kappa)


def leave_without_axis(neutral: NeutralState, leading: Leading, settings: Settings) -> Piece:
    """Return the first piece of the states without an axis, by the Taylor series of the blown-up equations."""
    system, x = neutral.singular.problem, neutral.singular.x
    direction = np.zeros_like(x)
    isotropy: Isotropy = neutral.singular.problem.isotropy  # type: ignore[attr-defined]
    direction[:-1] = system.transfer(isotropy.restricted(leading.direction), x.size - 1)
    return leave(system, x, direction / np.linalg.norm(direction), settings, nullity=1)
