"""``mvcont curves``: coexistence, fold, pitchfork and onset lines of a family, as a figure, CSV and JSON."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from branches.cli.arguments import whole
from branches.cli.codes import ending
from branches.cli.family import FAMILY, NamedFamily, OwnFamily, Range, equidistant
from branches.cli.groups import takes
from branches.cli.limit import TimeLimit
from branches.cli.output import FILES, Output
from branches.cli.progress import progress_bar
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import document

if TYPE_CHECKING:
    from branches.loci.curves import Curves

__all__ = ["EXAMPLES", "curves"]

EXAMPLES = (
    "curves bimodal --range 0.3 2.2",
    "curves --sympy '-cos(t) - m*cos(2*t)' --range 0.4 0.6 --seeds 1 -o own",
)
HEADER = ("line", "kind", "description", "parameter", "kappa")


@takes(FAMILY, FILES, SCREEN)
def curves(
    family: NamedFamily | OwnFamily,
    output: Output,
    screen: Screen,
    limits: Range,
    seeds: Annotated[int, whole("--seeds", help="How many diagrams, over the range, the lines start from.")] = 3,
    time_limit: TimeLimit = None,
) -> int:
    """Follow folds, pitchforks, coexistence over a parameter.

    The lines start from a few diagrams; their special points are located. Exit code 3 if something is lacking.
    """
    from branches.figures.curves_figure import curves_figure
    from branches.loci.curves import curves as follow
    from branches.potentials.potential import positive_integer

    positive_integer("--seeds", seeds)
    values = equidistant(family, limits, seeds + 2)[1:-1]
    place = output.place(family.folder("curves"), "curves")
    with progress_bar("diagrams", screen) as progress:
        found = follow(family, *limits, seeds=values, progress=progress, time_limit=time_limit)
    record = document("curves", _record(found, family, limits, values))
    files = place.write(HEADER, _rows(found), record, partial(curves_figure, found, family.symbol))
    screen.show(record, files)
    _report(screen, found, family, limits, files)
    kept = f"what was found so far is in {files['csv'].parent}"
    return ending(found.status, kept, bool(found.failures))


def _record(
    found: Curves, family: NamedFamily | OwnFamily, limits: tuple[float, float], seeds: list[float]
) -> dict[str, Any]:
    """Return the lines in JSON's terms."""
    return {
        "family": family.describe(limits),
        "seeds": seeds,
        "status": found.status,
        "special_points": [
            {
                "kind": point.kind,
                "parameter": point.q,
                "parameter_error": point.error,
                "kappa": point.kappa,
                "description": point.description,
            }
            for point in found.points
        ],
        "failures": [{"reason": reason} for reason in found.failures],
        "lines": [
            {
                "kind": line.kind,
                "description": line.description,
                "parameter": line.q,
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


def _report(
    screen: Screen, found: Curves, family: NamedFamily | OwnFamily, limits: tuple[float, float], files: dict[str, Path]
) -> None:
    screen.say(f"{family.title}, {family.free} = {limits[0]:g} … {limits[1]:g}: {len(found.lines)} lines")
    rows = [
        (line.kind, line.description, f"{line.q.min():.6g} … {line.q.max():.6g}",
         f"{line.kappa.min():.6g} … {line.kappa.max():.6g}")
        for line in found.lines
    ]  # fmt: skip
    screen.table(("line", "of", family.free, "κ"), rows)
    if found.points:
        points = [
            (point.kind, f"{point.q:.13g}", f"{point.kappa:.13g}", f"{point.error:.1g}", point.description)
            for point in found.points
        ]
        screen.table(("special point", family.free, "κ", f"error of {family.free}", "of"), points)
    for line in found.lines:
        if line.message:
            screen.say(f"{line.kind} line, {line.description}: {line.message}")
    for failure in found.failures:
        screen.say(f"lacking: {failure}")
    screen.say_files(files["csv"].parent, files)
