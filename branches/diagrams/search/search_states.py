"""Searching states at one coupling that continuation has not met: deflated Newton and direct minimisation."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from branches.diagrams.search.deflation import Deflation, deflated_newton, resolved
from branches.diagrams.search.minimise import as_even, minimise, modes_that_matter, random_fields
from branches.diagrams.search.on_circle import found_on_circle
from branches.diagrams.search.rounds import MOST_ROUNDS
from branches.diagrams.search.seeds import clustered_fields, even_moments
from branches.potentials.potential import Potential, finite_number
from branches.spaces.cyclic import Cyclic
from branches.spaces.isotropy import Isotropy, same_orbit
from branches.spaces.space import Circle
from branches.states.at_coupling import state_at
from branches.states.equations import state_equations
from branches.states.state import State
from continuation import Record, renamed

__all__ = ["Search", "search_states"]

Array = NDArray[np.float64]
MODES, MOST_MODES = 48, 128  # of the deflated iteration; what it finds is resolved afterwards
SAME = 1e-6  # moments of one state found twice
ROUGHLY = 1e-4  # and of one minimiser reached twice, not to the end
FURTHER = 3  # states looked for from one seed


@dataclass(frozen=True, eq=False, repr=False)
class Search(Record):
    """What a search found at one coupling, and which search it was.

    Parameters
    ----------
    kappa
        The coupling.
    states
        The states found that were not known, one for each orbit, by increasing free energy.
    lowest
        The least free energy that the direct minimisation reached, an upper bound of F*.
    seeds, converged
        Number of starts of Newton's iteration, and how often it converged.
    ended
        Why the search ended, in words.
    method
        The search in words.
    """

    kappa: float
    states: tuple[State, ...]
    lowest: float
    seeds: int
    converged: int
    method: str
    ended: str = ""


    @property
    def not_even(self) -> int:
        """How many of the states have no mirror axis."""
        return sum(isinstance(state.isotropy, Cyclic) for state in self.states)


@renamed(seeds="starts", random_seed="seed")
def search_states(
    potential: Potential,
    kappa: float,
    *,
    known: Iterable[State | ArrayLike] = (),
    starts: Iterable[ArrayLike] = (),
    peaks: int = 4,
    random_starts: int = 16,
    seed: int = 0,
    rounds: int = MOST_ROUNDS,
    seconds: float | None = None,
) -> Search:
    """Search the stationary states at one coupling, even or not; on a sphere zonal ones.

    Parameters
    ----------
    potential
        The interaction.
    kappa
        Coupling, > 0.
    known
        States at this coupling that are not to be found again, nor others of their orbits, or their moments as for
        ``starts``; the uniform state is known.
    starts
        Further starts: moments a_1 … of states at other couplings, say, each of any size; complex ones c_1 … where a
        state is not even.
    peaks
        Clustered starts with up to so many peaks, equal and unequal.
    random_starts, seed
        Random starts of the direct minimisation, not even, and the seed of all random starts.
    rounds, seconds
        Limits of the search, after which it says that it ended so and gives what it found: rounds of Newton's iteration
        from 64 random starts, and time.

    Returns
    -------
    Search

    Raises
    ------
    ValueError
        If κ is not a positive finite number, ``peaks`` < 1 or ``random_starts`` < 0.

    Notes
    -----
    Two searches: the free energy is minimised over all densities (`minimise`), and Newton's iteration is run in the
    active moments of the full space from the ends of those, the starts given and random ones, every other round with
    the orbits of the known states deflated, until four rounds find nothing new. Neither is complete: a saddle far from
    all starts is missed. With at most two weights all states are even, and so are all starts (`axis_theorems`).

    Examples
    --------
    >>> from branches import potentials
    >>> result = search_states(potentials.noisy_transformer(4), 0.4, random_starts=0)
    >>> [(f"{state.free_energy:.10f}", state.stable) for state in result.states]
    [('-0.0151174272', True), ('0.0007509543', False)]
    """
    if not finite_number("kappa", kappa) > 0:
        raise ValueError(f"kappa = {kappa!r} is not allowed: the coupling must be > 0")
    if peaks < 1 or random_starts < 0:
        raise ValueError(
            f"peaks = {peaks!r} must be at least 1, random_starts = {random_starts!r} at least 0"
        )
    deadline = deadline_of(rounds, seconds)
    if isinstance(potential.space, Circle):
        return _on_circle(potential, kappa, list(known), starts, peaks, random_starts, seed, rounds, deadline)
    given = [np.atleast_1d(np.asarray(a, dtype=float)) for a in starts]
    fields = clustered_fields(potential, kappa, peaks)
    rng, modes = np.random.default_rng(seed), modes_that_matter(potential, kappa)
    drawn = np.vstack([fields, random_fields(rng, random_starts, modes, potential.dimension)])
    ended = minimise(potential, kappa, drawn)
    minimisers = [even for even in map(as_even, ended.moments) if even is not None]

    collector = _Collector(potential, kappa, list(known), _size(potential, kappa, given))
    for a in _distinct(minimisers, potential.space.isotropy(1)):
        collector.keep(a)
    tried = [*given, *even_moments(fields, collector.size, potential.dimension), *collector.known]
    for a in tried:
        collector.deflate_from(a)
    method = (
        f"deflated Newton from {len(tried)} starts ({len(given)} given, {len(fields)} clustered with up to "
        f"{peaks} peaks), direct minimisation from {len(drawn)} ({random_starts} random, seed {seed})"
    )
    states = tuple(sorted(collector.found, key=lambda state: state.free_energy))
    return Search(kappa, states, float(ended.free_energy.min()), len(tried), collector.converged, method)


def _on_circle(
    potential: Potential,
    kappa: float,
    known: list[State | ArrayLike],
    starts: Iterable[ArrayLike],
    peaks: int,
    random_starts: int,
    seed: int,
    rounds: int,
    deadline: float,
) -> Search:
    fields = clustered_fields(potential, kappa, peaks)
    drawn = random_fields(np.random.default_rng(seed), random_starts, modes_that_matter(potential, kappa))
    ended = minimise(potential, kappa, np.vstack([fields, drawn]))
    given = [np.atleast_1d(np.asarray(c, dtype=complex)) for c in starts]
    others = [np.asarray(state.c if isinstance(state, State) else state, dtype=complex) for state in known]
    clustered = even_moments(fields, MODES).astype(complex)
    found = found_on_circle(
        potential, kappa, others, [*given, *ended.moments, *clustered], seed, rounds=rounds, deadline=deadline
    )
    method = (
        f"{found.method}; direct minimisation from {len(fields) + len(drawn)} ({len(fields)} clustered with up to "
        f"{peaks} peaks, {random_starts} random), seed {seed}"
    )
    lowest, effort = float(ended.free_energy.min()), found.rounds
    return Search(kappa, found.states, lowest, effort.starts, effort.converged, method, effort.ended.value)


def deadline_of(rounds: int, seconds: float | None) -> float:
    """Return the time after which no round begins.

    Raises
    ------
    ValueError
        If a limit is not one.
    """
    if not isinstance(rounds, int | np.integer) or rounds < 0:
        raise ValueError(f"rounds = {rounds!r} is not allowed: give how many rounds there are at most, at least 0")
    if seconds is not None and not seconds >= 0.0:
        raise ValueError(f"seconds = {seconds!r} is not allowed: give a time ≥ 0, or None for no limit")
    return time.monotonic() + seconds if seconds is not None else math.inf


def _size(potential: Potential, kappa: float, given: list[Array]) -> int:
    return min(MOST_MODES, max([MODES, modes_that_matter(potential, kappa), *(a.size for a in given)]))


def _distinct(states: list[Array], kind: Isotropy) -> list[Array]:
    """Return approximate states that differ by more than they are known to."""
    kept: list[Array] = []
    for a in states:
        if not any(same_orbit(kind, a, 1.0, other, 1.0, ROUGHLY) for other in kept):
            kept.append(a)
    return kept


class _Collector:
    """The states known and found so far at one coupling."""

    def __init__(self, potential: Potential, kappa: float, known: list[State | ArrayLike], size: int) -> None:
        self.potential, self.kappa, self.size = potential, kappa, size
        kind = potential.space.isotropy(1)
        same_kind = (one for one in known if not isinstance(one, State) or one.isotropy.widest == kind)
        moments = (np.asarray(one.a if isinstance(one, State) else one, dtype=float) for one in same_kind)
        self.known = [a for a in moments if np.any(a)]
        self.found: list[State] = []
        self.converged = 0
        self.system = state_equations(potential, kind, size)
        self.deflation = Deflation(size, self.known, kind)

    def keep(self, a: Array) -> bool:
        """Polish approximate moments and keep the state if it is new."""
        near = resolved(self.potential, a, self.kappa)
        if near is None:
            return False
        isotropy, u = near
        self.converged += 1
        a = isotropy.expanded(u)
        for other in (*self.known, *(state.a for state in self.found)):
            if same_orbit(isotropy, a, self.kappa, other, self.kappa, SAME):
                return False
        state = state_at(self.potential, isotropy, u, self.kappa)
        self.found.append(state)
        self.deflation.add(state.a)
        return True

    def deflate_from(self, a: Array) -> None:
        """Look for further states from one start, each deflated before the next."""
        guess = self.system.transfer(a, self.size)
        for _ in range(FURTHER):
            solution = deflated_newton(self.system, guess, self.kappa, self.deflation)
            if solution is None or not self.keep(solution):
                return
