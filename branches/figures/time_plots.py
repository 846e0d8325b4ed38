"""What changes in time, drawn into axes: a flow, an ensemble of particles, clusters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from branches.dynamics.clusters import Clusters
from branches.dynamics.ensemble import Ensemble
from branches.dynamics.flow import Flow
from branches.figures.heights import Height, height_label, heights
from branches.figures.page import axes_or_new
from branches.figures.style import BRANCH_COLOURS, GUIDE, sized
from branches.figures.words import number, typeset

__all__ = ["plot_clusters", "plot_ensemble", "plot_flow", "time_axis"]

Array = NDArray[np.float64]
WIDE = 100.0  # ratio of times above which their axis is logarithmic
SHOWN_REPLICAS, SHOWN_TOKENS = 24, 160


def time_axis(ax: Axes, t: Array) -> NDArray[np.bool_]:
    """Label the axis of time, logarithmic over many decades, and return which times it shows."""
    later = t > 0
    spread = bool(later.sum() > 1 and t[-1] > WIDE * t[later][0])
    if spread:
        ax.set_xscale("log")
    ax.set_xlabel("time $t$")
    return np.asarray(later if spread else np.ones_like(later))


def plot_flow(
    flow: Flow,
    ax: Axes | None = None,
    *,
    y: Height = "norm",
    labels: bool = True,
    legend: bool = False,
    colors: str | None = None,
    **style: Any,
) -> Axes:
    """Draw a trajectory over time.

    Parameters
    ----------
    flow
        From :func:`branches.flow`, with at least one time.
    ax
        Where; new axes by default. Its fonts and its title stay as they are.
    y
        'norm', 'free energy', a moment such as 'a1' (its absolute value |c_1|), or a function from absolute values of
        shape (T, N) to shape (T,).
    labels
        Whether the state it arrives at is a dotted line.
    legend
        Whether there is a legend.
    colors
        The colour of the line.
    **style
        Passed on to Matplotlib, such as ``linewidth``.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> from matplotlib.figure import Figure
    >>> run = branches.flow(potentials.kuramoto(), 4.0, [0.1], 50.0)
    >>> run.plot(Figure().subplots(), y="free energy").get_ylabel()
    'free energy $F$'
    """
    ax = axes_or_new(ax)
    values = heights(y, np.abs(flow.c), flow.free_energy)
    shown = time_axis(ax, flow.t)
    name = rf"{typeset(flow.potential.label)}, $\kappa = {number(flow.kappa, 6)}$"
    drawn = {"color": colors or BRANCH_COLOURS[0], "label": name}
    ax.plot(flow.t[shown], values[shown], **{**drawn, **style})
    if labels and flow.end.state is not None:
        state = flow.end.state
        moments = np.zeros((1, max(flow.c.shape[1], state.a.size)))
        moments[0, : state.a.size] = np.abs(state.a)
        ax.axhline(float(heights(y, moments, np.array([state.free_energy]))[0]), **sized(GUIDE))
    ax.set_ylabel(height_label(y))
    if legend:
        ax.legend(fontsize="small")
    return ax


def plot_ensemble(
    ensemble: Ensemble,
    ax: Axes | None = None,
    *,
    y: Height = "a1",
    labels: bool = True,
    legend: bool = False,
    colors: str | None = None,
    **style: Any,
) -> Axes:
    """Draw an order parameter of particles over time: thin each replica, thick the root mean square over them.

    Parameters
    ----------
    ensemble
        From :func:`branches.particles`.
    ax
        Where; new axes by default. Its fonts and its title stay as they are.
    y
        'norm' (of the recorded modes), |z_m| of a recorded mode such as 'a1', or a function from |z_m| of shape (m, M),
        0 where a mode is not recorded, to shape (m,).
    labels
        Whether single replicas are shown.
    legend
        Whether there is a legend.
    colors
        The colour of the lines.
    **style
        Passed on to Matplotlib for the thick line.

    Raises
    ------
    ValueError
        If a mode is not one of those recorded.
    """
    known = {f"a{mode}" for mode in ensemble.modes.tolist()}
    if y == "free energy" or (isinstance(y, str) and y != "norm" and y not in known):
        raise ValueError(f"y = {y!r} is not allowed: recorded are 'norm', {', '.join(map(repr, sorted(known)))}")
    ax = axes_or_new(ax)
    replicas = np.array([_order(ensemble, y, row) for row in ensemble.order])
    tint = colors or BRANCH_COLOURS[0]
    if labels and len(replicas) > 1:
        ax.plot(ensemble.t, replicas[:SHOWN_REPLICAS].T, color=tint, linewidth=0.5, alpha=0.3)
    name = f"{ensemble.n} particles"
    ax.plot(ensemble.t, np.sqrt(np.mean(replicas**2, axis=0)), **{"color": tint, "label": name, **style})
    time_axis(ax, ensemble.t)
    label = height_label(y) if callable(y) or y == "norm" else rf"order parameter $|z_{{{y[1:]}}}|$"
    ax.set_ylabel(label)
    if legend:
        ax.legend(fontsize="small")
    return ax


def _order(ensemble: Ensemble, y: Height, row: Array) -> Array:
    """Return the heights of one replica, whose order parameters have shape (T, M)."""
    every = np.zeros((row.shape[0], int(ensemble.modes.max(initial=1))))
    recorded = ensemble.modes > 0
    every[:, ensemble.modes[recorded] - 1] = row[:, recorded]
    return heights(y, every, np.zeros(row.shape[0]))


def plot_clusters(
    found: Clusters,
    ax: Axes | None = None,
    *,
    y: str | Callable[[Clusters], Array] = "angle",
    labels: bool = True,
    legend: bool = False,
    colors: str | None = None,
    **style: Any,
) -> Axes:
    """Draw tokens over time.

    Parameters
    ----------
    found
        From :func:`branches.clusters`.
    ax
        Where; new axes by default. Its fonts and its title stay as they are.
    y
        'angle' (one line a token, 160 of them at most), 'energy', 'spread', or a function from the record to values
        at its times, shape (T,).
    labels
        Whether the merges of clusters are marked.
    legend
        Whether there is a legend.
    colors
        The colour of the lines.
    **style
        Passed on to Matplotlib for every line.

    Raises
    ------
    ValueError
        If ``y`` is another word.
    """
    if not callable(y) and y not in ("angle", "energy", "spread"):
        raise ValueError(f"y = {y!r} is not allowed: give 'angle', 'energy', 'spread' or a function of the record")
    ax = axes_or_new(ax)
    shown = time_axis(ax, found.path_times)
    t, tint = found.path_times[shown], colors or BRANCH_COLOURS[0]
    if y == "angle":
        chosen = np.unique(np.linspace(0, found.paths.shape[1] - 1, SHOWN_TOKENS).astype(int))
        angles = np.mod(found.paths[shown][:, chosen], 2.0 * np.pi)
        jumps = np.abs(np.diff(angles, axis=0, append=angles[-1:])) > np.pi
        ax.plot(t, np.where(jumps, np.nan, angles), **{"color": tint, "linewidth": 0.7, "alpha": 0.6, **style})
        ax.set_ylim(0.0, 2.0 * np.pi)
        ax.set_yticks([0.0, np.pi, 2.0 * np.pi], ["0", r"$\pi$", r"$2\pi$"])
    else:
        values = y(found) if callable(y) else getattr(found, y)
        ax.plot(t, np.asarray(values)[shown], **{"color": tint, "label": rf"$\beta = {found.beta:g}$", **style})
    for merge in found.cascade if labels else ():
        if y == "angle":
            ax.plot(merge.t, merge.position, "o", color="black", zorder=5, **sized({"markersize": 5.0}))
        else:
            ax.axvline(merge.t, **sized(GUIDE))
    ax.set_ylabel(r"angle $\theta$" if y == "angle" else "" if callable(y) else y)
    if legend and y != "angle":
        ax.legend(fontsize="small")
    return ax
