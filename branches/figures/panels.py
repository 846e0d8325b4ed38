"""The panels of the figure of a diagram: heights over κ, free energy and densities."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from branches.figures.coexistence import Coexistence
from branches.figures.densities import plot_density
from branches.figures.heights import Height, height_label
from branches.figures.labels import ANYWHERE, BELOW, Labels
from branches.figures.legends import inside_legend, legend_entries
from branches.figures.page import settled
from branches.figures.rows import label_below, label_right, row_height
from branches.figures.scene import Scene
from branches.figures.stretches import Portrait
from branches.figures.style import CROSS, DIAMOND, DISC, GUIDE, RING, SQUARE, Colours, line, sized
from branches.figures.words import number

__all__ = ["MARKS", "curves_panel", "density_panels", "energy_panel", "height_panel", "panel_letter"]

Array = NDArray[np.float64]
LETTERS = "ABCDEFGH"
MARKS = {"fold": SQUARE, "stop": CROSS}  # all others are discs
ROUNDING = 1e-12  # free energies that differ by less are equal
TAGGED = 3  # branches from which on the curves carry tags
PLACES = (0.5, 0.35, 0.65, 0.2, 0.8)  # on a branch that ends inside, where its tag may stand
EDGE = 1e-9  # relative: a branch ends on the largest coupling


def height_panel(
    ax: Axes, scene: Scene, shown: Sequence[Portrait] = (), *, y: Height = "norm", colours: Colours | None = None,
    labels: bool = True, legend: bool = False, **style: Any,
) -> None:  # fmt: skip
    """Draw a height over κ, with the special points marked and labelled, and the states ``shown`` lettered."""
    values = scene.heights(y)
    colours = colours or scene.colours
    curves_panel(ax, scene, y, colours, **style)
    low, high = float(values.min()), float(values.max())
    span = (high - low) or 1.0
    strip = low >= -ROUNDING * span  # nothing below the uniform state: room for a row of labels
    ax.set_ylim(low - (_strip(ax) if strip and labels else 0.06) * span, high + 0.06 * span)
    ax.set_ylabel(height_label(y))
    settled(ax)
    tags = dict(scene.tags) if labels and len(scene.tags) >= TAGGED else {}
    if _right_tags(ax, scene, y, colours, tags):
        settled(ax)  # the column takes room beside the panel
    writer = Labels(ax)
    for part in scene.parts:
        writer.avoid_curve(part.kappa, part.heights(y))
    for crossing in scene.crossings:
        guide = [crossing.kappa] * 2, [0.0 if strip else ax.get_ylim()[0], ax.get_ylim()[1]]
        ax.plot(*guide, zorder=1, **GUIDE)
        writer.avoid_curve(*guide)
    for mark in scene.marks:
        ax.plot(mark.kappa, mark.height(y), **sized(MARKS.get(mark.kind, DISC)))
        if mark.certified:
            ax.plot(mark.kappa, mark.height(y), **sized(RING))
        writer.avoid_point(mark.kappa, mark.height(y))
    _letters(ax, writer, shown, y, colours)
    if labels:
        _mark_labels(writer, scene, y, strip)
    _inner_tags(writer, scene, y, colours, tags)
    if legend:
        inside_legend(ax, writer, *legend_entries(scene, GUIDE, colours))


def _strip(ax: Axes) -> float:
    """Return the room for a row of labels below the uniform state, relative to what is drawn above it."""
    page = ax.get_figure(root=True)
    assert page is not None
    share = row_height() / (ax.get_window_extent().height * 72.0 / page.dpi)
    return 1.06 * share / (1.0 - min(share, 0.6))


def _mark_labels(writer: Labels, scene: Scene, y: Height, strip: bool) -> None:
    """Label onsets in a row below the uniform state where that is free, and all other points around them."""
    onsets = sorted((mark for mark in scene.marks if mark.kind == "onset"), key=lambda mark: mark.kappa)
    others = [mark for mark in scene.marks if mark.kind != "onset"]
    if strip and onsets:
        wordings = [[mark.text for mark in onsets], [mark.short for mark in onsets]]
        label_below(writer, wordings, [mark.kappa for mark in onsets], 0.0, fontsize="small")
    for mark in others if strip else [*onsets, *others]:
        directions = BELOW if mark.kind == "onset" else ANYWHERE
        writer.place(mark.text, mark.kappa, mark.height(y), directions, fontsize="small")


def _right_tags(ax: Axes, scene: Scene, y: Height, colours: Colours, tags: dict[int, str]) -> bool:
    """Write the tags of branches that reach the largest coupling in a column there, and take them from the others."""
    right = scene.limits[1]
    ends: dict[int, float] = {}
    for part in scene.parts:
        for at in (0, -1):
            if part.branch in tags and abs(part.kappa[at] - right) <= EDGE * right:
                ends[part.branch] = float(part.heights(y)[at])
    if ends:
        texts, tints = [tags.pop(n) for n in ends], [colours(n) for n in ends]
        label_right(Labels(ax), texts, right, list(ends.values()), tints, fontsize="x-small")
    return bool(ends)


def _inner_tags(writer: Labels, scene: Scene, y: Height, colours: Colours, tags: dict[int, str]) -> None:
    """Write tags beside curves that end inside the panel."""
    for n, tag in tags.items():
        parts = [part for part in scene.parts if part.branch == n]
        style: dict[str, Any] = {"farthest": 12.0, "fontsize": "x-small", "color": colours(n)}
        places = [(part, int(share * (part.kappa.size - 1))) for share in PLACES for part in parts]
        any(writer.place(tag, part.kappa[k], part.heights(y)[k], **style) for part, k in places)


def energy_panel(ax: Axes, scene: Scene, shown: Sequence[Portrait] = (), *, inset: float = 0.0) -> None:
    """Draw F over κ, with the first coexistence enlarged in an inset if the panel is at least so many inches wide."""
    curves_panel(ax, scene, "free energy", scene.colours)
    values = scene.heights("free energy")
    span = float(np.ptp(values))
    span = span if span > ROUNDING else 1.0
    ax.set_ylim(values.min() - 0.05 * span, values.max() + 0.12 * span)
    ax.set_ylabel(height_label("free energy"))
    labels = Labels(ax)
    for part in scene.parts:
        labels.avoid_curve(part.kappa, part.free_energy)
    for crossing in scene.crossings:
        ax.plot(crossing.kappa, crossing.free_energy, **sized(DIAMOND))
        labels.avoid_point(crossing.kappa, crossing.free_energy)
    if scene.crossings and labels.frame.width >= 72.0 * inset * labels.unit:
        _inset(ax, labels, scene, scene.crossings[0])
    _letters(ax, labels, shown, "free energy", scene.colours)


def density_panels(axes: Sequence[Axes], scene: Scene, shown: Sequence[Portrait]) -> None:
    """Draw the density of one state in each of the axes, each on its own scale; dotted, the uniform density."""
    for ax, letter, portrait in zip(axes, LETTERS, shown, strict=False):
        own = scene.colours(portrait.branch)
        plot_density(ax, portrait.state, color=own)
        ax.set_title(rf"{letter}:  $\kappa = {number(portrait.kappa, 4)}$", fontsize="medium", color=own)
        ax.xaxis.labelpad = 1
        ax.set_ylabel("")
        ax.locator_params(axis="y", nbins=4)
    if shown:
        axes[0].set_ylabel(r"density $\rho$")


def panel_letter(ax: Axes, letter: str) -> None:
    """Put (a), (b), … above the upper left corner."""
    ax.annotate(
        f"({letter})", (0, 1), xycoords="axes fraction", xytext=(-3.2, 0.5), textcoords="offset fontsize",
        fontsize="large", ha="left", va="bottom",
    )  # fmt: skip


def curves_panel(ax: Axes, scene: Scene, y: Height, colours: Colours, **style: Any) -> None:
    """Draw all curves, and what κ is."""
    for part in scene.parts:
        own = {"color": colours(part.branch), "zorder": 3 if part.stable else 2, **line(part.stability)}
        ax.plot(part.kappa, part.heights(y), **(own | style))
    left, right = scene.limits
    ax.set_xlim(left, right + 0.02 * (right - left))
    ax.set_xlabel(r"coupling $\kappa$")


def _letters(ax: Axes, labels: Labels, shown: Sequence[Portrait], y: Height, colours: Colours) -> None:
    heights = [portrait.height(y) for portrait in shown]
    for portrait, height in zip(shown, heights, strict=True):
        ax.plot(portrait.kappa, height, "o", color=colours(portrait.branch), zorder=4, **sized({"markersize": 4.0}))
        labels.avoid_point(portrait.kappa, height, 2.5)
    for letter, portrait, height in zip(LETTERS, shown, heights, strict=False):
        labels.place(
            letter, portrait.kappa, height, fontsize="medium", fontweight="bold", color=colours(portrait.branch)
        )


def _inset(ax: Axes, labels: Labels, scene: Scene, crossing: Coexistence) -> None:
    """Enlarge the crossing of the two lowest free energies between the folds around it."""
    low, high = crossing.overlap
    high = min(high, crossing.kappa + 2.0 * (crossing.kappa - low))
    inset = ax.inset_axes((0.16, 0.1, 0.36, 0.38))
    for part in scene.parts:
        style = {"color": scene.colours(part.branch), **line(part.stability)}
        inset.plot(part.kappa, part.free_energy, **style)
    own = [part for part in scene.parts if part.branch in crossing.branches]
    inside = [part.free_energy[(part.kappa >= low) & (part.kappa <= high)] for part in own]
    values = np.concatenate([*inside, [crossing.free_energy]])
    span = float(np.ptp(values))
    inset.set_xlim(low - 0.15 * (high - low), high + 0.05 * (high - low))
    inset.set_ylim(values.min() - 0.08 * span, values.max() + 0.18 * span)
    inset.plot(crossing.kappa, crossing.free_energy, **sized(DIAMOND))
    inset.tick_params(labelsize="small")
    inset.xaxis.set_major_locator(MaxNLocator(3))
    inset.yaxis.set_major_locator(MaxNLocator(3))
    _same_power(inset, ax)
    inset.spines[["top", "right"]].set_visible(True)
    ax.indicate_inset_zoom(inset, edgecolor="0.5", linewidth=0.7)
    caption = Labels(inset)
    for part in scene.parts:
        caption.avoid_curve(part.kappa, part.free_energy)
    caption.avoid_point(crossing.kappa, crossing.free_energy)
    text = rf"$\kappa = {number(crossing.kappa)}$"
    if not caption.place(text, crossing.kappa, crossing.free_energy, fontsize="small"):
        inset.set_title(text, fontsize="small", loc="left", pad=3)
    box = inset.get_tightbbox()
    if box is not None:
        labels.avoid_box(box)


def _same_power(inset: Axes, ax: Axes) -> None:
    """Give the ticks of an inset the power of ten that the axis of its panel has, which has no room to repeat it."""
    formatter = ax.xaxis.get_major_formatter()
    formatter.set_locs(ax.get_xticks().tolist())
    written = re.search(r"10\^\{(.*?)\}", formatter.get_offset())
    power = int(written.group(1).replace("\N{MINUS SIGN}", "-")) if written else 0
    inset.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x / 10.0**power:.6g}"))
    inset.ticklabel_format(axis="y", useOffset=False)

