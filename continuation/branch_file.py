"""One file that holds a branch and gives it back exactly: a NumPy archive of its arrays and a JSON header, no code."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from continuation.atomic import replacing
from continuation.branch import Branch, Counters, SpecialPoint, Status
from continuation.stepping.polynomial import Made, Piece

__all__ = ["FORMAT", "VERSION", "load_branch", "save_branch"]

FORMAT = "continuation branch"
VERSION = 1
COLUMNS = ("arclength", "p", "u", "residual", "sizes")
DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, KeyError, IndexError, TypeError, ValueError, AttributeError, OSError
)  # fmt: skip
Arrays = dict[str, NDArray[Any]]


def save_branch(branch: Branch, path: str | os.PathLike[str]) -> Path:
    """Write a branch to one file; see :meth:`continuation.Branch.save`."""
    target = Path(path)
    _check_replaceable(target)
    arrays: Arrays = {name: getattr(branch, name) for name in COLUMNS}
    arrays |= {f"piece {k}": piece.coefficients for k, piece in enumerate(branch.pieces)}
    header = {
        "format": FORMAT,
        "version": VERSION,
        "status": branch.status.name,
        "message": branch.message,
        "counters": asdict(branch.counters),
        "parameter_scale": float(branch.parameter_scale),
        "pieces": [[piece.start, piece.length, piece.made.value] for piece in branch.pieces],
        "special_points": [_described(k, point, arrays) for k, point in enumerate(branch.special_points)],
    }
    with replacing(target) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, allow_pickle=False, header=np.array(json.dumps(header)), **arrays)
    return target


def load_branch(path: str | os.PathLike[str]) -> Branch:
    """Read a branch; see :meth:`continuation.Branch.load`."""
    header, arrays = _read(Path(path))
    try:
        return Branch(
            **{name: arrays[name] for name in COLUMNS},
            pieces=tuple(
                Piece(arrays[f"piece {k}"], start, length, Made(made))
                for k, (start, length, made) in enumerate(header["pieces"])
            ),
            special_points=tuple(_point(k, told, arrays) for k, told in enumerate(header["special_points"])),
            status=Status[header["status"]],
            message=header["message"],
            counters=Counters(**header["counters"]),
            parameter_scale=header["parameter_scale"],
        )
    except DAMAGE as error:
        raise ValueError(f"{path}: damaged branch file ({type(error).__name__}: {error})") from error


def _described(k: int, point: SpecialPoint, arrays: Arrays) -> dict[str, Any]:
    """Return what the header holds of a special point; its arrays are added to the others."""
    arrays[f"point {k}"] = point.u
    arrays[f"directions {k}"] = np.reshape(point.directions, (len(point.directions), point.u.size + 1))
    return {
        "kind": point.kind,
        "p": float(point.p),
        "arclength": float(point.arclength),
        "residual": float(point.residual),
        "bracket": [float(end) for end in point.bracket],
        "coefficients": {name: float(value) for name, value in point.coefficients.items()},
    }


def _point(k: int, told: dict[str, Any], arrays: Arrays) -> SpecialPoint:
    left, right = told.pop("bracket")
    directions = tuple(arrays[f"directions {k}"])
    return SpecialPoint(u=arrays[f"point {k}"], directions=directions, bracket=(left, right), **told)


def _read(path: Path) -> tuple[dict[str, Any], Arrays]:
    """Return the header and the arrays of a branch file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, something else, or of a newer version: the message says which.
    """
    content = BytesIO(path.read_bytes())
    try:
        with np.load(content, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header = json.loads(str(arrays.pop("header")))
        known, version = header["format"] == FORMAT, header["version"]
    except DAMAGE as error:
        raise ValueError(f"{path}: not a branch file, or a damaged one ({type(error).__name__}: {error})") from error
    if not known:
        raise ValueError(f"{path}: not a branch file: its format is {header['format']!r}")
    if not (isinstance(version, int) and 1 <= version <= VERSION):
        raise ValueError(f"{path}: branch file of version {version!r}, this program reads up to {VERSION}: update it")
    return header, arrays


def _check_replaceable(path: Path) -> None:
    if path.exists():
        try:
            _read(path)
        except (ValueError, OSError) as error:
            raise ValueError(f"{error}; it is not replaced: choose another name, or remove it first") from error
