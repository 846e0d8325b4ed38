"""Cosine moments of an arbitrary function on [0, π], to round-off, kinks and singularities included.

The interval is bisected wherever W is not yet a polynomial to round-off, so panels shrink
geometrically towards kinks, jumps and integrable singularities.  On a panel of centre c and half-width
h, W = Σ_k w_k P_k and the moments need no further quadrature, however large n is (Filon's idea):

    ∫ W cos nθ dθ = 2h Σ_k w_k j_k(nh) cos(nc + kπ/2),      from ∫_{−1}^{1} P_k(x) e^{iωx} dx = 2 i^k j_k(ω)

(DLMF 10.54.2, 18.17.19).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.special import spherical_jn

from branches.potentials.potential import EPS, Array

DEGREES = 24  # Legendre coefficients a panel
TAIL = 4  # the last ones, which say whether the panel is resolved
FIRST_PANELS = 16
FLOOR = 32 * EPS  # a tail this small against the values is their own rounding
# A kink keeps about one panel active at every bisection, noise all of them: beyond the first number,
# only so many of the worst are bisected further.
ACTIVE_MAX, WORST_KEPT = 1024, 64
NARROWEST = 8 * EPS  # panels narrower than this against their θ have no distinct points to sample
SMALLEST = 2.0**-1000  # near θ = 0 floats are dense, down to here
ROUNDING_ZONE = 2.0**12 * EPS * np.pi  # in panels narrower than this a point may round onto a singularity
WORST = 1e-6  # an estimated error above this part of ∫|W| is a failure to integrate, not an answer

NODES, GAUSS = np.polynomial.legendre.leggauss(DEGREES)
# Values at the nodes -> Legendre coefficients.  The inverse of the (well-conditioned) Vandermonde matrix
# is orthogonal to round-off; formed from the Gauss weights it would leave 8 times the noise in the tail.
TO_LEGENDRE = np.linalg.inv(np.polynomial.legendre.legvander(NODES, DEGREES - 1))
# A kink or jump between the last node and the end of a panel leaves no trace at the nodes: W is compared
# with its series beside both ends too (not at them, where W may be singular).
ENDS = np.array([-1.0, 1.0]) * (1.0 - 2.0**-46)
AT_ENDS = np.polynomial.legendre.legvander(ENDS, DEGREES - 1)
GAP = 1.0 - NODES[-1]


@dataclass(frozen=True, eq=False)
class PanelExpansion:
    """A function on [0, π] as Legendre series on P panels of D degrees.

    Attributes
    ----------
    centre, half_width : ndarray, shape (P,)
    coefficients : ndarray, shape (P, D)
    error : float
        Estimated error of ∫ W cos nθ from the unresolved parts, for every n.
    size : float
        ∫ |W|, the scale of round-off.
    """

    centre: Array
    half_width: Array
    coefficients: Array
    error: float
    size: float

    def cosine_moments(self, n_modes: int) -> Array:
        """Return ∫_0^π W cos nθ dθ for n = 1 … N; shape (N,).

        Examples
        --------
        >>> import numpy as np
        >>> moments = expand(lambda theta: theta, ()).cosine_moments(2)
        >>> bool(np.allclose(moments, [-2, 0], rtol=0, atol=1e-14))
        True
        """
        moments = np.zeros(n_modes)
        n = np.arange(1.0, n_modes + 1.0)
        for h in np.unique(self.half_width):
            chosen = np.flatnonzero(self.half_width == h)
            for part in np.array_split(chosen, math.ceil(chosen.size * n_modes / 2**21)):
                moments += _panel_moments(n, self.centre[part], float(h), self.coefficients[part])
        return moments


def _panel_moments(n: Array, centre: Array, h: float, coefficients: Array) -> Array:
    """Return the summed moments of panels of equal half-width."""
    phase = np.multiply.outer(centre, n)
    quarter_turns = (np.cos(phase), -np.sin(phase), -np.cos(phase), np.sin(phase))
    total = np.zeros_like(n)
    bound = 1.0  # of j_k(nh) ≤ (nh)^k/(2k + 1)!!
    for k in range(coefficients.shape[1]):
        bound *= min(1.0, n[-1] * h / (2 * k + 1)) if k else 1.0
        if bound < EPS * EPS:
            break
        total += spherical_jn(k, n * h) * (coefficients[:, k] @ quarter_turns[k % 4])
    return 2.0 * h * total


def expand(function: Callable[[Array], Array], breakpoints: Iterable[float]) -> PanelExpansion:
    """Return the adaptive expansion of a function on [0, π].

    Parameters
    ----------
    function : callable
        Takes an array of θ in (0, π), returns the values; never called at 0.
    breakpoints : iterable of float
        Places in (0, π) where the function is known not to be smooth (optional help).

    Raises
    ------
    ValueError
        If the function is not finite somewhere, or cannot be integrated to a relative error of 10⁻⁶.
    """
    edges = np.unique([0.0, *np.linspace(0.0, np.pi, FIRST_PANELS + 1), *breakpoints])
    active = _Panels.sample(function, edges[:-1], edges[1:])
    done: list[_Panels] = []
    size = highest = 0.0  # ∫|W| over the panels done; largest |W| met
    while active.left.size:
        highest = max(highest, float(active.peak.max()))
        total = size + float(active.mass.sum())
        floor = FLOOR * np.maximum(active.mass, total * active.half / np.pi)
        resolved = active.tail <= np.maximum(0.1 * EPS * total, floor)
        scale = np.where(np.isinf(active.tail), np.pi, active.centre)  # where W is infinite, stop sooner
        narrow = 2.0 * active.half <= np.maximum(NARROWEST * scale, SMALLEST)
        # of a panel that cannot be split any more, nothing is known but how large |W| was there
        peak = np.where(np.isinf(active.tail), highest, active.peak)
        active.tail[narrow & ~resolved] = (2.0 * active.half * peak)[narrow & ~resolved]
        settled = resolved | narrow
        if np.count_nonzero(~settled) > ACTIVE_MAX:
            settled[np.argsort(np.where(settled, 0.0, active.tail))[:-WORST_KEPT]] = True
        done.append(active.select(settled))
        size += float(done[-1].mass.sum())
        rest = active.select(~settled)
        active = _Panels.sample(
            function, np.concatenate((rest.left, rest.centre)), np.concatenate((rest.centre, rest.right))
        )
    return _assemble(done, size)


@dataclass(frozen=True, eq=False)
class _Panels:
    """Panels [left, right] with their Legendre coefficients and what decides whether to bisect."""

    left: Array
    right: Array
    coefficients: Array
    peak: Array  # max |W|
    mass: Array  # ∫ |W|
    tail: Array  # estimated error of the integral; infinite where W is not finite

    @property
    def centre(self) -> Array:
        return 0.5 * (self.left + self.right)

    @property
    def half(self) -> Array:
        return 0.5 * (self.right - self.left)

    @classmethod
    def sample(cls, function: Callable[[Array], Array], left: Array, right: Array) -> _Panels:
        half = 0.5 * (right - left)
        theta = 0.5 * (left + right)[:, None] + half[:, None] * np.concatenate((NODES, ENDS))
        sampled = function(theta) if left.size else theta
        finite = np.isfinite(sampled)
        bad = ~finite & (half > 0.5 * ROUNDING_ZONE)[:, None]
        bad[:, DEGREES:] = False  # beside an end, a point may round onto a singularity in wider panels too
        if bad.any():
            raise ValueError(
                f"W is not finite: W({theta[bad][0]:.6g}) = {sampled[bad][0]}; if its formula cancels there, "
                "write it without cancellation, such as 2 sin²(θ/2) for 1 − cos θ"
            )
        sampled = np.where(finite, sampled, 0.0)
        values, ends = sampled[:, :DEGREES], sampled[:, DEGREES:]
        coefficients = values @ TO_LEGENDRE.T
        tail = 2.0 * half * np.sum(np.abs(coefficients[:, -TAIL:]), axis=1)
        tail += GAP * half * np.sum(np.abs(ends - coefficients @ AT_ENDS.T), axis=1)
        tail[~finite.all(axis=1)] = np.inf
        magnitude = np.abs(values)
        peak, mass = magnitude.max(axis=1, initial=0.0), half * (magnitude @ GAUSS)
        return cls(left, right, coefficients, peak, mass, tail)

    def select(self, chosen: NDArray[np.bool_]) -> _Panels:
        return _Panels(*(getattr(self, field.name)[chosen] for field in fields(self)))


def _assemble(done: list[_Panels], size: float) -> PanelExpansion:
    """Join the settled panels, or raise if what is unresolved is too much."""
    tail = np.concatenate([panels.tail for panels in done])
    error = float(tail.sum())
    if error > WORST * size:
        centre = np.concatenate([panels.centre for panels in done])
        raise ValueError(
            f"W cannot be integrated: near θ = {centre[np.argmax(tail)]:.6g} an error of about {error:.2g} "
            f"remains, against ∫|W| = {size:.3g}: W is not integrable there, oscillates too fast, or "
            "(away from θ = 0) is more singular than float64 values of θ can resolve"
        )
    return PanelExpansion(
        np.concatenate([panels.centre for panels in done]),
        np.concatenate([panels.half for panels in done]),
        np.concatenate([panels.coefficients for panels in done]),
        error,
        size,
    )
