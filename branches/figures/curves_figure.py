"""Figure of the lines of a family in the plane of its parameter and the coupling, with their special points."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter, ScalarFormatter

from branches.figures.style import DIAMOND, DISC, GUIDE, RC, SQUARE
from branches.loci.curves import Curves

__all__ = ["curves_figure"]

STYLES: dict[str, dict[str, Any]] = {
    "coexistence": {"color": "black", "linewidth": 1.9},
    "onset": {"color": "black", "linewidth": 1.1, "linestyle": (0, (4, 2))},
    "fold": GUIDE,
    "pitchfork": {"color": "#0072B2", "linewidth": 1.1, "linestyle": (0, (6, 2, 1, 2))},
}
TRIANGLE = {**DISC, "marker": "^"}
MARKS: dict[str, dict[str, Any]] = {
    "tricritical": DISC,
    "unstable tricritical": {**DISC, "markerfacecolor": "white"},
    "tetracritical": {**DISC, "marker": "*", "markersize": 9},
    "critical end point": DIAMOND,
    "critical point": {**DISC, "marker": "P", "markersize": 6.5, "zorder": 6},
    "triple point": TRIANGLE,
    "cusp": SQUARE,
    "limit of existence": {**DISC, "marker": "|", "markersize": 9},
    "resonance": {**DISC, "marker": "x"},
}
WIDE = 4.0  # ratio of the couplings above which their axis is logarithmic


def curves_figure(found: Curves, symbol: str = "q") -> Figure:
    """Draw the lines over the parameter and the coupling.

    Parameters
    ----------
    found
        From :func:`~branches.loci.curves.curves`.
    symbol
        The parameter, in TeX.

    Returns
    -------
    matplotlib.figure.Figure
        Coexistence solid, onsets dashed, folds dotted, pitchforks off other states dash-dotted; the special points of
        the kinds in the legend are marked.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.loci.curves import curves
    >>> page = curves_figure(curves(potentials.bimodal, 0.4, 1.0, seeds=(0.8,), modes=(1, 2)), symbol="m")
    >>> page.axes[0].get_xlabel()
    '$m$'
    """
    with mpl.rc_context(RC):
        page = Figure(figsize=(6.6, 4.6), layout="constrained")
        ax = page.subplots()
        for line in found.lines:
            ax.plot(line.q, line.kappa, **STYLES[line.kind])
        values = np.concatenate([line.kappa for line in found.lines]) if found.lines else np.ones(1)
        if values.max() > WIDE * values.min():
            ax.set_yscale("log")
            ax.yaxis.set_major_formatter(ScalarFormatter())
            ax.yaxis.set_minor_formatter(ScalarFormatter() if values.max() < 100 * values.min() else NullFormatter())
        marked = [point for point in found.points if point.kind in MARKS]
        for point in marked:
            ax.plot(point.q, point.kappa, **MARKS[point.kind])
        kinds = [kind for kind in STYLES if found.of_kind(kind)]
        handles = [Line2D([], [], label=kind, **STYLES[kind]) for kind in kinds]
        handles += [Line2D([], [], label=k, **MARKS[k]) for k in MARKS if any(point.kind == k for point in marked)]
        ax.legend(handles=handles)
        ax.set_xlabel(rf"${symbol}$")
        ax.set_ylabel(r"coupling $\kappa$")
    return page
