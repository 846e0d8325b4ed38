"""A drawn page written to a file, and axes whose size is final."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from branches.figures.style import RC
from continuation import replacing

__all__ = ["axes_or_new", "readable", "save_page", "settled"]

DPI = 200
PGF = "\\providecommand{\\mathdefault}[1]{#1}\n"  # Matplotlib writes it, and leaves it to the document to define it
_LETTER = r'<tspan x="([^"]*)" y="([^"]*)" style="([^"]*)">([^<]*)</tspan>'
FAMILY = re.compile(r"'STIXGeneral'(?:, (?:'[^']*'|[a-z-]+))*")
FONTS = "'STIXGeneral', 'STIX Two Text', 'Times New Roman', 'Liberation Serif', Times, serif"
LETTER, RUN = re.compile(_LETTER), re.compile(rf"(?:{_LETTER}\s*)+")
UNDATED: dict[str, dict[str, Any]] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}


def save_page(page: Figure, path: str | os.PathLike[str]) -> Path:
    r"""Write a page atomically in the format of the suffix (png without one): the same page, the same file.

    An SVG keeps its texts as texts. ``.pgf`` is for ``\input`` in a LaTeX document, in whose fonts it is set; it needs
    LaTeX to be measured.

    Raises
    ------
    OSError
        If it cannot be written.
    ValueError
        If Matplotlib does not know the format.
    """
    target = Path(path)
    ending = target.suffix[1:] or "png"
    FigureCanvasAgg(page)
    with mpl.rc_context(RC), replacing(target) as temporary:
        dated: dict[str, Any] = {"metadata": UNDATED[ending.lower()]} if ending.lower() in UNDATED else {}
        page.savefig(temporary, format=ending, dpi=DPI, **dated)
        if ending.lower() in MENDED:
            text = MENDED[ending.lower()](temporary.read_text(encoding="utf-8"))
            temporary.write_text(text, encoding="utf-8")
    return target


def readable(svg: str) -> str:
    r"""Return an SVG whose words are one text each, not one a letter, in fonts that most computers have.

    Examples
    --------
    >>> one = '<tspan x="{}" y="-1" style="font-family: serif">{}</tspan>'
    >>> readable(one.format(0, "a") + one.format(5, "b"))
    '<tspan x="0 5" y="-1" style="font-family: serif">ab</tspan>'
    """

    def joined(run: re.Match[str]) -> str:
        letters = LETTER.findall(run.group())
        words = []
        for (y, style), group in groupby(letters, key=lambda letter: letter[1:3]):
            x, text = zip(*((letter[0], letter[3]) for letter in group), strict=True)
            words.append(f'<tspan x="{" ".join(x)}" y="{y}" style="{style}">{"".join(text)}</tspan>')
        return "".join(words)

    return FAMILY.sub(FONTS, RUN.sub(joined, svg))


MENDED: dict[str, Callable[[str], str]] = {"svg": readable, "pgf": PGF.__add__}


def settled(ax: Axes) -> None:
    """Let a layout engine, if the page has one, decide on the size of the axes, so that labels can be placed."""
    page = ax.get_figure(root=True)
    assert page is not None
    if page.get_layout_engine() is not None:
        page.draw_without_rendering()


def axes_or_new(ax: Axes | None) -> Axes:
    """Return the axes, or new ones of pyplot."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots()[1]
