"""The figure of a resonance graph: the onset of each mode, and the couplings l + m = n by their detuning."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

from branches.figures.style import RC
from branches.onsets.resonant.resonance import resonant_kernels

if TYPE_CHECKING:
    import networkx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["resonance_figure", "save_resonance_figure"]

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#8C8C8C"
FINEST = 1e-3  # relative detunings below this share the darkest colour


def resonance_figure(graph: networkx.Graph, tolerance: float = 0.0) -> Figure:
    """Draw a resonance graph of up to about sixteen modes.

    Parameters
    ----------
    graph
        From `branches.onsets.resonant.resonance.resonance_graph`.
    tolerance
        Relative distance up to which onsets count as one resonant kernel, marked in orange.

    Returns
    -------
    matplotlib.figure.Figure
        Left, κ_n over n; a cross at the foot marks a mode that never becomes unstable.  Right, one
        cell for each coupling l + m = n: the number in it is n, its colour the relative detuning of the
        onsets of l and m, and on the diagonal of l and 2l; grey where one of the two has no onset.

    Raises
    ------
    ValueError
        If no mode of the graph attracts, or the tolerance is negative.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.onsets.resonant.resonance import resonance_graph
    >>> page = resonance_figure(resonance_graph(potentials.noisy_transformer(8.0), 6))
    >>> page.axes[0].get_xlabel()
    'mode $n$'
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    kappa = {n: node["kappa"] for n, node in graph.nodes.items()}
    if min(kappa.values()) == math.inf:
        raise ValueError(
            "graph: none of its modes attracts, so there is no onset to draw; include more modes"
        )
    kernels = resonant_kernels(graph, tolerance)
    with mpl.rc_context(RC):
        page = Figure(figsize=(9.6, 4.5))
        left, right = page.subplots(1, 2, width_ratios=(1.0, 1.25))
        page.subplots_adjust(left=0.095, right=0.945, bottom=0.125, top=0.85, wspace=0.17)
        page.suptitle(graph.graph.get("potential", ""), fontsize=13, y=0.97)
        _onsets(left, kappa, kernels)
        _couplings(page, right, graph, kappa, kernels)

    return page


def save_resonance_figure(
    graph: networkx.Graph, path: str | os.PathLike[str], tolerance: float = 0.0
) -> None:
    """Write the figure of a resonance graph; the format is that of the file name (png, pdf, svg).

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from branches import potentials
    >>> from branches.onsets.resonant.resonance import resonance_graph
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "resonances.svg"
    >>> save_resonance_figure(resonance_graph(potentials.bimodal(1.0), 4), file)
    >>> file.stat().st_size > 0
    True
    """
    from branches.figures.page import save_page

    save_page(resonance_figure(graph, tolerance), path)


def _onsets(ax: Axes, kappa: dict[int, float], kernels: tuple[tuple[int, ...], ...]) -> None:
    from matplotlib.ticker import MaxNLocator

    finite = {n: k for n, k in kappa.items() if k < math.inf}
    resonant = {n for kernel in kernels for n in kernel}
    low, high = min(finite.values()), max(finite.values())
    if high < 10 * low:
        ax.set_ylim(0.0, 1.12 * high)
    else:
        ax.set_yscale("log")
        ax.set_ylim(low / 1.5, high * 1.5)
    for kernel in kernels:
        level = finite[kernel[0]]
        ax.plot([kernel[0], kernel[-1]], [level, level], color=ORANGE, linewidth=1.2, zorder=1)
        text = ", ".join(map(str, kernel))
        ax.annotate(text, (kernel[-1], level), (8, 0), textcoords="offset points", color=ORANGE, va="center")
    ax.vlines(list(finite), ax.get_ylim()[0], list(finite.values()), color=GREY, linewidth=0.7, zorder=0)
    for members, colour in ((set(finite) - resonant, BLUE), (resonant, ORANGE)):
        shown = sorted(members)
        ax.plot(shown, [finite[n] for n in shown], "o", color=colour, markersize=6, zorder=2)
    silent = [n for n in kappa if n not in finite]
    foot = ax.get_xaxis_transform()
    ax.plot(silent, [0.025] * len(silent), "x", color=GREY, markersize=5, transform=foot, clip_on=False)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=16, min_n_ticks=1))
    ax.set_xlim(0.4, max(kappa) + 0.9)
    ax.set_xlabel("mode $n$")
    ax.set_ylabel(r"onset coupling $\kappa_n = 2/g_n$")


def _couplings(
    page: Figure,
    ax: Axes,
    graph: networkx.Graph,
    kappa: dict[int, float],
    kernels: tuple[tuple[int, ...], ...],
) -> None:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm
    from matplotlib.patches import Rectangle

    norm, colours = LogNorm(FINEST, 1.0, clip=True), colormaps["Blues_r"]
    size = max(graph)
    together = [set(kernel) for kernel in kernels]
    for l, m in (sorted(pair) for pair in graph.edges):
        detuning = _detuning(kappa, l, m)
        face: Any = colours(norm(max(detuning, FINEST))) if detuning < math.inf else "#E4E4E4"
        partners = {l, 2 * l} if l == m else {l, m}
        marked = any(partners <= kernel for kernel in together)
        edge: dict[str, Any] = {"edgecolor": "white"}
        if marked:
            edge = {"edgecolor": ORANGE, "linewidth": 2.0, "zorder": 3}
        inset = 0.47 if marked else 0.5
        ax.add_patch(Rectangle((l - inset, m - inset), 2 * inset, 2 * inset, facecolor=face, **edge))
        dark = detuning < math.inf and sum(face[:3]) < 1.6
        text: dict[str, Any] = {
            "color": "white" if dark else "black",
            "ha": "center",
            "va": "center",
            "zorder": 4,
        }
        ax.text(l, m, str(l + m), fontsize=max(6.5, min(11.0, 120 / size)), **text)
    ax.set_xlim(0.4, max(size // 2, 1) + 0.6)
    ax.set_ylim(0.4, max(size - 1, 1) + 0.6)
    ax.set_xticks(range(1, size // 2 + 1))
    ax.set_yticks(range(1, size))
    ax.tick_params(length=0)
    ax.set_xlabel("mode $l$")
    ax.set_ylabel("mode $m$")
    ax.set_title("couplings: the number is $n = l + m$", fontsize=11)
    bar = page.colorbar(ScalarMappable(norm, colours), ax=ax, pad=0.02)
    bar.set_label(r"relative detuning of $\kappa_l$, $\kappa_m$ (diagonal: $\kappa_l$, $\kappa_{2l}$)")
    bar.outline.set_visible(False)


def _detuning(kappa: dict[int, float], l: int, m: int) -> float:
    """Return the relative distance of the onsets of l and m (a loop: l and 2l); infinite if one has none."""
    first, second = kappa[l], kappa[2 * l if l == m else m]
    if max(first, second) == math.inf:
        return math.inf
    return abs(first - second) / min(first, second)
