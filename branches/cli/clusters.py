"""``mvcont clusters``: the cascade of clusters of the noise-free transformer."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import numbers, real, whole
from branches.cli.codes import ending
from branches.cli.groups import takes
from branches.cli.output import FILES, Output
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import document

if TYPE_CHECKING:
    from branches.dynamics.clusters import Clusters

__all__ = ["EXAMPLES", "clusters"]

EXAMPLES = ("clusters --beta 20 --tokens 400",)
HEADER = ("t", "mass_1", "mass_2", "position", "left", "energy", "rate", "exact_rate")


@takes(FILES, SCREEN)
def clusters(
    output: Output,
    screen: Screen,
    beta: Annotated[float, real("--beta", help="Inverse temperature of the attention.")],
    tokens: Annotated[int, whole("--tokens", "-n", help="How many tokens start at random angles.")] = 500,
    angles: Annotated[
        str | None, typer.Option("--angles", metavar="X1,X2,...", help="Angles of the tokens instead, in radians.")
    ] = None,
    seed: Annotated[int, whole("--seed", help="Of the random angles.")] = 0,
) -> int:
    """Follow the noise-free transformer to one cluster."""
    from branches.dynamics.clusters import clusters as follow
    from branches.figures.clusters_figure import clusters_figure

    found = follow(beta, tokens if angles is None else numbers("--angles", angles), seed=seed)
    place = output.place(f"clusters-beta-{beta:g}", "clusters")
    record = document("clusters", _record(found))
    rows = [(m.t, *m.masses, m.position, m.left, m.energy, m.rate, m.exact_rate) for m in found.merges]
    files = place.write(HEADER, rows, record, partial(clusters_figure, found))
    screen.show(record, files)
    _report(screen, found, files)
    return ending(found.status, f"what was done so far is in {files['csv'].parent}")


def _record(found: Clusters) -> dict[str, Any]:
    return {
        "beta": found.beta, "tokens": found.paths.shape[1], "clusters": found.collapsed, "status": found.status,
        "message": found.message, "t": found.t, "positions": found.positions, "masses": found.masses,
        "cascade": [asdict(merge) for merge in found.cascade],
    }  # fmt: skip


def _report(screen: Screen, found: Clusters, files: dict[str, Path]) -> None:
    title = f"β = {found.beta:g}: {found.paths.shape[1]} tokens collapse into {found.collapsed} clusters"
    rows = [
        (f"{m.t:.10g}", f"{m.masses[0]:.4g} + {m.masses[1]:.4g}", f"{m.position:.6g}", str(m.left), f"{m.energy:.6g}",
         f"{m.rate:.6g}")
        for m in found.cascade
    ]  # fmt: skip
    if rows:
        screen.table(("merge at t", "masses", "angle", "left", "energy before", "contraction rate"), rows, title)
    else:
        screen.say(title)
    screen.say(f"{found.status}{': ' + found.message if found.message else ''} at t = {found.t:.10g}")
    screen.say_files(files["csv"].parent, files)
