"""Which stationary state flows to which: the connections of the gradient flow at one coupling."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from branches.diagrams.diagram import Diagram
from branches.diagrams.search.deflation import polished
from branches.diagrams.search.minimise import as_even
from branches.dynamics.arrival import Stationary, coefficients, named_states
from branches.dynamics.edge_tracking import track_edge
from branches.dynamics.fixed_space import Destination, FixedSpace, Member, rates_of
from branches.dynamics.flow_arguments import check_circle, check_coupling
from branches.dynamics.morse_bott import morse_bott
from branches.dynamics.noneven import noneven_state
from branches.dynamics.orbits import orbit_distance
from branches.dynamics.unstable_manifold import boundaries, one_way_out, spaces, starts

__all__ = ["connections"]

Complex = NDArray[np.complex128]
Progress = Callable[[str, int, int], None]
SAME = 1e-6  # two states closer than this are one


def connections(
    diagram: Diagram, kappa: float, *, states: Iterable[Stationary] = (), progress: Progress | None = None
) -> nx.MultiDiGraph:
    """Return which stationary state the flow leads to which other one, at one coupling.

    Parameters
    ----------
    diagram
        From :func:`branches.diagram`: its states at κ are the nodes.
    kappa
        Coupling, 0 < κ ≤ the largest of the diagram.
    states
        Further stationary states at κ, even or not (:func:`branches.noneven_state`).
    progress
        Called with (message, states done, states known).

    Returns
    -------
    networkx.MultiDiGraph
        Nodes by name ('uniform', 'branch 0', 'state 1' for further ones, 'found 1' for states that the flow found and
        the diagram lacks) with ``state``, ``free_energy``, ``period``, ``isotropy``, ``index`` (total), ``stable``,
        ``known``.

        Edges with ``space`` (the fixed space in which it was found), ``dimension`` (of the unstable manifold there),
        ``method`` ('shooting' or 'edge tracking'), ``time`` (from 10⁻⁵ away to 10⁻⁵ away, 10⁻³ for edge tracking) and
        ``energy_drop``.

        Of the graph: ``kappa``, ``potential``, ``undecided`` (pairs (from, to, why) for which neither an edge was found
        nor is excluded), ``morse_bott`` (checks by space), ``notes``, ``status`` ('finished' or 'interrupted').

    Raises
    ------
    ValueError
        If κ is outside the diagram, or a further state belongs to another κ or potential.

    Notes
    -----
    Every trajectory runs inside a fixed space of the symmetry group, where rounding cannot break what the equation
    keeps. In each space in which a state has unstable directions they are shot along: both ways if it is one, along 16
    angles if they are two, along random ones beyond; where neighbours end differently, the boundary between is tracked
    to the saddle it leads to. An edge that is found exists, as far as integration is trusted; one that is not found is
    excluded only by the energy, or where the whole unstable manifold was shot along. The Morse–Bott relation can refute
    the list of states; it does not prove it complete.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> graph = branches.connections(branches.diagram(potentials.bimodal(1.3), kappa_max=2), 1.8)
    >>> sorted(set(graph.edges())), graph.graph["undecided"]
    ([('branch 0', 'branch 1'), ('uniform', 'branch 0')], ())
    """
    check_circle(diagram.potential)
    coupling = check_coupling(kappa)
    nodes = named_states(diagram, coupling)
    _add_further(nodes, diagram, coupling, states)
    explorer = _Explorer(diagram, coupling, nodes)
    status = "finished"
    try:
        explorer.run(progress)
    except KeyboardInterrupt:
        status = "interrupted"
    return _graph(explorer, status)


def _add_further(
    nodes: dict[str, Stationary], diagram: Diagram, kappa: float, states: Iterable[Stationary]
) -> None:
    """Add given states that the diagram does not have."""
    count = 0
    for state in states:
        if state.potential != diagram.potential or abs(state.kappa - kappa) > 1e-12 * kappa:
            raise ValueError(f"states: {state!r} does not belong to {diagram.potential.label} at κ = {kappa:.12g}")
        if all(orbit_distance(coefficients(state), coefficients(known)) > SAME for known in nodes.values()):
            count += 1
            nodes[f"state {count}"] = state


@dataclass
class _Explorer:
    """The search: nodes still to be left, edges found so far."""

    diagram: Diagram
    kappa: float
    nodes: dict[str, Stationary]
    edges: dict[tuple[str, str, str], dict[str, object]] = field(default_factory=dict)
    exhausted: set[str] = field(default_factory=set)
    found: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def run(self, progress: Progress | None) -> None:
        """Leave every node in every space in which it is unstable; states found on the way are nodes too."""
        done: set[str] = set()
        while len(done) < len(self.nodes):
            name = next(name for name in self.nodes if name not in done)
            if progress is not None:
                progress(f"leaving {name}", len(done), len(self.nodes))
            self._leave(name)
            done.add(name)

    def space(self, period: int, even: bool) -> FixedSpace:
        """Return a fixed space with the members known now."""
        return FixedSpace.of(self.diagram.potential, self.kappa, period, even, self.nodes)

    def _leave(self, name: str) -> None:
        state = self.nodes[name]
        is_even = not np.any(coefficients(state).imag)
        for period, even in spaces(state, is_even):
            space = self.space(period, even)
            for start in [member for member in space.members if member.name == name and member.index]:
                self._shoot(space, start)
        if one_way_out(state):
            self.exhausted.add(name)

    def _shoot(self, space: FixedSpace, start: Member) -> None:
        entries = list(starts(start))
        ended = [self._arrive(space, start, space.destination(c)) for c in entries]
        if start.index == 1 or not space.even:
            return
        for i, j in boundaries(start, ended, self.nodes[start.name].n_fold == 0, space.period):
            if not self._owed(space, start):
                break
            one, other = ended[i], ended[j]
            assert one is not None
            assert other is not None
            found = track_edge(space, entries[i], entries[j], (one, other))
            if found.member is None:
                self._note(f"edge tracking from {start.name} in {space.name}: {found.reason}")
            else:
                self._add(space, start, found.member.name, found.time, "edge tracking")

    def _owed(self, space: FixedSpace, start: Member) -> bool:
        """Whether the space has a saddle below a state, to which no edge has been found yet."""
        height = self.nodes[start.name].free_energy
        reached = {end for begin, end, _ in self.edges if begin == start.name}
        return any(
            member.index == 1 and member.name not in reached and self.nodes[member.name].free_energy < height
            for member in space.members
        )

    def _arrive(self, space: FixedSpace, start: Member, ended: Destination) -> Member | None:
        """Record where a trajectory ended; where that is a state not known, make it a node."""
        if ended.member is not None:
            self._add(space, start, ended.member.name, ended.time, "shooting")
            return ended.member
        name = ended.saddle.name if ended.saddle is not None else self._new(ended.c)
        if name is None:
            self._note(f"from {start.name} in {space.name}: {ended.reason}")
        else:
            self._add(space, start, name, ended.time, "shooting")
        return None

    def _new(self, c: Complex) -> str | None:
        """Return the name of the state near the end of a trajectory, made a node if it is new; None without one."""
        even = as_even(c)
        state: Stationary | None
        if even is None:
            state = noneven_state(self.diagram.potential, self.kappa, c)
        else:
            state = polished(self.diagram.potential, even, self.kappa)
        if state is None or orbit_distance(c, coefficients(state)) > 1e-3:
            return None
        for name, known in self.nodes.items():
            if orbit_distance(coefficients(state), coefficients(known)) <= SAME:
                return name
        name = f"found {len(self.found) + 1}"
        self.found.append(name)
        self.nodes[name] = state
        return name

    def _add(self, space: FixedSpace, start: Member, end: str, time: float, method: str) -> None:
        if end == start.name:
            return
        drop = self.nodes[start.name].free_energy - self.nodes[end].free_energy
        key = (start.name, end, space.name)
        kept = self.edges.get(key)
        if kept is None or (kept["method"] == method and time < float(str(kept["time"]))):
            self.edges[key] = {
                "space": space.name,
                "dimension": start.index,
                "method": method,
                "time": time,
                "energy_drop": drop,
            }

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def _graph(explorer: _Explorer, status: str) -> nx.MultiDiGraph:
    potential, kappa = explorer.diagram.potential, explorer.kappa
    graph = nx.MultiDiGraph(kappa=kappa, potential=potential.label, status=status)
    undecided_index = []
    for name, state in explorer.nodes.items():
        rates = rates_of(state)
        even = as_even(coefficients(state)) is not None
        isotropy = f"{'D' if even else 'Z'}_{state.n_fold}" if state.n_fold else "O(2)"
        if rates.undecided:
            undecided_index.append(name)
        graph.add_node(
            name,
            state=state,
            free_energy=state.free_energy,
            period=state.n_fold,
            isotropy=isotropy,
            index=rates.unstable,
            stable=rates.unstable == 0 and rates.undecided == 0,
            known=name not in explorer.found,
        )
    for (start, end, _), data in sorted(explorer.edges.items()):
        graph.add_edge(start, end, **data)
    notes = [*explorer.notes]
    notes += [f"{name}: its index is not decided (a bifurcation is near)" for name in undecided_index]
    notes += [f"{name}: a state that the flow found and the diagram lacks" for name in explorer.found]
    periods = sorted({1, *(state.n_fold for state in explorer.nodes.values() if state.n_fold)})
    checks = []
    for d, even in itertools.product(periods, (False, True)):
        space = explorer.space(d, even)
        checks.append(morse_bott(space, explorer.nodes))
    graph.graph.update(
        undecided=tuple(_undecided(graph, explorer, status)), morse_bott=tuple(checks), notes=tuple(notes)
    )
    return graph


def _undecided(graph: nx.MultiDiGraph, explorer: _Explorer, status: str) -> Iterator[tuple[str, str, str]]:
    """Yield the pairs for which there is no edge and nothing that excludes one."""
    for start, end in itertools.permutations(graph.nodes, 2):
        if graph.has_edge(start, end) or graph.nodes[start]["index"] == 0:
            continue
        drop = graph.nodes[start]["free_energy"] - graph.nodes[end]["free_energy"]
        if drop <= 0.0 or (start in explorer.exhausted and status == "finished"):
            continue
        yield start, end, "no trajectory was found, and its unstable manifold was not shot along everywhere"
