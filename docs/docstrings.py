"""Griffe extension: docstrings are plain text with a few reStructuredText roles; make them safe Markdown."""

import re
from typing import Any

import griffe

ROLE = re.compile(r":(?:func|class|meth|attr|mod):`~?(?:[\w.]*\.)?(\w+)`")
STAR = re.compile(r"(?<=\w)\*(?!\*)")  # F*, not emphasis
INDEX = re.compile(r"\]\[")  # x[j][k], not a link


class PlainText(griffe.Extension):
    """Rewrite each docstring as it is collected; examples stay as they are."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite the docstring of one object."""
        if obj.docstring:
            obj.docstring.value = "\n".join(map(markdown, obj.docstring.value.split("\n")))


def markdown(line: str) -> str:
    """Return a line of a docstring as Markdown."""
    if line.lstrip().startswith((">>>", "...")):
        return line
    return INDEX.sub(r"]\\[", STAR.sub(r"\\*", ROLE.sub(r"`\1`", line)))
