"""Files that appear whole or not at all, and folders that can be written."""

from __future__ import annotations

import os
from pathlib import Path

from continuation import replacing

__all__ = ["replacing", "writable_folder"]


def writable_folder(folder: str | os.PathLike[str]) -> Path:
    """Create a folder where it is missing, and prove that files can be written into it.

    Parameters
    ----------
    folder
        Missing parents are created too.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OSError
        If it cannot be created or written; the message says so.

    Examples
    --------
    >>> import tempfile
    >>> writable_folder(Path(tempfile.mkdtemp()) / "new").is_dir()
    True
    """
    path = Path(folder)
    probe = path / f".{os.getpid()}.probe"
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise type(error)(f"cannot write into the folder {str(path)!r}: {error.strerror or error}") from None
    return path
