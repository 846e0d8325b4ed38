"""``mvcont resonances``: which onsets coincide, nearly or exactly, and what couples."""

from typing import TYPE_CHECKING, Annotated

from branches.cli.arguments import AsJson, real, takes_potential, whole
from branches.cli.console import print_json, print_table, say

if TYPE_CHECKING:
    from branches.potentials.potential import Potential

__all__ = ["resonances"]


@takes_potential
def resonances(
    potential: "Potential",
    *,
    n_modes: Annotated[int, whole("--n-modes", help="Modes 1 to N are looked at.")] = 16,
    tolerance: Annotated[
        float, real("--tolerance", help="Relative distance up to which onsets count as one.")
    ] = 0.0,
    as_json: AsJson = False,
) -> int:
    """List the resonant kernels of a potential and the quadratic couplings l + m = n by detuning."""
    from branches.onsets.resonant.resonance import resonance_graph, resonant_kernels

    graph = resonance_graph(potential, n_modes)
    kernels = resonant_kernels(graph, tolerance)
    couplings = sorted(
        ({"l": l, "m": m, **data} for l, m, data in graph.edges(data=True) if _attracts(graph, l, m)),
        key=lambda edge: (edge["detuning"], edge["l"], edge["m"]),
    )
    if as_json:
        nodes = [{"mode": n, **data} for n, data in graph.nodes.items()]
        print_json({
            "potential": potential.label, "tolerance": tolerance, "kernels": kernels, "modes": nodes,
            "couplings": couplings,
        })  # fmt: skip
        return 0
    say(f"{potential.label}, modes 1 to {n_modes}")
    named = ", ".join("{" + ", ".join(map(str, kernel)) + "}" for kernel in kernels)
    say(f"resonant kernels within {tolerance:g}: {named or 'none'}")
    shown = [edge for edge in couplings if edge["l"] != edge["m"]][:10]
    rows = [
        (f"{e['l']} + {e['m']} = {e['total']}", f"{e['weight']:.8g}", f"{e['detuning']:.8g}") for e in shown
    ]
    if rows:
        print_table(("coupling", "weight", "|κ_l − κ_m|"), rows, "the least detuned couplings")
    return 0


def _attracts(graph: "object", l: int, m: int) -> bool:
    nodes = graph.nodes  # type: ignore[attr-defined]
    return bool(nodes[l]["weight"] > 0 and nodes[m]["weight"] > 0)
