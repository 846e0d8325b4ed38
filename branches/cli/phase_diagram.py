"""``mvcont phase-diagram``: which state wins over a parameter and the coupling, as a figure, CSV and JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import AsJson, Parameters, Weights, whole
from branches.cli.console import print_json, print_table, say
from branches.cli.family import FamilyName, NamedFamily, Range, Vary, family_over, progress_bar
from branches.cli.files import write_files

if TYPE_CHECKING:
    from branches.sweeps.phase_diagram import Landmark, PhaseDiagram

__all__ = ["phase_diagram"]

Option = typer.Option
INTERRUPTED = 130
COLUMNS = ("entry", "kappa", "kind", "mode", "jump")  # of the CSV, after the parameter


def phase_diagram(
    name: FamilyName,
    limits: Range,
    count: Annotated[int, whole("--count", help="How many values of the parameter.")] = 200,
    vary: Vary = None,
    weights: Weights = None,
    parameter: Parameters = None,
    output: Annotated[
        Path | None, Option("--output", "-o", metavar="DIR", help="Folder; by default as the family.")
    ] = None,
    workers: Annotated[int | None, whole("--workers", help="Processes; by default one for each processor.")] = None,
    store: Annotated[
        Path | None, Option("--store", metavar="PATH", help="Read a sweep's results, and keep new ones there.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Map the state of least free energy over a parameter of a family and the coupling."""
    from branches.figures.phase_figure import phase_figure
    from branches.sweeps.phase_diagram import phase_diagram as build
    from continuation import writable_folder

    family, values = family_over(name, vary, weights, parameter, limits, count)
    folder = writable_folder(output or Path(f"phase-diagram-{family.name}-{family.free}"))
    with progress_bar() as progress:
        found = build(family, values, workers=workers, store=store, progress=progress)
    if found.status == "stopped":
        raise OSError(found.message)
    if not found.columns:
        if found.status == "interrupted":
            raise KeyboardInterrupt
        raise ValueError(f"no value has a phase diagram: {found.failures[0].reason}")
    marks = found.landmarks(family) if found.status == "finished" else ()
    found = found.sharpened(family, marks)
    record = _record(found, family, marks)
    drawn = found.traced(family, marks) if found.status == "finished" else found
    draw = partial(phase_figure, drawn, family.symbol) if len(found.columns) > 1 else None
    files = write_files(folder, "phase-diagram", (family.free, *COLUMNS), _lines(found), record, draw)
    if as_json:
        print_json(record | {"files": {kind: str(path) for kind, path in files.items()}})
    else:
        _report(found, family, marks, files)
    if found.status == "interrupted":
        print(f"mvcont: interrupted: what was found so far is in {folder}", file=sys.stderr)
        return INTERRUPTED
    return 0


def _record(found: PhaseDiagram, family: NamedFamily, marks: Sequence[Landmark]) -> dict[str, Any]:
    """Return the phase diagram in JSON's terms."""
    return {
        "family": family.name,
        "varied": family.free,
        "fixed": dict(family.fixed),
        "status": found.status,
        "special_points": [asdict(mark) for mark in marks],
        "notes": found.notes,
        "failures": [asdict(failure) for failure in found.failures],
        "columns": [
            {
                "value": column.value,
                "kappa_max": column.kappa_max,
                "onset": dict(zip(("kappa", "mode"), column.onset, strict=True)),
                "transitions": [
                    dict(zip(("kappa", "kind", "mode", "jump"), t, strict=True)) for t in column.transitions
                ],
                "folds": [dict(zip(("kappa", "mode"), fold, strict=True)) for fold in column.folds],
                "violations": column.violations,
            }
            for column in found.columns
        ],
    }


def _lines(found: PhaseDiagram) -> list[tuple[object, ...]]:
    lines: list[tuple[object, ...]] = []
    for column in found.columns:
        lines.append((column.value, "onset", column.onset[0], "", column.onset[1], ""))
        lines += [(column.value, "transition", *transition) for transition in column.transitions]
        lines += [(column.value, "fold", kappa, "", mode, "") for kappa, mode in column.folds]
    return lines


def _report(found: PhaseDiagram, family: NamedFamily, marks: Sequence[Landmark], files: dict[str, Path]) -> None:
    first, last = found.columns[0], found.columns[-1]
    say(f"{family.name}, {family.free} = {first.value:g} … {last.value:g}: {len(found.columns)} values")
    if marks:
        rows = [
            (mark.kind, f"{mark.parameter:.13g}", f"{mark.kappa:.13g}", f"{mark.parameter_error:.1g}") for mark in marks
        ]
        print_table(("special point", family.free, "κ", f"error of {family.free}"), rows)
    for note in found.notes:
        say(f"note: {note}")
    for failure in found.failures:
        say(f"failed: {family.free} = {failure.value:.10g}: {failure.reason}")
    say(f"files in {files['csv'].parent}: {', '.join(path.name for path in files.values())}")
