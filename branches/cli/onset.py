"""``mvcont onset``: how branches leave the uniform state."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import AsJson, parse_modes, takes_potential
from branches.cli.console import print_json, print_table, say

if TYPE_CHECKING:
    from branches.onsets.classify import Onset
    from branches.potentials.potential import Potential

__all__ = ["onset"]

DEFAULT_MODES = "1..8"
LANDAU_ORDER = 6  # gives c₂ and c₄
COLUMNS = ("mode", "κ", "kind", "c₂", "c₄", "kernel", "note")


@takes_potential
def onset(
    potential: "Potential",
    *,
    modes: Annotated[
        str | None, typer.Option("--modes", metavar="1,2|1..8", help="Modes to look at; 1..8 by default.")
    ] = None,
    latex: Annotated[
        bool, typer.Option("--latex", help="Print LaTeX: the table, and the exact reduction.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Classify the bifurcations from the uniform state, with their Landau coefficients."""
    from branches.onsets.classify import onset as classify

    asked = parse_modes(modes or DEFAULT_MODES)
    attracting = [n for n in asked if potential.weight(n) > 0]
    if not attracting and modes:
        potential.onset_coupling(asked[0])  # says why there is none
    found = [classify(potential, n) for n in attracting]
    if as_json:
        print_json({"potential": potential.label, "modes": asked, "onsets": [asdict(o) for o in found]})
    elif latex:
        _print_latex(found)
    elif found:
        print_table(COLUMNS, [_row(o) for o in found], f"{potential.label}: onsets of the uniform state")
        _say_repulsive(sorted(set(asked) - set(attracting)))
    else:
        say(f"{potential.label} attracts in none of the modes {DEFAULT_MODES}:")
        say("the uniform state stays stable")
    return 0


def _row(found: "Onset") -> tuple[str, ...]:
    return (
        str(found.mode), f"{found.kappa:.13g}", found.kind, _number(found.c2), _number(found.c4),
        ", ".join(map(str, found.kernel)), found.message,
    )  # fmt: skip


def _number(value: float) -> str:
    return f"{value:.10g}" if value == value else "–"


def _say_repulsive(modes: list[int]) -> None:
    if modes:
        say(f"no onset (g_n ≤ 0) of mode{'s' * (len(modes) > 1)} {', '.join(map(str, modes))}")


def _print_latex(found: "list[Onset]") -> None:
    from branches.onsets.exact.landau import reduce

    say(r"\begin{tabular}{rllrr}")
    say(r"$n$ & $\kappa_n$ & kind & $c_2$ & $c_4$ \\ \hline")
    for o in found:
        say(rf"{o.mode} & {o.kappa:.13g} & {o.kind} & {_cell(o.c2)} & {_cell(o.c4)} \\")
    say(r"\end{tabular}")
    kernels: dict[Any, tuple[int, ...]] = {}
    for o in found:
        kernels.setdefault(o.kernel if len(o.kernel) > 1 else 1, o.kernel)
    for kernel in kernels.values():
        simple = len(kernel) == 1
        say(f"% {'one mode n, r_k = g_{kn}/g_n' if simple else f'kernel {kernel}'}")
        say(reduce((1,) if simple else kernel, LANDAU_ORDER if simple else 4).latex())


def _cell(value: float) -> str:
    return f"${value:.10g}$" if value == value else "--"
