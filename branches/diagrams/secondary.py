"""Special points of a branch: its folds, and where an isotropy block of the second variation turns neutral."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.records import Branch, SpecialPoint
from branches.diagrams.trace import GAINED, onset_near
from branches.spaces.isotropy import Block
from branches.states.morse_index import (
    LARGEST_MATRIX,
    WORKING_ACCURACY,
    block_index,
    block_spectrum,
    blocks_of,
    morse_index,
)
from branches.states.truncation import TAIL_ALLOWED
from continuation import bracketed_root, on_one_thread

__all__ = ["decided_index", "special_points"]

Array = NDArray[np.float64]
REFLECTION_BREAKING = "reflection-breaking"
SAME_ARCLENGTH = 1e-6  # relative to the branch: a fold and the neutral eigenvalue that comes with it
NEAR_ZERO = 1e-6  # of a bracket: where a zero is looked for again with more modes


@on_one_thread
def special_points(branch: Branch) -> tuple[SpecialPoint, ...]:
    """Return all special points of a branch in the order of arclength, with the Morse index on both sides.

    Every isotropy block is watched at the branch's points (closer ones are added where it begins and ends);
    where a count of negative eigenvalues changes, the eigenvalue that crosses zero is located to round-off. A pair of
    crossings between two points is looked for wherever an eigenvalue comes near zero and turns.

    Notes
    -----
    On a vertical branch (κ constant to round-off, as of the log gas) every state is neutral along the branch, and
    nothing more is sought. It may miss two crossings of one block between neighbouring points if the eigenvalue
    shows no minimum at the points themselves.
    """
    found = [_with_tail(branch, _named(branch, branch.point(point))) for point in branch.curve.special_points]
    reach = SAME_ARCLENGTH * float(branch.arclength[-1]) if branch.arclength.size else 0.0
    for block in () if _is_vertical(branch) else _blocks(branch):
        for zero in _crossings(branch, block):
            near = reach + 10 * min(zero.uncertainty, zero.bracket[1] - zero.bracket[0])
            if any(abs(zero.s - known.arclength) <= near and _explains(known, block) for known in found):
                continue
            found.append(_crossing_point(branch, block, zero))
    ordered = sorted(found, key=lambda point: point.arclength)
    return tuple(_with_indices(branch, ordered, k) for k in range(len(ordered)))


def _blocks(branch: Branch) -> tuple[Block, ...]:
    return blocks_of(branch.potential, branch.isotropy, branch.curve.u, branch.kappa)


def _is_vertical(branch: Branch) -> bool:
    return branch.kappa.size > 1 and float(np.ptp(branch.kappa)) <= 1e-12 * float(branch.kappa[0])


def _explains(known: SpecialPoint, block: Block) -> bool:
    """Whether a point already found accounts for a neutral eigenvalue of this block."""
    return (block.sector, block.residue) == (known.sector, known.residue)


def _named(branch: Branch, point: SpecialPoint) -> SpecialPoint:
    """Name the end on a more symmetric state by how its branches leave it."""
    if point.kind != "more symmetric state":
        return point
    own, a = branch.isotropy.symmetrised(point.a, GAINED)
    if own.n_fold == 0:  # the uniform state: the slope of κ decides
        _, kappa = branch.curve.at(point.arclength)
        slope = _kappa_slope(branch, point.arclength)
        kind = "transcritical" if abs(slope) > 1e-6 else "pitchfork"
        exact = onset_near(branch, kappa) if kind == "pitchfork" else point.kappa
        state = replace(point, a=np.zeros_like(point.a), kappa=exact)
        return replace(state, kind=kind, coefficients={"slope": slope, "kappa_traced": kappa}, breaks_to=branch.n_fold)
    if not own.same_kind(branch.isotropy):
        return replace(point, kind=REFLECTION_BREAKING, isotropy=own, a=a, sector="odd", residue=0, twin=own.twin_name)
    kind = "transcritical" if own.block_towards(branch.isotropy).order == 3 else "pitchfork"
    return replace(point, kind=kind, isotropy=own, residue=branch.n_fold)


def _with_tail(branch: Branch, point: SpecialPoint) -> SpecialPoint:
    """Add how much a fixed truncation neglects there."""
    tail = _neglected(branch, branch.isotropy.restricted(point.a), point.kappa)
    return replace(point, coefficients={**point.coefficients, "neglected_tail": tail}) if tail else point


def _neglected(branch: Branch, u: Array, kappa: float) -> float:
    return 0.0 if branch.adaptive else branch.system(u.size).tail(u, kappa)


def _kappa_slope(branch: Branch, s: float) -> float:
    """Return |d(κ/scale)/ds| at the end of the branch."""
    piece = branch.curve.pieces[-1]
    tau = (s - piece.start) / piece.length
    return float(abs(piece.derivative(tau)[-1]) / piece.length)


def _samples(branch: Branch) -> Array:
    """Arclengths to look at: the branch's points, and closer ones towards its two ends."""
    s = branch.arclength
    if s.size < 2:
        return np.empty(0)
    closer = 0.5 ** np.arange(1, 8)
    head, tail = s[0] + (s[1] - s[0]) * closer[::-1], s[-1] - (s[-1] - s[-2]) * closer
    return np.concatenate([head, s[1:-1], tail])


