"""Searching states at one coupling that continuation has not met: deflated Newton and direct minimisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from branches.diagrams.search.deflation import Deflation, deflated_newton, resolved
from branches.diagrams.search.minimise import as_even, minimise, modes_that_matter, random_fields
from branches.diagrams.search.seeds import clustered_fields, even_moments
from branches.potentials.potential import Potential, finite_number
from branches.spaces.isotropy import Isotropy, same_orbit
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
    not_even
        Number of minimisations that ended on a state with no axis of symmetry; such states are not given.
    lowest
        The least free energy that the direct minimisation reached, an upper bound of F*.
    seeds, converged
        Number of starts of the deflated iteration, and how often it converged.
    method
        The search in words.
    """

    kappa: float
    states: tuple[State, ...]
    not_even: int
    lowest: float
    seeds: int
    converged: int
    method: str


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
) -> Search:
    """Search stationary even states at one coupling, on a sphere zonal ones.

    Parameters
    ----------
    potential
        The interaction.
    kappa
        Coupling, > 0.
    known
        States at this coupling that are not to be found again, nor their twins; the uniform state is known.
    starts
        Further starts: moments a_1 … of states at other couplings, say, each of any size.
    peaks
        Clustered starts with up to so many peaks, equal and unequal.
    random_starts, seed
        Random starts of the direct minimisation, not even, and the seed of their generator.

    Returns
    -------
    Search

    Raises
    ------
    ValueError
        If κ is not a positive finite number, ``peaks`` < 1 or ``random_starts`` < 0.

    Notes
    -----
    Two searches: the free energy is minimised over all densities (`minimise`), and from every start, and
    every state known, Newton's iteration is run with the known states deflated (`deflation`). Neither is
    complete: states without an axis of symmetry are counted, not given, and a saddle far from all starts is
    missed.

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
    missed = len(ended.moments) - len(minimisers)
    return Search(
        kappa, states, missed, float(ended.free_energy.min()), len(tried), collector.converged, method
    )


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
