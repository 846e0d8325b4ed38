"""``mvcont tricritical``: where the transition of a family changes its order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import whole
from branches.cli.family import FAMILY, NamedFamily, OwnFamily
from branches.cli.groups import takes
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import document

if TYPE_CHECKING:
    from branches.onsets.tricritical import TricriticalPoint
    from branches.potentials.potential import Potential

__all__ = ["EXAMPLES", "tricritical"]

EXAMPLES = (
    "tricritical noisy-transformer --bracket 1 4 --digits 30",
    "tricritical harmonics --weights 1,0,-0.5 --vary g2 --bracket 0.1 0.9",
)


@takes(FAMILY, SCREEN)
def tricritical(
    family: NamedFamily | OwnFamily,
    screen: Screen,
    bracket: Annotated[
        tuple[float, float], typer.Option("--bracket", metavar="A B", help="Parameters between which c2 vanishes.")
    ],
    mode: Annotated[int, whole("--mode", help="Mode n of the onset.")] = 1,
    digits: Annotated[int | None, whole("--digits", help="Decimal digits; floats by default.")] = None,
) -> int:
    """Find where an onset turns from super- to subcritical."""
    from branches.onsets.tricritical import tricritical_point

    point = tricritical_point(family, bracket, mode, digits)
    show = _digits(digits)
    check = _followed_by_folds(family, point)
    values = vars(point)
    numbers = {key: show(values[key]) if digits else values[key] for key in ("parameter", "kappa", "c4")}
    content = {"family": family.describe(bracket), **values, **numbers, "fold_curve": check}
    screen.show(document("tricritical", content))
    rows = [
        (family.free, show(point.parameter)),
        ("κ", show(point.kappa)),
        ("mode", str(point.mode)),
        ("kind", point.kind),
        ("c₄", show(point.c4)),
        (f"error of {family.free}", f"{point.parameter_error:.2g}"),
        *((f"fold curve: {key.replace('_', ' ')}", f"{value:.15g}") for key, value in check.items()),
    ]
    screen.table(("quantity", "value"), rows, f"tricritical point of {family.title}")
    return 0


def _followed_by_folds(family: Callable[[Any], Potential], point: TricriticalPoint) -> dict[str, float]:
    """Return where the fold curve of traced branches ends; nothing where the point is degenerate."""
    from branches.loci.fold_curve import fold_curve

    if abs(point.c4) <= point.c4_error:
        return {}
    curve = fold_curve(family, point)
    return {"ends_at": curve.limit, "difference": curve.difference}


def _digits(digits: int | None) -> Callable[[Any], str]:
    if digits is None:
        return lambda value: f"{float(value):.16g}"
    import mpmath

    return lambda value: str(mpmath.nstr(value, digits))
