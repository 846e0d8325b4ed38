"""One file for a browser, without any connection: the library, the data, and a script that joins them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from branches.diagrams.diagram import Diagram
from branches.figures.interactive.data import diagram_data
from branches.figures.interactive.phase_data import phase_data
from branches.sweeps.phase_diagram import PhaseDiagram
from continuation import replacing

__all__ = ["check_installed", "diagram_page", "phase_page"]

PLACE = re.compile(r"<!--([a-z]+)-->")  # in the template
NEEDED = "a page for a browser needs Bokeh: python -m pip install 'mckean-vlasov-continuation[html]'"


def check_installed() -> None:
    """Refuse to begin where Bokeh is missing.

    Raises
    ------
    ImportError
        The message names the extra.
    """
    if find_spec("bokeh") is None:
        raise ImportError(NEEDED)


def diagram_page(diagram: Diagram, path: str | os.PathLike[str]) -> Path:
    """Write a diagram as one file for a browser: hover over branches, move κ, click special points.

    Parameters
    ----------
    diagram
        Finished or interrupted.
    path
        Of the file, ``.html`` by custom.

    Returns
    -------
    Path
        The file, some 1.5 MB, of which the library Bokeh takes 1.3; it needs no connection.

    Raises
    ------
    ImportError
        If Bokeh is missing; the message names the extra.
    OSError
        If it cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5)
    >>> file = d.to_html(pathlib.Path(tempfile.mkdtemp()) / "diagram.html")
    >>> "fold 1" in file.read_text(encoding="utf-8")
    True
    """
    data = diagram_data(diagram)
    return _write(path, data["title"], {"diagrams": [{"value": None, "data": data}], "phases": None})


def phase_page(
    found: PhaseDiagram,
    path: str | os.PathLike[str],
    diagrams: Mapping[float, Diagram] | None = None,
    *,
    symbol: str = "q",
    title: str = "",
) -> Path:
    """Write a phase diagram as one file for a browser: click a point, and its diagram opens at its coupling.

    Parameters
    ----------
    found
        With boundaries along computed lines after ``traced``.
    path
        Of the file, ``.html`` by custom.
    diagrams
        Diagrams by the parameter; a click shows the one nearest. Without any, the columns alone are shown.
    symbol, title
        The parameter, and what the page is called.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ImportError, OSError
        As for :func:`diagram_page`.
    """
    shown = sorted((diagrams or {}).items())
    record = {
        "diagrams": [{"value": value, "data": diagram_data(diagram)} for value, diagram in shown],
        "phases": phase_data(found, symbol),
    }
    return _write(path, title or f"phase diagram over {symbol}", record)


def _write(path: str | os.PathLike[str], title: str, record: Mapping[str, Any]) -> Path:
    check_installed()
    from bokeh.embed import components
    from bokeh.resources import Resources

    from branches.figures.interactive.plots import density_plot, graph_plot, height_plot, phase_plot

    heights = height_plot("norm", "amplitude ‖a‖")
    plots = {"norm": heights, "energy": height_plot("energy", "free energy F", heights.x_range)}
    plots |= {"density": density_plot(), "graph": graph_plot()}
    if record["phases"]:
        plots["phases"] = phase_plot(record["phases"]["symbol"], "coupling κ / κ_onset")
    script, places = components(plots)
    own = files("branches.figures.interactive")
    parts = {
        "title": escape(title),
        "style": own.joinpath("page.css").read_text(encoding="utf-8"),
        "library": Resources(mode="inline", components=["bokeh"], log_level="error").render_js(),
        "plots": script,
        "data": json.dumps(record, allow_nan=False, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        "script": own.joinpath("page.js").read_text(encoding="utf-8"),
        **{name: places.get(name, "") for name in ("norm", "energy", "density", "graph", "phases")},
    }
    template = own.joinpath("page.html").read_text(encoding="utf-8")
    text = PLACE.sub(lambda match: parts[match.group(1)], template)
    target = Path(path)
    with replacing(target) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return target
