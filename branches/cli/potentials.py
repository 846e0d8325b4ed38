"""``mvcont potentials``: the potentials that have a name, with their parameters and formulas."""

from __future__ import annotations

import inspect
from typing import Any

from branches.cli.groups import takes
from branches.cli.potential import PARAMETERS
from branches.cli.screen import SCREEN, Screen
from branches.cli.sources import Named
from branches.cli.typed import document

__all__ = ["EXAMPLES", "potentials"]

EXAMPLES = ("potentials", "potentials --json")


@takes(SCREEN)
def potentials(screen: Screen) -> int:
    """List the named potentials: parameters and formulas.

    Your own W is given by --sympy or --function instead of a name.
    """
    found = _described()
    screen.show(document("potentials", {"potentials": found}))
    rows = [(entry["name"], " ".join(entry["options"]), entry["formula"]) for entry in found]
    screen.table(("potential", "parameters", "W(θ) = W₀ − Σ gₙ cos nθ, onsets κₙ = 2/gₙ"), rows)
    screen.say("[…] may be left out. Your own: --sympy '-cos(t)**3', or --function own.py:W")
    return 0


def _described() -> list[dict[str, Any]]:
    from branches import potentials as known

    entries = []
    for name in known.NAMES:
        constructor = getattr(known, name)
        source = Named(name)
        needed, accepted = source.needed(), source.accepted()
        options = ["--weights G1,G2,..."] if accepted is None else [_option(key, key in needed) for key in accepted]
        summary = (inspect.getdoc(constructor) or "").partition("\n\n")[0].replace("\n", " ")
        entries.append({
            "name": source.title,
            "parameters": needed if accepted is None else accepted,
            "options": options,
            "formula": summary.removeprefix("Return ").removeprefix("the ").rstrip("."),
        })
    return entries


def _option(key: str, needed: bool) -> str:
    text = f"{PARAMETERS[key][0]} {key.upper()}" if key in PARAMETERS else f"-p {key}=…"
    return text if needed else f"[{text}]"
