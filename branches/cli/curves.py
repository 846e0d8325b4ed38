"""``mvcont curves``: coexistence, fold, pitchfork and onset lines of a family, as a figure, CSV and JSON."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import AsJson, Parameters, Weights, whole
from branches.cli.console import print_json, print_table, say
from branches.cli.family import FamilyName, NamedFamily, Range, Vary, family_over
from branches.cli.files import write_files

if TYPE_CHECKING:
    from branches.loci.curves import Curves

__all__ = ["curves"]

Option = typer.Option


def curves(
    name: FamilyName,
    limits: Range,
    seeds: Annotated[int, whole("--seeds", help="How many diagrams, over the range, the lines start from.")] = 3,
    vary: Vary = None,
    weights: Weights = None,
    parameter: Parameters = None,
    output: Annotated[
        Path | None, Option("--output", "-o", metavar="DIR", help="Folder; by default as the family.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Follow the folds, pitchforks and coexistences of a few diagrams over a parameter, with their special points."""
    from branches.figures.curves_figure import curves_figure
    from branches.loci.curves import curves as follow
    from branches.potentials.potential import positive_integer
    from continuation import writable_folder

    positive_integer("--seeds", seeds)
    family, values = family_over(name, vary, weights, parameter, limits, seeds + 2)
    folder = writable_folder(output or Path(f"curves-{family.name}-{family.free}"))
    found = follow(family, *limits, seeds=values[1:-1])
    record = _record(found, family, limits, values[1:-1])
    header = ("line", "kind", "description", family.free, "kappa")
    files = write_files(folder, "curves", header, _rows(found), record, partial(curves_figure, found, family.symbol))
    if as_json:
        print_json(record | {"files": {kind: str(path) for kind, path in files.items()}})
    else:
        _report(found, family, limits, files)
    return 0


def _record(found: Curves, family: NamedFamily, limits: tuple[float, float], seeds: list[float]) -> dict[str, Any]:
    """Return the lines in JSON's terms."""
    return {
        "family": family.name,
        "varied": family.free,
        "fixed": dict(family.fixed),
        "range": limits,
        "seeds": seeds,
        "special_points": [asdict(point) for point in found.points],
        "failures": found.failures,
        "lines": [
            {
                "kind": line.kind,
                "description": line.description,
                "value": line.q,
                "kappa": line.kappa,
                "message": line.message,
            }
            for line in found.lines
        ],
    }


def _rows(found: Curves) -> list[tuple[object, ...]]:
    return [
        (number, line.kind, line.description, float(q), float(kappa))
        for number, line in enumerate(found.lines, 1)
        for q, kappa in zip(line.q, line.kappa, strict=True)
    ]


def _report(found: Curves, family: NamedFamily, limits: tuple[float, float], files: dict[str, Path]) -> None:
    say(f"{family.name}, {family.free} = {limits[0]:g} … {limits[1]:g}: {len(found.lines)} lines")
    rows = [
        (line.kind, line.description, f"{line.q.min():.6g} … {line.q.max():.6g}",
         f"{line.kappa.min():.6g} … {line.kappa.max():.6g}")
        for line in found.lines
    ]  # fmt: skip
    print_table(("line", "of", family.free, "κ"), rows)
    if found.points:
        say("")
        points = [
            (point.kind, f"{point.q:.13g}", f"{point.kappa:.13g}", f"{point.error:.1g}", point.description)
            for point in found.points
        ]
        print_table(("special point", family.free, "κ", f"error of {family.free}", "of"), points)
    for failure in found.failures:
        say(f"lacking: {failure}")
    say(f"files in {files['csv'].parent}: {', '.join(path.name for path in files.values())}")
