"""The one door from a record to the rooms above it that write or draw it: imported when it is gone through.

Records lie below files and figures and import neither; their methods ``save``, ``plot``, … are looked up here by name.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["Drawn", "DrawnPage", "Exported", "Provable", "outlet"]

OUTLETS = {
    "save": "branches.files.archive:save",
    "load": "branches.files.archive:load",
    "to_csv": "branches.files.tables:to_csv",
    "certify": "branches.proofs:certify",
    "picture": "branches.figures.thumbnail:thumbnail",
    "to_dataframe": "branches.files.frames:to_dataframe",
    "to_xarray": "branches.files.labelled:to_xarray",
    "to_html Diagram": "branches.figures.interactive.page:diagram_page",
    "to_html PhaseDiagram": "branches.figures.interactive.page:phase_page",
    "figure Diagram": "branches.figures.diagram_figure:figure",
    "figure Landscape": "branches.figures.landscape_figure:landscape_figure",
    "figure Curves": "branches.figures.curves_figure:curves_figure",
    "figure PhaseDiagram": "branches.figures.phase_figure:phase_figure",
    "figure Flow": "branches.figures.flow_figure:flow_figure",
    "figure Ensemble": "branches.figures.particles_figure:particles_figure",
    "figure Clusters": "branches.figures.clusters_figure:clusters_figure",
    "plot Diagram": "branches.figures.diagram_figure:plot",
    "plot Branch": "branches.figures.diagram_figure:plot",
    "plot Landscape": "branches.figures.landscape_figure:plot_landscape",
    "plot Curves": "branches.figures.curves_figure:plot_curves",
    "plot Line": "branches.figures.curves_figure:plot_curves",
    "plot PhaseDiagram": "branches.figures.phase_figure:plot_phases",
    "plot Flow": "branches.figures.time_plots:plot_flow",
    "plot Ensemble": "branches.figures.time_plots:plot_ensemble",
    "plot Clusters": "branches.figures.time_plots:plot_clusters",
    "plot Hysteresis": "branches.figures.particles_figure:plot_hysteresis",
    "plot DecayRates": "branches.figures.rates_figure:plot_rates",
}


def outlet(name: str) -> Callable[..., Any]:
    """Return the function of a room above that does what a record's method of this name promises.

    Examples
    --------
    >>> outlet("to_csv").__module__
    'branches.files.tables'
    """
    module, _, function = OUTLETS[name].partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


class Exported:
    """What results have in common that are tables of numbers: labelled data, and a picture in notebooks."""

    def to_dataframe(self) -> Any:
        """Return a pandas DataFrame, one row for each point; to_parquet, to_csv, … are its methods.

        The columns are those of the CSV files, see the page on files.

        Raises
        ------
        ImportError
            If pandas is missing; the message names the extra.
        """
        return outlet("to_dataframe")(self)

    def to_xarray(self) -> Any:
        """Return an xarray Dataset with dimensions, units and what each name means; to_netcdf is its method.

        Raises
        ------
        ImportError
            If xarray is missing; the message names the extra.
        """
        return outlet("to_xarray")(self)

    def _picture(self) -> bytes | None:
        """Return a small PNG for notebooks."""
        picture: bytes | None = outlet("picture")(self)
        return picture


class Drawn:
    """What a record has that can be drawn into axes."""

    def plot(self, ax: Any = None, **how: Any) -> Any:
        """Draw it into Matplotlib axes, new ones by default, and return them.

        Parameters
        ----------
        ax
            Where; its fonts and its title stay as they are.
        **how
            ``y``, what is drawn upwards; ``labels``, ``legend`` and ``colors``; properties of lines, such as
            ``linewidth``. What is allowed is said where the record is drawn: see the reference of the figures.
        """
        return outlet(f"plot {type(self).__name__}")(self, ax, **how)


class DrawnPage(Drawn):
    """What a record has that can be drawn on a page of its own, too."""

    def figure(self, **how: Any) -> Any:
        """Return a Matplotlib figure of its own, not registered with pyplot.

        Parameters
        ----------
        **how
            ``width`` in inches, and what else the page allows: ``panels`` of a diagram, ``symbol`` of a parameter, ….
        """
        return outlet(f"figure {type(self).__name__}")(self, **how)


class Provable:
    """What a record has of which theorems can be proved."""

    def certify(self, progress: Callable[[str, int, int], None] | None = None) -> Any:
        """Prove what there are theorems for, as :func:`branches.certify` does.

        Of a branch its folds, its pitchforks and its last state; of a diagram its onsets, folds and pitchforks, and all
        states there are.

        Raises
        ------
        ImportError
            If python-flint is missing; the message names the extra.
        ValueError
            If the weights of the potential are not known exactly.
        """
        return outlet("certify")(self, progress)
