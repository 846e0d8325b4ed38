"""Building a diagram: all onsets, their branches, and the branches that leave those, breadth first."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.completeness import Completeness, HalfBranch, Outcome, stop_of
from branches.diagrams.departures import Departure, departures_along, departures_from_onset, departures_from_point
from branches.diagrams.diagram import Diagram, Node
from branches.diagrams.leading import numbers_of, shapes_of
from branches.diagrams.records import Branch, SpecialPoint
from branches.diagrams.same_branch import branch_through, leaves_like, other_branch
from branches.diagrams.trace import LOWEST, check_n_modes, check_potential, default_kappa_max, follow_states
from branches.onsets.classify import Onset, modes_below, onsets
from branches.potentials.potential import Potential
from branches.spaces.isotropy import Isotropy
from branches.states.energy import free_energy
from branches.states.truncation import TAIL_ALLOWED
from continuation import Settings, Status, on_one_thread

__all__ = ["diagram"]

Array = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
MOST_BRANCHES = 500
TOO_SMALL = "truncation too small"  # the shape of a point that may not exist


def diagram(
    potential: Potential,
    kappa_max: float | None = None,
    *,
    modes: Iterable[int] | None = None,
    n_modes: int | None = None,
    depth: int = 2,
    kappa_min: float | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    search: bool = False,
) -> Diagram:
    """Trace the bifurcation diagram of a potential.

    The uniform state, every onset up to ``kappa_max`` with all branches that leave it (also at a
    resonance), and the branches that leave those.

    Parameters
    ----------
    potential
        The interaction.
    kappa_max
        Largest coupling; by default 2.1 times the first onset.
    modes
        Onsets to start from; by default all with 0 < κ_n < kappa_max.
    n_modes
        Fixed truncation; adaptive by default.
    depth
        How often branches of branches are followed: 0 only those of the uniform state.
    kappa_min
        Smallest coupling; by default 1/1000 of the first onset.
    settings
        Tolerance and order of the steps.
    progress
        Called with (what was traced, number done, number known) after every branch.
    search
        Whether to search for what nothing connects too, as
        :func:`~branches.diagrams.search.disconnected.with_disconnected` does.

    Returns
    -------
    Diagram
        Also after Ctrl-C, with status 'interrupted'; see its ``completeness`` for what is owed and not found.

    Raises
    ------
    TypeError
        If ``potential`` is not a potential, or ``modes`` not a list of modes.
    ValueError
        If ``kappa_max`` is not a positive finite number, ``depth`` is negative, or a mode of ``modes`` has g_n ≤ 0.

    Notes
    -----
    A branch that no bifurcation joins to the uniform state within ``kappa_max`` is found by ``search`` alone.

    Examples
    --------
    >>> from branches import potentials
    >>> d = diagram(potentials.noisy_transformer(4), kappa_max=0.6)
    >>> [(node.name, f"{node.kappa:.13f}") for node in d.nodes if node.kind == "fold"]
    [('fold 1', '0.3870689959520')]
    """
    check_potential(potential)
    check_n_modes(n_modes)
    if modes is not None and not isinstance(modes, Iterable):
        raise TypeError(f"modes = {modes!r} is not allowed: give a list of modes, such as [{modes!r}]")
    chosen = None if modes is None else tuple(modes)
    kappa_max = default_kappa_max(potential) if kappa_max is None else kappa_max
    if not (np.isfinite(kappa_max) and kappa_max > 0):
        raise ValueError(f"kappa_max = {kappa_max!r} is not allowed: give a positive finite coupling")
    if depth < 0:
        raise ValueError(f"depth = {depth!r} is not allowed: 0 follows the branches of the uniform state only")
    looked_at, note = modes_below(potential, kappa_max) if chosen is None else (chosen, _left_out(potential, chosen))
    found = tuple(o for o in onsets(potential, kappa_max, looked_at) if o.kappa < kappa_max)
    lowest = min((o.kappa for o in found), default=kappa_max)
    bounds = (LOWEST * lowest if kappa_min is None else kappa_min, kappa_max)
    builder = Builder(potential, bounds, n_modes, depth, settings or Settings(), progress, notes=[note] if note else [])
    builder.run(found)
    traced = builder.diagram(found)
    if not search or builder.interrupted:
        return traced
    from branches.diagrams.search.disconnected import with_disconnected

    return with_disconnected(traced)


@dataclass
class Builder:
    """The state of the breadth-first search."""

    potential: Potential
    bounds: tuple[float, float]
    n_modes: int | None
    depth: int
    settings: Settings
    progress: Progress | None
    nodes: list[Node] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    ends: list[tuple[str, str]] = field(default_factory=list)
    places: list[tuple[tuple[float, str], ...]] = field(default_factory=list)
    account: list[HalfBranch] = field(default_factory=list)
    queue: deque[tuple[Departure, str, int]] = field(default_factory=deque)
    continued: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False

    @on_one_thread
    def run(self, found: tuple[Onset, ...]) -> None:
        """Follow every half-branch owed, first those of the onsets."""
        try:
            for onset in found:
                node = self._add_onset(onset)
                for departure in departures_from_onset(self.potential, onset, self.n_modes, self.settings):
                    self.queue.append((departure, node.name, 0))
            self.pursue_all()
        except KeyboardInterrupt:
            self.interrupted = True
        for departure, name, _ in self.queue:
            self._settle(name, departure, Outcome.NOT_FOLLOWED, reason="interrupted before its turn")

    def pursue_all(self) -> None:
        """Follow what is queued, and what that owes in its turn, until nothing is left."""
        while self.queue and not self.interrupted:
            self._pursue(*self.queue.popleft())
            if not self.queue:
                self._owe_symmetric_branches()

    def _owe_symmetric_branches(self) -> None:
        """Queue the branches, in no one's debt so far, of the more symmetric states on which other branches end.

        Asked when all else is done: most of them are there by then.
        """
        for branch, (_, name) in zip(self.branches, self.ends, strict=True):
            point = branch.special_points[-1] if branch.special_points else None
            if point is None or name in self.continued or point.isotropy == branch.isotropy or not np.any(point.a):
                continue
            if branch.status is not Status.EVENT or name.startswith("end "):
                continue
            self.continued.add(name)
            if not self._has_branch_through(name, point):
                for departure in departures_along(self.potential, point, self.n_modes, self.settings):
                    self.queue.append((departure, name, 1))

    def _has_branch_through(self, name: str, point: SpecialPoint) -> bool:
        """Return whether a branch of the class of a point passes through it."""
        for branch, ends, places in zip(self.branches, self.ends, self.places, strict=True):
            if branch.isotropy == point.isotropy and name in {*ends, *(place for _, place in places)}:
                return True
        return branch_through(self.branches, point.isotropy, point.a, point.kappa) is not None

    def _pursue(self, departure: Departure, name: str, level: int) -> None:
        if level > self.depth or departure.start is None:
            reason = departure.obstacle or f"depth {self.depth} reached"
            self._settle(name, departure, Outcome.NOT_FOLLOWED, reason=reason)
            return
        if len(self.branches) >= MOST_BRANCHES:
            self._settle(name, departure, Outcome.NOT_FOLLOWED, reason=f"{MOST_BRANCHES} branches reached")
            return
        try:
            system, piece = departure.start()
        except (ArithmeticError, ValueError) as failure:
            self._settle(name, departure, Outcome.FAILED, reason=str(failure))
            return
        x = piece(1.0)
        isotropy: Isotropy = system.isotropy
        a, kappa = isotropy.expanded(x[:-1]), float(x[-1]) * system.parameter_scale
        known = branch_through(self.branches, isotropy, a, kappa)
        differs = other_branch(departure.leading, piece, isotropy, system.parameter_scale)
        if known is not None and self.ends[known][0] == name and leaves_like(self.branches[known], piece):
            differs = differs or f"its start lies on branch {known}, which leaves there too: another branch"
        if differs:
            self._settle(name, departure, Outcome.FAILED, reason=differs)
            return
        if known is not None:
            self._settle(name, departure, Outcome.FOUND, known, "met from its other end")
            return
        curve = follow_states(system, piece, f"{name}: {departure.description}", *self.bounds, self.settings)
        stop = stop_of(curve)
        self._settle(name, departure, Outcome.STOPPED if stop else Outcome.FOUND, len(self.branches), stop)
        self._add_branch(curve, name, level)
        self.interrupted = curve.status is Status.INTERRUPTED

    def _settle(self, name: str, departure: Departure, outcome: Outcome, branch: int = -1, reason: str = "") -> None:
        half = HalfBranch(name, departure.description, outcome, branch, reason)
        if (leading := departure.leading) is not None:
            half = replace(
                half,
                shape=leading.shape,
                order=leading.order,
                coefficient=leading.coefficient,
                coefficient_error=leading.error,
            )
        self.account.append(half)

    def _add_branch(self, branch: Branch, start: str, level: int) -> None:
        branch = branch.unexamined() if branch.status is Status.INTERRUPTED else branch
        self.branches.append(branch)
        last = ""
        places = []
        try:
            for point in branch.special_points:
                node = self._node_of(branch, point, level)
                if abs(point.arclength - float(branch.arclength[-1])) <= 1e-9 * float(branch.arclength[-1]):
                    last = node.name
                else:
                    places.append((point.arclength, node.name))
        finally:
            self.ends.append((start, last or self._add_end(branch)))
            self.places.append(tuple(places))
        if self.progress is not None:
            self.progress(branch.origin, len(self.branches), len(self.branches) + len(self.queue))

    def _add_onset(self, onset: Onset) -> Node:
        name = f"onset {'+'.join(map(str, onset.kernel))}"
        coefficients = {"c2": onset.c2, "c2_error": onset.c2_error, "c4": onset.c4, "c4_error": onset.c4_error}
        clear = {key: value for key, value in coefficients.items() if np.isfinite(value)}
        a, uniform = np.zeros(max(onset.kernel)), self.potential.space.isotropy(0)
        return self._add(Node(name, "onset", onset.kappa, a, uniform, 0.0, 0.0, onset.kind, clear))

    def _node_of(self, branch: Branch, point: SpecialPoint, level: int) -> Node:
        """Return the node of a special point; a new one queues what it owes, once for its orbit."""
        for node in self.nodes:
            if node.kind != "end" and node.is_at(point):
                return node
        count = sum(node.kind == point.kind for node in self.nodes)
        kappa = np.array([point.kappa])
        kind = point.isotropy.widest
        energy = free_energy(self.potential, kind, kind.restricted(point.a)[None], kappa)
        departures = departures_from_point(branch, point, self.n_modes, self.settings)
        name = f"{point.kind} {count + 1}"
        self.queue.extend((departure, name, level + 1) for departure in departures)
        beyond = point.coefficients.get("neglected_tail", 0.0) > TAIL_ALLOWED
        leading = [departure.leading for departure in departures if departure.leading is not None]
        return self._add(
            Node(
                name,
                point.kind,
                point.kappa,
                point.a,
                point.isotropy,
                float(energy[0]),
                point.residual,
                TOO_SMALL if beyond else shapes_of(leading),
                {**point.coefficients, **numbers_of(leading)},
            )
        )

    def _add_end(self, branch: Branch) -> str:
        count = sum(node.kind == "end" for node in self.nodes)
        state = branch.at(float(branch.arclength[-1]))
        node = Node(
            f"end {count + 1}",
            "end",
            float(branch.kappa[-1]),
            state.a,
            state.isotropy,
            state.free_energy,
            state.residual,
            branch.status.name.lower().replace("_", " "),
        )
        return self._add(node).name

    def _add(self, node: Node) -> Node:
        self.nodes.append(node)
        return node

    def diagram(self, found: tuple[Onset, ...]) -> Diagram:
        """Return the record."""
        messages = [f"onset of mode {onset.mode}: {onset.message}" for onset in found if onset.message]
        messages += [f"{branch.origin}: {branch.truncation}" for branch in self.branches if branch.truncation]
        if not found:
            messages.append(f"no mode has an onset up to κ = {self.bounds[1]:.6g}: the uniform state only")
        return Diagram(
            potential=self.potential,
            kappa_max=self.bounds[1],
            branches=tuple(self.branches),
            nodes=tuple(self.nodes),
            ends=tuple(self.ends),
            places=tuple(self.places),
            completeness=Completeness(tuple(self.account), self._notes()),
            status="interrupted" if self.interrupted else "finished",
            message="; ".join(messages),
        )

    def _notes(self) -> tuple[str, ...]:
        return (
            *self.notes,
            f"branches that no bifurcation joins to the uniform state for κ ≤ {self.bounds[1]:.6g}",
            f"branches of onsets above κ = {self.bounds[1]:.6g} that turn back below it",
        )


def _left_out(potential: Potential, chosen: tuple[int, ...]) -> str:
    modes = ", ".join(map(str, chosen))
    return f"onsets of modes other than {modes} of the {potential.label}, and all that leave them, even or not"
