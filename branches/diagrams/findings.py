"""What a diagram found, and where its branches stop, one record for each symmetry orbit: the rows of every table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.completeness import stop_of
from branches.diagrams.diagram import Diagram, Node
from branches.diagrams.records import Branch, SpecialPoint
from branches.states.morse_index import uniform_index
from branches.states.stability import Stability, stability_of
from continuation import Record, once

__all__ = ["Finding", "findings"]

Index = tuple[int, int]


@dataclass(frozen=True, eq=False, repr=False)
class Finding(Record):
    """An onset, a special point or a stop, once for its symmetry orbit.

    Parameters
    ----------
    name, kind
        Those of its node in the diagram; the kind is 'stop' where a branch stops before it comes to an end.
    shape
        Of an onset or a pitchfork 'supercritical', 'subcritical', …; of a stop, why; else empty.
    kappa, a, period, free_energy, residual
        The state; period 0 is the uniform one.
    modes
        The modes that become neutral, in words: '1', '1+2', '±1 mod 2'.
    breaks_to
        The branches that leave have period 2π/breaks_to.
    amplitude
        The leading moment a_n of a state of period 2π/n, 0 for the uniform state.
    before, after
        Morse index (even, odd) on the two sides, along the branch (along κ for an onset).
    undecided
        Eigenvalues on the two sides that are zero within their error.
    branch, arclength
        Where it was met first; −1 and κ on the uniform state.
    bracket, coefficients, twin
        As in :class:`~branches.diagrams.records.SpecialPoint`.
    """

    name: str
    kind: str
    shape: str
    kappa: float
    a: NDArray[np.float64]
    period: int
    free_energy: float
    residual: float
    modes: str
    breaks_to: int
    amplitude: float
    before: Index | None
    after: Index | None
    undecided: tuple[int, int]
    branch: int
    arclength: float
    bracket: tuple[float, float] | None = None
    coefficients: Mapping[str, float] = field(default_factory=dict)
    twin: str = ""

    @property
    def stability(self) -> tuple[str, str]:
        """'stable', 'unstable' or 'not decided' on the two sides; empty where the branch has no such side."""
        sides = zip((self.before, self.after), self.undecided, strict=True)
        before, after = ("" if index is None else stability_of(index, doubt).value for index, doubt in sides)
        return before, after

    @property
    def stability_change(self) -> str:
        """For example 'unstable (1, 0) → stable', Morse index in brackets; empty where it is not known."""
        if self.before is None or self.after is None:
            return ""
        words = zip(self.stability, (self.before, self.after), strict=True)
        return " → ".join(f"{word} {index}" if word == Stability.UNSTABLE else word for word, index in words)


@once
def findings(diagram: Diagram) -> tuple[Finding, ...]:
    """Return the onsets and special points of a diagram, and where branches stop, by coupling.

    Parameters
    ----------
    diagram
        Finished or interrupted.

    Returns
    -------
    tuple of Finding
        Natural ends of branches (on a bound, on their own start) that are nothing else are not among them.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5)
    >>> [(f.name, f.stability_change) for f in findings(d)]
    [('fold 1', 'unstable (1, 0) → stable'), ('onset 1', 'stable → unstable (1, 1)')]
    """
    onsets = [_of_onset(diagram, node) for node in diagram.nodes if node.kind == "onset"]
    found = {finding.name: finding for finding in onsets}
    for number, branch in enumerate(diagram.branches):
        for point in branch.special_points:
            node = diagram.node(_name(diagram, number, point))
            if node.name not in found:
                found[node.name] = _of_point(node, point, number)
        last = diagram.node(diagram.ends[number][1])
        if stop_of(branch) and branch.kappa.size and last.name not in found:
            found[last.name] = _of_stop(last, branch, number)
    return tuple(sorted(found.values(), key=lambda finding: finding.kappa))


def _of_onset(diagram: Diagram, node: Node) -> Finding:
    margin = 1e-6 * node.kappa
    sides = np.array([node.kappa - margin, node.kappa + margin])
    index = uniform_index(diagram.potential, max(64, node.a.size), sides)
    before, after = zip(index.even.tolist(), index.odd.tolist(), strict=True)
    doubt_before, doubt_after = index.undecided.tolist()
    modes = node.name.removeprefix("onset ")
    return Finding(
        node.name, node.kind, node.shape, node.kappa, node.a, 0, 0.0, node.residual, modes,
        int(np.gcd.reduce([int(mode) for mode in modes.split("+")])), 0.0, before, after,
        (doubt_before, doubt_after), -1, node.kappa, None, node.coefficients,
    )  # fmt: skip


def _of_point(node: Node, point: SpecialPoint, number: int) -> Finding:
    period = point.n_fold
    modes = f"{period}" if point.residue == 0 else f"±{point.residue} mod {period}"
    return Finding(
        node.name, node.kind, node.shape, point.kappa, point.a, period, node.free_energy, point.residual,
        modes, point.breaks_to, point.isotropy.leading(point.a), point.index_before,
        point.index_after, (point.undecided_before, point.undecided_after),
        number, point.arclength, point.bracket, point.coefficients, point.twin,
    )  # fmt: skip


def _of_stop(node: Node, branch: Branch, number: int) -> Finding:
    period = node.n_fold
    return Finding(
        node.name, "stop", f"stopped: {node.shape}", node.kappa, node.a, period, node.free_energy, node.residual, "",
        period, node.isotropy.leading(node.a), None, None, (0, 0), number, float(branch.arclength[-1]),
    )  # fmt: skip


def _name(diagram: Diagram, number: int, point: SpecialPoint) -> str:
    """Return the name of the node that a special point of a branch is."""
    for arclength, name in diagram.places[number]:
        if arclength == point.arclength:
            return name
    return diagram.ends[number][1]
