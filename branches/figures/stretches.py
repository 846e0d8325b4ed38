"""The curves of a figure: stretches of constant stability, sampled densely, and the states to portray."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.diagram import Diagram
from branches.diagrams.records import Branch
from branches.spaces.isotropy import Isotropy
from branches.states.energy import free_energy
from branches.states.stability import Stability
from continuation import once

__all__ = ["UNIFORM", "Portrait", "Stretch", "amplitude", "portraits", "sample", "stretches"]

Array = NDArray[np.float64]
UNIFORM = -1  # the branch number of the uniform state
SAMPLES = 160  # of one stretch
NEAR, NEAR_OTHER = 0.12, 0.03  # of the extent: portraits of one branch, of two, are at least so far apart


def amplitude(a: Array) -> Array:
    """Return ‖a‖ = (Σ a_n²)^½ along the last axis: the same on a whole orbit, zero if uniform.

    Examples
    --------
    >>> float(amplitude(np.array([0.6, 0.8])))
    1.0
    """
    norm: Array = np.sqrt(np.sum(a * a, axis=-1))
    return norm


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
    curve = branch.curve
    u = np.zeros((arclength.size, curve.u.shape[1]))
    kappa = np.empty(arclength.size)
    ends = np.array([piece.end for piece in curve.pieces])
    owners = np.minimum(np.searchsorted(ends, arclength), ends.size - 1)
    for number in np.unique(owners):
        piece, own = curve.pieces[number], owners == number
        x = piece.at((arclength[own] - piece.start) / (piece.length or 1.0))
        u[own, : x.shape[1] - 1], kappa[own] = x[:, :-1], x[:, -1] * curve.parameter_scale
    return u, kappa


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
    kappa, amplitude, free_energy
        Samples in the order of arclength, shape (m,).
    """

    branch: int
    start: float
    end: float
    stability: Stability
    kappa: Array
    amplitude: Array
    free_energy: Array

    @property
    def stable(self) -> bool:
        """Whether it is known to be stable."""
        return self.stability is Stability.STABLE


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
    return tuple(
        _stretch(diagram, edge["branch"], edge["arclength_start"], edge["arclength_end"], Stability(edge["stability"]))
        for edge in edges
    )


def _stretch(diagram: Diagram, number: int, start: float, end: float, stability: Stability) -> Stretch:
    if number == UNIFORM:
        kappa, zero = np.array([start, end]), np.zeros(2)
        return Stretch(number, start, end, stability, kappa, zero, zero)
    branch = diagram.branches[number]
    # closer towards both ends, where a fold turns or a pitchfork leaves
    nodes = 0.5 * (1.0 - np.cos(np.linspace(0.0, np.pi, SAMPLES)))
    arclength = np.clip(start + (end - start) * nodes, 0.0, float(branch.arclength[-1]))
    u, kappa = sample(branch, arclength)
    energy = free_energy(branch.potential, branch.isotropy, u, np.maximum(kappa, np.finfo(float).tiny))
    return Stretch(number, start, end, stability, kappa, amplitude(u), energy)


@dataclass(frozen=True)
class Portrait:
    """A state whose density is shown.

    Parameters
    ----------
    branch, arclength
        Where on which branch.
    kappa, amplitude, free_energy
        Its place in the panels.
    stability
        Whether it is locally stable, unstable, or not decided.
    a, isotropy
        Its moments, shape (N,), and its symmetry class.
    remark
        Why it was chosen: 'coexistence', 'end', 'fold' or 'between'.
    """

    branch: int
    arclength: float
    kappa: float
    amplitude: float
    free_energy: float
    stability: Stability
    a: Array
    isotropy: Isotropy
    remark: str


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
    state = branch.at(s)
    size = float(amplitude(state.a))
    energy, stability = state.free_energy, state.stability
    return Portrait(number, s, state.kappa, size, energy, stability, state.a, state.isotropy, remark)


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
