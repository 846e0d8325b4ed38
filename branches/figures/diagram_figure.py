"""The figure of a diagram: a height and the free energy over κ, and densities of chosen states."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from branches.diagrams.diagram import Diagram
from branches.diagrams.records import Branch
from branches.figures.heights import Height
from branches.figures.layout import PANELS, arranged, base_size, rows_of
from branches.figures.legends import legend_entries, page_legend
from branches.figures.page import axes_or_new, save_page
from branches.figures.panels import density_panels, energy_panel, height_panel, panel_letter
from branches.figures.rates_figure import gap_panel
from branches.figures.scene import Scene
from branches.figures.stretches import UNIFORM, Portrait, portraits
from branches.figures.style import DIAMOND, GUIDE, RC, UNIFORM_COLOUR, Colours
from branches.figures.words import typeset

__all__ = ["FORMATS", "figure", "plot", "save_figure"]

FORMATS = ("png", "pdf", "svg")
INSET = 2.6  # inches: a panel of free energies that is narrower has no room for an inset


def plot(
    result: Diagram | Branch,
    ax: Axes | None = None,
    *,
    y: Height = "norm",
    labels: bool = True,
    legend: bool = True,
    verdicts: Mapping[str, str] | None = None,
    colors: str | Sequence[str] | Mapping[int, str] | None = None,
    **style: Any,
) -> Axes:
    r"""Draw a diagram, or one branch, over κ.

    Stable states are solid, unstable ones dashed, those of which it is not decided dash-dotted.

    Parameters
    ----------
    result
        What to draw.
    ax
        Where; new axes by default. Its fonts and its title stay as they are. Its size should be final: labels find
        their places in it.
    y
        'norm', (Σ a_n²)^½; 'free energy'; a moment such as 'a1'; or a function from moments of
        shape (m, N), N at least 64, to heights of shape (m,).
    labels
        Whether special points are labelled, and branches tagged where there are three or more. A label that finds no
        place clear of all curves and other labels is left out.
    legend
        Whether there is a legend. Where it would cover a curve it shrinks to styles and markers, or is left out.
    verdicts
        What proofs say, as in ``diagram.certify().verdicts``: certified points get a ring.
    colors
        One colour for all branches, a sequence of them, or one for each number of a branch (−1: the uniform state).
    **style
        Passed on to Matplotlib for every curve, such as ``linewidth``.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    ValueError
        If ``y`` is none of the above.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5)
    >>> d.plot(Figure().subplots(), y="a1", legend=False).get_ylabel()
    'moment $a_{1}$'
    """
    ax = axes_or_new(ax)
    scene = Scene.of(result, verdicts)
    height_panel(ax, scene, y=y, colours=_colours(colors, scene.colours), labels=labels, legend=legend, **style)
    return ax


def _colours(colors: str | Sequence[str] | Mapping[int, str] | None, usual: Colours) -> Colours:
    if colors is None:
        return usual
    if isinstance(colors, str):
        return lambda number: colors
    if isinstance(colors, Mapping):
        return lambda number: colors.get(number, usual(number))
    return lambda number: UNIFORM_COLOUR if number == UNIFORM else colors[number % len(colors)]


def figure(
    diagram: Diagram,
    *,
    width: float = 10.0,
    panels: Sequence[str] = PANELS[:3],
    y: Height = "norm",
    verdicts: Mapping[str, str] | None = None,
) -> Figure:
    """Draw a diagram on one page.

    Parameters
    ----------
    diagram
        What to draw, finished or interrupted.
    width
        Of the page, in inches, at least 3; the height follows. Fonts are 11 points at 10 inches and 8 at 3.4, the
        width of a column of a journal.
    panels
        Which, from the top down: 'heights', 'free energy', 'densities' (of chosen states), 'gap' (the spectral gap).
    y, verdicts
        As for :func:`plot`.

    Returns
    -------
    matplotlib.figure.Figure
        Not registered with pyplot: it goes when nothing refers to it.

    Raises
    ------
    ValueError
        If the width is too small, or there is no panel of a name.

    Notes
    -----
    States are told apart by ‖a‖ = (Σ a_n²)^½, which is the same on a whole symmetry orbit and joins
    branches where they meet. A vertical dotted line marks the coupling where the lowest free energies cross.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5)
    >>> page = d.figure(width=3.4, panels=("heights", "free energy"))
    >>> [round(float(inches), 1) for inches in page.get_size_inches()], len(page.axes)
    ([3.4, 5.5], 2)
    """
    rows = rows_of(width, panels)
    with mpl.rc_context({**RC, **base_size(width)}):
        scene = Scene.of(diagram, verdicts)
        coexisting = tuple(state for crossing in scene.crossings for state in crossing.states)
        shown: tuple[Portrait, ...] = ()
        if "densities" in panels:
            shown = portraits(diagram, coexisting, min(5, max(2, int(width / 1.7))))
        page = Figure(figsize=(width, 9.0))
        FigureCanvasAgg(page)  # measures the labels
        branches, signs = legend_entries(scene, GUIDE | DIAMOND | {"linestyle": ":"}, scene.colours)
        axes = arranged(page, rows, len(shown), lambda top: page_legend(page, [*branches, *signs], top))
        page.texts[0].set_text(typeset(diagram.potential.label))
        draw: dict[str, Callable[[list[Axes]], None]] = {
            "heights": lambda at: height_panel(at[0], scene, shown, y=y, legend=False),
            "free energy": lambda at: energy_panel(at[0], scene, shown, inset=INSET * mpl.rcParams["font.size"] / 11),
            "densities": lambda at: density_panels(at, scene, shown),
            "gap": lambda at: gap_panel(at[0], diagram),
        }
        for name, own in axes.items():
            if own:
                draw[name](own)
        for own, letter in zip((own for own in axes.values() if own), "abcd", strict=False):
            panel_letter(own[0], letter)
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
