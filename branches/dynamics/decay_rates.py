"""Decay rates and modes of a stationary state under the flow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.dynamics.flow_arguments import check_circle
from branches.dynamics.schrodinger import EPSILON, Eigen, Ground, even_block, full_block
from branches.potentials.potential import Potential, positive_integer
from branches.spaces.circle import CircleBlock, Dihedral
from branches.states.morse_index import block_index
from branches.states.state import State
from continuation import Record

__all__ = ["BlockRates", "DecayRates", "decay_rates"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
COUNT = 8
PRESENT = 1e-14  # moments below it do not count for the number of modes to begin with
LEAST, LARGEST = 16, 768  # modes of a block
GROWTH = 1.4
ROUNDING = 4.0  # rates agree when they do within so many roundings of the matrix
EXACT = 1e-13  # relative to the rate


@dataclass(frozen=True, eq=False, repr=False)
class BlockRates(Record):
    """The decay rates in one isotropy type.

    Parameters
    ----------
    sector
        'even', 'odd', or 'mixed' about a state that is not even.
    residue, period
        The disturbances have modes ≡ ±residue modulo period.
    rates
        Ascending, shape (K,); negative is unstable.
    directions
        δc_n of the disturbances that decay so, n = 1 …, shape (K, N).
    error
        Of the rates, by rounding and truncation.
    undecided
        How many rates are zero within their error.
    """

    sector: str
    residue: int
    period: int
    rates: Array
    directions: Complex
    error: float
    undecided: int = 0

    @property
    def unstable(self) -> int:
        """Number of negative rates, those not told from zero left out."""
        return int(np.count_nonzero(self.rates < 0)) if self.undecided == 0 else int(np.sum(self.rates < -self.error))


@dataclass(frozen=True, eq=False, repr=False)
class DecayRates(Record):
    """The spectrum of the linearised flow about a stationary state, the rotation left out.

    Parameters
    ----------
    state
        About which.
    blocks
        The rates by isotropy type.
    count
        How many of the least rates of a sector are given.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> state = branches.trace(potentials.kuramoto(), kappa_max=4.5).at_kappa(4)[0]
    >>> found = branches.decay_rates(state)
    >>> [f"{rate:.9f}" for rate in (*found.even[:2], *found.odd[:2])]
    ['0.574124210', '1.246962397', '1.318602297', '2.600336393']
    >>> found
    <DecayRates: gap 0.574124, 0 unstable, 0 undecided>
    """

    state: State
    blocks: tuple[BlockRates, ...]
    count: int

    def __repr__(self) -> str:
        return f"<DecayRates: gap {self.gap:.6g}, {self.unstable} unstable, {self.undecided} undecided>"

    def _sector(self, *names: str) -> Array:
        rates = np.sort(np.concatenate([np.empty(0), *(b.rates for b in self.blocks if b.sector in names)]))
        return rates[: self.count]

    @property
    def even(self) -> Array:
        """Decay rates of even disturbances of an even state, ascending; empty about a state that is not even."""
        return self._sector("even")

    @property
    def odd(self) -> Array:
        """Decay rates of odd disturbances of an even state, ascending, the rotation left out."""
        return self._sector("odd")

    @property
    def rates(self) -> Array:
        """The least decay rates of all, ascending, each as often as it occurs."""
        return self._sector("even", "odd", "mixed")

    @property
    def gap(self) -> float:
        """The least rate: how fast the slowest disturbance decays; negative if one grows."""
        return float(self.rates[0])

    @property
    def unstable(self) -> int:
        """Number of negative rates: the Morse index."""
        return sum(block.unstable for block in self.blocks)

    @property
    def undecided(self) -> int:
        """Number of rates that are zero within their error."""
        return sum(block.undecided for block in self.blocks)

    @property
    def error(self) -> float:
        """Largest error of a rate."""
        return max(block.error for block in self.blocks)


def decay_rates(state: State, count: int = COUNT) -> DecayRates:
    """Return the least decay rates of a stationary state: the spectrum of the linearised flow.

    Parameters
    ----------
    state
        Any stationary state, from a branch, a diagram, :meth:`Branch.at_kappa` or
        :func:`~branches.dynamics.noneven.noneven_state`.
    count
        How many rates of each isotropy type are computed, and of each sector given.

    Returns
    -------
    DecayRates
        In units of inverse time; ``.even`` and ``.odd`` ascending, negative for unstable directions, the rotation left
        out exactly; ``.gap``; the directions in ``.blocks``.

    Raises
    ------
    ValueError
        If ``count`` < 1, or κ is not positive.

    Notes
    -----
    The operator is symmetric, so the rates are real, and as many are negative as the Morse index says. Each isotropy
    type is diagonalised with more and more modes until the rates no longer change. A rate that is zero to within its
    error takes its sign from the Morse index, if that is decided.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> saddle, cluster = branches.trace(potentials.noisy_transformer(4), kappa_max=0.5).at_kappa(0.4)
    >>> f"{decay_rates(saddle).gap:.10f} {decay_rates(cluster).gap:.10f}"
    '-0.1020442460 0.5204661406'
    """
    check_circle(state.potential)
    number = positive_integer("count", count)
    if not state.kappa > 0:
        raise ValueError(f"state.kappa = {state.kappa!r} is not allowed: the flow needs a coupling > 0")
    c = np.trim_zeros(state.c, "b")
    if not np.any(c):
        return DecayRates(state, _uniform(state.potential, state.kappa, number), number)
    if np.any(c.imag):
        period = state.n_fold
        found = tuple(_mixed(state, c, residue, period, number) for residue in range(period // 2 + 1))
        return DecayRates(state, found, number)
    return DecayRates(state, _even(state, c.real, number), number)


def _uniform(potential: Potential, kappa: float, count: int) -> tuple[BlockRates, BlockRates]:
    """Return the rates n²(1/κ − g_n/2), once for the cosine and once for the sine."""
    size = max(64, 4 * count)
    while True:
        n = np.arange(1, size + 1)
        rates = n**2 * (1.0 / kappa - 0.5 * potential.weights(size))
        order = np.argsort(rates, kind="stable")[:count]
        if order.max() < 0.5 * size or size >= 4096:
            break
        size *= 2
    zero = int(np.count_nonzero(np.abs(rates[order]) <= 16 * EPSILON * n[order] ** 2 / kappa))
    error = EPSILON * float(n[order].max()) ** 2 / kappa
    directions = np.zeros((order.size, int(order.max()) + 1), dtype=complex)
    directions[np.arange(order.size), order] = 1.0
    return (
        BlockRates("even", 0, 0, rates[order], directions, error, zero),
        BlockRates("odd", 0, 0, rates[order], -1j * directions, error, zero),
    )


def _even(state: State, a: Array, count: int) -> tuple[BlockRates, ...]:
    period = max(state.n_fold, 1)
    u = a[period - 1 :: period][None]
    found: list[BlockRates] = []
    for block in Dihedral(period).blocks():
        counted = block_index(state.potential, block, u, np.array([state.kappa]))
        decided = None if counted.undecided[0] else int(counted.unstable[0])
        eigen, error = _converged(state, a.astype(complex), block, count)
        rates, zero = _signed(eigen.values / state.kappa, error, decided)
        one = BlockRates(block.sector, block.residue, period, rates, eigen.vectors, error, zero)
        found.append(one)
        if block.order >= 3:  # a two-dimensional isotropy type: the sines repeat the cosines
            found.append(BlockRates("odd", block.residue, period, rates, -1j * eigen.vectors, error, zero))
    return tuple(found)


def _mixed(state: State, c: Complex, residue: int, period: int, count: int) -> BlockRates:
    eigen, error = _converged(state, c, CircleBlock(Dihedral(period), "mixed", residue), count)
    rates, zero = _signed(eigen.values / state.kappa, error, None)
    return BlockRates("mixed", residue, period, rates, eigen.vectors, error, zero)


def _converged(state: State, c: Complex, block: CircleBlock, count: int) -> tuple[Eigen, float]:
    """Diagonalise one block with as many modes as the rates need; return it and the error of the rates."""
    present = np.flatnonzero(np.abs(c) > PRESENT)
    known = (int(present[-1]) + 1 if present.size else 1) / block.n_fold
    size, before = int(max(LEAST, 2 * count, 1.25 * known)), None
    while True:
        largest = size * block.n_fold
        ground = Ground(c, state.potential.weights(2 * max(largest, c.size)), state.kappa, largest)
        if block.sector == "mixed":
            found = full_block(ground, block.residue, block.n_fold, count)
        else:
            found = even_block(ground, block, count)
        rounding = ROUNDING * EPSILON * found.norm
        if before is not None:
            change = np.abs(found.values - before.values)
            if np.all(change <= rounding + EXACT * np.abs(found.values)) or size >= LARGEST:
                return found, (rounding + float(change.max())) / state.kappa
        before, size = found, int(GROWTH * size) + 2


def _signed(rates: Array, error: float, unstable: int | None) -> tuple[Array, int]:
    """Return the rates with the signs that the Morse index gives to those that are zero within their error."""
    near = np.abs(rates) <= error
    if unstable is None or not near.any():
        return rates, int(np.count_nonzero(near))
    negative = np.arange(rates.size) < unstable
    signed = np.where(near, np.where(negative, -1.0, 1.0) * np.abs(rates), rates)
    return np.sort(signed), 0
