"""A sufficient condition for a continuous transition, checked for all modes with rigorous tails."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from branches.potentials.families import DoiOnsager, HegselmannKrause, LogGas, NoisyTransformer
from branches.potentials.potential import Array, Potential, positive_integer
from continuation import Record

__all__ = ["ANSWERS", "ContinuityCriterion", "continuous_transition", "scaled_tail_bound"]

ANSWERS = ("yes", "no", "not decided")
ROUND_UP = 1.0 + 2.0**-44  # more than the roundings of the short formulas it multiplies
FIRST_MODES, LAST_MODES = 64, 2**16


@dataclass(frozen=True, eq=False, repr=False)
class ContinuityCriterion(Record):
    """Whether the sufficient condition for a continuous transition holds.

    Parameters
    ----------
    answer : str
        'yes': the uniform state is the unique minimiser of the free energy for κ ≤ κ_n, so the
        transition at κ_n is continuous.  'no': the condition fails at `first_failure`; the transition
        may be continuous all the same.  'not decided': errors or the tail leave it open.
    mode : int
        The mode n of the onset.
    first_failure : int or None
        The first mode that violates the condition, beyond its error; None unless the answer is 'no'.
    checked : int
        Modes up to this one were checked one by one.
    tail : float
        Rigorous bound of k g_{kn}/g_n over the modes beyond; NaN where none is known.
    message : str
    """

    answer: str
    mode: int
    first_failure: int | None
    checked: int
    tail: float
    message: str


def continuous_transition(potential: Potential, mode: int = 1) -> ContinuityCriterion:
    """Check k g_{kn} ≤ g_n for all k ≥ 1, and g_j ≤ 0 for the modes j that are not multiples of n.

    Parameters
    ----------
    potential
        The interaction.
    mode
        n ≥ 1 with g_n > 0.

    Returns
    -------
    ContinuityCriterion

    Raises
    ------
    ValueError
        If the mode is not an integer ≥ 1 or g_n ≤ 0.

    Notes
    -----
    From the Lebedev–Milin (log-HLS) inequality ∫ρ log 2πρ ≥ Σ_k a_k²/k (it gives
    the applications of arXiv 2604.16288).  For n > 1 it is applied to the image of ρ under θ → nθ,
    whose entropy is no larger.  Each comparison counts only beyond the errors of the weights; exact
    weights are compared exactly.

    Examples
    --------
    >>> from branches import potentials
    >>> continuous_transition(potentials.noisy_transformer(2.0)).answer
    'yes'
    >>> result = continuous_transition(potentials.noisy_transformer(3.0))
    >>> result.answer, result.first_failure
    ('no', 2)
    """
    n = positive_integer("mode", mode)
    potential.onset_coupling(n)
    if potential.dimension > 2:
        note = "the sufficient condition is known on the circle only"
        return ContinuityCriterion("not decided", n, None, 0, math.nan, note)
    size, tail = 1, scaled_tail_bound(potential, n, 1)
    while size < LAST_MODES and not (tail is not None and tail <= 1):
        size = max(FIRST_MODES, 2 * size) if size < LAST_MODES // n else LAST_MODES
        tail = scaled_tail_bound(potential, n, size)
        if tail is None:
            break
    checked = size * n
    g, errors = potential.weights(checked), potential.weight_errors(checked)
    failed, open_ = _compare(g, errors, n)
    known = math.nan if tail is None else tail
    if failed and not (open_ and open_[0] < failed[0]):
        return ContinuityCriterion("no", n, failed[0], checked, known, f"the condition fails at mode {failed[0]}")
    if failed:
        note = f"mode {open_[0]} is not resolved by its error; mode {failed[0]} fails"
        return ContinuityCriterion("no", n, failed[0], checked, known, note)
    if open_:
        note = f"the condition at mode {open_[0]} is not resolved by the errors of the weights"
        return ContinuityCriterion("not decided", n, None, checked, known, note)
    if tail is None or tail > 1:
        note = f"the condition holds up to mode {checked}; no bound is known that settles the modes beyond"
        return ContinuityCriterion("not decided", n, None, checked, known, note)
    return ContinuityCriterion(
        "yes", n, None, checked, known, f"the uniform state is the unique minimiser up to κ_{n}"
    )


@functools.singledispatch
def scaled_tail_bound(potential: Potential, n: int, k: int) -> float | None:
    """Return a rigorous bound of sup_{j>k} j g_{jn}/g_n, or None if none is known.

    The bound also vouches that beyond mode kn only multiples of n attract.

    Parameters
    ----------
    potential
        Families register their own bound; without one, the bound is 0 where no mode beyond kn is left.
    n, k
        Mode of the onset and number of its multiples, ≥ 1.

    Examples
    --------
    >>> from branches import potentials
    >>> scaled_tail_bound(potentials.bimodal(0.3), 1, 2)
    0.0
    """
    return 0.0 if potential.tail_bound(n * k) == 0 else None


@scaled_tail_bound.register
def _(potential: LogGas, n: int, k: int) -> float | None:
    # j (g/jn)/(g/n) = 1 exactly; for n > 1 mode 1 attracts, which the modes checked show
    return 1.0


@scaled_tail_bound.register
def _(potential: NoisyTransformer, n: int, k: int) -> float | None:
    # I_{m+1}/I_m < x/(2(m + 1)), so (m + 1) g_{m+1} ≤ (β/2m) m g_m: decreasing from m = β/2 on
    first = k * n + 1
    if n > 1 or 2 * first < potential.beta:
        return None if n > 1 else math.inf
    return first * potential.tail_bound(k) / _lower(potential, n) * ROUND_UP


@scaled_tail_bound.register
def _(potential: DoiOnsager, n: int, k: int) -> float | None:
    # j g_{jn}/g_n = j (n² − 1)/(j² n² − 1) decreases in j; odd modes vanish
    j = k + 1
    return j * (n * n - 1) / (j * j * n * n - 1) * ROUND_UP


@scaled_tail_bound.register
def _(potential: HegselmannKrause, n: int, k: int) -> float | None:
    # g_m ≤ (4/π)(mR + 1)/m³, so j g_{jn} ≤ (4/π)(mR + 1)/(m² n), m = jn, which decreases in m
    m = (k + 1) * n
    return 4 / math.pi * (m * potential.R + 1) / (m * m * n) / _lower(potential, n) * ROUND_UP


def _lower(potential: Potential, n: int) -> float:
    """Return a lower bound of g_n."""
    value = float(potential.weights(n)[-1] - potential.weight_errors(n)[-1])
    return max(value * (2.0 - ROUND_UP), 5e-324)


def _compare(g: Array, errors: Array, n: int) -> tuple[list[int], list[int]]:
    """Return the modes that violate the condition, and those where the errors leave it open."""
    modes = np.arange(1, g.size + 1)
    factor = np.where(modes % n == 0, modes // n, 1)
    limit = np.where(modes % n == 0, g[n - 1], 0.0)
    margin = limit - factor * g
    doubt = factor * errors + np.where(modes % n == 0, errors[n - 1], 0.0)
    doubt += (ROUND_UP - 1.0) * (limit + factor * np.abs(g))
    failed = modes[margin < -doubt].tolist()
    open_ = []
    for j in modes[np.abs(margin) <= doubt].tolist():
        sign = 0 if j == n else _exact_sign(g, errors, n, j)
        if sign is None:
            open_.append(j)
        elif sign < 0:
            failed.append(j)
    return sorted(failed), open_


def _exact_sign(g: Array, errors: Array, n: int, j: int) -> int | None:
    """Return the sign of the margin at mode j in exact arithmetic, or None if the errors leave it open."""
    multiple = j % n == 0
    margin = (Fraction(g[n - 1]) if multiple else 0) - Fraction(j // n if multiple else 1) * Fraction(
        g[j - 1]
    )
    doubt = (Fraction(errors[n - 1]) if multiple else 0) + Fraction(j // n if multiple else 1) * Fraction(
        errors[j - 1]
    )
    if abs(margin) < doubt or (margin == -doubt and doubt):
        return None
    return -1 if margin < 0 else 1
