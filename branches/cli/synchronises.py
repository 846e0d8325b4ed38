"""``mvcont synchronises``: whether particles without noise come together from almost every start."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from branches.cli.groups import takes
from branches.cli.potential import POTENTIAL, given
from branches.cli.screen import SCREEN, Screen
from branches.cli.sources import Named
from branches.cli.typed import document

if TYPE_CHECKING:
    from branches.dynamics.pair_force import PairForce
    from branches.dynamics.synchronisation import Synchronisation
    from branches.potentials.potential import Potential

__all__ = ["EXAMPLES", "synchronises"]

EXAMPLES = ("synchronises noisy-transformer --beta -0.2", "synchronises harmonics --weights 1,0.3")


def interaction_of(**options: Any) -> Potential | PairForce:
    """Return the interaction that the options name; that of the transformer may have any β here."""
    from branches.dynamics.pair_force import TransformerForce

    found = given(**options)
    found.check()
    if found.source == Named("noisy-transformer") and set(found.parameters) == {"beta"}:
        return TransformerForce(found.parameters["beta"])
    return found.potential()


@takes(replace(POTENTIAL, build=interaction_of), SCREEN)
def synchronises(potential: Potential | PairForce, screen: Screen) -> int:
    """Decide whether particles without noise synchronise.

    From almost every start: yes, no or not decided.
    """
    from branches.dynamics.synchronisation import synchronises as decide

    found = decide(potential)
    screen.show(document("synchronisation", {"label": found.label, **_record(found)}))
    rows = [(key.replace("_", " "), str(value)) for key, value in _record(found).items() if value not in ("", None)]
    screen.table(("quantity", "value"), rows, f"synchronisation of {found.label}")
    return 0


def _record(found: Synchronisation) -> dict[str, Any]:
    criterion = found.criterion
    return {
        "answer": found.answer.value, "decided_by": found.decided_by, "number": found.number,
        "margin": None if criterion is None else criterion.margin,
        "margin_error": None if criterion is None else criterion.error,
        "reach": None if criterion is None else criterion.reach,
        "equal_clusters": found.clusters, "their_growth": found.growth,
        "published": found.published, "proved": found.proved, "searched": found.searched,
    }  # fmt: skip
