"""The one place where a potential, or a family of them, is named on the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import real, whole
from branches.cli.groups import Group
from branches.cli.sources import Expression, FunctionFile, Named, Source, folder_name

if TYPE_CHECKING:
    from branches.potentials.potential import Potential

__all__ = ["POTENTIAL", "Given", "default_folder", "given", "potential_of"]

Option = typer.Option
# Options that are parameters of named potentials: parameter → (option, type, help).
PARAMETERS: dict[str, tuple[str, Any]] = {
    "beta": ("--beta", real("--beta", help="Inverse temperature of noisy-transformer.")),
    "R": ("--radius", real("--radius", "--R", help="Radius of hegselmann-krause.")),
    "strength": ("--strength", real("--strength", help="Strength of log-gas.")),
    "m": ("--m", real("--m", help="Weight of mode 2 of bimodal.")),
    "dimension": (
        "--dimension",
        whole("--dimension", help="Particles on the sphere of that many coordinates; 2 is the circle."),
    ),
}
WORDS: dict[str, Any] = {"true": True, "false": False, "mean": "mean"}  # values that are not numbers
ALIASES = {"radius": "R", "r": "R", "β": "beta"}  # -p radius=2 is --radius 2


def _names(incomplete: str) -> list[str]:
    """Complete the name of a potential."""
    from branches import potentials

    names = [name.replace("_", "-") for name in potentials.NAMES]
    return [name for name in names if name.startswith(incomplete.lower())]


OPTIONS: dict[str, Any] = {
    "name": Annotated[
        str | None,
        typer.Argument(metavar="POTENTIAL", help="Its name, see 'mvcont potentials'.", autocompletion=_names),
    ],
    **{key: Annotated[list[float] | None, option] for key, (_, option) in PARAMETERS.items()},
    "weights": Annotated[
        list[str] | None, Option("--weights", metavar="G1,G2,...", help="Weights g_1,g_2,... of harmonics.")
    ],
    "parameter": Annotated[
        list[str] | None,
        Option("--parameter", "-p", metavar="NAME=VALUE", help="Any parameter of the potential; may be repeated."),
    ],
    "expression": Annotated[
        str | None, Option("--sympy", metavar="W", help="Your own W(t) instead of a name, such as '-cos(t)**3'.")
    ],
    "function": Annotated[
        str | None, Option("--function", metavar="FILE:NAME", help="Your own function W(theta) in a Python file.")
    ],
}


@dataclass(frozen=True)
class Given:
    """What the options name: a source of potentials, its parameters, and how each was spelled."""

    source: Source
    parameters: Mapping[str, Any]
    spelled: Mapping[str, str]

    def check(self, free: str | None = None) -> None:
        """Refuse parameters that the source does not take, or that are missing.

        Raises
        ------
        ValueError
            In the names that were typed.
        """
        title, accepted = self.source.title, self.source.accepted()
        if accepted is None:  # weights of any mode
            self._check_weights(title, free)
            return
        known = ", ".join(map(_as_option, accepted))
        takes = f"it takes {known}" if accepted else "it takes no parameters"
        for key, option in self.spelled.items():
            if key not in accepted:
                raise ValueError(f"{title} has no parameter {option}: {takes}")
        if free is not None and free not in accepted:
            raise ValueError(f"{title} has no parameter --vary {free}: {takes}")
        missing = [key for key in self.source.needed() if key not in self.parameters and key != free]
        if missing:
            raise ValueError(f"{title} needs {', '.join(map(_as_option, missing))}")

    def _check_weights(self, title: str, free: str | None) -> None:
        names = {**self.spelled, **({free: f"--vary {free}"} if free is not None else {})}
        for key, option in names.items():
            if not re.fullmatch(r"g[1-9]\d*", key):
                takes = "it takes weights g1, g2, …, such as --weights 1,0.6"
                raise ValueError(f"{title} has no parameter {option}: {takes}")
        if not names:
            raise ValueError(f"{title} needs weights, such as --weights 1,0.6 or -p g3=-0.5")

    def potential(self, **more: Any) -> Potential:
        """Return the potential; what its constructor refuses is said in the names that were typed."""
        try:
            return self.source(**{**self.parameters, **more})
        except ValueError as error:
            raise ValueError(self._as_typed(str(error))) from error

    def _as_typed(self, message: str) -> str:
        for key, option in self.spelled.items():
            message = re.sub(rf"^{re.escape(key)}(?= = )", option, message)
        return message.replace("scaled=True", "-p scaled=true")


def given(
    name: str | None, weights: list[str] | None, parameter: list[str] | None, expression: str | None,
    function: str | None, **options: list[float] | None,
) -> Given:  # fmt: skip
    """Return what the options name.

    Raises
    ------
    ValueError
        If there is none or more than one source, a parameter is given twice, or is not a number.

    Examples
    --------
    >>> dict(given("harmonics", ["1,0.6"], ["g3=-0.5"], None, None).parameters)
    {'g1': 1.0, 'g2': 0.6, 'g3': -0.5}
    """
    pairs: list[tuple[str, str, Any]] = [
        (key, PARAMETERS[key][0], value) for key, values in options.items() for value in values or []
    ]
    for text in weights or []:
        pairs += [(f"g{n}", "--weights", _value(f"--weights: g{n}", part)) for n, part in enumerate(text.split(","), 1)]
    for text in parameter or []:
        key, equals, spelling = (part.strip() for part in text.partition("="))
        if not (equals and key):
            raise ValueError(f"--parameter = {text!r} is not allowed: write NAME=VALUE, such as beta=4")
        pairs.append((ALIASES.get(key, key), f"-p {key}", _value(f"-p {key}", spelling)))
    parameters: dict[str, Any] = {}
    spelled: dict[str, str] = {}
    for key, option, value in pairs:
        if key in parameters:
            raise ValueError(f"{_as_option(key)} is given twice: {_shown(parameters[key])} and {_shown(value)}")
        parameters[key], spelled[key] = value, option
    return Given(_source(name, expression, function), parameters, spelled)


def _source(name: str | None, expression: str | None, function: str | None) -> Source:
    sources = {"POTENTIAL": name, "--sympy": expression, "--function": function}
    asked = {key: text for key, text in sources.items() if text is not None}
    if len(asked) != 1:
        several = f"got {' and '.join(asked)}" if asked else "see 'mvcont potentials' for the names"
        raise ValueError(f"name one POTENTIAL, or give your own by --sympy or --function: {several}")
    (text,) = asked.values()
    if name is not None:
        return Named(text)
    return Expression(text) if expression is not None else FunctionFile(text)


def _value(option: str, text: str) -> Any:
    if text.strip().lower() in WORDS:
        return WORDS[text.strip().lower()]
    try:
        return int(text) if option.endswith("dimension") else float(text)
    except ValueError:
        raise ValueError(f"{option} = {text!r} is not allowed: it must be a number") from None


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _as_option(key: str) -> str:
    return PARAMETERS[key][0] if key in PARAMETERS else f"-p {key}=…"


def potential_of(**options: Any) -> Potential:
    """Return the potential that the options name."""
    found = given(**options)
    found.check()
    return found.potential()


POTENTIAL = Group("potential", OPTIONS, potential_of)


def default_folder(potential: Potential, before: str = "", after: str = "") -> str:
    """Return the folder that is used where none is given: the name and parameters of the potential.

    Examples
    --------
    >>> from branches import potentials
    >>> default_folder(potentials.noisy_transformer(4), "flow", "kappa-0.5")
    'flow-noisy-transformer-beta-4-kappa-0.5'
    """
    return "-".join(part for part in (before, folder_name(potential.name, potential.parameters), after) if part)
