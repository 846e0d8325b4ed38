"""How fast each mode of a nearly uniform crowd grows, and which one is the fastest."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from branches.dynamics.pair_force import PairForce
from branches.potentials.bessel import inverse_ratio
from branches.potentials.potential import Potential, finite_number, positive_integer

__all__ = ["equal_cluster_growth", "fastest_mode", "mode_growth", "switch_point"]

Array = NDArray[np.float64]
MODES = 64


def mode_growth(potential: Potential, kappa: float = math.inf, n_modes: int = MODES) -> Array:
    """Return the growth rates n²(g_n/2 − 1/κ) of the modes about the uniform state, l(l+d−2)(g_l/N_l − 1/κ) on S^{d−1}.

    Parameters
    ----------
    potential
        The interaction.
    kappa
        The coupling; infinite, as by default, without noise.
    n_modes
        N.

    Returns
    -------
    ndarray, shape (N,)

    Raises
    ------
    ValueError
        If the coupling is not > 0.

    Examples
    --------
    >>> from branches import potentials
    >>> mode_growth(potentials.noisy_transformer(5, scaled=True), n_modes=4).round(9)
    array([0.03279445, 0.09436153, 0.12529934, 0.11014085])
    """
    if not kappa > 0:
        raise ValueError(f"kappa = {kappa!r} is not allowed: a coupling must be > 0 (infinite: no noise)")
    modes = np.arange(1, n_modes + 1)
    rates: Array = modes * (modes + potential.dimension - 2) * (0.5 * potential.strengths(n_modes) - 1.0 / kappa)
    return rates


def fastest_mode(potential: Potential, kappa: float = math.inf, n_modes: int = MODES) -> tuple[int, float]:
    """Return the mode that grows fastest out of the uniform state, and its rate (negative: all of them decay).

    Notes
    -----
    For the noise-free transformer this is k_max(β) of arXiv 2410.23228. It is the number of clusters of no particular
    start: from random positions there are mostly fewer.

    Raises
    ------
    ValueError
        If the coupling is not > 0, or the fastest of the N modes is the last one, so that N is too small.

    Examples
    --------
    >>> from branches import potentials
    >>> [fastest_mode(potentials.noisy_transformer(beta))[0] for beta in (1, 5, 7)]
    [1, 3, 4]
    """
    rates = mode_growth(potential, kappa, n_modes)
    best = int(np.argmax(rates))
    if best == n_modes - 1 and n_modes > 1:
        raise ValueError(f"n_modes = {n_modes} is not allowed: the last of these modes grows fastest; take more")
    return best + 1, float(rates[best])


def switch_point(mode: int, dimension: float = 2) -> float:
    """Return the β at which the fastest mode of the noise-free transformer moves from k to k + 1.

    Parameters
    ----------
    mode
        k ≥ 1.
    dimension
        d of the sphere S^{d−1}, any real number ≥ 2; 2 is the circle.

    Notes
    -----
    The root of I_{k+1+ν}(β)/I_{k+ν}(β) = k(k+d−2)/((k+1)(k+d−1)), ν = (d−2)/2; the quotient increases from 0 to 1.
    For k = 1 and d = 3 it is the tricritical β, 1/d = (d−1)/(2d).

    Raises
    ------
    ValueError
        If the mode is not an integer ≥ 1 or the dimension not a number ≥ 2.

    Examples
    --------
    >>> [f"{switch_point(k):.12f}" for k in (1, 2)]
    ['1.044456862108', '3.165434442701']
    >>> [f"{switch_point(k, 3):.12f}" for k in (1, 2)]
    ['1.816154525436', '4.425293012396']
    """
    k, d = positive_integer("mode", mode), finite_number("dimension", dimension)
    if d < 2:
        raise ValueError(f"dimension = {dimension!r} is not allowed: a number of at least 2")
    return inverse_ratio(k * (k + d - 2.0) / ((k + 1.0) * (k + d - 1.0)), k + 0.5 * d - 1.0)


def equal_cluster_growth(force: PairForce, count: int) -> Array:
    """Return the growth rates of the waves on equal clusters at equal distances.

    Parameters
    ----------
    force
        f, with ẋ_i = Σ_j m_j f(x_j − x_i).
    count
        k ≥ 2 clusters of mass 1/k.

    Returns
    -------
    ndarray, shape (k − 1,)
        Of the waves q = 1 … k − 1: −(1/k) Σ_r f'(2πr/k)(1 − cos(2πqr/k)); all negative: the clusters are stable.

    Examples
    --------
    >>> from branches.dynamics.pair_force import TransformerForce
    >>> equal_cluster_growth(TransformerForce(0.0), 3)
    array([0.5, 0.5])
    """
    k = positive_integer("count", count)
    r = np.arange(k)
    stiffness = force.derivative(1, 2.0 * np.pi * r / k)
    waves = np.cos(2.0 * np.pi * np.outer(np.arange(1, k), r) / k)
    growth: Array = -(1.0 - waves) @ stiffness / k
    return growth
