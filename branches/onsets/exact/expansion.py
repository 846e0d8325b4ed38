"""The expansion of a branch at its onset as numbers, to any order and any precision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, SupportsIndex

from branches.onsets.exact.landau import check_order
from branches.onsets.exact.series import branch_series
from branches.potentials.potential import Potential, positive_integer
from continuation import Record

__all__ = ["LARGEST_ORDER", "Expansion", "expansion", "potential_expansion"]

LARGEST_ORDER = 60  # the cost grows like its fourth power: 0.2 s there
GUARD_DIGITS = 15


@dataclass(frozen=True, eq=False, repr=False)
class Expansion(Record):
    """κ and the amplitudes along the branch of a simple kernel, as power series in s = a_n.

    Parameters
    ----------
    kappa : tuple of numbers
        κ = κ_n Σ_p kappa[p] s^{2p}; kappa[1] is c₂, kappa[2] is c₄.
    modes : mapping of int to tuple of numbers
        a_{kn} = s^k Σ_p modes[k][p] s^{2p}.
    """

    kappa: tuple[Any, ...]
    modes: Mapping[int, tuple[Any, ...]]

    def kappa_ratio(self, s: Any) -> Any:
        """Return κ/κ_n at amplitude s, from the series as far as it is known.

        Examples
        --------
        >>> expansion([0.0], 4).kappa_ratio(0.5)
        1.125
        """
        return _horner(self.kappa, s * s)

    def amplitudes(self, s: Any) -> dict[int, Any]:
        """Return a_{kn} at amplitude s, by k.

        Examples
        --------
        >>> expansion([0.0], 4).amplitudes(0.5)
        {1: 0.5, 2: 0.125}
        """
        return {k: s**k * _horner(row, s * s) for k, row in self.modes.items()}


def expansion(ratios: Iterable[Any], order: SupportsIndex) -> Expansion:
    """Expand the branch of a simple kernel from the ratios of its weights.

    Parameters
    ----------
    ratios
        r_2, r_3, … with r_k = g_{kn}/g_n: floats, fractions or mpmath numbers; order/2 − 1 of them are used.
    order
        Power of the amplitude in the free energy, even, from 4 (κ up to c₂) to 60.

    Returns
    -------
    Expansion
        In the arithmetic of the ratios.

    Raises
    ------
    ValueError
        If the order is not allowed, the ratios are too few, or one of them is exactly 1.

    Notes
    -----
    The recursion of `series.branch_series`.  Its terms alternate, so high orders lose digits in floats:
    ask `potential_expansion` for digits where that matters.

    Examples
    --------
    >>> from fractions import Fraction
    >>> expansion([Fraction(1, 2), Fraction(0)], 6).kappa  # tricritical: c₂ = 0, c₄ = 2/3
    (Fraction(1, 1), Fraction(0, 1), Fraction(2, 3))
    """
    top = check_order(order, LARGEST_ORDER) // 2
    known = list(ratios)[: top - 1]
    if len(known) < top - 1:
        raise ValueError(
            f"ratios: {len(known)} are not enough for order {2 * top}: give r_2 … r_{top}, zeros included"
        )
    if any(r == 1 for r in known):
        k = [bool(r == 1) for r in known].index(True) + 2
        raise ValueError(f"r_{k} = 1 is a resonance: the kernel is not simple, use branches.onsets.resonant.rays.rays")
    u = {k: 1 / (1 - r) for k, r in enumerate(known, 2)}
    c, rows = branch_series(u, u[2] ** 0)
    return Expansion(tuple(c), {k: tuple(row) for k, row in rows.items()})


def potential_expansion(
    potential: Potential, mode: int = 1, order: SupportsIndex = 10, digits: int | None = None
) -> Expansion:
    """Expand the branch of a potential at the onset of one mode.

    Parameters
    ----------
    potential, mode
        The interaction, and a mode n with g_n > 0 that resonates with none of its multiples.
    order
        As in `expansion`.
    digits
        Decimal digits wanted, by mpmath; in floats if left out.

    Raises
    ------
    ValueError
        As `expansion`; if g_n ≤ 0; if digits are asked of a potential known in floating point only.

    Examples
    --------
    >>> from branches import potentials
    >>> potential_expansion(potentials.kuramoto(), order=8).kappa[1:3]
    (0.5, 0.4166666666666667)
    """
    n = positive_integer("mode", mode)
    top = check_order(order, LARGEST_ORDER) // 2
    potential.onset_coupling(n)
    if digits is None:
        g = potential.weights(n * top)[n - 1 :: n].tolist()
        return expansion([x / g[0] for x in g[1:]], order)
    import mpmath

    with mpmath.workdps(positive_integer("digits", digits) + GUARD_DIGITS + top):
        first, *rest = (potential.mp_weight(k * n) for k in range(1, top + 1))
        result = expansion([g_k / first for g_k in rest], order)
    return result


def _horner(coefficients: tuple[Any, ...], t: Any) -> Any:
    value = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        value = value * t + c
    return value
