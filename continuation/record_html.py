"""A record as HTML, for notebooks: what it is in a line, its picture if it has one, its fields on demand."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import fields
from html import escape
from typing import Any

from continuation.record import brief

__all__ = ["html_of"]

PICTURE = '<img alt="" style="max-width: 22em; display: block; margin: 0.3em 0" src="data:image/png;base64,{}">'
CELL = '<tr><th style="text-align: left">{}</th><td style="text-align: left">{}</td></tr>'


def html_of(record: Any, picture: bytes | None = None) -> str:
    """Return a record as HTML.

    Parameters
    ----------
    record
        A frozen dataclass; its repr is the heading, its fields follow in a few characters each.
    picture
        A PNG, if it has one.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Point:
    ...     kind: str
    >>> html_of(Point("fold"))[:48]
    '<div><code>Point(kind=&#x27;fold&#x27;)</code><d'
    """
    shown = [(field.name, brief(getattr(record, field.name))) for field in fields(record) if field.repr]
    rows = "".join(CELL.format(escape(name), escape(text)) for name, text in shown)
    image = "" if picture is None else PICTURE.format(b64encode(picture).decode("ascii"))
    heading = f"<code>{escape(repr(record))}</code>"
    return f"<div>{heading}{image}<details><summary>fields</summary><table>{rows}</table></details></div>"
