"""The curves of a figure: stretches of constant stability, sampled densely, and the states to portray."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.diagram import Diagram
from branches.diagrams.records import Branch
from branches.diagrams.secondary import decided_index
from branches.figures.heights import Height, amplitude, heights
from branches.states.energy import free_energy
from branches.states.stability import Stability, stability_of
from branches.states.state import State
from continuation import once

__all__ = ["UNIFORM", "Portrait", "Stretch", "branch_stretches", "portraits", "sample", "stretches"]

Array = NDArray[np.float64]
UNIFORM = -1  # the branch number of the uniform state
SAMPLES = 160  # of one stretch
NEAR, NEAR_OTHER = 0.12, 0.03  # of the extent: portraits of one branch, of two, are at least so far apart


def sample(branch: Branch, arclength: Array) -> tuple[Array, Array]:
    """Return the reduced moments and couplings of a branch at many arclengths.

    Parameters
    ----------
    branch
        With at least one piece.
    arclength
        Shape (m,), inside the branch.

    Returns
    -------
    tuple of ndarray
        a_n, a_2n, … of shape (m, N) and κ of shape (m,).
    """
    return branch.curve.sampled(arclength)


@dataclass(frozen=True)
class Stretch:
    """A part of a branch on which stability does not change.

    Parameters
    ----------
    branch
        Its number, `UNIFORM` for the uniform state.
    start, end
        Arclengths (couplings for the uniform state).
    stability
        Whether it is locally stable in the full space, unstable, or not decided.
    arclength, kappa, free_energy
        Samples in the order of arclength, shape (m,).
    a
        Their moments, shape (m, N).
    """

    branch: int
    start: float
    end: float
    stability: Stability
    arclength: Array
    kappa: Array
    free_energy: Array
    a: Array

    @property
    def stable(self) -> bool:
        """Whether it is known to be stable."""
        return self.stability is Stability.STABLE

    @property
    def amplitude(self) -> Array:
        """‖a‖ of the samples, shape (m,)."""
        return amplitude(self.a)

    def heights(self, y: Height) -> Array:
        """Return what the samples are drawn over, shape (m,)."""
        return heights(y, self.a, self.free_energy)


@once
def stretches(diagram: Diagram) -> tuple[Stretch, ...]:
    """Return the edges of the branch graph as curves, those of the uniform state first.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5)
    >>> [(part.branch, part.stable) for part in stretches(d)]
    [(-1, True), (-1, False), (0, False), (0, True)]
    """
    edges = [data for _, _, data in diagram.graph.edges(data=True)]
    edges.sort(key=lambda edge: (edge["branch"], edge["arclength_start"]))
    modes = max([branch.curve.u.shape[1] * branch.n_fold for branch in diagram.branches if branch.kappa.size] + [1])
    found = []
    for edge in edges:
        number, start, end = edge["branch"], edge["arclength_start"], edge["arclength_end"]
        stability = Stability(edge["stability"])
        if number == UNIFORM:
            at = np.array([start, end])
            found.append(Stretch(number, start, end, stability, at, at, np.zeros(2), np.zeros((2, modes))))
        else:
            found.append(_stretch(diagram.branches[number], number, start, end, stability))
    return tuple(found)


def branch_stretches(branch: Branch, number: int = 0) -> tuple[Stretch, ...]:
    """Return one branch as stretches of constant stability, under a number."""
    if branch.arclength.size < 2:
        return ()
    stops = [0.0, *(point.arclength for point in branch.special_points), float(branch.arclength[-1])]
    parts = [(start, end) for start, end in pairwise(sorted(set(stops)))]
    words = [stability_of(*decided_index(branch, start, end)) for start, end in parts]
    return tuple(_stretch(branch, number, *part, word) for part, word in zip(parts, words, strict=True))


def _stretch(branch: Branch, number: int, start: float, end: float, stability: Stability) -> Stretch:
    # closer towards both ends, where a fold turns or a pitchfork leaves
    nodes = 0.5 * (1.0 - np.cos(np.linspace(0.0, np.pi, SAMPLES)))
    arclength = np.clip(start + (end - start) * nodes, 0.0, float(branch.arclength[-1]))
    u, kappa = sample(branch, arclength)
    energy = free_energy(branch.potential, branch.isotropy, u, np.maximum(kappa, np.finfo(float).tiny))
    return Stretch(number, start, end, stability, arclength, kappa, energy, branch.isotropy.expanded(u))


@dataclass(frozen=True)
class Portrait:
    """A state whose density is shown.

    Parameters
    ----------
    branch, arclength
        Where on which branch.
    state
        The state itself.
    remark
        Why it was chosen: 'coexistence', 'end', 'fold' or 'between'.
    """

    branch: int
    arclength: float
    state: State
    remark: str

    @property
    def kappa(self) -> float:
        """Its coupling."""
        return self.state.kappa

    @property
    def amplitude(self) -> float:
        """‖a‖."""
        return float(amplitude(self.state.a))

    @property
    def stability(self) -> Stability:
        """Whether it is locally stable, unstable, or not decided."""
        return self.state.stability

    def height(self, y: Height) -> float:
        """Return what the state is drawn over."""
        return float(heights(y, self.state.a[None], np.array([self.state.free_energy]))[0])


def portraits(
    diagram: Diagram, coexisting: tuple[tuple[int, float], ...] = (), most: int = 5
) -> tuple[Portrait, ...]:
    """Choose the states whose densities tell the diagram: coexistence, ends, folds, in between.

    Parameters
    ----------
    diagram
        What is drawn.
    coexisting
        (branch, arclength) of coexisting states.
    most
        At most so many.

    Returns
    -------
    tuple of Portrait
        By coupling, then by amplitude; clearly apart from one another.
    """
    wanted = [(number, s, "coexistence") for number, s in coexisting]
    drawn = _drawn(diagram)
    wanted += [(number, float(branch.arclength[-1]), "end") for number, branch in drawn]
    wanted += [(number, fold.arclength, "fold") for number, branch in drawn for fold in branch.folds]
    for part in (0.5, 0.25, 0.75):
        wanted += [(number, part * float(branch.arclength[-1]), "between") for number, branch in drawn]
    extent = _extent(diagram)
    chosen: list[Portrait] = []
    for number, s, remark in wanted:
        if len(chosen) == most:
            break
        candidate = _portrait(diagram.branches[number], number, s, remark)
        if all(_apart(candidate, other, extent) for other in chosen):
            chosen.append(candidate)
    return tuple(sorted(chosen, key=lambda portrait: (float(f"{portrait.kappa:.9g}"), portrait.amplitude)))


def _drawn(diagram: Diagram) -> list[tuple[int, Branch]]:
    return [(number, branch) for number, branch in enumerate(diagram.branches) if branch.arclength.size > 1]


def _portrait(branch: Branch, number: int, s: float, remark: str) -> Portrait:
    return Portrait(number, s, branch.at(s), remark)


def _extent(diagram: Diagram) -> tuple[float, float]:
    """Return the ranges of κ and of the amplitude that the branches take."""
    drawn = [branch for _, branch in _drawn(diagram)]
    lowest = min((float(branch.kappa.min()) for branch in drawn), default=0.0)
    highest = max((float(amplitude(branch.a).max()) for branch in drawn), default=1.0)
    return diagram.kappa_max - lowest, highest


def _apart(first: Portrait, second: Portrait, extent: tuple[float, float]) -> bool:
    across = (first.kappa - second.kappa) / extent[0]
    up = (first.amplitude - second.amplitude) / extent[1]
    return bool(np.hypot(across, up) > (NEAR if first.branch == second.branch else NEAR_OTHER))
