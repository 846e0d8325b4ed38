"""The inverse temperature at which the transition of the noisy transformer changes its order, on any sphere."""

from __future__ import annotations

from typing import Any

from branches.potentials.bessel import inverse_ratio
from branches.potentials.potential import exact, finite_number, positive_integer

__all__ = ["critical_beta"]

GUARD_DIGITS = 12


def critical_beta(dimension: Any = 2, digits: int | None = None) -> Any:
    """Return β* of the noisy transformer on S^{d−1}, where its first onset turns subcritical.

    Parameters
    ----------
    dimension
        d, any real number ≥ 2: over the dimension β* is a smooth curve.
    digits
        Decimal digits wanted, as an mpmath number; a float by default.

    Raises
    ------
    ValueError
        If the dimension is not a finite number of at least 2, or the digits no integer ≥ 1.

    Notes
    -----
    c₂ = 0 at ρ₂ = 1/d, which is I_{d/2+1}(β)/I_{d/2}(β) = 1/d; the quotient increases from 0 to 1.

    Examples
    --------
    >>> [f"{critical_beta(d):.13f}" for d in (2, 3, 4)]
    ['2.4469183112890', '1.8161545254359', '1.5752571500921']
    >>> import mpmath
    >>> mpmath.nstr(critical_beta(3, digits=30), 30)
    '1.81615452543588396276444029374'
    """
    d = finite_number("dimension", dimension)
    if d < 2:
        raise ValueError(f"dimension = {dimension!r} is not allowed: a number of at least 2")
    start = inverse_ratio(1.0 / d, 0.5 * d)
    if digits is None:
        return start
    import mpmath

    with mpmath.workdps(positive_integer("digits", digits) + GUARD_DIGITS):
        full = mpmath.convert(exact(d))

        def excess(beta: Any) -> Any:
            return mpmath.besseli(full / 2 + 1, beta) / mpmath.besseli(full / 2, beta) - 1 / full

        root = mpmath.findroot(excess, (mpmath.mpf(start), mpmath.mpf(start) * (1 + mpmath.mpf(10) ** -8)))
    with mpmath.workdps(digits):
        return +root
