"""``mvcont connections``: which stationary state flows to which at one coupling."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import AsJson, real, takes_potential
from branches.cli.console import print_json, print_table, say
from branches.cli.diagram import INTERRUPTED, default_folder
from branches.cli.files import write_files
from branches.cli.progress import progress_bar

if TYPE_CHECKING:
    import networkx as nx

    from branches.potentials.potential import Potential

__all__ = ["connections"]

Option = typer.Option
BEYOND = 1.05  # the diagram is traced a little further than the coupling asked for


@takes_potential
def connections(
    potential: "Potential",
    *,
    kappa: Annotated[float, real("--kappa", help="Coupling, > 0.")],
    output: Annotated[
        Path | None, Option("--output", "-o", metavar="DIR", help="Folder; by default connections- and the potential.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Find which stationary state the flow leads to which other one."""
    from branches.diagrams.build import diagram as build
    from branches.dynamics.connections import connections as connect
    from branches.dynamics.flow_arguments import check_coupling
    from branches.figures.connections_figure import connections_figure
    from continuation import writable_folder

    at = check_coupling(kappa)
    folder = writable_folder(output or Path(f"connections-{default_folder(potential)}-kappa-{kappa:g}"))
    with progress_bar("tracing") as progress:
        found = connect(build(potential, kappa_max=BEYOND * at, progress=progress), at, progress=progress)
    header = ("from", "to", "space", "dimension", "method", "time", "energy_drop")
    rows = [(start, end, *(data[key] for key in header[2:])) for start, end, data in found.edges(data=True)]
    draw = partial(connections_figure, found)
    files = write_files(folder, "connections", header, rows, _record(found), draw)
    if as_json:
        print_json(_record(found) | {"files": {kind: str(path) for kind, path in files.items()}})
    else:
        _report(found, files)
    if found.graph["status"] == "interrupted":
        print(f"mvcont: interrupted: what was found so far is in {folder}", file=sys.stderr)
        return INTERRUPTED
    return 0


def _record(found: "nx.MultiDiGraph") -> dict[str, Any]:
    keys = ("free_energy", "period", "isotropy", "index", "stable", "known")
    return {
        "potential": found.graph["potential"],
        "kappa": found.graph["kappa"],
        "status": found.graph["status"],
        "states": [{"name": name, **{key: data[key] for key in keys}} for name, data in found.nodes(data=True)],
        "connections": [{"from": start, "to": end, **data} for start, end, data in found.edges(data=True)],
        "undecided": [{"from": start, "to": end, "why": why} for start, end, why in found.graph["undecided"]],
        "morse_bott": [vars(check) for check in found.graph["morse_bott"]],
        "notes": found.graph["notes"],
    }


def _report(found: "nx.MultiDiGraph", files: dict[str, Path]) -> None:
    title = f"{found.graph['potential']}, κ = {found.graph['kappa']:.10g}"
    states = [
        (name, f"{data['free_energy']:.10g}", data["isotropy"], str(data["index"]))
        for name, data in sorted(found.nodes(data=True), key=lambda item: -item[1]["free_energy"])
    ]
    print_table(("state", "F", "isotropy", "index"), states, title)
    edges = [
        (f"{start} → {end}", data["space"], str(data["dimension"]), data["method"], f"{data['time']:.4g}",
         f"{data['energy_drop']:.6g}")
        for start, end, data in found.edges(data=True)
    ]  # fmt: skip
    print_table(("connection", "in", "dimension", "by", "time", "drop of F"), edges)
    for start, end, why in found.graph["undecided"]:
        say(f"not decided: {start} → {end} ({why})")
    for check in found.graph["morse_bott"]:
        if check.consistent is not True:
            say(f"Morse–Bott in {check.space}: {check.message}")
    if all(check.consistent for check in found.graph["morse_bott"]):
        say("Morse–Bott relation: no contradiction in any fixed space; it does not prove the list of states complete")
    for note in found.graph["notes"]:
        say(f"note: {note}")
    say(f"files in {files['csv'].parent}: {', '.join(path.name for path in files.values())}")
