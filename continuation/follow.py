"""The loop: follow a branch until it ends, and say how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from continuation.branch import Branch, Counters, SpecialPoint, Status
from continuation.corrector import correct, residual_norm, tangent_at
from continuation.events import SAME_PLACE, Event, Located, locate_branch_point, locate_event, locate_folds, merge
from continuation.polynomial import Piece, sign_changes
from continuation.predictor import hermite
from continuation.problem import Problem
from continuation.stepper import Base, Settings, StepFailure, advance

__all__ = ["follow"]

Array = NDArray[np.float64]
NUMERICAL_ERRORS = (ArithmeticError, ValueError, np.linalg.LinAlgError, MemoryError)


def follow(
    problem: Problem,
    u0: ArrayLike,
    p0: float,
    *,
    direction: int | ArrayLike = 1,
    p_min: float = -np.inf,
    p_max: float = np.inf,
    events: Sequence[Event] = (),
    stop: Callable[[Array, float], bool] | None = None,
    initial: Piece | None = None,
    max_steps: int = 500,
    max_arclength: float = np.inf,
    settings: Settings | None = None,
    samples: int = 8,
    progress: Callable[[float, float], None] | None = None,
) -> Branch:
    """Follow the branch of F(u, p) = 0 through (u0, p0) by pseudo-arclength continuation.

    A problem with a Taylor expansion is followed by long series steps (order ``settings.order``), any
    other by Keller's tangent predictor and Newton corrector.

    Parameters
    ----------
    problem
        The equations.
    u0, p0
        Start, corrected first; u0 of shape (n,).
    direction
        +1 or −1: the first step raises or lowers p. Or a vector in (u, p / scale), shape (n + 1,), to start along.
    p_min, p_max
        The branch ends exactly on these.
    events
        User events, see :class:`Event`.
    stop
        Predicate of (u, p), asked after every step.
    initial
        A piece already known from the start point (a blow-up at a branch point); the branch then begins with it
        and ``u0``, ``p0``, ``direction`` are not used.
    max_steps, max_arclength
        Further ends.
    settings
        Tolerance, order and step lengths, see :class:`Settings`.
    samples
        Points returned for every Taylor step (tangent steps return their two ends).
    progress
        Called with (arclength, p) after every step.

    Returns
    -------
    Branch
        Always; failures and interrupts in the middle end the branch with a status and a message.

    Raises
    ------
    ValueError
        If an argument is not usable: p0 outside the bounds or not finite, or no solution near (u0, p0).

    Notes
    -----
    It may miss: an even number of branch points within one step; a user event that changes sign twice
    between two of its nine samples a step. Folds are not missed within the accuracy of a step's polynomial.

    Source: H. B. Keller (1977); B. Cochelin, Comput. Struct. 53 (1994) 1181.

    Examples
    --------
    >>> import numpy as np
    >>> from continuation import FunctionProblem, follow
    >>> s_curve = FunctionProblem(lambda u, p: p + u - u**3 / 3,
    ...                           lambda u, p: np.diag(1 - u**2), lambda u, p: np.ones(1))
    >>> branch = follow(s_curve, [3.0], 6.0, direction=-1, p_min=-2, p_max=6)
    >>> [f"{fold.p:.12f}" for fold in branch.folds], branch.status.name
    (['-0.666666666667', '0.666666666667'], 'BOUND')
    """
    settings = settings or Settings()
    loop = _Loop(problem, settings, p_min, p_max, tuple(events), samples)
    try:
        if initial is None:
            base = loop.start(np.atleast_1d(np.asarray(u0, dtype=float)), p0, direction)
        else:
            base = loop.begin_with(initial)
        while loop.status is None:
            base = loop.step(base)
            s, p = base.s, float(base.x[-1]) * problem.parameter_scale
            if progress is not None:
                progress(s, p)
            if loop.status is None:
                loop.check_ends(base, stop, max_steps, max_arclength)
    except KeyboardInterrupt:
        loop.end(Status.INTERRUPTED)
    except StepFailure as failure:
        loop.end(failure.status, str(failure))
    except NUMERICAL_ERRORS as failure:
        if not loop.started:
            raise
        loop.end(Status.FAILED, f"{type(failure).__name__}: {failure}")
    return loop.branch()


@dataclass
class _Loop:
    """What accumulates while a branch is followed."""

    problem: Problem
    settings: Settings
    p_min: float
    p_max: float
    events: tuple[Event, ...]
    samples: int
    pieces: list[Piece] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    found: list[SpecialPoint] = field(default_factory=list)
    counters: Counters = field(default_factory=Counters)
    status: Status | None = None
    message: str = ""
    started: bool = False
    slope_sign: int = 0
    determinant_sign: int = 0
    event_values: list[float] = field(default_factory=list)
    first: tuple[Array, Array] | None = None

    def start(self, u0: Array, p0: float, direction: int | ArrayLike) -> Base:
        """Correct the start and find its tangent."""
        if not (np.isfinite(u0).all() and np.isfinite(p0)):
            raise ValueError(f"the start must be finite: u0 = {u0!r}, p0 = {p0!r}")
        if not self.p_min <= p0 <= self.p_max:
            raise ValueError(f"p0 = {p0!r} is outside [p_min, p_max] = [{self.p_min!r}, {self.p_max!r}]")
        x = np.append(u0, p0 / self.problem.parameter_scale)
        row = np.zeros(x.size)
        row[-1] = 1.0
        guess = row * direction if np.ndim(direction) == 0 else np.asarray(direction, dtype=float)
        corrected = correct(self.problem, x, row, self.settings.tolerance, max_iterations=20)
        if not corrected.converged:
            corrected = correct(self.problem, x, self._null(x), self.settings.tolerance, max_iterations=20)
        if not corrected.converged:
            raise ValueError(
                f"no solution found near the start p0 = {p0!r}: Newton's iteration ends with residual "
                f"{corrected.residual:.2e}; give a start closer to a solution"
            )
        self._reachable(corrected.residual)
        x = corrected.x
        try:
            tangent, _ = tangent_at(self.problem, x, guess)
        except ArithmeticError:
            tangent = self._null(x)
            tangent = tangent if tangent @ guess >= 0 else -tangent
        self._remember_start(x, tangent)
        return Base(self.problem, x, tangent, 0.0, 0.1 * (1.0 + float(np.linalg.norm(x))))

    def _reachable(self, residual: float) -> None:
        if residual > self.settings.tolerance:
            self.settings = replace(self.settings, tolerance=10 * residual)
            self.message = f"tolerance raised to {10 * residual:.1e}: F cannot be evaluated better here. "

    def _null(self, x: Array) -> Array:
        p = float(x[-1]) * self.problem.parameter_scale
        column = self.problem.parameter_scale * self.problem.parameter_derivative(x[:-1], p)
        null: Array = np.linalg.svd(np.column_stack([self.problem.jacobian(x[:-1], p), column]))[2][-1]
        return null

    def _remember_start(self, x: Array, tangent: Array) -> None:
        self.first = (x, tangent)
        self.started = True
        u, p = x[:-1], float(x[-1]) * self.problem.parameter_scale
        self.event_values = [float(event.test(u, p)) for event in self.events]

    def begin_with(self, piece: Piece) -> Base:
        """Accept a known first piece, cut at a bound if it crosses one."""
        x = piece(0.0)
        tangent = piece.derivative(0.0)
        self._remember_start(x, tangent / np.linalg.norm(tangent))
        self.event_values = [0.0] * len(self.events)
        end = piece(1.0)
        direction = piece.derivative(1.0)
        arrived = Base(self.problem, end, direction / np.linalg.norm(direction), piece.end, piece.length)
        return self._accept(self.problem, piece, arrived)

    def step(self, base: Base) -> Base:
        """Advance once, find what happens on the way, and stop on a bound or a terminal event."""
        departed, piece, arrived, spent = advance(base, self.settings)
        self.counters += spent
        self._compare_signs(departed.sign)
        return self._accept(departed.problem, piece, arrived)

    def _compare_signs(self, sign: int) -> None:
        """A branch point lies on the last piece if the determinant's sign has changed since its start."""
        if self.determinant_sign * sign < 0 and self.pieces:
            located = locate_branch_point(self.problems[-1], self.pieces[-1], self.settings.tolerance)
            if located is not None:
                self._record_late(located)
        self.determinant_sign = sign or self.determinant_sign

    def _record_late(self, located: Located) -> None:
        """Merge a branch point into what is already known of the last piece."""
        piece = self.pieces[-1]
        s, near = located.point.arclength, SAME_PLACE * piece.length
        clashes = [k for k in self.found if abs(k.arclength - s) <= near]
        if any(k.kind not in ("fold", "undecided") for k in clashes):
            return
        self.found = [k for k in self.found if k not in clashes] + [located.point]

    def _accept(self, problem: Problem, piece: Piece, arrived: Base) -> Base:
        piece, ended_on = self._cut_at_bound(problem, piece)
        tolerance = self.settings.tolerance
        located, self.slope_sign = locate_folds(problem, piece, self.slope_sign, tolerance)
        for k, event in enumerate(self.events):
            hits, self.event_values[k] = locate_event(event, problem, piece, self.event_values[k], tolerance)
            located += hits
        located = [item for item in merge(located) if self.pieces or item.tau > SAME_PLACE]
        terminal = next((item for item in located if item.terminal), None)
        if terminal is not None:
            located = [item for item in located if item.tau <= terminal.tau]
            direction = piece.derivative(terminal.tau)
            piece, ended_on = self._land(problem, piece, terminal.tau, direction / np.linalg.norm(direction)), None
            self.end(Status.EVENT, f"{terminal.point.kind} at p = {terminal.point.p!r}")
        elif ended_on is not None:
            self.end(Status.BOUND, f"p = {ended_on!r}")
        self.found += [item.point for item in located]
        self.pieces.append(piece)
        self.problems.append(problem)
        if self.status is not None:
            self._final_sign(problem, piece)
        return arrived

    def _final_sign(self, problem: Problem, piece: Piece) -> None:
        if self.determinant_sign == 0 or self.status is Status.EVENT:
            return
        direction = piece.derivative(1.0)
        _, solver = tangent_at(problem, piece(1.0), direction / np.linalg.norm(direction))
        self.counters += Counters(factorisations=1, solves=1)
        self._compare_signs(solver.sign)

    def _cut_at_bound(self, problem: Problem, piece: Piece) -> tuple[Piece, float | None]:
        ends = []
        for bound in (self.p_min, self.p_max):
            if np.isfinite(bound):
                c = piece.coefficients[:, -1].copy()
                c[0] -= bound / self.problem.parameter_scale
                outward = 1 if bound == self.p_max else -1
                roots = sign_changes(c, 0.0, 0 if self.pieces else -outward).roots
                ends += [(tau, bound) for tau in roots if tau > 0.0 or self.pieces]
        if not ends:
            return piece, None
        tau, bound = min(ends)
        row = np.zeros(piece.coefficients.shape[1])
        row[-1] = 1.0
        piece = self._land(problem, piece, tau, row)
        c = piece.coefficients.copy()
        c[1, -1] += bound / problem.parameter_scale - c[:, -1].sum()  # on the bound to the last bit
        return replace(piece, coefficients=c), bound

    def _land(self, problem: Problem, piece: Piece, tau: float, row: Array) -> Piece:
        """End a piece at τ, on the branch: where the polynomial is not accurate enough there, it is rebuilt."""
        cut = piece.cut(tau)
        x = piece(tau)
        if residual_norm(problem, x) <= self.settings.tolerance:
            return cut
        corrected = correct(problem, x, row, self.settings.tolerance)
        if not corrected.converged:
            return cut
        direction = piece.derivative(tau)
        tangent, _ = tangent_at(problem, corrected.x, direction / np.linalg.norm(direction))
        start = piece.derivative(0.0)
        c = hermite(piece(0.0), start / np.linalg.norm(start), corrected.x, tangent)
        return Piece(c, piece.start, float(np.linalg.norm(c[1])))

    def check_ends(
        self, base: Base, stop: Callable[[Array, float], bool] | None, max_steps: int, max_arclength: float
    ) -> None:
        """End the branch where it closes, is long enough, or the user says so."""
        if self._closes():
            return
        if stop is not None and stop(base.x[:-1], float(base.x[-1]) * self.problem.parameter_scale):
            self.end(Status.STOPPED)
        elif base.s >= max_arclength:
            self.end(Status.LENGTH)
        elif len(self.pieces) >= max_steps:
            self.end(Status.MAX_STEPS, f"{max_steps} steps")

    def _closes(self) -> bool:
        """Whether the last piece passes through the start in the same direction."""
        if self.first is None or len(self.pieces) < 2:
            return False
        x0, t0 = self.first
        piece = self.pieces[-1]
        if piece.coefficients.shape[1] != x0.size:
            return False
        c = piece.coefficients @ t0
        c[0] -= x0 @ t0
        for tau in sign_changes(c, 0.0).roots:
            scale = 1.0 + float(np.linalg.norm(x0))
            near = float(np.linalg.norm(piece(tau) - x0)) <= 1e-2 * piece.length + 1e-9 * scale
            if near and float(piece.derivative(tau) @ t0) > 0:
                self.pieces[-1] = piece.cut(tau)
                self.found = [k for k in self.found if k.arclength <= self.pieces[-1].end]
                self.end(Status.CLOSED)
                self._final_sign(self.problems[-1], self.pieces[-1])
                return True
        return False

    def end(self, status: Status, message: str = "") -> None:
        """Note how the branch ends; the first reason stands."""
        if self.status is None:
            self.status, self.message = status, self.message + message

    def branch(self) -> Branch:
        """Sample the pieces and re-evaluate every point."""
        scale = self.problem.parameter_scale
        n = max((piece.coefficients.shape[1] - 1 for piece in self.pieces), default=0)
        arclength, p, u, residual, sizes = [], [], [], [], []
        for k, (piece, problem) in enumerate(zip(self.pieces, self.problems, strict=True)):
            count = self.samples if len(piece.coefficients) > 4 else 1
            tau = np.linspace(0.0, 1.0, count + 1)[0 if k == 0 else 1 :]
            x = piece.at(tau)
            if k == len(self.pieces) - 1 and self.status is Status.BOUND:
                x[-1, -1] = (self.p_max if abs(x[-1, -1] * scale - self.p_max) < abs(x[-1, -1] * scale - self.p_min)
                             else self.p_min) / scale
            arclength.append(piece.start + tau * piece.length)
            p.append(x[:, -1] * scale)
            u.append(problem.transfer(x[:, :-1], n))
            residual.append(np.max(np.abs(problem.residuals(x[:, :-1], p[-1])), axis=1))
            sizes.append(np.full(tau.size, x.shape[1] - 1))
        join = np.concatenate
        return Branch(
            arclength=join(arclength) if arclength else np.empty(0),
            p=join(p) if p else np.empty(0),
            u=join(u) if u else np.empty((0, n)),
            residual=join(residual) if residual else np.empty(0),
            sizes=join(sizes) if sizes else np.empty(0, dtype=np.int64),
            pieces=tuple(self.pieces),
            special_points=tuple(sorted(self.found, key=lambda point: point.arclength)),
            status=self.status or Status.FAILED,
            message=self.message.strip(),
            counters=self.counters,
            parameter_scale=scale,
        )
