"""Departures: the half-branches that an onset or a branch point owes, and how each one starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import gcd

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.neutral_state import neutral_state
from branches.diagrams.records import Branch, SpecialPoint
from branches.diagrams.trace import make_system, start_at_onset
from branches.onsets.classify import Onset
from branches.onsets.resonant.rays import Ray
from branches.potentials.potential import Potential
from branches.spaces.symmetry import Block, twin
from branches.states.quadratic import QuadraticSystem
from continuation import Piece, Settings, leave

__all__ = ["Departure", "departures_from_onset", "departures_from_point", "neutral_block"]

Array = NDArray[np.float64]
BRANCH_POINTS = ("pitchfork", "transcritical", "branch point", "reflection-breaking")
Start = Callable[[], tuple[QuadraticSystem, Piece]]


@dataclass(frozen=True)
class Departure:
    """One half-branch owed: its description, and how to start it.

    ``start`` returns the system and the first piece; it is None where the half-branch cannot be followed, and
    ``obstacle`` says why.
    """

    description: str
    start: Start | None
    obstacle: str = ""


def departures_from_onset(
    potential: Potential, onset: Onset, n_modes: int | None, settings: Settings
) -> list[Departure]:
    """Return the half-branches of an onset: one for a simple kernel, one for each ray of a resonant one."""
    departures = []
    for number, ray in enumerate(onset.rays, 1):
        active = [mode for mode, d in zip(ray.modes, ray.direction, strict=True) if abs(d) > 1e-12]
        period = gcd(*active)
        name = f"mode {active[0]}" if len(active) == 1 else "modes " + "+".join(map(str, active))
        description = name if len(onset.rays) == 1 else f"{name}, ray {number}"
        start: Start
        simple = len(active) == 1 and not any(k % period == 0 for k in onset.kernel if k != period)
        if simple:
            start = partial(start_at_onset, potential, period, n_modes, settings)
        else:
            start = partial(_start_ray, potential, period, onset.kappa, ray, n_modes, settings)
        departures.append(Departure(description, start))
    return departures


def _start_ray(
    potential: Potential, period: int, kappa: float, ray: Ray, n_modes: int | None, settings: Settings
) -> tuple[QuadraticSystem, Piece]:
    system = make_system(potential, period, n_modes, kappa)
    direction, bend = np.zeros(system.size + 1), np.zeros(system.size + 1)
    for mode, d, y in zip(ray.modes, ray.direction, ray.bend, strict=True):
        if mode % period == 0:
            direction[mode // period - 1], bend[mode // period - 1] = d, y
    slope = ray.slope * kappa / system.parameter_scale
    if ray.order == 1:
        direction[-1] = slope
    else:
        bend[-1] = slope
    x = np.append(np.zeros(system.size), kappa / system.parameter_scale)
    nullity = sum(mode % period == 0 for mode in ray.modes)
    equations = system.matrix_free(system.size) if system.adaptive else system
    return system, leave(equations, x, direction, settings, bend, nullity)


def departures_from_point(
    branch: Branch, point: SpecialPoint, n_modes: int | None, settings: Settings
) -> list[Departure]:
    """Return the half-branches that a special point of a branch owes, one for each symmetry orbit.

    With m the order of the rotation on the neutral block (see :class:`~branches.spaces.symmetry.Block`): for m = 2 one,
    on the branch or on its twin; for odd m ≥ 3 two, along ±δa; for even m ≥ 4 one on the branch and one on its
    twin; for
    m = 1 two in the even sector, while in the odd one the new states are not even and are not followed. A branch that
    ends here on a more symmetric one belongs to that one's block.
    """
    block = neutral_block(branch, point)
    if block is None:
        return []
    ended = point.period != branch.period
    kind = partial(_departure, branch, point, block, n_modes, settings)
    name = f"modes ±{block.residue} mod {block.period}"
    if point.sector == "odd" and block.order == 1:
        return [Departure("reflection broken", None, "the states that leave are not even: not followed")]
    if block.order == 1:
        return [kind("same period, one side", 1.0, False), kind("same period, other side", -1.0, False)]
    if block.order == 2:
        if ended:
            return [kind(name, 1.0, False)]
        return [kind(name + (", on the twin" if point.sector == "odd" else ""), 1.0, point.sector == "odd")]
    if block.order % 2:
        return [kind(f"{name}, one side", 1.0, False), kind(f"{name}, other side", -1.0, False)]
    return [kind(name, 1.0, False), kind(f"{name}, on the twin", 1.0, True)]


def neutral_block(branch: Branch, point: SpecialPoint) -> Block | None:
    """Return the even block that turns neutral at a branch point (on the twin if the sector is odd), else None."""
    if point.kind not in BRANCH_POINTS or not np.any(point.a):
        return None
    residue = point.residue if point.period == branch.period else branch.period
    residue %= point.period
    return Block("even", min(residue, point.period - residue), point.period)


def _departure(
    branch: Branch,
    point: SpecialPoint,
    block: Block,
    n_modes: int | None,
    settings: Settings,
    description: str,
    side: float,
    on_twin: bool,
) -> Departure:
    return Departure(description, partial(_start_point, branch, point, block, n_modes, settings, side, on_twin))


def _start_point(
    branch: Branch,
    point: SpecialPoint,
    block: Block,
    n_modes: int | None,
    settings: Settings,
    side: float,
    on_twin: bool,
) -> tuple[QuadraticSystem, Piece]:
    """Leave the state, or its twin, along the branch that its neutral block gives, in the larger space that it needs."""
    period, target = block.period, block.breaks_to
    a = twin(point.a, period) if on_twin else point.a
    used = max(int(np.flatnonzero(np.abs(a) > 1e-15)[-1]) + 1, 24 * target)
    system = make_system(branch.potential, target, n_modes, point.kappa)
    if n_modes is None:
        system = system.with_size(max(system.size, int(1.3 * used) // target))
    neutral = neutral_state(system, block, a[period - 1 :: period], point.kappa, _tangent(branch, point))
    kernel = neutral.kernel if neutral.kernel[np.argmax(np.abs(neutral.kernel))] > 0.0 else -neutral.kernel
    direction = neutral.singular.crossing(neutral.own, side * kernel)
    return system, leave(neutral.singular.problem, neutral.singular.x, direction, settings, nullity=1)


def _tangent(branch: Branch, point: SpecialPoint) -> Array:
    """Return the direction of the branch at a point on it, in its reduced unknowns and κ / scale."""
    pieces = branch.curve.pieces
    piece = next((piece for piece in pieces if point.arclength <= piece.end), pieces[-1])
    return piece.derivative((point.arclength - piece.start) / piece.length)
