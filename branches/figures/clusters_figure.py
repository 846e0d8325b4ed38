"""Figures of the noise-free transformer: the cascade of clusters, the growth of modes, and where it synchronises."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from branches.dynamics.clusters import Clusters
from branches.dynamics.mode_growth import equal_cluster_growth, mode_growth, switch_point
from branches.dynamics.pair_force import TransformerForce
from branches.dynamics.synchronisation import PUBLISHED_NO, PUBLISHED_YES, criterion
from branches.figures.layout import base_size
from branches.figures.style import BRANCH_COLOURS, GUIDE, RC
from branches.figures.words import number
from branches.potentials.named import noisy_transformer

__all__ = ["clusters_figure", "mode_growth_figure", "synchronisation_figure"]

Array = NDArray[np.float64]
SHOWN = 160  # tokens drawn
FIRST_TIME = 0.1  # where the logarithmic axis of time begins


def clusters_figure(found: Clusters, *, width: float = 7.2) -> Figure:
    """Draw the angles of the tokens and their energy over the logarithm of time.

    Parameters
    ----------
    found
        From :func:`branches.clusters`.
    width
        Of the page, in inches.

    Returns
    -------
    matplotlib.figure.Figure
        Above, one line a token (160 of them at most); the merges of clusters as discs, with their times. Below, the
        energy.

    Examples
    --------
    >>> import branches
    >>> clusters_figure(branches.clusters(5.0, [0.0, 1.0, 3.0])).axes[1].get_xlabel()
    'time $t$'
    """
    with mpl.rc_context({**RC, **base_size(width)}):
        page = Figure(figsize=(width, 0.75 * width), layout="constrained")
        upper, lower = page.subplots(2, 1, sharex=True, height_ratios=(2.2, 1.0))
        t = np.maximum(found.path_times, FIRST_TIME)
        chosen = np.unique(np.linspace(0, found.paths.shape[1] - 1, SHOWN).astype(int))
        for token in chosen:
            angle = np.mod(found.paths[:, token], 2.0 * np.pi)
            broken = np.where(np.abs(np.diff(angle, append=angle[-1])) > np.pi, np.nan, angle)
            upper.plot(t, broken, color=BRANCH_COLOURS[0], linewidth=0.7, alpha=0.6)
        for merge in found.cascade:
            upper.plot(merge.t, merge.position, "o", color="black", markersize=5, zorder=5)
            lower.axvline(merge.t, **GUIDE)
            last = merge is found.cascade[-1]
            upper.annotate(f"${number(merge.t, 4)}$", (merge.t, merge.position), (-6 if last else 6, 5), fontsize=9.5,
                           textcoords="offset points", ha="right" if last else "left")  # fmt: skip
        upper.set_ylim(0.0, 2.0 * np.pi)
        upper.set_yticks([0.0, np.pi, 2.0 * np.pi], ["0", r"$\pi$", r"$2\pi$"])
        upper.set_ylabel(r"angle $\theta$")
        count = f"{found.paths.shape[1]} tokens, {found.collapsed} clusters"
        upper.set_title(rf"$\beta = {found.beta:g}$: {count}", fontsize="medium")
        lower.plot(t, found.energy, color="black")
        lower.set_xscale("log")
        lower.set(xlabel="time $t$", ylabel="energy $E$", xlim=(FIRST_TIME, 1.6 * max(found.t, 2 * FIRST_TIME)))
    return page


def mode_growth_figure(beta_max: float = 20.0, modes: int = 7) -> Figure:
    """Draw how fast the modes of the noise-free transformer grow over β, and the fastest of them.

    Parameters
    ----------
    beta_max
        Largest β.
    modes
        So many modes.

    Returns
    -------
    matplotlib.figure.Figure
        n² I_n(β) e^{−β}/β of each mode; dotted, the β where the fastest mode changes.

    Examples
    --------
    >>> mode_growth_figure(5.0, 3).axes[0].get_ylabel()
    'growth rate'
    """
    with mpl.rc_context(RC):
        page = Figure(figsize=(6.6, 4.2), layout="constrained")
        ax = page.subplots()
        betas = np.linspace(0.02, beta_max, 500)
        rates = np.array([mode_growth(noisy_transformer(beta, scaled=True), math.inf, modes) for beta in betas])
        for n in range(1, modes + 1):
            ax.plot(betas, rates[:, n - 1], color=BRANCH_COLOURS[(n - 1) % len(BRANCH_COLOURS)], label=f"$n = {n}$")
        switches = [beta for beta in map(switch_point, range(1, modes)) if beta < beta_max]
        for n, beta in enumerate(switches, 1):
            ax.axvline(beta, **GUIDE)
            ax.annotate(f"{n} → {n + 1}", (beta, 1.0), xycoords=ax.get_xaxis_transform(), fontsize=9.5, ha="center")
        ax.set(xlabel=r"$\beta$", ylabel="growth rate", xlim=(0.0, beta_max), ylim=(0.0, None))
        ax.legend(loc="upper right")
    return page


def synchronisation_figure(low: float = -1.0, high: float = 0.5) -> Figure:
    r"""Draw what is known about the synchronisation of the transformer over β.

    Parameters
    ----------
    low, high
        The range of β, low < high.

    Returns
    -------
    matplotlib.figure.Figure
        The margin of the criterion, above 0 where almost every start synchronises, and the growth rate of a disturbance
        of the equal triangle, below 0 where that is stable; shaded, what the two decide.

    Raises
    ------
    ValueError
        If the range is empty.

    Examples
    --------
    >>> synchronisation_figure().axes[0].get_xlabel()
    '$\\beta$'
    """
    if not low < high:
        raise ValueError(f"low = {low!r}, high = {high!r} are not allowed: low < high")
    with mpl.rc_context(RC):
        page = Figure(figsize=(7.2, 4.2), layout="constrained")
        ax = page.subplots()
        betas = np.linspace(low, high, 400)
        margins = np.array([criterion(TransformerForce(beta)).margin for beta in betas])
        triangle = np.array([float(equal_cluster_growth(TransformerForce(beta), 3).max()) for beta in betas])
        ax.axhline(0.0, color="black", linewidth=0.8)
        ax.plot(betas, margins, color=BRANCH_COLOURS[0], label=r"margin of the criterion, $4(1+\tau/L)-\tau P/f'(0)$")
        ax.plot(betas, triangle, color=BRANCH_COLOURS[1], label="growth about the equal triangle")
        ax.set(xlabel=r"$\beta$", xlim=(low, high), ylim=(-1.6, 3.7))
        _regions(ax, betas, margins)
        ax.legend(loc="lower right")
    return page


def _regions(ax: Axes, betas: Array, margins: Array) -> None:
    met = betas[margins > 0.0]
    first = float(met[0]) if met.size else math.inf
    spans = (
        (-math.inf, PUBLISHED_NO, "#F5D5C8", "not every start\n(published)"),
        (PUBLISHED_NO, first, "#EEEEEE", "not decided:\nsearched only"),
        (first, PUBLISHED_YES, "#D3E6F2", "proved\nhere"),
        (PUBLISHED_YES, math.inf, "#B9D7EA", "published"),
    )
    left, right = float(betas[0]), float(betas[-1])
    for begin, end, tint, text in spans:
        begin, end = max(begin, left), min(end, right)
        if begin < end:
            ax.axvspan(begin, end, color=tint, linewidth=0, zorder=0)
            place = (0.5 * (begin + end), 0.985)
            ax.annotate(text, place, xycoords=ax.get_xaxis_transform(), ha="center", va="top", fontsize=9.5)
