"""Tracing one branch: from its onset, from a given state, or from a branch point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

import continuation
from branches.diagrams.records import Branch
from branches.model.blowup import onset_piece
from branches.model.potential import Potential
from branches.model.quadratic import QuadraticSystem
from branches.model.symmetry import period_of
from continuation import Event, Piece, Settings, follow, leave

__all__ = ["follow_states", "make_system", "trace", "trace_from", "trace_kernel"]

Array = NDArray[np.float64]
FIRST_SIZE, LARGEST_SIZE = 32, 1024
RESIDUAL_WANTED = 1e-12  # of every returned point
LOWEST = 1e-3  # of the onset coupling: the uniform state is alone long before
MORE_SYMMETRIC = "more symmetric state"


def trace(
    potential: Potential,
    mode: int = 1,
    *,
    kappa_max: float,
    kappa_min: float | None = None,
    n_modes: int | None = None,
    settings: Settings | None = None,
    events: Sequence[Event] = (),
    progress: Callable[[float, float], None] | None = None,
) -> Branch:
    """Trace the branch that leaves the uniform state in one mode.

    Parameters
    ----------
    potential
        The interaction.
    mode
        n: the branch of states of period 2π/n that starts at κ_n = 2/g_n.
    kappa_max, kappa_min
        Bounds of κ, on which the branch ends exactly; ``kappa_min`` is κ_n/1000 by default.
    n_modes
        Number of modes of a fixed truncation; by default the truncation is adaptive.
    settings
        Tolerance and order of the steps.
    events
        User events, functions of (a_n, a_2n, …) and κ.
    progress
        Called with (arclength, κ) after every step.

    Returns
    -------
    Branch
        Its ``status`` says how it ended.

    Raises
    ------
    ValueError
        If mode has g_n ≤ 0, ``kappa_max`` is not a finite number above κ_n, or another mode shares the onset (a
        resonance: :func:`branches.diagram` follows all branches that leave it).

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> branch = branches.trace(potentials.noisy_transformer(4), kappa_max=0.8)
    >>> f"{branch.folds[0].kappa:.13f}", branch.status.name
    ('0.3870689959520', 'BOUND')
    """
    onset = potential.onset_coupling(mode)
    kappa_min = LOWEST * onset if kappa_min is None else kappa_min
    if not (np.isfinite(kappa_max) and kappa_max > onset):
        raise ValueError(
            f"kappa_max = {kappa_max!r} must be a finite number above the onset of mode {mode}, κ = {onset!r}: "
            "below it no branch has left the uniform state yet"
        )
    if not 0.0 < kappa_min < onset:
        raise ValueError(f"kappa_min = {kappa_min!r} must lie between 0 and the onset κ = {onset!r}")
    settings = settings or Settings()
    system = make_system(potential, mode, n_modes, onset)
    piece = onset_piece(system, settings.order, settings.tolerance)
    return follow_states(
        system, piece, f"onset of mode {mode}", kappa_min, kappa_max, settings, events, progress
    )


def make_system(potential: Potential, period: int, n_modes: int | None, kappa_scale: float) -> QuadraticSystem:
    """Return the quadratic system of period n: fixed truncation if ``n_modes`` is given, else adaptive."""
    if n_modes is None:
        return QuadraticSystem(potential, period, FIRST_SIZE, LARGEST_SIZE, kappa_scale)
    if n_modes < 2 * period:
        raise ValueError(f"n_modes = {n_modes!r} must be at least {2 * period} for states of period 2π/{period}")
    return QuadraticSystem(potential, period, n_modes // period, None, kappa_scale)


def trace_kernel(system: QuadraticSystem, direction: Array, kappa: float, settings: Settings) -> Piece:
    """Return the first piece along a kernel direction of the uniform state at κ (a resonant onset).

    ``direction`` has shape (N,): the reduced moments a_n, a_2n, …
    """
    x = np.append(np.zeros(system.size), kappa / system.parameter_scale)
    return leave(system, x, np.append(direction, 0.0), settings)


def trace_from(
    potential: Potential,
    a: ArrayLike,
    kappa: float,
    *,
    direction: int = 1,
    kappa_min: float = 0.0,
    kappa_max: float = np.inf,
    n_modes: int | None = None,
    settings: Settings | None = None,
    events: Sequence[Event] = (),
    progress: Callable[[float, float], None] | None = None,
) -> Branch:
    """Trace the branch through a given even state (corrected first).

    Parameters
    ----------
    potential
        The interaction.
    a
        Cosine moments a_1 … of the state or a guess of it, shape (N,).
    kappa
        Its coupling.
    direction
        +1 or −1: whether κ rises or falls first.
    kappa_min, kappa_max, n_modes, settings, events, progress
        As in :func:`trace`.

    Returns
    -------
    Branch
        It ends where the state becomes more symmetric, at a pitchfork or a transcritical point.

    Raises
    ------
    ValueError
        If κ ≤ 0, or no state is found near the guess.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> branch = branches.trace_from(potentials.kuramoto(), [0.83, 0.5], 4.0, direction=-1)
    >>> [(point.kind, f"{point.kappa:.11f}") for point in branch.special_points]
    [('pitchfork', '2.00000000000')]
    """
    guess = np.atleast_1d(np.asarray(a, dtype=float))
    if not (np.isfinite(kappa) and kappa > 0):
        raise ValueError(f"kappa = {kappa!r} must be a positive finite number")
    if not (guess.ndim == 1 and guess.size and np.isfinite(guess).all()):
        raise ValueError(f"a must be a vector of finite moments a_1 …, not {a!r}")
    period = period_of(guess) or 1
    reduced = guess[period - 1 :: period]
    system = make_system(potential, period, n_modes, kappa)
    reduced = system.transfer(reduced, system.size)
    branch = follow(
        system, reduced, kappa, direction=direction, p_min=max(kappa_min, LOWEST * kappa), p_max=kappa_max,
        events=(*events, more_symmetric()), settings=settings, progress=progress,
    )
    curve = _with_tail(system, branch)
    return Branch(potential, period, curve, f"state given at κ = {kappa:.6g}", n_modes is None)


def more_symmetric() -> Event:
    """Return the event that ends a branch where the state gains symmetry: a_n and all that is not in a smaller period vanish."""
    return Event(
        MORE_SYMMETRIC, lambda u, p: float(u[0]), terminal=True, accept=lambda u, p: period_of(u, 1e-7) != 1
    )


def follow_states(
    system: QuadraticSystem,
    piece: Piece,
    origin: str,
    kappa_min: float,
    kappa_max: float,
    settings: Settings,
    events: Sequence[Event] = (),
    progress: Callable[[float, float], None] | None = None,
) -> Branch:
    """Follow the branch that begins with a known piece between two bounds of κ."""
    curve = follow(
        system, np.empty(0), np.nan, initial=piece, p_min=kappa_min, p_max=kappa_max,
        events=(*events, more_symmetric()), settings=settings, progress=progress,
    )
    return Branch(system.potential, system.period, _with_tail(system, curve), origin, system.adaptive)


def _with_tail(system: QuadraticSystem, curve: continuation.Branch) -> continuation.Branch:
    """Say in the message how much a fixed truncation neglects where that is more than the tolerance of a point."""
    if system.adaptive or not curve.p.size:
        return curve
    widest = int(np.argmax(np.max(np.abs(curve.u[:, -2:]), axis=1)))
    tail = system.tail(curve.u[widest], float(curve.p[widest]))
    if tail <= RESIDUAL_WANTED:
        return curve
    warning = f"neglected modes reach {tail:.1e}: raise n_modes, or leave it out for an adaptive truncation"
    return replace(curve, message="; ".join(part for part in (curve.message, warning) if part))
