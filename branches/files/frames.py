"""Results as pandas DataFrames, one row for each point, with the columns of the CSV files."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from branches.diagrams.diagram import Diagram
from branches.diagrams.records import Branch
from branches.dynamics.flow import Flow
from branches.files.columns import columns_of, moments_of
from branches.files.document import provenance
from branches.files.tables import MOMENTS
from branches.sweeps.sweep import Sweep

__all__ = ["to_dataframe"]


def to_dataframe(result: Any) -> Any:
    """Return a result as a pandas DataFrame (extra ``[table]``).

    Parameters
    ----------
    result
        A Branch, Diagram, PhaseDiagram, Curves, Flow or Sweep.

    Returns
    -------
    pandas.DataFrame
        One row for each point, of a sweep for each value. ``stable`` is nullable: ``<NA>`` is *not decided*. Moments
        are a_1 … a_256 (c_1_re, c_1_im … of a flow). ``attrs`` has the provenance.

    Raises
    ------
    ImportError
        If pandas is missing.
    TypeError
        If the result is no table of points.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> frame = to_dataframe(branches.diagram(potentials.bimodal(0.6), kappa_max=2.5))
    >>> bool(frame[frame.stable].kappa.min() > 1.97666262196)     # beyond the fold
    True
    """
    try:
        pandas = import_module("pandas")
    except ImportError:
        raise ImportError("to_dataframe needs pandas: install the extra [table]") from None
    frame = pandas.DataFrame(_columns(result))
    if "stable" in frame:
        frame["stable"] = pandas.array(frame["stable"] == 1, dtype="boolean")
        frame.loc[frame["stability"] == "not decided", "stable"] = pandas.NA
    frame.attrs["provenance"] = provenance()
    return frame


def _columns(result: Any) -> dict[str, Any]:
    if isinstance(result, Sweep):
        return _of_sweep(result)
    columns = columns_of(result)
    if isinstance(result, Branch | Diagram):
        a = moments_of(result)[:, :MOMENTS]
        return columns | {f"a_{n}": a[:, n - 1] for n in range(1, a.shape[1] + 1)}
    if isinstance(result, Flow):
        c = result.c[:, :MOMENTS]
        parts = {f"c_{n}": c[:, n - 1] for n in range(1, c.shape[1] + 1)}
        return columns | {f"{name}_{key}": getattr(x, part) for name, x in parts.items()
                          for key, part in (("re", "real"), ("im", "imag"))}  # fmt: skip
    return columns


def _of_sweep(result: Sweep) -> dict[str, Any]:
    """Return the parameter and every number of the results, arrays entry by entry."""
    columns: dict[str, Any] = {"parameter": np.array(result.values)}
    for name in result.results[0] if result.results else ():
        stacked = np.stack([each[name] for each in result.results])
        for place in np.ndindex(stacked.shape[1:]):
            columns["_".join([name, *map(str, place)])] = stacked[(slice(None), *place)]
    return columns
