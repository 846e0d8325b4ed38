"""``mvcont particles``: an ensemble of interacting particles, or its loop under a rising and falling coupling."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import real, whole
from branches.cli.codes import ending
from branches.cli.groups import takes
from branches.cli.output import FILES, Output
from branches.cli.potential import POTENTIAL, default_folder
from branches.cli.progress import counting, progress_bar
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import document

if TYPE_CHECKING:
    from branches.dynamics.ensemble import Ensemble
    from branches.dynamics.hysteresis import Hysteresis
    from branches.potentials.potential import Potential

__all__ = ["EXAMPLES", "particles"]

EXAMPLES = (
    "particles kuramoto --kappa 4 -n 1000 -t 40 --replicas 4",
    "particles bimodal --m 1 --kappa 1.6 --sweep-to 2.1 -n 1000 -t 300",
)
Option = typer.Option
REACH = 1.1  # of the largest coupling: how far the diagram behind a loop goes
HEADER = ("replica", "t", "kappa", "mode", "z_re", "z_im")


@takes(POTENTIAL, FILES, SCREEN)
def particles(
    potential: Potential,
    output: Output,
    screen: Screen,
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
) -> int:
    """Simulate N particles, or their hysteresis loop."""
    from branches.dynamics.hysteresis import hysteresis
    from branches.dynamics.particles import particles as simulate

    options: dict[str, Any] = {"replicas": replicas, "step": step, "n_modes": n_modes, "workers": workers,
                               "method": method, "store": store}  # fmt: skip
    loop = None
    with progress_bar("replicas", screen) as bar:
        if sweep_to is None:
            ensemble = simulate(potential, kappa, n, t, seed, progress=counting(bar), **options)
        else:
            loop = hysteresis(potential, (kappa, sweep_to), n, t, seed, progress=counting(bar), **options)
            ensemble = loop.ensemble
    place = output.place(default_folder(potential, "particles"), "particles")
    record = document("particles", _record(ensemble, loop))
    files = place.write(HEADER, _rows(ensemble), record, partial(_page, ensemble, loop))
    screen.show(record, files)
    _report(screen, ensemble, record, files)
    return ending(ensemble.status, f"what was done so far is in {files['csv'].parent}")


def _record(ensemble: Ensemble, loop: Hysteresis | None) -> dict[str, Any]:
    from branches.files.document import potential_entry

    last = ensemble.order[:, -1]
    record: dict[str, Any] = {
        "potential": potential_entry(ensemble.potential), "kappa": [ensemble.kappa.min(), ensemble.kappa.max()],
        "n": ensemble.n,
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


def _average(ensemble: Ensemble) -> Any:
    """Return the average over the second half, None where the record is too short."""
    try:
        return ensemble.mean_square(0.5 * float(ensemble.t[0] + ensemble.t[-1]))
    except ValueError:
        return None


def _rows(ensemble: Ensemble) -> Iterator[tuple[object, ...]]:
    for replica, over_time in enumerate(ensemble.z):
        for time, kappa, values in zip(ensemble.t, ensemble.kappa, over_time, strict=True):
            for mode, z in zip(ensemble.modes, values, strict=True):
                yield replica, float(time), float(kappa), int(mode), float(z.real), float(z.imag)


def _page(ensemble: Ensemble, loop: Hysteresis | None) -> Any:
    from branches.figures.particles_figure import hysteresis_figure, particles_figure

    if loop is None:
        return particles_figure(ensemble)
    from branches.diagrams.build import diagram

    behind = diagram(ensemble.potential, kappa_max=REACH * float(ensemble.kappa.max()))
    return hysteresis_figure(loop, behind, int(ensemble.modes[0]))


def _report(screen: Screen, ensemble: Ensemble, record: dict[str, Any], files: dict[str, Path]) -> None:
    screen.say(repr(ensemble)[1:-1])
    neglected = f"force neglected: {ensemble.neglected:.1e} of the whole"
    screen.say(f"step {ensemble.step:.4g}, {ensemble.n_modes} modes, {neglected}")
    if "jumps" in record:
        jumps = record["jumps"]
        rows = [(str(k), f"{up:.6g}", f"{down:.6g}") for k, (up, down) in
                enumerate(zip(jumps["up"], jumps["down"], strict=True))]  # fmt: skip
        screen.table(("replica", "κ of the jump up", "κ of the jump down"), rows)
    elif "mean_square" in record:
        values = zip(record["modes"], record["mean_square"], record["mean_square_error"], strict=True)
        rows = [(f"E|z_{mode}|²", f"{value:.6g}", f"{error:.1g}") for mode, value, error in values]
        screen.table(("second half of the time", "average", "standard error"), rows)
    if ensemble.message:
        screen.say(f"note: {ensemble.message}")
    screen.say_files(files["csv"].parent, files)
