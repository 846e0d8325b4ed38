"""Which mode of the transformer grows fastest out of the uniform state, over β and the dimension."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.dynamics.mode_growth import mode_growth, switch_point
from branches.potentials.named import noisy_transformer
from branches.potentials.potential import check_dimension, finite_number
from continuation import Record

__all__ = ["ModeSelection", "mode_selection"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class ModeSelection(Record):
    """Growth rates of the modes of the noisy transformer over β.

    Parameters
    ----------
    dimension, kappa
        d, and the coupling; infinite without noise.
    beta
        Inverse temperatures, shape (B,).
    rates
        l(l+d−2)(g_l/N_l − 1/κ), l = 1 … L, shape (B, L).
    switches
        Without noise, the β at which the fastest mode moves from l to l + 1, as far as it does on the range; with
        noise empty.
    """

    dimension: int
    kappa: float
    beta: Array
    rates: Array
    switches: tuple[float, ...]

    @property
    def fastest(self) -> NDArray[np.int64]:
        """l_max(β), the mode that grows fastest; 0 where all decay. Shape (B,)."""
        best = np.argmax(self.rates, axis=1)
        growing = self.rates[np.arange(best.size), best] > 0
        return np.where(growing, best + 1, 0)

    @property
    def table(self) -> tuple[tuple[float, int, float], ...]:
        """(β, l_max, its rate) for every β."""
        rows = zip(self.beta.tolist(), self.fastest.tolist(), self.rates.max(axis=1).tolist(), strict=True)
        return tuple(rows)


def mode_selection(
    beta: Iterable[float], dimension: int = 2, kappa: float = math.inf, n_modes: int = 32
) -> ModeSelection:
    """Return the growth rates of the modes of the noisy transformer about the uniform state, and the fastest.

    Parameters
    ----------
    beta
        Inverse temperatures.
    dimension
        d of S^{d−1}.
    kappa
        The coupling; infinite, as by default, without noise.
    n_modes
        L.

    Raises
    ------
    ValueError
        If β is not allowed, κ is not > 0, the dimension is no integer ≥ 2, or the last of the modes grows fastest.

    Examples
    --------
    >>> found = mode_selection([1.0, 3.0, 6.0], dimension=3)
    >>> found.fastest.tolist(), [f"{value:.9f}" for value in found.switches]
    ([1, 2, 3], ['1.816154525', '4.425293012'])
    """
    d = check_dimension(dimension)
    values = np.array([finite_number("beta", value) for value in beta])
    if not values.size:
        raise ValueError("beta = [] is not allowed: give at least one inverse temperature")
    rates = np.array([mode_growth(noisy_transformer(float(b), dimension=d), kappa, n_modes) for b in values])
    if np.any(np.argmax(rates, axis=1) == n_modes - 1):
        raise ValueError(f"n_modes = {n_modes} is not allowed: the last of these modes grows fastest; take more")
    switches: list[float] = []
    while math.isinf(kappa) and (following := switch_point(len(switches) + 1, d)) <= values.max():
        switches.append(following)
    return ModeSelection(d, float(kappa), values, rates, tuple(switches))
