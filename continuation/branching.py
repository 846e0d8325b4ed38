"""All branches that can be reached through branch points, breadth first."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from continuation.bifurcation_diagram import Departure, Diagram, Node, Outcome
from continuation.branch import Branch, SpecialPoint, Status
from continuation.following import follow
from continuation.problem import Problem
from continuation.stepping.corrector import correct
from continuation.stepping.stepper import Settings
from continuation.switching import half_branch

__all__ = ["diagram"]

Array = NDArray[np.float64]
# Of 1 + ‖x‖: branch points nearer to each other are one, met from two branches.
SAME_POINT = 1e-6
# Between unit directions of one branch seen from two; cubic pieces know their tangents to a few per cent.
SAME_DIRECTION = 0.1
# Of 1 + ‖u‖: two corrected states nearer to each other are one.
SAME_STATE = 1e-7


def diagram(
    problem: Problem,
    u0: ArrayLike,
    p0: float,
    *,
    settings: Settings | None = None,
    max_branches: int = 100,
    progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> Diagram:
    """Follow the branch through (u0, p0) both ways, and every other one that branch points lead to.

    Parameters
    ----------
    problem
        The equations, with a fixed number of unknowns.
    u0, p0
        Start, corrected first; u0 of shape (n,).
    settings
        Tolerance, order and step lengths, see :class:`Settings`.
    max_branches
        No more branches than this are followed; what is then owed is listed.
    progress
        Called with (branches followed, half-branches waiting) after every branch.
    **options
        Passed on to :func:`follow` for every branch: bounds, events, limits.

    Returns
    -------
    Diagram
        Each solution curve once, and its graph. ``lost`` lists what was owed and not followed.

    Raises
    ------
    TypeError, ValueError
        As :func:`follow`, for the first branch only.

    Notes
    -----
    It may miss: branches that no branch point leads to; what :func:`follow` may miss; and at points where more than two
    curves cross (kernels of dimension two, from symmetry) all but one of the others.

    Examples
    --------
    >>> import numpy as np
    >>> from continuation import Problem, diagram
    >>> two = Problem.from_function(lambda u, p: u * (p - np.array([1.0, 2.0]) - u**2))
    >>> found = diagram(two, [0.0, 0.0], 0.0, p_min=-1.0, p_max=3.0)
    >>> found
    <Diagram: 10 branches, 4 special points, 0 half-branches not followed>
    >>> sorted(degree for name, degree in found.graph.degree if name.startswith("branch point"))
    [4, 4, 4, 4]
    """
    if max_branches < 2:
        raise ValueError(f"max_branches = {max_branches!r} must be at least 2: a branch is followed both ways")
    search = _Search(problem, settings or Settings(), dict(options))
    search.start(u0, p0)
    while search.waiting and not search.interrupted and len(search.branches) < max_branches:
        search.depart(*search.waiting.popleft())
        if progress is not None:
            progress(len(search.branches), len(search.waiting))
    for node, direction in search.waiting:
        known = search.covered(node, direction)
        search.note(node, direction, Outcome.KNOWN if known else Outcome.LEFT)
    return search.diagram()


@dataclass
class _Search:
    """What is known so far: branches, nodes, and at each node the directions along which a branch was followed."""

    problem: Problem
    settings: Settings
    options: dict[str, Any]
    branches: list[Branch] = field(default_factory=list)
    stops: list[tuple[tuple[float, int], ...]] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    points: dict[int, SpecialPoint] = field(default_factory=dict)
    known: dict[int, list[Array]] = field(default_factory=dict)
    waiting: deque[tuple[int, Array]] = field(default_factory=deque)
    departures: list[Departure] = field(default_factory=list)

    @property
    def interrupted(self) -> bool:
        return any(branch.status is Status.INTERRUPTED for branch in self.branches)

    def start(self, u0: ArrayLike, p0: float) -> None:
        """Follow the branch through the start, both ways."""
        one = follow(self.problem, u0, p0, settings=self.settings, **self.options)
        if not one.pieces:
            return
        node = self._new_node("start", one.u[0], float(one.p[0]))
        if one.pieces[-1].end > 0.0:
            self._add(one, node)
        if one.status is Status.CLOSED or self.interrupted:
            return
        tangent = one.pieces[0].derivative(0.0)
        back = -tangent if np.any(tangent) else -1  # cut to a point on a bound, the first half has no direction
        u, p = self.nodes[node].u, self.nodes[node].p
        other = follow(self.problem, u, p, direction=back, settings=self.settings, **self.options)
        if other.pieces and other.pieces[-1].end > 0.0:
            self._add(other, node)

    def depart(self, node: int, direction: Array) -> None:
        """Follow a half-branch, unless it is known."""
        if self.covered(node, direction):
            self.note(node, direction, Outcome.KNOWN)
            return
        branch = half_branch(self.problem, self.points[node], direction, self.settings, **self.options)
        if not branch.pieces or branch.pieces[-1].end == 0.0:
            bound = branch.status is Status.BOUND
            message = "it leaves the bounds at once" if bound else branch.message
            self.note(node, direction, Outcome.KNOWN if bound else Outcome.FAILED, message=message)
        elif self._is_known(branch):
            self.note(node, direction, Outcome.KNOWN)
        else:
            self.note(node, direction, Outcome.FOLLOWED, len(self.branches), branch.message)
            self._add(branch, node)

    def covered(self, node: int, direction: Array) -> bool:
        """Whether a branch that was followed leaves, or comes in, along this direction."""
        return any(float(np.linalg.norm(direction - seen)) <= SAME_DIRECTION for seen in self.known[node])

    def note(
        self, node: int, direction: Array, outcome: Outcome, branch: int | None = None, message: str = ""
    ) -> None:
        self.departures.append(Departure(node, direction, outcome, branch, message or outcome.value))

    def diagram(self) -> Diagram:
        return Diagram(tuple(self.branches), tuple(self.nodes), tuple(self.stops), tuple(self.departures))

    def _add(self, branch: Branch, start: int) -> None:
        """Record a branch with the nodes on it, and what its branch points owe."""
        closed = branch.status is Status.CLOSED
        self._see(start, _direction(branch, 0.0))
        stops = [(0.0, start)]
        last = branch.pieces[-1].end
        for point in branch.special_points:
            x = np.append(point.u, point.p / branch.parameter_scale)
            here = _direction(branch, point.arclength)
            if closed and self._is_at(start, x) and last - point.arclength <= SAME_POINT * (1.0 + last):
                continue  # its own start, met again at the end
            node = self._node_of(point, x)
            for seen in (here, -here):
                self._see(node, seen)
            stops.append((point.arclength, node))
        if closed:
            self._see(start, -_direction(branch, last))
        ends_on_node = last - stops[-1][0] <= SAME_POINT * (1.0 + last) and len(stops) > 1
        if not ends_on_node:
            stops.append((last, start if closed else self._new_node("end", branch.u[-1], float(branch.p[-1]))))
        self.branches.append(branch)
        self.stops.append(tuple(stops))

    def _see(self, node: int, direction: Array) -> None:
        self.known.setdefault(node, []).append(direction)

    def _node_of(self, point: SpecialPoint, x: Array) -> int:
        """Return the node of a special point: the known one if it is a branch point met before."""
        for node in self.points if point.directions else ():
            if self._is_at(node, x):
                return node
        node = self._new_node(point.kind, point.u, point.p)
        if point.directions:
            self.points[node] = point
            self.waiting.extend((node, direction) for direction in point.directions)
        return node

    def _is_at(self, node: int, x: Array) -> bool:
        there = np.append(self.nodes[node].u, self.nodes[node].p / self.problem.parameter_scale)
        return float(np.linalg.norm(there - x)) <= SAME_POINT * (1.0 + float(np.linalg.norm(x)))

    def _new_node(self, kind: str, u: Array, p: float) -> int:
        number = 1 + sum(node.kind == kind for node in self.nodes)
        self.nodes.append(Node(f"{kind} {number}", kind, u, p))
        return len(self.nodes) - 1

    def _is_known(self, branch: Branch) -> bool:
        """Whether the end of a branch's first piece lies on a branch known already."""
        x = branch.pieces[0](1.0)
        p = float(x[-1]) * branch.parameter_scale
        row = np.zeros(x.size)
        row[-1] = 1.0
        for other in self.branches:
            for s in other.crossings(p):
                guess = np.append(other.at(s)[0], x[-1])
                if np.linalg.norm(guess - x) > SAME_DIRECTION * branch.pieces[0].length:
                    continue
                state = correct(self.problem, guess, row, self.settings.tolerance).x
                if np.linalg.norm(state - x) <= SAME_STATE * (1.0 + float(np.linalg.norm(x))):
                    return True
        return False


def _direction(branch: Branch, s: float) -> Array:
    """Return the unit tangent at an arclength."""
    piece = next((k for k in branch.pieces if s <= k.end and k.length > 0.0), branch.pieces[-1])
    direction = piece.derivative((s - piece.start) / piece.length)
    unit: Array = direction / np.linalg.norm(direction)
    return unit
