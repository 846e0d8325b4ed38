"""The figures of the performance page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from environments import OURS
from verdict import missing

STYLE = {
    "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "grid.alpha": 0.25, "grid.linewidth": 0.5, "lines.markersize": 4, "savefig.dpi": 200,
    "legend.frameon": False,
}  # fmt: skip
COLOURS = {
    "ours": "#0b3c8c", "adaptive": "#5b9bd5", "plain": "#8aa4c8", "jaxcont": "#d1495b", "contique": "#8d6a9f",
    "transiflow": "#2e8b57", "bice": "#edae49", "bifpy": "#7a5230", "pycont_lite": "#666666",
}  # fmt: skip
DISTINCT = [colour for tool, colour in COLOURS.items() if tool != "plain"]
LABELS = {
    "ours": "this toolkit", "adaptive": "this toolkit, adaptive N", "plain": "this toolkit, NumPy alone",
    "bifpy": "bifpy (AUTO-07p)", "pycont_lite": "pycont-lite",
}  # fmt: skip
TITLES = {
    "T1": "T1: branch, β = 1",
    "T2": "T2: branch round the fold, β = 4",
    "T3": "T3: four branches, β = 4",
}


def benchmark_figure(record: dict[str, Any], path: Path) -> None:
    """Draw time against N for every task, with and without counts."""
    measured = [row for row in record["rows"] if row["kind"] == "ok"]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(2, 3, figsize=(10.5, 6.4), sharex=True, sharey=True)
        for line, counts in zip(axes, ("plain", "counts"), strict=True):
            for ax, task in zip(line, TITLES, strict=True):
                panel(ax, [r for r in measured if (r["task"], r["counts"]) == (task, counts)])
                ax.set_title(TITLES[task] + (", counts" if counts == "counts" else ""), fontsize=9)
        for row, ax in zip(("T1", "T2"), axes[0], strict=False):
            floor = [f for f in record.get("floor", []) if f["task"] == row]
            lowest = [1e3 * min(f["transforms"], f["products"]) for f in floor]
            ax.plot([f["n"] for f in floor], lowest, ":", color="0.4", lw=1.2)
        finish(figure, axes, sorted({row["n"] for row in measured}))
        path.parent.mkdir(exist_ok=True)
        figure.savefig(path)
        plt.close(figure)


def panel(ax: Any, rows: list[dict[str, Any]]) -> None:
    """One line a tool; open markers where a part of the task was left out."""
    for tool, colour in COLOURS.items():
        own = sorted((row for row in rows if row["tool"] == tool), key=lambda row: row["n"])
        if not own:
            continue
        x, y = [row["n"] for row in own], [1e3 * row["cpu_seconds"] for row in own]
        mine = tool in OURS
        ax.plot(x, y, "-", color=colour, lw=2.2 if tool == "ours" else 1.2, zorder=3 if mine else 2)
        for n, t, row in zip(x, y, own, strict=True):
            face = "white" if missing(row) else colour
            ax.plot(n, t, "o", color=colour, mfc=face, zorder=4 if mine else 3)


def finish(figure: Any, axes: Any, sizes: list[int]) -> None:
    """Scales, labels and one legend for all panels."""
    axes[0, 0].set(xscale="log", yscale="log")
    axes[0, 0].set_xticks(sizes, [str(n) for n in sizes])
    axes[0, 0].minorticks_off()
    for ax in axes[-1]:
        ax.set_xlabel("number of modes N")
    for ax in axes[:, 0]:
        ax.set_ylabel("time (ms)")
    handles = [plt.Line2D([], [], color=c, marker="o", label=LABELS.get(t, t)) for t, c in COLOURS.items()]
    handles += [
        plt.Line2D([], [], color="0.3", marker="o", mfc="white", ls="", label="part of the task left out"),
        plt.Line2D([], [], color="0.4", ls=":", label="library calls alone (floor)"),
    ]
    figure.legend(handles=handles, loc="lower center", ncols=5, fontsize=8.5)
    figure.tight_layout(rect=(0, 0.1, 1, 1))


def scaling_figure(record: dict[str, Any], path: Path) -> None:
    """Draw time a point against N for the matrix-free path, with the FFT floor beside it."""
    with plt.rc_context(STYLE):
        figure, ax = plt.subplots(figsize=(5.6, 4.0))
        names = list(dict.fromkeys(row["potential"] for row in record["rows"]))
        for name, colour in zip(names, DISTINCT, strict=False):
            rows = [row for row in record["rows"] if row["potential"] == name]
            n = [row["n"] for row in rows]
            ax.plot(n, [1e3 * row["seconds_per_point"] for row in rows], "o-", color=colour, label=name)
            ax.plot(n, [1e3 * row["fft_floor"] for row in rows], ":", color=colour)
        ax.set(xscale="log", yscale="log", xlabel="number of modes N", ylabel="time a point (ms)")
        ax.set_xscale("log", base=2)
        ax.plot([], [], ":", color="0.4", label="FFT floor")
        ax.legend()
        figure.tight_layout()
        figure.savefig(path)
        plt.close(figure)
