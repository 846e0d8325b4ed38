"""Figures over the dimension of the sphere: growth rates, critical β, and phase diagrams of the transformer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from branches.dynamics.mode_selection import ModeSelection
from branches.figures.style import BRANCH_COLOURS, DISC, GUIDE, RC
from branches.loci.curves import Curves

__all__ = ["critical_beta_figure", "mode_selection_figure", "phase_diagrams_figure"]

SHOWN_MODES = 6
FOLD: dict[str, Any] = {"linestyle": (0, (4.0, 2.0)), "linewidth": 1.1}


def mode_selection_figure(found: ModeSelection) -> Figure:
    """Draw the growth rates of the first modes over β, over the largest of them, and where the fastest one changes.

    Parameters
    ----------
    found
        From :func:`~branches.dynamics.mode_selection.mode_selection`.
    """
    with mpl.rc_context(RC):
        page = Figure(figsize=(6.6, 4.2), layout="constrained")
        ax = page.subplots()
        shown = found.rates[:, :SHOWN_MODES]
        scale = np.max(np.abs(shown), axis=1)
        for mode, (rates, own) in enumerate(zip(shown.T, BRANCH_COLOURS, strict=False), 1):
            ax.plot(found.beta, rates / scale, color=own, label=rf"$l = {mode}$")
        for at in found.switches:
            ax.axvline(at, **GUIDE)
        ax.axhline(0.0, color="0.6", linewidth=0.8)
        ax.set_xlim(found.beta.min(), found.beta.max())
        ax.set_ylim(-1.05 if np.isfinite(found.kappa) else 0.0, 1.05)
        ax.set_xlabel(r"$\beta$")
        ax.set_ylabel("growth rate, over the largest")
        noise = "without noise" if np.isinf(found.kappa) else rf"$\kappa = {found.kappa:g}$"
        ax.set_title(f"noisy transformer, d = {found.dimension}, {noise}")
        ax.legend(ncols=2)
    return page


def critical_beta_figure(dimension: ArrayLike, beta: ArrayLike) -> Figure:
    """Draw β*, at which the transition of the transformer changes its order, over the dimension.

    Parameters
    ----------
    dimension, beta
        Real dimensions, increasing, and β* there, from :func:`~branches.onsets.critical_beta.critical_beta`.
    """
    d, values = np.asarray(dimension, dtype=float), np.asarray(beta, dtype=float)
    with mpl.rc_context(RC):
        page = Figure(figsize=(6.2, 4.0), layout="constrained")
        ax = page.subplots()
        ax.plot(d, values, color="black", linewidth=1.9)
        whole = np.flatnonzero(np.abs(d - np.round(d)) < 1e-9)
        ax.plot(d[whole], values[whole], **DISC)
        ax.axhline(1.0, **GUIDE)
        low, high = ax.get_ylim()
        ax.fill_between(d, values, high, color="0.5", alpha=0.15, linewidth=0)
        ax.set_ylim(low, high)
        ax.set_xlim(d[0], d[-1])
        ax.text(0.6, 0.75, "discontinuous", transform=ax.transAxes)
        ax.text(0.12, 0.16, "continuous", transform=ax.transAxes)
        ax.set_xlabel(r"dimension $d$")
        ax.set_ylabel(r"$\beta^*$")
    return page


def phase_diagrams_figure(found: Mapping[int, Curves]) -> Figure:
    """Draw phase diagrams of the transformer on several spheres: in (β, κ), and with κ in units of the first onset.

    Parameters
    ----------
    found
        The lines, from :func:`~branches.loci.curves.curves`, by dimension; with the onset line of mode 1 each.
    """
    with mpl.rc_context(RC):
        page = Figure(figsize=(10.0, 4.4), layout="constrained")
        whole, relative = page.subplots(1, 2)
        for colour, (_, lines) in zip(BRANCH_COLOURS, found.items(), strict=False):
            first = next(line for line in lines.lines if line.kind == "onset" and line.description == "mode 1")
            ends = [point.q for point in lines.points if point.kind == "tricritical"]
            before = first.q <= (min(ends) if ends else np.inf)
            whole.plot(first.q[before], first.kappa[before], color=colour, linewidth=1.9)
            for kind, style in (("coexistence", {"linewidth": 1.9}), ("fold", FOLD)):
                for line in lines.of_kind(kind):
                    unit = np.exp(np.interp(line.q, first.q, np.log(first.kappa)))
                    whole.plot(line.q, line.kappa, color=colour, **style)
                    relative.plot(line.q, line.kappa / unit, color=colour, **style)
            for point in lines.points:
                if point.kind == "tricritical":
                    whole.plot(point.q, point.kappa, **{**DISC, "color": colour, "markerfacecolor": colour})
                    relative.plot(point.q, 1.0, **{**DISC, "color": colour, "markerfacecolor": colour})
        whole.set_yscale("log")
        relative.axhline(1.0, color="black", linewidth=0.8)
        whole.set_ylabel(r"coupling $\kappa$")
        relative.set_ylabel(r"$\kappa / \kappa_1$")
        for ax in (whole, relative):
            ax.set_xlabel(r"$\beta$")
        handles = [Line2D([], [], color=c, label=f"d = {d}") for c, d in zip(BRANCH_COLOURS, found, strict=False)]
        handles += [Line2D([], [], color="0.3", linewidth=1.9, label="transition")]
        handles += [Line2D([], [], color="0.3", label="fold", **FOLD), Line2D([], [], label="tricritical", **DISC)]
        page.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    return page
