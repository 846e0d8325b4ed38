"""Tables that fit the terminal: words wrap, columns go one by one and are named, numbers are never cut."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from itertools import zip_longest

__all__ = ["fitting", "print_table"]

PIPE_WIDTH = 120  # columns where there is no terminal to measure
BETWEEN = 3  # blanks between two cells; one at the left
NUMBER = re.compile(r"\d{3}|\d[.e]\d")  # what makes a cell one that must stay on its line


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table on standard output, with the columns that fit; those left out are named below it."""
    cells = [tuple(row) for row in rows]
    used = [k for k in range(len(columns)) if k < 2 or any(row[k] for row in cells)]  # such as a note of none
    columns, cells = [columns[k] for k in used], [tuple(row[k] for k in used) for row in cells]
    width = shutil.get_terminal_size((PIPE_WIDTH, 24)).columns
    shown = fitting(columns, cells, width)
    texts = [[columns[k], *(row[k] for row in cells)] for k in shown]
    widths = _widths(texts, width)
    lines = [_lines([text[row] for text in texts], widths) for row in range(len(cells) + 1)]
    rule = " " + "─" * (sum(widths) + BETWEEN * (len(widths) - 1))
    body = [line for row in lines[1:] for line in row]
    print("\n".join([*([title, ""] if title else []), *lines[0], rule, *body, ""]))
    left_out = [columns[k] for k in range(len(columns)) if k not in shown]
    if left_out:
        print(f"(no room for {', '.join(left_out)}: widen the terminal, or see --json)")


def _widths(texts: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the widths of columns: natural ones, or narrower where words can wrap, the widest first."""
    widths = [max(map(len, column)) for column in texts]
    least = [_least(column) for column in texts]
    while 1 + sum(widths) + BETWEEN * (len(widths) - 1) > width:
        wide = [k for k in range(len(widths)) if widths[k] > least[k]]
        if not wide:
            break
        widths[max(wide, key=lambda k: widths[k])] -= 1
    return widths


def _lines(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return a row of cells as lines, words wrapped."""
    wrapped = [
        textwrap.wrap(cell, width, break_long_words=False, break_on_hyphens=False) if len(cell) > width else [cell]
        for cell, width in zip(row, widths, strict=True)
    ]
    padded = zip_longest(*wrapped, fillvalue="")
    gap = " " * BETWEEN
    return [(" " + gap.join(f"{part:<{w}}" for part, w in zip(line, widths, strict=True))).rstrip() for line in padded]


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
    least = [_least([columns[k], *(row[k] for row in rows)]) for k in shown]
    return 1 + sum(least) + BETWEEN * (len(least) - 1)


def _is_fixed(texts: Sequence[str]) -> bool:
    """Whether a column holds short cells with numbers, which stay on their line."""
    return any(NUMBER.search(text) for text in texts[1:]) and max(map(len, texts)) <= 2 * max(map(_longest_word, texts))


def _least(texts: Sequence[str]) -> int:
    return max(map(len, texts)) if _is_fixed(texts) else max(map(_longest_word, texts))


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)
