"""Where two locally stable states of a diagram have the same free energy, and no other has a lower one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.optimize import brentq

from branches.diagrams.diagram import Diagram
from branches.model.energy import free_energy
from branches.output.curves import UNIFORM, Stretch, sample, stretches

__all__ = ["Coexistence", "coexistences"]

PROBES = 9  # couplings at which two free energies are compared before a crossing is located
INSIDE = 1e-6  # of the overlap: at its very ends two phases may be one state
TIE = 1e-12


@dataclass(frozen=True)
class Coexistence:
    """A first-order transition seen in a diagram.

    Parameters
    ----------
    kappa, free_energy
        Where the two free energies cross.
    branches
        The numbers of the two branches, −1 for the uniform state; first the one that wins below ``kappa``.
    arclengths
        Where on them (κ for the uniform state).
    overlap
        Couplings between which both are locally stable.
    """

    kappa: float
    free_energy: float
    branches: tuple[int, int]
    arclengths: tuple[float, float]
    overlap: tuple[float, float]

    @property
    def states(self) -> tuple[tuple[int, float], ...]:
        """(branch, arclength) of the coexisting states that are not uniform."""
        pairs = zip(self.branches, self.arclengths, strict=True)
        return tuple((number, s) for number, s in pairs if number != UNIFORM)


def coexistences(diagram: Diagram) -> tuple[Coexistence, ...]:
    """Return the crossings of the lowest free energies of a diagram, by coupling.

    Parameters
    ----------
    diagram
        Only its own branches are compared.

    Returns
    -------
    tuple of Coexistence
        Located to about 12 digits.

    Notes
    -----
    A stretch of constant stability has no fold inside, so on it F is a function of κ, with
    dF/dκ = −½ Σ g_n a_n². Two crossings of one pair closer than an eighth of their overlap would be missed.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5)
    >>> [f"{crossing.kappa:.12f}" for crossing in coexistences(d)]
    ['0.391475100836']
    """
    phases = [_Phase(diagram, part) for part in stretches(diagram) if part.stable]
    found = []
    for first, second in combinations(phases, 2):
        found += [crossing for crossing in _crossings(first, second) if _lowest(crossing, phases)]
    return tuple(sorted(found, key=lambda crossing: crossing.kappa))


class _Phase:
    """The free energy of one stable stretch as a function of κ."""

    def __init__(self, diagram: Diagram, part: Stretch) -> None:
        self.diagram, self.part = diagram, part
        self.low, self.high = float(part.kappa.min()), float(part.kappa.max())

    def place(self, kappa: float) -> float:
        """Return the arclength at a coupling of the stretch (κ itself for the uniform state)."""
        if self.part.branch == UNIFORM:
            return kappa
        curve = self.diagram.branches[self.part.branch].curve
        inside = [min(max(s, self.part.start), self.part.end) for s in curve.crossings(kappa)]
        return min(inside, key=lambda s: abs(curve.at(s)[1] - kappa), default=self.part.start)

    def energy(self, kappa: float) -> float:
        """Return F at a coupling of the stretch."""
        if self.part.branch == UNIFORM:
            return 0.0
        branch = self.diagram.branches[self.part.branch]
        u, _ = sample(branch, np.array([self.place(kappa)]))
        return float(free_energy(branch.weights, u, np.array([kappa]))[0])


def _crossings(first: _Phase, second: _Phase) -> list[Coexistence]:
    low, high = max(first.low, second.low), min(first.high, second.high)
    if high - low <= INSIDE * high:
        return []

    def difference(kappa: float) -> float:
        return first.energy(kappa) - second.energy(kappa)

    margin = INSIDE * (high - low)
    probes = np.linspace(low + margin, high - margin, PROBES)
    values = np.array([difference(kappa) for kappa in probes])
    found = []
    for k in np.flatnonzero(values[:-1] * values[1:] < 0):
        kappa = float(brentq(difference, probes[k], probes[k + 1], xtol=4e-16 * high, rtol=1e-15))
        below, above = (first, second) if values[k] < 0 else (second, first)
        numbers = (below.part.branch, above.part.branch)
        places = (below.place(kappa), above.place(kappa))
        found.append(Coexistence(kappa, first.energy(kappa), numbers, places, (low, high)))
    return found


def _lowest(crossing: Coexistence, phases: list[_Phase]) -> bool:
    rivals = [phase for phase in phases if phase.low <= crossing.kappa <= phase.high]
    return all(phase.energy(crossing.kappa) >= crossing.free_energy - TIE for phase in rivals)
