"""A space on which particles live: its dimension, its harmonics, and the classes of states on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from branches.spaces.circle import Dihedral
from branches.spaces.isotropy import Isotropy

__all__ = ["CIRCLE", "Circle", "Space"]


@dataclass(frozen=True)
class Space(ABC):
    """Where the particles live, with the uniform probability.

    Parameters
    ----------
    dimension
        d of S^{d−1}: 2 for the circle.
    """

    dimension: int

    @abstractmethod
    def isotropy(self, n_fold: int) -> Isotropy:
        """Return the class of the states that the degrees n, 2n, 3n, … describe; n = 0 for the uniform state."""

    def multiplicity(self, degree: int) -> float:
        """Return N_l, the number of harmonics of degree l."""
        return float(self.isotropy(1).multiplicity(np.array([degree]))[0])

    def onset_classes(self, degree: int) -> tuple[Isotropy, ...]:
        """Return the classes of the branches that leave the onset of a degree and are followed."""
        return (self.isotropy(degree),)

    def common_class(self, degrees: tuple[int, ...]) -> Isotropy:
        """Return the class of most symmetry that sees all of some degrees."""
        classes = [self.isotropy(degree) for degree in degrees]
        shared = classes[0]
        for other in classes[1:]:
            shared = shared.joined(other)
        return shared


@dataclass(frozen=True)
class Circle(Space):
    """The circle, on which states are followed that have an axis of symmetry.

    Examples
    --------
    >>> CIRCLE.isotropy(3).name, CIRCLE.multiplicity(3)
    ('period 2π/3', 2.0)
    """

    dimension: int = 2

    def isotropy(self, n_fold: int) -> Isotropy:
        """Return the even states of period 2π/n."""
        return Dihedral(n_fold)


CIRCLE = Circle()
