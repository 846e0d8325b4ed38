"""Weights of e^{β cos θ} on S^{d−1}, without overflow: products of quotients of Bessel functions.

With ν = (d − 2)/2 and the mean under the uniform probability, Z = E e^{βt} = Γ(ν+1) (2/β)^ν I_ν(β), and

    E[P_l e^{βt}] = Z r_1 r_2 … r_l,   r_k = I_{ν+k}(β)/I_{ν+k−1}(β).                (DLMF 18.17.19, Rodrigues)
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from branches.potentials.bessel import bessel_ratios
from branches.potentials.potential import EPS, Array, exact
from branches.spaces.multiplicity import multiplicity

__all__ = ["Scaled", "log_partition", "mp_sphere_weight", "sphere_weights"]

REBASE = 2.0**500  # a partial sum above it is divided by it, exactly
Scaled = tuple[float, int]  # mantissa and binary exponent


def _partition(beta: float, nu: float) -> Scaled:
    """Return Z = Σ_k (β²/4)^k/(k! (ν+1)_k) as mantissa and binary exponent: a sum of positive terms."""
    term = total = 1.0
    exponent, k = 0, 0
    half = 0.5 * beta  # its square would be rounded, the same way in every term
    while True:
        k += 1
        factor = (half / k) * (half / (nu + k))
        term *= factor
        total += term
        if total > REBASE:
            term, total, exponent = term / REBASE, total / REBASE, exponent + 500
        if factor < 0.5 and term < 0.25 * EPS * total:
            return total, exponent


def log_partition(beta: float, dimension: float) -> float:
    """Return log E e^{βt} on S^{d−1}; d may be any real number ≥ 2.

    Examples
    --------
    >>> import math
    >>> abs(log_partition(2.0, 3) - math.log(math.sinh(2.0) / 2.0)) < 1e-15
    True
    """
    mantissa, exponent = _partition(beta, 0.5 * (dimension - 2))
    return math.log(mantissa) + exponent * math.log(2.0)


def sphere_weights(beta: float, dimension: int, scaled: bool | str, n_modes: int) -> tuple[Array, Array]:
    """Return g_l = N_l E[P_l e^{βt}]/β, l = 1 … N, times the factor that `scaled` names, and error bounds.

    Parameters
    ----------
    beta, dimension
        β > 0 and d.
    scaled
        False: as they are; True: times e^{−β}; 'mean': over Z = E e^{βt}.
    n_modes
        N.

    Raises
    ------
    ValueError
        If a weight exceeds the largest float.

    Examples
    --------
    >>> g, error = sphere_weights(3.0, 3, False, 2)
    >>> f"{3 / g[0]:.12f} {5 / g[1]:.12f}"
    '1.337619590987 2.735974307759'
    """
    quotients = bessel_ratios(beta, n_modes, 0.5 * (dimension - 2))[:n_modes]
    l = np.arange(1, n_modes + 1)
    doubt = EPS * (8.0 + np.sqrt(l))
    logs, exponent = 0.0, 0
    if scaled != "mean":
        mantissa, exponent = _partition(beta, 0.5 * (dimension - 2))
        logs = exponent * math.log(2.0) - (beta if scaled else 0.0)
        quotients = np.concatenate(([quotients[0] * mantissa], quotients[1:]))
        # the sum has about β/2 terms of each a few roundings; exponentials of large numbers lose their size
        doubt = doubt + EPS * (2.0 * math.sqrt(beta) + 2.0 * beta * bool(scaled) + abs(exponent) * bool(scaled))
    counts = multiplicity(l, dimension)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        g = np.asarray(np.cumprod(quotients * counts / np.concatenate(([1.0], counts[:-1]))) / beta, dtype=np.float64)
        if scaled in (False, "mean"):
            g = np.asarray(np.ldexp(g, 0 if scaled else exponent), dtype=np.float64)
        else:
            half = math.exp(0.5 * logs)
            g = g * half * half
    bad = np.flatnonzero(~np.isfinite(g))
    if bad.size:
        raise ValueError(
            f"n_modes = {n_modes} is not allowed: the weight of degree {bad[0] + 1} of the noisy transformer at β = "
            f"{beta:.6g} in dimension {dimension} exceeds the largest float64"
        )
    return g, doubt * g + 5e-324


def mp_sphere_weight(beta: float, dimension: int, scaled: bool | str, l: int) -> Any:
    """Return the mpmath number of one weight at the working precision; parameters as in `sphere_weights`.

    Examples
    --------
    >>> import mpmath
    >>> mpmath.nstr(3 / mp_sphere_weight(3.0, 3, False, 1), 13)
    '1.337619590987'
    """
    import mpmath

    with mpmath.extraprec(30 + l.bit_length()):
        b, nu = mpmath.mpf(exact(beta)), mpmath.mpf(dimension) / 2 - 1
        count = mpmath.binomial(l + dimension - 1, dimension - 1) - mpmath.binomial(l + dimension - 3, dimension - 1)
        g = count * (b / 2) ** l / mpmath.rf(nu + 1, l) * mpmath.hyp0f1(nu + 1 + l, b * b / 4) / b
        if scaled == "mean":
            g /= mpmath.hyp0f1(nu + 1, b * b / 4)
        elif scaled:
            g *= mpmath.exp(-b)
    return +g
