"""``mvcont tricritical``: where the transition of a family changes its order."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import AsJson, Parameters, Weights, parse_parameters, whole
from branches.cli.console import print_json, print_table

if TYPE_CHECKING:
    from branches.onsets.tricritical import TricriticalPoint
    from branches.potentials.potential import Potential

__all__ = ["tricritical"]

Option = typer.Option


def tricritical(
    name: Annotated[str, typer.Argument(metavar="FAMILY", help="A potential with one free parameter.")],
    bracket: Annotated[
        tuple[float, float], Option("--bracket", metavar="A B", help="Parameters between which c2 vanishes.")
    ],
    mode: Annotated[int, whole("--mode", help="Mode n of the onset.")] = 1,
    digits: Annotated[int | None, whole("--digits", help="Decimal digits; floats by default.")] = None,
    vary: Annotated[
        str | None, Option("--vary", metavar="NAME", help="The free parameter, where it is not obvious.")
    ] = None,
    weights: Weights = None,
    parameter: Parameters = None,
    as_json: AsJson = False,
) -> int:
    """Find where the onset of a mode turns from super- to subcritical: c2 = 0."""
    from branches.onsets.tricritical import tricritical_point

    family, free = _family(name, vary, parse_parameters(weights, parameter))
    point = tricritical_point(family, bracket, mode, digits)
    show = _digits(digits)
    check = _followed_by_folds(family, point)
    if as_json:
        values = vars(point)
        numbers = {key: show(values[key]) if digits else values[key] for key in ("parameter", "kappa", "c4")}
        print_json({"family": name, "varied": free, **values, **numbers, "fold_curve": check})
        return 0
    rows = [
        (free, show(point.parameter)),
        ("κ", show(point.kappa)),
        ("mode", str(point.mode)),
        ("kind", point.kind),
        ("c₄", show(point.c4)),
        (f"error of {free}", f"{point.parameter_error:.2g}"),
        *((f"fold curve: {key}", f"{value:.15g}") for key, value in check.items()),
    ]
    print_table(("quantity", "value"), rows, f"tricritical point of {name}")
    return 0


def _followed_by_folds(family: Callable[[Any], Potential], point: TricriticalPoint) -> dict[str, float]:
    """Return where the fold curve of traced branches ends; nothing where the point is degenerate."""
    from branches.loci.fold_curve import fold_curve

    if abs(point.c4) <= point.c4_error:
        return {}
    curve = fold_curve(family, point)
    return {"ends at": curve.limit, "difference": curve.difference}


def _family(name: str, vary: str | None, fixed: dict[str, Any]) -> tuple[Callable[[Any], Potential], str]:
    """Return the potentials of a name as a function of the parameter that is free, and its name."""
    from branches.potentials import by_name

    free = vary or _obvious(name, fixed)
    fixed.pop(free, None)

    def family(value: Any) -> Potential:
        return by_name(name, **fixed, **{free: value})

    return family, free


def _obvious(name: str, fixed: dict[str, Any]) -> str:
    """Return the one parameter that the potential needs and that is not given."""
    from branches import potentials

    key = name.strip().lower().replace("-", "_")
    if key not in potentials.NAMES:
        potentials.by_name(name)  # says which names there are
    needed = [
        parameter.name
        for parameter in inspect.signature(getattr(potentials, key)).parameters.values()
        if parameter.default is parameter.empty and parameter.name not in fixed
    ]
    if key == "harmonics" or len(needed) != 1:
        raise ValueError(
            f"FAMILY = {name!r} does not have one free parameter (it needs {', '.join(needed) or 'none'}): "
            "name it, such as mvcont tricritical harmonics --weights 1,0,-0.5 --vary g2 --bracket 0.1 0.9"
        )
    return needed[0]


def _digits(digits: int | None) -> Callable[[Any], str]:
    if digits is None:
        return lambda value: f"{float(value):.16g}"
    import mpmath

    return lambda value: str(mpmath.nstr(value, digits))
