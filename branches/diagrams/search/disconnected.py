"""Disconnected branches: states that a search finds are followed both ways and joined to the diagram."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from branches.diagrams.build import Builder
from branches.diagrams.completeness import Completeness
from branches.diagrams.diagram import Diagram, Node
from branches.diagrams.records import Branch
from branches.diagrams.search.search_states import search_states
from branches.diagrams.trace import LOWEST, make_system, more_symmetric
from branches.onsets.classify import onsets
from branches.spaces.isotropy import same_orbit
from branches.states.at_coupling import attracting_modes, state_at
from branches.states.state import State
from continuation import Settings, Status, follow, renamed

__all__ = ["branches_through", "default_couplings", "joined", "lies_on", "with_disconnected"]

COUPLINGS = 8
BELOW = 0.7  # the search starts at this part of the smallest coupling of the branches known
Bounds = tuple[float, float]


@renamed(random_seed="seed")
def with_disconnected(
    diagram: Diagram,
    couplings: Iterable[float] | None = None,
    *,
    peaks: int = 4,
    random_starts: int = 16,
    seed: int = 0,
) -> Diagram:
    """Search for branches that no bifurcation joins to the uniform state, and join them to a diagram.

    Parameters
    ----------
    diagram
        From :func:`branches.diagram`.
    couplings
        Where to search; by default at eight equidistant couplings, from somewhat below the branches known on.
    peaks, random_starts, seed
        As in :func:`~branches.diagrams.search.search_states.search_states`. The states at the nodes of the diagram are
        given as starts too, and so are those found at the couplings before.

    Returns
    -------
    Diagram
        With the branches found, their special points, and the branches that leave those; its
        ``completeness.notes`` say which search was done. It is a new record even if nothing was found.

    Raises
    ------
    ValueError
        If a coupling is not in 0 < κ ≤ the largest coupling of the diagram.

    Notes
    -----
    It may miss a closed branch that exists only between two of the couplings, and any state that
    the search at one coupling misses.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.bimodal(0.6), kappa_max=3, modes=[])
    >>> more = with_disconnected(d, [2.5], random_starts=0)
    >>> len(d.branches), len(more.branches)
    (0, 1)
    """
    at = default_couplings(diagram) if couplings is None else sorted(float(kappa) for kappa in couplings)
    if not all(0 < kappa <= diagram.kappa_max for kappa in at):
        raise ValueError(f"couplings = {couplings!r} must lie in 0 < κ ≤ {diagram.kappa_max!r}")
    starts = [node.a for node in diagram.nodes if node.n_fold > 0]
    found, method, lost = 0, "", 0
    for kappa in at:
        known = [a for branch in diagram.branches for a in branch.moments_at(kappa)]
        result = search_states(
            diagram.potential,
            kappa,
            known=known,
            starts=starts,
            peaks=peaks,
            random_starts=random_starts,
            seed=seed,
        )
        method, lost = result.method, lost + result.not_even
        starts += [state.a for state in result.states]
        before = len(diagram.branches)
        diagram = joined(diagram, result.states)
        found += len(diagram.branches) - before
    places = ", ".join(f"{kappa:.6g}" for kappa in at)
    note = f"disconnected branches were searched at κ = {places}: {found} found; at each: {method}"
    if lost:
        note += f"; {lost} minimisations ended on states that are not even"
    return _noted(diagram, note)


def default_couplings(diagram: Diagram) -> list[float]:
    """Return equidistant couplings from below the branches known on, the largest coupling left out."""
    lows = [float(branch.kappa.min()) for branch in diagram.branches if branch.kappa.size]
    first = BELOW * min([*lows, diagram.kappa_max])
    return [float(kappa) for kappa in np.linspace(first, diagram.kappa_max, COUPLINGS, endpoint=False)]


def _noted(diagram: Diagram, note: str) -> Diagram:
    account = diagram.completeness
    notes = [text for text in account.notes if not text.startswith("branches that no bifurcation joins")]
    return replace(diagram, completeness=Completeness(account.half_branches, (*notes, note)))


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
        completeness=replace(extended.completeness, notes=diagram.completeness.notes),
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
