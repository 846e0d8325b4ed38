"""A drawn page written to a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from branches.figures.style import RC
from continuation import replacing

__all__ = ["save_page"]

DPI = 200
UNDATED: dict[str, dict[str, Any]] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}


def save_page(page: Figure, path: str | os.PathLike[str]) -> Path:
    """Write a page atomically in the format of the suffix (png without one): the same page, the same file.

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
