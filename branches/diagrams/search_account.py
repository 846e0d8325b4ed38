"""What was searched at one coupling, with what effort, and what the indices of the states known there add up to."""

from __future__ import annotations

from dataclasses import dataclass

from branches.states.index_sums import IndexSum
from continuation import Record

__all__ = ["CouplingSearch", "searches_in_words"]


@dataclass(frozen=True, eq=False, repr=False)
class CouplingSearch(Record):
    """A search at one coupling.

    Parameters
    ----------
    kappa
        The coupling.
    found
        States found there that no branch had, each of which was followed both ways.
    starts, converged
        From how many starts Newton's iteration was run, and how often it converged.
    ended
        Why it ended, in words: a limit of rounds or of time is one of the reasons.
    sums
        The sums of signs that the states known there in the end must satisfy: they can refute the list, never prove it.
    """

    kappa: float
    found: int
    starts: int
    converged: int
    ended: str
    sums: tuple[IndexSum, ...] = ()

    @property
    def satisfied(self) -> bool | None:
        """Whether all sums are satisfied; None where one is not decided, or none was taken."""
        verdicts = [check.satisfied for check in self.sums]
        if False in verdicts:
            return False
        return True if verdicts and None not in verdicts else None


def searches_in_words(searches: tuple[CouplingSearch, ...]) -> list[str]:
    """Return what an account says of the searches: the effort, what cut it short, and the index sums."""
    if not searches:
        return []
    starts, found = (sum(getattr(search, name) for search in searches) for name in ("starts", "found"))
    low, high = (extreme(search.kappa for search in searches) for extreme in (min, max))
    lines = [f"searched at {len(searches)} couplings, κ = {low:.6g} … {high:.6g}, from {starts} starts: {found} found"]
    short = [search for search in searches if "limit" in search.ended]
    lines += [f"  κ = {search.kappa:.9g}: {search.ended}" for search in short]
    verdicts = [search.satisfied for search in searches]
    agreed, open_ones = verdicts.count(True), verdicts.count(None)
    lines.append(
        f"index sums (they can refute a list of states, not prove it): satisfied at {agreed} couplings, "
        f"violated at {verdicts.count(False)}, not decided at {open_ones}"
    )
    broken = [(search, check) for search in searches for check in search.sums if check.satisfied is False]
    return lines + [f"  κ = {search.kappa:.9g}: {check}" for search, check in broken]
