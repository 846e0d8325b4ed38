"""``mvcont sweep``: the columns of a phase diagram into a store that resumes, on this machine or a Dask cluster."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import AsJson, Parameters, Weights, whole
from branches.cli.console import print_json, say
from branches.cli.family import FamilyName, NamedFamily, Range, Vary, family_over, progress_bar

if TYPE_CHECKING:
    from branches.sweeps.phase_diagram import PhaseDiagram

__all__ = ["sweep"]

Option = typer.Option
INTERRUPTED = 130


def sweep(
    name: FamilyName,
    limits: Range,
    store: Annotated[Path, Option("--store", metavar="PATH", help="Folder for the results; resumed if there.")],
    count: Annotated[int, whole("--count", help="How many values of the parameter.")] = 200,
    vary: Vary = None,
    weights: Weights = None,
    parameter: Parameters = None,
    workers: Annotated[int | None, whole("--workers", help="Processes; by default one for each processor.")] = None,
    dask: Annotated[
        str | None, Option("--dask", metavar="ADDRESS", help="Scheduler of a Dask cluster to run on.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Compute a phase diagram value by value into a store; run again, it continues."""
    from branches.sweeps.phase_diagram import phase_diagram as build

    if dask is not None and workers is not None:
        raise ValueError("--workers is for processes of this machine: leave it out with --dask")
    family, values = family_over(name, vary, weights, parameter, limits, count)
    with _executor(dask) as executor, progress_bar() as progress:
        found = build(family, values, executor, workers=workers, store=store, progress=progress)
    if as_json:
        print_json(_record(found, family, store))
    else:
        _report(found, family, store)
    if found.status == "interrupted":
        left = count - len(found.columns) - len(found.failures)
        print(f"mvcont: interrupted: {left} values are left; run it again to continue", file=sys.stderr)
        return INTERRUPTED
    if found.status == "stopped":
        raise OSError(f"{found.message}; what was written is in {store}")
    if not found.columns:
        raise ValueError(f"no value has a result: {found.failures[0].reason}")
    return 0


def _executor(address: str | None) -> AbstractContextManager[Any]:
    from branches.sweeps.sweep import dask_executor

    return nullcontext() if address is None else dask_executor(address)


def _record(found: PhaseDiagram, family: NamedFamily, store: Path) -> dict[str, Any]:
    return {
        "family": family.name,
        "varied": family.free,
        "fixed": dict(family.fixed),
        "store": str(store),
        "status": found.status,
        "done": len(found.columns),
        "computed": found.computed,
        "failures": [asdict(failure) for failure in found.failures],
        "notes": found.notes,
    }


def _report(found: PhaseDiagram, family: NamedFamily, store: Path) -> None:
    done = len(found.columns)
    before = done - found.computed
    say(f"{done} value{'s' * (done != 1)} done ({before} of them before), {len(found.failures)} failed; store: {store}")
    for note in found.notes:
        say(f"note: {note}")
    for failure in found.failures:
        say(f"failed: {family.free} = {failure.value:.10g}: {failure.reason}")
