"""Families of potentials on the command line: a name, the parameter that varies, its values, and the progress bar."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import parse_parameters

if TYPE_CHECKING:
    from branches.potentials.potential import Potential

__all__ = ["FamilyName", "NamedFamily", "Range", "Vary", "family_over", "progress_bar"]

Option = typer.Option
FamilyName = Annotated[str, typer.Argument(metavar="FAMILY", help="A potential with one free parameter.")]
Range = Annotated[tuple[float, float], Option("--range", metavar="A B", help="Smallest and largest value.")]
Vary = Annotated[str | None, Option("--vary", metavar="NAME", help="The free parameter, where it is not obvious.")]
Show = Callable[[int, int, int], None]
SYMBOLS = {"beta": r"\beta"}


@dataclass(frozen=True)
class NamedFamily:
    """The potentials of a name over one of its parameters; picklable, and named alike in every process.

    Examples
    --------
    >>> NamedFamily("noisy-transformer", "beta", (("scaled", True),))(4.0).label
    'scaled noisy transformer, β = 4'
    """

    name: str
    free: str
    fixed: tuple[tuple[str, Any], ...] = ()

    @property
    def symbol(self) -> str:
        """The free parameter in TeX: g2 as g_{2}."""
        letter, rest = self.free[:1], self.free[1:]
        if rest.isdigit():
            return f"{letter}_{{{rest}}}"
        return SYMBOLS.get(self.free, rf"\mathrm{{{self.free}}}" if rest else self.free)

    def __call__(self, value: float) -> Potential:
        """Return the potential at a value of the free parameter."""
        from branches.potentials import by_name

        return by_name(self.name, **{**dict(self.fixed), self.free: value})


def family_over(
    name: str, vary: str | None, weights: str | None, parameter: list[str] | None, limits: tuple[float, float],
    count: int,
) -> tuple[NamedFamily, list[float]]:  # fmt: skip
    """Return the family that the options spell, and equidistant values of its parameter.

    Raises
    ------
    ValueError
        If there is no such family, it has no or several free parameters, or no potential at either end.

    Examples
    --------
    >>> family, values = family_over("bimodal", None, None, None, (0.3, 0.5), 3)
    >>> family.free, values
    ('m', [0.3, 0.4, 0.5])
    """
    import numpy as np

    low, high = limits
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"--range = {low:g} {high:g} is not allowed: give two finite numbers, the smaller one first")
    if count < 2:
        raise ValueError(f"--count = {count} is not allowed: give at least 2 values")
    fixed = parse_parameters(weights, parameter)
    free = vary or _obvious(name, fixed)
    fixed.pop(free, None)
    family = NamedFamily(name.strip().lower().replace("_", "-"), free, tuple(sorted(fixed.items())))
    _check(family, low, high)
    return family, [float(value) for value in np.linspace(low, high, count)]


def _check(family: NamedFamily, low: float, high: float) -> None:
    """Refuse a family that has a potential at neither end: what is wrong there is wrong everywhere."""
    try:
        family(low)
    except (ValueError, TypeError):
        family(high)


def _obvious(name: str, fixed: dict[str, Any]) -> str:
    """Return the one parameter that the potential needs and that is not given."""
    from branches import potentials

    key = name.strip().lower().replace("-", "_")
    if key not in potentials.NAMES:
        potentials.by_name(name)  # says which names there are
    given = inspect.signature(getattr(potentials, key)).parameters.values()
    needed = [p.name for p in given if p.default is p.empty and p.name not in fixed]
    if key == "harmonics" or len(needed) != 1:
        raise ValueError(
            f"FAMILY = {name!r} does not have one free parameter (it needs {', '.join(needed) or 'none'}): "
            "name it, such as harmonics --weights 1,0,-0.5 --vary g2 --range 0.1 0.9"
        )
    return needed[0]


@contextmanager
def progress_bar() -> Iterator[Show | None]:
    """Yield what shows done, failed and the time left on a terminal, None where there is none.

    It is drawn by the thread that collects the results alone: processes are started while it is shown.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(), MofNCompleteColumn(), TextColumn("done, {task.fields[failed]} failed, time left"),
        TimeRemainingColumn(),
    )  # fmt: skip
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:

        def show(done: int, failed: int, total: int) -> None:
            if not bar.tasks:  # what the store held is no measure of the speed
                bar.add_task("", total=total, completed=done + failed, failed=failed)
            bar.update(bar.tasks[0].id, completed=done + failed, failed=failed, refresh=True)

        yield show
