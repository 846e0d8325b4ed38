"""The density of a state as a curve: where, how high, how the axis is marked."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from branches.figures.sphere_density import sphere_density_panel
from branches.figures.style import GUIDE, colour, line
from branches.spaces.blocks_of_spheres import BlockStates
from branches.spaces.isotropy import Isotropy
from branches.spaces.zonal import Zonal
from branches.states.state import State

__all__ = ["density_curve", "density_of", "mark_positions", "plot_density"]

Array = NDArray[np.float64]
POINTS, MOST = 720, 4320  # at least, at most, and between them so many for each mode that is seen:
PER_MODE, SEEN = 12, 1e-6
TABLE = 8_000_000  # entries of a table of modes and positions


def density_curve(state: State, points: int | None = None) -> tuple[Array, Array]:
    """Return positions and the density there of the member of the orbit whose first moment is positive.

    Parameters
    ----------
    state
        Any.
    points
        How many; by default enough for its highest mode.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> (state,) = branches.trace(potentials.kuramoto(), kappa_max=4).at_kappa(4)
    >>> theta, rho = density_curve(state)
    >>> f"{np.trapezoid(rho, theta):.12f}"
    '1.000000000000'
    """
    return density_of(state.isotropy, state.a, points)


def density_of(isotropy: Isotropy, a: Array, points: int | None = None) -> tuple[Array, Array]:
    """Return the same of a state by its class and moments."""
    a = isotropy.canonical(a)
    seen = int(np.max(np.flatnonzero(np.abs(a) > SEEN), initial=0)) + 1
    count = min(max(POINTS, PER_MODE * seen), MOST) + 1 if points is None else points
    theta = np.linspace(*_span(isotropy), count)
    parts = np.array_split(theta, -(-count * a.size // TABLE))  # of a million modes not all at once
    return theta, np.concatenate([isotropy.density(a, part) for part in parts])


def _span(isotropy: Isotropy) -> tuple[float, float]:
    """Return between which angles a density is shown: a whole circle, or from the axis of a sphere on."""
    if isinstance(isotropy, BlockStates):
        return 0.0, 0.5 * np.pi
    return (0.0, np.pi) if isinstance(isotropy, Zonal) else (-np.pi, np.pi)


def mark_positions(ax: Axes) -> None:
    """Mark the axis of positions, and the uniform density."""
    ax.set_xticks([-np.pi, 0.0, np.pi], [r"$-\pi$", "$0$", r"$\pi$"])
    ax.set_xlim(-np.pi, np.pi)
    ax.set_xlabel(r"$\theta$")
    ax.axhline(0.5 / np.pi, **GUIDE)


def plot_density(ax: Axes, state: State, number: int = 0, **style: Any) -> None:
    """Draw the density of one state, filled, in the colour of a branch and the style of its stability."""
    drawn: dict[str, Any] = {"color": colour(number), **line(state.stability), **style}
    ax.set_ylabel(r"density $\rho$")
    if isinstance(state.isotropy, Zonal | BlockStates):
        own = drawn.pop("color")
        sphere_density_panel(ax, state.isotropy, state.a, own, drawn)
        return
    theta, rho = density_curve(state)
    ax.fill_between(theta, rho, color=drawn["color"], alpha=0.15, linewidth=0)
    ax.plot(theta, rho, **drawn)
    mark_positions(ax)
    ax.set_ylim(bottom=0.0)
