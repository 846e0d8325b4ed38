"""Potentials given as a Python function: checks of the function, then its weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from branches.potentials.cosine_transform import PanelExpansion, expand
from branches.potentials.potential import EPS, Array, Potential, check_dimension, finite_number
from branches.potentials.tables import tabulated

PROBES = 256  # points of a golden-ratio sequence at which W(θ) is compared with W(−θ)
# Rounding inside W, such as that of θ modulo 2π, may break the symmetry by this part of max |W|.
ODDNESS = 1e-10


@dataclass(frozen=True, repr=False)
class Integrated(Potential):
    """A potential whose weights were integrated numerically.

    Attributes
    ----------
    name : str
    expansion : PanelExpansion
        W on [0, π]; the function itself is not kept, so the potential can be pickled.
    """

    source = "numerical integration"

    name: str
    expansion: PanelExpansion = field(repr=False)

    @property
    def parameters(self) -> Mapping[str, float]:
        """Empty: a function has no parameters known here."""
        return {}

    def _tabulate(self, n_modes: int) -> tuple[Array, Array]:
        g = -2.0 / np.pi * self.expansion.cosine_moments(n_modes)
        error = 2.0 / np.pi * (self.expansion.error + 4.0 * EPS * self.expansion.size)
        return g, np.full(n_modes, error)

    def _mp_weight(self, n: int) -> Any:
        raise self._only_floats(n)

    def to_dict(self, n_modes: int) -> dict[str, Any]:
        """Return the name and the first `n_modes` weights with their errors."""
        return tabulated(self, n_modes, complete=False)


def from_function(
    function: Callable[..., Any],
    name: str = "custom potential",
    breakpoints: Iterable[float] = (),
    dimension: int = 2,
) -> Potential:
    """Return the potential W given as a Python function.

    The weights g_n = −(1/π)∫_{−π}^{π} W cos nθ dθ are integrated to round-off; kinks and integrable
    singularities are found by bisection.  At θ = 0 a singularity may be as strong as |θ|^{−0.9};
    elsewhere θ itself is rounded, which costs digits when W is unbounded (``weight_errors`` says how many).
    A feature narrower than about 10⁻² and away from 0 can be missed: name its place in `breakpoints`.

    Parameters
    ----------
    function : callable
        W(θ), even, for −π < θ < π, radians; of an array or of a scalar.  It is not called at θ = 0.
    name : str
        Shown in labels and files.
    breakpoints : iterable of float
        Places in (0, π) where W is not smooth, if known.
    dimension : int
        d, for W of the angle 0 < θ < π between two points of S^{d−1}; 2 is the circle. At θ = 0 the singularity may
        then be almost as strong as |θ|^{−(d−1)}.

    Raises
    ------
    TypeError
        If `function` is not a function of one number.
    ValueError
        If W is not even (on the circle), not real, not finite or cannot be integrated (with the θ where), a
        breakpoint is outside (0, π), or `dimension` is not an integer ≥ 2.

    Examples
    --------
    >>> import numpy as np
    >>> potential = from_function(lambda theta: np.abs(np.sin(theta)), name="rods")
    >>> print(f"{potential.weight(2):.13f} {4 / (3 * np.pi):.13f}")
    0.4244131815784 0.4244131815784
    """
    if not callable(function):
        raise TypeError(f"function = {function!r} is not allowed: give a function of θ")
    values = _evaluator(function)
    places = [finite_number("breakpoints", place) for place in breakpoints]
    outside = [place for place in places if not 0 < place < np.pi]
    if outside:
        raise ValueError(f"breakpoints = {outside} is not allowed: they must be inside (0, π)")
    if check_dimension(dimension) == 2:
        _check_even(values)
        return Integrated(name, expand(values, places))
    from branches.potentials.spheres import IntegratedOnSphere
    from branches.potentials.zonal_moments import zonal_expansion

    return IntegratedOnSphere(name, zonal_expansion(values, dimension, places), dimension)


def _evaluator(function: Callable[..., Any]) -> Callable[[Array], Array]:
    """Return the function as a map from arrays to real arrays of the same shape."""

    def one_by_one(theta: Array) -> Any:
        try:
            values = np.array([function(float(t)) for t in theta.ravel()])
        except TypeError as failure:
            raise TypeError(f"function is not allowed: it must take one angle θ to one number ({failure})") from failure
        if values.size != theta.size:
            raise TypeError(f"function is not allowed: of one angle θ it gives {values[0]!r}, not a number")
        return values.reshape(theta.shape)

    def vectorised(theta: Array) -> bool:
        try:
            with np.errstate(all="ignore"):
                return bool(np.shape(function(theta)) == theta.shape)
        except (TypeError, ValueError):
            return False  # such as math.cos, or an if on θ

    evaluate = function if vectorised(np.array([[0.31, 0.97, 1.73]])) else one_by_one

    def values(theta: Array) -> Array:
        with np.errstate(all="ignore"):  # what is not finite is reported with its place below
            result = np.asarray(evaluate(theta))
        if np.iscomplexobj(result):
            worst = np.argmax(np.abs(result.imag))
            if result.imag.flat[worst] != 0:
                raise ValueError(f"W is not real: W({theta.flat[worst]:.6g}) = {result.flat[worst]}")
            result = result.real
        return result.astype(np.float64)

    return values


def _check_even(values: Callable[[Array], Array]) -> None:
    """Raise a ValueError that names the worst θ if W(θ) ≠ W(−θ), or one where W is not finite."""
    golden = 0.5 * (np.sqrt(5.0) - 1.0)
    theta = np.sort(np.pi * np.mod(golden * np.arange(1, PROBES + 1), 1.0))
    plus, minus = values(theta), values(-theta)
    for sign, w in ((1.0, plus), (-1.0, minus)):
        bad = ~np.isfinite(w)
        if bad.any():
            raise ValueError(f"W is not finite: W({sign * theta[bad][0]:.6g}) = {w[bad][0]}")
    difference = np.abs(plus - minus)
    worst = int(np.argmax(difference))
    if difference[worst] > ODDNESS * max(np.abs(plus).max(), np.abs(minus).max()):
        at = theta[worst]
        raise ValueError(
            f"W is not even: |W(θ) − W(−θ)| = {difference[worst]:.3g} at θ = {at:.6g}, where "
            f"W(θ) = {plus[worst]:.6g} and W(−θ) = {minus[worst]:.6g}; W must be even on (−π, π), "
            "so a W written for (0, 2π) must first take its θ modulo 2π"
        )
