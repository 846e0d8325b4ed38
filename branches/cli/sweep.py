"""``mvcont sweep``: the columns of a phase diagram into a store that resumes, on this machine or a Dask cluster."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import whole
from branches.cli.codes import ending
from branches.cli.family import FAMILY, NamedFamily, OwnFamily, Range, equidistant
from branches.cli.groups import takes
from branches.cli.limit import TimeLimit
from branches.cli.phase_diagram import failures_of
from branches.cli.progress import counting, progress_bar
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import document

if TYPE_CHECKING:
    from branches.sweeps.phase_diagram import PhaseDiagram

__all__ = ["EXAMPLES", "sweep"]

EXAMPLES = ("sweep bimodal --range 0.3 2.2 --count 400 --store bimodal-sweep --workers 2",)
Option = typer.Option


@takes(FAMILY, SCREEN)
def sweep(
    family: NamedFamily | OwnFamily,
    screen: Screen,
    limits: Range,
    store: Annotated[Path, Option("--store", metavar="PATH", help="Folder for the results; resumed if there.")],
    count: Annotated[int, whole("--count", help="How many values of the parameter.")] = 200,
    workers: Annotated[int | None, whole("--workers", help="Processes; by default one for each processor.")] = None,
    dask: Annotated[
        str | None, Option("--dask", metavar="ADDRESS", help="Scheduler of a Dask cluster to run on.")
    ] = None,
    time_limit: TimeLimit = None,
) -> int:
    """Compute a phase diagram into a store that resumes.

    Run again, it continues. The exit code is 3 if values failed.
    """
    from branches.sweeps.phase_diagram import phase_diagram as build

    if dask is not None and workers is not None:
        raise ValueError("--workers is for processes of this machine: leave it out with --dask")
    values = equidistant(family, limits, count)
    with _executor(dask) as executor, progress_bar("values", screen) as bar:
        found = build(
            family, values, executor, workers=workers, store=store, progress=counting(bar), time_limit=time_limit
        )
    screen.show(document("sweep", _record(found, family, limits, store)))
    _report(screen, found, family, store)
    if found.status == "stopped":
        raise OSError(f"{found.message}; what was written is in {store}")
    if not found.columns and found.status == "finished":
        raise ValueError(f"no value has a result: {found.failures[0].reason}")
    left = count - len(found.columns) - len(found.failures)
    return ending(found.status, f"{left} values are left; run it again to continue", bool(found.failures))


def _executor(address: str | None) -> AbstractContextManager[Any]:
    from branches.sweeps.sweep import dask_executor

    return nullcontext() if address is None else dask_executor(address)


def _record(
    found: PhaseDiagram, family: NamedFamily | OwnFamily, limits: tuple[float, float], store: Path
) -> dict[str, Any]:
    return {
        "family": family.describe(limits),
        "store": str(store),
        "status": found.status,
        "done": len(found.columns),
        "computed": found.computed,
        "failures": failures_of(found),
        "notes": found.notes,
    }


def _report(screen: Screen, found: PhaseDiagram, family: NamedFamily | OwnFamily, store: Path) -> None:
    done = len(found.columns)
    before = done - found.computed
    many = "s" * (done != 1)
    screen.say(f"{done} value{many} done ({before} of them before), {len(found.failures)} failed; store: {store}")
    for note in found.notes:
        screen.say(f"note: {note}")
    for failure in found.failures:
        screen.say(f"failed: {family.free} = {failure.value:.10g}: {failure.reason}")
