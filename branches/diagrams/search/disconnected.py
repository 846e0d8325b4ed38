"""Disconnected branches: states that a search finds are followed both ways and joined to the diagram."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.diagram import Diagram
from branches.diagrams.search.axis_theorems import all_states_even, minimisers_even
from branches.diagrams.search.joined import joined
from branches.diagrams.search.rounds import MOST_ROUNDS, same_moments
from branches.diagrams.search.search_states import deadline_of, search_states
from branches.diagrams.search_account import CouplingSearch
from branches.potentials.potential import Potential
from branches.spaces.cyclic import Cyclic
from branches.spaces.isotropy import Isotropy
from branches.spaces.space import Circle
from branches.states.index_sums import index_sums
from branches.states.state import State
from continuation import renamed

Array = NDArray[np.float64]

__all__ = ["default_couplings", "with_disconnected"]

BELOW = 0.7  # the search starts at this part of the smallest coupling of the branches known
NARROW = 1e-6  # relative: special points nearer than this have no coupling between them
MOST_COUPLINGS = 60
Bounds = tuple[float, float]


@renamed(random_seed="seed")
def with_disconnected(
    diagram: Diagram,
    couplings: Iterable[float] | None = None,
    *,
    peaks: int = 4,
    random_starts: int = 16,
    seed: int = 0,
    rounds: int = MOST_ROUNDS,
    seconds: float | None = None,
) -> Diagram:
    """Search for branches that no bifurcation joins to the uniform state, and join them to a diagram.

    Parameters
    ----------
    diagram
        From :func:`branches.diagram`.
    couplings
        Where to search; by default between any two neighbouring special points of the diagram, those of the branches
        that are found on the way included.
    peaks, random_starts, seed, rounds
        As in :func:`~branches.diagrams.search.search_states.search_states`, at each coupling. The states found at the
        couplings before are given as starts too.
    seconds
        Time after which no further round begins, none by default; what was found is kept.

    Returns
    -------
    Diagram
        With the branches found, followed both ways, their special points, and the branches that leave those; the
        ``searches`` of its ``completeness`` say with what effort, and whether the index sums hold. It is a new record
        even if nothing was found. Ctrl-C ends the search like ``seconds`` does.

    Raises
    ------
    ValueError
        If a coupling is not in 0 < κ ≤ the largest coupling of the diagram, or a limit is not one.

    Notes
    -----
    Where an index sum is violated the search is done once more with other random starts. It may miss a closed branch
    that exists only between two of the couplings, and any state that the search at one coupling misses.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.bimodal(0.6), kappa_max=3, modes=[])
    >>> more = with_disconnected(d, [2.5], random_starts=0)
    >>> len(d.branches), len(more.branches), more.completeness.sums_satisfied
    (0, 1, True)
    """
    given = None if couplings is None else sorted(float(kappa) for kappa in couplings)
    if given is not None and not all(0 < kappa <= diagram.kappa_max for kappa in given):
        raise ValueError(f"couplings = {couplings!r} must lie in 0 < κ ≤ {diagram.kappa_max!r}")
    limits = Limits(peaks, random_starts, seed, rounds, deadline_of(rounds, seconds))
    hunt = _Hunt(diagram, limits)
    try:
        hunt.search(given)
        hunt.check()
    except KeyboardInterrupt:
        hunt.interrupted = True
    return hunt.result()


@dataclass(frozen=True)
class Limits:
    """How much is searched at each coupling, and until when."""

    peaks: int
    random_starts: int
    seed: int
    rounds: int
    deadline: float

    @property
    def left(self) -> float | None:
        """Seconds that are left, None where there is no limit."""
        return max(0.0, self.deadline - time.monotonic()) if math.isfinite(self.deadline) else None


class _Hunt:
    """The diagram as it grows, and what was searched."""

    def __init__(self, diagram: Diagram, limits: Limits) -> None:
        self.diagram, self.limits = diagram, limits
        self.starts = [_complex(node.isotropy, node.a) for node in diagram.nodes if node.n_fold > 0]
        self.searches: list[CouplingSearch] = []
        self.method = ""
        self.interrupted = False

    def search(self, couplings: list[float] | None) -> None:
        """Search at the couplings given, or between special points until there is no interval left."""
        while True:
            done = [search.kappa for search in self.searches]
            wanted = couplings if couplings is not None else default_couplings(self.diagram)
            to_do = [kappa for kappa in wanted if kappa not in done]
            if couplings is None:
                to_do = [kappa for kappa in to_do if not _same_interval(self.diagram, kappa, done)]
            if not to_do or len(done) >= MOST_COUPLINGS:
                return
            for kappa in to_do[: MOST_COUPLINGS - len(done)]:
                self.search_at(kappa, self.limits.seed)

    def search_at(self, kappa: float, seed: int) -> None:
        """Search at one coupling, and follow what is found."""
        known = [_complex(b.isotropy, a) for b in self.diagram.branches for a in b.moments_at(kappa)]
        result = search_states(
            self.diagram.potential, kappa, known=known, starts=self.starts, peaks=self.limits.peaks,
            random_starts=self.limits.random_starts, seed=seed, rounds=self.limits.rounds, seconds=self.limits.left,
        )  # fmt: skip
        self.method = result.method
        self.starts += [_complex(state.isotropy, state.a) for state in result.states]
        before = len(self.diagram.branches)
        self.diagram = joined(self.diagram, result.states)
        found = len(self.diagram.branches) - before
        self.searches.append(CouplingSearch(kappa, found, result.seeds, result.converged, result.ended))

    def check(self) -> None:
        """Take the index sums; where one is violated, search once more."""
        self.searches = [self._summed(search) for search in self.searches]
        broken = [search for search in self.searches if search.satisfied is False]
        for search in broken if self.limits.left != 0.0 else []:
            self.search_at(search.kappa, self.limits.seed + 1)
            again = self.searches.pop()
            both = replace(
                again, found=search.found + again.found, starts=search.starts + again.starts,
                converged=search.converged + again.converged,
            )  # fmt: skip
            self.searches = [both if old.kappa == both.kappa else old for old in self.searches]
        if broken:
            self.searches = [self._summed(search) for search in self.searches]

    def _summed(self, search: CouplingSearch) -> CouplingSearch:
        if not isinstance(self.diagram.potential.space, Circle):
            return search
        states: list[State] = []
        for state in self.diagram.at_kappa(search.kappa):  # two halves of one branch begin at one state
            if not any(same_moments(state.c, other.c) for other in states):
                states.append(state)
        return replace(search, sums=index_sums(self.diagram.potential, search.kappa, states))

    def result(self) -> Diagram:
        """Return the diagram with its account."""
        account = self.diagram.completeness
        notes = [note for note in account.notes if not note.startswith("branches that no bifurcation joins")]
        found = sum(search.found for search in self.searches)
        places = ", ".join(f"{search.kappa:.6g}" for search in self.searches)
        note = f"disconnected branches were searched at κ = {places}: {found} found; at each: {self.method}"
        if isinstance(self.diagram.potential.space, Circle):
            notes += _proved(self.diagram.potential)
        notes.append(note + "; interrupted" * self.interrupted)
        searches = (*account.searches, *self.searches)
        return replace(self.diagram, completeness=replace(account, notes=tuple(notes), searches=searches))


def _proved(potential: Potential) -> list[str]:
    if all_states_even(potential):
        return ["states without a mirror axis, of which there are none: at most two weights are not zero"]
    if minimisers_even(potential):
        return ["a minimiser without a mirror axis, which there is not: no weight is negative"]
    return []


def _complex(isotropy: Isotropy, a: Array) -> Any:
    """Return moments as starts take them: c_n of states on the circle that are not even."""
    return isotropy.complex_moments(a) if isinstance(isotropy, Cyclic) else a


def default_couplings(diagram: Diagram) -> list[float]:
    """Return a coupling between any two neighbouring special points, one below them all, and one next to the largest.

    What leaves through the largest coupling both ways is there.
    """
    stops = _stops(diagram)
    between = [math.sqrt(low * high) for low, high in pairwise(stops[:-1]) if high - low > NARROW * high]
    return [*between, (1.0 - NARROW) * stops[-1]]


def _stops(diagram: Diagram) -> list[float]:
    """Return the couplings of the special points and the largest one, below them one more, increasing."""
    at = sorted({node.kappa for node in diagram.nodes if 0.0 < node.kappa < diagram.kappa_max} | {diagram.kappa_max})
    return [BELOW * at[0], *at]


def _same_interval(diagram: Diagram, kappa: float, done: list[float]) -> bool:
    """Return whether no special point lies between a coupling and one that was searched."""
    stops = np.array(_stops(diagram))
    return bool(np.isin(np.searchsorted(stops, kappa), np.searchsorted(stops, done)))
