"""Results as xarray Datasets: dimensions, units, what each name means, and where the numbers come from."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import numpy as np

from branches.diagrams.diagram import Diagram
from branches.diagrams.records import Branch
from branches.dynamics.flow import Flow
from branches.files.columns import columns_of, moments_of, special_columns
from branches.files.document import provenance
from branches.files.vocabulary import meaning
from branches.sweeps.phase_diagram import PhaseDiagram
from branches.sweeps.sweep import Sweep

__all__ = ["to_xarray"]

Variables = dict[str, tuple[tuple[str, ...], Any]]


def to_xarray(result: Any) -> Any:
    """Return a result as an xarray Dataset (extra ``[store]``).

    Parameters
    ----------
    result
        A Branch, Diagram, PhaseDiagram, Curves, Flow or Sweep.

    Returns
    -------
    xarray.Dataset
        Along ``point`` (``t`` of a flow, ``parameter`` of a phase diagram or sweep) and ``mode``; the special points of
        a diagram along ``special_point``. Each variable has ``long_name`` and ``units`` (all are dimensionless).
        ``to_netcdf`` writes it.

    Raises
    ------
    ImportError
        If xarray is missing.
    TypeError
        If the result is no table of points.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> data = to_xarray(branches.trace(potentials.kuramoto(), kappa_max=3))
    >>> sorted(data.sizes), data.kappa.attrs["units"]
    (['mode', 'point'], '1')
    """
    try:
        xarray = import_module("xarray")
    except ImportError:
        raise ImportError("to_xarray needs xarray: install the extra [store]") from None
    variables, coordinates = (
        {name: part for name, part in parts.items() if np.size(part[1])}  # netCDF knows no dimension of length 0
        for parts in _parts(result)
    )
    data = xarray.Dataset(variables, coords=coordinates, attrs=_attributes(result))
    for name, variable in data.variables.items():
        variable.attrs |= {"long_name": meaning(str(name)) or str(name), "units": "1"}
    return data


def _parts(result: Any) -> tuple[Variables, Variables]:
    """Return variables and coordinates."""
    if isinstance(result, PhaseDiagram):
        return _of_phase_diagram(result), {"parameter": (("parameter",), [c.value for c in result.columns])}
    if isinstance(result, Sweep):
        return _of_sweep(result), {"parameter": (("parameter",), np.array(result.values))}
    columns = columns_of(result)
    along = "t" if isinstance(result, Flow) else "point"
    first = {"t": ("t",), "point": ("branch", "arclength", "kappa", "line")}[along]
    variables: Variables = {name: ((along,), values) for name, values in columns.items() if name not in first}
    coordinates: Variables = {name: ((along,), columns[name]) for name in first if name in columns}
    if isinstance(result, Branch | Diagram | Flow):
        moments = moments_of(result)
        coordinates["mode"] = (("mode",), np.arange(1, moments.shape[1] + 1))
        parts = {"c_re": moments.real, "c_im": moments.imag} if isinstance(result, Flow) else {"a": moments}
        variables |= {name: ((along, "mode"), values) for name, values in parts.items()}
    if isinstance(result, Diagram):
        special = special_columns(result)
        variables |= {f"special_point_{name}": (("special_point",), values) for name, values in special.items()}
    return variables, coordinates


def _of_phase_diagram(result: PhaseDiagram) -> Variables:
    columns = result.columns
    rows = max((len(column.transitions) for column in columns), default=0)
    folds = max((len(column.folds) for column in columns), default=0)
    numbers = np.full((3, len(columns), rows), np.nan)
    kinds = np.full((len(columns), rows), "", dtype="U16")
    fold = np.full((2, len(columns), folds), np.nan)
    for k, column in enumerate(columns):
        for row, (kappa, kind, mode, jump) in enumerate(column.transitions):
            numbers[:, k, row], kinds[k, row] = (kappa, mode, jump), kind
        for row, pair in enumerate(column.folds):
            fold[:, k, row] = pair
    along, over = ("parameter", "transition"), ("parameter", "fold")
    return {
        "onset_kappa": (("parameter",), np.array([column.onset[0] for column in columns])),
        "onset_mode": (("parameter",), np.array([column.onset[1] for column in columns])),
        "kappa_max": (("parameter",), np.array([column.kappa_max for column in columns])),
        "violations": (("parameter",), np.array([column.violations for column in columns])),
        "transition_kappa": (along, numbers[0]),
        "transition_mode": (along, numbers[1]),
        "transition_jump": (along, numbers[2]),
        "transition_kind": (along, kinds),
        "fold_kappa": (over, fold[0]),
        "fold_mode": (over, fold[1]),
    }


def _of_sweep(result: Sweep) -> Variables:
    variables: Variables = {}
    for name in result.results[0] if result.results else ():
        stacked = np.stack([each[name] for each in result.results])
        variables[name] = (("parameter", *(f"{name}_{axis}" for axis in range(1, stacked.ndim))), stacked)
    return variables


def _attributes(result: Any) -> dict[str, Any]:
    """Return what a netCDF file can hold: text and numbers."""
    made = provenance()
    attributes = {"package_version": made["package_version"], "date": made["date"], "kind": type(result).__name__}
    potential = getattr(result, "potential", None)
    if potential is not None:
        parameters = {key: float(value) for key, value in potential.parameters.items()}
        attributes |= {"potential": potential.label, "parameters": json.dumps(parameters)}
    for name, attribute in (("period", "n_fold"), *((same, same) for same in ("origin", "kappa_max", "message"))):
        if hasattr(result, attribute):
            attributes[name] = getattr(result, attribute)
    if isinstance(result, Flow):
        attributes["flow_kappa"] = result.kappa
    status = getattr(result, "status", "")
    return attributes | {"status": str(getattr(status, "name", status)).lower()}
