"""Deflated Newton iteration at fixed κ: it does not converge again to known states, nor to their twins."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.circle import EVEN
from branches.spaces.isotropy import Isotropy
from branches.states.at_coupling import solve, state_at
from branches.states.equations import StateEquations, state_equations
from branches.states.state import State

__all__ = ["Deflation", "deflated_newton", "polished", "resolved"]

Array = NDArray[np.float64]
TOLERANCE = 1e-10  # of the residual at which the deflated iteration hands over to the plain one
LONGEST = 0.5  # of one step, in the Euclidean norm of the moments (each is at most 1)
ITERATIONS = 60
RESIDUAL = 1e-12  # of a polished state; a degenerate one, which no Newton iteration reaches, is left out
NEAR = 1e-7  # moments below it count as zero when the symmetry of a state is read off
TAIL = 1e-13  # of the modes neglected in a polished state
LARGEST = 1000


class Deflation:
    """The factor Π (1 + 1/‖a − a_i‖²) over the orbits of known states, by its logarithmic gradient.

    Parameters
    ----------
    size
        N, the number of moments.
    states
        Moments of the states known, each of any size; the even members of their orbits are added, and so is
        the uniform state.
    isotropy
        A class of the kind of the states.

    Notes
    -----
    Source: Farrell, Birkisson, Funke, SIAM J. Sci. Comput. 37 (2015) A2026, with exponent 2 and shift 1.

    Examples
    --------
    >>> import numpy as np
    >>> deflation = Deflation(2, [np.array([0.5, 0.1])])
    >>> deflation.points.tolist()
    [[0.0, 0.0], [0.5, 0.1], [-0.5, 0.1]]
    """

    def __init__(self, size: int, states: Iterable[Array] = (), isotropy: Isotropy = EVEN) -> None:
        self.points: Array = np.zeros((1, size))
        self.isotropy = isotropy
        for a in states:
            self.add(a)

    def add(self, a: Array) -> None:
        """Add a converged state and its twin."""
        size = self.points.shape[1]
        member = np.pad(a, (0, max(0, size - a.size)))[:size]
        own = self.isotropy.of_state(member, NEAR)
        members = [member, own.twin(member)] if own.n_fold else []
        self.points = np.vstack([self.points, *members])

    def gradient(self, a: Array) -> Array:
        """Return the gradient of the logarithm of the factor, shape (N,)."""
        away = a - self.points
        square = np.maximum(np.einsum("in,in->i", away, away), 1e-300)
        result: Array = -2.0 * (1.0 / (square * (1.0 + square))) @ away
        return result


def deflated_newton(
    system: StateEquations, guess: Array, kappa: float, deflation: Deflation
) -> Array | None:
    """Return a solution at fixed κ that is not deflated, shape (N,), or None.

    Parameters
    ----------
    system
        The equations; N unknowns, of all degrees.
    guess
        Where to start, shape (N,).
    kappa
        Coupling.
    deflation
        The states known.

    Notes
    -----
    A step of the deflated system is δ / (1 − ∇log m · δ) with δ Newton's step, so no larger matrix is needed.
    Only a point whose own residual is small is returned; it may still be nearly a known one.
    """
    a = guess.copy()
    identity = np.zeros(a.size + 1)
    identity[-1] = 1.0
    for _ in range(ITERATIONS):
        residual = system.residual(a, kappa)
        size = float(np.max(np.abs(residual)))
        if not np.isfinite(size):
            return None
        if size <= TOLERANCE:
            return a
        try:
            step = system.bordered(a, kappa, identity).solve(-residual)[:-1]
        except ArithmeticError:
            return None
        slowed = 1.0 - float(deflation.gradient(a) @ step)
        step = step / slowed if abs(slowed) > 1e-12 else step
        length = float(np.linalg.norm(step))
        if not np.isfinite(length):
            return None
        a = a + step * min(1.0, LONGEST / length) if length else a
    return None


def polished(potential: Potential, a: Array, kappa: float) -> State | None:
    """Return the resolved state near approximate moments, or None if there is none; see :func:`resolved`."""
    found = resolved(potential, a, kappa)
    return None if found is None else state_at(potential, found[0], found[1], kappa)


def resolved(potential: Potential, a: Array, kappa: float) -> tuple[Isotropy, Array] | None:
    """Return the class and the unknowns of the resolved state near approximate moments, or None if there is none.

    The truncation grows until the modes neglected do not count; the state must be a density (no moment
    exceeds 1) and not the uniform one.
    """
    isotropy = potential.space.isotropy(1).of_state(a, NEAR)
    if isotropy.n_fold == 0:
        return None
    u = isotropy.restricted(a)
    size = max(24, u.size)
    while size <= LARGEST:
        found = solve(potential, isotropy, np.pad(u, (0, max(0, size - u.size)))[:size], kappa)
        if not found.residual <= RESIDUAL or not NEAR < np.max(np.abs(found.u)) <= 1.0:
            return None
        if state_equations(potential, isotropy, size).tail(found.u, kappa) <= TAIL:
            return isotropy, found.u
        u, size = found.u, int(1.5 * size)
    return None
