"""The entries of the legend of a diagram, and legends that cover nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from branches.figures.labels import Labels
from branches.figures.scene import Scene
from branches.figures.stretches import UNIFORM
from branches.figures.style import CROSS, DISC, RING, SQUARE, Colours, line, sized
from branches.states.stability import Stability

__all__ = ["inside_legend", "legend_entries", "page_legend"]

GRID = 24  # places of a legend along each side of a panel
LISTED = 8  # branches that have an entry of their own
SMALL: dict[str, Any] = {"fontsize": "small", "handlelength": 1.6, "labelspacing": 0.3, "borderaxespad": 0.3}


def legend_entries(scene: Scene, coexistence: dict[str, Any], colours: Colours) -> tuple[list[Line2D], list[Line2D]]:
    """Return an entry for each branch (the first few), and one for each line style and marker in use."""
    numbers = list(scene.names)
    branches = [_line("uniform state", colours(UNIFORM))] if any(p.branch == UNIFORM for p in scene.parts) else []
    branches += [_line(scene.names[n], colours(n)) for n in numbers[:LISTED]]
    if len(numbers) > LISTED:
        branches.append(Line2D([], [], linestyle="none", label=f"and {len(numbers) - LISTED} more"))
    shown = {part.stability for part in scene.parts}
    signs = [Line2D([], [], color="0.35", label=word.value, **line(word)) for word in Stability if word in shown]
    kinds = {mark.kind for mark in scene.marks}
    if kinds - {"fold", "stop"}:
        signs.append(Line2D([], [], label="onset, branch point", **sized(DISC)))
    if "fold" in kinds:
        signs.append(Line2D([], [], label="fold", **sized(SQUARE)))
    if "stop" in kinds:
        signs.append(Line2D([], [], label="stopped", **sized(CROSS)))
    if any(mark.certified for mark in scene.marks):
        signs.append(Line2D([], [], label="certified", **sized(RING)))
    if scene.crossings:
        signs.append(Line2D([], [], label="coexistence", **sized(coexistence)))
    return branches, signs


def inside_legend(ax: Axes, writer: Labels, branches: list[Line2D], signs: list[Line2D]) -> Legend | None:
    """Put the fullest legend into a panel that covers no curve: all entries, styles and markers, or none.

    Parameters
    ----------
    ax
        The panel.
    writer
        Knows the curves of the panel; keeps clear of the legend from now on.
    branches, signs
        From :func:`legend_entries`.
    """
    for handles in ([*branches, *signs], signs):
        legend = ax.legend(handles=handles, loc="upper left", **SMALL)
        box = legend.get_window_extent()
        for corner in _corners(writer.frame, box):
            moved = Bbox.from_bounds(*corner, box.width, box.height)
            if writer.free(moved):
                writer.avoid_box(moved)
                legend.set_loc(tuple(ax.transAxes.inverted().transform(corner)))
                return legend
        legend.remove()
    return None


def _corners(frame: Bbox, box: Bbox) -> list[tuple[float, float]]:
    """Return lower left corners of a legend in a panel: those in its corners first, then from the edges inwards."""
    across, up = frame.width - box.width - 2.0, frame.height - box.height - 2.0
    if min(across, up) <= 0.0:
        return []
    shares = [(i / GRID, j / GRID) for i in range(GRID + 1) for j in range(GRID + 1)]
    shares.sort(key=lambda share: (round(sum(min(s, 1.0 - s) for s in share), 6), -share[1], share[0]))
    return [(frame.x0 + 1.0 + i * across, frame.y0 + 1.0 + j * up) for i, j in shares]


def page_legend(page: Figure, handles: Sequence[Line2D], top: float) -> float:
    """Put a legend across a page, in as many columns as fit, and return its height in inches.

    Parameters
    ----------
    page
        Of its final width.
    handles
        The entries.
    top
        Distance of the legend from the upper edge, in inches; the page may still change its height.
    """
    width, height = page.get_size_inches()
    for rows in range(1, len(handles) + 1):
        columns = -(-len(handles) // rows)
        legend = page.legend(
            handles=handles, ncols=columns, loc="upper center", bbox_to_anchor=(0.5, 1.0 - top / height), borderpad=0.0,
            borderaxespad=0.0, columnspacing=1.2 if width < 6.0 else None,
        )  # fmt: skip
        box = legend.get_window_extent()
        if box.width <= 0.97 * page.bbox.width or columns == 1:
            return float(box.height / page.dpi)
        legend.remove()
    return 0.0


def _line(label: str, colour: str) -> Line2D:
    return Line2D([], [], color=colour, label=label, **sized({"linewidth": 1.9}))
