"""Stability in words: stable, unstable, or not decided."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Stability", "stability_of"]


class Stability(StrEnum):
    """What the Morse index says of a state."""

    STABLE = "stable"
    UNSTABLE = "unstable"
    UNDECIDED = "not decided"

    @property
    def known_stable(self) -> bool | None:
        """True or False where it is decided, else None."""
        return None if self is Stability.UNDECIDED else self is Stability.STABLE


def stability_of(index: tuple[int, int], undecided: int) -> Stability:
    """Return the stability of a state by its Morse index (even, odd) and its eigenvalues that are zero within errors.

    One direction that is unstable beyond doubt decides; without any, one eigenvalue in doubt leaves it open.

    Examples
    --------
    >>> [stability_of(*given).value for given in (((0, 0), 0), ((1, 0), 1), ((0, 0), 2))]
    ['stable', 'unstable', 'not decided']
    """
    if max(index) > 0:
        return Stability.UNSTABLE
    return Stability.UNDECIDED if undecided > 0 else Stability.STABLE
