"""The one door from a record to the rooms above it that write or draw it: imported when it is gone through.

Records lie below files and figures and import neither; their methods ``save``, ``plot``, … are looked up here by name.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["Exported", "outlet"]

OUTLETS = {
    "save": "branches.files.archive:save",
    "load": "branches.files.archive:load",
    "to_csv": "branches.files.tables:to_csv",
    "figure": "branches.figures.diagram_figure:figure",
    "certify": "branches.proofs:certify",
    "plot": "branches.figures.diagram_figure:plot_amplitude",
    "picture": "branches.figures.thumbnail:thumbnail",
    "to_dataframe": "branches.files.frames:to_dataframe",
    "to_xarray": "branches.files.labelled:to_xarray",
}


def outlet(name: str) -> Callable[..., Any]:
    """Return the function of a room above that does what a record's method of this name promises.

    Examples
    --------
    >>> outlet("to_csv").__module__
    'branches.files.tables'
    """
    module, _, function = OUTLETS[name].partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


class Exported:
    """What results have in common that are tables of numbers: labelled data, and a picture in notebooks."""

    def to_dataframe(self) -> Any:
        """Return a pandas DataFrame, one row for each point; to_parquet, to_csv, … are its methods.

        The columns are those of the CSV files, see the page on files.

        Raises
        ------
        ImportError
            If pandas is missing; the message names the extra.
        """
        return outlet("to_dataframe")(self)

    def to_xarray(self) -> Any:
        """Return an xarray Dataset with dimensions, units and what each name means; to_netcdf is its method.

        Raises
        ------
        ImportError
            If xarray is missing; the message names the extra.
        """
        return outlet("to_xarray")(self)

    def _picture(self) -> bytes | None:
        """Return a small PNG for notebooks."""
        picture: bytes | None = outlet("picture")(self)
        return picture
