"""One run: accept step after step, find what lies on each, and note how the branch ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from continuation.begin import begin
from continuation.branch import Branch, Counters, Status
from continuation.ends import closing_place, cut_at_bound, landed
from continuation.problem import Problem
from continuation.recorder import Recorder
from continuation.resuming import resumed_end, start_of
from continuation.special.branch_points import BranchPoint, locate_branch_point
from continuation.special.events import SAME_PLACE, SAMPLES, Event, Located, locate_event, merge
from continuation.special.folds import locate_folds
from continuation.special.passing import passed
from continuation.special.sign_brackets import sign_brackets
from continuation.stepping.corrector import correct, round_off, tangent_at
from continuation.stepping.polynomial import Made, Piece, sign_changes
from continuation.stepping.stepper import Base, Settings, StepFailure, advance, stride

__all__ = ["Loop"]

Array = NDArray[np.float64]
# Where p is stationary at a branch point, the zero of its slope seen within this part of the piece is that
# point.
ABSORBED = 0.05
# The parameter component of a unit tangent that counts as zero at the start (it may come from an
# interpolation).
STATIONARY = 1e-5
# A Taylor step shorter than this part of 1 + ‖x‖, and than that part of the one before it, may be held up by
# the round-off of a branch point ahead, which makes the series diverge there: a tangent step longer by the
# factor STRIDE tries to pass it.
HELD_UP, SHRINKING, STRIDE = 1e-3, 0.8, 10.0


@dataclass
class Loop:
    """What is asked for, what was recorded, and the signs that carry over from step to step."""

    problem: Problem
    settings: Settings
    bounds: tuple[float, float]
    events: tuple[Event, ...]
    recorder: Recorder
    status: Status | None = None
    messages: list[str] = field(default_factory=list)
    bound: float | None = None
    started: bool = False
    slope_sign: int = 0
    event_values: tuple[float, ...] = ()
    first: tuple[Array, Array] | None = None

    def start(self, u0: Array, p0: float, direction: int | ArrayLike) -> Base:
        """Return the base at a start point, corrected."""
        if not self.bounds[0] <= p0 <= self.bounds[1]:
            raise ValueError(f"p0 = {p0!r} is outside [p_min, p_max] = [{self.bounds[0]!r}, {self.bounds[1]!r}]")
        x, tangent, residual = begin(self.problem, u0, p0, direction, self.settings.tolerance)
        self._reachable(residual)
        self._remember_start(x, tangent)
        u, p = x[:-1], float(x[-1]) * self.problem.parameter_scale
        self.event_values = tuple(float(event.test(u, p)) for event in self.events)
        self.started = True
        return Base(self.problem, x, tangent, 0.0)

    def begin_with(self, piece: Piece) -> Base:
        """Accept a known first piece, cut at a bound if it crosses one."""
        tangent = piece.derivative(0.0)
        if not tangent.any():  # a series in a root of the arclength
            tangent = piece(1.0) - piece(0.0)
        self._remember_start(piece(0.0), tangent / np.linalg.norm(tangent))
        self.event_values = (0.0,) * len(self.events)
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
        self.slope_sign = sign_changes(slope, 0.0).sign
        scale, states = self.problem.parameter_scale, last.sampled(SAMPLES)[1]
        for event in self.events:
            values = [float(event.test(y[:-1], float(y[-1]) * scale)) for y in states]
            self.event_values += (next((value for value in reversed(values) if value != 0.0), 0.0),)
        self.started = True
        return Base(self.problem, x, tangent, last.end)

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
        departed, piece, arrived, spent = self._advance(base)
        self.recorder.counters += spent
        if self._held_up(departed, piece) and departed.has_series:
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
        self.bound = bound
        return self._accept(problem, piece, arrived, branch_points)

    def _branch_points(
        self, problem: Problem, piece: Piece, ends: tuple[tuple[int, float], tuple[int, float]]
    ) -> list[BranchPoint]:
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
        before = self.recorder.last.piece.length if self.recorder.stretches else np.inf
        if not piece.length < SHRINKING * before:
            return False
        return piece.length < HELD_UP * (1.0 + float(np.linalg.norm(departed.x)))

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

    def _accept(self, problem: Problem, piece: Piece, arrived: Base, branch_points: list[BranchPoint]) -> Base:
        located, slope_sign, values = self._search(problem, piece, branch_points)
        terminal = next((item for item in located if item.terminal), None)
        if terminal is not None:
            located = [item for item in located if item.tau <= terminal.tau]
            x = np.append(terminal.point.u, terminal.point.p / problem.parameter_scale)
            piece, self.bound = landed(problem, piece, terminal.tau, x, self.settings.tolerance), None
        points = [item.point for item in located]
        if terminal is not None:
            points = [replace(k, arclength=piece.end if k is terminal.point else k.arclength) for k in points]
        self.recorder.append(piece, problem, points)
        if piece.made == Made.CUBIC:  # Newton's iteration ends at round-off, whatever the tolerance
            self._reachable(float(np.max(self.recorder.last.residual, initial=0.0)))
        self.slope_sign, self.event_values = slope_sign, values
        if terminal is not None:
            self.end(Status.EVENT, f"{terminal.point.kind} at p = {terminal.point.p!r}")
        elif self.bound is not None:
            self.end(Status.BOUND, f"p = {self.bound!r}")
        return arrived

    def _search(
        self, problem: Problem, piece: Piece, branch_points: list[BranchPoint]
    ) -> tuple[list[Located], int, tuple[float, ...]]:
        """Return what lies on a piece, and the signs to carry over to the next."""
        if piece.length == 0.0:
            return [], self.slope_sign, self.event_values
        tolerance = self.settings.tolerance
        at_start = not self.recorder.pieces
        after = SAME_PLACE if at_start and self.starts_stationary else 0.0
        at_start = at_start or self.recorder.goes_on_from_event
        located, slope_sign = locate_folds(problem, piece, self.slope_sign, tolerance, after)
        for branch_point in branch_points:
            located = _absorb(located, branch_point)
        values = []
        for event, before in zip(self.events, self.event_values, strict=True):
            hits, value = locate_event(event, problem, piece, before, tolerance)
            located += hits
            values.append(value)
        kept = [item for item in merge(located) if item.tau > SAME_PLACE or not at_start]
        return kept, slope_sign, tuple(values)

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
        self.recorder.replace_last(closed)
        self.end(Status.CLOSED)

    def end(self, status: Status, message: str = "") -> None:
        """Note how the branch ends; the first reason stands."""
        if self.status is None:
            self.status = status
            self.messages += [message] if message else []


def _absorb(folds: list[Located], branch_point: BranchPoint) -> list[Located]:
    """Join a branch point to the folds; where p is stationary at it, the nearest zero slope is no fold."""
    if branch_point.stationary and folds:
        nearest = min(folds, key=lambda item: abs(item.tau - branch_point.tau))
        if abs(nearest.tau - branch_point.tau) <= ABSORBED:
            folds = [item for item in folds if item is not nearest]
    return [*folds, Located(branch_point.tau, branch_point.point, 1)]
