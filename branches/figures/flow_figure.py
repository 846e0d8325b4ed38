"""Figures of the flow: one trajectory, and the algebraic decay at criticality beside its exact law."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from branches.dynamics.critical import CriticalRate
from branches.dynamics.flow import Flow
from branches.figures.layout import base_size, side_by_side
from branches.figures.style import GUIDE, RC, colour
from branches.figures.words import number, typeset

__all__ = ["critical_figure", "flow_figure"]

MODES, SNAPSHOTS = 5, 6
VISIBLE = 1e-12  # amplitudes below it are not drawn
WIDE = 100.0  # ratio of times above which their axis is logarithmic


def flow_figure(flow: Flow, *, width: float = 11.0) -> Figure:
    """Draw the amplitudes, the free energy and a few densities of one trajectory.

    Parameters
    ----------
    flow
        From :func:`branches.flow`, with at least one time.
    width
        Of the page, in inches; on a narrow one the panels stand below one another.

    Returns
    -------
    matplotlib.figure.Figure
        Left: |c_n| of the largest modes over time; middle: F, dotted where the trajectory has arrived; right: ρ at a
        few times, from light to dark.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> page = flow_figure(branches.flow(potentials.kuramoto(), 4.0, [0.1], 50.0))
    >>> len(page.axes)
    3
    """
    with mpl.rc_context({**RC, **base_size(width)}):
        page, (left, middle, right) = side_by_side(width, 3, 3.5)
        title = rf"{typeset(flow.potential.label)}, $\kappa = {number(flow.kappa, 6)}$; end: {flow.end.name}"
        page.suptitle(title, fontsize="medium")
        later = flow.t > 0
        spread = bool(later.sum() > 1 and flow.t[-1] > WIDE * flow.t[later][0])
        shown = later if spread else np.ones_like(later)
        _amplitudes(left, flow, shown)
        middle.plot(flow.t[shown], flow.free_energy[shown], color="black", linewidth=1.6)
        if flow.end.state is not None:
            middle.axhline(flow.end.state.free_energy, **GUIDE)
        middle.set_ylabel("free energy $F$")
        for ax in (left, middle):
            ax.set_xlabel("time $t$")
            if spread:
                ax.set_xscale("log")
        _snapshots(right, flow)
    return page


def _amplitudes(ax: Axes, flow: Flow, shown: np.ndarray) -> None:
    sizes = np.abs(flow.c[shown])
    largest = np.argsort(sizes.max(axis=0), kind="stable")[::-1][:MODES]
    for place, mode in enumerate(sorted(int(k) for k in largest if sizes[:, k].max() > VISIBLE)):
        values = np.where(sizes[:, mode] > VISIBLE, sizes[:, mode], np.nan)
        ax.plot(flow.t[shown], values, color=colour(place), linewidth=1.6, label=f"$n = {mode + 1}$")
    ax.set_yscale("log")
    ax.set_ylabel("amplitude $|c_n|$")
    if ax.lines:
        ax.legend(loc="best", ncols=2, fontsize="small")


def _snapshots(ax: Axes, flow: Flow) -> None:
    """Draw the densities at times between which the coefficients have moved equally far."""
    moved = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(flow.c, axis=0), axis=1))])
    wanted = np.linspace(0.0, moved[-1], SNAPSHOTS)
    places = sorted({int(np.argmin(np.abs(moved - x))) for x in wanted} | {flow.t.size - 1})
    rho = flow.density()
    theta = 2.0 * np.pi * np.arange(rho.shape[1]) / rho.shape[1] - np.pi
    shades = mpl.colormaps["viridis_r"](np.linspace(0.15, 1.0, len(places)))
    for place, shade in zip(places, shades, strict=True):
        ax.plot(theta, np.fft.fftshift(rho[place]), color=shade, linewidth=1.6, label=f"{flow.t[place]:.3g}")
    ax.set_xticks([-np.pi, 0.0, np.pi], [r"$-\pi$", "$0$", r"$\pi$"])
    ax.set_xlabel(r"$\theta$")
    ax.set_ylabel(r"density $\rho$")
    ax.set_ylim(min(0.0, float(rho.min())), None)
    ax.legend(title="$t$", loc="upper left", fontsize="small")


def critical_figure(laws: Sequence[CriticalRate], flows: Sequence[Flow]) -> Figure:
    """Draw the decay of the critical mode beside the exact law it tends to.

    Parameters
    ----------
    laws
        From :func:`branches.critical_rate`.
    flows
        A flow at each of the couplings, with increasing times over many decades.

    Returns
    -------
    matplotlib.figure.Figure
        Left: |c_n| (solid) and constant · t^−exponent (dashed); right: their ratio.

    Raises
    ------
    ValueError
        If a flow is not that of the potential and the coupling of its law.
    """
    for law, flow in zip(laws, flows, strict=True):
        if law.potential != flow.potential or abs(law.kappa - flow.kappa) > 1e-9 * law.kappa:
            raise ValueError(f"flows: {flow!r} belongs to another potential or coupling than {law!r}")
    with mpl.rc_context(RC):
        page = Figure(figsize=(9.6, 3.9), layout="constrained")
        left, right = page.subplots(1, 2)
        for place, (law, flow) in enumerate(zip(laws, flows, strict=True)):
            later = flow.t > 0
            t, size = flow.t[later], np.abs(flow.c[later, law.mode - 1])
            name = rf"{typeset(law.potential.label)}: ${law.constant:.6g}\,t^{{-1/{2 * law.order}}}$"
            left.plot(t, size, color=colour(place), linewidth=1.8, label=name)
            left.plot(t, law.amplitude(t), color=colour(place), linewidth=1.1, linestyle=(0, (5, 3)))
            right.plot(t, size / law.amplitude(t), color=colour(place), linewidth=1.8)
        highest = max(float(np.abs(flow.c[:, law.mode - 1]).max()) for law, flow in zip(laws, flows, strict=True))
        left.set(xscale="log", yscale="log", xlabel="time $t$", ylabel="amplitude $|c_n|$")
        left.set_ylim(None, 3.0 * highest)
        right.set(xscale="log", xlabel="time $t$", ylabel="amplitude / predicted law", ylim=(0.0, 1.25))
        right.axhline(1.0, **GUIDE)
        left.legend(loc="lower left", fontsize="small")
    return page
