"""``mvcont clusters``: the cascade of clusters of the noise-free transformer."""

from __future__ import annotations

import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import AsJson, real, whole
from branches.cli.console import print_json, print_table, say
from branches.cli.files import write_files

if TYPE_CHECKING:
    from branches.dynamics.clusters import Clusters

__all__ = ["clusters"]

Option = typer.Option
INTERRUPTED = 130
HEADER = ("t", "mass_1", "mass_2", "position", "left", "energy", "rate", "exact_rate")


def clusters(
    beta: Annotated[float, real("--beta", help="Inverse temperature of the attention.")],
    tokens: Annotated[int, whole("--tokens", "-n", help="How many tokens start at random angles.")] = 500,
    angles: Annotated[
        str | None, Option("--angles", metavar="X1,X2,...", help="Angles of the tokens instead, in radians.")
    ] = None,
    seed: Annotated[int, whole("--seed", help="Of the random angles.")] = 0,
    output: Annotated[Path | None, Option("--output", "-o", metavar="DIR", help="Folder.")] = None,
    as_json: AsJson = False,
) -> int:
    """Follow the tokens of the noise-free transformer until one cluster is left."""
    from branches.dynamics.clusters import clusters as follow
    from branches.figures.clusters_figure import clusters_figure
    from continuation import writable_folder

    found = follow(beta, tokens if angles is None else _angles(angles), seed=seed)
    folder = output or Path(f"clusters-beta-{beta:g}")
    record = _record(found)
    rows = [(m.t, *m.masses, m.position, m.left, m.energy, m.rate, m.exact_rate) for m in found.merges]
    files = write_files(writable_folder(folder), "clusters", HEADER, rows, record, partial(clusters_figure, found))
    if as_json:
        print_json(record | {"files": {kind: str(path) for kind, path in files.items()}})
    else:
        _report(found, folder, files)
    if found.status == "interrupted":
        print(f"mvcont: interrupted: what was done so far is in {folder}", file=sys.stderr)
        return INTERRUPTED
    return 0


def _angles(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"--angles = {text!r} is not allowed: give numbers, such as 0,1.5,3") from None


def _record(found: Clusters) -> dict[str, Any]:
    return {
        "beta": found.beta, "tokens": found.paths.shape[1], "clusters": found.collapsed, "status": found.status,
        "message": found.message, "t": found.t, "positions": found.positions, "masses": found.masses,
        "cascade": [asdict(merge) for merge in found.cascade],
    }  # fmt: skip


def _report(found: Clusters, folder: Path, files: dict[str, Path]) -> None:
    title = f"β = {found.beta:g}: {found.paths.shape[1]} tokens collapse into {found.collapsed} clusters"
    rows = [
        (f"{m.t:.10g}", f"{m.masses[0]:.4g} + {m.masses[1]:.4g}", f"{m.position:.6g}", str(m.left), f"{m.energy:.6g}",
         f"{m.rate:.6g}")
        for m in found.cascade
    ]  # fmt: skip
    if rows:
        print_table(("merge at t", "masses", "angle", "left", "energy before", "contraction rate"), rows, title)
    else:
        say(title)
    say(f"{found.status}{': ' + found.message if found.message else ''} at t = {found.t:.10g}")
    say(f"files in {folder}: {', '.join(path.name for path in files.values())}")
