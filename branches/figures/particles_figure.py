"""Figures of interacting particles: order parameters and histogram, and the loop of a swept coupling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from branches.diagrams.diagram import Diagram
from branches.dynamics.ensemble import Ensemble
from branches.dynamics.hysteresis import Hysteresis
from branches.figures.coexistence import coexistences
from branches.figures.layout import base_size, side_by_side
from branches.figures.page import axes_or_new
from branches.figures.stretches import UNIFORM, stretches
from branches.figures.style import BRANCH_COLOURS, DIAMOND, GUIDE, RC, colour, line
from branches.figures.words import number, typeset
from branches.states.stability import Stability
from branches.states.state import State

__all__ = ["hysteresis_figure", "particles_figure", "plot_hysteresis"]

Array = NDArray[np.float64]
BINS = 64
SHOWN_MODES = 4
SHOWN_REPLICAS = 24
UP, DOWN = "#D55E00", "#56B4E9"


def particles_figure(ensemble: Ensemble, states: Sequence[State] = (), *, width: float = 9.6) -> Figure:
    """Draw the order parameters of an ensemble over time, and its histogram at the end.

    Parameters
    ----------
    ensemble
        From :func:`branches.particles`.
    states
        Mean-field states to compare with: their moments as dotted lines, their densities as lines.
    width
        Of the page, in inches; on a narrow one the panels stand below one another.

    Returns
    -------
    matplotlib.figure.Figure
        Left, |z_m| of the first modes: thin each replica, thick the root mean square over them. Right, the particles of
        all replicas, each rotated so that the first mode is real.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> page = particles_figure(branches.particles(potentials.kuramoto(), 4.0, 200, 20, seed=1))
    >>> page.axes[0].get_xlabel()
    'time $t$'
    """
    with mpl.rc_context({**RC, **base_size(width)}):
        page, (left, right) = side_by_side(width, 2, 3.9, (1.3, 1.0))
        _order(left, ensemble, states)
        density, edges = ensemble.histogram(BINS)
        right.stairs(density, edges, color="0.82", fill=True)
        right.stairs(density, edges, color="0.45", linewidth=0.8, label="particles")
        theta = np.linspace(-np.pi, np.pi, 721)
        for place, state in enumerate(states):
            shift = np.pi / (state.n_fold or 1) if state.c[max(state.n_fold, 1) - 1].real < 0 else 0.0
            right.plot(theta, state.density(theta + shift), color=BRANCH_COLOURS[place], label="mean field")
        right.axhline(1.0 / (2.0 * np.pi), label="uniform", **GUIDE)
        right.set(xlabel=r"angle $\theta$", ylabel=r"density $\rho$", xlim=(-np.pi, np.pi))
        right.set_xticks([-np.pi, 0, np.pi], [r"$-\pi$", "0", r"$\pi$"])
        right.set_ylim(0.0, 1.12 * max(float(density.max()), right.get_ylim()[1] / 1.12))
        right.legend(loc="upper right")
        replicas = f"{ensemble.replicas} × " if ensemble.replicas > 1 else ""
        page.suptitle(f"{typeset(ensemble.potential.label)}: {replicas}{ensemble.n} particles, {_coupling(ensemble)}")
    return page


def _order(ax: Axes, ensemble: Ensemble, states: Sequence[State]) -> None:
    order = ensemble.order[:SHOWN_REPLICAS]
    for column, mode in enumerate(ensemble.modes[:SHOWN_MODES]):
        tint = BRANCH_COLOURS[column]
        if ensemble.replicas > 1:
            ax.plot(ensemble.t, order[:, :, column].T, color=tint, linewidth=0.5, alpha=0.3)
        mean = np.sqrt((ensemble.order[:, :, column] ** 2).mean(axis=0))
        ax.plot(ensemble.t, mean, color=tint, label=f"$|z_{{{mode}}}|$")
        for state in states:
            if mode <= state.c.size:
                ax.axhline(abs(state.c[mode - 1]), **(GUIDE | {"color": tint}))
    ax.set(xlabel="time $t$", ylabel=r"order parameters $|z_m|$", xlim=(ensemble.t[0], ensemble.t[-1]), ylim=(0.0, 1.0))
    ax.legend(loc="center right")


def _coupling(ensemble: Ensemble) -> str:
    low, high = float(ensemble.kappa.min()), float(ensemble.kappa.max())
    if np.isinf(low):
        return "no noise"
    span = number(low, 6) if low == high else rf"{number(low, 6)} \dots {number(high, 6)}"
    return rf"$\kappa = {span}$"


def hysteresis_figure(loop: Hysteresis, diagram: Diagram, mode: int = 1) -> Figure:
    """Draw the order parameter of particles under a rising and falling coupling over the branches of the diagram.

    Parameters
    ----------
    loop
        From :func:`~branches.dynamics.hysteresis.hysteresis`.
    diagram
        Of the same potential.
    mode
        Whose moment is drawn; one of those recorded.

    Returns
    -------
    matplotlib.figure.Figure
        As :func:`plot_hysteresis` draws it.

    Raises
    ------
    ValueError
        If the mode is not one of those recorded.
    """
    if mode not in loop.ensemble.modes:
        raise ValueError(f"mode = {mode} is not allowed: recorded are {', '.join(map(str, loop.ensemble.modes))}")
    with mpl.rc_context(RC):
        page = Figure(figsize=(6.8, 5.0), layout="constrained")
        plot_hysteresis(loop, page.subplots(), y=f"a{mode}", diagram=diagram, legend=False)
        title = f"{typeset(diagram.potential.label)}: {loop.ensemble.n} particles"
        entries = _entries(diagram)
        page.legend(handles=entries, loc="outside upper center", ncols=2, title=title, title_fontsize=12)
    return page


def plot_hysteresis(
    loop: Hysteresis,
    ax: Axes | None = None,
    *,
    y: str = "a1",
    diagram: Diagram | None = None,
    labels: bool = True,
    legend: bool = True,
    colors: tuple[str, str] = (UP, DOWN),
    **style: Any,
) -> Axes:
    """Draw the order parameter of particles under a rising and falling coupling.

    Parameters
    ----------
    loop
        From :func:`~branches.dynamics.hysteresis.hysteresis`.
    ax
        Where; new axes by default. Its fonts and its title stay as they are.
    y
        A recorded mode: 'a1', ….
    diagram
        Of the same potential: its branches are drawn in black.
    labels
        Whether folds, onset and coexistence of the diagram are dotted lines with their names.
    legend
        Whether there is a legend.
    colors
        While κ rises, and while it falls.
    **style
        Passed on to Matplotlib for the replicas.

    Raises
    ------
    ValueError
        If the mode is not one of those recorded.
    """
    modes = loop.ensemble.modes.tolist()
    if y not in {f"a{mode}" for mode in modes}:
        raise ValueError(f"y = {y!r} is not allowed: recorded are the modes {', '.join(f'a{mode}' for mode in modes)}")
    mode = int(y[1:])
    ax = axes_or_new(ax)
    for (kappa, order), tint in zip((loop.up, loop.down), colors, strict=True):
        ax.plot(kappa, order[:, :, modes.index(mode)].T, **{"color": tint, "linewidth": 0.9, "alpha": 0.75, **style})
    low, high = float(loop.ensemble.kappa.min()), float(loop.ensemble.kappa.max())
    ax.set(xlim=(low, high), ylim=(0.0, 1.08), xlabel=r"coupling $\kappa$")
    ax.set_ylabel(f"$|z_{{{mode}}}|$, $|a_{{{mode}}}|$")
    for part in stretches(diagram) if diagram is not None else ():
        ax.plot(part.kappa, np.abs(part.heights(y)), color=colour(UNIFORM), **line(part.stability))
    if diagram is not None and labels:
        _guides(ax, diagram, mode, (low, high))
    if legend:
        ax.legend(handles=_entries(diagram, colors), fontsize="small", loc="best")
    return ax


def _entries(diagram: Diagram | None, colors: tuple[str, str] = (UP, DOWN)) -> list[Line2D]:
    handles = [
        Line2D([], [], color=colors[0], label=r"particles, $\kappa$ rising"),
        Line2D([], [], color=colors[1], label=r"particles, $\kappa$ falling"),
    ]
    shown = {part.stability for part in stretches(diagram)} if diagram is not None else set()
    return handles + [Line2D([], [], color="black", label=f"{w} state", **line(w)) for w in Stability if w in shown]


def _guides(ax: Axes, diagram: Diagram, mode: int, limits: tuple[float, float]) -> None:
    """Mark fold, coexistence and onset at the top."""
    marks = [(crossing.kappa, "coexistence") for crossing in coexistences(diagram)]
    marks += [(point.kappa, "fold") for branch in diagram.branches for point in branch.folds]
    if diagram.potential.weight(mode) > 0:
        marks.append((diagram.potential.onset_coupling(mode), "onset"))
    for kappa, text in marks:
        if limits[0] <= kappa <= limits[1]:
            ax.axvline(kappa, **GUIDE)
            above = ax.get_xaxis_transform()
            ax.text(kappa, 1.0, text, rotation=90, va="top", ha="right", fontsize=9, transform=above)
    if any(text == "coexistence" for _, text in marks):
        for kappa, text in marks:
            if text == "coexistence":
                ax.plot(kappa, 0.0, clip_on=False, **DIAMOND)
