"""``mvcont phase-diagram``: which state wins over a parameter and the coupling, as a figure, CSV and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import whole
from branches.cli.codes import ending
from branches.cli.family import FAMILY, NamedFamily, OwnFamily, Range, equidistant
from branches.cli.groups import takes
from branches.cli.limit import TimeLimit
from branches.cli.output import FILES, Output
from branches.cli.progress import counting, progress_bar
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import document

if TYPE_CHECKING:
    from branches.sweeps.phase_diagram import Landmark, PhaseDiagram

__all__ = ["EXAMPLES", "failures_of", "phase_diagram"]

EXAMPLES = (
    "phase-diagram noisy-transformer --range 0.5 12 --count 60",
    "phase-diagram bimodal --range 0.4 0.6 --count 3 --no-figure -o few",
)
HEADER = ("parameter", "entry", "kappa", "kind", "mode", "jump")


@takes(FAMILY, FILES, SCREEN)
def phase_diagram(
    family: NamedFamily | OwnFamily,
    output: Output,
    screen: Screen,
    limits: Range,
    count: Annotated[int, whole("--count", help="How many values of the parameter.")] = 200,
    workers: Annotated[int | None, whole("--workers", help="Processes; by default one for each processor.")] = None,
    store: Annotated[
        Path | None, typer.Option("--store", metavar="PATH", help="Read a sweep's results, and keep new ones there.")
    ] = None,
    time_limit: TimeLimit = None,
) -> int:
    """Map the state that wins over a parameter and the coupling."""
    from branches.figures.phase_figure import phase_figure
    from branches.sweeps.phase_diagram import phase_diagram as build
    from continuation import time_limit as limited

    values = equidistant(family, limits, count)
    place = output.place(family.folder("phase-diagram"), "phase-diagram")
    with progress_bar("values", screen) as bar, limited(time_limit):
        found = build(family, values, workers=workers, store=store, progress=counting(bar))
        found, marks = _sharpened(found, family)
    if found.status == "stopped":
        raise OSError(found.message)
    if not found.columns:
        if found.status == "interrupted":
            raise KeyboardInterrupt
        raise ValueError(f"no value has a phase diagram: {found.failures[0].reason}")
    record = document("phase-diagram", _record(found, family, limits, marks))
    drawn = found.traced(family, marks) if found.status == "finished" else found
    draw = partial(phase_figure, drawn, family.symbol) if len(found.columns) > 1 else None
    files = place.write(HEADER, _lines(found), record, draw)
    screen.show(record, files)
    _report(screen, found, family, marks, files)
    kept = f"what was found so far is in {files['csv'].parent}"
    return ending(found.status, kept, bool(found.failures))


def _sharpened(found: PhaseDiagram, family: NamedFamily | OwnFamily) -> tuple[PhaseDiagram, tuple[Landmark, ...]]:
    """Return a finished diagram with its special points, located, and columns beside them."""
    if found.status != "finished" or not found.columns:
        return found, ()
    try:
        marks = found.landmarks(family)
        return found.sharpened(family, marks), marks
    except KeyboardInterrupt:
        return replace(found, status="interrupted", message="interrupted before its special points were located"), ()


def failures_of(found: PhaseDiagram) -> list[dict[str, Any]]:
    """Return the values without a column in JSON's terms."""
    return [{"parameter": failure.value, "reason": failure.reason} for failure in found.failures]


def _record(
    found: PhaseDiagram, family: NamedFamily | OwnFamily, limits: tuple[float, float], marks: Sequence[Landmark]
) -> dict[str, Any]:
    """Return the phase diagram in JSON's terms."""
    return {
        "family": family.describe(limits),
        "status": found.status,
        "special_points": [asdict(mark) for mark in marks],
        "notes": found.notes,
        "failures": failures_of(found),
        "columns": [
            {
                "parameter": column.value,
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


def _report(
    screen: Screen, found: PhaseDiagram, family: NamedFamily | OwnFamily, marks: Sequence[Landmark],
    files: dict[str, Path],
) -> None:  # fmt: skip
    first, last = found.columns[0], found.columns[-1]
    screen.say(f"{family.title}, {family.free} = {first.value:g} … {last.value:g}: {len(found.columns)} values")
    if marks:
        rows = [
            (mark.kind, f"{mark.parameter:.13g}", f"{mark.kappa:.13g}", f"{mark.parameter_error:.1g}") for mark in marks
        ]
        screen.table(("special point", family.free, "κ", f"error of {family.free}"), rows)
    for note in found.notes:
        screen.say(f"note: {note}")
    for failure in found.failures:
        screen.say(f"failed: {family.free} = {failure.value:.10g}: {failure.reason}")
    screen.say_files(files["csv"].parent, files)
