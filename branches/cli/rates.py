"""``mvcont rates``: decay rates of stationary states, the spectral gap over κ, and critical slowing down."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from branches.cli.arguments import real, whole
from branches.cli.codes import ending
from branches.cli.diagram import default_kappa_max
from branches.cli.groups import takes
from branches.cli.output import FILES, Output
from branches.cli.potential import POTENTIAL, default_folder
from branches.cli.progress import progress_bar
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import document

if TYPE_CHECKING:
    from branches.diagrams.diagram import Diagram
    from branches.potentials.potential import Potential

__all__ = ["EXAMPLES", "rates"]

EXAMPLES = ("rates noisy-transformer --beta 4 --kappa 0.4", "rates kuramoto --no-figure -o kuramoto-rates")
HEADER = ("branch", "kappa", "gap")


@takes(POTENTIAL, FILES, SCREEN)
def rates(
    potential: Potential,
    output: Output,
    screen: Screen,
    kappa: Annotated[
        float | None, real("--kappa", help="Decay rates of every state there; without it, the gap over kappa.")
    ] = None,
    kappa_max: Annotated[
        float | None, real("--kappa-max", help="Largest coupling; 2.1 first onsets by default.")
    ] = None,
    count: Annotated[int, whole("--count", help="How many rates of each sector.")] = 4,
) -> int:
    """Compute decay rates, the spectral gap, slowing down.

    The laws of critical slowing down are those at the onsets and folds of the diagram.
    """
    from branches.diagrams.build import diagram as build
    from branches.figures.rates_figure import gap_figure, gaps_of
    from branches.potentials.potential import positive_integer

    positive_integer("--count", count)
    at, top = _couplings(potential, kappa, kappa_max)
    place = output.place(default_folder(potential, "rates"), "rates")
    with progress_bar("tracing", screen) as progress:
        found = build(potential, kappa_max=top, progress=progress)
    gaps = gaps_of(found)
    record = document("rates", _record(found, gaps, at, [] if at is None else _states(found, at, count)))
    rows = [
        (n, float(k), float(gap))
        for n, (branch, values) in enumerate(zip(found.branches, gaps, strict=True))
        for k, gap in zip(branch.kappa, values, strict=True)
    ]
    files = place.write(HEADER, rows, record, partial(gap_figure, found, gaps))
    screen.show(record, files)
    _report(screen, record, files)
    return ending(found.status, f"what was found so far is in {files['csv'].parent}", bool(found.completeness.lacking))


def _couplings(potential: Potential, kappa: float | None, kappa_max: float | None) -> tuple[float | None, float]:
    """Return the coupling looked at, if any, and the end of the diagram."""
    from branches.dynamics.flow_arguments import check_circle, check_coupling
    from branches.potentials.potential import finite_number

    check_circle(potential)
    at = None if kappa is None else check_coupling(kappa)
    top = default_kappa_max(potential) if kappa_max is None else finite_number("--kappa-max", kappa_max)
    top = top if at is None else max(top, 1.02 * at)
    if not top > 0:
        raise ValueError(f"--kappa-max = {top:g} is not allowed: give a positive finite coupling")
    return at, top


def _record(found: Diagram, gaps: Any, at: float | None, states: list[dict[str, Any]]) -> dict[str, Any]:
    from branches.files.document import potential_entry

    return {
        "potential": potential_entry(found.potential),
        "status": found.status,
        "kappa_max": found.kappa_max,
        "kappa": at,
        "states": states,
        "critical": _critical(found),
        "folds": _folds(found),
        "branches": [
            {"number": n, "kappa": branch.kappa, "gap": gap}
            for n, (branch, gap) in enumerate(zip(found.branches, gaps, strict=True))
        ],
    }


def _states(found: Diagram, kappa: float, count: int) -> list[dict[str, Any]]:
    from branches.dynamics.arrival import named_states
    from branches.dynamics.decay_rates import decay_rates

    result = []
    for name, state in named_states(found, kappa).items():
        spectrum = decay_rates(state, count)
        result.append({
            "name": name,
            "free_energy": state.free_energy,
            "period": state.n_fold,
            "rates_even": spectrum.even,
            "rates_odd": spectrum.odd,
            "gap": spectrum.gap,
            "unstable": spectrum.unstable,
            "undecided": spectrum.undecided,
            "error": spectrum.error,
        })
    return result


def _critical(found: Diagram) -> list[dict[str, Any]]:
    """Return the law at each onset of the diagram that has one, and why not where it has none."""
    from branches.dynamics.critical import critical_rate

    laws: list[dict[str, Any]] = []
    for node in found.nodes:
        if node.kind != "onset":
            continue
        mode = int(node.name.split()[1].split("+")[0])
        try:
            law = critical_rate(found.potential, mode)
        except ValueError as error:
            laws.append({"mode": mode, "kappa": node.kappa, "law": None, "message": str(error)})
            continue
        laws.append({
            "mode": mode, "kappa": law.kappa, "law": f"|c_{mode}| ~ {law.constant:.12g} t^(-1/{2 * law.order})",
            "exponent": law.exponent, "constant": law.constant, "next": law.next, "message": law.message,
        })  # fmt: skip
    return laws


def _folds(found: Diagram) -> list[dict[str, Any]]:
    from branches.dynamics.gap import fold_closing

    return [
        {"branch": number, "kappa": fold.kappa, "constant": fold_closing(found.potential, fold)}
        for number, branch in enumerate(found.branches)
        for fold in branch.folds
    ]


def _report(screen: Screen, record: dict[str, Any], files: dict[str, Path]) -> None:
    def numbers(values: Any) -> str:
        return "  ".join(f"{value:.10g}" for value in values)

    if record["states"]:
        rows = [
            (entry["name"], f"{entry['free_energy']:.10g}", str(entry["unstable"]), numbers(entry["rates_even"]),
             numbers(entry["rates_odd"]))
            for entry in record["states"]
        ]  # fmt: skip
        title = f"{record['potential']['label']}, κ = {record['kappa']:.10g}: decay rates, the rotation left out"
        screen.table(("state", "F", "unstable", "even", "odd"), rows, title)
    for law in record["critical"]:
        words = "; ".join(part for part in (law["law"], law["message"]) if part)
        screen.say(f"at the onset κ = {law['kappa']:.12g}: {words}")
    for fold in record["folds"]:
        screen.say(f"at the fold κ = {fold['kappa']:.14g}: μ ≈ ±{fold['constant']:.10g} √(κ − κ_f)")
    screen.say_files(files["csv"].parent, files)
