"""``mvcont flow``: the McKean–Vlasov flow from an initial density, as a table, files and a figure."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import real, whole
from branches.cli.codes import ending
from branches.cli.groups import takes
from branches.cli.output import FILES, Output
from branches.cli.potential import POTENTIAL, default_folder
from branches.cli.progress import progress_bar
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import document

if TYPE_CHECKING:
    from branches.dynamics.flow import Flow
    from branches.potentials.potential import Potential

__all__ = ["EXAMPLES", "flow", "parse_coefficients"]

EXAMPLES = ("flow noisy-transformer --beta 4 --kappa 0.5 --time 50 --initial 0.1,0.05+0.02j",)
Option = typer.Option
MODES, ROWS = 3, 12  # shown in the table


@takes(POTENTIAL, FILES, SCREEN)
def flow(
    potential: Potential,
    output: Output,
    screen: Screen,
    kappa: Annotated[float, real("--kappa", help="Coupling, > 0.")],
    time: Annotated[float, real("--time", "-t", help="The end.")],
    initial: Annotated[
        str, Option("--initial", metavar="C1,C2,...", help="Coefficients c_n = E[exp(-i n x)], such as 0.1,0.05+0.02j.")
    ] = "0.1,0.05",
    n_modes: Annotated[int | None, whole("--n-modes", help="Fixed truncation; adaptive by default.")] = None,
) -> int:
    """Integrate the flow from a density to where it ends."""
    from branches.dynamics.flow import flow as integrate
    from branches.figures.flow_figure import flow_figure

    start = parse_coefficients(initial)
    with progress_bar("integrating", screen) as progress:
        found = integrate(potential, kappa, start, time, n_modes=n_modes, progress=progress)
    place = output.place(default_folder(potential, "flow", f"kappa-{kappa:g}"), "flow")
    header = ("t", "free_energy", "dissipation", "min_density", "rate", "n_modes", "tail", *_columns(found))
    draw = partial(flow_figure, found) if found.t.size else None
    record = document("flow", _record(found))
    files = place.write(header, _rows(found), record, draw)
    screen.show(record, files)
    _report(screen, found, files)
    return ending(found.status.name.lower(), f"what was found so far is in {files['csv'].parent}")


def parse_coefficients(text: str) -> list[complex]:
    """Return the coefficients that '0.1,0.05+0.02j' spells.

    Raises
    ------
    ValueError
        If one of them is not a number.

    Examples
    --------
    >>> parse_coefficients("0.1, 0.05+0.02j")
    [(0.1+0j), (0.05+0.02j)]
    """
    try:
        return [complex(part.replace(" ", "").replace("i", "j")) for part in text.split(",")]
    except ValueError:
        raise ValueError(
            f"--initial = {text!r} is not allowed: give numbers c1,c2,... such as 0.1,0.05+0.02j"
        ) from None


def _columns(found: Flow) -> tuple[str, ...]:
    return tuple(f"c_{n}_{part}" for n in range(1, found.c.shape[1] + 1) for part in ("re", "im"))


def _rows(found: Flow) -> list[list[float]]:
    rows = []
    for k in range(found.t.size):
        row = [found.t[k], found.free_energy[k], found.dissipation[k], found.minimum[k], found.rate[k],
               int(found.n_modes[k]), found.tail[k]]  # fmt: skip
        for value in found.c[k]:
            row += [value.real, value.imag]
        rows.append([float(x) for x in row])
    return rows


def _record(found: Flow) -> dict[str, Any]:
    from branches.files.document import potential_entry

    return {
        "potential": potential_entry(found.potential),
        "kappa": found.kappa,
        "status": found.status.name.lower(),
        "status_text": found.status.value,
        "message": found.message,
        "end": {
            "name": found.end.name,
            "distance": found.end.distance,
            "reason": found.end.reason,
            "free_energy": None if found.end.state is None else found.end.state.free_energy,
        },
        "counters": {"steps": found.steps, "evaluations": found.evaluations, "jacobians": found.jacobians},
        "t": found.t,
        "c_re": found.c.real,
        "c_im": found.c.imag,
        "free_energy": found.free_energy,
        "dissipation": found.dissipation,
        "min_density": found.minimum,
        "rate": found.rate,
        "n_modes": found.n_modes,
        "tail": found.tail,
    }


def _report(screen: Screen, found: Flow, files: dict[str, Path]) -> None:
    shown = sorted({0, *range(0, found.t.size, max(1, found.t.size // ROWS)), found.t.size - 1}) if found.t.size else []
    modes = range(min(MODES, found.c.shape[1]))
    rows = [
        (f"{found.t[k]:.6g}", *(f"{abs(found.c[k, n]):.8g}" for n in modes), f"{found.free_energy[k]:.8g}",
         f"{found.rate[k]:.2g}", f"{found.minimum[k]:.3g}", str(found.n_modes[k]))
        for k in shown
    ]  # fmt: skip
    title = f"flow of {found.potential.label} at κ = {found.kappa:.10g}"
    screen.table(("t", *(f"|c{n + 1}|" for n in modes), "F", "rate", "min ρ", "modes"), rows, title)
    screen.say(f"end: {found.end.name} ({found.end.reason})")
    screen.say(f"status: {found.status.value}")
    if found.message:
        screen.say(f"note: {found.message}")
    screen.say_files(files["csv"].parent, files)
