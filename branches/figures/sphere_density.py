"""Densities on spheres: over the angle to the axis, and on the sphere itself as it is seen from far away."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from branches.figures.style import GUIDE
from branches.spaces.blocks_of_spheres import BlockStates
from branches.spaces.isotropy import Isotropy
from branches.spaces.zonal import Zonal, sphere_area

__all__ = ["draw_globe", "sphere_density_panel"]

Array = NDArray[np.float64]
PIXELS = 240
TILT = np.radians(60.0)  # between the axis of the state and the line of sight
LIMB = 0.35  # how much darker the rim of the globe is than its middle


def sphere_density_panel(ax: Axes, isotropy: Isotropy, a: Array, own: str, style: dict[str, Any]) -> None:
    """Draw the density of a state over the angle; dotted, the uniform one; for S² with a globe in the corner.

    Parameters
    ----------
    ax
        Where.
    isotropy, a
        A class of zonal or block states, and the moments of one.
    own, style
        Its colour, and how its line is drawn.
    """
    blocks = isinstance(isotropy, BlockStates)
    last = 0.5 * np.pi if blocks else np.pi
    theta = np.linspace(0.0, last, 361)
    rho = isotropy.density(isotropy.canonical(a), theta)
    ax.fill_between(theta, rho, color=own, alpha=0.15, linewidth=0)
    ax.plot(theta, rho, color=own, **style)
    dimension = isotropy.dimension if isinstance(isotropy, Zonal | BlockStates) else 3
    ax.axhline(1.0 / sphere_area(dimension), **GUIDE)
    ax.set_xticks([0.0, 0.5 * last, last], ["0", r"$\pi/4$", r"$\pi/2$"] if blocks else ["0", r"$\pi/2$", r"$\pi$"])
    ax.set_xlim(0.0, last)
    ax.set_xlabel(r"$\chi = \arccos |x'|$" if blocks else r"polar angle $\theta$", labelpad=1)
    ax.set_ylim(bottom=0.0)
    ax.locator_params(axis="y", nbins=4)
    if isinstance(isotropy, Zonal) and isotropy.dimension == 3:
        lefts = (0.02, 0.31, 0.6)
        heights = [float(rho[int(360 * left) : int(360 * (left + 0.38)) + 1].max()) for left in lefts]
        left = lefts[int(np.argmin(np.round(heights, 9)))]  # where the curve leaves most room
        draw_globe(ax.inset_axes((left, 0.5, 0.38, 0.5)), isotropy, a, own)


def draw_globe(ax: Axes, isotropy: Zonal, a: Array, own: str) -> None:
    """Draw the density of a zonal state on S² in orthographic projection: white where it is least, coloured where most.

    Parameters
    ----------
    ax
        Where; it gets equal scales and no frame.
    isotropy, a
        The class of the state and its moments.
    own
        The colour of the largest density.
    """
    x, y = np.meshgrid(np.linspace(-1.0, 1.0, PIXELS), np.linspace(-1.0, 1.0, PIXELS))
    square = x * x + y * y
    inside = square <= 1.0
    z = np.sqrt(np.maximum(1.0 - square, 0.0))
    t = np.clip(np.sin(TILT) * y + np.cos(TILT) * z, -1.0, 1.0)
    rho = isotropy.density(isotropy.canonical(a), np.arccos(t))
    share = np.clip(rho / max(float(rho[inside].max()), 1e-300), 0.0, 1.0)
    light = 1.0 - LIMB * (1.0 - z)
    image = np.ones((PIXELS, PIXELS, 4))
    for channel, value in enumerate(to_rgb(own)):
        image[..., channel] = light * (1.0 - share * (1.0 - value))
    edge = np.clip((1.0 - np.sqrt(square)) * 0.5 * PIXELS, 0.0, 1.0)  # soft to a pixel
    image[..., 3] = edge
    ax.imshow(image, extent=(-1.0, 1.0, -1.0, 1.0), origin="lower", interpolation="bilinear")
    tip = np.sin(TILT)
    ax.plot([0.0, 0.0], [tip, 1.35 * tip], color="0.2", linewidth=1.0, clip_on=False)
    ax.set_xlim(-1.1, 1.1)
    ax.set_ylim(-1.1, 1.25)
    ax.set_aspect("equal")
    ax.set_axis_off()
