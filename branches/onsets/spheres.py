"""How branches leave the uniform state of a sphere: shapes and rays of an onset, exact with their errors."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from branches.onsets.exact.any_basis import branch_series
from branches.onsets.exact.linearisation import Products, block_products, zonal_products
from branches.onsets.exact.running_error import RunningError
from branches.onsets.resonant.ray import Ray
from branches.potentials.potential import EPS, Potential
from branches.spaces.blocks_of_spheres import BlockStates
from branches.spaces.isotropy import Isotropy

__all__ = ["ExpansionAtOnset", "decided_on_sphere", "expansion_at_onset", "rays_of_onset"]

SHARP = 2.0**-40  # a coefficient known to twelve digits: if it vanishes so far, it is zero
HIGHEST_C4 = 4  # degree up to which c₄ is expanded: it needs the products of degrees up to five times as high


@dataclass(frozen=True)
class ExpansionAtOnset:
    """κ = κ_l (1 + c₁ s + c₂ s² + c₃ s³ + c₄ s⁴ + …), s = a_l, along the branch of one class.

    Parameters
    ----------
    isotropy
        The class.
    mode
        l.
    coefficients
        c₁, c₂, and c₃, c₄ for small l, each with its error.
    """

    isotropy: Isotropy
    mode: int
    coefficients: tuple[RunningError, ...]

    def measured(self, power: int) -> tuple[float, float]:
        """Return c_power and its error; NaN and an infinite error where it was not expanded."""
        if power > len(self.coefficients):
            return math.nan, math.inf
        c = self.coefficients[power - 1]
        return float(c.value), float(c.error)


def expansion_at_onset(potential: Potential, isotropy: Isotropy, mode: int) -> ExpansionAtOnset:
    """Return the exact expansion of the branch of a class that leaves the onset of one degree.

    Parameters
    ----------
    potential
        The interaction on a sphere.
    isotropy
        Zonal or block states that the degree belongs to.
    mode
        l ≥ 1, of a simple kernel: no other degree of the class has its onset at κ_l.

    Examples
    --------
    >>> from branches import potentials
    >>> potential = potentials.noisy_transformer(3, dimension=3)
    >>> c1 = expansion_at_onset(potential, potential.space.isotropy(2), 2).measured(1)[0]
    >>> round(c1, 12), round(-5 / 7, 12)
    (-0.714285714286, -0.714285714286)
    """
    order = 4 if mode <= HIGHEST_C4 else 2
    largest = (order + 1) * mode
    counts = isotropy.multiplicity(np.arange(largest + 1))
    g, errors = potential.weights(largest), potential.weight_errors(largest)

    def share(k: int) -> RunningError:
        return RunningError(float(g[k - 1]), float(errors[k - 1])) / float(counts[k])

    def ratio(k: int) -> RunningError:
        return share(k) / share(mode)

    products = _products(potential.dimension, isotropy, largest)
    found, _ = branch_series(products, lambda k: RunningError(float(counts[k])), mode, ratio, order, RunningError(1.0))
    return ExpansionAtOnset(isotropy, mode, tuple(_unsigned(c) for c in found[1:]))


def _unsigned(c: RunningError) -> RunningError:
    return RunningError(float(c.value) + 0.0, float(c.error))


def _products(dimension: int, isotropy: Isotropy, largest: int) -> Products:
    exact = (
        block_products(dimension, isotropy.k, 2 * largest)
        if isinstance(isotropy, BlockStates)
        else zonal_products(float(dimension))
    )

    def products(i: int, j: int) -> dict[int, RunningError]:
        # each coefficient is a product of about i + j positive factors, or a mean of functions of mean square below 1
        rounding, least = 8.0 * EPS * (i + j + dimension), float(isinstance(isotropy, BlockStates))
        return {l: RunningError(value, rounding * max(abs(value), least)) for l, value in exact(i, j).items()}

    return products


def decided_on_sphere(expansion: ExpansionAtOnset) -> tuple[str, int | None, float, str]:
    """Return the kind of an onset, the power and the coefficient that decide it, and a note."""
    for power in range(1, len(expansion.coefficients) + 1):
        value, error = expansion.measured(power)
        if abs(value) > error:
            if power % 2:
                return "transcritical", power, value, ""
            if power > 2:
                return "critical", power, value, f"c_{power} decides: the lower coefficients vanish"
            return ("supercritical" if value > 0 else "subcritical"), power, value, ""
        if not error <= SHARP:
            return "undecided", None, math.nan, f"the sign of c_{power} is not resolved: {value:.3g} ± {error:.2g}"
    note = f"c_1 to c_{len(expansion.coefficients)} all vanish: the branch is vertical, or degenerate beyond that order"
    return "undecided", None, math.nan, note


def rays_of_onset(expansion: ExpansionAtOnset) -> tuple[Ray, ...]:
    """Return the half-branches of one class: two where c₁ ≠ 0 or the class has no twin, one of a pair of twins.

    On the onset of an even degree the first, s > 0, is concentrated at the poles (prolate for l = 2), the second at the
    equator (oblate).
    """
    c1, error1 = expansion.measured(1)
    c2, error2 = expansion.measured(2)
    odd = expansion.isotropy.twin(np.eye(1, expansion.mode, expansion.mode - 1)[0])[expansion.mode - 1] < 0
    if odd:
        return (replace(Ray.simple(expansion.mode, c2, error2), isotropy=expansion.isotropy),)
    plus = Ray(
        (expansion.mode,), np.ones(1), 1, c1, error1, np.zeros(1), int(c1 < 0), np.zeros(1), isotropy=expansion.isotropy
    )
    return plus, replace(plus, direction=-np.ones(1), slope=-c1, unstable=int(c1 > 0))
