"""All files of a diagram in one folder."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from branches.diagrams.diagram import Diagram
from branches.files.archive import check_replaceable, save
from continuation import writable_folder

__all__ = ["ARCHIVE", "prepare", "write_all"]

ARCHIVE = "diagram.save"


def prepare(folder: str | os.PathLike[str]) -> Path:
    """Make sure, before any work, that the files of a diagram can be written into a folder.

    Parameters
    ----------
    folder
        Made where it is missing.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OSError
        If it cannot be written.
    ValueError
        If it holds an archive that this version cannot read, and so would not replace.
    """
    path = writable_folder(folder)
    check_replaceable(path / ARCHIVE)
    return path


def write_all(
    diagram: Diagram,
    folder: str | os.PathLike[str],
    *,
    formats: Sequence[str] = ("png", "pdf", "svg"),
    command: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> dict[str, Path]:
    """Write the archive, the tables, the JSON, the graph and the figure of a diagram; the archive first.

    Parameters
    ----------
    diagram
        Finished or interrupted.
    folder
        As for :func:`prepare`. Files of an earlier run are replaced, one by one and each at once.
    formats
        Of the figure; none draws nothing.
    command, settings
        For the provenance in the JSON, as in :func:`branches.files.document.provenance`.

    Returns
    -------
    dict
        Where each file is: 'archive', 'points', 'special_points', 'json', 'graph', and each of the formats.

    Raises
    ------
    OSError, ValueError
        As for :func:`prepare`.
    """
    path = prepare(folder)
    files = {"archive": save(diagram, path / ARCHIVE)}  # the one from which all others can be made again
    from branches.files.graphml import write_graphml
    from branches.files.json_file import write_json
    from branches.files.tables import to_csv

    files["points"], files["special_points"] = to_csv(diagram, path)
    files["json"] = write_json(diagram, path / "diagram.json", command=command, settings=settings)
    files["graph"] = write_graphml(diagram, path / "diagram.graphml")
    if not formats:
        return files
    from branches.figures.diagram_figure import save_figure

    return files | dict(zip(formats, save_figure(diagram, path, formats=formats), strict=True))
