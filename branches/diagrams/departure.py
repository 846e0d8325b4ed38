"""The record of one half-branch that is owed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from branches.diagrams.leading import Leading
from branches.states.equations import StateEquations
from continuation import Piece, Record

__all__ = ["Departure", "Start"]

Start = Callable[[], tuple[StateEquations, Piece]]


@dataclass(frozen=True, eq=False, repr=False)
class Departure(Record):
    """One half-branch owed: its description, how it leaves to leading order, and how to start it.

    ``start`` returns the system and the first piece; it is None where the half-branch cannot be followed, and
    ``obstacle`` says why.
    """

    description: str
    start: Start | None
    obstacle: str = ""
    leading: Leading | None = None
