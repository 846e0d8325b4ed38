"""States that a search finds, followed both ways and joined to the diagram with all that leaves them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from branches.diagrams.build import Builder
from branches.diagrams.diagram import Diagram, Node
from branches.diagrams.records import Branch
from branches.diagrams.trace import LOWEST, make_system, more_symmetric
from branches.onsets.classify import onsets
from branches.spaces.isotropy import same_orbit
from branches.states.at_coupling import attracting_modes, state_at
from branches.states.state import State
from continuation import Settings, Status, follow

__all__ = ["branches_through", "joined", "lies_on"]


def joined(diagram: Diagram, states: Iterable[State]) -> Diagram:
    """Return a diagram with the branches through given states, and those that leave them, added.

    A state that lies on a branch already there, or on one followed for an earlier state, adds nothing.
    """
    builder = _builder_of(diagram)
    for state in states:
        if lies_on(builder.branches, state):
            continue
        for branch in branches_through(state, *builder.bounds):
            _add(builder, branch)
        builder.pursue_all()
    extended = builder.diagram(())
    return replace(
        extended,
        completeness=replace(
            extended.completeness, notes=diagram.completeness.notes, searches=diagram.completeness.searches
        ),
        status=diagram.status,
        message=diagram.message,
    )


def _builder_of(diagram: Diagram) -> Builder:
    """Return the breadth-first search in the state in which it left the diagram."""
    lowest = min((node.kappa for node in diagram.nodes), default=diagram.kappa_max)
    builder = Builder(diagram.potential, (LOWEST * lowest, diagram.kappa_max), None, 1, Settings(), None)
    builder.nodes, builder.branches = list(diagram.nodes), list(diagram.branches)
    builder.ends, builder.places = list(diagram.ends), list(diagram.places)
    builder.account = list(diagram.completeness.half_branches)
    builder.continued = {end for _, end in diagram.ends}  # the diagram has asked already what they owe
    for onset in onsets(diagram.potential, diagram.kappa_max, attracting_modes(diagram.potential)):
        if f"onset {'+'.join(map(str, onset.kernel))}" not in {node.name for node in diagram.nodes}:
            builder._add_onset(onset)  # branches found may end there
    return builder


def lies_on(branches: Iterable[Branch], state: State) -> bool:
    """Return whether a state, or its twin, lies on one of some branches."""
    return any(
        same_orbit(state.isotropy, state.a, state.kappa, other, state.kappa, 1e-6)
        for branch in branches
        if branch.isotropy == state.isotropy
        for other in branch.moments_at(state.kappa)
    )


def branches_through(state: State, kappa_min: float, kappa_max: float) -> tuple[Branch, ...]:
    """Return the branch through a state, followed both ways.

    Parameters
    ----------
    state
        A stationary state, not uniform.
    kappa_min, kappa_max
        Bounds of κ.

    Returns
    -------
    tuple of Branch
        One, from end to end, if it is closed or has an end on a bound; otherwise its two halves.
    """
    halves = [_followed(state, direction, kappa_min, kappa_max) for direction in (-1, 1)]
    for half in halves:
        if half.status is Status.CLOSED:
            return (half,)
    for half in halves:
        if half.status is Status.BOUND:
            end = float(half.kappa[-1])
            start = state_at(state.potential, half.isotropy, half.isotropy.restricted(half.a[-1]), end)
            whole = _followed(start, -1 if end >= kappa_max else 1, kappa_min, kappa_max)
            if lies_on((whole,), state):
                return (whole,)
    return tuple(half for half in halves if half.kappa.size > 1)


def _followed(state: State, direction: int, kappa_min: float, kappa_max: float) -> Branch:
    """Follow the branch through a state one way, with as many modes from the start as the state has."""
    u = state.isotropy.restricted(state.a)
    system = make_system(state.potential, state.isotropy, None, state.kappa).with_size(u.size)
    curve = follow(
        system.suited_to(u, state.kappa),
        u,
        state.kappa,
        direction=direction,
        p_min=kappa_min,
        p_max=kappa_max,
        events=more_symmetric(state.isotropy),
    )
    return Branch(state.potential, state.isotropy, curve, f"state found at κ = {state.kappa:.6g}")


def _add(builder: Builder, branch: Branch) -> None:
    """Add a branch that starts at no node known; a closed one starts and ends at one node."""
    count = sum(node.kind == "end" for node in builder.nodes)
    state = branch.at(0.0)
    closed = branch.status is Status.CLOSED
    shape = "closed" if closed else "start of a disconnected branch"
    start = builder._add(
        Node(
            f"end {count + 1}",
            "end",
            state.kappa,
            state.a,
            state.isotropy,
            state.free_energy,
            state.residual,
            shape,
        )
    )
    builder._add_branch(branch, start.name, 0)
    last = builder.ends[-1][1]
    if closed and last != start.name:
        builder.nodes = [node for node in builder.nodes if node.name != last or node.kind != "end"]
        builder.ends[-1] = (start.name, start.name)
