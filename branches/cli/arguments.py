"""Values on the command line: numbers, lists, and how they are refused."""

from __future__ import annotations

import functools

import typer

__all__ = ["numbers", "parse_modes", "real", "whole"]


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


real = functools.partial(typer.Option, parser=_number, metavar="NUMBER")  # an option that is a real number
whole = functools.partial(typer.Option, parser=_integer, metavar="N")


def numbers(option: str, text: str) -> list[float]:
    """Return the numbers that '0,1.5,3' spells.

    Raises
    ------
    ValueError
        If one of them is not a number.

    Examples
    --------
    >>> numbers("--angles", "0,1.5,3")
    [0.0, 1.5, 3.0]
    """
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"{option} = {text!r} is not allowed: give numbers, such as 0,1.5,3") from None


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
