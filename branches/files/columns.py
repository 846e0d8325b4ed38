"""The columns of results: names of the vocabulary → arrays of one length, for frames and labelled data alike."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.diagram import Diagram
from branches.diagrams.findings import findings
from branches.diagrams.records import Branch
from branches.dynamics.flow import Flow
from branches.loci.curves import Curves
from branches.states.stability import Stability
from branches.sweeps.phase_diagram import PhaseDiagram

__all__ = ["Columns", "columns_of", "moments_of", "special_columns"]

Columns = dict[str, NDArray[Any]]
KNOWN = {Stability.STABLE: 1, Stability.UNSTABLE: 0}  # −1: not decided


@singledispatch
def columns_of(result: Any) -> Columns:
    """Return the columns of a result, one entry for each point.

    Raises
    ------
    TypeError
        If it has none.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> list(columns_of(branches.trace(potentials.kuramoto(), kappa_max=3)))[:4]
    ['arclength', 'kappa', 'free_energy', 'index_even']
    """
    raise TypeError(f"a {type(result).__name__} is not a table of points")


@columns_of.register
def _(result: Branch) -> Columns:
    return {
        "arclength": result.arclength,
        "kappa": result.kappa,
        "free_energy": result.free_energy,
        "index_even": result.morse.even,
        "index_odd": result.morse.odd,
        "undecided": result.morse.undecided,
        "stability": np.array([each.value for each in result.stability], dtype=str),
        "stable": np.array([KNOWN.get(each, -1) for each in result.stability], dtype=np.int8),
        "period": np.full(len(result), result.n_fold),
        "residual": result.residual,
        "n_modes": result.n_modes,
    }


@columns_of.register
def _(result: Diagram) -> Columns:
    parts = [columns_of(branch) for branch in result.branches]
    numbers = np.repeat(np.arange(len(parts)), [len(branch) for branch in result.branches])
    names = parts[0] if parts else ()
    return {"branch": numbers, **{name: np.concatenate([part[name] for part in parts]) for name in names}}


@columns_of.register
def _(result: Flow) -> Columns:
    return {
        "t": result.t,
        "free_energy": result.free_energy,
        "dissipation": result.dissipation,
        "min_density": result.minimum,
        "rate": result.rate,
        "n_modes": result.n_modes,
        "tail": result.tail,
    }


@columns_of.register
def _(result: Curves) -> Columns:
    sizes = [line.q.size for line in result.lines]
    texts = {name: [str(getattr(line, name)) for line in result.lines] for name in ("kind", "description")}
    return {
        "line": np.repeat(np.arange(1, len(sizes) + 1), sizes),
        **{name: np.repeat(np.array(values, dtype=str), sizes) for name, values in texts.items()},
        "parameter": np.concatenate([np.zeros(0), *(line.q for line in result.lines)]),
        "kappa": np.concatenate([np.zeros(0), *(line.kappa for line in result.lines)]),
    }


@columns_of.register
def _(result: PhaseDiagram) -> Columns:
    nan = float("nan")
    rows: list[tuple[float, str, float, str, int, float]] = []
    for column in result.columns:
        rows.append((column.value, "onset", column.onset[0], "", column.onset[1], nan))
        rows += [(column.value, "transition", *transition) for transition in column.transitions]
        rows += [(column.value, "fold", kappa, "", mode, nan) for kappa, mode in column.folds]
    names, kinds = ("parameter", "entry", "kappa", "kind", "mode", "jump"), (float, str, float, str, int, float)
    by_name = zip(*rows, strict=True) if rows else [()] * len(names)
    return {name: np.array(values, dtype=kind) for name, values, kind in zip(names, by_name, kinds, strict=True)}


def moments_of(result: Branch | Diagram | Flow) -> NDArray[Any]:
    """Return the moments at the points, shape (P, N): real of branches, complex of flows."""
    if isinstance(result, Flow):
        return result.c
    branches = (result,) if isinstance(result, Branch) else result.branches
    width = max((branch.a.shape[1] for branch in branches if len(branch)), default=0)
    table = np.zeros((sum(map(len, branches)), width))
    row = 0
    for branch in branches:
        table[row : row + len(branch), : branch.a.shape[1]] = branch.a[:, :width]
        row += len(branch)
    return table


def special_columns(result: Diagram) -> Columns:
    """Return the onsets, special points and stops of a diagram, one entry for each."""
    found = findings(result)
    texts = ("name", "kind", "shape", "modes")
    numbers = ("kappa", "arclength", "amplitude", "free_energy", "residual")
    return {
        **{key: np.array([getattr(each, key) for each in found], dtype=str) for key in texts},
        **{key: np.array([getattr(each, key) for each in found], dtype=float) for key in numbers},
        **{key: np.array([getattr(each, key) for each in found], dtype=int) for key in ("branch", "period")},
    }
