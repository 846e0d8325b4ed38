"""The saddles over which N particles leave the uniform state, each with its rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from branches.dynamics.decay_rates import decay_rates
from branches.dynamics.flow import flow
from branches.landscapes.landscape import Landscape
from branches.spaces.cyclic import Cyclic
from branches.states.selfconsistent import SelfConsistentSystem
from branches.states.state import State

__all__ = ["Passage", "passages_from_uniform", "uniform_is_stable"]

Array = NDArray[np.float64]
NUDGE = 1e-4  # along the unstable direction of a saddle: where its descent starts
FALLEN = 1e-5  # moments below which a descent has reached the uniform state, stable there
TIMES = 60.0  # of the slowest rates, in which a descent is over


@dataclass(frozen=True)
class Passage:
    """A saddle over which the uniform state is left.

    Parameters
    ----------
    state
        The saddle, for its whole orbit of rotations.
    log_rate
        Logarithm of its share of the exit rate, which may be too small to be represented.
    barrier
        N ΔF.
    growth
        λ, the rate at which it is left.
    """

    state: State
    log_rate: float
    barrier: float
    growth: float


def uniform_is_stable(land: Landscape, kappa: float) -> bool:
    """Return whether the uniform state is stable at a coupling."""
    uniform = [state for state in land.states(kappa) if state.n_fold == 0]
    return bool(uniform) and uniform[0].stable


def passages_from_uniform(land: Landscape, kappa: float, n: int) -> tuple[Passage, ...]:
    """Return the saddles of index 1 from which the flow reaches the uniform state, lowest first."""
    saddles = [state for state in land.states(kappa) if sum(state.index) == 1 and state.undecided == 0]
    passages = (_passage(state, n) for state in saddles if _reaches_uniform(state))
    return tuple(sorted(passages, key=lambda passage: passage.barrier))


def _reaches_uniform(state: State) -> bool:
    """Return whether one of the two descents from a saddle of index 1 ends in the uniform state."""
    if state.n_fold == 0:
        return False
    rates = decay_rates(state)
    block = min((block for block in rates.blocks if block.unstable), key=lambda block: float(block.rates[0]))
    direction = block.directions[0]
    weights = state.potential.weights(64)
    slowest = min(-float(block.rates[0]), float(np.min(np.arange(1, 65) ** 2 * (1.0 / state.kappa - 0.5 * weights))))
    size = max(state.c.size, direction.size)
    start = np.pad(state.c, (0, size - state.c.size))
    nudge = NUDGE * np.pad(direction, (0, size - direction.size)) / float(np.abs(direction).max())
    ends = (flow(state.potential, state.kappa, _real(start + sign * nudge), TIMES / slowest) for sign in (1.0, -1.0))
    return any(float(np.abs(end.c[-1]).max()) < FALLEN for end in ends)


def _real(c: NDArray[Any]) -> ArrayLike:
    """Return coefficients as real ones where they are: an even density stays even."""
    return c if np.any(c.imag) else c.real


def _passage(state: State, n: int) -> Passage:
    size = state.c.size
    weights = state.potential.weights(size)
    growth = -float(decay_rates(state).rates[0])
    modes = np.arange(1, size + 1)
    squares = float(np.sum(modes**2 * state.kappa * weights * np.abs(state.c) ** 2))
    circles = 2.0 if isinstance(state.isotropy, Cyclic) else 1.0  # the mirror image of a state without an axis
    length = circles * 2.0 * math.pi / state.n_fold * math.sqrt(squares)
    barrier = n * state.free_energy
    log_dets = 2.0 * float(np.sum(np.log(1.0 - 0.5 * state.kappa * weights))) - _log_determinant(state, weights)
    prefactor = growth / (2.0 * math.pi) * math.sqrt(n / (2.0 * math.pi)) * length
    return Passage(state, math.log(prefactor) + 0.5 * log_dets - barrier, barrier, growth)


def _log_determinant(state: State, weights: Array) -> float:
    """Return log |det(1 − κCG) det'(1 − κSG)| at a state, the rotation's eigenvalue 0 left out.

    With the right null vector v = (n a_n) and the left one Gv, adding the projection v (Gv)ᵀ/(vᵀGv) turns that
    eigenvalue into 1 and leaves the others.
    """
    if isinstance(state.isotropy, Cyclic):
        return _log_determinant_of_pairs(state)
    size = state.a.size
    full = np.concatenate(([1.0], state.a, np.zeros(size)))
    n = np.arange(1, size + 1)
    below, above = full[np.abs(n[:, None] - n[None, :])], full[n[:, None] + n[None, :]]
    cosines = 0.5 * (below + above) - np.outer(state.a, state.a)
    sines = 0.5 * (below - above)
    v = n * state.a
    rotation = np.outer(v, weights * v) / float(v @ (weights * v))
    even = np.linalg.slogdet(np.eye(size) - state.kappa * cosines * weights)[1]
    odd = np.linalg.slogdet(np.eye(size) - state.kappa * sines * weights + rotation)[1]
    return float(even + odd)


def _log_determinant_of_pairs(state: State) -> float:
    """Return the same of a state without an axis, whose cosines and sines mix."""
    moments = state.a
    system = SelfConsistentSystem(state.potential, Cyclic(1), moments.size)
    plain = system.leading_block(system.gibbs(moments, state.kappa), state.kappa, moments.size)
    motion = Cyclic(1).motion(moments)
    rotation = np.outer(motion, system.g * motion) / float(motion @ (system.g * motion))
    return float(np.linalg.slogdet(plain + rotation)[1])
