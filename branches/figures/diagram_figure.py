"""The figure of a diagram: amplitude and free energy over κ, and densities of chosen states."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from branches.diagrams.diagram import Diagram
from branches.figures.page import save_page
from branches.figures.panels import Scene, amplitude_panel, density_panels, energy_panel, panel_letter
from branches.figures.rates_figure import gap_panel
from branches.figures.stretches import UNIFORM, portraits
from branches.figures.style import CROSS, DIAMOND, DISC, GUIDE, RC, RING, SQUARE, colour, line
from branches.states.stability import Stability

__all__ = ["FORMATS", "figure", "plot_amplitude", "save_figure"]

FORMATS = ("png", "pdf", "svg")
LEGEND_BRANCHES = 8
LEGEND_ROW = 6  # entries that fit beside one another
# Of the page, in inches: width, then from the top down.
WIDTH, HEAD, PANELS, GAP, DENSITIES, FOOT = 10.0, 1.12, 2.5, 0.89, 1.67, 0.56
GAP_PANEL = 2.2  # of the spectral gap, where it is asked for


def plot_amplitude(diagram: Diagram, ax: Axes | None = None, verdicts: Mapping[str, str] | None = None) -> Axes:
    r"""Draw ‖a‖ = (Σ a_n²)^½ over κ, with the special points marked and labelled.

    Stable states are solid, unstable ones dashed, those of which it is not decided dash-dotted.

    Parameters
    ----------
    diagram
        What to draw.
    ax
        Where; new axes by default. Its size should be final: labels find their places in it.
    verdicts
        What proofs say, as in ``diagram.certify().verdicts``: certified points get a ring.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5)
    >>> plot_amplitude(d, Figure().subplots()).get_xlabel()
    'coupling $\\kappa$'
    """
    with mpl.rc_context(RC):
        if ax is None:
            import matplotlib.pyplot as plt

            page = plt.figure(figsize=(6.4, 4.6))
            ax = page.add_axes((0.11, 0.12, 0.86, 0.79))
        scene = Scene.of(diagram, verdicts)
        amplitude_panel(ax, scene)
        ax.legend(handles=_legend(scene, GUIDE), loc="best")
        ax.set_title(diagram.potential.label)
    return ax


def figure(diagram: Diagram, *, gap: bool = False, verdicts: Mapping[str, str] | None = None) -> Figure:
    """Draw amplitude, free energy and densities of chosen states on one page.

    Parameters
    ----------
    diagram
        What to draw, finished or interrupted.
    gap
        Whether a panel below shows the spectral gap, the least decay rate of the flow, over κ.
    verdicts
        What proofs say, as in ``diagram.certify().verdicts``: certified points get a ring.

    Returns
    -------
    matplotlib.figure.Figure
        Not registered with pyplot: it goes when nothing refers to it.

    Notes
    -----
    States are told apart by ‖a‖ = (Σ a_n²)^½, which is the same on a whole symmetry orbit and joins
    branches where they meet. A vertical dotted line marks the coupling where the lowest free energies cross.
    """
    with mpl.rc_context(RC):
        scene = Scene.of(diagram, verdicts)
        shown = portraits(diagram, tuple(state for crossing in scene.crossings for state in crossing.states))
        page, upper, lower, below_all = _layout(len(shown), GAP_PANEL if gap else 0.0)
        amplitude_panel(upper[0], scene, shown)
        energy_panel(upper[1], scene, shown)
        density_panels(lower, shown)
        for ax, letter in zip([*upper, *lower[:1]], "abc", strict=False):
            panel_letter(ax, letter)
        if below_all is not None:
            gap_panel(below_all, diagram)
            panel_letter(below_all, "d" if lower else "c")
        handles = _legend(scene, GUIDE | DIAMOND | {"linestyle": ":"})
        columns = len(handles) if len(handles) <= LEGEND_ROW else -(-len(handles) // 2)
        inch = 1.0 / page.get_figheight()
        page.text(0.5, 1.0 - 0.06 * inch, diagram.potential.label, fontsize=13, ha="center", va="top")
        below = (0.5, 1.0 - 0.3 * inch)
        page.legend(handles=handles, ncols=columns, loc="upper center", bbox_to_anchor=below)
    return page


def save_figure(
    diagram: Diagram, folder: str | os.PathLike[str], name: str = "diagram", formats: Sequence[str] = FORMATS
) -> tuple[Path, ...]:
    """Draw the figure once and write it in several formats, atomically.

    Parameters
    ----------
    diagram
        What to draw.
    folder
        An existing folder.
    name
        Name of the files without the ending.
    formats
        Any that Matplotlib knows.

    Returns
    -------
    tuple of Path
        The files, in the order of ``formats``.

    Raises
    ------
    OSError
        If they cannot be written.
    ValueError
        If Matplotlib does not know a format.
    """
    page = figure(diagram)
    return tuple(save_page(page, Path(folder) / f"{name}.{ending}") for ending in formats)


def _layout(densities: int, extra: float = 0.0) -> tuple[Figure, list[Axes], list[Axes], Axes | None]:
    """Return the page, its two upper panels, a row of small ones, and a wide one of some height below, if any."""
    added = GAP + extra if extra else 0.0
    height = HEAD + PANELS + FOOT + (GAP + DENSITIES if densities else 0.0) + added
    page = Figure(figsize=(WIDTH, height))
    FigureCanvasAgg(page)  # measures the labels
    sides = {"left": 0.07, "right": 0.985}
    top = (height - HEAD) / height
    grid = page.add_gridspec(
        1, 2, top=top, bottom=top - PANELS / height, width_ratios=(1.25, 1.0), wspace=0.2, **sides
    )
    upper = [page.add_subplot(grid[0, k]) for k in range(2)]
    lower: list[Axes] = []
    if densities:
        row = page.add_gridspec(
            1, densities, top=(FOOT + added + DENSITIES) / height, bottom=(FOOT + added) / height, wspace=0.24, **sides
        )
        lower = list(row.subplots(squeeze=False)[0])
    wide = page.add_axes((0.07, FOOT / height, 0.915, extra / height)) if extra else None
    return page, upper, lower, wide


def _legend(scene: Scene, coexistence: dict[str, Any]) -> list[Line2D]:
    """Return an entry for each branch (the first few), and for each line style and marker in use."""
    branches = scene.diagram.branches
    numbers = [number for number, branch in enumerate(branches) if branch.arclength.size > 1]
    handles = [_line("uniform state", UNIFORM)]
    handles += [_line(_branch_name(scene.diagram, number), number) for number in numbers[:LEGEND_BRANCHES]]
    if len(numbers) > LEGEND_BRANCHES:
        handles.append(Line2D([], [], linestyle="none", label=f"and {len(numbers) - LEGEND_BRANCHES} more"))
    shown = {part.stability for part in scene.parts}
    handles += [Line2D([], [], color="0.35", label=word.value, **line(word)) for word in Stability if word in shown]
    kinds = {finding.kind for finding in scene.found}
    if kinds - {"fold", "stop"}:
        handles.append(Line2D([], [], label="onset, branch point", **DISC))
    if "fold" in kinds:
        handles.append(Line2D([], [], label="fold", **SQUARE))
    if "stop" in kinds:
        handles.append(Line2D([], [], label="stopped", **CROSS))
    if any(finding.certified == "certified" for finding in scene.found):
        handles.append(Line2D([], [], label="certified", **RING))
    if scene.crossings:
        handles.append(Line2D([], [], label="coexistence", **coexistence))
    return handles


def _line(label: str, branch: int) -> Line2D:
    return Line2D([], [], color=colour(branch), label=label, linewidth=1.9)


def _branch_name(diagram: Diagram, number: int) -> str:
    start, _, description = diagram.branches[number].origin.partition(": ")
    if start.startswith("onset"):
        return description or start
    return f"from {start}"
