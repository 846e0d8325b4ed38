"""The potentials that have their names on spheres; on the circle they are those of other names."""

from __future__ import annotations

from branches.potentials.families import DoiOnsager, Polynomial
from branches.potentials.potential import Potential, check_dimension
from branches.potentials.spheres import SphereOnsager

__all__ = ["onsager", "vector_model"]


def vector_model(dimension: int = 3) -> Potential:
    """Return the mean-field vector model W = −⟨x, y⟩ on S^{d−1} (d = 3: Langevin–Heisenberg): g = (1, 0, 0, …).

    Parameters
    ----------
    dimension : int
        d ≥ 2; 2 is `kuramoto`.

    Raises
    ------
    ValueError
        If `dimension` is not an integer ≥ 2.

    Examples
    --------
    >>> from branches.potentials.named import kuramoto
    >>> vector_model(3).onset_coupling(1), vector_model(2) == kuramoto()
    (3.0, True)
    """
    d = check_dimension(dimension)
    return Polynomial("kuramoto", ((1, 1.0),)) if d == 2 else Polynomial("vector_model", ((1, 1.0),), dimension=d)


def onsager(dimension: int = 3) -> Potential:
    """Return Onsager's potential W = |sin θ| of rods in d dimensions.

    Parameters
    ----------
    dimension : int
        d ≥ 2; 2 is `doi_onsager`.

    Raises
    ------
    ValueError
        If `dimension` is not an integer ≥ 2.

    Notes
    -----
    In three dimensions g_{2k} = (π/4)(4k+1)q²/((2k−1)(k+1)), q = (2k−1)!!/(2k)!!, and the nematic onset is at 32/π.

    Examples
    --------
    >>> print(f"{onsager().onset_coupling(2):.12f}")
    10.185916357881
    """
    return DoiOnsager() if check_dimension(dimension) == 2 else SphereOnsager(dimension)
