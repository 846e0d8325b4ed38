"""Coexistence: the coupling at which the uniform state stops being the global minimiser of the free energy."""

from __future__ import annotations

import math
from dataclasses import replace

from branches.diagrams.build import diagram
from branches.model.potential import Potential
from branches.onsets.certificate import continuous_transition
from branches.onsets.classify import Onset, onset, onsets
from branches.transitions.landscape import landscape
from branches.transitions.records import Transition
from branches.transitions.states import uniform_state

__all__ = ["coexistence"]

REACH = 1.25  # branches that turn back below the first onset start below this multiple of the onset asked for
ROUNDING = 2.0**-50  # κ_n itself must be among the onsets up to κ_n
MOST_ONSETS = 12
LISTED = range(1, 65)  # modes looked at where the potential bounds no tail


def coexistence(potential: Potential, mode: int = 1, kappa_max: float | None = None) -> Transition:
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
    If k g_{kn} ≤ g_n for all k the transition at κ_n is proved continuous (``decided_by`` 'certificate').
    Otherwise the least of all states found decides ('diagram'): a state on a branch that is not found here would move
    the transition to a smaller coupling.

    Source: arXiv 2510.20094 (kinks of F*).

    Examples
    --------
    >>> from branches import potentials
    >>> result = coexistence(potentials.noisy_transformer(4))
    >>> result.kind, f"{result.kappa:.14f}", f"{result.jump.moments[0]:.6f}"
    ('discontinuous', '0.39147510083604', '0.668806')
    """
    own = potential.onset_coupling(mode)
    known = _onsets_below(potential, own * (1.0 + ROUNDING))
    first = known[0]
    if kappa_max is not None and not (math.isfinite(kappa_max) and kappa_max > 0):
        raise ValueError(f"kappa_max = {kappa_max!r} is not allowed: give a positive finite coupling")
    note = _dominance(first, mode, own)
    if _proved_continuous(potential, first) and (kappa_max is None or kappa_max >= first.kappa):
        state = uniform_state(potential, first.kappa)
        error = float(potential.weight_errors(first.mode)[-1]) * first.kappa**2 / 2
        return Transition(
            first.kappa, error, "continuous", (state, state), first.mode, "certificate", note
        )
    return _from_diagram(potential, first, REACH * own if kappa_max is None else kappa_max, note)


def _onsets_below(potential: Potential, kappa: float) -> tuple[Onset, ...]:
    modes = None if potential.tail_bound(LISTED[-1]) is not None else _listed(potential)
    return onsets(potential, kappa, modes)


def _listed(potential: Potential) -> list[int]:
    """Return the attracting modes among those listed."""
    g = potential.weights(LISTED[-1])
    return [n for n in LISTED if g[n - 1] > 0]


def _dominance(first: Onset, mode: int, own: float) -> str:
    if mode in first.kernel:
        return ""
    return f"the uniform state is unstable first to mode {first.mode}, at κ = {first.kappa:.9g} < κ_{mode} = {own:.9g}"


def _proved_continuous(potential: Potential, first: Onset) -> bool:
    """Whether the branch leaves towards larger κ and the uniform state is proved the minimiser up to it."""
    forward = first.deciding_coefficient > 0 and len(first.kernel) == 1
    return forward and continuous_transition(potential, first.mode).answer == "yes"


def _from_diagram(potential: Potential, first: Onset, kappa_max: float, note: str) -> Transition:
    """Return the first exchange of the lower envelope of all branches found."""
    try:
        below = _onsets_below(potential, kappa_max)
    except ValueError:
        below = ()
    modes = [o.mode for o in below[:MOST_ONSETS]]
    notes = [note] if note else []
    if len(below) > MOST_ONSETS:
        notes.append(f"of {len(below)} onsets below κ = {kappa_max:.6g} the first {MOST_ONSETS} were followed")
    result = landscape(diagram(potential, kappa_max=kappa_max, modes=modes))
    notes += result.violations
    if result.transitions:
        found = result.transitions[0]
        return replace(found, message="; ".join(notes))
    if kappa_max < first.kappa:
        raise ValueError(
            f"the uniform state is the lowest found up to kappa_max = {kappa_max!r}; "
            f"raise kappa_max to {first.kappa!r}, where it becomes unstable"
        )
    state = uniform_state(potential, first.kappa)
    notes.append(f"no lower state was found although the uniform one is unstable above κ = {first.kappa:.9g}")
    return Transition(first.kappa, math.inf, "undecided", (state, state), 0, "diagram", "; ".join(notes))
