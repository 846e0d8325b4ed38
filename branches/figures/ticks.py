"""Axes of couplings: logarithmic where they span much, with ticks at 1, 2, 5."""

from __future__ import annotations

from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from branches.figures.words import number

__all__ = ["coupling_ticks"]

WIDE, VERY_WIDE = 4.0, 2e3  # ratios of couplings above which the axis is logarithmic, and has ticks at decades alone


def coupling_ticks(axis: Axis, low: float, high: float) -> bool:
    """Make an axis that shows positive values logarithmic if they span much; return whether it is.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> coupling_ticks(ax.yaxis, 0.3, 7.0), [float(tick) for tick in ax.yaxis.get_major_locator().tick_values(0.3, 7.0)]
    (True, [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0])
    """
    if not low > 0 or high <= WIDE * low:
        return False
    set_scale = axis.axes.set_yscale if axis.axis_name == "y" else axis.axes.set_xscale
    set_scale("log")
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < VERY_WIDE * low else (1.0,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"${number(value, 3)}$"))
    axis.set_minor_formatter(NullFormatter())
    return True
