"""Families of potentials on the command line: what is named, the parameter that varies, and its values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.groups import Group
from branches.cli.potential import OPTIONS, Given, given
from branches.cli.sources import Named, Source, folder_name

if TYPE_CHECKING:
    from branches.potentials.potential import Potential

__all__ = ["FAMILY", "Family", "NamedFamily", "OwnFamily", "Range", "equidistant", "family_of"]

Option = typer.Option
Range = Annotated[tuple[float, float], Option("--range", metavar="A B", help="Smallest and largest value.")]
SYMBOLS = {"beta": r"\beta"}


@dataclass(frozen=True)
class Family:
    """Potentials over one parameter; picklable, and named alike in every process."""

    @property
    def title(self) -> str:
        """What it is called, as it was typed."""
        raise NotImplementedError

    @property
    def symbol(self) -> str:
        """The free parameter in TeX: g2 as g_{2}."""
        free: str = vars(self)["free"]
        letter, rest = free[:1], free[1:]
        if rest.isdigit():
            return f"{letter}_{{{rest}}}"
        return SYMBOLS.get(free, rf"\mathrm{{{free}}}" if rest else free)

    def describe(self, limits: tuple[float, float]) -> dict[str, Any]:
        """Return the family in JSON's terms."""
        own = vars(self)
        return {"name": self.title, "varied": own["free"], "fixed": dict(own["fixed"]), "range": limits}

    def folder(self, before: str) -> str:
        """Return the folder that is used where none is given."""
        own = vars(self)
        return f"{before}-{folder_name(self.title, dict(own['fixed']))}-{own['free']}"


@dataclass(frozen=True)
class NamedFamily(Family):
    """The potentials of a name over one of its parameters.

    Examples
    --------
    >>> NamedFamily("noisy-transformer", "beta", (("scaled", True),))(4.0).label
    'scaled noisy transformer, β = 4'
    """

    name: str
    free: str
    fixed: tuple[tuple[str, Any], ...] = ()

    @property
    def title(self) -> str:
        """Its name."""
        return self.name

    def __call__(self, value: float) -> Potential:
        """Return the potential at a value of the free parameter."""
        return Named(self.name)(**{**dict(self.fixed), self.free: value})


@dataclass(frozen=True)
class OwnFamily(Family):
    """The potentials of somebody's expression or function over one of its parameters."""

    source: Source
    free: str
    fixed: tuple[tuple[str, Any], ...] = ()

    @property
    def title(self) -> str:
        """The expression, or the name of the function."""
        return self.source.title

    def __call__(self, value: float) -> Potential:
        """Return the potential at a value of the free parameter; of a float its weights may be integrated."""
        make = self.source.quick if isinstance(value, float) else self.source
        return make(**{**dict(self.fixed), self.free: value})


def family_of(vary: str | None = None, **options: Any) -> NamedFamily | OwnFamily:
    """Return the family that the options spell.

    Raises
    ------
    ValueError
        If there is no such potential, or it has none or several free parameters.

    Examples
    --------
    >>> family_of(name="bimodal", weights=None, parameter=None, expression=None, function=None).free
    'm'
    """
    found = given(**options)
    free = vary or _obvious(found)
    fixed = {key: value for key, value in found.parameters.items() if key != free}
    spelled = {key: option for key, option in found.spelled.items() if key != free}
    Given(found.source, fixed, spelled).check(free)
    kept = tuple(sorted(fixed.items()))
    if isinstance(found.source, Named):
        return NamedFamily(found.source.title, free, kept)
    return OwnFamily(found.source, free, kept)


Vary = Annotated[str | None, Option("--vary", metavar="NAME", help="The free parameter, if not obvious.")]
FAMILY = Group("family", OPTIONS | {"vary": Vary}, family_of)


def _obvious(found: Given) -> str:
    """Return the one parameter that the potential needs and that is not given."""
    needed = [key for key in found.source.needed() if key not in found.parameters]
    if len(needed) != 1 or found.source.accepted() is None:
        raise ValueError(
            f"POTENTIAL = {found.source.title!r} does not have one free parameter (it needs "
            f"{', '.join(needed) or 'none'}): name it, such as harmonics --weights 1,0,-0.5 --vary g2"
        )
    return needed[0]


def equidistant(family: NamedFamily | OwnFamily, limits: tuple[float, float], count: int) -> list[float]:
    """Return equidistant values of the parameter of a family.

    Raises
    ------
    ValueError
        If these are no limits, there are fewer than two values, or there is a potential at neither end.

    Examples
    --------
    >>> equidistant(NamedFamily("bimodal", "m"), (0.3, 0.5), 3)
    [0.3, 0.4, 0.5]
    """
    import numpy as np

    low, high = limits
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"--range = {low:g} {high:g} is not allowed: give two finite numbers, the smaller one first")
    if count < 2:
        raise ValueError(f"--count = {count} is not allowed: give at least 2 values")
    try:
        family(low)
    except (ValueError, TypeError):
        family(high)  # what is wrong at both ends is wrong everywhere
    return [float(value) for value in np.linspace(low, high, count)]
