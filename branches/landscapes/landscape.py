"""The minimum free energy map F*(κ) of a diagram: its minimisers, its kinks, and the checks it must pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from branches.diagrams.diagram import Diagram
from branches.diagrams.outlets import DrawnPage
from branches.diagrams.records import Branch
from branches.diagrams.search.disconnected import default_couplings, with_disconnected
from branches.landscapes.arcs import Arc, StateFunction, UniformArc, arcs_of
from branches.landscapes.checks import Violation, violations
from branches.landscapes.envelope import Exchange, Interval, exists, lower_envelope
from branches.landscapes.transitions import Transition
from branches.spaces.isotropy import same_orbit
from branches.states.state import State
from continuation import Record, once

__all__ = ["Landscape", "exchanges", "grid_of", "landscape", "transition_of"]

Array = NDArray[np.float64]
BEFORE = 0.5  # the map starts at this part of the smallest coupling at which another state exists
SAME_STATE = 1e-5  # moments of two states known to the accuracy of the start of a branch


@dataclass(frozen=True, eq=False, repr=False)
class Landscape(DrawnPage, Record):
    """The states of a diagram ordered by their free energy.

    Parameters
    ----------
    diagram
        The states known; the uniform state is added.
    arcs
        All of them, as functions of κ.
    intervals
        The arc of least free energy on each interval of κ, increasing.
    transitions
        Where the minimiser changes, by increasing κ; the kinks of F* are the discontinuous ones.
    violations
        What contradicts that the least of the states found is F*: each means that a branch is missing.
    searched
        Which search for disconnected branches was done, in words.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> from branches.landscapes.landscape import landscape
    >>> result = landscape(branches.diagram(potentials.bimodal(1.4), kappa_max=2.5))
    >>> [(t.kind, f"{t.kappa:.10f}") for t in result.transitions]
    [('continuous', '1.4285714286'), ('discontinuous', '1.4955384701')]
    >>> result.violations
    ()
    """

    diagram: Diagram
    arcs: tuple[StateFunction, ...]
    intervals: tuple[Interval, ...]
    transitions: tuple[Transition, ...]
    violations: tuple[Violation, ...]
    searched: str = "no search for disconnected branches was done"

    @property
    def kinks(self) -> tuple[Transition, ...]:
        """The discontinuous transitions."""
        return tuple(t for t in self.transitions if t.kind == "discontinuous")

    def free_energy(self, kappa: ArrayLike) -> Array:
        """Return F* at couplings up to the diagram's largest, of their shape."""
        at = np.asarray(kappa, dtype=float)
        flat = at.ravel()
        if flat.size and not (flat.min() > 0 and flat.max() <= self.diagram.kappa_max):
            raise ValueError(f"kappa = {kappa!r} is outside the diagram, 0 < κ ≤ {self.diagram.kappa_max!r}")
        values = np.zeros(flat.size)
        for interval in self.intervals:
            inside = (flat >= interval.low) & (flat <= interval.high)
            if inside.any():
                values[inside] = np.minimum(values[inside], interval.arc.energies(flat[inside])[0])
        return values.reshape(at.shape)

    def states(self, kappa: float) -> tuple[State, ...]:
        """Return all states known at a coupling, the uniform one included, by increasing free energy."""
        there = (arc for arc in self.arcs if exists(arc, np.array(kappa)))
        return tuple(sorted((arc.state(kappa) for arc in there), key=lambda state: state.free_energy))

    def minimiser(self, kappa: float) -> State:
        """Return the state of least free energy at a coupling."""
        return self.states(kappa)[0]

    def metastable(self, kappa: float) -> tuple[State, ...]:
        """Return the stable states at a coupling that are not the lowest, by increasing free energy."""
        return tuple(state for state in self.states(kappa)[1:] if state.stable)

    @cached_property
    def consistent(self) -> bool:
        """Whether no violation was found."""
        return not self.violations


def landscape(diagram: Diagram) -> Landscape:
    """Return the minimum free energy map of a diagram.

    Parameters
    ----------
    diagram
        From :func:`branches.diagram`.

    Returns
    -------
    Landscape
        If the states of the diagram cannot be all, disconnected branches are searched and joined first: see
        ``searched``, and ``diagram``, which holds them. ``violations`` are those that are left.

    Notes
    -----
    F* = min_ρ F_κ is concave and continuous, its minimiser is stable, and dF/dκ = −½ Σ g a² along every
    branch. All four are checked. They are necessary: a map that passes may still lack a lower branch, which
    :func:`~branches.diagrams.search.disconnected.with_disconnected` looks for.

    Source: kinks of F* are the discontinuous transitions, arXiv 2510.20094.
    """
    first = _map_of(diagram)
    if not first.violations:
        return first
    couplings = [*default_couplings(diagram), *(violation.kappa for violation in first.violations)]
    extended = with_disconnected(diagram, sorted({min(kappa, diagram.kappa_max) for kappa in couplings}))
    return replace(_map_of(extended), searched=extended.completeness.notes[-1])


