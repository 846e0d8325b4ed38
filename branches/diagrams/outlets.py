"""The one door from a record to the rooms above it that write or draw it: imported when it is gone through.

Records lie below files and figures and import neither; their methods ``save``, ``plot``, … are looked up here by name.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["outlet"]

OUTLETS = {
    "save": "branches.files.archive:save",
    "load": "branches.files.archive:load",
    "to_csv": "branches.files.tables:to_csv",
    "figure": "branches.figures.diagram_figure:figure",
    "certify": "branches.proofs:certify",
    "plot": "branches.figures.diagram_figure:plot",
    "to_html": "branches.figures.interactive.page:diagram_page",
}


def outlet(name: str) -> Callable[..., Any]:
    """Return the function of a room above that does what a record's method of this name promises.

    Examples
    --------
    >>> outlet("to_csv").__module__
    'branches.files.tables'
    """
    module, _, function = OUTLETS[name].partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found
