"""``mvcont diagram``: the bifurcation diagram of a potential, as a table, files and a figure."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import parse_modes, real, whole
from branches.cli.codes import ending
from branches.cli.groups import takes
from branches.cli.limit import TimeLimit
from branches.cli.output import FILES, Output
from branches.cli.potential import POTENTIAL, default_folder
from branches.cli.progress import progress_bar
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import origin

if TYPE_CHECKING:
    from branches.diagrams.diagram import Diagram
    from branches.potentials.potential import Potential

__all__ = ["EXAMPLES", "default_kappa_max", "diagram"]

EXAMPLES = (
    "diagram noisy-transformer --beta 4",
    "diagram bimodal --m 0.6 --kappa-max 4.5 -o bimodal --no-figure",
    "diagram --sympy '-cos(t)**3' --format png",
)
REACH = 2.1  # of the first onset
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
COLUMNS = ("point", "κ", "amplitude", "stability", "mode")
LEGEND = "stability: (even, odd) counts the unstable directions among even and odd disturbances"


@takes(POTENTIAL, FILES, SCREEN)
def diagram(
    potential: Potential,
    output: Output,
    screen: Screen,
    kappa_max: Annotated[
        float | None, real("--kappa-max", help="Largest coupling; 2.1 first onsets by default.")
    ] = None,
    modes: Annotated[
        str | None, typer.Option("--modes", metavar="1,2|1..4", help="Onsets to start from; by default all.")
    ] = None,
    n_modes: Annotated[int | None, whole("--n-modes", help="Fixed truncation; adaptive by default.")] = None,
    depth: Annotated[int, whole("--depth", help="How often branches of branches are followed.")] = 2,
    time_limit: TimeLimit = None,
    html: Annotated[bool, typer.Option("--html", help="Write an interactive page for a browser, too.")] = False,
) -> int:
    """Trace the bifurcation diagram of a potential.

    The exit code is 3 if a half-branch failed, or was found but stopped before it comes to an end.
    """
    from branches.files.archive import check_replaceable
    from branches.files.bundle import ARCHIVE, write_all

    top = default_kappa_max(potential) if kappa_max is None else kappa_max
    chosen = parse_modes(modes) if modes is not None else None
    _check(potential, top, chosen, n_modes, depth)
    if html:
        from branches.figures.interactive.page import check_installed

        check_installed()
    place = output.place(default_folder(potential), "diagram", ARCHIVE, "points.csv", "special_points.csv")
    check_replaceable(place.folder / ARCHIVE)
    with progress_bar("tracing", screen) as progress:
        from branches.diagrams.build import diagram as build

        result = build(
            potential, kappa_max=top, modes=chosen, n_modes=n_modes, depth=depth, progress=progress,
            time_limit=time_limit,
        )  # fmt: skip
    folder = place.settled(result.status).made().folder
    files = write_all(result, folder, formats=output.formats, **origin())
    if html:
        files["html"] = result.to_html(folder / "diagram.html")
    if screen.as_json:
        from branches.files.json_file import summary

        screen.show(summary(result, **origin()), files)
    _report(screen, result, folder, files)
    for warning in result.warnings if result.status == "finished" else ():
        print(f"mvcont: warning: {warning}", file=sys.stderr)
    return ending(result.status, f"what was found so far is in {folder}", bool(result.completeness.lacking))


def _check(
    potential: Potential, kappa_max: float, modes: tuple[int, ...] | None, n_modes: int | None, depth: int
) -> None:
    """Refuse what is not allowed before a folder is made."""
    if not (math.isfinite(kappa_max) and kappa_max > 0):
        raise ValueError(f"--kappa-max = {kappa_max:g} is not allowed: give a positive finite coupling")
    if n_modes is not None and n_modes < 2 * max(modes or (1,)):
        least = 2 * max(modes or (1,))
        raise ValueError(f"--n-modes = {n_modes} is not allowed: it must be an integer, at least {least}")
    if depth < 0:
        raise ValueError(f"--depth = {depth} is not allowed: 0 follows those of the uniform state only")
    for mode in modes or ():
        potential.onset_coupling(mode)


def default_kappa_max(potential: Potential) -> float:
    """Return 2.1 times the lowest onset coupling of the first modes, or of that size if none attracts.

    Not twice: weights in the ratio 1 : 2 are common, and an onset would fall on the very end.

    Examples
    --------
    >>> from branches import potentials
    >>> default_kappa_max(potentials.kuramoto())
    4.2
    """
    from branches.diagrams.trace import SCANNED

    weights = potential.strengths(SCANNED)
    largest = float(max(weights.max(), 0.0) or abs(weights).max() or 2.0)
    return REACH * 2.0 / largest


def _report(screen: Screen, result: Diagram, folder: Path, files: dict[str, Path]) -> None:
    if not screen.speaks:
        return
    from branches.diagrams.findings import findings
    from branches.figures.coexistence import coexistences

    rows = [_row(finding) for finding in findings(result)]
    count = len(result.branches)
    title = f"{result.potential.label}, κ ≤ {result.kappa_max:.10g}: {count} branch{'es' * (count != 1)}"
    if rows:
        screen.table(COLUMNS, rows, title)
        screen.say(LEGEND)
    else:
        screen.say(f"{result.potential.label}, κ ≤ {result.kappa_max:.10g}: the uniform state only, stable")
    for crossing in coexistences(result):
        names = " and ".join("the uniform state" if n < 0 else f"branch {n}" for n in crossing.branches)
        screen.say(f"equal free energy of {names} at κ = {crossing.kappa:.14g}: a discontinuous transition")
    screen.say(str(result.completeness))
    if result.message:
        screen.say(f"note: {result.message}")
    screen.say_files(folder, files)


def _row(finding: Any) -> tuple[str, ...]:
    point = f"{finding.name}, {finding.shape}" if finding.shape else finding.name
    name = f"a{finding.period}".translate(SUBSCRIPTS)
    amplitude = f"{name} = {finding.amplitude:.10g}" if finding.period else "0"
    return point, f"{finding.kappa:.14g}", amplitude, finding.stability_change.replace(", ", ","), finding.modes
