"""One run: accept step after step, find what lies on each, and note how the branch ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from continuation.begin import begin
from continuation.branch import Branch, Counters, Status
from continuation.ends import closing_place, cut_at_bound, landed
from continuation.examination import Stretch
from continuation.problem import Problem
from continuation.recorder import Recorder
from continuation.resuming import resumed_end, start_of
from continuation.special.arrival import arrival, last_piece
from continuation.special.branch_points import locate_branch_point
from continuation.special.events import SAME_PLACE, SAMPLES, Event, Located, locate_event
from continuation.special.passing import passed
from continuation.special.sign_brackets import sign_brackets
from continuation.stepping.corrector import correct, max_norm, residual_norm, round_off, tangent_at
from continuation.stepping.polynomial import Made, Piece, sign_changes
from continuation.stepping.stepper import Base, Settings, StepFailure, advance, stride

__all__ = ["Loop"]

Array = NDArray[np.float64]
# The parameter component of a unit tangent that counts as zero at the start (it may come from an
# interpolation).
STATIONARY = 1e-5
# A Taylor step shorter than this part of 1 + ‖x‖, and than that part of the one before it, may be held up by
# the round-off of a branch point ahead, which makes the series diverge there: a tangent step longer by the
# factor STRIDE tries to pass it.
HELD_UP, SHRINKING, STRIDE = 1e-3, 0.8, 10.0


@dataclass
class Loop:
    """What is asked for, what was recorded, and what carries over from step to step.

    ``terminal`` are the events that end the branch, ``event_values`` their last clear values; the others are looked for
    when the pieces are examined.
    """

    problem: Problem
    settings: Settings
    bounds: tuple[float, float]
    terminal: tuple[Event, ...]
    recorder: Recorder
    status: Status | None = None
    messages: list[str] = field(default_factory=list)
    bound: float | None = None
    started: bool = False
    event_values: tuple[float, ...] = ()
    first: tuple[Array, Array] | None = None

    def start(self, u0: Array, p0: float, direction: int | ArrayLike) -> Base:
        """Return the base at a start point, corrected."""
        if not self.bounds[0] <= p0 <= self.bounds[1]:
            raise ValueError(f"p0 = {p0!r} is outside [p_min, p_max] = [{self.bounds[0]!r}, {self.bounds[1]!r}]")
        x, tangent, residual = begin(self.problem, u0, p0, direction, self.settings.tolerance)
        self._reachable(residual)
        self._remember_start(x, tangent)
        u, p = x[None, :-1], x[-1:] * self.problem.parameter_scale
        self._carry(0, lambda event: float(event.values(u, p)[0]))
        self.started = True
        return Base(self.problem, x, tangent, 0.0)

    def begin_with(self, piece: Piece) -> Base:
        """Accept a known first piece, cut at a bound if it crosses one."""
        tangent = piece.derivative(0.0)
        if not tangent.any():  # a series in a root of the arclength
            tangent = piece(1.0) - piece(0.0)
        self._remember_start(piece(0.0), tangent / np.linalg.norm(tangent))
        self._carry(0, lambda event: 0.0)
        self.started = True
        direction = piece.derivative(1.0)
        arrived = Base(self.problem, piece(1.0), direction / np.linalg.norm(direction), piece.end)
        piece, self.bound = cut_at_bound(self.problem, piece, self.bounds, self.settings.tolerance)
        return self._accept(self.problem, piece, arrived, [])

    def resume(self, branch: Branch) -> Base:
        """Return the base at the end of a branch that is to go on."""
        x, tangent = resumed_end(self.problem, branch, self.bounds, self.settings.tolerance)
        self.first, last = start_of(branch), branch.pieces[-1]
        slope = last.coefficients[1:, -1] * np.arange(1, len(last.coefficients))
        states, scale = last.sampled(SAMPLES)[1], self.problem.parameter_scale

        def last_clear(event: Event) -> float:
            values = event.values(states[:, :-1], states[:, -1] * scale)
            return next((value for value in values[::-1].tolist() if value != 0.0), 0.0)

        self._carry(sign_changes(slope, 0.0).sign, last_clear)
        self.started = True
        return Base(self.problem, x, tangent, last.end)

    def _carry(self, slope_sign: int, value: Callable[[Event], float]) -> None:
        """Set the signs with which the first step begins."""
        self.event_values = tuple(value(event) for event in self.terminal)
        examination = self.recorder.examination
        values = tuple(value(event) for event in examination.events)
        self.recorder.examination = replace(examination, slope_sign=slope_sign, event_values=values)

    def _remember_start(self, x: Array, tangent: Array) -> None:
        self.first = (x, tangent)

    @property
    def starts_stationary(self) -> bool:
        """Whether p is stationary at the start: its zero slope there is no fold of the first piece."""
        return self.first is not None and abs(float(self.first[1][-1])) <= STATIONARY

    def _reachable(self, residual: float) -> None:
        if residual > self.settings.tolerance:
            self.settings = replace(self.settings, tolerance=10 * residual)
            self.messages.append(f"tolerance raised to {10 * residual:.1e}: F cannot be evaluated better here.")

    def step(self, base: Base) -> Base:
        """Advance once; a step whose ends lie on different branches is refused and tried again, shorter."""
        try:
            departed, piece, arrived, spent = self._advance(base)
        except StepFailure:
            if self._arrives(base, HELD_UP * (1.0 + float(np.linalg.norm(base.x)))):
                return base
            raise
        self.recorder.counters += spent
        if self._held_up(departed, piece) and departed.has_series:
            if self._arrives(departed, STRIDE * piece.length):
                return departed
            piece, arrived = self._stride(departed, piece, arrived)
        problem, tolerance = departed.problem, self.settings.tolerance
        piece, bound = cut_at_bound(problem, piece, self.bounds, tolerance)
        sign = arrived.sign
        if bound is not None and departed.sign * sign < 0:  # on the part cut off, perhaps
            sign = self._sign_at_end(problem, piece)
        end = (sign, arrived.size if bound is None else np.nan)
        branch_points = self._branch_points(problem, piece, ((departed.sign, departed.size), end))
        if departed.sign * sign < 0 and not branch_points:
            if not departed.has_series:
                return replace(departed, trial=0.5 * piece.length)
            self.messages.append(f"a branch point near p = {departed.p!r} could not be located.")
        self.bound, arrived = bound, arrived if bound is None else replace(arrived, f=None)
        return self._accept(problem, piece, arrived, branch_points)

    def _branch_points(
        self, problem: Problem, piece: Piece, ends: tuple[tuple[int, float], tuple[int, float]]
    ) -> list[Located]:
        """Return the branch points of a piece with these signs and sizes of the determinant at its ends."""
        if piece.length == 0.0:
            return []
        brackets = [(0.0, 1.0)] if ends[0][0] * ends[1][0] < 0 else []
        if self.settings.sign_samples and problem.watches_pairs:
            brackets = sign_brackets(problem, piece, ends, self.settings.sign_samples) or brackets
        found = []
        for left, right in brackets:
            part = piece if len(brackets) == 1 else piece.part(left, right)
            point = locate_branch_point(problem, part, self.settings.tolerance)
            if point is not None:
                tau = point.tau if part is piece else left + point.tau * (right - left)
                found.append(replace(point, tau=tau))
        return found

    def _advance(self, base: Base) -> tuple[Base, Piece, Base, Counters]:
        """Advance; where the tolerance is below the round-off of F, raise it, say so and try again."""
        try:
            return advance(base, self.settings)
        except StepFailure as failure:
            new = correct(base.problem, base.x, base.tangent, self.settings.tolerance)
            floor = max(new.residual, round_off(base.problem, new.x))
            if failure.status not in (Status.STEP_TOO_SMALL, Status.UNRESOLVED) or not new.converged:
                raise
            if not self.settings.tolerance < floor < np.inf:
                raise
            self._reachable(floor)
        return self._advance(base)

    def _held_up(self, departed: Base, piece: Piece) -> bool:
        """Whether the steps have become short and are getting shorter."""
        before = self.recorder.last.piece.length if self.recorder.accepted else np.inf
        if not piece.length < SHRINKING * before:
            return False
        return piece.length < HELD_UP * (1.0 + float(np.linalg.norm(departed.x)))

    def _arrives(self, base: Base, reach: float) -> bool:
        """End the branch at a point close ahead where several ranks are lost, if there is one."""
        point = arrival(base, reach, self.settings.tolerance)
        if point is None:
            return False
        piece = last_piece(base, point, self.settings)
        piece, self.bound = cut_at_bound(base.problem, piece, self.bounds, self.settings.tolerance)
        self._accept(base.problem, piece, replace(base, f=None), [])
        p = float(point.x[-1]) * base.problem.parameter_scale
        self.end(Status.SINGULAR, f"p = {p!r}, where the Jacobian loses {point.nullity} ranks")
        return True

    def _stride(self, departed: Base, piece: Piece, arrived: Base) -> tuple[Piece, Base]:
        """Step over a branch point that holds up the series; the Taylor step stands where there is none."""
        try:
            _, longer, beyond, spent = stride(departed, STRIDE * piece.length, self.settings)
        except StepFailure:
            return piece, arrived
        self.recorder.counters += replace(spent, steps=0)
        if departed.sign * beyond.sign < 0:
            branch_point = locate_branch_point(departed.problem, longer, self.settings.tolerance)
            over = branch_point and passed(departed, longer, branch_point, self.settings)
            if over:
                return over
        return piece, arrived

    def _sign_at_end(self, problem: Problem, piece: Piece) -> int:
        """Return the sign of the bordered determinant at the end of a piece that was cut."""
        if piece.length == 0.0:
            return 0
        direction = piece.derivative(1.0)
        try:
            _, solver = tangent_at(problem, piece(1.0), direction / np.linalg.norm(direction))
        except ArithmeticError:
            return 0
        self.recorder.counters += Counters(factorisations=1, solves=1)
        return solver.sign

    def _accept(self, problem: Problem, piece: Piece, arrived: Base, branch_points: list[Located]) -> Base:
        first = not self.recorder.pieces
        stretch = Stretch(
            piece,
            problem,
            self.settings.tolerance,
            residual_norm(problem, piece(1.0)) if arrived.f is None else max_norm(arrived.f),
            residual_norm(problem, piece(0.0)) if first else np.nan,
            tuple(branch_points),
            first,
            first or self.recorder.goes_on_from_event,
            first and self.starts_stationary,
        )
        event = self._terminal_event(stretch)
        if event is not None:
            stretch, self.bound = self._ended_at(stretch, event), None
        self.recorder.append(stretch)
        if piece.made == Made.CUBIC:  # Newton's iteration ends at round-off, whatever the tolerance
            self._reachable(stretch.end_residual)
        if event is not None:
            self.end(Status.EVENT, f"{event.point.kind} at p = {event.point.p!r}")
        elif self.bound is not None:
            self.end(Status.BOUND, f"p = {self.bound!r}")
        return arrived

    def _terminal_event(self, stretch: Stretch) -> Located | None:
        """Return the first terminal event on a piece; the last clear values of all carry over to the next."""
        piece, problem = stretch.piece, stretch.problem
        if piece.length == 0.0 or not self.terminal:
            return None
        states, found, last = piece.sampled(SAMPLES)[1], [], []
        for event, before in zip(self.terminal, self.event_values, strict=True):
            values = event.values(states[:, :-1], states[:, -1] * problem.parameter_scale)
            hits, value = locate_event(event, problem, piece, before, stretch.tolerance, values)
            found += [item for item in hits if item.tau > SAME_PLACE or not stretch.known_start]
            last.append(value)
        self.event_values = tuple(last)
        return min(found, key=lambda item: item.tau, default=None)

    def _ended_at(self, stretch: Stretch, event: Located) -> Stretch:
        """Return the part of a stretch before a terminal event, with the event on its end."""
        scale = stretch.problem.parameter_scale
        x = np.append(event.point.u, event.point.p / scale)
        piece = landed(stretch.problem, stretch.piece, event.tau, x, stretch.tolerance)
        cut = stretch.shortened(piece)
        here = replace(event, tau=1.0, point=replace(event.point, arclength=piece.end))
        return replace(cut, located=(*cut.located, here))

    def check_closed(self) -> None:
        """End the branch where its last piece passes through the start in the same direction."""
        if self.status is not None or self.first is None or self.recorder.pieces < 2:
            return
        last = self.recorder.last
        place = closing_place(last.problem, last.piece, *self.first, self.settings.tolerance, self.recorder.first_made)
        if place is None:
            return
        tau, x = place
        closed = landed(last.problem, last.piece, tau, x, self.settings.tolerance)
        self.recorder.cut_last(closed)
        self.end(Status.CLOSED)

    def end(self, status: Status, message: str = "") -> None:
        """Note how the branch ends; the first reason stands."""
        if self.status is None:
            self.status = status
            self.messages += [message] if message else []

    def spoilt(self, status: Status, message: str) -> None:
        """Note that steps could not be examined, whatever ended the branch."""
        self.status, self.messages = status, [*self.messages, message]
