"""Coexistence (Maxwell) lines: two stationary states of equal free energy, followed over a parameter."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from branches.landscapes.transitions import Transition
from branches.loci.curve_points import Line
from branches.loci.endings import Ending
from branches.loci.family_weights import FamilyWeights, unit_mode
from branches.loci.followed_lines import followed_line, onset_events, resolved
from branches.potentials.potential import Potential
from branches.spaces.circle import EVEN
from branches.spaces.isotropy import Isotropy
from branches.states.energy import FINE
from branches.states.state import State
from continuation import Problem

__all__ = ["CoexistenceSystem", "coexistence_line", "log_partition"]

Array = NDArray[np.float64]
LARGEST_FIELD = 30.0  # above it, log Z is of the order of the field, and nothing cancels


def log_partition(field: Array, isotropy: Isotropy = EVEN) -> tuple[float, Array]:
    """Return log Z and the moments E[B_k] of ρ = exp(Σ b_k B_k) / Z, for b of shape (N,).

    Examples
    --------
    >>> log_z, moments = log_partition(np.eye(1, 24)[0])
    >>> f"{log_z:.12f} {moments[0]:.12f}"        # log I_0(1) and I_1(1) / I_0(1)
    '0.235914358507 0.446389965897'
    """
    basis = isotropy.basis(FINE * field.size)
    values = basis.synthesis(field)
    weighted = basis.weighted(values)
    top = float(weighted.max())
    rho = np.exp(weighted - top)
    moments: Array = basis.means(rho)[0][: field.size] / float(rho.mean())
    if float(values.max()) < LARGEST_FIELD:  # of a small field: accurate relative to it
        return float(np.log1p(np.mean(np.expm1(values) * (1.0 if basis.mass is None else basis.mass)))), moments
    return top + float(np.log(np.mean(rho))), moments


class CoexistenceSystem(Problem):
    """F(a) = 0, F(a′) = 0 and equal free energies, for the unknowns (a, a′, κ̃) and the parameter q of a family.

    Parameters
    ----------
    weights
        Those of the family.
    parts
        (n of the period 2π/n, number of unknowns) of the states that are not uniform: one or two.

    Notes
    -----
    With m the moments of exp(κ Σ g a cos), the energy (κ/2) Σ g a² − log Z has the gradient κ g (a − m) in a and
    Σ g (a²/2 − a m) in κ, on a stationary state or off it: all derivatives are exact.
    """

    watches_pairs = False  # lines of coexistence do not branch: they end

    def __init__(self, weights: FamilyWeights, parts: tuple[tuple[int, int], ...]) -> None:
        self.weights, self.parts = weights, parts
        self.parameter_scale = weights.high - weights.low
        ends = np.cumsum([0, *(size for _, size in parts)])
        self.slices = tuple(slice(int(i), int(j)) for i, j in pairwise(ends))
        self.signs = (1.0,) if len(parts) == 1 else (-1.0, 1.0)

    def residual(self, u: Array, p: float) -> Array:
        """Return (F(a), F(a′), difference of the energies), shape (n,)."""
        kappa, energy, rows = float(u[-1]), 0.0, []
        for part, piece, sign in zip(self.parts, self.slices, self.signs, strict=True):
            system, a = self.weights.system(p, *part), u[piece]
            rows.append(system.residual(a, kappa))
            log_z = log_partition(kappa * system.g * a, system.isotropy)[0]
            energy += sign * (0.5 * kappa * float(system.g @ a**2) - log_z)
        return np.concatenate([*rows, [energy]])

    def jacobian(self, u: Array, p: float) -> Array:
        """Return the derivative by (a, a′, κ̃), shape (n, n)."""
        kappa, matrix = float(u[-1]), np.zeros((u.size, u.size))
        for part, piece, sign in zip(self.parts, self.slices, self.signs, strict=True):
            system, a = self.weights.system(p, *part), u[piece]
            moments = log_partition(kappa * system.g * a, system.isotropy)[1]
            matrix[piece, piece] = system.jacobian(a, kappa)
            matrix[piece, -1] = system.parameter_derivative(a, kappa)
            matrix[-1, piece] = sign * kappa * system.g * (a - moments)
            matrix[-1, -1] += sign * float(system.g @ (a * (0.5 * a - moments)))
        return matrix

    def parameter_derivative(self, u: Array, p: float) -> Array:
        """Return the derivative by q, shape (n,): that by the weights times their slope."""
        kappa, column = float(u[-1]), np.zeros(u.size)
        for part, piece, sign in zip(self.parts, self.slices, self.signs, strict=True):
            system, slope, a = self.weights.system(p, *part), self.weights.slope_system(p, *part), u[piece]
            moments = log_partition(kappa * system.g * a, system.isotropy)[1]
            column[piece] = self.weights.q_derivative(a, kappa, p, part)
            column[-1] += sign * kappa * float(slope.g @ (a * (0.5 * a - moments)))
        return column


def coexistence_line(
    family: Callable[[float], Potential],
    transition: Transition,
    q0: float,
    low: float,
    high: float,
    slopes: Callable[[float, int], Array] | None = None,
) -> Line:
    """Follow the coexistence of two states over the parameter of a family, both ways.

    Parameters
    ----------
    family
        Parameter → Potential.
    transition
        A discontinuous transition of ``family(q0)``, from :func:`~branches.landscapes.coexistence.coexistence` or
        a landscape.
    q0
        Where it was found.
    low, high
        Range of the parameter.
    slopes
        dg/dq, as in :class:`~branches.loci.family_weights.FamilyWeights`.

    Returns
    -------
    Line
        With its special points: 'critical end point' where one of the states is at its onset from the uniform one, or
        the uniform state at an onset (the line ends there, for beyond it that state is unstable), 'tricritical' or
        'critical point' where the two states merge, and 'limit of existence' where one of them meets its fold.

    Raises
    ------
    ValueError
        If the transition is not discontinuous, or Newton's iteration fails on it.

    Notes
    -----
    The two states need not be the minimisers all along the line: beyond a triple point they are metastable.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.landscapes.coexistence import coexistence
    >>> line = coexistence_line(potentials.bimodal, coexistence(potentials.bimodal(1.0)), 1.0, 0.7, 1.3)
    >>> [(point.kind, f"{point.q:.12f}") for point in line.points]
    [('critical end point', '1.267292504258')]
    """
    if transition.kind != "discontinuous":
        raise ValueError(f"transition.kind = {transition.kind!r} is not allowed: give a discontinuous one")
    states = [state for state in transition.states if state.n_fold > 0]
    weights = FamilyWeights(family, low, high, unit_mode(family(q0), states[-1].n_fold), slopes)
    names = ["uniform" if state.n_fold == 0 else f"mode {state.n_fold}" for state in transition.states]
    return resolved(
        partial(_line, weights, states, transition.kappa / weights.unit(q0), q0, f"{names[0]} | {names[1]}"),
        max(state.a.size // state.n_fold for state in states),
    )


def _line(weights: FamilyWeights, states: list[State], kappa: float, q0: float, description: str, size: int) -> Line:
    parts = tuple((state.n_fold, size) for state in states)
    problem = CoexistenceSystem(weights, parts)
    start = np.append(np.concatenate([_moments(state, size) for state in states]), kappa)
    endings = [_ending(states, k, piece.start, size) for k, piece in enumerate(problem.slices)]
    if len(states) == 2 and states[0].n_fold == states[1].n_fold:
        first, second = (piece.start for piece in problem.slices)
        endings.append(Ending("critical point", first, states[0].n_fold, size, noise=3, other=second))
    events = onset_events(weights) if len(states) == 1 else ()
    return followed_line("coexistence", description, problem, start, q0, weights, endings, events, False)


def _moments(state: State, size: int) -> Array:
    u = state.isotropy.restricted(state.a)[:size]
    return np.pad(u, (0, size - u.size))


def _ending(states: list[State], which: int, index: int, size: int) -> Ending:
    """Return what it means that the first moment of one of the states vanishes."""
    own, others = states[which].n_fold, [s.n_fold for k, s in enumerate(states) if k != which]
    merges = not others or (others[0] > own and others[0] % own == 0)
    return Ending("tricritical" if merges else "critical end point", index, own, size, noise=3)
