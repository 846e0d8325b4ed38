"""Departures: the half-branches that an onset or a branch point owes, and how each one starts."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.axisless_start import axisless_departures, reflection_departure
from branches.diagrams.departure import Departure, Start
from branches.diagrams.fractional_start import fractional_start
from branches.diagrams.leading import Leading, leading_of_onset, leading_of_pitchfork, leading_of_slope
from branches.diagrams.neutral_state import neutral_state
from branches.diagrams.pitchfork import Slope, pitchfork_shape, transcritical_slopes
from branches.diagrams.records import Branch, SpecialPoint
from branches.diagrams.secondary import REFLECTION_BREAKING
from branches.diagrams.trace import FIRST_SIZE, make_system, start_at_onset
from branches.onsets.classify import Onset
from branches.onsets.resonant.ray import Ray
from branches.potentials.potential import Potential
from branches.spaces.blocks_of_spheres import BlockStates
from branches.spaces.circle import Dihedral
from branches.spaces.isotropy import Block, Isotropy
from branches.states.equations import StateEquations
from continuation import Piece, Settings, follow, leave

__all__ = ["Departure", "departures_along", "departures_from_onset", "departures_from_point", "neutral_block"]

Array = NDArray[np.float64]
SERIES_DEGREE = 5  # of the reduced equations: up to it the Taylor series of the blown-up equations tells rays apart
BRANCH_POINTS = ("pitchfork", "transcritical", "branch point", REFLECTION_BREAKING, "symmetry-breaking")
NOT_OF_ITS_KIND = "the states that leave have less symmetry than those of its kind: not followed"


def departures_from_onset(
    potential: Potential, onset: Onset, n_modes: int | None, settings: Settings
) -> list[Departure]:
    """Return the half-branches of an onset: one for a simple kernel, one for each ray of a resonant one.

    Where the rays of a resonant kernel are not all decided, one more stands for those that may be missing.
    """
    departures = []
    for number, ray in enumerate(onset.rays, 1):
        active = [mode for mode, d in zip(ray.modes, ray.direction, strict=True) if abs(d) > 1e-12]
        if ray.isotropy is not None:
            departures.append(_from_sphere(potential, onset, ray, n_modes, settings))
            continue
        isotropy = potential.space.common_class(ray.active)
        name = f"mode {active[0]}" if len(active) == 1 else "modes " + "+".join(map(str, active))
        description = name if len(onset.rays) == 1 else f"{name}, ray {number}"
        start: Start
        n = isotropy.n_fold
        alone = ray.active == (n,) and not any(k % n == 0 for k in onset.kernel if k != n)
        if alone and isinstance(isotropy, Dihedral):
            start = partial(start_at_onset, potential, n, n_modes, settings)
        else:
            start = partial(_start_ray, potential, isotropy, onset.kappa, ray, n_modes, settings)
        departures.append(Departure(description, start, leading=leading_of_onset(onset, ray)))
    if onset.undecided_rays:
        departures.append(Departure("rays that are not decided", None, onset.undecided_rays))
    departures += [Departure(f"mode {onset.mode}, {owed}", None, NOT_OF_ITS_KIND) for owed in onset.owed]
    return departures + axisless_departures(potential, onset, n_modes, settings)


def _from_sphere(
    potential: Potential, onset: Onset, ray: Ray, n_modes: int | None, settings: Settings
) -> Departure:
    """Return a half-branch of zonal or block states that leaves a simple onset of a sphere."""
    assert ray.isotropy is not None
    mode, side = onset.mode, int(np.sign(ray.direction[0]))
    description = f"mode {mode}"
    if isinstance(ray.isotropy, BlockStates):
        favoured = ray.isotropy.k if side > 0 else ray.isotropy.dimension - ray.isotropy.k
        description += f", block of {favoured}"
    elif ray.order == 1:
        description += f", {(('prolate', 'oblate') if mode == 2 else ('poles', 'equator'))[side < 0]}"
    start = partial(start_at_onset, potential, mode, n_modes, settings, ray.isotropy, side)
    return Departure(description, start, leading=leading_of_onset(onset, ray))


def _start_ray(
    potential: Potential, isotropy: Isotropy, kappa: float, ray: Ray, n_modes: int | None, settings: Settings
) -> tuple[StateEquations, Piece]:
    system, n = make_system(potential, isotropy, n_modes, kappa), isotropy.n_fold
    if len(ray.modes) == 2 and (np.any(ray.half) or ray.degree > SERIES_DEGREE):
        return system, fractional_start(potential, system, kappa, ray, settings)
    if np.any(ray.half):
        raise ArithmeticError("it leaves in powers of the root of its amplitude, which is followed for two modes only")
    direction, bend = np.zeros(system.size + 1), np.zeros(system.size + 1)
    for mode, d, y in zip(ray.modes, ray.direction, ray.bend, strict=True):
        if mode % n == 0:
            direction[mode // n - 1], bend[mode // n - 1] = d, y
    slope = ray.slope * kappa / system.parameter_scale
    if ray.order == 1:
        direction[-1] = slope
    elif ray.order == 2:
        bend[-1] = slope
    x = np.append(np.zeros(system.size), kappa / system.parameter_scale)
    nullity = sum(mode % n == 0 for mode in ray.modes)
    equations = system.matrix_free(system.size) if system.adaptive else system
    return system, leave(equations, x, direction, settings, bend, nullity)


def departures_from_point(
    branch: Branch, point: SpecialPoint, n_modes: int | None, settings: Settings
) -> list[Departure]:
    """Return the half-branches that a special point of a branch owes, one for each symmetry orbit.

    With m the order of the motion on the neutral block (see :class:`~branches.spaces.isotropy.Block`): for m = 2 one,
    on the branch or on its twin; for odd m ≥ 3 two, along ±δa; for even m ≥ 4 one on the branch and one on its
    twin; for m = 1 two in the even sector, and one without a mirror axis in the odd one. A
    branch that ends here on a more symmetric one belongs to that one's block.
    """
    if point.kind not in BRANCH_POINTS or not np.any(point.a):
        return []
    if point.kind == REFLECTION_BREAKING:
        return [reflection_departure(branch, point, n_modes, settings)]
    block = neutral_block(branch, point)
    if block is None:
        return [Departure(point.sector, None, NOT_OF_ITS_KIND)]
    try:
        leaving = _leaving(branch, point, block)
    except (ArithmeticError, ValueError) as failure:
        return [Departure(block.name, None, f"the directions in which branches leave are not known: {failure}")]
    return [
        Departure(
            description,
            partial(_start_point, branch, point, block, n_modes, settings, leading, on_twin),
            leading=leading,
        )
        for description, leading, on_twin in leaving
    ]


def _leaving(branch: Branch, point: SpecialPoint, block: Block) -> list[tuple[str, Leading, bool]]:
    """Return the description, the leading order and whether it is on the twin, of each half-branch of a block."""
    name, own = block.name, block.isotropy
    sides = (f"{name}, one side", f"{name}, other side")
    used = int(np.flatnonzero(np.abs(point.a) > 1e-15)[-1]) + 1
    size = max(FIRST_SIZE * block_class(block).n_fold, 24 * own.n_fold, int(1.3 * used))

    def moments(on_twin: bool) -> Array:
        return own.restricted(own.twin(point.a) if on_twin else point.a)

    def pitchfork(on_twin: bool) -> Leading:
        return leading_of_pitchfork(pitchfork_shape(branch.potential, block, moments(on_twin), point.kappa, size))

    if block.order in (1, 3):
        slopes = transcritical_slopes(branch.potential, block, moments(False), point.kappa, size)
        if block.order == 1:
            sides, slopes = ("same period, one side", "same period, other side"), _others(branch, point, slopes)
        there = leading_of_slope(slopes[0])
        return [(sides[0], there, False), (sides[1], there.opposite, False)]
    if block.order == 2:
        on_twin = point.sector == "odd" and point.isotropy == branch.isotropy
        return [(name + ", on the twin" * on_twin, pitchfork(on_twin), on_twin)]
    if block.order % 2:
        there = pitchfork(False)
        return [(sides[0], there, False), (sides[1], there.opposite, False)]
    return [(name, pitchfork(False), False), (f"{name}, on the twin", pitchfork(True), True)]


def _others(branch: Branch, point: SpecialPoint, slopes: tuple[Slope, ...]) -> tuple[Slope, ...]:
    """Return the slopes without the one that belongs to the branch itself."""
    if len(slopes) < 2:
        raise ArithmeticError("no second branch crosses: the quadratic form on the kernel is definite")
    along = _tangent(branch, point)
    size = slopes[0].direction.size
    own = branch.isotropy.expanded(along[:-1])[:size]
    own = np.append(np.pad(own, (0, size - own.size)), along[-1] * branch.curve.parameter_scale)
    vectors = [np.append(slope.direction, slope.slope) for slope in slopes]
    cosines = [abs(float(v @ own)) / float(np.linalg.norm(v)) for v in vectors]
    return tuple(slope for _, slope in sorted(zip(cosines, slopes, strict=True), key=lambda pair: pair[0]))[:1]


def departures_along(
    potential: Potential, point: SpecialPoint, n_modes: int | None, settings: Settings
) -> list[Departure]:
    """Return the two halves of the branch through a branch point of its own symmetry, where it is regular."""
    name = f"states of {point.isotropy.name}"
    return [
        Departure(f"{name}, κ {word}", partial(_start_along, potential, point, direction, n_modes, settings))
        for word, direction in (("rising", 1), ("falling", -1))
    ]


def _start_along(
    potential: Potential, point: SpecialPoint, direction: int, n_modes: int | None, settings: Settings
) -> tuple[StateEquations, Piece]:
    system = make_system(potential, point.isotropy, n_modes, point.kappa)
    u = point.isotropy.restricted(point.a)
    if n_modes is None:
        system = system.with_size(max(system.size, u.size))
    start = system.transfer(u, system.size)
    suited = system.suited_to(start, point.kappa)
    step = follow(suited, start, point.kappa, direction=direction, max_steps=1, settings=settings)
    if not step.pieces:
        raise ArithmeticError(f"the branch cannot be followed from the branch point: {step.message}")
    return system, step.pieces[0]


def neutral_block(branch: Branch, point: SpecialPoint) -> Block | None:
    """Return the block along which branches leave a branch point, None where none of the branch's kind does."""
    if point.isotropy != branch.isotropy:
        return point.isotropy.block_towards(branch.isotropy)
    for block in point.isotropy.blocks(point.a.size):
        if (block.sector, block.residue) == (point.sector, point.residue):
            return point.isotropy.leaving_block(block)
    return None


