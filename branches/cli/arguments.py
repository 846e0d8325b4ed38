"""Arguments that several commands share, and what they mean."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from branches.potentials.potential import Potential

__all__ = [
    "AsJson", "Parameters", "Weights", "parse_modes", "parse_parameters", "real", "takes_potential", "whole",
]  # fmt: skip

Option = typer.Option


def _number(text: object) -> float:
    """Return the number that an option spells, or refuse it by its text."""
    try:
        return float(str(text))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a number") from None


def _integer(text: object) -> int:
    """Return the integer that an option spells, or refuse it by its text."""
    try:
        return int(str(text))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not an integer") from None


real = functools.partial(typer.Option, parser=_number)  # an option that is a real number
whole = functools.partial(typer.Option, parser=_integer)

AsJson = Annotated[bool, Option("--json", help="Print only JSON on standard output.")]
Weights = Annotated[
    str | None, Option("--weights", metavar="G1,G2,...", help="Weights g_1,g_2,... of 'harmonics'.")
]
Parameters = Annotated[
    list[str] | None,
    Option("--parameter", "-p", metavar="NAME=VALUE", help="A parameter of the potential; may be repeated."),
]
_SHARED: dict[str, Any] = {
    "name": Annotated[
        str, typer.Argument(metavar="POTENTIAL", help="Such as noisy-transformer, kuramoto or bimodal.")
    ],
    "beta": Annotated[float | None, real("--beta", help="Inverse temperature of 'noisy-transformer'.")],
    "radius": Annotated[float | None, real("--radius", "--R", help="Radius R of 'hegselmann-krause'.")],
    "strength": Annotated[float | None, real("--strength", help="Strength of 'log-gas'.")],
    "m": Annotated[float | None, real("--m", help="Weight of mode 2 of 'bimodal'.")],
    "dimension": Annotated[
        int | None, whole("--dimension", help="Particles on the sphere of that many coordinates; 2 is the circle.")
    ],
    "weights": Weights,
    "parameter": Parameters,
}


def takes_potential(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command whose first parameter is a Potential the argument POTENTIAL and the options for it.

    Parameters
    ----------
    command
        Its other parameters are keyword-only, with typer's annotations.

    Returns
    -------
    callable
        What to register with typer.
    """

    @functools.wraps(command)
    def with_potential(**given: Any) -> Any:
        own = {key: given.pop(key) for key in _SHARED}
        return command(_potential(**own), **given)

    shared = [
        inspect.Parameter(
            key, inspect.Parameter.KEYWORD_ONLY, annotation=annotation,
            default=inspect.Parameter.empty if key == "name" else None,
        )
        for key, annotation in _SHARED.items()
    ]  # fmt: skip
    signature = inspect.signature(command)
    others = list(signature.parameters.values())[1:]
    # typer reads both of these to build the command line
    with_potential.__signature__ = inspect.Signature([*shared, *others])  # type: ignore[attr-defined]
    with_potential.__annotations__ = _SHARED | {other.name: other.annotation for other in others}
    del with_potential.__wrapped__
    return with_potential


def _potential(
    name: str, beta: float | None, radius: float | None, strength: float | None, m: float | None,
    dimension: int | None, weights: str | None, parameter: list[str] | None,
) -> Potential:  # fmt: skip
    from branches.potentials import by_name

    options = {"beta": beta, "R": radius, "strength": strength, "m": m, "dimension": dimension}
    parameters: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
    return by_name(name, **(parameters | parse_parameters(weights, parameter)))


def parse_parameters(weights: str | None, parameter: list[str] | None) -> dict[str, Any]:
    """Return the parameters that ``--weights 1,0.6`` and ``-p name=value`` spell.

    Raises
    ------
    ValueError
        If one of them is not a number.

    Examples
    --------
    >>> parse_parameters("1,0.6", ["scaled=true"])
    {'g1': 1.0, 'g2': 0.6, 'scaled': True}
    """
    pairs = [(f"g{n}", text) for n, text in enumerate(weights.split(","), 1)] if weights is not None else []
    for text in parameter or []:
        key, equals, value = text.partition("=")
        if not (equals and key.strip()):
            raise ValueError(f"--parameter = {text!r} is not allowed: write NAME=VALUE, such as beta=4")
        pairs.append((key.strip(), value))
    return {key: _value(key, text) for key, text in pairs}


def _value(key: str, text: str) -> float | bool:
    words = {"true": True, "false": False}
    if text.strip().lower() in words:
        return words[text.strip().lower()]
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{key} = {text!r} is not allowed: it must be a number") from None


def parse_modes(text: str) -> tuple[int, ...]:
    """Return the modes that '1,2,5' or '1..8' spell.

    Raises
    ------
    ValueError
        If that is not a list of integers ≥ 1.

    Examples
    --------
    >>> parse_modes("1..3,6")
    (1, 2, 3, 6)
    """
    modes: list[int] = []
    try:
        for part in text.split(","):
            first, dots, last = part.partition("..")
            modes += range(int(first), int(last if dots else first) + 1)
    except ValueError:
        modes = []
    if not modes or min(modes) < 1:
        raise ValueError(f"--modes = {text!r} is not allowed: give modes ≥ 1, such as 1,2 or 1..8")
    return tuple(dict.fromkeys(modes))
