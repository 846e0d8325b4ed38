"""Figure of a phase diagram: which state wins over a parameter and the coupling, with its special points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from branches.figures.labels import Labels
from branches.figures.layout import base_size
from branches.figures.page import axes_or_new, settled
from branches.figures.style import DISC, GUIDE, PLANE_MARKS, RC, sized
from branches.figures.ticks import coupling_ticks
from branches.figures.words import number
from branches.sweeps.phase_diagram import Landmark, PhaseDiagram
from branches.sweeps.strips import Strip

__all__ = ["PHASES", "phase_figure", "phase_name", "plot_phases"]

Array = NDArray[np.float64]
Marked = tuple[str, float, float, str]  # kind, parameter, height, label
Key = tuple[str, int, int]  # kind, mode, number among those of that kind and mode
PHASES = ("#FFFFFF", "#B5D4EA", "#F8DDA4", "#D9B8CC", "#BFE3DA", "#C9C4E4", "#F4C7A1", "#C3D9C9")  # by the mode
BOUNDARIES: dict[str, dict[str, Any]] = {
    "discontinuous": {"linestyle": "-", "linewidth": 1.5},
    "continuous": {"linestyle": (0, (4, 2)), "linewidth": 1.5},
    "undecided": {"linestyle": (0, (6.0, 1.8, 1.0, 1.8)), "linewidth": 1.5},
}
BEYOND: dict[str, Any] = {"facecolor": "white", "edgecolor": "0.8", "hatch": "////", "linewidth": 0.0}
BELOW_ALL, ABOVE_FOLDS = 0.05, 1.5  # shown below the lowest boundary: of κ₁ at least; times its distance from κ₁


def phase_name(mode: int) -> str:
    """Return what a phase is called, by the mode that wins (0: the uniform state).

    Examples
    --------
    >>> phase_name(0), phase_name(1), phase_name(3)
    ('uniform', 'one peak', '3 peaks')
    """
    return {0: "uniform", 1: "one peak"}.get(mode, f"{mode} peaks")


def plot_phases(
    found: PhaseDiagram,
    ax: Axes | None = None,
    *,
    symbol: str = "q",
    y: str = "relative",
    labels: bool = True,
    legend: bool = True,
    colors: Sequence[str] | Mapping[int, str] | None = None,
    **style: Any,
) -> Axes:
    """Draw which state wins over the parameter and the coupling.

    Parameters
    ----------
    found
        From :func:`branches.phase_diagram`; with boundaries along computed lines after
        :meth:`~branches.sweeps.phase_diagram.PhaseDiagram.traced`.
    ax
        Where; new axes by default. Its fonts and its title stay as they are.
    symbol
        The parameter, in TeX.
    y
        'relative': κ in units of the first onset κ₁; 'kappa': κ itself.
    labels
        Whether special points are labelled by their parameter, where there is room.
    legend
        Whether there is a legend, above the axes.
    colors
        Of the phases, by the mode that wins (0: the uniform state).
    **style
        Passed on to Matplotlib for every transition line, such as ``linewidth``.

    Returns
    -------
    matplotlib.axes.Axes
        Shaded by the winner; discontinuous transitions solid, continuous ones dashed, those not decided dash-dotted,
        limits of metastability dotted; special points by their kind.

    Raises
    ------
    ValueError
        If ``y`` is neither, or nothing was found.
    """
    if y not in ("relative", "kappa"):
        raise ValueError(f"y = {y!r} is not allowed: give 'relative' (κ/κ₁) or 'kappa'")
    if not found.columns:
        raise ValueError("found: no value has a phase diagram, so there is nothing to draw")
    ax = axes_or_new(ax)
    plane = _Plane(found, y == "relative")
    tints = dict(enumerate(PHASES if colors is None or isinstance(colors, Mapping) else colors))
    tints |= dict(colors) if isinstance(colors, Mapping) else {}
    low, high = plane.limits()
    edges: list[tuple[Array, Array]] = []
    for strip in found.strips:
        _fill(ax, plane, strip, low, tints)
        beyond = plane.height(strip.onset, strip.onset) * plane.reach
        edges.append((strip.value, beyond))
        ax.fill_between(strip.value, beyond, max(high, float(beyond.max())), zorder=0, **BEYOND)
    lines = _boundaries(ax, plane, style)
    marks = plane.marks()
    for kind, q, height, _ in marks:
        ax.plot(q, height, **sized(PLANE_MARKS.get(kind, DISC)))
    ax.set_xlim(found.columns[0].value, found.columns[-1].value)
    ax.set_ylim(low, high)
    if y == "kappa":
        coupling_ticks(ax.yaxis, low, high)
    ax.set_xlabel(rf"${symbol}$")
    ax.set_ylabel(r"coupling $\kappa / \kappa_{\mathrm{onset}}$" if y == "relative" else r"coupling $\kappa$")
    if legend:
        ax.legend(handles=_entries(plane, marks, tints, style), loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3,
                  fontsize="small", handlelength=1.8, columnspacing=1.2, borderaxespad=0.2)  # fmt: skip
    if labels:
        _label(ax, [*lines, *edges], marks, symbol)
    return ax


class _Plane:
    """The plane in which a phase diagram is drawn: heights are couplings, or couplings relative to the first onset."""

    def __init__(self, found: PhaseDiagram, relative: bool) -> None:
        self.found, self.relative = found, relative
        self.reach = min(column.kappa_max / column.onset[0] for column in found.columns)

    def height(self, kappa: Array, onset: Array) -> Array:
        return kappa / onset if self.relative else kappa

    def limits(self) -> tuple[float, float]:
        """Return heights between the lowest boundary, with some room, and the largest coupling looked at everywhere."""
        strips = self.found.strips
        parts = [(strip.kappa / strip.onset).min() for strip in strips if strip.kappa.size]
        parts += [(limit.kappa / limit.onset).min() for limit in self.found.limits]
        bottom = 1.0 - ABOVE_FOLDS * (1.0 - min([*parts, 1.0 - BELOW_ALL]))
        if self.relative:
            return bottom, self.reach
        onsets = np.concatenate([strip.onset for strip in strips])
        return bottom * float(onsets.min()), self.reach * float(onsets.max())

    def marks(self) -> list[Marked]:
        """Return (kind, parameter, height, label) of the special points, or of where patterns change."""
        if self.found.special_points:
            known = self.found.special_points
            return [(mark.kind, mark.parameter, self._of(mark), number(mark.parameter)) for mark in known]
        return [
            ("", 0.5 * (change.low + change.high), self._between(change.low, change.high, change.row), "")
            for change in self.found.changes
        ]

    def _of(self, mark: Landmark) -> float:
        values = np.concatenate([strip.value for strip in self.found.strips])
        onsets = np.concatenate([strip.onset for strip in self.found.strips])
        return mark.kappa / float(np.interp(mark.parameter, values, onsets)) if self.relative else mark.kappa

    def _between(self, low: float, high: float, row: int) -> float:
        """Return the height between two columns of the transition that they do not share."""
        columns = [column for column in self.found.columns if column.value in (low, high)]
        heights = [
            self.height(np.array(column.transitions[row][0]), np.array(column.onset[0]))
            for column in columns
            if row < len(column.transitions)
        ]
        return float(np.mean(heights))


def _fill(ax: Axes, plane: _Plane, strip: Strip, low: float, tints: Mapping[int, str]) -> None:
    """Shade the phases of one strip, from one boundary to the next."""
    modes = (0, *(mode for _, mode in strip.pattern))
    heights = [plane.height(row, strip.onset) for row in strip.kappa]
    edges = [np.full(strip.value.size, min(low, 0.0)), *heights, plane.height(strip.onset, strip.onset) * plane.reach]
    for mode, lower, upper in zip(modes, edges, edges[1:], strict=False):
        tint = tints.get(mode, PHASES[mode % len(PHASES)])
        # a hair's breadth of its own colour closes the seams between neighbouring polygons
        ax.fill_between(strip.value, lower, upper, facecolor=tint, edgecolor=tint, linewidth=0.3, zorder=0)


def _boundaries(ax: Axes, plane: _Plane, style: Mapping[str, Any]) -> list[tuple[Array, Array]]:
    """Draw transitions and limits of metastability, and return all that was drawn."""
    drawn = []
    for (kind, _, _), value, height in _joined(plane):
        ax.plot(value, height, **{"color": "black", **sized(BOUNDARIES.get(kind, BOUNDARIES["undecided"])), **style})
        drawn.append((value, height))
    dotted = [(limit.value, plane.height(limit.kappa, limit.onset)) for limit in plane.found.limits]
    for strip in plane.found.strips:  # up to its onset the uniform state is metastable
        if strip.pattern and strip.pattern[0][0] == "discontinuous":
            dotted.append((strip.value, plane.height(strip.onset, strip.onset)))
    for value, height in dotted:
        ax.plot(value, height, **sized(GUIDE))
    return [*drawn, *dotted]


def _joined(plane: _Plane) -> list[tuple[Key, Array, Array]]:
    """Return each transition as one line over the strips in which it is there."""
    done: list[tuple[Key, Array, Array]] = []
    active: dict[Key, tuple[Array, Array]] = {}
    for strip in plane.found.strips:
        keys = [(kind, mode, strip.pattern[:row].count((kind, mode))) for row, (kind, mode) in enumerate(strip.pattern)]
        done += [(key, *active.pop(key)) for key in list(active) if key not in keys]
        for key, row in zip(keys, strip.kappa, strict=True):
            value, height = strip.value, plane.height(row, strip.onset)
            if key in active:
                skip = 0 if strip.located[0] else 1  # nothing is there half-way between two columns
                before = [part[: part.size - skip] for part in active[key]]
                value, height = (np.append(old, new[1:]) for old, new in zip(before, (value, height), strict=True))
            active[key] = (value, height)
    return [*done, *((key, *line) for key, line in active.items())]


def _entries(
    plane: _Plane, marks: Sequence[Marked], tints: Mapping[int, str], style: Mapping[str, Any]
) -> list[Any]:
    found = plane.found
    modes = sorted({0, *(mode for strip in found.strips for _, mode in strip.pattern)})
    kinds = {kind if kind in BOUNDARIES else "undecided" for strip in found.strips for kind, _ in strip.pattern}
    handles: list[Any] = [
        Patch(facecolor=tints.get(m, PHASES[m % len(PHASES)]), edgecolor="#999999", linewidth=0.6, label=phase_name(m))
        for m in modes
    ]
    handles += [
        Line2D([], [], label=kind, **{"color": "black", **sized(base), **style})
        for kind, base in BOUNDARIES.items()
        if kind in kinds
    ]
    handles.append(Line2D([], [], label="limit of metastability", **sized(GUIDE)))
    if not plane.relative:
        handles.append(Patch(label="not looked at", **BEYOND))
    shown = {kind for kind, *_ in marks}
    return handles + [Line2D([], [], label=kind, **sized(PLANE_MARKS[kind])) for kind in PLANE_MARKS if kind in shown]


def _label(
    ax: Axes, lines: Sequence[tuple[Array, Array]], marks: Sequence[Marked], symbol: str
) -> None:
    settled(ax)
    writer = Labels(ax)
    for value, height in lines:
        writer.avoid_curve(value, height)
    for _, q, at, _ in marks:
        writer.avoid_point(q, at)
    for _, q, at, text in marks:
        if text:
            writer.place(rf"${symbol} = {text}$", q, at, fontsize="small")


def phase_figure(found: PhaseDiagram, symbol: str = "q", *, width: float = 6.6, y: str = "relative") -> Figure:
    """Draw a phase diagram on a page of its own.

    Parameters
    ----------
    found, symbol, y
        As for :func:`plot_phases`.
    width
        Of the page, in inches.

    Returns
    -------
    matplotlib.figure.Figure
        As :func:`plot_phases` draws it.
    """
    with mpl.rc_context({**RC, **base_size(width)}):
        page = Figure(figsize=(width, 0.72 * width), layout="constrained")
        plot_phases(found, page.subplots(), symbol=symbol, y=y)
    return page
