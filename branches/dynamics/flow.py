"""The McKean–Vlasov flow from an initial density: what is reached, and how it gets there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from branches.diagrams.outlets import DrawnPage, Exported
from branches.dynamics.arrival import Arrival, arrival, coefficients
from branches.dynamics.flow_arguments import check_circle, check_coupling, check_diagram, times_of
from branches.dynamics.initial import Initial, density_of, initial_of
from branches.dynamics.integrate import FlowSettings, Moment, Trajectory
from branches.dynamics.observables import Observables, observables
from branches.dynamics.orbits import aligned
from branches.potentials.potential import Potential, positive_integer
from continuation import Record

if TYPE_CHECKING:
    from branches.diagrams.diagram import Diagram

__all__ = ["Flow", "FlowStatus", "flow"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Progress = Callable[[str, int, int], None]
RISE = 1e3  # a rise of F beyond so many tolerances is none of the integrator's
SHOWN_TAIL = 1e-10
SLOW = 1e-8  # a velocity below which it is asked, now and then, whether a state has been reached
LOOK_AFTER = 32  # steps
REST = 10.0  # a state has been reached when it is nearer than so many tolerances of a step


class FlowStatus(StrEnum):
    """How a flow ended."""

    FINISHED = "the last time was reached"
    UNRESOLVED = "the density needs more modes than allowed: raise n_modes or settings.most_modes"
    FAILED = "the integrator gave up: see the message; a smaller settings.rtol may help"
    INTERRUPTED = "interrupted: what was found is here"


@dataclass(frozen=True, eq=False, repr=False)
class Flow(Exported, DrawnPage, Record):
    """A trajectory of the flow at T times.

    Parameters
    ----------
    potential, kappa
        The model.
    t
        Times, shape (T,).
    c
        c_n = E[e^{−inθ}], n = 1 … N, shape (T, N); N is the largest truncation used.
    free_energy, dissipation
        F and −dF/dt, shape (T,).
    minimum
        Least value of ρ on a grid, shape (T,).
    rate
        Largest |dc_n/dt|, shape (T,). A small one proves nothing: metastable states are left exponentially slowly.
    n_modes
        Truncation used, shape (T,).
    tail
        Largest |c_n| among the last modes, shape (T,).
    end
        The stationary state it ends at, or why none is claimed.
    status, message
        How it ended, and what was noticed: rise of F, negative density, growing tail.
    steps, evaluations, jacobians
        Operations spent.
    """

    potential: Potential
    kappa: float
    t: Array
    c: Complex
    free_energy: Array
    dissipation: Array
    minimum: Array
    rate: Array
    n_modes: NDArray[np.int64]
    tail: Array
    end: Arrival
    status: FlowStatus
    message: str
    steps: int
    evaluations: int
    jacobians: int

    def __post_init__(self) -> None:
        for name in ("t", "c", "free_energy", "dissipation", "minimum", "rate", "n_modes", "tail"):
            getattr(self, name).flags.writeable = False

    def __len__(self) -> int:
        return self.t.size

    @property
    def a(self) -> Array:
        """The cosine moments E[cos nθ], shape (T, N): all there is of an even density."""
        return self.c.real

    def __repr__(self) -> str:
        last = f"to t = {self.t[-1]:.6g}" if self.t.size else "no time reached"
        return (
            f"<Flow of {self.potential.label} at κ = {self.kappa:.12g}: {self.t.size} times {last}, "
            f"end: {self.end.name}, {self.status.name}>"
        )

    def density(self, points: int = 512) -> Array:
        """Return ρ at all times on θ_j = 2πj/M, shape (T, M)."""
        return density_of(self.c, max(positive_integer("points", points), 2 * self.c.shape[1] + 1))


def flow(
    potential: Potential,
    kappa: float,
    initial: Any,
    t: ArrayLike,
    *,
    n_modes: int | None = None,
    diagram: Diagram | None = None,
    settings: FlowSettings | None = None,
    progress: Progress | None = None,
) -> Flow:
    """Integrate ∂ρ/∂t = ρ''/κ + (ρ (W∗ρ)')' from an initial density.

    Parameters
    ----------
    potential
        The interaction, on the circle.
    kappa
        Coupling, > 0.
    initial
        A state, coefficients c_1, c_2, … (real: even), a density function of θ in [0, 2π), or particles as
        :func:`branches.empirical` gives them.
    t
        The end, or increasing times ≥ 0 at which the density is wanted. With an end alone these are 0 and log-spaced
        times over four decades.
    n_modes
        Fixed truncation; by default it follows the density.
    diagram
        Where to look for the state it ends at; without one, Newton's iteration from the end is asked.
    settings
        Tolerances.
    progress
        Called with (message, times done, times) now and then.

    Returns
    -------
    Flow
        Whatever happens: see ``status``. Ctrl-C returns the times reached.

    Raises
    ------
    ValueError
        If κ ≤ 0, κ = inf, the times are not increasing from 0 on, the initial density is negative or not of mass 1.
    NotImplementedError
        If the potential lives on a sphere.

    Notes
    -----
    The symmetry of the start is kept exactly: an even density stays even, a density of period 2π/d keeps it. Mass is
    exact. LSODA with the exact Jacobian; each coefficient to ``settings.rtol`` a step.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> found = branches.flow(potentials.noisy_transformer(4), 0.5, [0.05, -0.02, 0.03, 0.01], 8.0)
    >>> f"{found.a[-1, 0]:.9f} {found.a[-1, 1]:.9f} {found.free_energy[-1]:.9f}"
    '0.910196394 0.804592076 -0.317176714'
    >>> found.end
    <Arrival: none yet, state of period 2π is 0.02 away>
    """
    check_circle(potential)
    check_diagram(diagram, potential)
    coupling = check_coupling(kappa)
    times, start = times_of(t), initial_of(initial)
    chosen = settings or FlowSettings()
    period = start.period or 1
    c = start.c[period - 1 :: period] if start.period else np.zeros(2, dtype=complex)
    if n_modes is not None:
        size = max(2, positive_integer("n_modes", n_modes) // period)
        c = np.pad(c, (0, max(0, size - c.size)))[:size]
    trajectory = Trajectory(
        potential, coupling, period, start.even, c, chosen, float(times[-1]), adaptive=n_modes is None
    )
    moments: list[Moment] = []
    status = FlowStatus.FINISHED
    try:
        for moment in _followed(trajectory, times, diagram):
            moments.append(moment)
            if progress is not None:
                progress(f"t = {moment.t:.4g}", len(moments), times.size)
    except KeyboardInterrupt:
        status = FlowStatus.INTERRUPTED
    if trajectory.failure:
        status = FlowStatus.UNRESOLVED if "do not resolve" in trajectory.failure else FlowStatus.FAILED
    return _record(potential, coupling, start, moments, trajectory, status, diagram)


def _followed(trajectory: Trajectory, times: Array, diagram: Diagram | None) -> Iterator[Moment]:
    """Yield the density at increasing times; fewer where the integrator gives up.

    Once it lies on an attracting state to the tolerance of a step, the state itself is given for what is left:
    rounding of the velocity alone would limit the steps.
    """
    rested: Complex | None = None
    next_look, slowest = LOOK_AFTER, SLOW
    for t in times:
        while rested is None and trajectory.t < t:
            trajectory.step()
            if trajectory.failure:
                return
            if trajectory.steps < next_look:
                continue
            next_look = trajectory.steps + LOOK_AFTER
            speed = trajectory.moment(trajectory.t).speed
            if speed < slowest:
                slowest, next_look = 0.1 * speed, 2 * trajectory.steps
                rested = _rest(trajectory, diagram)
        if rested is None or t <= trajectory.t:
            yield trajectory.moment(float(t))
        else:
            y = trajectory.field.pack(rested)
            speed = float(np.abs(trajectory.field.velocity(0.0, y)).max())
            yield Moment(float(t), rested, speed, trajectory.field.tail(y))


def _rest(trajectory: Trajectory, diagram: Diagram | None) -> Complex | None:
    """Return the coefficients of the attracting state that the trajectory has reached to its tolerance, if any."""
    d = trajectory.period
    c = np.zeros(trajectory.field.size * d, dtype=complex)
    c[d - 1 :: d] = trajectory.c
    found = arrival(trajectory.potential, trajectory.kappa, c, d, trajectory.even, diagram)
    if found.state is None or found.distance > REST * trajectory.settings.rtol:
        return None
    state = aligned(c, coefficients(found.state))[d - 1 :: d]
    return state.real.astype(complex) if trajectory.even else state


def _record(
    potential: Potential, kappa: float, start: Initial, moments: list[Moment], trajectory: Trajectory,
    status: FlowStatus, diagram: Diagram | None,
) -> Flow:  # fmt: skip
    period = start.period or 1
    size = max([1, *(moment.c.size for moment in moments)])
    c = np.zeros((len(moments), size * period), dtype=complex)
    seen: list[Observables] = []
    weights = potential.weights(size * period)[period - 1 :: period]
    for row, moment in zip(c, moments, strict=True):
        row[period - 1 : period * moment.c.size : period] = moment.c
        seen.append(observables(moment.c, weights[: moment.c.size], kappa, period))
    energy = np.array([one.free_energy for one in seen])
    minimum = np.array([one.minimum for one in seen])
    tails = np.array([moment.tail for moment in moments])
    notes = _notes(np.array([m.t for m in moments]), energy, minimum, tails, start, trajectory.settings)
    ending = c[-1] if moments else start.c
    return Flow(
        potential=potential,
        kappa=kappa,
        t=np.array([moment.t for moment in moments]),
        c=c,
        free_energy=energy,
        dissipation=np.array([one.dissipation for one in seen]),
        minimum=minimum,
        rate=np.array([moment.speed for moment in moments]),
        n_modes=np.array([moment.c.size * period for moment in moments], dtype=np.int64),
        tail=tails,
        end=arrival(potential, kappa, ending, period if start.period else 0, start.even, diagram),
        status=status,
        message="; ".join([part for part in (trajectory.failure,) if part] + notes),
        steps=trajectory.steps,
        evaluations=trajectory.evaluations,
        jacobians=trajectory.jacobians,
    )


def _notes(
    t: Array, energy: Array, minimum: Array, tail: Array, start: Initial, settings: FlowSettings
) -> list[str]:
    """Say what a solution of the equation would not do."""
    notes = []
    rises = np.diff(energy)
    allowed = RISE * settings.rtol * (1e-4 + np.abs(energy[1:]))
    if np.any(rises > allowed):
        at = int(np.argmax(rises - allowed))
        notes.append(f"F rises by {rises[at]:.2g} before t = {t[at + 1]:.4g}: not resolved in time")
    later = minimum[t > 0] if start.smooth else minimum[tail < SHOWN_TAIL]
    if later.size and later.min() < -1e2 * settings.tail:
        notes.append(f"ρ falls to {later.min():.2g}: the density is not positive, more modes are needed")
    if tail.size and tail[-1] > SHOWN_TAIL:
        trend = "growing" if tail[-1] > tail[0] else "decaying"
        notes.append(f"the last modes are at {tail[-1]:.2g} at the end, and {trend}")
    if not start.smooth and tail.size and tail[0] > SHOWN_TAIL:
        notes.append("the start is known by its first modes only; the flow damps the others at once")
    return notes
