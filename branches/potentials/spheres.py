"""The potential families on spheres S^{d−1}: frozen dataclasses whose fields are the parameters.

W = W₀ − Σ g_l P_l(cos θ), P_l the Gegenbauer polynomials with P_l(1) = 1, so that g_l = −N_l E[W P_l] under the
uniform probability and κ_l = N_l/g_l.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from branches.potentials.bessel import bessel_ratios
from branches.potentials.cosine_transform import PanelExpansion
from branches.potentials.potential import EPS, Array, Potential, check_dimension, finite_number
from branches.potentials.sphere_bessel import log_partition, mp_sphere_weight, sphere_weights
from branches.potentials.tables import tabulated
from branches.potentials.zonal_moments import zonal_expansion, zonal_moments
from branches.spaces.multiplicity import multiplicity

__all__ = ["IntegratedOnSphere", "SphereHegselmannKrause", "SphereOnsager", "SphereTransformer"]

BETA_MAX = 1e6  # the sum for the partition function has about β/2 terms
LOG_HUGE, LOG_SMALL = math.log(np.finfo(np.float64).max), math.log(np.finfo(np.float64).tiny)


@dataclass(frozen=True)
class SphereTransformer(Potential):
    """W = −e^{β cos θ}/β on S^{d−1}: g_l = N_l Γ(ν+1) (2/β)^ν I_{l+ν}(β)/β, ν = (d−2)/2, times a factor.

    Attributes
    ----------
    beta, dimension
        β > 0, d ≥ 2.
    scaled : bool or 'mean'
        False: no factor; True: e^{−β}; 'mean': 1/E e^{βt}, the attention over the sum of a uniform state.
    """

    name = "noisy_transformer"

    beta: float
    dimension: int = 3
    scaled: bool | str = False

    def __post_init__(self) -> None:
        beta = finite_number("beta", self.beta)
        dimension = check_dimension(self.dimension)
        if not 0 < beta <= BETA_MAX:
            raise ValueError(f"beta = {beta!r} is not allowed: the inverse temperature must be in (0, {BETA_MAX:g}]")
        if self.scaled not in (False, True, "mean"):
            raise ValueError(f"scaled = {self.scaled!r} is not allowed: give False, True or 'mean'")
        scaled = self.scaled if self.scaled == "mean" else bool(self.scaled)
        if scaled != "mean":
            first = log_partition(beta, dimension) + math.log(_mean(beta, dimension) * dimension / beta)
            size = first - (beta if scaled else 0.0)
            if not LOG_SMALL < size < LOG_HUGE:
                factor = " exp(-beta)" if scaled else ""
                raise ValueError(
                    f"beta = {beta!r} is not allowed in dimension {dimension}: g_1{factor} = exp({size:.6g}) is no "
                    f"float64; use scaled={'True or ' if not scaled else ''}'mean'"
                )
        for key, value in (("beta", beta), ("dimension", dimension), ("scaled", scaled)):
            object.__setattr__(self, key, value)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """``{"beta": β, "dimension": d}``, and ``"scaled"`` where there is a factor."""
        return {"beta": self.beta, "dimension": self.dimension, **({"scaled": self.scaled} if self.scaled else {})}

    @property
    def label(self) -> str:
        """For example ``"noisy transformer, β = 4, d = 3"``."""
        return f"{'scaled ' if self.scaled else ''}noisy transformer, β = {self.beta:.6g}, d = {self.dimension}"

    def _tabulate(self, n_modes: int) -> tuple[Array, Array]:
        return sphere_weights(self.beta, self.dimension, self.scaled, n_modes)

    def _mp_weight(self, n: int) -> Any:
        """Return g_n at the working precision."""
        return mp_sphere_weight(self.beta, self.dimension, self.scaled, n)

    def log_weights(self, n_modes: int) -> Array:
        """Return log g_l, l = 1 … N, of the potential without any factor: for β and d where g_l is no float.

        Examples
        --------
        >>> [f"{value:.9f}" for value in SphereTransformer(1e4, 1000, "mean").log_weights(2)]
        ['8334.711744462', '8340.877318438']
        """
        quotients = bessel_ratios(self.beta, n_modes, 0.5 * (self.dimension - 2))[:n_modes]
        counts = multiplicity(np.arange(n_modes + 1), self.dimension)
        logs = np.cumsum(np.log(quotients * counts[1:] / counts[:-1]))
        result: Array = logs + log_partition(self.beta, self.dimension) - math.log(self.beta)
        return result

    def tail_bound(self, k: int) -> float:
        """Return a bound of 2 g_{k+1}/N_{k+1}: these decrease in l."""
        logs = float(np.sum(np.log(bessel_ratios(self.beta, k + 1, 0.5 * (self.dimension - 2))[: k + 1])))
        logs += math.log(2.0 / self.beta)
        if self.scaled != "mean":
            logs += log_partition(self.beta, self.dimension) - (self.beta if self.scaled else 0.0)
        slack = EPS * (k + 16.0) * (abs(logs) + self.beta + 16.0)
        return math.exp(min(logs + slack, LOG_HUGE)) + 5e-324


def _mean(beta: float, dimension: int) -> float:
    return float(bessel_ratios(beta, 1, 0.5 * (dimension - 2))[0])


@dataclass(frozen=True)
class SphereOnsager(Potential):
    """W = |sin θ| on S^{d−1}: rods in d dimensions; odd weights vanish.

    g_{2k} = −N_{2k} E_0 (½)_k (−½)_k / ((½(d−1))_k (½(d+1))_k), E_0 = Γ(d/2)²/(Γ((d−1)/2) Γ((d+1)/2)) the mean of
    |sin θ|: P_{2k} is a terminating ₂F₁ of sin² θ, whose mean against |sin θ| the theorem of Pfaff and Saalschütz sums.
    """

    name = "onsager"

    dimension: int = 3

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimension", check_dimension(self.dimension))

    def _title(self) -> str:
        return "Onsager"

    def _shares(self, count: int) -> Array:
        """Return −E[W P_{2k}], k = 1 … K."""
        d, k = self.dimension, np.arange(float(count))
        start = 2.0 * math.lgamma(0.5 * d) - math.lgamma(0.5 * (d - 1)) - math.lgamma(0.5 * (d + 1))
        factors = (k + 0.5) * (k - 0.5) / ((k + 0.5 * (d - 1)) * (k + 0.5 * (d + 1)))
        result = np.asarray(-math.exp(start) * np.cumprod(factors), dtype=np.float64)
        return result

    def _tabulate(self, n_modes: int) -> tuple[Array, Array]:
        g, errors = np.zeros(n_modes), np.zeros(n_modes)
        even = np.arange(2, n_modes + 1, 2)
        g[1::2] = multiplicity(even, self.dimension) * self._shares(even.size)
        # the gamma functions of the mean lose the digits of their logarithm
        lost = 16.0 + abs(math.lgamma(0.5 * self.dimension)) + np.sqrt(even)
        errors[1::2] = EPS * lost * g[1::2]
        return g, errors

    def _mp_weight(self, n: int) -> Any:
        """Return g_n at the working precision."""
        import mpmath

        if n % 2:
            return mpmath.mpf(0)
        d, k, half = self.dimension, n // 2, mpmath.mpf(1) / 2
        count = mpmath.binomial(n + d - 1, d - 1) - mpmath.binomial(n + d - 3, d - 1)
        mean = mpmath.gamma(half * d) ** 2 / (mpmath.gamma(half * (d - 1)) * mpmath.gamma(half * (d + 1)))
        ratio = mpmath.rf(half, k) * mpmath.rf(-half, k) / (mpmath.rf(half * (d - 1), k) * mpmath.rf(half * (d + 1), k))
        return -count * mean * ratio

    def tail_bound(self, k: int) -> float:
        """Return 2 g_n/N_n of the first even degree above k, rounded up: they decrease."""
        return 2.0 * float(self._shares(k // 2 + 1)[-1]) * (1.0 + EPS * (64.0 + k + 4 * self.dimension))


@dataclass(frozen=True)
class SphereHegselmannKrause(Potential):
    """W = −(R − θ)₊² on S^{d−1}: bounded confidence on caps, its weights by quadrature."""

    name = "hegselmann_krause"
    source = "numerical integration"

    R: float
    dimension: int = 3
    expansion: PanelExpansion = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        radius, dimension = finite_number("R", self.R), check_dimension(self.dimension, least=3)
        if not 0 < radius <= math.pi:
            raise ValueError(f"R = {radius!r} is not allowed: the radius of confidence must be in (0, π]")
        object.__setattr__(self, "R", radius)
        object.__setattr__(self, "dimension", dimension)
        kink = [radius] if radius < math.pi else []
        well = zonal_expansion(lambda theta: -np.maximum(radius - theta, 0.0) ** 2, dimension, kink)
        object.__setattr__(self, "expansion", well)

    @property
    def parameters(self) -> Mapping[str, float]:
        """``{"R": R, "dimension": d}``."""
        return {"R": self.R, "dimension": self.dimension}

    def _title(self) -> str:
        return "Hegselmann–Krause"

    def _tabulate(self, n_modes: int) -> tuple[Array, Array]:
        return _integrated(self.expansion, self.dimension, n_modes)

    def _mp_weight(self, n: int) -> Any:
        raise self._only_floats(n)

    def tail_bound(self, k: int) -> float:
        """Return a bound of 2|E[W P_l]|, l > k.

        E[W P_l] = −E[ΔW P_l]/(l(l+d−2)), and |ΔW| ≤ 2 + 2(d−2)(R−θ)|cot θ| in the cap: with the density c sin^{d−2} θ
        of the angle, E|ΔW| ≤ 2 + 4cR.
        """
        d, l = self.dimension, k + 1
        c = math.exp(math.lgamma(0.5 * d) - math.lgamma(0.5 * (d - 1))) / math.sqrt(math.pi)
        smooth = 2.0 * (2.0 + 4.0 * c * self.R) / (l * (l + d - 2))
        return min(2.0 * self.expansion.size, smooth) * (1.0 + 16 * EPS * d)


@dataclass(frozen=True, repr=False)
class IntegratedOnSphere(Potential):
    """A function of the angle on S^{d−1}, its weights integrated numerically.

    Attributes
    ----------
    name : str
    expansion : PanelExpansion
        W times the density of the angle, on [0, π]; the function itself is not kept.
    dimension : int
    """

    source = "numerical integration"

    name: str
    expansion: PanelExpansion = field(repr=False)
    dimension: int = 3

    @property
    def parameters(self) -> Mapping[str, float]:
        """The dimension alone: a function has no parameters known here."""
        return {"dimension": self.dimension}

    def _tabulate(self, n_modes: int) -> tuple[Array, Array]:
        return _integrated(self.expansion, self.dimension, n_modes)

    def _mp_weight(self, n: int) -> Any:
        raise self._only_floats(n)

    def to_dict(self, n_modes: int) -> dict[str, Any]:
        """Return the name and the first `n_modes` weights with their errors."""
        return tabulated(self, n_modes, complete=False)


def _integrated(expansion: PanelExpansion, dimension: int, n_modes: int) -> tuple[Array, Array]:
    counts = multiplicity(np.arange(1, n_modes + 1), dimension)
    moments, rounding = zonal_moments(expansion, dimension, n_modes)
    return -counts * moments, counts * (expansion.error + rounding)
