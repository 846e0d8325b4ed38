"""Figures of interacting particles: order parameters and histogram, and the loop of a swept coupling."""

from __future__ import annotations

from collections.abc import Sequence

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
from branches.figures.stretches import UNIFORM, Stretch, sample, stretches
from branches.figures.style import BRANCH_COLOURS, DIAMOND, GUIDE, RC, colour, line
from branches.states.stability import Stability
from branches.states.state import State

__all__ = ["hysteresis_figure", "particles_figure"]

Array = NDArray[np.float64]
BINS = 64
SHOWN_MODES = 4
SHOWN_REPLICAS = 24
SAMPLES = 200
UP, DOWN = "#D55E00", "#56B4E9"


def particles_figure(ensemble: Ensemble, states: Sequence[State] = ()) -> Figure:
    """Draw the order parameters of an ensemble over time, and its histogram at the end.

    Parameters
    ----------
    ensemble
        From :func:`branches.particles`.
    states
        Mean-field states to compare with: their moments as dotted lines, their densities as lines.

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
    with mpl.rc_context(RC):
        page = Figure(figsize=(9.6, 3.9), layout="constrained")
        left, right = page.subplots(1, 2, width_ratios=(1.3, 1.0))
        _order(left, ensemble, states)
        density, edges = ensemble.histogram(BINS)
        right.stairs(density, edges, color="0.82", fill=True)
        right.stairs(density, edges, color="0.45", linewidth=0.8, label="particles")
        theta = np.linspace(-np.pi, np.pi, 721)
        for number, state in enumerate(states):
            shift = np.pi / (state.n_fold or 1) if state.c[max(state.n_fold, 1) - 1].real < 0 else 0.0
            right.plot(theta, state.density(theta + shift), color=BRANCH_COLOURS[number], label="mean field")
        right.axhline(1.0 / (2.0 * np.pi), label="uniform", **GUIDE)
        right.set(xlabel=r"angle $\theta$", ylabel=r"density $\rho$", xlim=(-np.pi, np.pi))
        right.set_xticks([-np.pi, 0, np.pi], [r"$-\pi$", "0", r"$\pi$"])
        right.set_ylim(0.0, 1.12 * max(float(density.max()), right.get_ylim()[1] / 1.12))
        right.legend(loc="upper right")
        replicas = f"{ensemble.replicas} × " if ensemble.replicas > 1 else ""
        page.suptitle(f"{ensemble.potential.label}: {replicas}{ensemble.n} particles, {_coupling(ensemble)}")
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
    return f"κ = {low:.6g}" if low == high else f"κ = {low:.6g} … {high:.6g}"


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
        Branches black, stable solid and unstable dashed; each replica orange while κ rises and blue while it falls;
        folds, onset and coexistence as dotted lines.

    Raises
    ------
    ValueError
        If the mode is not one of those recorded.
    """
    column = np.flatnonzero(loop.ensemble.modes == mode)
    if not column.size:
        raise ValueError(f"mode = {mode} is not allowed: recorded are {', '.join(map(str, loop.ensemble.modes))}")
    with mpl.rc_context(RC):
        page = Figure(figsize=(6.8, 5.0), layout="constrained")
        ax = page.subplots()
        for (kappa, order), tint in ((loop.up, UP), (loop.down, DOWN)):
            ax.plot(kappa, order[:, :, int(column[0])].T, color=tint, linewidth=0.9, alpha=0.75)
        for part in stretches(diagram):
            kappa, moment = _moment(diagram, part, mode)
            ax.plot(kappa, moment, color=colour(UNIFORM), **line(part.stability))
        low, high = float(loop.ensemble.kappa.min()), float(loop.ensemble.kappa.max())
        _guides(ax, diagram, mode, (low, high))
        ax.set(xlim=(low, high), ylim=(0.0, 1.08), xlabel=r"coupling $\kappa$")
        ax.set_ylabel(f"$|z_{{{mode}}}|$, $|a_{{{mode}}}|$")
        handles = [
            Line2D([], [], color=UP, label=r"particles, $\kappa$ rising"),
            Line2D([], [], color=DOWN, label=r"particles, $\kappa$ falling"),
            Line2D([], [], color="black", label="stable state", **line(Stability.STABLE)),
            Line2D([], [], color="black", label="unstable state", **line(Stability.UNSTABLE)),
        ]
        title = f"{diagram.potential.label}: {loop.ensemble.n} particles"
        page.legend(handles=handles, loc="outside upper center", ncols=2, title=title, title_fontsize=12)
    return page


def _moment(diagram: Diagram, part: Stretch, mode: int) -> tuple[Array, Array]:
    """Return couplings and |a_mode| along a stretch."""
    if part.branch == UNIFORM:
        return part.kappa, np.zeros(part.kappa.size)
    branch = diagram.branches[part.branch]
    nodes = 0.5 * (1.0 - np.cos(np.linspace(0.0, np.pi, SAMPLES)))
    u, kappa = sample(branch, np.clip(part.start + (part.end - part.start) * nodes, 0.0, float(branch.arclength[-1])))
    if mode % branch.n_fold or mode // branch.n_fold > u.shape[1]:
        return kappa, np.zeros(kappa.size)
    return kappa, np.abs(u[:, mode // branch.n_fold - 1])


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
