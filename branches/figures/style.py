"""Colours, line styles, markers and fonts of the figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib import rc_params_from_file, rcParams

from branches.states.stability import Stability

__all__ = [
    "BRANCH_COLOURS", "CROSS", "DIAMOND", "DISC", "GUIDE", "PLANE_MARKS", "RC", "RING", "SQUARE", "STYLE",
    "UNIFORM_COLOUR", "Colours", "colour", "line", "sized",
]  # fmt: skip

STYLE = "branches.figures.paper"  # for matplotlib.pyplot.style.use
# Told apart by colour-blind readers too (all pairs); neighbours also in grey, where lightness alternates.
BRANCH_COLOURS = (
    "#0072B2", "#E69F00", "#882255", "#44AA99", "#332288", "#D55E00",
    "#117733", "#88CCEE", "#8C3B1A", "#B58AE0", "#3A3A3A", "#DD77BB",
)  # fmt: skip
UNIFORM_COLOUR = "#000000"

_POINT: dict[str, Any] = {"linestyle": "none", "color": "black", "markersize": 5.5, "zorder": 5}
DISC = {**_POINT, "marker": "o", "markerfacecolor": "black"}  # onsets and branch points
SQUARE = {**_POINT, "marker": "s", "markerfacecolor": "white"}  # folds
RING = {**_POINT, "marker": "o", "markerfacecolor": "none", "markersize": 10, "markeredgewidth": 0.8}  # certified
CROSS = {**_POINT, "marker": "x", "markersize": 6.5, "markeredgewidth": 1.4}  # a branch stops before its end
GUIDE: dict[str, Any] = {"color": "black", "linestyle": ":", "linewidth": 0.9}
DIAMOND = {**_POINT, "marker": "D", "markerfacecolor": "white", "markersize": 5}  # coexistence
Colours = Callable[[int], str]  # of a branch by its number

_LINES: dict[Stability, dict[str, Any]] = {
    Stability.STABLE: {"linestyle": "-", "linewidth": 1.9},
    Stability.UNSTABLE: {"linestyle": (0, (3.2, 2.0)), "linewidth": 1.35},
    Stability.UNDECIDED: {"linestyle": (0, (6.0, 1.8, 1.0, 1.8)), "linewidth": 1.6},
}

# Special points in the plane of a parameter and the coupling.
PLANE_MARKS: dict[str, dict[str, Any]] = {
    "tricritical": DISC,
    "unstable tricritical": {**DISC, "markerfacecolor": "white"},
    "tetracritical": {**DISC, "marker": "*", "markersize": 9},
    "critical end point": DIAMOND,
    "critical point": {**DISC, "marker": "P", "markersize": 6.5, "zorder": 6},
    "triple point": {**DISC, "marker": "^"},
    "cusp": SQUARE,
    "limit of existence": {**DISC, "marker": "|", "markersize": 9},
    "resonance": {**DISC, "marker": "x"},
    "change": {**DISC, "marker": "o", "markersize": 3.5},
}
FULL = 11.0  # points: lines and markers are drawn smaller where the font is smaller than this

RC: Any = dict(rc_params_from_file(Path(__file__).with_name("paper.mplstyle"), use_default_template=False))


def colour(branch: int) -> str:
    """Return the colour of a branch by its number (−1: the uniform state).

    Examples
    --------
    >>> colour(-1), colour(0) == colour(len(BRANCH_COLOURS))
    ('#000000', True)
    """
    return UNIFORM_COLOUR if branch < 0 else BRANCH_COLOURS[branch % len(BRANCH_COLOURS)]


def sized(style: dict[str, Any]) -> dict[str, Any]:
    """Return a style whose lines and markers suit the font in use, as small as that of a column of a journal.

    Examples
    --------
    >>> from matplotlib import rc_context
    >>> with rc_context({"font.size": 8.0}):
    ...     sized(DISC)["markersize"]
    4.0
    """
    share = min(1.0, rcParams["font.size"] / FULL)
    return {key: value * share if key in ("linewidth", "markersize") else value for key, value in style.items()}


def line(stability: Stability) -> dict[str, Any]:
    """Return the line style: solid where stable, thinner and dashed where unstable, dash-dotted where not decided."""
    return sized(_LINES[stability])
