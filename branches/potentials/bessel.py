"""Quotients and products of modified Bessel functions I_n(β), accurate to the last digits.

Library values of I_n lose digits as n grows (their exponent is computed and exponentiated).  The
ratios r_k = I_k/I_{k−1} do not: they follow from the backward recurrence

    r_k = β / (2k + β r_{k+1}),                                      (DLMF 10.29.1)

which contracts errors by r_k r_{k+1} < 1 at every step and involves no subtraction.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import i0e

from branches.potentials.potential import EPS, Array, exact

LOG_TINY = math.log(5e-324)  # below this a float64 is zero
# Errors of the start of the backward recurrence are damped by exp(−DAMPING): far below one unit in
# the last place, so that the ratios do not depend on how many of them are asked for.
DAMPING = 80.0


def ratio_bounds(k: Array, beta: float) -> tuple[Array, Array]:
    """Return rigorous lower and upper bounds of I_k(β)/I_{k−1}(β) for k ≥ 1.

    One step of the recurrence from the bounds of D. E. Amos, Math. Comp. 28 (1974) 239-251,

        β / (k − ½ + √(β² + (k + ½)²)) ≤ r_k ≤ β / (k − ½ + √(β² + (k − ½)²)).

    Examples
    --------
    >>> import numpy as np
    >>> low, high = ratio_bounds(np.array([1.0]), 4.0)
    >>> bool(low[0] < 0.86352 < high[0])
    True
    """
    centre = k + 0.5  # of r_{k+1}
    low, high = beta / (centre + np.hypot(beta, k + 1.5)), beta / (centre + np.hypot(beta, centre))
    return beta / (2.0 * k + beta * high), beta / (2.0 * k + beta * low)


def transformer_weights(beta: float, scaled: bool, n_modes: int) -> tuple[Array, Array]:
    """Return 2 I_n(β)/β (times e^{−β} if `scaled`) for n = 1 … N, and absolute error bounds.

    The error bounds are EPS (8 + √n) g_n: twice and more the largest error measured against 40
    digits for β from 0.01 to 10⁶, down to the smallest representable weight; rounding errors of the
    ratios add up like a random walk in n.

    Examples
    --------
    >>> g, error = transformer_weights(4.0, False, 3)
    >>> f"{2 / g[0]:.13f}", bool(error[0] < 1e-14 * g[0])
    ('0.4098585257494', True)
    """
    g = np.zeros(n_modes)
    count = _representable(beta, scaled, n_modes)
    ratios = bessel_ratios(beta, count)
    # g_1 = 2 I_0 r_1/β written so that nothing overflows for tiny β
    first = float(i0e(beta)) * 2.0 / (2.0 + beta * ratios[1])
    if not scaled:
        half = math.exp(0.5 * beta)  # e^β in two factors: e^β alone overflows before g_1 does
        first = first * half * half
    g[:count] = np.cumprod(np.concatenate(([first], ratios[1:count])))
    errors = EPS * (8.0 + np.sqrt(np.arange(1, n_modes + 1))) * g + 5e-324
    return g, errors


def log_first_weight(beta: float) -> float:
    """Return log(2 I_1(β)/β) without overflow, rounded to a few units.

    Examples
    --------
    >>> abs(log_first_weight(1e-9)) < 1e-15, log_first_weight(1e6) > 9e5
    (True, True)
    """
    ratio = bessel_ratios(beta, 1)[1]
    return beta + math.log(float(i0e(beta)) * 2.0 / (2.0 + beta * ratio))


def mp_transformer_weight(beta: float, scaled: bool, n: int) -> Any:
    """Return the mpmath number 2 I_n(β)/β (times e^{−β} if `scaled`) at the working precision.

    Examples
    --------
    >>> import mpmath
    >>> mpmath.nstr(2 / mp_transformer_weight(4.0, False, 1), 15)
    '0.409858525749405'
    """
    import mpmath

    guard = 20 + 2 * max(0, math.frexp(beta)[1]) + n.bit_length()  # the recurrence amplifies by at most β
    with mpmath.extraprec(guard):
        b = mpmath.mpf(exact(beta))
        start = int(math.hypot(n, math.sqrt(2.0 * mpmath.mp.prec * beta))) + mpmath.mp.prec
        ratio = product = mpmath.mpf(1)
        for k in range(start, 0, -1):
            ratio = b / (2 * k + b * ratio)
            product = product * ratio if k <= n else product
        g = 2 * product * mpmath.besseli(0, b) / b * (mpmath.exp(-b) if scaled else 1)
    return +g


def _representable(beta: float, scaled: bool, n_modes: int) -> int:
    """Return how many of the first `n_modes` weights may exceed the smallest float64 (at least 1)."""
    n = np.arange(1.0, n_modes + 1.0)
    logs = np.cumsum(np.log(ratio_bounds(n, beta)[1]))  # ≥ log(I_n/I_0)
    ceiling = logs + math.log(2.0) - math.log(beta) + (0.0 if scaled else beta)
    return max(1, int(np.searchsorted(-ceiling, -LOG_TINY)))


def bessel_ratios(beta: float, count: int, order: float = 0.0) -> Array:
    """Return r_1 … r_{count+1}, r_k = I_{ν+k}(β)/I_{ν+k−1}(β), by backward recurrence; ν ≥ 0 is the order.

    Examples
    --------
    >>> import math
    >>> bool(abs(bessel_ratios(2.0, 1, 0.5)[0] - (1 / math.tanh(2.0) - 0.5)) < 1e-15)
    True
    """
    start = int(math.hypot(count + 1, math.sqrt(DAMPING * beta))) + 24
    ratio = float(ratio_bounds(np.array([start + 1.0 + order]), beta)[0][0])
    values = np.empty(start)
    for k in range(start, 0, -1):
        ratio = beta / (2 * (k + order) + beta * ratio)
        values[k - 1] = ratio
    return values[: count + 1]


def inverse_ratio(value: float, order: float) -> float:
    """Return the β at which I_{ν+1}(β)/I_ν(β) has a value between 0 and 1; ν ≥ 0 is the order.

    Examples
    --------
    >>> f"{inverse_ratio(1 / 3, 1.5):.14f}"                    # where the first onset on S² turns subcritical
    '1.81615452543588'
    """
    from scipy.optimize import brentq

    def excess(beta: float) -> float:
        return float(bessel_ratios(beta, 1, order)[0]) - value

    # β/(ν+1+√(β²+(ν+1)²)) ≤ quotient ≤ β/(2ν+2): the root lies between what these give (Amos)
    low, high = 2.0 * (order + 1.0) * value, 2.0 * (order + 1.0) * value / (1.0 - value * value)
    return float(brentq(excess, 0.999 * low, 1.001 * high, xtol=1e-300, rtol=4 * EPS))
