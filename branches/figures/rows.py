"""Labels in a row below a line or a column beside it, pushed apart where they would touch, each joined to its point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from numpy.typing import NDArray

from branches.figures.labels import Labels

__all__ = ["label_below", "label_right", "row_height", "spread"]

Array = NDArray[np.float64]
STRIDES = (1, 2, 5, 10, 20, 50)  # every so many-th label, where there is no room for all
GAP = 4.0  # points between neighbours
MOVED = 34.0  # points by which a label may be moved away from its point
DROP, SIDE = 13.0, 5.0  # points from the line to the row, from the curve to the column
TIGHT = 0.95  # of the height of a line of text: digits have no descenders


def spread(wanted: Array, sizes: Array, low: float, high: float) -> Array | None:
    """Return places, as near to those wanted as can be, at which labels of given sizes do not overlap.

    Parameters
    ----------
    wanted
        Centres in increasing order, shape (m,).
    sizes
        Extents with the gap between neighbours, shape (m,).
    low, high
        Where all labels must be.

    Returns
    -------
    ndarray or None
        Least squares (pool adjacent violators); None if the labels are longer than the room.

    Examples
    --------
    >>> spread(np.array([1.0, 1.0, 5.0]), np.ones(3), 0.0, 9.0).tolist()
    [0.5, 1.5, 5.0]
    """
    if sizes.sum() > high - low:
        return None
    offsets = np.cumsum(sizes) - 0.5 * sizes
    pools: list[tuple[float, int]] = []
    for value in wanted - offsets:
        mean, count = float(value), 1
        while pools and pools[-1][0] > mean:
            before, number = pools.pop()
            mean, count = (before * number + mean * count) / (number + count), number + count
        pools.append((mean, count))
    level = np.concatenate([np.full(count, mean) for mean, count in pools])
    places: Array = np.clip(level, low, high - sizes.sum()) + offsets
    return places


def row_height() -> float:
    """Return the room that :func:`label_below` takes below the line, in points."""
    return DROP + 1.4 * float(rcParams["font.size"])


def label_below(
    labels: Labels, texts: Sequence[Sequence[str]], x: Sequence[float], y: float, **style: Any
) -> None:
    """Label points of a horizontal line in one row below it.

    Parameters
    ----------
    labels
        Of the panel; what is written is kept clear of from now on.
    texts
        Wordings, the best first, each with one text a point; the first that fits is used, in the last resort for
        every second point, every fifth, ….
    x, y
        The points by increasing x, and the height of the line, in data coordinates.
    **style
        Passed on to Matplotlib.
    """
    ax, unit = labels.axes, labels.unit
    points = ax.transData.transform(np.column_stack([x, np.full(len(x), y)]))
    for stride in STRIDES:
        chosen = [k for k in range(len(x)) if k == 0 or (k + 1) % stride == 0]
        for wording in texts:
            sizes = _sizes(ax, [wording[k] for k in chosen], style, 0) + GAP * unit
            places = spread(points[chosen, 0], sizes, labels.frame.x0, labels.frame.x1)
            if places is not None and np.max(np.abs(places - points[chosen, 0])) <= MOVED * unit:
                _write_row(labels, [wording[k] for k in chosen], points[chosen], places, style)
                return


def _write_row(labels: Labels, texts: Sequence[str], points: Array, places: Array, style: dict[str, Any]) -> None:
    ax, unit = labels.axes, labels.unit
    for text, point, place in zip(texts, points, places, strict=True):
        moved = (place - point[0]) / unit
        arrow = {"arrowstyle": "-", "linewidth": 0.5, "color": "0.4", "shrinkA": 0, "shrinkB": 3, "relpos": (0.5, 1.0)}
        label = ax.annotate(
            text, tuple(ax.transData.inverted().transform(point)), xytext=(moved, -DROP), textcoords="offset points",
            ha="center", va="top", zorder=6, arrowprops=arrow if abs(moved) > 2.0 else None, **style,
        )  # fmt: skip
        labels.avoid_box(label.get_window_extent())


def label_right(
    labels: Labels, texts: Sequence[str], x: float, y: Sequence[float], colours: Sequence[str], **style: Any
) -> None:
    """Label the right ends of curves in a column beside them; some are left out where there is no room for all.

    Parameters
    ----------
    labels
        Of the panel.
    texts
        One a curve.
    x, y
        Where the curves end, in data coordinates.
    colours
        One a curve.
    **style
        Passed on to Matplotlib.
    """
    ax, unit = labels.axes, labels.unit
    ends = ax.transData.transform(np.column_stack([np.full(len(y), x), y]))[:, 1]
    sizes = TIGHT * _sizes(ax, texts, style, 1)
    order = np.argsort(ends, kind="stable")
    places = spread(ends[order], sizes[order], labels.frame.y0, labels.frame.y1)
    if places is not None and np.max(np.abs(places - ends[order])) <= float(sizes.max()):
        kept = dict(zip(order.tolist(), places.tolist(), strict=True))
    else:  # where they stand, each that has room
        kept = {}
        for k, end in enumerate(ends.tolist()):
            if all(abs(end - other) >= sizes[k] for other in kept.values()):
                kept[k] = end
    for k, place in kept.items():
        ax.annotate(
            texts[k], (x, y[k]), xytext=(SIDE, (place - ends[k]) / unit), textcoords="offset points",
            ha="left", va="center", color=colours[k], annotation_clip=False, **style,
        )  # fmt: skip


def _sizes(ax: Axes, texts: Sequence[str], style: dict[str, Any], direction: int) -> Array:
    """Return the widths (0) or heights (1) of texts in display units."""
    sizes = []
    for text in texts:
        probe = ax.annotate(text, (0, 0), xycoords="axes fraction", **style)
        sizes.append((probe.get_window_extent().width, probe.get_window_extent().height)[direction])
        probe.remove()
    return np.array(sizes)
