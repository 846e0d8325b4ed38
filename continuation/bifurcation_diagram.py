"""The record of all branches that hang together: branches, the points where they meet, and what was owed there."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from continuation.branch import Branch

if TYPE_CHECKING:
    import networkx as nx
from continuation.record import Record

__all__ = ["Departure", "Diagram", "Node", "Outcome"]

Array = NDArray[np.float64]


class Outcome(StrEnum):
    """What became of a half-branch that a branch point owes."""

    FOLLOWED = "followed"
    KNOWN = "it lies on a branch that was followed from elsewhere"
    FAILED = "it could not be followed"
    LEFT = "not followed: the largest number of branches is reached, or the run was interrupted"


@dataclass(frozen=True, eq=False, repr=False)
class Node(Record):
    """A start, an end or a special point, u of shape (n,)."""

    name: str
    kind: str
    u: Array = field(repr=False)
    p: float


@dataclass(frozen=True, eq=False, repr=False)
class Departure(Record):
    """A half-branch owed by a branch point, along a unit direction in (u, p / scale), and what became of it.

    ``branch`` is the number of the branch that was followed, None where there is none; ``message`` says why.
    """

    node: int
    direction: Array = field(repr=False)
    outcome: Outcome
    branch: int | None
    message: str


@dataclass(frozen=True, eq=False, repr=False)
class Diagram(Record):
    """All branches found from one start through branch points.

    Parameters
    ----------
    branches
        Each solution curve once; the two halves of a branch that is left both ways are two branches.
    nodes
        Starts, ends and special points; a point met by several branches is one.
    stops
        For every branch the nodes on it in order, as (arclength, number of the node).
    departures
        The half-branches owed by the branch points, each with its outcome.
    """

    branches: tuple[Branch, ...] = field(repr=False)
    nodes: tuple[Node, ...] = field(repr=False)
    stops: tuple[tuple[tuple[float, int], ...], ...] = field(repr=False)
    departures: tuple[Departure, ...] = field(repr=False)

    def __repr__(self) -> str:
        lost = sum(departure.outcome in (Outcome.FAILED, Outcome.LEFT) for departure in self.departures)
        points = sum(node.kind not in ("start", "end") for node in self.nodes)
        return f"<Diagram: {len(self.branches)} branches, {points} special points, {lost} half-branches not followed>"

    @property
    def lost(self) -> tuple[Departure, ...]:
        """The half-branches that are owed and were not followed."""
        return tuple(k for k in self.departures if k.outcome in (Outcome.FAILED, Outcome.LEFT))

    @cached_property
    def graph(self) -> nx.MultiGraph:
        """The networkx multigraph: nodes by name with ``kind``, ``u``, ``p``; an edge for each stretch between two.

        An edge has the number of its ``branch`` and its ends in ``arclength`` on it.
        """
        import networkx as nx

        graph = nx.MultiGraph()
        for node in self.nodes:
            graph.add_node(node.name, kind=node.kind, u=node.u, p=node.p)
        for number, stops in enumerate(self.stops):
            for (left, tail), (right, head) in pairwise(stops):
                names = self.nodes[tail].name, self.nodes[head].name
                graph.add_edge(*names, branch=number, arclength=(left, right))
        return graph
