"""Small pictures of results for notebooks: curves alone, stable ones solid."""

from __future__ import annotations

from functools import singledispatch
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from branches.diagrams.diagram import Diagram
from branches.diagrams.records import Branch
from branches.dynamics.flow import Flow
from branches.figures.style import colour
from branches.loci.curves import Curves
from branches.sweeps.phase_diagram import PhaseDiagram

__all__ = ["thumbnail"]

SIZE, DPI, SMALL = (3.4, 2.1), 96, 8


def thumbnail(result: Any) -> bytes | None:
    """Return a result as a small PNG, None where it has nothing to show.

    Parameters
    ----------
    result
        A Branch, Diagram, PhaseDiagram, Curves or Flow.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> picture = thumbnail(branches.trace(potentials.kuramoto(), kappa_max=3))
    >>> picture[1:4], len(picture) < 20_000
    (b'PNG', True)
    """
    page = Figure(figsize=SIZE, layout="constrained")
    FigureCanvasAgg(page)
    ax = page.subplots()
    if not _draw(result, ax):
        return None
    ax.tick_params(labelsize=SMALL)
    target = BytesIO()
    page.savefig(target, format="png", dpi=DPI)
    return target.getvalue()


@singledispatch
def _draw(result: Any, ax: Axes) -> bool:
    """Draw a result and return whether there was anything to draw."""
    return False


@_draw.register
def _(result: Branch, ax: Axes) -> bool:
    _branch(result, ax, 0)
    _name(ax, "κ", "‖a‖")
    return len(result) > 0


@_draw.register
def _(result: Diagram, ax: Axes) -> bool:
    ax.axhline(0.0, color="0.6", linewidth=1.0)
    for number, branch in enumerate(result.branches):
        _branch(branch, ax, number)
    _name(ax, "κ", "‖a‖")
    return len(result) > 0


@_draw.register
def _(result: PhaseDiagram, ax: Axes) -> bool:
    for row in range(max((len(column.transitions) for column in result.columns), default=0)):
        there = [column for column in result.columns if len(column.transitions) > row]
        ax.plot([c.value for c in there], [c.transitions[row][0] for c in there], color=colour(row), linewidth=1.4)
    _name(ax, "parameter", "κ")
    return len(result) > 0


@_draw.register
def _(result: Curves, ax: Axes) -> bool:
    styles = {"onset": ":", "coexistence": "-", "fold": "--", "pitchfork": "-."}
    for number, line in enumerate(result.lines):
        ax.plot(line.q, line.kappa, styles.get(line.kind, "-"), color=colour(number), linewidth=1.2)
    _name(ax, "parameter", "κ")
    return len(result) > 0


@_draw.register
def _(result: Flow, ax: Axes) -> bool:
    ax.plot(result.t, result.free_energy, color=colour(0), linewidth=1.4)
    _name(ax, "t", "F")
    return len(result) > 0


def _branch(branch: Branch, ax: Axes, number: int) -> None:
    """Draw a branch, dashed where it is not stable."""
    norm = np.linalg.norm(branch.a, axis=1)
    ax.plot(branch.kappa, norm, "--", color=colour(number), linewidth=0.9)
    ax.plot(branch.kappa, np.where(branch.stable, norm, np.nan), color=colour(number), linewidth=1.6)


def _name(ax: Axes, x: str, y: str) -> None:
    ax.set_xlabel(x, fontsize=SMALL)
    ax.set_ylabel(y, fontsize=SMALL)
