"""``mvcont onset``: how branches leave the uniform state."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from branches.cli.arguments import parse_modes
from branches.cli.groups import takes
from branches.cli.potential import POTENTIAL
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import document

if TYPE_CHECKING:
    from branches.onsets.classify import Onset
    from branches.potentials.potential import Potential

__all__ = ["EXAMPLES", "onset"]

EXAMPLES = ("onset hegselmann-krause --radius 2", "onset noisy-transformer --beta 4 --modes 1,2 --latex")
DEFAULT_MODES = "1..8"
COLUMNS = ("mode", "κ", "kind", "c₂", "c₄", "kernel", "note")


@takes(POTENTIAL, SCREEN)
def onset(
    potential: Potential,
    screen: Screen,
    modes: Annotated[
        str | None, typer.Option("--modes", metavar="1,2|1..8", help="Modes to look at; 1..8 by default.")
    ] = None,
    latex: Annotated[
        bool, typer.Option("--latex", help="Print LaTeX: a booktabs table, and the exact reduction.")
    ] = False,
) -> int:
    """Classify the onsets of the uniform state, exactly."""
    from branches.files.document import potential_entry
    from branches.onsets.classify import onset as classify

    asked = parse_modes(modes or DEFAULT_MODES)
    attracting = [n for n in asked if potential.weight(n) > 0]
    if not attracting and modes:
        potential.onset_coupling(asked[0])  # says why there is none
    found = [classify(potential, n) for n in attracting]
    onsets = [asdict(o) for o in found]
    screen.show(document("onsets", {"potential": potential_entry(potential), "modes": asked, "onsets": onsets}))
    if latex:
        from branches.files.latex import onset_document

        screen.say(onset_document(potential.label, found).rstrip())
    elif found:
        screen.table(COLUMNS, [_row(o) for o in found], f"{potential.label}: onsets of the uniform state")
        _say_repulsive(screen, sorted(set(asked) - set(attracting)))
    else:
        screen.say(f"{potential.label} attracts in none of the modes {DEFAULT_MODES}:")
        screen.say("the uniform state stays stable")
    return 0


def _row(found: Onset) -> tuple[str, ...]:
    return (
        str(found.mode), f"{found.kappa:.13g}", found.kind, _number(found.c2), _number(found.c4),
        ", ".join(map(str, found.kernel)), found.message,
    )  # fmt: skip


def _number(value: float) -> str:
    return f"{value:.10g}" if value == value else "–"


def _say_repulsive(screen: Screen, modes: list[int]) -> None:
    if modes:
        screen.say(f"no onset (g_n ≤ 0) of mode{'s' * (len(modes) > 1)} {', '.join(map(str, modes))}")
