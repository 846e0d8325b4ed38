"""The saddle on the boundary between two basins: bisection, and bisection again wherever the pair drifts apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from branches.dynamics.fixed_space import Destination, FixedSpace, Member

__all__ = ["track_edge"]

Complex = NDArray[np.complex128]
CLOSE, APART = 1e-9, 1e-4  # the pair is bisected to the one, and followed until it is the other apart
BISECTIONS, ROUNDS = 60, 40
BESIDE = 3e-3  # the boundary trajectory has arrived when it is nearer to a saddle


def track_edge(
    space: FixedSpace, first: Complex, second: Complex, ends: tuple[Member, Member]
) -> Destination:
    """Return the saddle to which the flow on the boundary between two basins leads.

    Parameters
    ----------
    space
        The fixed space.
    first, second
        Coefficients of two densities whose trajectories end at different members.
    ends
        Those members.

    Returns
    -------
    Destination
        A member with one unstable direction inside the space, with the time that the boundary trajectory took, or None
        with the reason.

    Notes
    -----
    Bisection on the segment between the two densities to 10⁻⁹, then both are followed until they are 10⁻⁴ apart, and
    bisected again: with rates of ratio 17 a single bisection would need a start to 29 digits. Source: Skufca, Yorke,
    Eckhardt, Phys. Rev. Lett. 96 (2006) 174101.
    """
    time = 0.0
    for _ in range(ROUNDS):
        pair = _bisected(space, first, second, ends)
        if isinstance(pair, Destination):
            return pair
        first, second, ends = pair
        found, first, second, passed = _followed(space, first, second)
        time += passed
        if found is not None:
            return Destination(found, time, first)
        if passed == 0.0:
            return Destination(None, time, first, "the pair does not move")
        again = tuple(space.destination(c, space.basins).member for c in (first, second))
        if again != ends:
            return Destination(None, time, first, "the boundary between the basins was lost")
    return Destination(None, time, first, "the boundary leads to no known saddle")


def _bisected(
    space: FixedSpace, first: Complex, second: Complex, ends: tuple[Member, Member]
) -> tuple[Complex, Complex, tuple[Member, Member]] | Destination:
    """Shrink the segment between two basins; a third basin met in between takes the place of the second."""
    size = max(first.size, second.size)
    low, high = (np.pad(c, (0, size - c.size)) for c in (first, second))
    for _ in range(BISECTIONS):
        if float(np.max(np.abs(low - high))) <= CLOSE:
            break
        middle = 0.5 * (low + high)
        found = space.destination(middle, space.basins)
        if found.member is None:  # a symmetric start runs on the boundary itself
            return found if found.saddle is None else replace(found, member=found.saddle, reason="")
        if found.member is ends[0]:
            low = middle
        else:
            high, ends = middle, (ends[0], found.member)
    return low, high, ends


def _followed(
    space: FixedSpace, first: Complex, second: Complex
) -> tuple[Member | None, Complex, Complex, float]:
    """Follow a pair until it is apart or beside a saddle; return the saddle, the pair and the time."""
    one, other = space.trajectory(first), space.trajectory(second)
    while one.running and other.running:
        one.step()
        while other.running and other.t < one.t:
            other.step()
        if one.failure or other.failure:
            break
        now, also = one.c, other.moment(one.t).c
        size = max(now.size, also.size)
        now, also = np.pad(now, (0, size - now.size)), np.pad(also, (0, size - also.size))
        nearest, distance = _nearest_saddle(space, 0.5 * (now + also))
        if distance <= BESIDE:
            return nearest, space.spread(now), space.spread(also), one.t
        if float(np.max(np.abs(now - also))) >= APART:
            return None, space.spread(now), space.spread(also), one.t
    return None, first, second, 0.0


def _nearest_saddle(space: FixedSpace, inside: Complex) -> tuple[Member | None, float]:
    """Return the nearest member with one unstable direction, and its distance."""
    apart = space.distances(inside)
    saddle = np.array([member.index == 1 and not member.undecided for member in space.members])
    place = int(np.argmin(np.where(saddle, apart, np.inf)))
    return (space.members[place], float(apart[place])) if saddle[place] else (None, np.inf)
