"""``mvcont diagram``: the bifurcation diagram of a potential, as a table, files and a figure."""

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import AsJson, parse_modes, real, takes_potential, whole
from branches.cli.console import print_json, print_table, say
from branches.cli.progress import progress_bar

if TYPE_CHECKING:
    from branches.diagrams.diagram import Diagram
    from branches.potentials.potential import Potential

__all__ = ["default_folder", "default_kappa_max", "diagram"]

Option = typer.Option
LACKING, INTERRUPTED = 3, 130
REACH = 2.1  # of the first onset
SCANNED = 64  # modes among which the first onset is looked for
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@takes_potential
def diagram(
    potential: "Potential",
    *,
    kappa_max: Annotated[
        float | None, real("--kappa-max", help="Largest coupling; 2.1 first onsets by default.")
    ] = None,
    modes: Annotated[
        str | None, Option("--modes", metavar="1,2|1..4", help="Onsets to start from; by default all.")
    ] = None,
    n_modes: Annotated[int | None, whole("--n-modes", help="Fixed truncation; adaptive by default.")] = None,
    depth: Annotated[int, whole("--depth", help="How often branches of branches are followed.")] = 2,
    output: Annotated[
        Path | None, Option("--output", "-o", metavar="DIR", help="Folder; by default as the potential.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Trace the bifurcation diagram of a potential in the coupling kappa.

    The exit code is 3 if a half-branch failed, or was found but stopped before it comes to an end.
    """
    from branches.files.bundle import prepare, write_all

    top = default_kappa_max(potential) if kappa_max is None else kappa_max
    chosen = parse_modes(modes) if modes is not None else None
    _check(potential, top, chosen, n_modes, depth)
    folder = prepare(output or default_folder(potential))
    with progress_bar("tracing") as progress:
        from branches.diagrams.build import diagram as build

        result = build(
            potential, kappa_max=top, modes=chosen, n_modes=n_modes, depth=depth, progress=progress
        )
    files = write_all(result, folder)
    if as_json:
        from branches.files.json_file import summary

        print_json(summary(result) | {"files": {name: str(path) for name, path in files.items()}})
    else:
        _report(result, folder, files)
    if result.status == "interrupted":
        print(f"mvcont: interrupted: what was found so far is in {folder}", file=sys.stderr)
        return INTERRUPTED
    for warning in result.warnings:
        print(f"mvcont: warning: {warning}", file=sys.stderr)
    return LACKING if result.completeness.lacking else 0


def _check(
    potential: "Potential", kappa_max: float, modes: tuple[int, ...] | None, n_modes: int | None, depth: int
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


def default_kappa_max(potential: "Potential") -> float:
    """Return 2.1 times the lowest onset coupling of the first modes, or of that size if none attracts.

    Not twice: weights in the ratio 1 : 2 are common, and an onset would fall on the very end.

    Examples
    --------
    >>> from branches import potentials
    >>> default_kappa_max(potentials.kuramoto())
    4.2
    """
    weights = potential.strengths(SCANNED)
    largest = float(max(weights.max(), 0.0) or abs(weights).max() or 2.0)
    return REACH * 2.0 / largest


def default_folder(potential: "Potential") -> Path:
    """Return the folder that is used where none is given: the name and parameters of the potential.

    Examples
    --------
    >>> from branches import potentials
    >>> print(default_folder(potentials.noisy_transformer(4)))
    noisy-transformer-beta-4
    """
    parts = [potential.name, *(f"{key}-{value:g}" for key, value in potential.parameters.items())]
    return Path("-".join(parts).replace("_", "-").replace(" ", "-"))


def _report(result: "Diagram", folder: Path, files: dict[str, Path]) -> None:
    from branches.diagrams.findings import findings
    from branches.figures.coexistence import coexistences

    rows = [_row(finding) for finding in findings(result)]
    count = len(result.branches)
    title = f"{result.potential.label}, κ ≤ {result.kappa_max:.10g}: {count} branch{'es' * (count != 1)}"
    if rows:
        print_table(("point", "κ", "mode", "amplitude", "stability"), rows, title)
    else:
        say(f"{result.potential.label}, κ ≤ {result.kappa_max:.10g}: the uniform state only, stable")
    for crossing in coexistences(result):
        names = " and ".join("the uniform state" if n < 0 else f"branch {n}" for n in crossing.branches)
        say(f"equal free energy of {names} at κ = {crossing.kappa:.14g}: a discontinuous transition")
    say(str(result.completeness))
    if result.message:
        say(f"note: {result.message}")
    say(f"files in {folder}: {', '.join(path.name for path in files.values())}")


def _row(finding: Any) -> tuple[str, ...]:
    point = f"{finding.name}, {finding.shape}" if finding.shape else finding.name
    name = f"a{finding.period}".translate(SUBSCRIPTS)
    amplitude = f"{name} = {finding.amplitude:.10g}" if finding.period else "0"
    return point, f"{finding.kappa:.14g}", finding.modes, amplitude, finding.stability_change
