"""``mvcont synchronises``: whether particles without noise come together from almost every start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import AsJson, Parameters, Weights, parse_parameters, real
from branches.cli.console import print_json, print_table

if TYPE_CHECKING:
    from branches.dynamics.pair_force import PairForce
    from branches.dynamics.synchronisation import Synchronisation
    from branches.potentials.potential import Potential

__all__ = ["synchronises"]

TRANSFORMER = "noisy-transformer"


def synchronises(
    name: Annotated[str, typer.Argument(metavar="POTENTIAL", help="Such as noisy-transformer, or harmonics.")],
    beta: Annotated[float | None, real("--beta", help="β of 'noisy-transformer', of either sign here.")] = None,
    weights: Weights = None,
    parameter: Parameters = None,
    as_json: AsJson = False,
) -> int:
    """Say whether particles without noise synchronise from almost every start: yes, no or not decided."""
    from branches.dynamics.synchronisation import synchronises as decide

    found = decide(_interaction(name, beta, weights, parameter))
    if as_json:
        print_json(_record(found))
    else:
        rows = [(key.replace("_", " "), str(value)) for key, value in _record(found).items() if value not in ("", None)]
        print_table(("quantity", "value"), rows, f"synchronisation of {found.label}")
    return 0


def _interaction(
    name: str, beta: float | None, weights: str | None, parameter: list[str] | None
) -> Potential | PairForce:
    from branches.dynamics.pair_force import TransformerForce
    from branches.potentials.named import by_name

    parameters = parse_parameters(weights, parameter)
    inverse = parameters.pop("beta", None) if beta is None else beta
    if name.strip().lower().replace("_", "-") == TRANSFORMER and inverse is not None:
        return TransformerForce(inverse)
    return by_name(name, **parameters, **({} if inverse is None else {"beta": inverse}))


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
