"""What the commands print: words and tables for people, JSON for programs, nothing when asked to be quiet."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from branches.cli.groups import Group

__all__ = ["SCREEN", "SCREEN_OPTIONS", "Screen", "screen_of"]

Option = typer.Option
SCREEN_OPTIONS: dict[str, Any] = {
    "as_json": Annotated[bool, Option("--json", help="Print only JSON on standard output.")],
    "quiet": Annotated[bool, Option("--quiet", "-q", help="Print nothing but warnings and errors.")],
    "verbose": Annotated[bool, Option("--verbose", "-v", help="Say on stderr what is being done.")],
}
LOGGERS = ("continuation", "branches")


@dataclass(frozen=True)
class Screen:
    """Where a command speaks; what is said is printed only where there is somebody to read it."""

    as_json: bool = False
    quiet: bool = False

    @property
    def speaks(self) -> bool:
        """Whether words are printed."""
        return not (self.as_json or self.quiet)

    def say(self, text: str = "") -> None:
        """Print a line."""
        if self.speaks:
            print(text)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
        """Print a table that fits the width of the terminal without cutting a number."""
        if self.speaks:
            from branches.cli.table import print_table

            print_table(columns, rows, title)

    def say_files(self, folder: Path, files: Mapping[str, Path]) -> None:
        """Print which files were written where."""
        self.say(f"files in {folder}: {', '.join(path.name for path in files.values())}")

    def show(self, document: Mapping[str, Any], files: Mapping[str, Path] | None = None) -> None:
        """Print a document as JSON, with its files, if JSON is asked for; numbers that are not finite become null."""
        if not self.as_json:
            return
        from branches.files.plain import plain

        written = {} if files is None else {"files": {kind: str(path) for kind, path in files.items()}}
        json.dump(plain({**document, **written}), sys.stdout, allow_nan=False, ensure_ascii=False, indent=2)
        print()


def screen_of(as_json: bool, quiet: bool, verbose: bool) -> Screen:
    """Return the screen that the options ask for, and let the package's loggers speak if they are to.

    Raises
    ------
    ValueError
        If it is to be quiet and to speak at once.
    """
    if quiet and (as_json or verbose):
        raise ValueError(f"--quiet prints nothing: leave it out with {'--json' if as_json else '--verbose'}")
    if verbose:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(relativeCreated)7.0f ms  %(name)s: %(message)s"))
        for name in LOGGERS:
            logger = logging.getLogger(name)
            logger.handlers = [handler]
            logger.setLevel(logging.INFO)
    return Screen(as_json, quiet)


SCREEN = Group(
    "screen", SCREEN_OPTIONS, screen_of, {"as_json": False, "quiet": False, "verbose": False}
)
