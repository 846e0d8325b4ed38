"""Means of a function of the angle against Gegenbauer polynomials, to round-off, kinks and singularities included.

The function times the density of the angle, c sin^{d−2} θ, is expanded on panels (see
:mod:`~branches.potentials.cosine_transform`); each panel is then integrated by a Gauss rule that resolves the
polynomial asked for as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np
from scipy.special import gammaln

from branches.potentials.cosine_transform import DEGREES, PanelExpansion, expand
from branches.potentials.potential import EPS, Array

__all__ = ["angle_density", "zonal_expansion", "zonal_moments"]


def angle_density(theta: Array, dimension: int) -> Array:
    """Return the density of the angle between two uniform points of S^{d−1}, c sin^{d−2} θ on (0, π).

    Examples
    --------
    >>> import numpy as np
    >>> angle_density(np.array([np.pi / 2]), 3)
    array([0.5])
    """
    log_c = gammaln(0.5 * dimension) - gammaln(0.5 * (dimension - 1)) - 0.5 * math.log(math.pi)
    if dimension == 2:
        return np.full_like(theta, 1.0 / math.pi)
    result: Array = np.exp(log_c + (dimension - 2) * np.log(np.sin(theta)))
    return result


def zonal_expansion(
    function: Callable[[Array], Array], dimension: int, breakpoints: Iterable[float]
) -> PanelExpansion:
    """Return W(θ) times the density of the angle as an expansion on panels of [0, π].

    Raises
    ------
    ValueError
        If W is not finite somewhere, or cannot be integrated; for a singularity at 0 it says which dimensions
        allow it.
    """

    def weighted(theta: Array) -> Array:
        values: Array = function(theta) * angle_density(theta, dimension)
        return values

    try:
        return expand(weighted, breakpoints)
    except ValueError as failure:
        power = _singularity(function)
        if power >= dimension - 1:
            raise ValueError(
                f"W cannot be integrated in dimension {dimension}: it grows like θ^(-{power:.3g}) at θ = 0, which "
                f"needs a dimension above {power + 1:.3g}"
            ) from failure
        raise


def _singularity(function: Callable[[Array], Array]) -> float:
    """Return p of W ~ θ^{−p} at θ → 0, from two values."""
    near, nearer = np.abs(function(np.array([[1e-6, 1e-7]]))).ravel()
    if not (np.isfinite(near) and np.isfinite(nearer) and near > 0 and nearer > 0):
        return math.inf if not np.isfinite(nearer) else 0.0
    return max(0.0, round(math.log10(nearer / near), 3))


def zonal_moments(expansion: PanelExpansion, dimension: int, n_modes: int) -> tuple[Array, float]:
    """Return ∫ W P_l(cos θ) c sin^{d−2} θ dθ, l = 1 … N, and a bound of their rounding.

    Examples
    --------
    >>> import numpy as np
    >>> moments, _ = zonal_moments(zonal_expansion(lambda theta: np.cos(theta) ** 2, 3, ()), 3, 3)
    >>> bool(np.allclose(moments, [0, 2 / 15, 0], rtol=0, atol=1e-15))
    True
    """
    angles, weighted = [], []
    for h in np.unique(expansion.half_width):
        chosen = np.flatnonzero(expansion.half_width == h)
        nodes, gauss = np.polynomial.legendre.leggauss(DEGREES + 8 + math.ceil(n_modes * float(h)))
        values = expansion.coefficients[chosen] @ np.polynomial.legendre.legvander(nodes, DEGREES - 1).T
        angles.append((expansion.centre[chosen][:, None] + h * nodes).ravel())
        weighted.append((h * gauss * values).ravel())
    t, share = np.cos(np.concatenate(angles)), np.concatenate(weighted)
    moments = np.empty(n_modes)
    before, now = np.ones_like(t), t
    for l in range(1, n_modes + 1):
        moments[l - 1] = share @ now
        before, now = now, ((2 * l + dimension - 2) * t * now - l * before) / (l + dimension - 2)
    return moments, (8.0 + dimension) * EPS * expansion.size
