"""``mvcont resonances``: which onsets coincide, nearly or exactly, and what couples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from branches.cli.arguments import real, whole
from branches.cli.groups import takes
from branches.cli.potential import POTENTIAL
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import document

if TYPE_CHECKING:
    from branches.potentials.potential import Potential

__all__ = ["EXAMPLES", "resonances"]

EXAMPLES = ("resonances bimodal --m 1", "resonances bimodal --m 0.99 --tolerance 0.02")


@takes(POTENTIAL, SCREEN)
def resonances(
    potential: Potential,
    screen: Screen,
    n_modes: Annotated[int, whole("--n-modes", help="Modes 1 to N are looked at.")] = 16,
    tolerance: Annotated[
        float, real("--tolerance", help="Relative distance up to which onsets count as one.")
    ] = 0.0,
) -> int:
    """List onsets that coincide, and which modes couple.

    Given are the resonant kernels, and the quadratic couplings l + m = n by detuning.
    """
    from branches.files.document import potential_entry
    from branches.onsets.resonant.resonance import resonance_graph, resonant_kernels

    graph = resonance_graph(potential, n_modes)
    kernels = resonant_kernels(graph, tolerance)
    couplings = sorted(
        ({"l": l, "m": m, **data} for l, m, data in graph.edges(data=True) if _attracts(graph, l, m)),
        key=lambda edge: (edge["detuning"], edge["l"], edge["m"]),
    )
    modes = [{"mode": n, **data} for n, data in graph.nodes.items()]
    content = {"potential": potential_entry(potential), "tolerance": tolerance, "kernels": kernels, "modes": modes}
    screen.show(document("resonances", {**content, "couplings": couplings}))
    screen.say(f"{potential.label}, modes 1 to {n_modes}")
    named = ", ".join("{" + ", ".join(map(str, kernel)) + "}" for kernel in kernels)
    screen.say(f"resonant kernels within {tolerance:g}: {named or 'none'}")
    shown = [edge for edge in couplings if edge["l"] != edge["m"]][:10]
    rows = [
        (f"{e['l']} + {e['m']} = {e['total']}", f"{e['weight']:.8g}", f"{e['detuning']:.8g}") for e in shown
    ]
    if rows:
        screen.table(("coupling", "weight", "|κ_l − κ_m|"), rows, "the least detuned couplings")
    return 0


def _attracts(graph: Any, l: int, m: int) -> bool:
    return bool(graph.nodes[l]["weight"] > 0 and graph.nodes[m]["weight"] > 0)