def _crossings(branch: Branch, block: Block) -> list[_Zero]:
    """Return wherever an eigenvalue of the block crosses zero."""
    s = _samples(branch)
    if s.size < 2:
        return []
    index = block_index(branch.potential, block, *branch.curve.sampled(s))
    crossings = []
    for k, series in enumerate(index.eigenvalues.T):
        if k > 0 and np.min(series) > 0.5:
            break
        for bracket, largest in _brackets(series, s, index.largest, partial(_Watch, branch, block, k)):
            located = _Watch(branch, block, k, largest).locate(*bracket)
            if located is not None:
                crossings.append(located)
    return crossings


@dataclass(frozen=True)
class _Zero:
    """A zero of an eigenvalue: its arclength, bracket, slope, and how far the last doubling of the modes moved it."""

    s: float
    bracket: tuple[float, float]
    slope: float
    uncertainty: float


@dataclass(frozen=True)
class _Watch:
    """The k-th eigenvalue of a block that no repulsive mode makes negative, with the modes up to ``largest``."""

    branch: Branch
    block: Block
    k: int
    largest: int

    def eigenvalue(self, s: float) -> float:
        """Return it at arclength s."""
        u, kappa = self.branch.curve.at(s)
        spectrum = block_spectrum(self.branch.potential, self.block, u[None], np.array([kappa]), self.largest)
        return float(spectrum.eigenvalues[0, spectrum.repulsive + self.k])

    def locate(self, left: float, right: float) -> _Zero | None:
        """Return a zero located with so many modes that more do not move it; None if there is none."""
        watch, previous, near = self, np.inf, (left, right)
        reach = 1e-12 * float(self.branch.arclength[-1])
        while True:
            ends = watch.eigenvalue(left), watch.eigenvalue(right)
            if ends[0] * ends[1] > 0 or max(map(abs, ends)) <= WORKING_ACCURACY:
                return None
            if near != (left, right) and watch.eigenvalue(near[0]) * watch.eigenvalue(near[1]) > 0:  # moved out
                near = (left, right)
            root = bracketed_root(watch.eigenvalue, *near)
            moved = abs(root - previous)
            if moved <= reach or 2 * watch.largest > LARGEST_MATRIX * self.block.isotropy.n_fold:
                return _Zero(
                    root, (left, right), (ends[1] - ends[0]) / (right - left), 0.0 if moved <= reach else moved
                )
            around = NEAR_ZERO * (right - left)
            watch, previous = replace(watch, largest=2 * watch.largest), root
            near = (max(left, root - around), min(right, root + around))


def _dips(series: Array) -> NDArray[np.intp]:
    """Return the interior points where |eigenvalue| has a minimum that a parabola through it brings near zero."""
    size = np.abs(series)
    middle, left, right = size[1:-1], size[:-2], size[2:]
    same_sign = (np.sign(series[1:-1]) == np.sign(series[:-2])) & (np.sign(series[1:-1]) == np.sign(series[2:]))
    drop = np.maximum(left - middle, right - middle)
    return np.flatnonzero(same_sign & (middle < left) & (middle < right) & (middle < drop)) + 1


