"""``mvcont rates``: decay rates of stationary states, the spectral gap over κ, and critical slowing down."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import AsJson, real, takes_potential, whole
from branches.cli.console import print_json, print_table, say
from branches.cli.diagram import default_folder, default_kappa_max
from branches.cli.files import write_files
from branches.cli.progress import progress_bar

if TYPE_CHECKING:
    from branches.diagrams.diagram import Diagram
    from branches.potentials.potential import Potential

__all__ = ["rates"]

Option = typer.Option


@takes_potential
def rates(
    potential: "Potential",
    *,
    kappa: Annotated[
        float | None, real("--kappa", help="Decay rates of every state there; without it, the gap over kappa.")
    ] = None,
    kappa_max: Annotated[
        float | None, real("--kappa-max", help="Largest coupling; 2.1 first onsets by default.")
    ] = None,
    count: Annotated[int, whole("--count", help="How many rates of each sector.")] = 4,
    output: Annotated[
        Path | None, Option("--output", "-o", metavar="DIR", help="Folder; by default rates- and the potential.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Compute how fast disturbances of the stationary states decay, and the law at each onset."""
    from branches.diagrams.build import diagram as build
    from branches.dynamics.flow_arguments import check_coupling
    from branches.figures.rates_figure import gap_figure, gaps_of
    from branches.potentials.potential import finite_number, positive_integer
    from continuation import writable_folder

    positive_integer("--count", count)
    at = None if kappa is None else check_coupling(kappa)
    top = default_kappa_max(potential) if kappa_max is None else finite_number("--kappa-max", kappa_max)
    top = top if at is None else max(top, 1.02 * at)
    if not top > 0:
        raise ValueError(f"--kappa-max = {top:g} is not allowed: give a positive finite coupling")
    folder = writable_folder(output or Path(f"rates-{default_folder(potential)}"))
    with progress_bar("tracing") as progress:
        found = build(potential, kappa_max=top, progress=progress)
    gaps = gaps_of(found)
    states = [] if at is None else _states(found, at, count)
    record = {
        "potential": potential.label,
        "kappa_max": top,
        "kappa": at,
        "states": states,
        "critical": _critical(found),
        "folds": _folds(found),
        "branches": [
            {"number": n, "kappa": branch.kappa, "gap": gap}
            for n, (branch, gap) in enumerate(zip(found.branches, gaps, strict=True))
        ],
    }
    rows = [
        (n, float(k), float(gap))
        for n, (branch, values) in enumerate(zip(found.branches, gaps, strict=True))
        for k, gap in zip(branch.kappa, values, strict=True)
    ]
    files = write_files(folder, "rates", ("branch", "kappa", "gap"), rows, record, partial(gap_figure, found, gaps))
    if as_json:
        print_json(record | {"files": {kind: str(path) for kind, path in files.items()}})
    else:
        _report(record, files)
    return 0


def _states(found: "Diagram", kappa: float, count: int) -> list[dict[str, Any]]:
    from branches.dynamics.arrival import named_states
    from branches.dynamics.decay_rates import decay_rates

    result = []
    for name, state in named_states(found, kappa).items():
        spectrum = decay_rates(state, count)
        result.append({
            "name": name,
            "free_energy": state.free_energy,
            "period": state.n_fold,
            "even": spectrum.even,
            "odd": spectrum.odd,
            "gap": spectrum.gap,
            "unstable": spectrum.unstable,
            "undecided": spectrum.undecided,
            "error": spectrum.error,
        })
    return result


def _critical(found: "Diagram") -> list[dict[str, Any]]:
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


def _folds(found: "Diagram") -> list[dict[str, Any]]:
    from branches.dynamics.gap import fold_closing

    return [
        {"branch": number, "kappa": fold.kappa, "constant": fold_closing(found.potential, fold)}
        for number, branch in enumerate(found.branches)
        for fold in branch.folds
    ]


def _report(record: dict[str, Any], files: dict[str, Path]) -> None:
    def numbers(values: Any) -> str:
        return "  ".join(f"{value:.10g}" for value in values)

    if record["states"]:
        rows = [
            (entry["name"], f"{entry['free_energy']:.10g}", str(entry["unstable"]), numbers(entry["even"]),
             numbers(entry["odd"]))
            for entry in record["states"]
        ]  # fmt: skip
        title = f"{record['potential']}, κ = {record['kappa']:.10g}: decay rates, the rotation left out"
        print_table(("state", "F", "unstable", "even", "odd"), rows, title)
    for law in record["critical"]:
        words = "; ".join(part for part in (law["law"], law["message"]) if part)
        say(f"at the onset κ = {law['kappa']:.12g}: {words}")
    for fold in record["folds"]:
        say(f"at the fold κ = {fold['kappa']:.14g}: μ ≈ ±{fold['constant']:.10g} √(κ − κ_f)")
    say(f"files in {files['csv'].parent}: {', '.join(path.name for path in files.values())}")
