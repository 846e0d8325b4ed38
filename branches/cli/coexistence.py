"""``mvcont coexistence``: where the uniform state stops being the state of least free energy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from branches.cli.arguments import real, whole
from branches.cli.groups import takes
from branches.cli.potential import POTENTIAL
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import document

if TYPE_CHECKING:
    from branches.landscapes.transitions import Transition
    from branches.potentials.potential import Potential

__all__ = ["EXAMPLES", "coexistence"]

EXAMPLES = ("coexistence noisy-transformer --beta 4", "coexistence doi-onsager")
SHOWN = 4  # moments whose jump is in the table


@takes(POTENTIAL, SCREEN)
def coexistence(
    potential: Potential,
    screen: Screen,
    mode: Annotated[
        int | None, whole("--mode", help="Mode n whose onset should matter; by default the first that attracts.")
    ] = None,
    kappa_max: Annotated[
        float | None, real("--kappa-max", help="Largest coupling looked at; 1.25 onsets by default.")
    ] = None,
) -> int:
    """Find the transition from the uniform state, and its jump.

    It is continuous, at an onset, or discontinuous, where two states have the same free energy.
    """
    from branches.files.document import potential_entry
    from branches.landscapes.coexistence import coexistence as find

    found = find(potential, mode, kappa_max)
    screen.show(document("coexistence", {"potential": potential_entry(potential), **_record(found)}))
    screen.table(("quantity", "value"), _rows(found), f"transition of {potential.label}")
    return 0


def _record(found: Transition) -> dict[str, Any]:
    return {
        "kappa": found.kappa,
        "kappa_error": found.kappa_error,
        "kind": found.kind,
        "mode": found.mode,
        "decided_by": found.decided_by,
        "jump": found.jump.interaction,
        "jump_a": found.jump.moments,
        "states": [
            {
                "a": state.a,
                "free_energy": state.free_energy,
                "index": state.index,
                "stability": state.stability.value,
            }
            for state in found.states
        ],
        "free_energy_difference": found.residual,
        "message": found.message,
    }


def _rows(found: Transition) -> list[tuple[str, str]]:
    rows = [
        ("κ", f"{found.kappa:.15g}"),
        ("error of κ", f"{found.kappa_error:.2g}"),
        ("kind", found.kind),
        ("mode above", str(found.mode)),
        ("decided by", found.decided_by),
    ]
    if found.kind != "continuous":
        moments = found.jump.moments[: SHOWN * max(found.mode, 1)]
        rows += [(f"jump of a_{n}", f"{value:.12g}") for n, value in enumerate(moments, 1) if value]
        rows += [("jump of Σ g a²", f"{found.jump.interaction:.12g}"), ("F above − F below", f"{found.residual:.2g}")]
    return rows + ([("note", found.message)] if found.message else [])
