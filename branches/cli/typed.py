"""What the user typed: kept for the provenance of results."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any

__all__ = ["document", "note_line", "note_options"]

# What is shown and where it goes, not what is computed.
PRESENTATION = {"as_json", "quiet", "verbose", "latex", "output", "force", "formats", "no_figure"}
_LINE: ContextVar[str | None] = ContextVar("line", default=None)
_OPTIONS: ContextVar[dict[str, Any] | None] = ContextVar("options", default=None)


def note_line(arguments: Sequence[str]) -> None:
    """Remember the command line."""
    _LINE.set(shlex.join(["mvcont", *arguments]))
    _OPTIONS.set(None)


def note_options(given: Mapping[str, Any]) -> None:
    """Remember the options that change what a command computes; those that are not given and have no default are not.

    Examples
    --------
    >>> note_options({"kappa_max": 4.2, "modes": None, "quiet": True, "store": Path("here")})
    >>> _OPTIONS.get()
    {'kappa_max': 4.2, 'store': 'here'}
    """
    _OPTIONS.set({
        key: str(value) if isinstance(value, Path) else value
        for key, value in given.items()
        if value is not None and key not in PRESENTATION
    })


def document(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result of this command as a JSON document: schema, version and provenance before its content.

    Examples
    --------
    >>> list(document("onsets", {"onsets": []}))
    ['schema', 'version', 'provenance', 'onsets']
    """
    from branches.files.document import document as describe

    return describe(kind, content, **origin())


def origin() -> dict[str, Any]:
    """Return the command line and its options, as :func:`branches.files.document.document` takes them."""
    return {"command": _LINE.get(), "settings": _OPTIONS.get()}
