"""Labels that do not overlap: each takes the freest of a ring of places around its point, or is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox
from numpy.typing import ArrayLike, NDArray

__all__ = ["ANYWHERE", "BELOW", "Labels"]

Array = NDArray[np.float64]
ANYWHERE = (120, 60, 150, 30, 180, 0, 225, 315, 90, 270)  # degrees, the best first
BELOW = (270, 300, 240, 315, 225, *ANYWHERE)
DISTANCES = (9.0, 15.0, 24.0, 36.0, 50.0)  # points
PADDING = 1.5  # points
FAR = 16.0  # points: beyond, a thin line joins the label to its point
CURVE_HIT = 3.0  # a sample of a curve under the text costs as much as so many points of distance


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
        self._curves = np.empty((0, 2))
        self._taken: list[Bbox] = []

    def avoid_curve(self, x: ArrayLike, y: ArrayLike) -> None:
        """Keep clear of a curve, as far as possible."""
        points = self.axes.transData.transform(np.column_stack([np.asarray(x), np.asarray(y)]))
        steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
        length = np.concatenate([[0.0], np.cumsum(np.nan_to_num(steps))])
        at = np.arange(0.0, length[-1] + 1e-9, 3.0 * self.unit)
        even = np.column_stack([np.interp(at, length, points[:, k]) for k in (0, 1)])
        self._curves = np.concatenate([self._curves, even])

    def avoid_box(self, box: Bbox) -> None:
        """Keep clear of a box in display coordinates, strictly."""
        self._taken.append(box)

    def avoid_point(self, x: float, y: float, radius: float = 4.0) -> None:
        """Keep clear of a marker of a radius in points, strictly."""
        centre = self.axes.transData.transform((x, y))
        self._taken.append(_around(centre, radius * self.unit))

    def place(
        self, text: str, x: float, y: float, directions: Sequence[float] = ANYWHERE, **style: Any
    ) -> bool:
        """Put a text near a point of the panel; return whether there was room for it.

        Parameters
        ----------
        text
            What to write.
        x, y
            The point, in data coordinates.
        directions
            Angles to try, in degrees.
        **style
            Passed on to Matplotlib.
        """
        halo = [withStroke(linewidth=2.5, foreground="white")]
        centre = self.axes.transData.transform((x, y))
        label = self.axes.annotate(
            text, (x, y), xytext=(0, 0), textcoords="offset points", ha="center", va="center",
            path_effects=halo, zorder=6, **style,
        )  # fmt: skip
        box = label.get_window_extent()
        half = 0.5 * np.array([box.width, box.height])
        best = self._best(centre, half, np.deg2rad(directions))
        if best is None:
            label.remove()
            return False
        label.set_position(tuple(best / self.unit))
        self._taken.append(_box(centre + best, half))
        gap = np.maximum(np.abs(best) - half, 0.0)
        if np.linalg.norm(gap) > FAR * self.unit:
            self._leader(x, y, (best - np.clip(best, -half, half)) / self.unit)
        return True

    def _leader(self, x: float, y: float, offset: Array) -> None:
        """Join a point to the label that is not beside it."""
        thin = {"arrowstyle": "-", "linewidth": 0.5, "color": "0.4", "shrinkA": 0, "shrinkB": 4}
        place = (float(offset[0]), float(offset[1]))
        self.axes.annotate("", (x, y), xytext=place, textcoords="offset points", arrowprops=thin)

    def _best(self, centre: Array, half: Array, angles: Array) -> Array | None:
        """Return the cheapest offset of a text of a given half size, None if all collide."""
        frame = self.axes.get_window_extent()
        candidates: list[tuple[float, int, Array]] = []
        for distance in DISTANCES:
            for angle in angles:
                ray = np.array([np.cos(angle), np.sin(angle)])
                offset = ray * distance * self.unit + np.sign(np.round(ray, 6)) * half * (np.abs(ray) > 0.3)
                box = _box(centre + offset, half + PADDING * self.unit)
                if _inside(box, frame) and not any(box.overlaps(other) for other in self._taken):
                    candidates.append((distance + CURVE_HIT * self._hits(box), len(candidates), offset))
        if not candidates:
            return None
        return min(candidates)[2]

    def _hits(self, box: Bbox) -> int:
        if not self._curves.size:
            return 0
        x, y = self._curves.T
        return int(np.count_nonzero((box.x0 <= x) & (x <= box.x1) & (box.y0 <= y) & (y <= box.y1)))


def _inside(box: Bbox, frame: Bbox) -> bool:
    return bool(
        frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
    )


def _box(centre: Array, half: Array) -> Bbox:
    return Bbox([centre - half, centre + half])


def _around(centre: Array, radius: float) -> Bbox:
    return _box(centre, np.array([radius, radius]))
