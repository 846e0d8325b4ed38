"""How many nodes the Gauss rules of spheres take: for a basis, for a product of its functions, in many dimensions."""

from __future__ import annotations

from branches.spaces.cosines import OVERSAMPLING

__all__ = ["of_basis", "of_products", "poleward"]

SPARE = 4  # nodes more, for few functions
ROUND_SIZE = 16  # numbers of nodes are multiples of it, so that few matrices are kept
# Nodes more for each dimension: the measure crowds around the equator like 1/√d, and a rule without them has no node
# where a density concentrated elsewhere lives: of M nodes the outermost has t = √(1 − (ν/(M + ν))²), ν = d/2 − 1.
POLEWARD = 0.75


def poleward(dimension: int) -> int:
    """Return how many nodes more a rule needs so that it reaches densities far from the equator.

    Examples
    --------
    >>> poleward(3), poleward(1000)
    (0, 748)
    """
    return int(POLEWARD * (dimension - 2))


def of_basis(functions: int, dimension: int, share: int = 1) -> int:
    """Return the number of nodes of a basis of so many functions.

    Parameters
    ----------
    functions, dimension
        How many functions of successive degrees of the rule's variable, and d of S^{d−1}.
    share
        Part of the range on which the nodes are: 2 for a half, or for a variable in which degrees count half.
    """
    return int(OVERSAMPLING * functions) + SPARE + poleward(dimension) // share


def of_products(wanted: int, dimension: int = 2, share: int = 1) -> int:
    """Return a number of nodes, at least ``wanted`` and those towards the poles, of which few different ones occur.

    Examples
    --------
    >>> of_products(33), of_products(33, 1000, 2)
    (48, 416)
    """
    return ROUND_SIZE * -(-(wanted + poleward(dimension) // share) // ROUND_SIZE)
