"""Figure of the spectral gap over the coupling, and of the decay rates of single states."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from branches.diagrams.diagram import Diagram
from branches.dynamics.decay_rates import DecayRates
from branches.dynamics.gap import spectral_gap, uniform_gap
from branches.figures.legends import legend_entries
from branches.figures.page import axes_or_new
from branches.figures.scene import Scene, colours_of
from branches.figures.stretches import UNIFORM
from branches.figures.style import BRANCH_COLOURS, DISC, GUIDE, RC, SQUARE, line, sized
from branches.figures.words import typeset
from branches.states.stability import Stability

__all__ = ["gap_figure", "gap_panel", "gaps_of", "plot_rates"]

Array = NDArray[np.float64]
SAMPLES = 400
ROOM = 1.15  # of the rates on branches, above and below
MOST = 40.0  # uniform rates beyond so many 1/κ₁ are not worth the room


def gaps_of(diagram: Diagram) -> tuple[Array, ...]:
    """Return the spectral gap of every branch of a diagram, shapes (P,)."""
    return tuple(spectral_gap(branch) for branch in diagram.branches)


def gap_panel(ax: Axes, diagram: Diagram, gaps: tuple[Array, ...] | None = None) -> None:
    """Draw the spectral gap over κ: solid where it is positive, dashed where a disturbance grows.

    Parameters
    ----------
    ax
        Where.
    diagram
        What to draw.
    gaps
        From :func:`gaps_of`, if already known.
    """
    found = gaps_of(diagram) if gaps is None else gaps
    lowest = min([branch.kappa.min() for branch in diagram.branches if branch.kappa.size] + [diagram.kappa_max])
    left = lowest - 0.25 * (diagram.kappa_max - lowest) if diagram.branches else 0.1 * diagram.kappa_max
    kappa = np.linspace(max(left, 0.02 * diagram.kappa_max), diagram.kappa_max, SAMPLES)
    uniform = uniform_gap(diagram.potential, kappa)
    colours = colours_of(diagram)
    _draw(ax, kappa, uniform, colours(UNIFORM))
    for number, (branch, gap) in enumerate(zip(diagram.branches, found, strict=True)):
        _draw(ax, branch.kappa, gap, colours(number))
    ax.axhline(0.0, **GUIDE)
    for node in diagram.nodes:
        if node.kind in ("onset", "fold"):
            ax.plot(node.kappa, 0.0, **(SQUARE if node.kind == "fold" else DISC))
    values = np.concatenate([*found, uniform[-1:]]) if found else uniform
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    high = min(high, MOST / float(kappa[0])) if high > 0 else -0.2 * low
    ax.set_ylim(ROOM * low - 0.05 * (high - low), ROOM * high)
    ax.set_xlim(kappa[0], kappa[-1])
    ax.set_xlabel(r"coupling $\kappa$")
    ax.set_ylabel("spectral gap (least decay rate)")


def _draw(ax: Axes, kappa: Array, gap: Array, tint: str) -> None:
    """Draw one curve in stretches of one sign, each up to the zero between two points."""
    stable = gap > 0
    edges = [0, *(np.flatnonzero(stable[1:] != stable[:-1]) + 1).tolist(), gap.size]
    for start, stop in pairwise(edges):
        x, y = kappa[start:stop], gap[start:stop]
        if stop < gap.size:
            part = gap[stop - 1] / (gap[stop - 1] - gap[stop])
            x = np.append(x, kappa[stop - 1] + part * (kappa[stop] - kappa[stop - 1]))
            y = np.append(y, 0.0)
        if start > 0:
            part = gap[start - 1] / (gap[start - 1] - gap[start])
            x = np.insert(x, 0, kappa[start - 1] + part * (kappa[start] - kappa[start - 1]))
            y = np.insert(y, 0, 0.0)
        ax.plot(x, y, color=tint, **line(Stability.STABLE if stable[start] else Stability.UNSTABLE))


def gap_figure(diagram: Diagram, gaps: tuple[Array, ...] | None = None) -> Figure:
    r"""Draw the spectral gap of the uniform state and of all branches over κ.

    Parameters
    ----------
    diagram, gaps
        As for :func:`gap_panel`.

    Returns
    -------
    matplotlib.figure.Figure
        It closes at onsets (discs) linearly, at folds (squares) like a square root.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> page = gap_figure(branches.diagram(potentials.kuramoto(), kappa_max=4))
    >>> page.axes[0].get_xlabel()
    'coupling $\\kappa$'
    """
    with mpl.rc_context(RC):
        page = Figure(figsize=(6.6, 4.3), layout="constrained")
        ax = page.subplots()
        gap_panel(ax, diagram, gaps)
        ax.set_title(typeset(diagram.potential.label))
        scene = Scene.of(diagram)
        branches, _ = legend_entries(scene, GUIDE, scene.colours)
        ax.legend(handles=branches, loc="best")
    return page


def plot_rates(
    found: DecayRates,
    ax: Axes | None = None,
    *,
    labels: bool = True,
    legend: bool = False,
    colors: Sequence[str] = BRANCH_COLOURS,
    **style: Any,
) -> Axes:
    """Draw the decay rates of disturbances of a state as levels, one column an isotropy type.

    Parameters
    ----------
    found
        From :func:`branches.decay_rates`.
    ax
        Where; new axes by default. Its fonts and its title stay as they are.
    labels
        Whether the columns are named.
    legend
        Whether there is a legend.
    colors
        Of the columns.
    **style
        Passed on to Matplotlib for the levels.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> state = branches.trace(potentials.kuramoto(), kappa_max=4.5).at_kappa(4)[0]
    >>> branches.decay_rates(state).plot(Figure().subplots()).get_ylabel()
    'decay rate'
    """
    ax = axes_or_new(ax)
    names = []
    for column, block in enumerate(found.blocks):
        tint = colors[column % len(colors)]
        name = block.sector if block.period < 2 else f"{block.sector}, ±{block.residue} mod {block.period}"
        names.append(name)
        ax.hlines(
            block.rates[: found.count], column - 0.35, column + 0.35, **{"color": tint, "label": name, **style}
        )
    ax.axhline(0.0, **sized(GUIDE))
    ax.set_xticks(range(len(names)), names if labels else [""] * len(names))
    ax.set_ylabel("decay rate")
    if legend:
        ax.legend(fontsize="small")
    return ax