def block_class(block: Block) -> Isotropy:
    """Return the class of the branches that leave along a block of functions of the state's kind."""
    target = block.breaks_to
    if target is None:
        raise ArithmeticError(f"no class is known of the states that leave along {block.name}")
    return target


def _start_point(
    branch: Branch,
    point: SpecialPoint,
    block: Block,
    n_modes: int | None,
    settings: Settings,
    leading: Leading,
    on_twin: bool,
) -> tuple[StateEquations, Piece]:
    """Leave the state, or its twin, along the branch that its neutral block gives, in the space that this needs."""
    own, target = block.isotropy, block_class(block)
    a = own.twin(point.a) if on_twin else point.a
    used = max(int(np.flatnonzero(np.abs(a) > 1e-15)[-1]) + 1, 24 * target.n_fold)
    system = make_system(branch.potential, target, n_modes, point.kappa)
    if n_modes is None:
        system = system.with_size(max(system.size, int(1.3 * used) // target.n_fold))
    neutral = neutral_state(system, block, own.restricted(a), point.kappa, _tangent(branch, point))
    asked = system.transfer(target.restricted(leading.direction), system.size)
    same_side = float(neutral.kernel[: system.size] @ asked) > 0.0
    direction = neutral.singular.crossing(neutral.own, neutral.kernel if same_side else -neutral.kernel)
    return system, leave(neutral.singular.problem, neutral.singular.x, direction, settings, nullity=1)


def _tangent(branch: Branch, point: SpecialPoint) -> Array:
    """Return the direction of the branch at a point on it, in its reduced unknowns and κ / scale."""
    pieces = branch.curve.pieces
    piece = next((piece for piece in pieces if point.arclength <= piece.end), pieces[-1])
    return piece.derivative((point.arclength - piece.start) / piece.length)
