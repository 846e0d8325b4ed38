"""The potential families: frozen dataclasses whose fields are the parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from branches.potentials.bessel import log_first_weight, mp_transformer_weight, ratio_bounds, transformer_weights
from branches.potentials.potential import EPS, ROUND_UP, Array, Potential, exact, finite_number

LOG_HUGE = math.log(np.finfo(np.float64).max)
SCALED_BETA_MAX = 1e10  # the recurrence takes about 9√β steps: 10⁶ of them, under a second
ROUNDINGS = 8.0  # a closed form of a handful of operations is right to this many EPS


@dataclass(frozen=True, repr=False)
class Polynomial(Potential):
    """W = W₀ − Σ g_n cos nθ, or −Σ g_l P_l on a sphere, with finitely many modes, exact by definition.

    Attributes
    ----------
    name : str
    terms : tuple of (n, g_n), by increasing n
    shown : tuple of (parameter, value)
    dimension : int
        d of the sphere S^{d−1}; 2 is the circle.
    """

    name: str
    terms: tuple[tuple[int, float], ...]
    shown: tuple[tuple[str, float], ...] = ()
    dimension: int = 2

    @property
    def parameters(self) -> Mapping[str, float]:
        """The parameters by name."""
        return {**dict(self.shown), **({} if self.dimension == 2 else {"dimension": self.dimension})}

    def _title(self) -> str:
        titles = {"kuramoto": "Kuramoto", "maier_saupe": "Maier–Saupe", "vector_model": "vector model"}
        return titles.get(self.name, self.name)

    def _tabulate(self, n_modes: int) -> tuple[Array, Array]:
        g, errors = np.zeros(n_modes), np.zeros(n_modes)
        for n, value in self.terms:
            if n <= n_modes:
                g[n - 1] = value
                errors[n - 1] = 0.0 if exact(value) == value else EPS * abs(value)
        return g, errors

    def _mp_weight(self, n: int) -> Any:
        """Return g_n exactly as stored."""
        import mpmath

        return mpmath.convert(exact(dict(self.terms).get(n, 0.0)))

    def tail_bound(self, k: int) -> float:
        """Return max_{n>k} 2|g_n|/N_n, exactly on the circle."""
        if self.dimension == 2:
            return max((abs(g) for n, g in self.terms if n > k), default=0.0)
        beyond = [2.0 * abs(g) / self.multiplicity(n) for n, g in self.terms if n > k]
        return max(beyond, default=0.0) * ROUND_UP


@dataclass(frozen=True)
class NoisyTransformer(Potential):
    """W = −e^{β cos θ}/β: g_n = 2 I_n(β)/β, times e^{−β} if `scaled`."""

    name = "noisy_transformer"

    beta: float
    scaled: bool = False

    def __post_init__(self) -> None:
        beta = finite_number("beta", self.beta)
        if beta <= 0:
            raise ValueError(f"beta = {beta!r} is not allowed: the inverse temperature must be > 0")
        if self.scaled and beta > SCALED_BETA_MAX:
            raise ValueError(f"beta = {beta!r} is not allowed: at most {SCALED_BETA_MAX:g} is supported")
        # beyond SCALED_BETA_MAX the weight is e^β to leading order: certainly not representable
        if not self.scaled and (beta > SCALED_BETA_MAX or log_first_weight(beta) >= LOG_HUGE):
            raise ValueError(
                f"beta = {beta!r} is not allowed: g_1 = 2 I_1(beta)/beta exceeds the largest float64; "
                "use noisy_transformer(beta, scaled=True), the potential times exp(-beta), "
                "whose coupling κ is exp(beta) times larger"
            )
        object.__setattr__(self, "beta", beta)
        object.__setattr__(self, "scaled", bool(self.scaled))

    @property
    def parameters(self) -> Mapping[str, float]:
        """``{"beta": β}``, and ``"scaled": True`` for the scaled form."""
        return {"beta": self.beta, **({"scaled": True} if self.scaled else {})}

    @property
    def label(self) -> str:
        """For example ``"noisy transformer, β = 4"``."""
        return f"{'scaled ' if self.scaled else ''}noisy transformer, β = {self.beta:.6g}"

    def _tabulate(self, n_modes: int) -> tuple[Array, Array]:
        return transformer_weights(self.beta, self.scaled, n_modes)

    def _mp_weight(self, n: int) -> Any:
        """Return 2 I_n(β)/β (times e^{−β} if scaled) at the working precision."""
        return mp_transformer_weight(self.beta, self.scaled, n)

    def tail_bound(self, k: int) -> float:
        """Return a bound of g_{k+1}: the weights decrease in n."""
        log_bound = float(np.sum(np.log(ratio_bounds(np.arange(2.0, k + 2.0), self.beta)[1])))
        log_bound += log_first_weight(self.beta) - (self.beta if self.scaled else 0.0)
        # k logarithms were added and their sum is exponentiated: each of |log g| magnitude at most
        slack = EPS * (k + 16.0) * (abs(log_bound) + abs(log_first_weight(self.beta)) + 16.0)
        return math.exp(min(log_bound + slack, LOG_HUGE)) + 5e-324


@dataclass(frozen=True)
class DoiOnsager(Potential):
    """W = |sin θ|: g_{2k} = (4/π)/(4k² − 1), odd weights zero."""

    name = "doi_onsager"

    def _title(self) -> str:
        return "Doi–Onsager"

    def _tabulate(self, n_modes: int) -> tuple[Array, Array]:
        n = np.arange(1.0, n_modes + 1.0)
        g = np.zeros(n_modes)
        even = n[1::2]
        g[1::2] = 4.0 / (np.pi * (even - 1.0) * (even + 1.0))
        return g, ROUNDINGS * EPS * g

    def _mp_weight(self, n: int) -> Any:
        """Return (4/π)/(n² − 1) for even n, else 0."""
        import mpmath

        return mpmath.mpf(0) if n % 2 else 4 / (mpmath.pi * (n * n - 1))

    def tail_bound(self, k: int) -> float:
        """Return the weight of the first even mode above k, rounded up."""
        n = float(k + 2 - k % 2)
        return 4.0 / (math.pi * (n * n - 1.0)) * ROUND_UP


@dataclass(frozen=True)
class HegselmannKrause(Potential):
    """W = −(R − |θ|)₊²: g_n = (4/π)(nR − sin nR)/n³."""

    name = "hegselmann_krause"

    R: float

    def __post_init__(self) -> None:
        radius = finite_number("R", self.R)
        if not 0 < radius <= math.pi:
            raise ValueError(f"R = {radius!r} is not allowed: the radius of confidence must be in (0, π]")
        object.__setattr__(self, "R", radius)

    def _title(self) -> str:
        return "Hegselmann–Krause"

    def _tabulate(self, n_modes: int) -> tuple[Array, Array]:
        n = np.arange(1.0, n_modes + 1.0)
        x = n * self.R
        g = (4.0 / np.pi) * (x - np.sin(x)) / n**3
        small = x < 2.0  # here x − sin x would cancel; the series loses nothing
        g[small] = (4.0 / np.pi) * self.R**3 * _cubic_defect(x[small])
        return g, ROUNDINGS * EPS * g

    def _mp_weight(self, n: int) -> Any:
        """Return (4/π)(nR − sin nR)/n³ at the working precision, without cancellation."""
        import mpmath

        lost = max(0, -2 * math.frexp(n * self.R)[1])  # x − sin x ≈ x³/6: bits lost for small x
        with mpmath.extraprec(lost + 10):
            x = n * mpmath.mpf(exact(self.R))
            g = 4 * (x - mpmath.sin(x)) / (mpmath.pi * mpmath.mpf(n) ** 3)
        return +g

    def tail_bound(self, k: int) -> float:
        """Return the lesser of (4/π)(nR + 1)/n³ at n = k + 1 and (2/3π) R³, rounded up."""
        n = float(k + 1)
        return min(4.0 / math.pi * (n * self.R + 1.0) / n**3, 2.0 / (3.0 * math.pi) * self.R**3) * ROUND_UP


@dataclass(frozen=True)
class LogGas(Potential):
    """W = strength · log|2 sin(θ/2)|: g_n = strength/n."""

    name = "log_gas"

    strength: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", finite_number("strength", self.strength))

    def _title(self) -> str:
        return "log gas"

    def _tabulate(self, n_modes: int) -> tuple[Array, Array]:
        g = self.strength / np.arange(1.0, n_modes + 1.0)
        return g, EPS * np.abs(g)

    def _mp_weight(self, n: int) -> Any:
        """Return strength/n at the working precision."""
        import mpmath

        return mpmath.mpf(exact(self.strength)) / n

    def tail_bound(self, k: int) -> float:
        """Return |strength|/(k + 1), rounded up."""
        return abs(self.strength) / (k + 1) * ROUND_UP


def _cubic_defect(x: Array) -> Array:
    """Return (x − sin x)/x³ = Σ (−1)^k x^{2k}/(2k + 3)! for 0 ≤ x ≤ 2, to round-off."""
    value = np.ones_like(x)
    for k in range(14, 0, -1):
        value = 1.0 - x * x / ((2 * k + 2) * (2 * k + 3)) * value
    return value / 6.0
