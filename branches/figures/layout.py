"""Where the panels of a page are, in inches: side by side on a wide page, below one another on a narrow one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

__all__ = ["PANELS", "Row", "arranged", "base_size", "rows_of", "side_by_side"]

PANELS = ("heights", "free energy", "densities", "gap")
WIDE = 7.0  # inches from which two panels stand side by side
LEAST = 3.0
LARGE, SMALL = (10.0, 11.0), (3.4, 8.0)  # (width in inches, size of the font in points)
# In inches at the large font: margins, the room for ticks and labels below a row, the title, between panels.
LEFT, RIGHT, BELOW, TITLE, BETWEEN, CLOSE = 0.82, 0.24, 0.89, 0.3, 0.92, 0.5
HEIGHTS = {"heights": 2.5, "free energy": 2.5, "densities": 1.67, "gap": 2.2}


@dataclass(frozen=True)
class Row:
    """A row of a page: the panels in it, their relative widths, and its height in inches."""

    panels: tuple[str, ...]
    widths: tuple[float, ...]
    height: float


def base_size(width: float) -> Any:
    """Return the sizes of fonts and lines on a page of a width.

    Examples
    --------
    >>> base_size(10.0)["font.size"], base_size(3.4)["font.size"]
    (11.0, 8.0)
    """
    share = (width - SMALL[0]) / (LARGE[0] - SMALL[0])
    size = min(max(SMALL[1] + share * (LARGE[1] - SMALL[1]), SMALL[1]), LARGE[1])
    return {
        "font.size": size, "axes.labelsize": size * 12 / 11, "legend.fontsize": size * 10.5 / 11,
        "xtick.major.size": 3.5 * size / 11, "ytick.major.size": 3.5 * size / 11,
    }  # fmt: skip


def rows_of(width: float, panels: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows of a page.

    Raises
    ------
    ValueError
        If the width is too small, or a panel is unknown or asked for twice.

    Examples
    --------
    >>> [row.panels for row in rows_of(10.0, PANELS)]
    [('heights', 'free energy'), ('densities',), ('gap',)]
    """
    if not width >= LEAST:
        raise ValueError(f"width = {width!r} is not allowed: at least {LEAST:g} inches")
    if isinstance(panels, str) or not panels or set(panels) - set(PANELS) or len(set(panels)) < len(panels):
        raise ValueError(f"panels = {panels!r} is not allowed: give some of {', '.join(map(repr, PANELS))}")
    scale = min(1.0, 0.55 + 0.45 * width / LARGE[0])
    rows: list[Row] = []
    left = list(panels)
    while left:
        name = left.pop(0)
        if width >= WIDE and name == "heights" and left[:1] == ["free energy"]:
            rows.append(Row((name, left.pop(0)), (1.25, 1.0), HEIGHTS[name] * scale))
        else:
            rows.append(Row((name,), (1.0,), HEIGHTS[name] * scale))
    return tuple(rows)


def arranged(
    page: Figure, rows: Sequence[Row], densities: int, legend: Callable[[float], float]
) -> dict[str, list[Axes]]:
    """Give a page its title (without text yet), its legend, its height, and the axes of its panels.

    Parameters
    ----------
    page
        Of its final width; its height is set here.
    rows
        From :func:`rows_of`.
    densities
        How many panels the densities take; a row without any is left out.
    legend
        Draws the legend at a distance from the top and returns its height, both in inches.

    Returns
    -------
    dict
        Axes by the name of the panel.
    """
    unit = mpl.rcParams["font.size"] / LARGE[1]
    rows = [row for row in rows if row.panels != ("densities",) or densities]
    page.text(0.5, 0.5, "", fontsize="large", ha="center", va="top")
    head = TITLE * unit + legend(TITLE * unit) + 0.32 * unit
    height = head + sum(row.height + BELOW * unit for row in rows) - 0.3 * unit
    width = page.get_figwidth()
    page.set_size_inches(width, height)
    page.texts[0].set_position((0.5, 1.0 - 0.06 * unit / height))
    if page.legends:
        page.legends[0].set_bbox_to_anchor((0.5, 1.0 - TITLE * unit / height))
    axes: dict[str, list[Axes]] = {name: [] for row in rows for name in row.panels}
    top, left, right = height - head, LEFT * unit, width - RIGHT * unit
    for row in rows:
        names = row.panels * (densities if row.panels == ("densities",) else 1)
        widths = row.widths * (len(names) // len(row.widths))
        gap = unit * (BETWEEN if len(row.widths) > 1 else CLOSE)
        room, x = right - left - gap * (len(names) - 1), left
        for name, share in zip(names, widths, strict=True):
            size = room * share / sum(widths)
            box = (x / width, (top - row.height) / height, size / width, row.height / height)
            axes[name].append(page.add_axes(box))
            x += size + gap
        top -= row.height + BELOW * unit
    return axes


def side_by_side(width: float, count: int, height: float, ratios: Sequence[float] | None = None) -> tuple[Figure, Any]:
    """Return a page and its panels: in a row of a height on a wide page, below one another on a narrow one.

    Raises
    ------
    ValueError
        If the width is too small.
    """
    if not width >= LEAST:
        raise ValueError(f"width = {width!r} is not allowed: at least {LEAST:g} inches")
    if width >= WIDE:
        page = Figure(figsize=(width, height), layout="constrained")
        return page, page.subplots(1, count, width_ratios=ratios)
    page = Figure(figsize=(width, 0.72 * width * count), layout="constrained")
    return page, page.subplots(count, 1)
