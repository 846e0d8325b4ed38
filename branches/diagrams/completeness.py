"""The account of a diagram: which half-branches its branch points owe, which were found, and why others were not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from branches.diagrams.search_account import CouplingSearch, searches_in_words
from continuation import Record, Status

if TYPE_CHECKING:
    from branches.diagrams.records import Branch

__all__ = ["Completeness", "HalfBranch", "Outcome", "stop_of", "warning_of"]

SEARCHED = "disconnected branches were searched"  # how the note on a search begins
NATURAL_ENDS = (Status.BOUND, Status.EVENT, Status.CLOSED)


class Outcome(StrEnum):
    """What became of a half-branch that is owed."""

    FOUND = "found"
    STOPPED = "found but stopped"
    FAILED = "failed"
    NOT_FOLLOWED = "not followed"


@dataclass(frozen=True, eq=False, repr=False)
class HalfBranch(Record):
    """One half-branch that leaves a branch point, up to symmetry.

    Parameters
    ----------
    node
        Name of the branch point in the graph.
    description
        Which half-branch: the mode or isotropy type, the side, the base state or its twin.
    outcome
        Found to its end (a bound of κ, another special point, its own start), found but stopped before, failed, or
        not followed.
    branch
        Number of the branch that it is, −1 if none.
    reason
        Why it failed, was not followed, or stopped and where; for a found one, whether it was met from its other end.
    shape
        'supercritical', 'subcritical', 'critical', 'transcritical' or 'undecided': shape belongs to the half-branch,
        as those of one point may differ. Empty where nothing was computed.
    order, coefficient, coefficient_error
        κ = κ* + coefficient · s^order + … with s the distance of the state along the tangent; 0, NaN and NaN where
        not computed.
    """

    node: str
    description: str
    outcome: Outcome
    branch: int = -1
    reason: str = ""
    shape: str = ""
    order: int = 0
    coefficient: float = math.nan
    coefficient_error: float = math.nan

    def __post_init__(self) -> None:
        object.__setattr__(self, "outcome", Outcome(self.outcome))  # files hold its text


@dataclass(frozen=True, eq=False, repr=False)
class Completeness(Record):
    """What a diagram owes and what it holds.

    Parameters
    ----------
    half_branches
        Every half-branch owed by an onset or a branch point that was found.
    notes
        What was not searched at all.
    searches
        Where states that nothing connects were searched, with what effort, and what their indices add up to.

    Examples
    --------
    >>> account = Completeness((HalfBranch("onset 1", "mode 1", Outcome.FOUND, 0),), ("disconnected branches",))
    >>> account.owed, account.found, account.stopped, account.failed, account.complete
    (1, 1, 0, 0, True)
    """

    half_branches: tuple[HalfBranch, ...]
    notes: tuple[str, ...] = ()
    searches: tuple[CouplingSearch, ...] = ()

    @property
    def sums_satisfied(self) -> bool | None:
        """Whether the index sums hold at all couplings searched; None where one is not decided, or none was taken."""
        verdicts = [search.satisfied for search in self.searches]
        if False in verdicts:
            return False
        return True if verdicts and None not in verdicts else None

    @property
    def owed(self) -> int:
        """Number of half-branches owed."""
        return len(self.half_branches)

    @property
    def found(self) -> int:
        """Number found and followed to their end."""
        return self._count(Outcome.FOUND)

    @property
    def stopped(self) -> int:
        """Number found of which the branch stops before it comes to an end."""
        return self._count(Outcome.STOPPED)

    @property
    def failed(self) -> int:
        """Number that could not be followed although it was tried."""
        return self._count(Outcome.FAILED)

    @property
    def not_followed(self) -> int:
        """Number left alone on purpose (depth, reflection broken, interrupt)."""
        return self._count(Outcome.NOT_FOLLOWED)

    @property
    def complete(self) -> bool:
        """Whether all that the points found owe was found to its end; it says nothing of what ``notes`` lists."""
        return self.found == self.owed

    @property
    def lacking(self) -> int:
        """Number of half-branches that were tried and are not there to their end: stopped or failed."""
        return self.stopped + self.failed

    def _count(self, outcome: Outcome) -> int:
        return sum(half.outcome == outcome for half in self.half_branches)

    def __str__(self) -> str:
        lines = [
            f"half-branches: {self.owed} owed, {self.found} found, {self.stopped} found but stopped, "
            f"{self.failed} failed, {self.not_followed} not followed"
        ]
        lines += [
            f"  {half.node}, {half.description}: "
            + (f"found, {half.reason}" if half.outcome == Outcome.STOPPED else f"{half.outcome} ({half.reason})")
            for half in self.half_branches
            if half.outcome != Outcome.FOUND
        ]
        lines += searches_in_words(self.searches)
        done = [note for note in self.notes if note.startswith(SEARCHED)]
        lines += [f"  not searched: {note}" for note in self.notes if note not in done]
        lines += [f"  {note}" for note in done]
        return "\n".join(lines)


def stop_of(branch: Branch) -> str:
    """Say where and why a branch stops before it comes to an end; '' if it ends on a bound, an event or its start."""
    if branch.status in NATURAL_ENDS:
        return ""
    where = f"stopped at κ = {float(branch.kappa[-1]):.9g}" if branch.kappa.size else "stopped at its start"
    return f"{where}: {'; '.join(part for part in (branch.status.value, branch.message) if part)}"


def warning_of(branch: Branch) -> str:
    """Say what a reader of a branch must know: where it stops before its end, or that its truncation is too small."""
    return stop_of(branch) or branch.truncation
