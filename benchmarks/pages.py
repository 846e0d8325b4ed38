"""The parts of a page that are written by a program stand between two markers."""

from __future__ import annotations

import re


def replaced(page: str, part: str, text: str) -> str:
    """Return a page with another text between the markers of a part.

    Raises
    ------
    ValueError
        If the page has no such markers.
    """
    pattern = re.compile(rf"(<!-- {part} -->\n).*?(<!-- end of {part} -->)", re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"the page has no markers for {part!r}")
    return pattern.sub(lambda found: f"{found[1]}{text}\n{found[2]}", page)
