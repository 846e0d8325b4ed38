"""Labels that touch neither curves nor one another: each takes the freest place around its point, or is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox
from numpy.typing import ArrayLike, NDArray

__all__ = ["ANYWHERE", "BELOW", "Labels"]

Array = NDArray[np.float64]
ANYWHERE = (120, 60, 150, 30, 180, 0, 225, 315, 90, 270, 135, 45, 165, 15, 210, 330, 105, 75, 240, 300)  # degrees
BELOW = (270, 300, 240, 315, 225, *ANYWHERE)
DISTANCES = (5.0, 9.0, 12.0, 16.0, 21.0, 27.0, 35.0, 46.0, 60.0)  # points
PADDING = 2.0  # points
FAR = 16.0  # points: beyond, a thin line joins the label to its point
ORDER = 0.4  # points of distance that the next direction costs
CROSSING = 4.0  # points of distance that each point of a thin line on a curve costs
SPACING = 1.0  # points between samples of a curve


class Labels:
    """The labels of one panel.

    Parameters
    ----------
    axes
        With its final limits and size: places are chosen in display coordinates.
    """

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        figure = axes.get_figure(root=True)
        assert figure is not None
        self.unit = figure.dpi / 72.0
        self.frame = axes.get_window_extent()
        self._curves = np.zeros((int(self.frame.width) + 3, int(self.frame.height) + 3), dtype=np.int64)
        self._sums: Array | None = None
        self._taken: list[Bbox] = []

    def avoid_curve(self, x: ArrayLike, y: ArrayLike) -> None:
        """Keep clear of a curve, strictly."""
        points = self.axes.transData.transform(np.column_stack([np.asarray(x), np.asarray(y)]))
        self._mark(points[np.isfinite(points).all(axis=1)])

    def _mark(self, points: Array) -> None:
        """Remember the pixels of the panel that a line through points in display coordinates passes."""
        if not len(points):
            return
        length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
        # what is far outside of the panel is not worth samples
        at = np.linspace(0.0, length[-1], int(min(length[-1] / (SPACING * self.unit), 200_000)) + 2)
        even = np.column_stack([np.interp(at, length, points[:, k]) for k in (0, 1)])
        column, row = np.floor(even - (self.frame.x0, self.frame.y0)).astype(int).T + 1
        inside = (column >= 0) & (row >= 0) & (column < self._curves.shape[0]) & (row < self._curves.shape[1])
        self._curves[column[inside], row[inside]] = 1
        self._sums = None

    def avoid_box(self, box: Bbox) -> None:
        """Keep clear of a box in display coordinates, strictly."""
        self._taken.append(box)

    def avoid_point(self, x: float, y: float, radius: float = 4.0) -> None:
        """Keep clear of a marker of a radius in points, strictly."""
        centre = self.axes.transData.transform((x, y))
        self._taken.append(_box(centre, np.full(2, radius * self.unit)))

    def free(self, box: Bbox) -> bool:
        """Whether a box lies inside the panel and touches nothing that is kept clear of."""
        return _inside(box, self.frame) and not self._hits(box) and not any(box.overlaps(b) for b in self._taken)

    def place(
        self,
        text: str,
        x: float,
        y: float,
        directions: Sequence[float] = ANYWHERE,
        farthest: float = DISTANCES[-1],
        **style: Any,
    ) -> bool:
        """Put a text near a point of the panel; return whether there was room for it.

        Parameters
        ----------
        text
            What to write.
        x, y
            The point, in data coordinates.
        directions
            Angles to try, in degrees, the best first.
        farthest
            Largest distance from the point, in points.
        **style
            Passed on to Matplotlib.
        """
        centre = self.axes.transData.transform((x, y))
        label = self.axes.annotate(
            text, (x, y), xytext=(0, 0), textcoords="offset points", ha="center", va="center", zorder=6, **style
        )
        box = label.get_window_extent()
        half = 0.5 * np.array([box.width, box.height])
        best = self._best(centre, half, np.deg2rad(directions), farthest)
        if best is None:
            label.remove()
            return False
        label.set_position(tuple(best / self.unit))
        self._taken.append(_box(centre + best, half))
        if _gap(best, half) > FAR * self.unit:
            end = best - np.clip(best, -half, half)
            self._leader(x, y, end / self.unit)
            self._mark(np.array([centre, centre + end]))
        return True

    def _leader(self, x: float, y: float, offset: Array) -> None:
        """Join a point to the label that is not beside it."""
        thin = {"arrowstyle": "-", "linewidth": 0.5, "color": "0.4", "shrinkA": 0, "shrinkB": 4}
        place = (float(offset[0]), float(offset[1]))
        self.axes.annotate("", (x, y), xytext=place, textcoords="offset points", arrowprops=thin)

    def _best(self, centre: Array, half: Array, angles: Array, farthest: float) -> Array | None:
        """Return the cheapest offset of a text of a given half size, None if all collide."""
        candidates: list[tuple[float, int, Array]] = []
        for distance in DISTANCES:
            if distance > farthest:
                break
            for order, angle in enumerate(angles):
                ray = np.array([np.cos(angle), np.sin(angle)])
                offset = ray * distance * self.unit + np.sign(np.round(ray, 6)) * half * (np.abs(ray) > 0.3)
                box = _box(centre + offset, half + PADDING * self.unit)
                if not self.free(box):
                    continue
                cost = distance + ORDER * order
                if _gap(offset, half) > FAR * self.unit:
                    crossed, blocked = self._leader_hits(centre, offset, half)
                    if blocked:
                        continue
                    cost += CROSSING * crossed
                candidates.append((cost, len(candidates), offset))
        return min(candidates)[2] if candidates else None

    def _leader_hits(self, centre: Array, offset: Array, half: Array) -> tuple[int, bool]:
        """Return how many points of a thin line lie on curves, and whether it passes another label or marker."""
        end = offset - np.clip(offset, -half, half)
        size = float(np.linalg.norm(end))
        along = np.arange(6.0 * self.unit, size, self.unit)
        points = centre + along[:, None] * (end / size)
        column, row = np.floor(points - (self.frame.x0, self.frame.y0)).astype(int).T + 1
        crossed = sum(int(self._curves[c - 1 : c + 2, r - 1 : r + 2].any()) for c, r in zip(column, row, strict=True))
        own = [box for box in self._taken if not box.contains(*centre)]
        return crossed, any(box.contains(*point) for box in own for point in points)

    def _hits(self, box: Bbox) -> bool:
        """Return whether a curve passes a box that lies inside the panel."""
        if self._sums is None:
            self._sums = np.pad(self._curves.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        low = np.floor(box.p0 - self.frame.p0).astype(int) + 1
        high = np.ceil(box.p1 - self.frame.p0).astype(int) + 2
        low, high = np.maximum(low, 0), np.minimum(high, self._curves.shape)
        table = self._sums
        count = table[high[0], high[1]] - table[low[0], high[1]] - table[high[0], low[1]] + table[low[0], low[1]]
        return bool(count)


def _gap(offset: Array, half: Array) -> float:
    """Return the distance of a text from its point."""
    return float(np.linalg.norm(np.maximum(np.abs(offset) - half, 0.0)))


def _inside(box: Bbox, frame: Bbox) -> bool:
    return bool(frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1)


def _box(centre: Array, half: Array) -> Bbox:
    return Bbox([centre - half, centre + half])
