"""Options that several commands share: declared once as a group, given to a command as one object."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, get_type_hints

from branches.cli.typed import note_options

__all__ = ["Group", "takes"]

Command = Callable[..., Any]
ARGUMENT = re.compile(r"([A-Za-z_]\w*)(?= = )")  # how a message names the argument that is wrong


@dataclass(frozen=True)
class Group:
    """Options that belong together.

    Parameters
    ----------
    argument
        The parameter of a command that receives what is built from them.
    options
        Name → annotation, in typer's terms.
    build
        Makes the object from the values, given by name.
    defaults
        Those that are not None.
    """

    argument: str
    options: Mapping[str, Any]
    build: Callable[..., Any]
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def parameters(self) -> list[inspect.Parameter]:
        """Return the options as keyword parameters."""
        return [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=self.defaults.get(name)
            )
            for name, annotation in self.options.items()
        ]


def takes(*groups: Group) -> Callable[[Command], Command]:
    """Decorate a command whose first parameters are the objects of groups, so that it has their options too.

    A ValueError of the command that names one of its Python arguments names the option instead.

    Parameters
    ----------
    *groups
        In the order in which their objects are built.

    Returns
    -------
    callable
        The decorator. Its result is what to register with typer.
    """

    def decorate(command: Command) -> Command:
        received = {group.argument for group in groups}
        own = [p for p in inspect.signature(command).parameters.values() if p.name not in received]
        holder = SimpleNamespace(__annotations__={p.name: p.annotation for p in own})
        hints = get_type_hints(holder, command.__globals__, include_extras=True)
        own = [p.replace(annotation=hints[p.name], kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        shared = [parameter for group in groups for parameter in group.parameters()]
        everything = [*shared, *own]

        @functools.wraps(command)
        def run(**given: Any) -> Any:
            note_options(given)
            try:
                objects = {
                    group.argument: group.build(**{name: given.pop(name) for name in group.options}) for group in groups
                }
                return command(**objects, **given)
            except ValueError as error:
                raise type(error)(_as_typed(str(error), everything)) from error

        # typer reads both of these to build the command line
        run.__signature__ = inspect.Signature(everything)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in everything}
        del run.__wrapped__
        return run

    return decorate


def _as_typed(message: str, parameters: list[inspect.Parameter]) -> str:
    """Return a message whose first words name a Python argument with the name of its option instead.

    Examples
    --------
    >>> import typer
    >>> from typing import Annotated
    >>> annotation = Annotated[float, typer.Option("--time", "-t")]
    >>> t = inspect.Parameter("t", inspect.Parameter.KEYWORD_ONLY, annotation=annotation)
    >>> _as_typed("t = -1.0 is not allowed", [t])
    '--time = -1.0 is not allowed'
    """
    named = ARGUMENT.match(message)
    for parameter in parameters:
        if named is not None and parameter.name == named[1]:
            return _option(parameter) + message[named.end() :]
    return message


def _option(parameter: inspect.Parameter) -> str:
    """Return the option of a parameter, the long one where there are two."""
    for extra in getattr(parameter.annotation, "__metadata__", ()):
        # typer takes the first name for a default until it reads the annotation
        names = (getattr(extra, "default", ""), *(getattr(extra, "param_decls", None) or ()))
        spelled = [text for text in names if isinstance(text, str) and text.startswith("-")]
        if spelled:
            return str(max(spelled, key=len))
    return parameter.name
