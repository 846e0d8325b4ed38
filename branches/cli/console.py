"""What the commands print: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["print_json", "print_table", "say"]

PIPE_WIDTH = 120  # columns where there is no terminal to measure


def say(text: str = "") -> None:
    """Print a line on standard output."""
    print(text)


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output; numbers that are not finite become null."""
    from branches.files.plain import plain

    json.dump(plain(value), sys.stdout, allow_nan=False, ensure_ascii=False, indent=2)
    print()


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table on standard output."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False)
    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=column == columns[0])
    for row in rows:
        table.add_row(*row)
    console.print(table)
