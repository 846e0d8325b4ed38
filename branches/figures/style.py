"""Colours, line styles, markers and fonts of the figures."""

from __future__ import annotations

from typing import Any

from branches.states.stability import Stability

__all__ = [
    "BRANCH_COLOURS", "CROSS", "DIAMOND", "DISC", "GUIDE", "RC", "RING", "SQUARE", "UNIFORM_COLOUR", "colour", "line",
]  # fmt: skip

# Okabe and Ito's palette: told apart by colour-blind readers, and in grey by lightness.
BRANCH_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
UNIFORM_COLOUR = "#000000"

_POINT: dict[str, Any] = {"linestyle": "none", "color": "black", "markersize": 5.5, "zorder": 5}
DISC = {**_POINT, "marker": "o", "markerfacecolor": "black"}  # onsets and branch points
SQUARE = {**_POINT, "marker": "s", "markerfacecolor": "white"}  # folds
RING = {**_POINT, "marker": "o", "markerfacecolor": "none", "markersize": 10, "markeredgewidth": 0.8}  # certified
CROSS = {**_POINT, "marker": "x", "markersize": 6.5, "markeredgewidth": 1.4}  # a branch stops before its end
GUIDE: dict[str, Any] = {"color": "black", "linestyle": ":", "linewidth": 0.9}
DIAMOND = {**_POINT, "marker": "D", "markerfacecolor": "white", "markersize": 5}  # coexistence

_LINES: dict[Stability, dict[str, Any]] = {
    Stability.STABLE: {"linestyle": "-", "linewidth": 1.9},
    Stability.UNSTABLE: {"linestyle": (0, (3.2, 2.0)), "linewidth": 1.35},
    Stability.UNDECIDED: {"linestyle": (0, (6.0, 1.8, 1.0, 1.8)), "linewidth": 1.6},
}

RC: Any = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 11,
    "axes.labelsize": 12,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.fontsize": 10.5,
    "legend.frameon": False,
    "legend.columnspacing": 1.5,
    "lines.solid_capstyle": "round",
    "lines.dash_capstyle": "butt",
    "svg.hashsalt": "mvcont",  # the same diagram, the same file
    "pdf.fonttype": 42,
}


def colour(branch: int) -> str:
    """Return the colour of a branch by its number (−1: the uniform state).

    Examples
    --------
    >>> colour(-1), colour(0) == colour(len(BRANCH_COLOURS))
    ('#000000', True)
    """
    return UNIFORM_COLOUR if branch < 0 else BRANCH_COLOURS[branch % len(BRANCH_COLOURS)]


def line(stability: Stability) -> dict[str, Any]:
    """Return the line style: solid where stable, thinner and dashed where unstable, dash-dotted where not decided."""
    return dict(_LINES[stability])
