"""Where two locally stable states of a diagram have the same free energy, and no other has a lower one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from branches.diagrams.diagram import Diagram
from branches.figures.stretches import UNIFORM, Stretch, stretches
from branches.landscapes.envelope import Exchange
from branches.landscapes.landscape import exchanges
from continuation import once

__all__ = ["Coexistence", "coexistences"]


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


@once
def coexistences(diagram: Diagram) -> tuple[Coexistence, ...]:
    """Return the discontinuous changes of the state of least free energy in a diagram, by coupling.

    Parameters
    ----------
    diagram
        Only its own branches are compared.

    Returns
    -------
    tuple of Coexistence
        Located to about 12 digits.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5)
    >>> [f"{crossing.kappa:.12f}" for crossing in coexistences(d)]
    ['0.391475100836']
    """
    parts = stretches(diagram)
    return tuple(_seen(jump, parts) for jump in exchanges(diagram) if jump.kind == "discontinuous")


def _seen(jump: Exchange, parts: tuple[Stretch, ...]) -> Coexistence:
    arcs = jump.before, jump.after
    places = jump.before.place(jump.kappa), jump.after.place(jump.kappa)
    around = [_around(arc.number, place, parts) for arc, place in zip(arcs, places, strict=True)]
    low, high = max(part.kappa.min() for part in around), min(part.kappa.max() for part in around)
    energy = float(jump.before.energies(np.array([jump.kappa]))[0][0])
    return Coexistence(jump.kappa, energy, (arcs[0].number, arcs[1].number), places, (float(low), float(high)))


def _around(branch: int, place: float, parts: tuple[Stretch, ...]) -> Stretch:
    """Return the stretch of a branch on which an arclength lies."""
    own = [part for part in parts if part.branch == branch]
    return min(own, key=lambda part: max(part.start - place, place - part.end))
