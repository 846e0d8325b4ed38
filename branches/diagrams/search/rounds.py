"""Newton's iteration from random starts, round after round, until some rounds find nothing new."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.search.active_moments import ActiveMoments
from branches.diagrams.search.orbit_deflation import OrbitDeflation
from branches.spaces.rotations import aligned

__all__ = ["Ended", "Rounds", "iterated", "same_moments", "search_rounds"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
STARTS = 64  # a round
QUIET = 4  # rounds in a row without anything new that end the search
MOST_ROUNDS = 60
ITERATIONS, CONVERGED = 40, 1e-11
LONGEST = 0.5  # of one step, in the Euclidean norm of the moments (each is at most 1)
MOVED = 0.05  # moments, of starts beside known states
SAME, UNIFORM = 1e-6, 1e-7  # differences of moments of one state, and from the uniform one


class Ended(StrEnum):
    """Why a search ended."""

    QUIET = "rounds in a row found nothing new"
    ROUNDS = "the limit of rounds was reached"
    SECONDS = "the time limit was reached"


@dataclass(frozen=True)
class Rounds:
    """What the rounds at one coupling found.

    Parameters
    ----------
    states
        Approximate active moments of the new states, one an orbit, each of shape (2K,).
    rounds, starts, converged
        How many rounds there were, from how many starts, and how many of them converged.
    ended
        Why they ended.
    """

    states: tuple[Array, ...]
    rounds: int
    starts: int
    converged: int
    ended: Ended


def search_rounds(
    active: ActiveMoments,
    known: Iterable[Array],
    given: Array,
    rng: np.random.Generator,
    *,
    even: bool = False,
    rounds: int = MOST_ROUNDS,
    deadline: float = np.inf,
) -> Rounds:
    """Search the states at one coupling that are not known.

    Parameters
    ----------
    active
        The equations.
    known
        Active moments of the states known, one an orbit, each of shape (2K,).
    given
        Starts of the first round beside the random ones, shape (B, 2K).
    rng
        Of the random starts: half of them even, from nearly uniform to a few sharp peaks.
    even
        Whether all states are known to be even: then all starts are.
    rounds
        Rounds at the most.
    deadline
        Time (``time.monotonic``) after which no round begins.

    Notes
    -----
    Rounds with plain and with deflated steps alternate: deflation reaches what has a small basin, the plain iteration
    what lies close to a known state. It may miss a state that no start comes near.
    """
    found: list[Array] = []
    orbits = [np.asarray(z) for z in known]
    deflation = OrbitDeflation(active.modes)
    for z in orbits:
        deflation.add(z)
    known_numbers = active.invariants(np.array(orbits).reshape(-1, 2 * active.modes.size))
    done = starts = converged = quiet = 0
    while quiet < QUIET:
        if done >= rounds or time.monotonic() > deadline:
            ended = Ended.ROUNDS if done >= rounds else Ended.SECONDS
            return Rounds(tuple(found), done, starts, converged, ended)
        z = random_starts(active, rng, STARTS, even)
        near = list(given) if done == 0 else _beside(rng, [*orbits, *found]) if done % 2 and not even else []
        z = np.array([*near, *z])
        ends = iterated(active, z, deflation if done % 2 else None)
        before = len(found)
        for end, numbers in zip(ends, active.invariants(ends), strict=True):
            largest = float(np.max(numbers[:-1]))
            if not UNIFORM < largest <= 1.0 or np.any(np.all(np.abs(numbers - known_numbers) <= SAME, axis=1)):
                continue  # uniform, no density, or on a known orbit
            found.append(end)
            known_numbers = np.vstack([known_numbers, numbers])
            deflation.add(end)
        done, starts, converged = done + 1, starts + len(z), converged + len(ends)
        quiet = 0 if len(found) > before else quiet + 1
    return Rounds(tuple(found), done, starts, converged, Ended.QUIET)


def _beside(rng: np.random.Generator, states: list[Array]) -> list[Array]:
    """Return the states, moved a little: where a pair of states was born the other one is near."""
    return [z + MOVED * rng.standard_normal(z.shape) for z in states[:STARTS]]


def random_starts(active: ActiveMoments, rng: np.random.Generator, count: int, even: bool = False) -> Array:
    """Return active moments of random densities, shape (count, 2K); every other one is even, or all are."""
    modes = active.modes.size
    size = 10.0 ** rng.uniform(-1.0, 1.2, (count, 1)) * np.arange(1, modes + 1) ** -rng.uniform(0.0, 1.5, (count, 1))
    normal = rng.standard_normal((2, count, modes))
    normal[1, :: 1 if even else 2] = 0.0
    return active.moments_of_fields(size * (normal[0] + 1j * normal[1]))


def same_moments(c: Complex, other: Complex, tolerance: float = SAME) -> bool:
    """Return whether two states, by their moments c_n, are on one orbit under rotations and the mirror."""
    shared = min(c.size, other.size)
    if np.max(np.abs(np.abs(c[:shared]) - np.abs(other[:shared])), initial=0.0) > tolerance:
        return False
    return min(aligned(c, other).distance, aligned(c, np.conj(other)).distance) <= tolerance


def iterated(active: ActiveMoments, starts: Array, deflation: OrbitDeflation | None) -> Array:
    """Return the ends of the iterations that converge, shape (≤ B, 2K)."""
    z, running = starts.copy(), np.arange(len(starts))
    ended = np.zeros(len(starts), dtype=bool)
    for _ in range(ITERATIONS):
        steps, residual = active.newton_steps(z[running])
        finished = residual <= CONVERGED
        ended[running[finished]] = True
        z[running[finished]] += steps[finished]  # one step more: near a bifurcation the residual says little
        going = ~finished & np.isfinite(residual) & np.all(np.isfinite(steps), axis=1)
        running, steps = running[going], steps[going]
        if running.size == 0:
            break
        if deflation is not None:
            steps = deflation.deflated(z[running], steps)
        length = np.linalg.norm(steps, axis=1, keepdims=True)
        z[running] += steps * np.minimum(1.0, LONGEST / np.maximum(length, LONGEST))
    converged: Array = z[ended & np.all(np.isfinite(z), axis=1)]
    return converged
