"""A folder of results, one netCDF file for each parameter value: written whole or not at all, never mixed."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from continuation import replacing, writable_folder

__all__ = ["Labelled", "Store"]

Labelled = Mapping[str, tuple[tuple[str, ...], ArrayLike]]
CONFIGURATION = "configuration.json"
VERSION = 2


@dataclass(frozen=True)
class Store:
    """Results of a sweep on disk.

    Parameters
    ----------
    folder
        Holds ``configuration.json`` and one netCDF file for each value, named after it.

    Notes
    -----
    Every file is written next to its place and moved there when complete, so that many processes may write,
    and what a full disk or a killed process leaves behind stays readable. The files are netCDF 3, which SciPy
    writes; :meth:`dataset` combines them with xarray (extra ``[store]``).

    Examples
    --------
    >>> import tempfile
    >>> store = Store.open(tempfile.mkdtemp(), {"task": "squares"})
    >>> store.write(0.5, {"square": ((), 0.25)})
    >>> store.values(), float(store.read(0.5)["square"])
    ((0.5,), 0.25)
    """

    folder: Path

    @classmethod
    def open(cls, folder: str | Path, configuration: Mapping[str, Any]) -> Store:
        """Open a store, or begin one.

        Parameters
        ----------
        folder
            Created if it does not exist.
        configuration
            What the results depend on, as plain data.

        Raises
        ------
        ValueError
            If the folder holds results of another configuration (the entries that differ are named), or
            files that are no store.
        OSError
            If the folder cannot be written.
        """
        path = Path(folder)
        wanted = json.loads(json.dumps({"version": VERSION, **configuration}, sort_keys=True))
        if not (path / CONFIGURATION).exists():
            if path.exists() and (not path.is_dir() or any(path.iterdir())):
                raise ValueError(f"{path} is neither empty nor a store of a sweep: choose another folder")
            text = json.dumps(wanted, indent=1, sort_keys=True, ensure_ascii=False)
            _write(writable_folder(path) / CONFIGURATION, text.encode())
        found = _configuration(path)
        if found != wanted:
            names = sorted(k for k in {*found, *wanted} if found.get(k) != wanted.get(k))
            differences = "; ".join(f"{k}: {found.get(k)!r} there, {wanted.get(k)!r} here" for k in names)
            raise ValueError(f"{path} holds another sweep ({differences}): choose another folder, or remove it")
        writable_folder(path)
        return cls(path)

    def write(self, value: float, result: Labelled) -> None:
        """Write the result of one value: for each name its dimensions and array, as xarray takes them."""
        _write(self._path(value), _encoded(result))

    def read(self, value: float) -> dict[str, NDArray[np.float64]]:
        """Return the arrays of one value.

        Raises
        ------
        KeyError
            If there is none.
        ValueError
            If its file is damaged.
        """
        from scipy.io import netcdf_file

        path = self._path(value)
        if not path.exists():
            raise KeyError(f"no result for {value!r} in {self.folder}")
        try:
            with netcdf_file(path, "r", mmap=False) as file:
                return {name: np.array(variable[...], dtype=float) for name, variable in file.variables.items()}
        except Exception as error:  # SciPy raises whatever its parser stumbles over
            raise ValueError(f"{path} is damaged ({error}): remove it, and it is computed again") from None

    def values(self) -> tuple[float, ...]:
        """Return the values that have a result, increasing."""
        return tuple(sorted(float(path.stem) for path in self.folder.glob("*.nc") if not path.name.startswith(".")))

    def dataset(self, dimension: str = "parameter") -> Any:
        """Return everything as one xarray.Dataset along a new dimension.

        Raises
        ------
        ImportError
            If xarray is not installed.
        """
        try:
            import xarray  # type: ignore[import-not-found, unused-ignore]
        except ImportError:
            raise ImportError("Store.dataset needs xarray: install the extra [store]") from None
        values = self.values()
        parts = []
        for value in values:
            with xarray.open_dataset(self._path(value), engine="scipy") as part:
                parts.append(part.load())
        return xarray.concat(parts, dim=xarray.Variable(dimension, list(values)))

    def _path(self, value: float) -> Path:
        return self.folder / f"{float(value)!r}.nc"


def _configuration(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((path / CONFIGURATION).read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        raise ValueError(f"{path / CONFIGURATION} is damaged: choose another folder, or remove this one") from None


def _encoded(result: Labelled) -> bytes:
    """Return labelled arrays as the bytes of a netCDF file."""
    from scipy.io import netcdf_file

    buffer = io.BytesIO()
    with netcdf_file(buffer, "w") as file:
        for name, (dimensions, data) in result.items():
            array = np.asarray(data, dtype=float)
            for dimension, size in zip(dimensions, array.shape, strict=True):
                if dimension not in file.dimensions:
                    file.createDimension(dimension, size)
            file.createVariable(name, "d", dimensions)[...] = array
        file.flush()
        return buffer.getvalue()


def _write(path: Path, data: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(data)
