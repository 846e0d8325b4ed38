"""Figure of the lines of a family in the plane of its parameter and the coupling, with their special points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from branches.figures.labels import Labels
from branches.figures.layout import base_size
from branches.figures.legends import inside_legend
from branches.figures.page import axes_or_new, settled
from branches.figures.style import GUIDE, PLANE_MARKS, RC, sized
from branches.figures.ticks import coupling_ticks
from branches.loci.curve_points import CurvePoint, Line
from branches.loci.curves import Curves

__all__ = ["curves_figure", "plot_curves"]

STYLES: dict[str, dict[str, Any]] = {
    "coexistence": {"color": "black", "linewidth": 1.9},
    "onset": {"color": "black", "linewidth": 1.1, "linestyle": (0, (4, 2))},
    "fold": GUIDE,
    "pitchfork": {"color": "#0072B2", "linewidth": 1.1, "linestyle": (0, (6, 2, 1, 2))},
}
PLACES = (0.97, 0.03, 0.85, 0.15, 0.7, 0.3, 0.5)  # on an onset line, where its label may stand
BESIDE = (90, 270, 110, 70, 250, 290, 0, 180)
NEAR = 16.0  # points between a line and its label


def plot_curves(
    found: Curves | Line,
    ax: Axes | None = None,
    *,
    symbol: str = "q",
    labels: bool = True,
    legend: bool = True,
    colors: str | Mapping[str, str] | None = None,
    **style: Any,
) -> Axes:
    """Draw lines over the parameter and the coupling.

    Parameters
    ----------
    found
        From :func:`~branches.loci.curves.curves`, or one of its lines.
    ax
        Where; new axes by default. Its fonts and its title stay as they are.
    symbol
        The parameter, in TeX.
    labels
        Whether the onset lines are labelled by their modes.
    legend
        Whether there is a legend; it is left out where it would cover a line.
    colors
        One colour for all lines, or one by the kind of a line.
    **style
        Passed on to Matplotlib for every line, such as ``linewidth``.

    Returns
    -------
    matplotlib.axes.Axes
        Coexistence solid, onsets dashed, folds dotted, pitchforks off other states dash-dotted; the special points of
        the kinds in the legend are marked.
    """
    ax = axes_or_new(ax)
    lines = found.lines if isinstance(found, Curves) else (found,)
    own = dict.fromkeys(STYLES, colors) if isinstance(colors, str) else dict(colors or {})
    styles = {
        kind: sized(base) | ({"color": own[kind]} if kind in own else {}) | style for kind, base in STYLES.items()
    }
    for line in lines:
        ax.plot(*line.path.T, **styles[line.kind])
    values = np.concatenate([line.path[:, 1] for line in lines]) if lines else np.ones(1)
    coupling_ticks(ax.yaxis, float(values.min()), float(values.max()))
    marked = [point for point in found.points if point.kind in PLANE_MARKS]
    for point in marked:
        ax.plot(point.q, point.kappa, **sized(PLANE_MARKS[point.kind]))
    ax.set_xlabel(rf"${symbol}$")
    ax.set_ylabel(r"coupling $\kappa$")
    settled(ax)
    writer = Labels(ax)
    for line in lines:
        writer.avoid_curve(*line.path.T)
    for point in marked:
        writer.avoid_point(point.q, point.kappa)
    if legend:
        inside_legend(ax, writer, [], _entries(lines, marked, styles))
    if labels:
        for line in lines:
            if line.kind == "onset":
                _label(writer, line)
    return ax


def _entries(
    lines: Iterable[Line], marked: Iterable[CurvePoint], styles: Mapping[str, dict[str, Any]]
) -> list[Line2D]:
    kinds, points = {line.kind for line in lines}, {point.kind for point in marked}
    handles = [Line2D([], [], label=kind, **style) for kind, style in styles.items() if kind in kinds]
    return handles + [Line2D([], [], label=kind, **sized(PLANE_MARKS[kind])) for kind in PLANE_MARKS if kind in points]


def _label(writer: Labels, line: Line) -> None:
    """Write κ_n beside an onset line, at the first place where it touches nothing."""
    text = rf"$\kappa_{{{line.description.removeprefix('mode ')}}}$"
    for share in PLACES:
        q, kappa = line.path[int(share * (len(line.path) - 1))]
        if writer.place(text, float(q), float(kappa), BESIDE, farthest=NEAR, fontsize="small"):
            return


def curves_figure(found: Curves, symbol: str = "q", *, width: float = 6.6) -> Figure:
    """Draw the lines over the parameter and the coupling on a page of their own.

    Parameters
    ----------
    found
        From :func:`~branches.loci.curves.curves`.
    symbol
        The parameter, in TeX.
    width
        Of the page, in inches.

    Returns
    -------
    matplotlib.figure.Figure
        As :func:`plot_curves` draws it.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.loci.curves import curves
    >>> page = curves_figure(curves(potentials.bimodal, 0.4, 1.0, seeds=(0.8,), modes=(1, 2)), symbol="m")
    >>> page.axes[0].get_xlabel()
    '$m$'
    """
    with mpl.rc_context({**RC, **base_size(width)}):
        page = Figure(figsize=(width, 0.7 * width), layout="constrained")
        plot_curves(found, page.subplots(), symbol=symbol)
    return page
