"""The weights of a family as a function of its parameter, in units of one onset, with their derivative."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from branches.potentials.potential import Potential, finite_number, positive_integer
from branches.potentials.tables import from_weights
from branches.spaces.isotropy import Isotropy
from branches.states.equations import StateEquations, state_equations
from branches.states.selfconsistent import SelfConsistentSystem

__all__ = ["FamilyWeights", "unit_mode"]

Array = NDArray[np.float64]
DEGREE = 48  # of the interpolant whose derivative stands for dg/dq
MULTIPLES = 16  # of a period, among which the unit is chosen
REMEMBERED = 16  # values of q


class FamilyWeights:
    """Weights g̃_k(q) = N_n g_k(q) / g_n(q), so that mode n has its onset at κ̃ = κ / κ_n(q) = 1; N_n = 2 on the circle.

    The states depend on κ g alone: in these units curves over many decades of κ stay of order one.

    Parameters
    ----------
    family
        Callable that turns a parameter into a Potential, such as ``potentials.noisy_transformer``.
    low, high
        The range of the parameter; the family is called nowhere else.
    mode
        n, with g_n > 0 on the whole range.
    slopes
        dg/dq as a function of (q, n_modes), shape (n_modes,), where the family offers it. Otherwise the derivative of a
        Chebyshev interpolant of the weights over the range: only the speed of Newton's iteration depends on it.
    kind
        A class of the states; by default that of the even, on spheres of the zonal states of all degrees.

    Raises
    ------
    ValueError
        If the range is empty, or g_n ≤ 0 at a parameter asked for.

    Examples
    --------
    >>> from branches import potentials
    >>> weights = FamilyWeights(potentials.bimodal, 0.3, 2.2)
    >>> weights.at(1.5, 3), weights.slope(1.5, 3).round(12) + 0.0
    (array([2., 3., 0.]), array([0., 2., 0.]))
    """

    def __init__(
        self,
        family: Callable[[float], Potential],
        low: float,
        high: float,
        mode: int = 1,
        slopes: Callable[[float, int], Array] | None = None,
        kind: Isotropy | None = None,
    ) -> None:
        self.low, self.high = finite_number("low", low), finite_number("high", high)
        if not self.low < self.high:
            raise ValueError(f"low = {low!r}, high = {high!r} is not allowed: give a range with low < high")
        self.family, self.mode, self._slopes = family, positive_integer("mode", mode), slopes
        space = family(self.low).space
        self.kind, self.dimension = kind or space.isotropy(1), space.dimension
        self._scale = self.multiplicity(self.mode)
        self._raw = lru_cache(REMEMBERED)(self._raw_at)
        self._coefficients = lru_cache(4)(self._interpolant)
        self.system = lru_cache(REMEMBERED)(self._system_at)
        self.slope_system = lru_cache(REMEMBERED)(self._slope_system_at)

    def multiplicity(self, degree: int) -> float:
        """Return N_l."""
        return float(self.kind.multiplicity(np.array([degree]))[0])

    def unit(self, q: float) -> float:
        """Return κ_n(q), the unit of the coupling."""
        return self.family(q).onset_coupling(self.mode)

    def at(self, q: float, n_modes: int) -> Array:
        """Return g̃ at q, shape (n_modes,); beyond the range it is continued along the tangent at its end."""
        inside = min(max(q, self.low), self.high)
        g = self._raw(inside, max(n_modes, self.mode))
        weights: Array = (self._scale / g[self.mode - 1]) * g[:n_modes]
        return weights if inside == q else weights + (q - inside) * self.slope(inside, n_modes)

    def slope(self, q: float, n_modes: int) -> Array:
        """Return dg̃/dq, shape (n_modes,)."""
        inside, size = min(max(q, self.low), self.high), max(n_modes, self.mode)
        if self._slopes is None:
            x = (2.0 * inside - self.low - self.high) / (self.high - self.low)
            interpolated: Array = np.asarray(chebyshev.chebval(x, self._coefficients(size)), dtype=float)
            return interpolated[:n_modes]
        g, dg = self._raw(inside, size), np.asarray(self._slopes(inside, size), dtype=float)
        unit = g[self.mode - 1]
        exact: Array = (self._scale / unit) * (dg - g * (dg[self.mode - 1] / unit))[:n_modes]
        return exact

    def _raw_at(self, q: float, n_modes: int) -> Array:
        potential = self.family(q)
        potential.onset_coupling(self.mode)  # refuses g_n ≤ 0
        return potential.weights(n_modes)

    def _interpolant(self, n_modes: int) -> Array:
        """Return the Chebyshev coefficients of dg̃/dq, shape (DEGREE, n_modes)."""
        x = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
        nodes = 0.5 * (self.low + self.high + (self.high - self.low) * x)
        values = np.array([self.at(float(q), n_modes) for q in nodes])
        c = (2.0 / (DEGREE + 1)) * chebyshev.chebvander(x, DEGREE).T @ values  # the first row is lost in dg/dq
        return np.asarray(chebyshev.chebder(c, scl=2.0 / (self.high - self.low)), dtype=float)

    def _system_at(self, q: float, n_fold: int, size: int) -> StateEquations:
        """Return the equations in κ̃ of the states of the class of n_fold, with ``size`` unknowns."""
        potential = from_weights(self.at(q, n_fold * size), dimension=self.dimension)
        return state_equations(potential, self.kind.with_n_fold(n_fold), size, kappa_scale=1.0)

    def slope_potential(self, q: float, n_modes: int) -> Potential:
        """Return the potential whose weights are dg̃/dq."""
        return from_weights(self.slope(q, n_modes), dimension=self.dimension)

    def _slope_system_at(self, q: float, n_fold: int, size: int) -> StateEquations:
        """Return the same with dg̃/dq for weights: on the circle ∂F/∂q = −κ̃ Q(a; dg̃/dq), F is linear in the weights."""
        kind = self.kind.with_n_fold(n_fold)
        return state_equations(self.slope_potential(q, n_fold * size), kind, size, kappa_scale=1.0)

    def q_derivative(self, u: Array, kappa: float, q: float, part: tuple[int, int]) -> Array:
        """Return ∂F/∂q at a state in κ̃, for (n_fold, size) of its equations; shape (N,)."""
        system, slope = self.system(q, *part), self.slope_system(q, *part)
        if isinstance(system, SelfConsistentSystem):
            return system.weights_derivative(u, kappa, slope.g)
        change: Array = slope.parameter_derivative(u, 1.0) * kappa
        return change


def unit_mode(potential: Potential, n_fold: int) -> int:
    """Return the mode whose onset is the unit for states of period 2π/n: n if g_n > 0, else its strongest multiple."""
    g = potential.space.isotropy(n_fold).weights(potential, MULTIPLES)
    return n_fold if g[0] > 0 else n_fold * (1 + int(np.argmax(g)))
