"""Tables that fit the terminal: words wrap, columns go one by one and are named, numbers are never cut."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence

__all__ = ["fitting", "print_table"]

PIPE_WIDTH = 120  # columns where there is no terminal to measure
BETWEEN = 3  # columns between two cells, and a blank at the left
NUMBER = re.compile(r"\d{3}|\d[.e]\d")  # what makes a cell one that must stay on its line


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table on standard output, with the columns that fit; those left out are named below it."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [tuple(row) for row in rows]
    width = shutil.get_terminal_size((PIPE_WIDTH, 24)).columns
    shown = fitting(columns, cells, width)
    if title:
        print(title)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for k in shown:
        texts = [columns[k], *(row[k] for row in cells)]
        table.add_column(Text(columns[k]), no_wrap=_is_fixed(texts), min_width=_least(texts))
    for row in cells:
        table.add_row(*(Text(row[k]) for k in shown))
    needed = _needed(columns, cells, shown)
    console = Console(width=max(width, needed), highlight=False)
    with console.capture() as drawn:
        console.print(table)
    print("\n".join(line.rstrip() for line in drawn.get().splitlines()))
    left_out = [columns[k] for k in range(len(columns)) if k not in shown]
    if left_out:
        print(f"(no room for {', '.join(left_out)}: widen the terminal, or see --json)")


def fitting(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return which columns fit into a width when words are wrapped; the last ones go first, the first two never.

    Examples
    --------
    >>> fitting(("point", "κ", "stability"), [("fold 1", "0.38706899595204", "unstable")], 80)
    [0, 1, 2]
    >>> fitting(("point", "κ", "stability"), [("fold 1", "0.38706899595204", "unstable")], 26)
    [0, 1]
    """
    shown = list(range(len(columns)))
    while len(shown) > 2 and _needed(columns, rows, shown) > width:
        shown.pop()
    return shown


def _needed(columns: Sequence[str], rows: Sequence[Sequence[str]], shown: Sequence[int]) -> int:
    """Return the width of the narrowest table."""
    return 1 + sum(_least([columns[k], *(row[k] for row in rows)]) + BETWEEN for k in shown)


def _is_fixed(texts: Sequence[str]) -> bool:
    """Whether a column holds short cells with numbers, which stay on their line."""
    return any(NUMBER.search(text) for text in texts[1:]) and max(map(len, texts)) <= 2 * max(map(_longest_word, texts))


def _least(texts: Sequence[str]) -> int:
    return max(map(len, texts)) if _is_fixed(texts) else max(map(_longest_word, texts))


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)
