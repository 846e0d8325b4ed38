"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["replacing", "writable_folder"]


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    r"""Yield a temporary path in the same folder, which takes the place of ``path`` if the block succeeds.

    Parameters
    ----------
    path
        The file to write; a file that is there stays as it is until the new one is complete.

    Yields
    ------
    Path
        Where to write.

    Raises
    ------
    OSError
        If the folder does not exist or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "table.csv"
    >>> with replacing(target) as temporary:
    ...     _ = temporary.write_text("kappa\n")
    >>> target.read_text(), [file.name for file in target.parent.iterdir()]
    ('kappa\n', ['table.csv'])
    """
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield temporary
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


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
