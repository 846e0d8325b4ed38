"""The bifurcation diagram: branches, their special points, the branch graph and the completeness account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.completeness import Completeness, warning_of
from branches.diagrams.outlets import DrawnPage, Exported, Provable, outlet
from branches.diagrams.records import Branch, SpecialPoint
from branches.potentials.potential import Potential
from branches.spaces.isotropy import Isotropy, Symmetric, same_orbit
from branches.states.state import State
from continuation import Record, shortened

if TYPE_CHECKING:
    import networkx as nx


__all__ = ["Diagram", "Node"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Node(Symmetric, Record):
    """A special point or an end of branches, one for its whole symmetry orbit.

    Parameters
    ----------
    name
        Unique in its diagram, such as 'onset 1', 'fold 2', 'pitchfork 1', 'end 3'.
    kind
        'onset', a kind of :class:`~branches.diagrams.records.SpecialPoint`, or 'end'.
    kappa, a, isotropy
        Where, shape (N,) for a, and the class of the state; that of the uniform state has ``n_fold`` 0.
    free_energy
        F there.
    residual
        Max-norm of the equations, re-evaluated.
    shape
        For onsets: 'supercritical', 'critical', 'subcritical', 'transcritical' or 'undecided'. For pitchforks that of
        their half-branches, 'supercritical, subcritical on the twin' where they differ. 'truncation too small' where
        so many modes are neglected that the point may not exist. For ends: how they ended.
    coefficients
        The numbers that decided.
    """

    name: str
    kind: str
    kappa: float
    a: Array
    isotropy: Isotropy
    free_energy: float
    residual: float
    shape: str = ""
    coefficients: Mapping[str, float] = field(default_factory=dict)

    def is_at(self, point: SpecialPoint) -> bool:
        """Return whether a special point lies on the orbit of the node."""
        if np.any(point.a) and not self.isotropy.same_kind(point.isotropy):
            return False
        return same_orbit(self.isotropy, self.a, self.kappa, point.a, point.kappa)


@dataclass(frozen=True, eq=False, repr=False)
class Diagram(Exported, DrawnPage, Provable, Record):
    """The branches of a potential up to a coupling, and how they hang together.

    Parameters
    ----------
    potential
        The interaction.
    kappa_max
        Largest coupling.
    branches
        All branches traced, each standing for its symmetry orbit; their ``origin`` says where they start.
    nodes
        The onsets, the special points and the ends.
    ends
        For each branch, the names of the nodes at its start and end.
    places
        For each branch, (arclength, node name) of the special points it passes, in order.
    completeness
        What is owed, found, found but stopped, failed; what was not searched.
    status, message
        'finished' or 'interrupted', and what was noticed.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.bimodal(0.6), kappa_max=4.5)
    >>> sorted(node.name for node in d.nodes if node.kind != "end")
    ['fold 1', 'onset 1', 'onset 2', 'pitchfork 1']
    >>> d.completeness.owed, d.completeness.found
    (3, 3)
    """

    potential: Potential
    kappa_max: float
    branches: tuple[Branch, ...]
    nodes: tuple[Node, ...]
    ends: tuple[tuple[str, str], ...]
    places: tuple[tuple[tuple[float, str], ...], ...]
    completeness: Completeness
    status: str = "finished"
    message: str = ""

    def __repr__(self) -> str:
        return (
            f"<Diagram of {shortened(self.potential.label)} up to κ = {self.kappa_max:.6g}: "
            f"{len(self.branches)} branches, {len(self.nodes)} nodes, "
            f"{self.completeness.found} of {self.completeness.owed} half-branches"
            f"{f' ({self.completeness.stopped} more stopped)' if self.completeness.stopped else ''}, {self.status}>"
        )

    def __len__(self) -> int:
        return len(self.branches)

    def __iter__(self) -> Iterator[Branch]:
        """Go through the branches."""
        return iter(self.branches)

    def __getitem__(self, number: int) -> Branch:
        """Return a branch by its number."""
        return self.branches[number]

    def at_kappa(self, kappa: float) -> list[State]:
        """Return the non-uniform states of all branches at a coupling, branch by branch.

        Raises
        ------
        ValueError
            If kappa is not one finite number.
        """
        return [state for branch in self.branches for state in branch.at_kappa(kappa)]

    def node(self, name: str) -> Node:
        """Return a node by its name.

        Raises
        ------
        KeyError
            If there is none of that name.
        """
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(f"no node {name!r}; there are {', '.join(node.name for node in self.nodes)}")

    @property
    def special_points(self) -> tuple[SpecialPoint, ...]:
        """The special points of all branches, each orbit once, by branch and arclength."""
        seen: list[SpecialPoint] = []
        for branch in self.branches:
            for point in branch.special_points:
                if not any(known.kind == point.kind and _one_orbit(known, point) for known in seen):
                    seen.append(point)
        return tuple(seen)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Where branches stop before they come to an end, and where a fixed truncation is too small for them."""
        return tuple(f"{branch.origin}: {warning}" for branch in self.branches if (warning := warning_of(branch)))

    @cached_property
    def graph(self) -> nx.MultiDiGraph:
        """The branch graph, frozen: nodes are special points and ends, edges are segments of constant stability."""
        import networkx as nx

        from branches.diagrams.graph import branch_graph

        return nx.freeze(branch_graph(self))

    def save(self, path: str | Path) -> Path:
        """Write everything to one file, atomically; :meth:`load` reads it back exactly."""
        result: Path = outlet("save")(self, path)
        return result

    @staticmethod
    def load(path: str | Path) -> Diagram:
        """Read a diagram written by :meth:`save`.

        Raises
        ------
        ValueError
            If the file is damaged, or was written by a newer version.
        """
        result: Diagram = outlet("load")(path)
        return result

    def to_csv(self, folder: str | Path, verdicts: Mapping[str, str] | None = None) -> tuple[Path, Path]:
        """Write points.csv and special_points.csv, with ``certify().verdicts`` if given, and return their paths."""
        result: tuple[Path, Path] = outlet("to_csv")(self, folder, verdicts)
        return result

    def to_html(self, path: str | Path) -> Path:
        """Write one file for a browser: hover over branches, move κ, click special points.

        Raises
        ------
        ImportError
            If Bokeh is missing; the message names the extra.
        """
        result: Path = outlet("to_html Diagram")(self, path)
        return result


def _one_orbit(known: SpecialPoint, point: SpecialPoint) -> bool:
    same_kind = known.isotropy.same_kind(point.isotropy)
    return same_kind and same_orbit(point.isotropy, known.a, known.kappa, point.a, point.kappa)
