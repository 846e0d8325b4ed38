"""``mvcont coexistence``: where the uniform state stops being the state of least free energy."""

from typing import TYPE_CHECKING, Annotated

from branches.cli.arguments import AsJson, real, takes_potential, whole
from branches.cli.console import print_json, print_table

if TYPE_CHECKING:
    from branches.landscapes.transitions import Transition
    from branches.potentials.potential import Potential

__all__ = ["coexistence"]

SHOWN = 4  # moments whose jump is in the table


@takes_potential
def coexistence(
    potential: "Potential",
    *,
    mode: Annotated[int, whole("--mode", help="Mode n whose onset is expected to matter.")] = 1,
    kappa_max: Annotated[
        float | None, real("--kappa-max", help="Largest coupling looked at; 1.25 onsets by default.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Find the transition from the uniform state, continuous or discontinuous, and its jump."""
    from branches.landscapes.coexistence import coexistence as find

    found = find(potential, mode, kappa_max)
    if as_json:
        print_json({"potential": potential.label, **_record(found)})
    else:
        print_table(("quantity", "value"), _rows(found), f"transition of {potential.label}")
    return 0


def _record(found: "Transition") -> dict[str, object]:
    return {
        "kappa": found.kappa,
        "kappa_error": found.kappa_error,
        "kind": found.kind,
        "mode": found.mode,
        "decided_by": found.decided_by,
        "jump": {"moments": found.jump.moments, "interaction": found.jump.interaction},
        "states": [
            {
                "a": state.a,
                "free_energy": state.free_energy,
                "index": state.index,
                "stability": state.stability.value,
            }
            for state in found.states
        ],
        "residual": found.residual,
        "message": found.message,
    }


def _rows(found: "Transition") -> list[tuple[str, str]]:
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
