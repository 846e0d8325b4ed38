"""Spheres S^{d−1}: which classes of states are followed on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from branches.spaces.blocks_of_spheres import BlockStates
from branches.spaces.isotropy import Isotropy
from branches.spaces.space import Space
from branches.spaces.zonal import Zonal

__all__ = ["Sphere", "sphere"]


@dataclass(frozen=True)
class Sphere(Space):
    """The sphere S^{d−1}, on which zonal states are followed, and block states from the onset of degree 2.

    Examples
    --------
    >>> space = sphere(5)
    >>> [isotropy.name for isotropy in space.onset_classes(2)], space.isotropy(3).name
    (['zonal, even', 'block O(2) × O(3)'], 'zonal')
    """

    def isotropy(self, n_fold: int) -> Isotropy:
        """Return the zonal states of all degrees, of the even ones for an even n, or the uniform state for 0."""
        if n_fold == 0:
            return Zonal(0, self.dimension)
        return Zonal(1 if n_fold % 2 else 2, self.dimension)

    def onset_classes(self, degree: int) -> tuple[Isotropy, ...]:
        """Return the zonal states, and at degree 2 the block states of O(k) × O(d−k), 2 ≤ k ≤ d/2."""
        blocks = range(2, self.dimension // 2 + 1) if degree == 2 else ()
        return (self.isotropy(degree), *(BlockStates(2, self.dimension, k) for k in blocks))


@lru_cache(maxsize=64)
def sphere(dimension: int) -> Sphere:
    """Return the sphere of d coordinates, d ≥ 3."""
    return Sphere(dimension)
