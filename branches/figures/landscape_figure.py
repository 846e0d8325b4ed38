"""Figures of transitions: the minimum free energy map, and the densities of multi-peak states over a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from branches.dynamics.metastable import MetastableTable, MultiPeak
from branches.figures.densities import density_curve
from branches.figures.labels import Labels
from branches.figures.layout import base_size, side_by_side
from branches.figures.page import axes_or_new, settled
from branches.figures.scene import colours_of
from branches.figures.style import DIAMOND, DISC, GUIDE, RC, Colours, colour, line, sized
from branches.figures.words import number, typeset
from branches.landscapes.arcs import StateFunction
from branches.landscapes.landscape import Landscape
from branches.states.stability import Stability

__all__ = ["landscape_figure", "metastable_figure", "plot_landscape"]

Array = NDArray[np.float64]
SAMPLES, PROBE_EVERY = 241, 6  # points of a line, and of those the stability is asked
BAND: dict[str, Any] = {"color": "#D9D9D9", "linewidth": 7.0, "solid_capstyle": "butt", "zorder": 0}


def landscape_figure(landscape: Landscape, *, width: float = 9.6) -> Figure:
    """Draw the free energy of all states over κ with its minimum, and the slope of the minimum.

    Parameters
    ----------
    landscape
        From :func:`~branches.landscapes.landscape.landscape`.
    width
        Of the page, in inches; on a narrow one the panels stand below one another.

    Returns
    -------
    matplotlib.figure.Figure
        Left: F of every arc (solid where stable, dashed where unstable, dash-dotted where not decided) above the
        broad band of F*; right: Σ g a² = −2 dF*/dκ of the
        minimiser. Diamonds: discontinuous transitions; discs: continuous ones.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> from branches.landscapes.landscape import landscape
    >>> page = landscape_figure(landscape(branches.diagram(potentials.bimodal(1.4), kappa_max=1.6)))
    >>> len(page.axes)
    2
    """
    with mpl.rc_context({**RC, **base_size(width)}):
        page, (left, right) = side_by_side(width, 2, 3.9)
        page.suptitle(typeset(landscape.diagram.potential.label))
        plot_landscape(landscape, left)
        plot_landscape(landscape, right, y="slope", legend=False)
    return page


def plot_landscape(
    landscape: Landscape,
    ax: Axes | None = None,
    *,
    y: str = "free energy",
    labels: bool = True,
    legend: bool = True,
    colors: Mapping[int, str] | None = None,
    **style: Any,
) -> Axes:
    """Draw the states of a diagram ordered by their free energy.

    Parameters
    ----------
    landscape
        From :func:`~branches.landscapes.landscape.landscape`.
    ax
        Where; new axes by default. Its fonts and its title stay as they are.
    y
        'free energy': F of every arc above the broad band of F*; 'slope': Σ g a² = −2 dF*/dκ of the minimiser.
    labels
        Whether transitions are labelled, where there is room.
    legend
        Whether there is a legend.
    colors
        Of branches, by their number.
    **style
        Passed on to Matplotlib for every line.

    Raises
    ------
    ValueError
        If ``y`` is neither.
    """
    if y not in ("free energy", "slope"):
        raise ValueError(f"y = {y!r} is not allowed: give 'free energy' or 'slope'")
    ax = axes_or_new(ax)
    usual, given = colours_of(landscape.diagram), dict(colors or {})
    lines = (_energies if y == "free energy" else _slopes)(ax, landscape, lambda n: given.get(n, usual(n)), style)
    ax.set_xlim(*_range(landscape))
    ax.set_xlabel(r"coupling $\kappa$")
    if legend and y == "free energy":
        ax.legend(loc="lower left", fontsize="small")
    if labels:
        _label(ax, landscape, y, lines)
    return ax


def _label(ax: Axes, landscape: Landscape, y: str, lines: Sequence[tuple[Array, Array]]) -> None:
    settled(ax)
    writer = Labels(ax)
    for line_ in lines:
        writer.avoid_curve(*line_)
    legend = ax.get_legend()
    if legend is not None:
        writer.avoid_box(legend.get_window_extent())
    for transition in landscape.transitions if y == "free energy" else ():
        writer.avoid_point(transition.kappa, transition.states[0].free_energy)
    for transition in landscape.transitions:
        state = transition.states[0]
        height = state.free_energy if y == "free energy" else float(np.mean(ax.get_ylim()))
        writer.place(rf"$\kappa = {number(transition.kappa)}$", transition.kappa, height, fontsize="small")


def _range(landscape: Landscape) -> tuple[float, float]:
    """Return couplings around the transitions, up to the largest of the diagram."""
    folds = [arc.low for arc in landscape.arcs[1:]]
    high = landscape.diagram.kappa_max
    first = min(folds, default=0.5 * high)
    return first - 0.15 * (high - first), high


def _energies(ax: Axes, landscape: Landscape, colours: Colours, style: Mapping[str, Any]) -> list[tuple[Array, Array]]:
    """Draw F of all arcs, its minimum and the transitions, and return the lines."""
    low, high = _range(landscape)
    kappa = np.linspace(max(low, 1e-3 * high), high, 4 * SAMPLES)
    ax.plot(kappa, landscape.free_energy(kappa), label=r"$F^*$", **BAND)
    lowest = float(landscape.free_energy(high))
    lines = [_arc_line(ax, arc, low, colours, style) for arc in landscape.arcs]
    highest = max([0.0, *(float(np.max(energies)) for _, energies in lines)])
    for transition in landscape.transitions:
        mark = DIAMOND if transition.kind == "discontinuous" else DISC
        ax.plot(transition.kappa, transition.states[0].free_energy, **sized(mark))
    ax.set_ylim(min(1.05 * lowest, -1e-9), max(1.2 * highest, -0.08 * lowest))
    ax.set_ylabel("free energy $F$")
    return lines


def _arc_line(
    ax: Axes, arc: StateFunction, low: float, colours: Colours, style: Mapping[str, Any]
) -> tuple[Array, Array]:
    """Draw F along one arc, in the style of its stability, and return κ and F."""
    kappa = np.linspace(max(arc.low, low, 1e-9), arc.high, SAMPLES)
    energies = arc.energies(kappa)[0]
    probes = kappa[PROBE_EVERY // 2 :: PROBE_EVERY]
    known = [arc.state(float(at)).stability for at in probes]
    owner = [known[k] for k in np.argmin(np.abs(kappa[:, None] - probes), axis=1)]
    edges = [0, *(k + 1 for k, (left, right) in enumerate(pairwise(owner)) if left != right), SAMPLES - 1]
    for start, stop in pairwise(edges):
        piece = slice(start, stop + 1)
        ax.plot(kappa[piece], energies[piece], **{"color": colours(arc.number), **line(owner[start]), **style})
    return kappa, energies


def _slopes(ax: Axes, landscape: Landscape, colours: Colours, style: Mapping[str, Any]) -> list[tuple[Array, Array]]:
    """Draw the slope of the minimum, and return the lines."""
    lines = []
    for interval in landscape.intervals:
        kappa = np.linspace(max(interval.low, 1e-9), interval.high, SAMPLES)
        slope = interval.arc.energies(kappa)[1]
        ax.plot(kappa, slope, **{"color": colours(interval.arc.number), **line(Stability.STABLE), **style})
        lines.append((kappa, slope))
    for transition in landscape.transitions:
        ax.axvline(transition.kappa, **sized(GUIDE))
        lines.append((np.full(2, transition.kappa), np.array(ax.get_ylim())))
    ax.set_ylabel(r"slope $-2\,dF^*/d\kappa = \sum g_n a_n^2$")
    return lines


def metastable_figure(table: MetastableTable, symbol: str = r"\beta") -> Figure:
    """Draw the densities of multi-peak states: one row for each value of the parameter, one column for each count.

    Parameters
    ----------
    table
        From :func:`~branches.dynamics.metastable.metastable_table`.
    symbol
        The parameter, in TeX.

    Returns
    -------
    matplotlib.figure.Figure
        Solid and filled where the state is left slowly or not at all; above each its index and growth rate.
    """
    most = max((entry.peaks for row in table.rows for entry in row), default=1)
    with mpl.rc_context({**RC, "font.size": 9}):
        page = Figure(figsize=(1.9 * most, 1.55 * len(table.rows) + 0.5), layout="constrained")
        grid = page.subplots(len(table.rows), most, squeeze=False, sharex=True)
        for axes, row, value, kappa in zip(grid, table.rows, table.parameters, table.couplings, strict=True):
            by_peaks = {entry.peaks: entry for entry in row}
            for peaks, ax in enumerate(axes, 1):
                _density(ax, by_peaks.get(peaks))
            axes[0].set_ylabel(rf"${symbol} = {number(value)}$" + "\n" + rf"$\kappa = {number(kappa, 4)}$", fontsize=10)
        for ax in grid[-1]:
            ax.set_xticks([-np.pi, 0.0, np.pi], [r"$-\pi$", "$0$", r"$\pi$"])
            ax.set_xlabel(r"$\theta$")
    return page


def _density(ax: Axes, entry: MultiPeak | None) -> None:
    ax.set_yticks([])
    if entry is None:
        ax.set_axis_off()
        return
    theta, density = density_curve(entry.state)
    shade = colour(entry.peaks - 1)
    ax.plot(theta, density, color=shade, **line(Stability.STABLE if entry.slow else Stability.UNSTABLE))
    if entry.slow:
        ax.fill_between(theta, density, color=shade, alpha=0.25, linewidth=0)
    even, odd = entry.state.index
    rate = "stable" if entry.growth < 0 else f"rate ${number(entry.growth, 2)}$"
    ax.set_title(f"index {even}+{odd}, {rate}", fontsize=8.5)
    ax.set_ylim(0.0, None)
