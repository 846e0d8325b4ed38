"""The account of a diagram: which half-branches its branch points owe, which were found, and why others were not."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Completeness", "HalfBranch"]


@dataclass(frozen=True)
class HalfBranch:
    """One half-branch that leaves a branch point, up to symmetry.

    Parameters
    ----------
    node
        Name of the branch point in the graph.
    description
        Which half-branch: the mode or isotropy type, the side, the base state or its twin.
    outcome
        'found', 'failed' or 'not followed'.
    branch
        Number of the branch that it is, −1 if none.
    reason
        Why it failed or was not followed; for a found one, whether it was met from its other end.
    shape
        'supercritical', 'subcritical', 'critical', 'transcritical' or 'undecided': shape belongs to the half-branch,
        as those of one point may differ. Empty where nothing was computed.
    order, coefficient, coefficient_error
        κ = κ* + coefficient · s^order + … with s the distance of the state along the tangent; 0, NaN and NaN where
        not computed.
    """

    node: str
    description: str
    outcome: str
    branch: int = -1
    reason: str = ""
    shape: str = ""
    order: int = 0
    coefficient: float = math.nan
    coefficient_error: float = math.nan


@dataclass(frozen=True)
class Completeness:
    """What a diagram owes and what it holds.

    Parameters
    ----------
    half_branches
        Every half-branch owed by an onset or a branch point that was found.
    notes
        What was not searched at all.

    Examples
    --------
    >>> account = Completeness((HalfBranch("onset 1", "mode 1", "found", 0),), ("disconnected branches",))
    >>> account.owed, account.found, account.failed, account.complete
    (1, 1, 0, True)
    """

    half_branches: tuple[HalfBranch, ...]
    notes: tuple[str, ...] = ()

    @property
    def owed(self) -> int:
        """Number of half-branches owed."""
        return len(self.half_branches)

    @property
    def found(self) -> int:
        """Number found."""
        return self._count("found")

    @property
    def failed(self) -> int:
        """Number that could not be followed although it was tried."""
        return self._count("failed")

    @property
    def not_followed(self) -> int:
        """Number left alone on purpose (depth, reflection broken, interrupt)."""
        return self._count("not followed")

    @property
    def complete(self) -> bool:
        """Whether all that is owed by the points found was found; it says nothing of what ``notes`` lists."""
        return self.found == self.owed

    def _count(self, outcome: str) -> int:
        return sum(half.outcome == outcome for half in self.half_branches)

    def __str__(self) -> str:
        lines = [
            f"half-branches: {self.owed} owed, {self.found} found, {self.failed} failed, "
            f"{self.not_followed} not followed"
        ]
        lines += [
            f"  {half.node}, {half.description}: {half.outcome} ({half.reason})"
            for half in self.half_branches
            if half.outcome != "found"
        ]
        lines += [f"  not searched: {note}" for note in self.notes]
        return "\n".join(lines)
