"""What N particles do in equilibrium where that is known: exactly for one mode, to leading order in disorder."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import i0e, i1e

from branches.dynamics.flow_arguments import check_circle
from branches.potentials.potential import Potential, finite_number, positive_integer

__all__ = ["disordered_mean_square", "kuramoto_mean_square"]

WIDTHS = 12.0  # standard deviations of the weight beyond which it is below rounding
PIECES, NODES = 24, 20  # of Gauss's rule, piece by piece


def kuramoto_mean_square(kappa: float, n: int) -> float:
    """Return E|z|² of N Kuramoto oscillators in equilibrium, exactly.

    Parameters
    ----------
    kappa
        The coupling, finite and > 0.
    n
        N ≥ 1.

    Raises
    ------
    ValueError
        If an argument is not allowed.

    Notes
    -----
    The law exp((κN/2)|z|²) becomes a Gaussian integral over a field of modulus r with the weight r e^{−Nφ(r)},
    φ = r²/2κ − log I₀(r) (Hubbard and Stratonovich); E|z|² = ⟨r²⟩/κ² − 2/(Nκ).

    Examples
    --------
    >>> f"{kuramoto_mean_square(4.0, 100):.12f}"
    '0.693852962363'
    """
    kappa, n = _coupling(kappa), positive_integer("n", n)

    top = brentq(lambda r: r / kappa - i1e(r) / i0e(r), 1e-9 * kappa, 2.0 * kappa) if kappa > 2.0 * (1 + 1e-9) else 0.0
    reach = WIDTHS * max(math.sqrt(kappa / n), (64.0 / n) ** 0.25)  # Gaussian, quartic where κ = 2
    cuts = np.linspace(max(0.0, top - reach), top + reach, PIECES + 1)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    r = cuts[:-1, None] + np.diff(cuts)[:, None] * (nodes + 1.0) / 2.0
    exponent = n * (r * r / (2.0 * kappa) - np.log(i0e(r)) - r)
    density = weights * r * np.exp(exponent.min() - exponent)
    return float((density * r * r).sum() / density.sum()) / kappa**2 - 2.0 / (n * kappa)


def disordered_mean_square(potential: Potential, kappa: float, n: int, mode: int = 1) -> float:
    """Return E|z_m|² = 1/(N(1 − κ g_m/2)) of N particles about the uniform state, to leading order in 1/N.

    Raises
    ------
    ValueError
        If an argument is not allowed, or the uniform state is not stable to the mode.

    Examples
    --------
    >>> from branches import potentials
    >>> f"{disordered_mean_square(potentials.kuramoto(), 1.0, 100):.4f}"
    '0.0200'
    """
    check_circle(potential)
    kappa, n = _coupling(kappa), positive_integer("n", n)
    left = 1.0 - 0.5 * kappa * potential.weight(mode)
    if not left > 0:
        raise ValueError(
            f"kappa = {kappa:g} is not allowed: the uniform state is stable to mode {mode} below "
            f"{potential.onset_coupling(mode):.10g} only"
        )
    return 1.0 / (n * left)


def _coupling(kappa: float) -> float:
    value = finite_number("kappa", kappa)
    if value <= 0:
        raise ValueError(f"kappa = {kappa!r} is not allowed: it must be > 0")
    return value
