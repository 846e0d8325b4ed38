"""All files of a diagram in one folder."""

from __future__ import annotations

import os
from pathlib import Path

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


def write_all(diagram: Diagram, folder: str | os.PathLike[str]) -> dict[str, Path]:
    """Write the archive, the tables, the JSON, the graph and the figure of a diagram; the archive first.

    Parameters
    ----------
    diagram
        Finished or interrupted.
    folder
        As for :func:`prepare`. Files of an earlier run are replaced, one by one and each at once.

    Returns
    -------
    dict
        Where each file is: 'archive', 'points', 'special points', 'json', 'graph', 'png', 'pdf', 'svg'.

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

    files["points"], files["special points"] = to_csv(diagram, path)
    files["json"] = write_json(diagram, path / "diagram.json")
    files["graph"] = write_graphml(diagram, path / "diagram.graphml")
    from branches.figures.diagram_figure import FORMATS, save_figure

    return files | dict(zip(FORMATS, save_figure(diagram, path), strict=True))
