"""Coexistence: where the uniform state stops being the global minimiser of the free energy."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace

import numpy as np

from branches.diagrams.departures import departures_from_onset
from branches.diagrams.outlets import outlet
from branches.diagrams.records import Branch
from branches.diagrams.search.joined import branches_through, lies_on
from branches.diagrams.search.minimise import minimise
from branches.diagrams.search.resolve import resolved_state
from branches.diagrams.search.seeds import clustered_fields
from branches.diagrams.trace import LOWEST, follow_states, onset_near
from branches.landscapes.arcs import Arc, StateFunction, UniformArc, arcs_of
from branches.landscapes.envelope import lower_envelope
from branches.landscapes.landscape import SAME_STATE, grid_of, transition_of
from branches.landscapes.transitions import Transition
from branches.onsets.classify import Onset, onsets
from branches.onsets.continuous import continuous_transition
from branches.potentials.potential import Potential
from branches.states.at_coupling import attracting_modes, uniform_state
from branches.states.state import State
from continuation import Settings

__all__ = ["coexistence"]

REACH = 1.25  # branches that turn back below the first onset start below this multiple of the onset asked for
ROUNDING = 2.0**-50  # κ_n itself must be among the onsets up to κ_n
ROUNDS = 4  # of: find the exchange, look for a lower state there, follow that
LOWER = 1e-12  # of F (of order one): a state counts as lower than the uniform one beyond it


def coexistence(
    potential: Potential, mode: int = 1, kappa_max: float | None = None, certify: bool = False
) -> Transition:
    """Find where the uniform state stops being the global minimiser of the free energy, and how.

    Parameters
    ----------
    potential
        The interaction.
    mode
        n: the onset κ_n that is expected to matter, g_n > 0. All onsets below it are looked at too; if the
        state that wins is not of period 2π/n, the message says so.
    kappa_max
        Branches are traced up to here; 1.25 κ_n by default.
    certify
        Whether to prove the result too, in ``certificate`` (extra ``[proof]``); see :func:`branches.certify`.

    Returns
    -------
    Transition
        'continuous' at an onset, or 'discontinuous' at equal free energy of two states, located by Newton's
        iteration on both.

    Raises
    ------
    ValueError
        If the mode has no onset, or the uniform state stays lowest up to ``kappa_max``.

    Notes
    -----
    If k g_{kn} ≤ g_n for all k the transition at κ_n is proved continuous (``decided_by`` 'criterion').
    Otherwise the least of all states found decides ('diagram'). The branches of mode n and of the first
    onset are traced; at the coupling found the free energy is minimised directly from clustered densities,
    and a lower state, if there is one, is followed too, until there is none. As F* is concave, what holds at
    that coupling holds below it. A lower state that no minimisation reaches would move the transition to a
    smaller coupling.

    Source: arXiv 2510.20094 (kinks of F*).

    Examples
    --------
    >>> from branches import potentials
    >>> result = coexistence(potentials.noisy_transformer(4))
    >>> result.kind, f"{result.kappa:.14f}", f"{result.jump.moments[0]:.6f}"
    ('discontinuous', '0.39147510083604', '0.668806')
    """
    found = _found(potential, mode, kappa_max)
    if not certify:
        return found
    return replace(found, certificate=outlet("certify")(found))


def _found(potential: Potential, mode: int, kappa_max: float | None) -> Transition:
    own = potential.onset_coupling(mode)
    known = onsets(potential, own * (1.0 + ROUNDING), attracting_modes(potential))
    first = known[0]
    if kappa_max is not None and not (math.isfinite(kappa_max) and kappa_max > 0):
        raise ValueError(f"kappa_max = {kappa_max!r} is not allowed: give a positive finite coupling")
    note = _dominance(first, mode, own)
    if _proved_continuous(potential, first) and (kappa_max is None or kappa_max >= first.kappa):
        state = uniform_state(potential, first.kappa)
        error = float(potential.weight_errors(first.mode)[-1]) * first.kappa**2 / 2
        return Transition(first.kappa, error, "continuous", (state, state), first.mode, "criterion", note)
    reach = REACH * own if kappa_max is None else float(kappa_max)
    wanted = [o for o in known if mode in o.kernel or o is first]
    traced = [branch for o in wanted if o.kappa < reach for branch in _traced(potential, o, reach)]
    return _least_of_all(potential, traced, first, reach, note)


def _dominance(first: Onset, mode: int, own: float) -> str:
    if mode in first.kernel:
        return ""
    order = f"κ = {first.kappa:.9g} < κ_{mode} = {own:.9g}"
    return f"the uniform state is unstable first to mode {first.mode}, at {order}"


def _proved_continuous(potential: Potential, first: Onset) -> bool:
    """Whether the branch leaves towards larger κ and the uniform state is proved the minimiser up to it."""
    forward = first.deciding_coefficient > 0 and len(first.kernel) == 1
    return forward and continuous_transition(potential, first.mode).answer == "yes"


def _least_of_all(
    potential: Potential, traced: list[Branch], first: Onset, kappa_max: float, note: str
) -> Transition:
    """Return the first exchange on the lower envelope of branches, once no lower state is left there."""
    for _ in range(ROUNDS):
        found = _first_exchange(potential, traced, first, kappa_max)
        below, lost = _states_below(potential, found.kappa)
        known = len(traced)
        for state in below:
            if not lies_on(traced, state):
                traced += branches_through(state, LOWEST * first.kappa, kappa_max)
        if len(traced) == known:
            break
    return replace(found, message="; ".join(text for text in (note, found.message, lost) if text))


def _traced(potential: Potential, onset: Onset, kappa_max: float) -> list[Branch]:
    """Return the branches that leave an onset; what cannot be started is left to the minimisation."""
    settings, found = Settings(), []
    for departure in departures_from_onset(potential, onset, None, settings):
        if departure.start is None:
            continue
        with suppress(ArithmeticError, ValueError):
            system, piece = departure.start()
            bounds = (LOWEST * onset.kappa, kappa_max)
            found.append(follow_states(system, piece, departure.description, *bounds, settings))
    return found


def _first_exchange(potential: Potential, traced: list[Branch], first: Onset, kappa_max: float) -> Transition:
    uniform = UniformArc(potential, kappa_max)
    arcs: tuple[StateFunction, ...] = (
        uniform,
        *(arc for number, branch in enumerate(traced) for arc in arcs_of(branch, number)),
    )
    _, exchanges = lower_envelope(arcs, grid_of(traced, arcs, kappa_max), _joint)
    if exchanges:
        found = transition_of(exchanges[0])
        return found if found.kind != "gap" else replace(found, message="a state is missing: F* jumps there")
    if kappa_max < first.kappa:
        raise ValueError(
            f"the uniform state is the lowest found up to kappa_max = {kappa_max!r}; "
            f"raise kappa_max to {first.kappa!r}, where it becomes unstable"
        )
    state = uniform_state(potential, first.kappa)
    note = f"no lower state was found although the uniform one is unstable above κ = {first.kappa:.9g}"
    return Transition(first.kappa, math.inf, "undecided", (state, state), 0, "diagram", note)


def _joint(before: StateFunction, after: StateFunction) -> float | None:
    """Return the onset at which an arc leaves the uniform state towards larger κ."""
    if not (isinstance(before, UniformArc) and isinstance(after, Arc)):
        return None
    begins_uniform = float(np.max(np.abs(after.state(after.low).a))) <= SAME_STATE
    return onset_near(after.branch, after.low) if begins_uniform else None


def _states_below(potential: Potential, kappa: float) -> tuple[list[State], str]:
    """Return states that a minimisation finds below the uniform one, and what it could not keep, in words."""
    ended = minimise(potential, kappa, clustered_fields(potential, kappa))
    below, lost = [], ""
    for k in np.flatnonzero(ended.free_energy < -LOWER):
        state = resolved_state(potential, kappa, ended.moments[k])
        if state is not None and state.free_energy < -LOWER:
            below.append(state)
        elif state is None:
            energy = f"F = {ended.free_energy[k]:.3e} < 0"
            lost = f"at κ = {kappa:.9g} a density with {energy} was found near no state"
    return below, lost
