"""A folder of results, one netCDF file for each parameter value: written whole or not at all, never mixed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Labelled", "Store"]

Labelled = Mapping[str, tuple[tuple[str, ...], ArrayLike]]
CONFIGURATION = "configuration.json"
VERSION = 1


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
        """
        path = Path(folder)
        wanted = json.loads(json.dumps({"version": VERSION, **configuration}, sort_keys=True))
        if not (path / CONFIGURATION).exists():
            if path.exists() and any(path.iterdir()):
                raise ValueError(f"{path} is neither empty nor a store of a sweep: choose another folder")
            path.mkdir(parents=True, exist_ok=True)
            _write(path / CONFIGURATION, json.dumps(wanted, indent=1, sort_keys=True, ensure_ascii=False).encode())
        found = json.loads((path / CONFIGURATION).read_text(encoding="utf-8"))
        if found != wanted:
            names = sorted(k for k in {*found, *wanted} if found.get(k) != wanted.get(k))
            differences = "; ".join(f"{k}: {found.get(k)!r} there, {wanted.get(k)!r} here" for k in names)
            raise ValueError(f"{path} holds another sweep ({differences}): choose another folder, or remove it")
        return cls(path)

    def write(self, value: float, result: Labelled) -> None:
        """Write the result of one value: for each name its dimensions and array, as xarray takes them."""
        from scipy.io import netcdf_file

        from branches.output.atomic import replacing

        with replacing(self._path(value)) as temporary, netcdf_file(temporary, "w") as file:
            for name, (dimensions, data) in result.items():
                array = np.asarray(data, dtype=float)
                for dimension, size in zip(dimensions, array.shape, strict=True):
                    if dimension not in file.dimensions:
                        file.createDimension(dimension, size)
                file.createVariable(name, "d", dimensions)[...] = array

    def read(self, value: float) -> dict[str, NDArray[np.float64]]:
        """Return the arrays of one value.

        Raises
        ------
        KeyError
            If there is none.
        """
        from scipy.io import netcdf_file

        if not self._path(value).exists():
            raise KeyError(f"no result for {value!r} in {self.folder}")
        with netcdf_file(self._path(value), "r", mmap=False) as file:
            return {name: np.array(variable[...], dtype=float) for name, variable in file.variables.items()}

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


def _write(path: Path, data: bytes) -> None:
    from branches.output.atomic import replacing

    with replacing(path) as temporary:
        temporary.write_bytes(data)
