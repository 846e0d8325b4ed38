"""Figures of transitions: the minimum free energy map, and the densities of multi-peak states over a parameter."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from branches.dynamics.metastable import MetastableTable, MultiPeak
from branches.figures.scene import colours_of
from branches.figures.style import DIAMOND, DISC, GUIDE, RC, Colours, colour, line
from branches.landscapes.arcs import StateFunction
from branches.landscapes.landscape import Landscape
from branches.states.stability import Stability

__all__ = ["landscape_figure", "metastable_figure"]

SAMPLES, PROBE_EVERY = 241, 6  # points of a line, and of those the stability is asked
BAND: dict[str, Any] = {"color": "#D9D9D9", "linewidth": 7.0, "solid_capstyle": "butt", "zorder": 0}


def landscape_figure(landscape: Landscape) -> Figure:
    """Draw the free energy of all states over κ with its minimum, and the slope of the minimum.

    Parameters
    ----------
    landscape
        From :func:`~branches.landscapes.landscape.landscape`.

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
    with mpl.rc_context(RC):
        page = Figure(figsize=(9.6, 3.9), layout="constrained")
        left, right = page.subplots(1, 2)
        page.suptitle(landscape.diagram.potential.label)
        _energies(left, landscape)
        _slopes(right, landscape)
        low, high = _range(landscape)
        for ax in (left, right):
            ax.set_xlim(low, high)
            ax.set_xlabel(r"coupling $\kappa$")
    return page


def _range(landscape: Landscape) -> tuple[float, float]:
    """Return couplings around the transitions, up to the largest of the diagram."""
    folds = [arc.low for arc in landscape.arcs[1:]]
    high = landscape.diagram.kappa_max
    first = min(folds, default=0.5 * high)
    return first - 0.15 * (high - first), high


def _energies(ax: Axes, landscape: Landscape) -> None:
    low, high = _range(landscape)
    kappa = np.linspace(max(low, 1e-3 * high), high, 4 * SAMPLES)
    ax.plot(kappa, landscape.free_energy(kappa), label=r"$F^*$", **BAND)
    lowest = float(landscape.free_energy(high))
    highest = 0.0
    colours = colours_of(landscape.diagram)
    for arc in landscape.arcs:
        energies = _arc_line(ax, arc, low, colours)
        highest = max(highest, float(np.max(energies)))
    for transition in landscape.transitions:
        mark = DIAMOND if transition.kind == "discontinuous" else DISC
        ax.plot(transition.kappa, transition.states[0].free_energy, **mark)
    ax.set_ylim(min(1.05 * lowest, -1e-9), max(1.2 * highest, -0.08 * lowest))
    ax.set_ylabel("free energy $F$")
    ax.legend(loc="lower left")


def _arc_line(ax: Axes, arc: StateFunction, low: float, colours: Colours) -> np.ndarray:
    """Draw F along one arc, in the style of its stability, and return it."""
    kappa = np.linspace(max(arc.low, low, 1e-9), arc.high, SAMPLES)
    energies = arc.energies(kappa)[0]
    probes = kappa[PROBE_EVERY // 2 :: PROBE_EVERY]
    known = [arc.state(float(at)).stability for at in probes]
    owner = [known[k] for k in np.argmin(np.abs(kappa[:, None] - probes), axis=1)]
    edges = [0, *(k + 1 for k, (left, right) in enumerate(pairwise(owner)) if left != right), SAMPLES - 1]
    for start, stop in pairwise(edges):
        piece = slice(start, stop + 1)
        ax.plot(kappa[piece], energies[piece], color=colours(arc.number), **line(owner[start]))
    return energies


def _slopes(ax: Axes, landscape: Landscape) -> None:
    colours = colours_of(landscape.diagram)
    for interval in landscape.intervals:
        kappa = np.linspace(max(interval.low, 1e-9), interval.high, SAMPLES)
        ax.plot(kappa, interval.arc.energies(kappa)[1], color=colours(interval.arc.number), **line(Stability.STABLE))
    for transition in landscape.transitions:
        ax.axvline(transition.kappa, **GUIDE)
        place = (transition.kappa, 0.98)
        text = rf"$\kappa$ = {transition.kappa:.6g}"
        ax.annotate(
            text, place, xycoords=("data", "axes fraction"), rotation=90, va="top", ha="right", fontsize=9.5
        )
    ax.set_ylabel(r"slope of the minimum, $\sum g_n a_n^2 = -2\,dF^*/d\kappa$")


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
            axes[0].set_ylabel(rf"${symbol} = {value:g}$" + "\n" + rf"$\kappa = {kappa:.4g}$", fontsize=10)
        for ax in grid[-1]:
            ax.set_xticks([-np.pi, 0.0, np.pi], [r"$-\pi$", "$0$", r"$\pi$"])
            ax.set_xlabel(r"$\theta$")
    return page


def _density(ax: Axes, entry: MultiPeak | None) -> None:
    ax.set_yticks([])
    if entry is None:
        ax.set_axis_off()
        return
    theta = np.linspace(-np.pi, np.pi, 721)
    density = entry.state.density(theta)
    shade = colour(entry.peaks - 1)
    ax.plot(theta, density, color=shade, **line(Stability.STABLE if entry.slow else Stability.UNSTABLE))
    if entry.slow:
        ax.fill_between(theta, density, color=shade, alpha=0.25, linewidth=0)
    even, odd = entry.state.index
    rate = "stable" if entry.growth < 0 else f"rate {entry.growth:.1e}"
    ax.set_title(f"index {even}+{odd}, {rate}", fontsize=8.5)
    ax.set_ylim(0.0, None)
