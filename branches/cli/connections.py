"""``mvcont connections``: which stationary state flows to which at one coupling."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from branches.cli.arguments import real
from branches.cli.codes import ending
from branches.cli.groups import takes
from branches.cli.output import FILES, Output
from branches.cli.potential import POTENTIAL, default_folder
from branches.cli.progress import progress_bar
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import document

if TYPE_CHECKING:
    import networkx as nx

    from branches.potentials.potential import Potential

__all__ = ["EXAMPLES", "connections"]

EXAMPLES = ("connections bimodal --m 1.3 --kappa 1.8",)
BEYOND = 1.05  # the diagram is traced a little further than the coupling asked for
HEADER = ("start", "end", "space", "dimension", "method", "time", "energy_drop")


@takes(POTENTIAL, FILES, SCREEN)
def connections(
    potential: Potential,
    output: Output,
    screen: Screen,
    kappa: Annotated[float, real("--kappa", help="Coupling, > 0.")],
) -> int:
    """Find which stationary state flows to which."""
    from branches.diagrams.build import diagram as build
    from branches.dynamics.connections import connections as connect
    from branches.dynamics.flow_arguments import check_coupling
    from branches.figures.connections_figure import connections_figure

    at = check_coupling(kappa)
    place = output.place(default_folder(potential, "connections", f"kappa-{kappa:g}"), "connections")
    with progress_bar("tracing", screen) as progress:
        found = connect(build(potential, kappa_max=BEYOND * at, progress=progress), at, progress=progress)
    rows = [(start, end, *(data[key] for key in HEADER[2:])) for start, end, data in found.edges(data=True)]
    record = document("connections", _record(found, potential))
    files = place.write(HEADER, rows, record, partial(connections_figure, found))
    screen.show(record, files)
    _report(screen, found, files)
    return ending(found.graph["status"], f"what was found so far is in {files['csv'].parent}")


def _record(found: nx.MultiDiGraph, potential: Potential) -> dict[str, Any]:
    from branches.files.document import potential_entry

    keys = ("free_energy", "period", "isotropy", "index", "stable", "known")
    return {
        "potential": potential_entry(potential),
        "kappa": found.graph["kappa"],
        "status": found.graph["status"],
        "states": [{"name": name, **{key: data[key] for key in keys}} for name, data in found.nodes(data=True)],
        "connections": [{"start": start, "end": end, **data} for start, end, data in found.edges(data=True)],
        "undecided": [{"start": start, "end": end, "reason": why} for start, end, why in found.graph["undecided"]],
        "morse_bott": [vars(check) for check in found.graph["morse_bott"]],
        "notes": found.graph["notes"],
    }


def _report(screen: Screen, found: nx.MultiDiGraph, files: dict[str, Path]) -> None:
    title = f"{found.graph['potential']}, κ = {found.graph['kappa']:.10g}"
    states = [
        (name, f"{data['free_energy']:.10g}", data["isotropy"], str(data["index"]))
        for name, data in sorted(found.nodes(data=True), key=lambda item: -item[1]["free_energy"])
    ]
    screen.table(("state", "F", "isotropy", "index"), states, title)
    edges = [
        (f"{start} → {end}", data["space"], str(data["dimension"]), data["method"], f"{data['time']:.4g}",
         f"{data['energy_drop']:.6g}")
        for start, end, data in found.edges(data=True)
    ]  # fmt: skip
    screen.table(("connection", "in", "dimension", "by", "time", "drop of F"), edges)
    for start, end, why in found.graph["undecided"]:
        screen.say(f"not decided: {start} → {end} ({why})")
    for check in found.graph["morse_bott"]:
        if check.consistent is not True:
            screen.say(f"Morse–Bott in {check.space}: {check.message}")
    if all(check.consistent for check in found.graph["morse_bott"]):
        words = "no contradiction in any fixed space; it does not prove the list of states complete"
        screen.say(f"Morse–Bott relation: {words}")
    for note in found.graph["notes"]:
        screen.say(f"note: {note}")
    screen.say_files(files["csv"].parent, files)
