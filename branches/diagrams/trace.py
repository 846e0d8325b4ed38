"""Tracing one branch: from its onset, from a given state, or from a branch point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from branches.diagrams.records import Branch
from branches.onsets.blowup import onset_piece
from branches.potentials.potential import Potential
from branches.spaces.cyclic import Cyclic
from branches.spaces.isotropy import Isotropy
from branches.spaces.waves import paired
from branches.states.equations import StateEquations, state_equations
from branches.states.quadratic import LARGEST_DENSE
from branches.states.selfconsistent import require_memory
from continuation import Event, Piece, Settings, follow

__all__ = [
    "check_n_modes",
    "check_potential",
    "default_kappa_max",
    "first_onset",
    "follow_states",
    "make_system",
    "start_at_onset",
    "trace",
    "trace_from",
]

Array = NDArray[np.float64]
FIRST_SIZE, LARGEST_SIZE = 48, 2**14
AXISLESS_SIZE = 256  # unresolved, the equations of states without an axis feel the grid they are summed on
ONSETS_SOUGHT = 32  # unknowns of a class at whose onset a branch may meet the uniform state
DEGREES_WATCHED = 4  # in which a branch without a twin may come to the uniform state
HARMONICS = 8  # of the bifurcating degree, in the first truncation
VERTICAL_SIZE = 512  # enough to see that κ does not move: on such a branch nothing new happens as it narrows
BEYOND = 2.1  # default end, in units of the onset
ROUND_OFF = 1e-15  # moments below it do not count in the size of a given state
VERTICAL = 1e-13  # change of κ/κ_n along the first piece that is rounding
SCANNED = 64  # modes among which the first onset is looked for
LOWEST = 1e-3  # of the onset coupling: the uniform state is alone long before
MORE_SYMMETRIC = "more symmetric state"
GAINED = 1e-7  # of moments: below it they do not count against more symmetry


def trace(
    potential: Potential,
    mode: int = 1,
    kappa_max: float | None = None,
    *,
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
        n: the branch of states of period 2π/n that starts at the onset κ_n; on a sphere that of zonal states, for
        even n the half of it that is concentrated at the poles (prolate for n = 2).
    kappa_max, kappa_min
        Bounds of κ, on which the branch ends exactly; 2.1 κ_n and κ_n/1000 by default.
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
    check_potential(potential)
    onset = potential.onset_coupling(mode)
    kappa_max = BEYOND * onset if kappa_max is None else kappa_max
    kappa_min = LOWEST * onset if kappa_min is None else kappa_min
    if not (np.isfinite(kappa_max) and kappa_max > onset):
        raise ValueError(
            f"kappa_max = {kappa_max!r} must be a finite number above the onset of mode {mode}, κ = {onset!r}: "
            "below it no branch has left the uniform state yet"
        )
    if not 0.0 < kappa_min < onset:
        raise ValueError(f"kappa_min = {kappa_min!r} must lie between 0 and the onset κ = {onset!r}")
    settings = settings or Settings()
    system, piece = start_at_onset(potential, mode, n_modes, settings)
    return follow_states(system, piece, f"onset of mode {mode}", kappa_min, kappa_max, settings, events, progress)


def check_potential(potential: object) -> None:
    """Raise TypeError if something else than a potential is given, with the remedy."""
    if not isinstance(potential, Potential):
        raise TypeError(
            f"potential = {potential!r} is not a potential: make one with branches.potentials, such as "
            "potentials.noisy_transformer(4) or potentials.by_name('kuramoto')"
        )


def check_n_modes(n_modes: int | None) -> None:
    """Raise ValueError unless the truncation is an integer of at least 2, or None for an adaptive one."""
    if n_modes is not None and (not isinstance(n_modes, int | np.integer) or n_modes < 2):
        raise ValueError(f"n_modes = {n_modes!r} is not allowed: give an integer of at least 2, or None (adaptive)")


def default_kappa_max(potential: Potential) -> float:
    """Return 2.1 times the first onset; 1 for a potential that repels in all of its first modes.

    A little more than twice, so that weights in the ratio 1 : 2 do not put an onset exactly on the end.
    """
    first = first_onset(potential)
    return BEYOND * first if np.isfinite(first) else 1.0


def first_onset(potential: Potential) -> float:
    """Return the least onset among the first 64 modes, infinite for a potential that repels in all of them."""
    g, errors = potential.weights(SCANNED), potential.weight_errors(SCANNED)
    attracting = np.flatnonzero(g > errors) + 1
    return min(map(potential.onset_coupling, attracting.tolist()), default=np.inf)


def onset_near(branch: Branch, kappa: float) -> float:
    """Return the onset nearest to a coupling at which the uniform state and a branch may meet."""
    degrees = branch.isotropy.degrees(ONSETS_SOUGHT)
    attracting = degrees[branch.potential.weights(int(degrees[-1]))[degrees - 1] > 0]
    onsets = [branch.potential.onset_coupling(int(degree)) for degree in attracting]
    return min(onsets, key=lambda onset: abs(onset - kappa), default=kappa)


def start_at_onset(
    potential: Potential,
    mode: int,
    n_modes: int | None,
    settings: Settings,
    isotropy: Isotropy | None = None,
    side: int = 1,
) -> tuple[StateEquations, Piece]:
    """Return the system and the first piece of the branch of a class that leaves a simple onset, a_n having a sign."""
    isotropy = isotropy or potential.space.isotropy(mode)
    system = make_system(potential, isotropy, n_modes, potential.onset_coupling(mode))
    needed = HARMONICS * (mode // isotropy.n_fold)
    if n_modes is None and needed > system.size:
        system = system.with_size(needed)
    piece = onset_piece(system, settings.order, settings.tolerance, mode, side)
    if n_modes is None and np.max(np.abs(piece.coefficients[1:, -1])) <= VERTICAL:
        system = state_equations(potential, isotropy, system.size, VERTICAL_SIZE, system.parameter_scale)
    return system, piece


def make_system(
    potential: Potential, isotropy: Isotropy, n_modes: int | None, kappa_scale: float
) -> StateEquations:
    """Return the equations of a class of states: fixed truncation if ``n_modes`` is given, else adaptive."""
    check_n_modes(n_modes)
    require_memory(n_modes or FIRST_SIZE)
    if n_modes is None:
        return state_equations(potential, isotropy, FIRST_SIZE, LARGEST_SIZE, kappa_scale)
    n = isotropy.n_fold
    if n_modes < 2 * n:
        raise ValueError(f"n_modes = {n_modes!r} must be at least {2 * n} for states of {isotropy.name}")
    return state_equations(potential, isotropy, isotropy.unknowns(n_modes), None, kappa_scale)


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
    """Trace the branch through a given state (corrected first).

    Parameters
    ----------
    potential
        The interaction.
    a
        Cosine moments a_1 … of the state or a guess of it, shape (N,); complex ones c_n = E[e^{−inθ}] of a state on the
        circle that has no mirror axis.
    kappa
        Its coupling.
    direction
        +1 or −1: whether κ rises or falls first.
    kappa_min, kappa_max
        Bounds of κ; none above by default.
    n_modes, settings, events, progress
        As in :func:`trace`.

    Returns
    -------
    Branch
        It ends where the state becomes more symmetric: at a pitchfork, a transcritical or a reflection-breaking point.

    Raises
    ------
    ValueError
        If κ ≤ 0, or no state is found near the guess: the message says how far off Newton's iteration ends.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> branch = branches.trace_from(potentials.kuramoto(), [0.83, 0.5], 4.0, direction=-1)
    >>> [(point.kind, f"{point.kappa:.11f}") for point in branch.special_points]
    [('pitchfork', '2.00000000000')]
    """
    check_potential(potential)
    guess = np.atleast_1d(np.asarray(a))
    guess = guess if np.iscomplexobj(guess) else guess.astype(float)
    if not (np.isfinite(kappa) and kappa > 0):
        raise ValueError(f"kappa = {kappa!r} must be a positive finite number")
    if not (guess.ndim == 1 and guess.size and np.isfinite(guess).all()):
        raise ValueError(f"a must be a vector of finite moments a_1 …, not {a!r}")
    kind = potential.space.isotropy(1)
    isotropy = kind.of_state(guess)
    if np.iscomplexobj(guess):
        isotropy, guess = Cyclic(1).symmetrised(paired(guess), GAINED)
    isotropy = isotropy if isotropy.n_fold else kind
    reduced = isotropy.restricted(guess)
    system = make_system(potential, isotropy, n_modes, kappa)
    if n_modes is None:
        above = np.flatnonzero(np.abs(reduced) > ROUND_OFF)
        used = int(1.3 * (above[-1] + 1)) if above.size else 1
        least = FIRST_SIZE if isotropy.same_kind(kind) else AXISLESS_SIZE
        system = system.with_size(min(LARGEST_DENSE, max(least, used)))
    reduced = system.transfer(reduced, system.size)
    branch = follow(
        system.suited_to(reduced, kappa),
        reduced,
        kappa,
        direction=direction,
        p_min=max(kappa_min, LOWEST * kappa),
        p_max=kappa_max,
        events=(*events, *more_symmetric(isotropy)),
        settings=settings,
        progress=progress,
    )
    if np.any(reduced) and branch.u.size and not np.any(np.abs(branch.u[0]) > ROUND_OFF):
        off = float(np.max(np.abs(system.residual(reduced, kappa))))
        raise ValueError(
            f"a is no state at kappa = {kappa!r}: it is {off:.2g} off its equation, and Newton's iteration from it "
            "ends on the uniform state; give a start closer to a state"
        )
    return Branch(potential, isotropy, branch, f"state given at κ = {kappa:.6g}", n_modes is None)


def more_symmetric(isotropy: Isotropy) -> tuple[Event, ...]:
    """Return the events that end a branch where the state gains symmetry (a_n vanishes, or a mirror axis appears).

    Without a twin the uniform state may be met in another degree than the first.
    """

    def gains(u: Array, p: float) -> bool:
        return isotropy.symmetrised(isotropy.expanded(u), GAINED)[0] != isotropy

    def vanishing(k: int) -> Event:
        def moment(u: Array, p: Any) -> Any:
            return u[..., k] if k < u.shape[-1] else np.ones(u.shape[:-1])

        return Event(MORE_SYMMETRIC, moment, terminal=True, accept=gains, vectorized=True)

    if isotropy.has_twin:
        return (Event(MORE_SYMMETRIC, lambda u, p: isotropy.gain(u), terminal=True, accept=gains),)
    return tuple(vanishing(k) for k in range(DEGREES_WATCHED))


def follow_states(
    system: StateEquations,
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
        system.suited_to_size(),
        np.empty(0),
        np.nan,
        initial=piece,
        p_min=kappa_min,
        p_max=kappa_max,
        events=(*events, *more_symmetric(system.isotropy)),
        settings=settings,
        progress=progress,
    )
    return Branch(system.potential, system.isotropy, curve, origin, system.adaptive)
