"""Which states that are not zonal leave an onset of the sphere in three dimensions, by representation theory.

By the equivariant branching lemma a branch leaves for every subgroup of O(3) that keeps exactly one direction of the
harmonics of degree l (an axial subgroup; Golubitsky, Stewart and Schaeffer, Singularities and Groups in Bifurcation
Theory II, 1988, ch. XIII). Others may leave as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

__all__ = ["axial_subgroups", "owed_at_onset"]

Element = tuple[int, float, int]  # how many, the angle of the rotation, ±1: whether −1 follows it
TURN = 2.0 * math.pi
OCTAHEDRAL: tuple[Element, ...] = ((1, 0.0, 1), (8, TURN / 3, 1), (6, TURN / 4, 1), (9, TURN / 2, 1))
ICOSAHEDRAL: tuple[Element, ...] = (
    (1, 0.0, 1), (20, TURN / 3, 1), (12, TURN / 5, 1), (12, 2 * TURN / 5, 1), (15, TURN / 2, 1),
)  # fmt: skip
TETRAHEDRAL: tuple[Element, ...] = (  # of the tetrahedron with its mirrors: half of the octahedral ones times −1
    (1, 0.0, 1), (8, TURN / 3, 1), (3, TURN / 2, 1), (6, TURN / 4, -1), (6, TURN / 2, -1),
)  # fmt: skip


def axial_subgroups(degree: int) -> tuple[str, ...]:
    """Return the axial subgroups of O(3) on harmonics of degree l ≥ 1, but the one of zonal states.

    Examples
    --------
    >>> axial_subgroups(2), axial_subgroups(3), axial_subgroups(6)
    ((), ('tetrahedral', 'D_3h'), ('octahedral', 'icosahedral'))
    """
    named = {"octahedral": OCTAHEDRAL, "icosahedral": ICOSAHEDRAL}
    if degree % 2:
        named["tetrahedral"] = TETRAHEDRAL
    found = [name for name, group in named.items() if _fixed(group, degree) == 1]
    if degree % 2:
        # D_2md keeps cos mφ, cos 3mφ, …; for m = 2 its function of degree l may be the tetrahedral one
        for m in range(2, degree + 1):
            if _fixed(_dihedral(m), degree) == 1 and not (m == 2 and "tetrahedral" in found):
                found.append(f"D_{m}{'h' if m % 2 else 'd'}")  # in Schoenflies' notation; of order 4m
    return tuple(found)


def _dihedral(m: int) -> tuple[Element, ...]:
    """Return D_2md: the rotations of D_m, and those of D_2m that are not in it times −1."""
    turns = [(1, TURN * j / m, 1) for j in range(m)]
    return (*turns, (m, TURN / 2, 1), *[(1, TURN * (2 * j + 1) / (2 * m), -1) for j in range(m)], (m, TURN / 2, -1))


def _fixed(group: Iterable[Element], degree: int) -> int:
    """Return the dimension of the harmonics of degree l that a group keeps: the mean of its character."""
    total = order = 0.0
    for count, angle, sign in group:
        half = 0.5 * angle
        around = abs(math.sin(half)) < 1e-12
        character = 2 * degree + 1.0 if around else math.sin((2 * degree + 1) * half) / math.sin(half)
        total += count * character * (1 if sign > 0 else (-1) ** degree)
        order += count
    return round(total / order)


def owed_at_onset(dimension: int, degree: int) -> tuple[str, ...]:
    """Return the branches that leave the onset of a degree on S^{d−1} and are not followed, in words.

    Examples
    --------
    >>> owed_at_onset(3, 4)
    ('octahedral states',)
    >>> owed_at_onset(5, 2), owed_at_onset(5, 3)
    ((), ('states that are not zonal, whose number is not known',))
    """
    if degree <= 2:
        return ()
    if dimension > 3:
        return ("states that are not zonal, whose number is not known",)
    return tuple(f"{name} states" for name in axial_subgroups(degree))