@once
def exchanges(diagram: Diagram) -> tuple[Exchange, ...]:
    """Return where the lowest of the states of a diagram changes, by increasing κ; no other state is searched."""
    return lower_envelope(*_arcs_and_grid(diagram), partial(_joint, diagram))[1]


def _arcs_and_grid(diagram: Diagram) -> tuple[tuple[StateFunction, ...], Array]:
    uniform = UniformArc(diagram.potential, diagram.kappa_max)
    found = [arc for number, branch in enumerate(diagram.branches) for arc in arcs_of(branch, number)]
    arcs: tuple[StateFunction, ...] = (uniform, *found)
    return arcs, grid_of(diagram.branches, arcs, diagram.kappa_max)


def _map_of(diagram: Diagram) -> Landscape:
    arcs, grid = _arcs_and_grid(diagram)
    intervals, found = lower_envelope(arcs, grid, partial(_joint, diagram))
    return Landscape(
        diagram,
        arcs,
        intervals,
        tuple(transition_of(exchange) for exchange in found if not _passes(diagram, exchange)),
        violations(intervals, found, diagram.branches),
    )


def _passes(diagram: Diagram, exchange: Exchange) -> bool:
    """Whether one smooth branch was merely traced in two halves that meet there."""
    before, after = exchange.before, exchange.after
    if exchange.kind != "continuous" or not (isinstance(before, Arc) and isinstance(after, Arc)):
        return False
    names = _end_node(diagram, before, before.end), _end_node(diagram, after, after.start)
    if None in names or names[0] == names[1]:
        return None not in names
    ends = [diagram.node(str(name)) for name in names]  # a branch that a search found has two halves, each with its own
    return all(node.kind == "end" for node in ends) and same_orbit(
        ends[0].isotropy, ends[0].a, ends[0].kappa, ends[1].a, ends[1].kappa, SAME_STATE
    )


def grid_of(branches: Iterable[Branch], arcs: Sequence[StateFunction], kappa_max: float) -> Array:
    """Return the couplings of all points of branches and of all ends of arcs, shape (m,), increasing."""
    ends = [value for arc in arcs if isinstance(arc, Arc) for value in (arc.low, arc.high)]
    first = BEFORE * min(ends, default=kappa_max)
    grid = np.unique(np.concatenate([[first, kappa_max], ends, *(branch.kappa for branch in branches)]))
    return grid[grid <= kappa_max]


def _joint(diagram: Diagram, before: StateFunction, after: StateFunction) -> float | None:
    """Return the κ of the node at which ``after`` begins on ``before``, or ``before`` ends on ``after``."""
    for arc, other, upper in ((after, before, False), (before, after, True)):
        if not isinstance(arc, Arc):
            continue
        s, kappa = (arc.end, arc.high) if upper else (arc.start, arc.low)
        name = _end_node(diagram, arc, s)
        if name is None or not other.low * (1 - SAME_STATE) <= kappa <= other.high * (1 + SAME_STATE):
            continue
        near = float(np.clip(kappa, other.low, other.high))
        # The node's own state: at a pitchfork, that of the branch at one κ has but half of the digits.
        node, there = diagram.node(name), other.state(near)
        if np.any(node.a) and not node.isotropy.same_kind(there.isotropy):
            continue
        if same_orbit(there.isotropy, node.a, kappa, there.a, kappa, SAME_STATE):
            return node.kappa if abs(node.kappa - kappa) <= SAME_STATE * kappa else kappa
    return None


def _end_node(diagram: Diagram, arc: Arc, s: float) -> str | None:
    """Return the node at an end of an arc if it is one of the two ends of its branch."""
    if s == 0.0:
        return diagram.ends[arc.number][0]
    return diagram.ends[arc.number][1] if s == float(arc.branch.arclength[-1]) else None


def transition_of(exchange: Exchange) -> Transition:
    """Return the record of an exchange, with both states corrected to round-off."""
    before, after = exchange.before.state(exchange.kappa), exchange.after.state(exchange.kappa)
    mode = exchange.after.branch.n_fold if isinstance(exchange.after, Arc) else 0
    states = (before, before) if exchange.kind == "continuous" else (before, after)
    return Transition(exchange.kappa, exchange.kappa_error, exchange.kind, states, mode)
