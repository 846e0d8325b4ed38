"""Where the unstable manifold of a state is entered, in which fixed spaces and along which directions."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from branches.dynamics.arrival import Stationary
from branches.dynamics.fixed_space import Member, rates_of

__all__ = ["boundaries", "one_way_out", "spaces", "starts"]

Complex = NDArray[np.complex128]
START = 1e-5  # distance from a state at which its unstable manifold is entered
ANGLES = 16  # directions of a two-dimensional unstable manifold
SAMPLES = 16  # of one of more dimensions
SEED = 0  # of those directions


def spaces(state: Stationary, is_even: bool) -> Iterator[tuple[int, bool]]:
    """Yield the fixed spaces, smallest first, in each of which a state has other unstable directions than before."""
    found = rates_of(state)
    if state.n_fold == 0:
        unstable = {int(np.argmax(np.abs(row))) + 1 for row in found.blocks[0].directions[found.blocks[0].rates < 0]}
        periods: Iterable[int] = range(max(unstable, default=0), 0, -1)
        seen: list[frozenset[int]] = [frozenset()]
        for d in periods:
            inside = frozenset(n for n in unstable if n % d == 0)
            if inside not in seen:
                seen.append(inside)
                yield d, True
        return
    divisors = [d for d in range(state.n_fold, 0, -1) if state.n_fold % d == 0]
    if is_even:
        for d in divisors:
            yield d, True
    if not is_even or any(b.sector == "odd" and b.residue == 0 and b.unstable for b in found.blocks):
        for d in divisors:
            yield d, False


def boundaries(
    start: Member, ended: list[Member | None], uniform: bool, period: int
) -> Iterator[tuple[int, int]]:
    """Yield pairs of starts that end differently: neighbours on a circle, one pair for each two ends beyond.

    About the uniform state a rotation by π/d maps starts to starts: of two pairs that it exchanges one is kept.
    """
    ways = _ways(start.index)
    ring = start.index == 2
    turned = np.arange(len(ways))
    if uniform:
        modes = np.argmax(np.abs(start.directions), axis=1) + 1
        mirrored = ways * np.where((modes // period) % 2 == 1, -1.0, 1.0)
        turned = np.array([int(np.argmin(np.linalg.norm(ways - way, axis=1))) for way in mirrored])
    pairs = itertools.pairwise([*range(len(ways)), 0]) if ring else itertools.combinations(range(len(ways)), 2)
    seen: set[frozenset[int]] = set()
    for i, j in pairs:
        if ended[i] is None or ended[j] is None or ended[i] is ended[j]:
            continue
        if ring:
            key, same = frozenset((i, j)), frozenset((int(turned[i]), int(turned[j])))
        else:
            key = same = frozenset((id(ended[i]), id(ended[j])))
        if key not in seen and same not in seen:
            seen.add(key)
            yield i, j


def _ways(count: int) -> NDArray[np.float64]:
    """Return unit combinations of the unstable directions: both ways, around a circle, or on the sphere."""
    if count == 1:
        return np.array([[1.0], [-1.0]])
    if count == 2:  # no angle on a coordinate axis: the axes are spaces of their own
        angle = 2.0 * np.pi * (np.arange(ANGLES) + 0.5) / ANGLES
        return np.column_stack([np.cos(angle), np.sin(angle)])
    ways = np.random.default_rng(SEED).standard_normal((SAMPLES, count))
    return np.asarray(ways / np.linalg.norm(ways, axis=1, keepdims=True))


def starts(member: Member) -> Iterator[Complex]:
    """Yield densities on the unstable manifold near a member."""
    size = max(member.c.size, member.directions.shape[1])
    base = np.pad(member.c, (0, size - member.c.size))
    for way in _ways(member.index):
        shift = way @ member.directions
        yield base + START * np.pad(shift, (0, size - shift.size))


def one_way_out(state: Stationary) -> bool:
    """Whether shooting one way (and its mirror image) along the unstable manifold is all there is up to symmetry."""
    found = rates_of(state)
    if found.undecided:
        return False
    if state.n_fold == 0:
        return found.unstable <= 2  # one mode: the rotations turn every direction into every other
    return found.unstable <= 1