def _brackets(
    series: Array, s: Array, largest: NDArray[np.int64], watch: Callable[[int], _Watch]
) -> list[tuple[tuple[float, float], int]]:
    """Return intervals on each of which the eigenvalue changes sign once as far as the samples and dips tell.

    With each comes the largest mode that the states around it take.
    """
    sign = np.sign(series)
    found = [
        ((float(s[i]), float(s[i + 1])), int(max(largest[i : i + 2])))
        for i in np.flatnonzero(sign[:-1] * sign[1:] < 0)
    ]
    for i in _dips(series):
        left, right, size = float(s[i - 1]), float(s[i + 1]), int(max(largest[i - 1 : i + 2]))
        lowest = _minimum(watch(size).eigenvalue, left, right, float(sign[i]))
        if lowest is not None:
            found += [((left, lowest), size), ((lowest, right), size)]
    return found


def _minimum(f: Callable[[float], float], left: float, right: float, sign: float) -> float | None:
    """Golden-section search for a place where sign·f < 0; None if there is none."""
    ratio = 0.6180339887498949
    inner, outer = right - ratio * (right - left), left + ratio * (right - left)
    f_inner, f_outer = sign * f(inner), sign * f(outer)
    for _ in range(40):
        if min(f_inner, f_outer) < 0:
            return inner if f_inner < f_outer else outer
        if f_inner < f_outer:
            right, outer, f_outer = outer, inner, f_inner
            inner = right - ratio * (right - left)
            f_inner = sign * f(inner)
        else:
            left, inner, f_inner = inner, outer, f_outer
            outer = left + ratio * (right - left)
            f_outer = sign * f(outer)
    return None


def _crossing_point(branch: Branch, block: Block, zero: _Zero) -> SpecialPoint:
    u, kappa = branch.curve.at(zero.s)
    tail = _neglected(branch, u, kappa)
    return branch.special_point(
        _kind(block) if tail <= TAIL_ALLOWED else "undecided",
        u,
        kappa,
        zero.s,
        zero.bracket,
        coefficients={
            "eigenvalue_slope": zero.slope,
            "neglected_tail": tail,
            "arclength_error": min(zero.uncertainty, 1e300),
        },
        sector=block.sector,
        residue=block.residue,
        breaks_to=0 if block.breaks_to is None else block.breaks_to.n_fold,
    )


def _kind(block: Block) -> str:
    """Name the bifurcation that the symmetry of the block forces.

    Rotations act on the block with order m: for m = 2 or m ≥ 4 the kernel has no invariant cubic, a
    pitchfork; for m = 3 it has one, transcritical; for m = 1 symmetry says nothing in the even sector, and the odd
    one loses the reflection.
    """
    if block.breaks_to is None or (block.order == 1 and not block.copies[0]):
        return block.breaking
    if block.order == 1:
        return "branch point"
    return "transcritical" if block.order == 3 else "pitchfork"


def _with_indices(branch: Branch, points: list[SpecialPoint], k: int) -> SpecialPoint:
    """Add the Morse index on the way to the neighbouring special points, where the truncation holds the states."""
    s = points[k].arclength
    total = float(branch.arclength[-1])
    if points[k].coefficients.get("neglected_tail", 0.0) > TAIL_ALLOWED:
        return points[k]  # these are no states
    before = points[k - 1].arclength if k else 0.0
    after = points[k + 1].arclength if k + 1 < len(points) else total
    sides = [
        decided_index(branch, s, other) if abs(other - s) > 1e-9 * max(total, 1.0) else (None, 0)
        for other in (before, after)
    ]
    (left, doubt_left), (right, doubt_right) = sides
    return replace(
        points[k], index_before=left, index_after=right, undecided_before=doubt_left, undecided_after=doubt_right
    )


def decided_index(branch: Branch, near: float, far: float) -> tuple[tuple[int, int], int]:
    """Return a Morse index (even, odd) between two arclengths where it is decided, and the eigenvalues undecided there.

    Places rather close to the first are tried one after the other, the middle if nothing is decided anywhere.
    """
    for fraction in (0.1, 0.03, 0.3, 0.5, 0.7, 0.9, 0.5):
        u, kappa = branch.curve.sampled(np.array([near + fraction * (far - near)]))
        index = morse_index(branch.potential, branch.isotropy, u, kappa)
        if not index.undecided[0]:
            break
    return (int(index.even[0]), int(index.odd[0])), int(index.undecided[0])
