"""``mvcont particles``: an ensemble of interacting particles, or its loop under a rising and falling coupling."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import AsJson, real, takes_potential, whole
from branches.cli.console import print_json, print_table, say
from branches.cli.diagram import default_folder
from branches.cli.family import progress_bar
from branches.cli.files import write_files

if TYPE_CHECKING:
    from branches.dynamics.ensemble import Ensemble
    from branches.dynamics.hysteresis import Hysteresis
    from branches.potentials.potential import Potential

__all__ = ["particles"]

Option = typer.Option
INTERRUPTED = 130
REACH = 1.1  # of the largest coupling: how far the diagram behind a loop goes
HEADER = ("replica", "t", "kappa", "mode", "re", "im")


@takes_potential
def particles(
    potential: "Potential",
    *,
    kappa: Annotated[float, real("--kappa", help="The coupling; inf for particles without noise.")],
    n: Annotated[int, whole("--number", "-n", help="Particles in each replica.")] = 1000,
    t: Annotated[float, real("--time", "-t", help="How long.")] = 50.0,
    seed: Annotated[int, whole("--seed", help="Of the random numbers.")] = 0,
    sweep_to: Annotated[
        float | None, real("--sweep-to", help="Raise the coupling to this one in that time, and lower it again.")
    ] = None,
    replicas: Annotated[int, whole("--replicas", help="Independent repetitions.")] = 1,
    method: Annotated[str, Option("--method", help="leimkuhler-matthews or euler-maruyama.")] = "leimkuhler-matthews",
    step: Annotated[float | None, real("--step", help="Longest time step.")] = None,
    n_modes: Annotated[int | None, whole("--n-modes", help="Modes of the force.")] = None,
    workers: Annotated[int, whole("--workers", help="Processes.")] = 1,
    store: Annotated[Path | None, Option("--store", metavar="PATH", help="Folder that keeps replicas.")] = None,
    output: Annotated[
        Path | None, Option("--output", "-o", metavar="DIR", help="Folder; by default as the potential.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Simulate N particles with the noise and interaction behind the mean-field equation."""
    from branches.dynamics.hysteresis import hysteresis
    from branches.dynamics.particles import particles as simulate
    from continuation import writable_folder

    options: dict[str, Any] = {"replicas": replicas, "step": step, "n_modes": n_modes, "workers": workers,
                               "method": method, "store": store}  # fmt: skip
    folder = output or Path(f"particles-{default_folder(potential)}")
    loop = None
    with progress_bar() as progress:
        if sweep_to is None:
            ensemble = simulate(potential, kappa, n, t, seed, progress=progress, **options)
        else:
            loop = hysteresis(potential, (kappa, sweep_to), n, t, seed, progress=progress, **options)
            ensemble = loop.ensemble
    record = _record(ensemble, loop)
    draw = partial(_page, ensemble, loop)
    files = write_files(writable_folder(folder), "particles", HEADER, _rows(ensemble), record, draw)
    if as_json:
        print_json(record | {"files": {kind: str(path) for kind, path in files.items()}})
    else:
        _report(ensemble, record, folder, files)
    if ensemble.status == "interrupted":
        print(f"mvcont: interrupted: what was done so far is in {folder}", file=sys.stderr)
        return INTERRUPTED
    return 0


def _record(ensemble: "Ensemble", loop: "Hysteresis | None") -> dict[str, Any]:
    last = ensemble.order[:, -1]
    record: dict[str, Any] = {
        "potential": ensemble.potential.label, "kappa": [ensemble.kappa.min(), ensemble.kappa.max()], "n": ensemble.n,
        "replicas": ensemble.replicas, "t": ensemble.t, "method": ensemble.method, "step": ensemble.step,
        "n_modes": ensemble.n_modes, "neglected": ensemble.neglected, "seed": ensemble.seed,
        "status": ensemble.status, "message": ensemble.message, "modes": ensemble.modes, "order_at_end": last,
    }  # fmt: skip
    if loop is None:
        average = _average(ensemble)
        return record | ({"mean_square": average.value, "mean_square_error": average.error} if average else {})
    mode = int(ensemble.modes[0])
    level = 0.5 * float(ensemble.order[:, :, 0].max())
    up, down = loop.jumps(mode, level)
    return record | {"jumps": {"mode": mode, "level": level, "up": up, "down": down}}


def _average(ensemble: "Ensemble") -> Any:
    """Return the average over the second half, None where the record is too short."""
    try:
        return ensemble.mean_square(0.5 * float(ensemble.t[0] + ensemble.t[-1]))
    except ValueError:
        return None


def _rows(ensemble: "Ensemble") -> Iterator[tuple[object, ...]]:
    for replica, over_time in enumerate(ensemble.z):
        for time, kappa, values in zip(ensemble.t, ensemble.kappa, over_time, strict=True):
            for mode, z in zip(ensemble.modes, values, strict=True):
                yield replica, float(time), float(kappa), int(mode), float(z.real), float(z.imag)


def _page(ensemble: "Ensemble", loop: "Hysteresis | None") -> Any:
    from branches.figures.particles_figure import hysteresis_figure, particles_figure

    if loop is None:
        return particles_figure(ensemble)
    from branches.diagrams.build import diagram

    behind = diagram(ensemble.potential, kappa_max=REACH * float(ensemble.kappa.max()))
    return hysteresis_figure(loop, behind, int(ensemble.modes[0]))


def _report(ensemble: "Ensemble", record: dict[str, Any], folder: Path, files: dict[str, Path]) -> None:
    say(repr(ensemble)[1:-1])
    say(f"step {ensemble.step:.4g}, {ensemble.n_modes} modes, force neglected: {ensemble.neglected:.1e} of the whole")
    if "jumps" in record:
        jumps = record["jumps"]
        rows = [(str(k), f"{up:.6g}", f"{down:.6g}") for k, (up, down) in
                enumerate(zip(jumps["up"], jumps["down"], strict=True))]  # fmt: skip
        print_table(("replica", "κ of the jump up", "κ of the jump down"), rows)
    elif "mean_square" in record:
        values = zip(record["modes"], record["mean_square"], record["mean_square_error"], strict=True)
        rows = [(f"E|z_{mode}|²", f"{value:.6g}", f"{error:.1g}") for mode, value, error in values]
        print_table(("second half of the time", "average", "standard error"), rows)
    if ensemble.message:
        say(f"note: {ensemble.message}")
    say(f"files in {folder}: {', '.join(path.name for path in files.values())}")
