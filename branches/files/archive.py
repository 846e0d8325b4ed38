"""One file that holds a whole diagram and gives it back exactly.

It is a zip archive: ``diagram.json`` has the format, its version and the records, ``arrays/<k>.npy`` the
arrays they name. Nothing in it is code, and every part carries a checksum.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from branches.diagrams.diagram import Diagram
from branches.files.codec import Decoder, Encoder
from continuation import replacing

__all__ = ["FORMAT", "VERSION", "check_replaceable", "load", "save"]

FORMAT = "mckean-vlasov-continuation diagram"
VERSION = 2
HEADER = "diagram.json"
STABILITY_MODES = 1024  # per fold of symmetry: as many as a Morse index may ask of a potential
DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, KeyError, IndexError, TypeError, ValueError,
    AttributeError, NotImplementedError, RuntimeError, OSError,
)  # fmt: skip


def save(diagram: Diagram, path: str | os.PathLike[str]) -> Path:
    """Write a diagram to one file, atomically.

    Parameters
    ----------
    diagram
        What to write, with the free energies, Morse indices and special points of its branches.
    path
        The file. A diagram file of this or an older version is replaced; nothing else is.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If ``path`` is a file of a newer version, or not a diagram file at all.
    OSError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile, branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.kuramoto(), kappa_max=4)
    >>> file = save(d, Path(tempfile.mkdtemp()) / "kuramoto.diagram")
    >>> again = load(file)
    >>> bool((again.branches[0].a == d.branches[0].a).all()), again.completeness == d.completeness
    (True, True)
    """
    target = Path(path)
    check_replaceable(target)
    sizes = [max(STABILITY_MODES * branch.n_fold, branch.a.shape[1]) for branch in diagram.branches]
    encoder = Encoder(max(sizes, default=STABILITY_MODES))
    tree = encoder.encode(diagram)
    described = encoder.described_potentials()
    header = {"format": FORMAT, "version": VERSION, "potentials": described, "diagram": tree}
    with replacing(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(HEADER, json.dumps(header, allow_nan=False, ensure_ascii=False, indent=1))
        for number, array in enumerate(encoder.arrays):
            buffer = BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            archive.writestr(_member(number), buffer.getvalue())
    return target


def load(path: str | os.PathLike[str]) -> Diagram:
    """Read a diagram written by :func:`save`.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Diagram
        Bitwise the one that was saved; a potential given as a function comes back as its table of weights.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, not a diagram file, or was written by a newer version; the message says which.
    """
    content = BytesIO(Path(path).read_bytes())
    try:
        with zipfile.ZipFile(content) as archive:
            header = _header(archive, path)
            arrays = [_array(archive, number) for number in range(len(archive.namelist()) - 1)]
        diagram = Decoder(arrays, header["potentials"]).decode(header["diagram"])
    except _Refused:
        raise
    except DAMAGE as error:
        raise ValueError(f"{os.fspath(path)}: {_damage(error)}") from error
    if not isinstance(diagram, Diagram):
        raise ValueError(f"{os.fspath(path)}: damaged diagram file: it holds no diagram")
    return diagram


def check_replaceable(path: str | os.PathLike[str]) -> None:
    """Refuse to replace a file that is not a diagram file of this or an older version.

    Parameters
    ----------
    path
        Where a diagram is to be saved; it need not exist.

    Raises
    ------
    ValueError
        If there is a file that this version cannot read: it may hold somebody's work.
    """
    if not Path(path).exists():
        return
    try:
        with zipfile.ZipFile(path) as archive:
            _header(archive, path)
    except DAMAGE as error:
        reason = str(error) if isinstance(error, _Refused) else f"{os.fspath(path)}: {_damage(error)}"
        raise ValueError(f"{reason}; it is not replaced: choose another name, or remove it first") from error


class _Refused(ValueError):
    """A file that is whole, but not one to read."""


def _header(archive: zipfile.ZipFile, path: str | os.PathLike[str]) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(archive.read(HEADER))
    if header["format"] != FORMAT:
        raise _Refused(f"{os.fspath(path)}: not a diagram file: its format is {header['format']!r}")
    found = header["version"]
    if not (isinstance(found, int) and 1 <= found <= VERSION):
        raise _Refused(
            f"{os.fspath(path)}: diagram file of version {found}, this program supports up to "
            f"version {VERSION}: update mckean-vlasov-continuation to read it"
        )
    return header


def _array(archive: zipfile.ZipFile, number: int) -> np.ndarray[Any, Any]:
    content = BytesIO(archive.read(_member(number)))
    array: np.ndarray[Any, Any] = np.lib.format.read_array(content, allow_pickle=False)
    return array


def _member(number: int) -> str:
    return f"arrays/{number}.npy"


def _damage(error: Exception) -> str:
    if isinstance(error, zipfile.BadZipFile) and "not a zip file" in str(error):
        return "not a diagram file, or one that was cut short"
    return f"damaged diagram file ({type(error).__name__}: {error})"
