"""A drawn page written to a file, and axes whose size is final."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from branches.figures.style import RC
from continuation import replacing

__all__ = ["axes_or_new", "save_page", "settled"]

DPI = 200
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
        page.savefig(temporary, format=ending, dpi=DPI, metadata=UNDATED.get(ending.lower()))
    return target


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
