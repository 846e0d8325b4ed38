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
    >>> ax.set_ylim(0.3, 7.0), coupling_ticks(ax.yaxis, 0.3, 7.0)
    ((0.3, 7.0), True)
    >>> [float(tick) for tick in ax.get_yticks() if 0.3 <= tick <= 7.0]
    [0.5, 1.0, 2.0, 5.0]
    """
    if not low > 0 or high <= WIDE * low:
        return False
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})  # type: ignore[attr-defined]
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < VERY_WIDE * low else (1.0,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"${number(value, 3)}$"))
    axis.set_minor_formatter(NullFormatter())
    return True
