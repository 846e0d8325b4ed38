"""A branch point remade to round-off: the state and the coupling at which an isotropy block turns neutral."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from branches.spaces.isotropy import Block
from branches.states.equations import StateEquations, state_equations
from branches.states.selfconsistent import SelfConsistentSystem
from continuation import Problem, Record, Reduction, SingularPoint, correct, singular_point, tangent_at

__all__ = ["NeutralState", "neutral_along", "neutral_state"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)
# Arclength between the first two states of the secant method: their neutral scalars differ in half of their digits.
FIRST_STEP = 1e-6
# In arclength: a branch point further than this from where it was seen is another one.
REACH = 0.1
STEPS = 12
NOTHING = 1e-3 * EPSILON  # a weight, times κ, that moves no entry of the Jacobian


@dataclass(frozen=True, eq=False, repr=False)
class NeutralState(Record):
    """A branch point in the unknowns a_d, a_2d, … of the larger class of states that leaves it.

    Parameters
    ----------
    singular
        The point with its null vectors, in the equations to leave it with.
    own
        Unit tangent of the branch it was found on, shape (N + 1,).
    kernel
        The other null vector, shape (N + 1,): the direction δa in which the state is neutral.
    kappa, kappa_error
        The coupling, and what rounding may have moved it by.
    """

    singular: SingularPoint
    own: Array
    kernel: Array
    kappa: float
    kappa_error: float


def neutral_state(
    system: StateEquations, block: Block, u: Array, kappa: float, along: Array | None = None
) -> NeutralState:
    """Solve for the state and the coupling at which an even block of the second variation turns neutral.

    The equations are the self-consistency ones a = T(a, κ), which stay well conditioned at low noise; a fixed
    truncation keeps those that belong to it.

    Parameters
    ----------
    system
        The equations, at a size, of the states of class block.breaks_to that leave the point.
    block
        The block, of functions of the state's kind.
    u, kappa
        Unknowns of the state in its class, and its coupling, near the point.
    along
        Tangent of its branch in (u, κ / scale), shape (u.size + 1,): needed where the block keeps the period.

    Raises
    ------
    ArithmeticError
        If there is no such state near by.

    Notes
    -----
    Where the block breaks the symmetry of the state, the branch is regular in its own class and the scalar g of
    [[M, b], [cᵀ, 0]] (w, g) = (0, 1), M the block of the Jacobian, vanishes with it: a secant iteration along the
    branch (Govaerts 2000, ch. 3). Otherwise the point is a critical point of the reduced function.
    """
    return _breaking(system, block, u, kappa) if block.order > 1 else _crossing(system, u, kappa, along)


def _equations(system: StateEquations, u: Array, kappa: float) -> Problem:
    return system.matrix_free(system.size) if system.adaptive else system.suited_to(u, kappa)


def _breaking(system: StateEquations, block: Block, u: Array, kappa: float) -> NeutralState:
    target, of_state = system.isotropy, block.isotropy
    ratio = of_state.n_fold // target.n_fold
    own = state_equations(
        system.potential, of_state, system.size // ratio, system.max_size // ratio, system.parameter_scale
    )
    embedded = partial(of_state.embedded, size=system.size, other=target)
    guess = own.transfer(u, own.size)
    larger = _equations(system, embedded(guess), kappa)
    smaller = _same_form(larger, own)
    members = block.modes(system.size * target.n_fold)
    members = members[members % target.n_fold == 0] // target.n_fold - 1
    if isinstance(larger, SelfConsistentSystem):  # the other columns are those of the identity
        members = members[np.abs(kappa * system.g[members]) > NOTHING]
    start = np.append(guess, kappa / system.parameter_scale)
    fixed = np.eye(1, start.size, own.size)[0]
    based = correct(smaller, start, fixed, 0.0)  # at a fold of its own branch it stays as it is
    base = based.x if based.converged else start
    tangent, _ = tangent_at(smaller, base, fixed)

    def state(t: float) -> Array:
        return correct(smaller, base + t * tangent, tangent, 0.0).x

    def matrix(x: Array) -> Array:
        a, p = embedded(x[:-1]), float(x[-1]) * system.parameter_scale
        j = _leading(larger, a, p, int(members[-1]) + 1)
        return j[np.ix_(members, members)]

    x, error = neutral_along(state, matrix)
    own_tangent = tangent_at(smaller, x, tangent)[0]
    point = np.append(embedded(x[:-1]), x[-1])
    lifted = np.append(embedded(own_tangent[:-1]), own_tangent[-1])
    kappa = float(x[-1]) * system.parameter_scale
    error = error * abs(float(own_tangent[-1])) * system.parameter_scale + 4 * EPSILON * kappa
    singular = singular_point(larger, point, 1, lifted)
    kernel = singular.null @ np.linalg.svd(singular.null.T @ lifted[:, None])[0][:, 1]
    return NeutralState(singular, lifted, kernel, kappa, error)


def neutral_along(state: Callable[[float], Array], matrix: Callable[[Array], Array]) -> tuple[Array, float]:
    """Return the state along a branch whose matrix is singular, and the error of its place in arclength."""
    lefts, _, rights = np.linalg.svd(matrix(state(0.0)))
    n = len(lefts)

    def scalar(x: Array) -> float:
        bordered = np.zeros((n + 1, n + 1))
        bordered[:n, :n], bordered[:n, n], bordered[n, :n] = matrix(x), lefts[:, -1], rights[-1]
        return float(np.linalg.solve(bordered, np.eye(n + 1)[n])[n])

    before, t = 0.0, FIRST_STEP
    g_before, x = scalar(state(before)), state(t)
    g = scalar(x)
    slope = (g - g_before) / (t - before)
    for _ in range(STEPS):
        step = -g / slope if slope else np.inf
        if not abs(t + step) <= REACH:
            raise ArithmeticError("no state near the branch point is neutral in its block")
        before, g_before, t = t, g, t + step
        x = state(t)
        g = scalar(x)
        if abs(step) > 1e-9:  # below, rounding would spoil the slope
            slope = (g - g_before) / (t - before)
        if abs(step) <= 8 * EPSILON or (abs(step) < 1e-12 and abs(g) >= abs(g_before)):
            break
    return x, (abs(g) + 16 * EPSILON) / abs(slope)


def _crossing(system: StateEquations, u: Array, kappa: float, along: Array | None) -> NeutralState:
    """Return a point where two branches of the same period cross."""
    x = np.append(system.transfer(u, system.size), kappa / system.parameter_scale)
    problem = _equations(system, x[:-1], kappa)
    if along is None:
        raise ArithmeticError("the tangent of the branch is needed where the block keeps its period")
    tangent = np.append(system.transfer(along[:-1], system.size), along[-1])
    critical = Reduction(problem, x, tangent).critical_point(REACH)
    if critical is None:
        raise ArithmeticError("no crossing of two branches is found near the branch point")
    singular = singular_point(problem, critical[1].x, 1, tangent)
    own = singular.null.T @ tangent
    own /= np.linalg.norm(own)
    kernel = singular.null @ np.array([-own[1], own[0]])
    kappa = float(singular.x[-1]) * system.parameter_scale
    error = float(np.linalg.norm(critical[1].gradient)) + singular.lost / singular.kept
    return NeutralState(singular, singular.null @ own, kernel, kappa, error * kappa)


def _leading(problem: Problem, a: Array, kappa: float, size: int) -> Array:
    """Return the leading rows and columns of the Jacobian."""
    if isinstance(problem, SelfConsistentSystem):
        return problem.leading_block(problem.gibbs(a, kappa), kappa, size)
    return problem.jacobian(a, kappa)[:size, :size]


def _same_form(larger: Problem, own: StateEquations) -> Problem:
    return own.matrix_free(own.size) if isinstance(larger, SelfConsistentSystem) else own
