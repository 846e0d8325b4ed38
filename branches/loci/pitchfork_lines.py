"""Lines of secondary branch points: where a state turns neutral to modes that break its period."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.pitchfork import pitchfork_shape
from branches.diagrams.records import SpecialPoint
from branches.loci.curve_points import Line
from branches.loci.endings import Ending
from branches.loci.family_weights import FamilyWeights, unit_mode
from branches.loci.followed_lines import followed_line, resolved
from branches.loci.gibbs_family import equations_of
from branches.potentials.potential import Potential
from branches.spaces.circle import Dihedral, even_block
from branches.spaces.isotropy import Block
from continuation import Event, singular_system

__all__ = ["breaks_its_class", "pitchfork_line"]

Array = NDArray[np.float64]
CLOSE = 0.1  # amplitude of the states from which an end on the uniform state is extrapolated
POLE = 1e300  # finite: the curvature where its denominator is zero
CRITICAL = 1e-6  # a curvature that changes its sign through a pole is not small there


def pitchfork_line(
    family: Callable[[float], Potential],
    point: SpecialPoint,
    q0: float,
    low: float,
    high: float,
    slopes: Callable[[float, int], Array] | None = None,
) -> Line:
    """Follow a secondary branch point over the parameter of a family, both ways.

    Parameters
    ----------
    family
        Parameter → Potential.
    point
        A 'pitchfork' or 'transcritical' point of a branch of ``family(q0)``, off a state of period 2π/n, n ≥ 2.
    q0
        Where it was found.
    low, high
        Range of the parameter.
    slopes
        dg/dq, as in :class:`~branches.loci.family_weights.FamilyWeights`.

    Returns
    -------
    Line
        With its special points: 'tricritical' where a pitchfork turns from super- to subcritical, 'degenerate' where
        its curvature has a pole, and 'resonance' where the state itself merges with the uniform one.

    Raises
    ------
    ValueError
        If the point does not break the period of its state, or Newton's iteration fails on it.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> (point,) = branches.trace(potentials.bimodal(1.5), mode=2, kappa_max=2.0).special_points
    >>> line = pitchfork_line(potentials.bimodal, point, 1.5, 1.2, 2.0)
    >>> [(point.kind, f"{point.q:.12f}") for point in line.points]
    [('tricritical', '1.634939096862')]
    """
    if not breaks_its_class(point):
        raise ValueError(
            f"point = {point.kind!r} of period number {point.n_fold} is not allowed: give a pitchfork or transcritical "
            "point of a branch of period number at least 2"
        )
    weights = FamilyWeights(family, low, high, unit_mode(family(q0), point.n_fold), slopes, point.isotropy.widest)
    return resolved(partial(_line, weights, point, q0), point.a.size // point.n_fold)


def breaks_its_class(point: SpecialPoint) -> bool:
    """Return whether states of less symmetry, but of the same kind, leave a state at a special point."""
    if point.kind not in ("pitchfork", "transcritical"):
        return False
    if isinstance(point.isotropy, Dihedral):
        return point.n_fold >= 2 and point.residue % point.n_fold != 0
    return point.kind == "pitchfork" and point.n_fold > point.isotropy.widest.n_fold


def _line(weights: FamilyWeights, point: SpecialPoint, q0: float, size: int) -> Line:
    n = point.n_fold
    a = point.isotropy.twin(point.a) if point.sector == "odd" else point.a
    u = a[n - 1 :: n][:size]
    u, kappa = np.pad(u, (0, size - u.size)), point.kappa / weights.unit(q0)
    on_circle = isinstance(point.isotropy, Dihedral)
    block = even_block(n, point.residue) if on_circle else point.isotropy.block_towards(weights.kind)
    target = block.breaks_to
    assert target is not None
    problem = singular_system(equations_of(weights, n, size, block), u, kappa, q0)
    events = () if block.order == 3 else _shape_events(weights, block, size)
    ending = Ending("resonance", 0, n, size, power=1, close=CLOSE)
    name = f"mode {n} to mode {target.n_fold}"
    return followed_line("pitchfork", name, problem, np.append(u, kappa), q0, weights, (ending,), events)


def _shape_events(weights: FamilyWeights, block: Block, size: int) -> tuple[Event, ...]:
    """Return the events at which a curvature of the pitchfork changes its sign, through zero or a pole.

    At order 4 the half-branches on a state and on its twin have curvatures of their own.
    """

    def curvature(on_twin: bool, u: Array, q: float) -> float:
        n = block.isotropy.n_fold
        potential = weights.system(q, weights.kind.n_fold, n * size // weights.kind.n_fold).potential
        state = Dihedral(1).twin(u[:-1]) if on_twin else u[:-1]
        try:
            return pitchfork_shape(potential, block, state, float(u[-1]), n * size).curvature
        except ArithmeticError:  # a step may reach beyond the end, where the state is the uniform one
            return POLE

    def vanishes(on_twin: bool, u: Array, q: float) -> bool:
        return abs(curvature(on_twin, u, q)) <= CRITICAL

    def has_pole(on_twin: bool, u: Array, q: float) -> bool:
        return not vanishes(on_twin, u, q)

    events = []
    for on_twin in (False, True) if block.order == 4 else (False,):
        test = partial(curvature, on_twin)
        events.append(Event("tricritical" + ":twin" * on_twin, test, accept=partial(vanishes, on_twin)))
        events.append(Event("degenerate" + ":twin" * on_twin, test, accept=partial(has_pole, on_twin)))
    return tuple(events)
