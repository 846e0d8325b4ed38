"""The plots of an interactive page, empty: the script of the page fills them."""

from __future__ import annotations

from typing import Any

from bokeh.events import MouseMove, Tap
from bokeh.models import ColumnDataSource, CustomJS, Range1d, Span
from bokeh.plotting import figure

__all__ = ["density_plot", "graph_plot", "height_plot", "phase_plot"]

TOOLS = "pan,box_zoom,reset,save"


def height_plot(name: str, label: str, x_range: Any = None) -> Any:
    """Return a plot over κ: curves, special points, the states at the chosen κ."""
    plot = _plot(name, "coupling κ", label, x_range=x_range)
    curves = _source(f"{name} curves", "x", "y", "color", "dash", "width")
    points = _source(f"{name} points", "x", "y", "marker", "fill")
    states = _source(f"{name} states", "x", "y", "color")
    plot.multi_line("x", "y", line_color="color", line_dash="dash", line_width="width", source=curves)
    plot.scatter("x", "y", marker="marker", fill_color="fill", line_color="black", size=8, source=points)
    plot.scatter("x", "y", fill_color="color", line_color="white", size=9, source=states)
    plot.add_layout(Span(location=0, dimension="height", line_color="#888", line_width=1, name=f"{name} chosen"))
    return plot


def density_plot() -> Any:
    """Return the plot of densities: all states at the chosen κ, and the one pointed at."""
    plot = _plot("density", "position", "density ρ")
    lines = _source("density lines", "x", "y", "color", "dash", "width", "alpha")
    plot.multi_line(
        "x", "y", line_color="color", line_dash="dash", line_width="width", line_alpha="alpha", source=lines
    )
    return plot


def graph_plot() -> Any:
    """Return the plot of the branch graph."""
    plot = _plot("graph", "", "")
    edges = _source("graph edges", "x", "y", "color", "dash", "width")
    nodes = _source("graph nodes", "x", "y", "marker", "fill", "text", "size")
    plot.multi_line("x", "y", line_color="color", line_dash="dash", line_width="width", source=edges)
    plot.scatter("x", "y", marker="marker", fill_color="fill", line_color="black", size="size", source=nodes)
    plot.text(
        "x", "y", text="text", source=nodes, x_offset=0, y_offset=17, text_align="center", text_font_size="11px",
        text_color="#333",
    )  # fmt: skip
    plot.axis.visible = False
    plot.grid.visible = False
    return plot


def phase_plot(symbol: str, label: str) -> Any:
    """Return the plot of a phase diagram."""
    plot = _plot("phases", symbol, label)
    regions = _source("phases regions", "x", "y", "color")
    lines = _source("phases lines", "x", "y", "dash", "width")
    points = _source("phases points", "x", "y", "marker", "fill")
    chosen = _source("phases chosen", "x", "y")
    plot.patches("x", "y", fill_color="color", line_color="color", source=regions)
    plot.multi_line("x", "y", line_color="black", line_dash="dash", line_width="width", source=lines)
    plot.scatter("x", "y", marker="marker", fill_color="fill", line_color="black", size=9, source=points)
    plot.scatter("x", "y", marker="cross", line_color="#D55E00", line_width=2, size=14, source=chosen)
    return plot


def _source(name: str, *keys: str) -> ColumnDataSource:
    return ColumnDataSource({key: [] for key in keys}, name=name)


def _plot(name: str, x_label: str, y_label: str, x_range: Any = None) -> Any:
    plot = figure(
        name=name, tools=TOOLS, toolbar_location="above", sizing_mode="stretch_both",
        min_border_right=12, min_border_left=62,
        x_range=x_range or Range1d(0, 1), y_range=Range1d(0, 1), x_axis_label=x_label, y_axis_label=y_label,
        output_backend="canvas",
    )  # fmt: skip
    plot.toolbar.logo = None
    plot.toolbar.autohide = True
    plot.xaxis.axis_label_text_font_style = plot.yaxis.axis_label_text_font_style = "normal"
    plot.xgrid.grid_line_color = plot.ygrid.grid_line_color = "#eeeeee"
    plot.outline_line_color = None
    for event, call in ((MouseMove, "hover"), (Tap, "tap")):
        plot.js_on_event(event, CustomJS(code=f"window.mvcont?.{call}({name!r}, cb_obj.x, cb_obj.y)"))
    return plot
