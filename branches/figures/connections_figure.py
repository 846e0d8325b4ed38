"""Figure of the connections at one coupling: states at the height of their free energy, arrows for the flow."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from branches.dynamics.initial import density_of
from branches.figures.style import RC, colour
from branches.figures.words import number, typeset

__all__ = ["connections_figure"]

SHOOTING: dict[str, Any] = {"linestyle": "-", "linewidth": 1.2, "color": "0.25"}
TRACKED: dict[str, Any] = {"linestyle": (0, (4, 2)), "linewidth": 1.2, "color": "0.25"}
UNDECIDED: dict[str, Any] = {"linestyle": ":", "linewidth": 1.0, "color": "0.55"}
PORTRAIT = (0.13, 0.085)  # of the panel
APART = 0.105  # least distance of portraits in the height, of the panel


def connections_figure(graph: nx.MultiDiGraph) -> Figure:
    """Draw which state flows to which, with the density of each state at the height of its free energy.

    Parameters
    ----------
    graph
        From :func:`branches.connections`.

    Returns
    -------
    matplotlib.figure.Figure
        Heights follow F, pushed apart where portraits would overlap. Arrows: solid found by shooting, dashed by edge
        tracking; dotted: not decided.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.bimodal(1.3), kappa_max=2)
    >>> page = connections_figure(branches.connections(d, 1.8))
    >>> len(page.axes)                                       # the panel and a portrait of each state
    4
    """
    with mpl.rc_context(RC):
        page = Figure(figsize=(7.4, 5.6))
        ax = page.add_axes((0.03, 0.03, 0.94, 0.88))
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.set_axis_off()
        places = _places(graph)
        for start, end, _ in graph.graph["undecided"]:
            _arrow(ax, places[start], places[end], UNDECIDED)
        for start, end in sorted(set(graph.edges())):
            methods = {data["method"] for data in graph[start][end].values()}
            _arrow(ax, places[start], places[end], SHOOTING if "shooting" in methods else TRACKED)
        for name, place in places.items():
            _portrait(page, ax, graph, name, place)
        styles = (("by shooting", SHOOTING), ("by edge tracking", TRACKED), ("not decided", UNDECIDED))
        handles = [Line2D([], [], label=text, **style) for text, style in styles]
        ax.legend(handles=handles, loc="upper left", fontsize=9.5)
        page.suptitle(rf"{typeset(graph.graph['potential'])}, $\kappa = {number(graph.graph['kappa'], 6)}$", y=0.98)
    return page


def _places(graph: nx.MultiDiGraph) -> dict[str, tuple[float, float]]:
    """Return the place of each state: the height by F, pushed apart where portraits would overlap."""
    names = sorted(graph.nodes, key=lambda name: graph.nodes[name]["free_energy"])
    energies = np.array([graph.nodes[name]["free_energy"] for name in names])
    extent = max(float(np.ptp(energies)), 1e-300)
    heights = 0.1 + 0.78 * (energies - energies[0]) / extent
    least = min(APART, 0.8 / max(len(names) - 1, 1))
    for k in range(1, len(names)):
        heights[k] = max(heights[k], heights[k - 1] + least)
    top = heights[-1] if heights[-1] > 0.9 else 0.9
    heights = np.minimum(heights, top) * 0.9 / top
    for k in range(len(names) - 2, -1, -1):
        heights[k] = min(heights[k], heights[k + 1] - least)
    columns = np.array([0.5, 0.28, 0.72, 0.4, 0.6])
    return {
        name: (float(columns[(len(names) - 1 - k) % columns.size]), float(heights[k])) for k, name in enumerate(names)
    }


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], style: dict[str, Any]) -> None:
    bend = 0.08 if start[0] <= end[0] else -0.08
    arrow = {"arrowstyle": "-|>", "shrinkA": 26, "shrinkB": 30, "connectionstyle": f"arc3,rad={bend}", **style}
    ax.annotate("", xy=end, xytext=start, arrowprops=arrow, zorder=1)


def _portrait(page: Figure, ax: Axes, graph: nx.MultiDiGraph, name: str, place: tuple[float, float]) -> None:
    data = graph.nodes[name]
    width, height = PORTRAIT
    corner = page.transFigure.inverted().transform(
        ax.transData.transform((place[0] - 0.5 * width, place[1] - 0.5 * height))
    )
    other = page.transFigure.inverted().transform(
        ax.transData.transform((place[0] + 0.5 * width, place[1] + 0.5 * height))
    )
    small = page.add_axes((*corner, *(other - corner)))
    c = np.asarray(getattr(data["state"], "c", data["state"].a), dtype=complex)
    rho = np.fft.fftshift(density_of(c, max(256, 2 * c.size + 2)))
    shade = colour(0 if data["stable"] else 1)
    theta = np.linspace(-np.pi, np.pi, rho.size)
    small.fill_between(theta, rho, color=shade, alpha=0.3, linewidth=0)
    small.plot(theta, rho, color=shade, linewidth=1.2)
    small.set(xticks=[], yticks=[], ylim=(0.0, 1.25 * float(rho.max())), xlim=(-np.pi, np.pi))
    small.patch.set_alpha(0.9)
    for side in small.spines.values():
        side.set(visible=True, color="0.6", linewidth=0.6)
    text = f"{name}, index {data['index']}\n$F = {number(data['free_energy'], 6)}$"
    right = place[0] >= 0.5
    ax.annotate(
        text, (place[0] + (0.5 if right else -0.5) * width, place[1]), xytext=(5 if right else -5, 0),
        textcoords="offset points", ha="left" if right else "right", va="center", fontsize=9,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5}, zorder=3,
    )  # fmt: skip
