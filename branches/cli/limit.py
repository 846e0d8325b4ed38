"""The option --time-limit of commands that can return what there is."""

from __future__ import annotations

from typing import Annotated

from branches.cli.arguments import real

__all__ = ["TimeLimit"]

TimeLimit = Annotated[
    float | None,
    real("--time-limit", metavar="SECONDS", help="Stop after so long, as Ctrl-C does, and keep what there is."),
]
