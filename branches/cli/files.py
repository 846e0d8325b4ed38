"""The files of the commands that map a family: a table as CSV, the whole record as JSON, a figure."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["write_files"]

FORMATS = ("png", "pdf", "svg")


def write_files(
    folder: Path,
    stem: str,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    record: Mapping[str, Any],
    draw: Callable[[], Figure] | None,
) -> dict[str, Path]:
    """Write all files, each at once, and return where they are by their endings; the figure last, if there is one."""
    from branches.figures.page import save_page
    from branches.files.plain import plain
    from continuation import replacing

    files = {kind: folder / f"{stem}.{kind}" for kind in ("csv", "json", *(FORMATS if draw is not None else ()))}
    with replacing(files["csv"]) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
    with replacing(files["json"]) as temporary:
        text = json.dumps(plain(record), allow_nan=False, ensure_ascii=False, indent=2)
        temporary.write_text(text + "\n", encoding="utf-8")
    if draw is not None:
        page = draw()
        for kind in FORMATS:
            save_page(page, files[kind])
    return files
