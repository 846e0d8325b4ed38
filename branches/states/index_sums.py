"""What the indices of all states at one coupling must add up to: they can refute a list, not prove it.

The free energy is the same when a density is turned or mirrored, and the densities of any period form a convex set.
Sums of signs over the states that such a set holds do not depend on the coupling, and below every onset the uniform
state is alone. A pair of states that a fold makes cancels in every sum: a pair that is missing does not show.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.circle import CircleBlock, Dihedral
from branches.spaces.cyclic import CyclicBlock
from branches.spaces.isotropy import Block, Isotropy
from branches.states.morse_index import block_index
from branches.states.state import State
from continuation import Record

__all__ = ["IndexSum", "index_sums", "morse_quotient"]

Array = NDArray[np.float64]
NEUTRAL = 1e-12  # of κ g_n/2 about the uniform state
MODES_OF_UNIFORM = 64


@dataclass(frozen=True, eq=False, repr=False)
class IndexSum(Record):
    """A sum of signs over the states that one set of densities holds, and what it must be.

    Parameters
    ----------
    states
        Of which states: 'even states of period 2π/n' or 'circles of states of period 2π/n'.
    expected, found
        The sum over all states there are, and over those of the list.
    satisfied
        Whether they agree; None where an index is not decided.
    """

    states: str
    expected: int
    found: int
    satisfied: bool | None

    def __str__(self) -> str:
        if self.satisfied is None:
            return f"index sum over {self.states}: not decided"
        verdict = "satisfied" if self.satisfied else f"{self.found} in place of {self.expected}: a state is missing"
        return f"index sum over {self.states}: {verdict}"


@dataclass(frozen=True)
class _Counts:
    """Unstable directions of one state by block, None where undecided: residue → (even or mixed, odd)."""

    n_fold: int
    even: bool
    by_residue: dict[int, tuple[int | None, int | None]]

    def parity(self, residue: int, sectors: Sequence[int]) -> int | None:
        """Return the number of unstable directions of a residue in some sectors, None where undecided."""
        counts = [self.by_residue[residue][sector] for sector in sectors]
        return None if any(count is None for count in counts) else sum(count for count in counts if count is not None)


def index_sums(potential: Potential, kappa: float, states: Iterable[State]) -> tuple[IndexSum, ...]:
    """Return the sums that the states at one coupling on the circle must satisfy.

    Parameters
    ----------
    potential, kappa
        The interaction and the coupling.
    states
        All states known there but the uniform one, one an orbit.

    Notes
    -----
    *Even states of period 2π/n* (all of D_n, a state and its twin each): Σ (−1)^index = 1, the index within D_n and
    the uniform state among them; the Euler characteristic of a convex set.

    *Circles of states of period 2π/n exactly*, the mirror image of a state without an axis being another circle:
    Σ (−1)^index is 1 if mode n is unstable about the uniform state, else 0, the index in the densities of that period.
    A circle of period 2π/2n with an odd number of unstable directions of period 2π/n counts there with the opposite
    sign: its unstable bundle is a Möbius band. This is the degree of gradient maps with a circle symmetry, component by
    component (Gęba, in: Topological Nonlinear Analysis II, Birkhäuser 1997).

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> potential = potentials.bimodal(1.3)
    >>> states = branches.diagram(potential, kappa_max=2.3).at_kappa(2.2)
    >>> [bool(check.satisfied) for check in index_sums(potential, 2.2, states)]
    [True, True, True, True]
    >>> print(index_sums(potential, 2.2, states[:2])[0])
    index sum over even states of period 2π/1: -1 in place of 1: a state is missing
    """
    counted = [_counts(state) for state in states]
    growth = 0.5 * kappa * potential.weights(MODES_OF_UNIFORM) - 1.0
    unstable = {int(n) for n in np.flatnonzero(growth > 0) + 1}
    if np.any(np.abs(growth) <= NEUTRAL):
        return ()
    present = {c.n_fold for c in counted}
    periods = sorted({1} | unstable | present | {n // 2 for n in present if n % 2 == 0})
    sums = [_even_sum(n, unstable, counted) for n in periods]
    return (*sums, *(_circle_sum(n, n in unstable, counted) for n in periods))


def _counts(state: State) -> _Counts:
    n, even = state.isotropy.n_fold, isinstance(state.isotropy, Dihedral)
    u, kappa = state.isotropy.restricted(state.a)[None], np.array([state.kappa])
    by_residue: dict[int, tuple[int | None, int | None]] = {}
    for block in _blocks(state.isotropy):
        index = block_index(state.potential, block, u, kappa)
        count = None if index.undecided[0] else int(index.unstable[0])
        residue = block.residue
        if isinstance(block, CircleBlock) and block.order <= 2:
            first, second = by_residue.get(residue, (0, 0))
            by_residue[residue] = (count, second) if block.sector == "even" else (first, count)
        else:  # the sines repeat the cosines, or both are in one block
            by_residue[residue] = (count, count if even else 0)
    return _Counts(n, even, by_residue)


def _blocks(isotropy: Isotropy) -> tuple[CircleBlock | CyclicBlock, ...]:
    blocks: Iterable[Block] = isotropy.blocks(1)
    return tuple(block for block in blocks if isinstance(block, CircleBlock | CyclicBlock))


def _even_sum(n: int, unstable: set[int], counted: list[_Counts]) -> IndexSum:
    """Return Σ (−1)^index over the even states of period 2π/n, the uniform one among them."""
    total, decided = (-1) ** sum(mode % n == 0 for mode in unstable), True
    for counts in counted:
        if not counts.even or counts.n_fold % n:
            continue
        for on_twin in (False, True):
            index = 0
            for residue in range(0, counts.n_fold // 2 + 1, n):
                half = 2 * residue == counts.n_fold
                count = counts.parity(residue, (1,) if half and on_twin else (0,))
                decided &= count is not None
                index += count or 0
            total += (-1) ** index
    return IndexSum(f"even states of period 2π/{n}", 1, total, total == 1 if decided else None)


def _circle_sum(n: int, unstable: bool, counted: list[_Counts]) -> IndexSum:
    """Return Σ (−1)^index over the circles of states of period 2π/n, and what those of period 2π/2n add."""
    total, decided = 0, True
    for counts in counted:
        sign = 1 if counts.even else 2
        if counts.n_fold in (n, 2 * n):
            index = counts.parity(0, (0, 1))
            decided &= index is not None
            sign *= (-1) ** (index or 0)
        if counts.n_fold == n:
            total += sign
        elif counts.n_fold == 2 * n:
            half = counts.parity(n, (0, 1))
            decided &= half is not None
            total -= sign * ((half or 0) % 2)
    expected = int(unstable)
    return IndexSum(f"circles of states of period 2π/{n}", expected, total, total == expected if decided else None)


def morse_quotient(polynomial: Sequence[int]) -> tuple[int, ...] | None:
    """Return Q of P(t) = 1 + (1 + t) Q(t), coefficients by power of t; None where the division leaves a remainder.

    Examples
    --------
    >>> morse_quotient([1, 2, 2]), morse_quotient([1, 1])
    ((0, 2), None)
    """
    rest = [polynomial[0] - 1, *polynomial[1:]] if polynomial else [-1]
    quotient: list[int] = []
    carry = 0
    for coefficient in rest:  # from the lowest power
        carry = coefficient - carry
        quotient.append(carry)
    return None if quotient[-1] != 0 else tuple(quotient[:-1])
