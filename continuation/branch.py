"""The frozen records that everything downstream reads: branch, special point, status, counters."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from continuation.record import Record, counted
from continuation.stepping.polynomial import Piece, sign_changes

__all__ = ["Branch", "Counters", "SpecialPoint", "Status"]

Array = NDArray[np.float64]


class Status(Enum):
    """How a branch ended; the text says what to do about it."""

    BOUND = "the branch ends on a bound of the parameter"
    EVENT = "the branch ends at a terminal event"
    STOPPED = "stopped on request: by the stop predicate, or by whoever iterates over the steps"
    CLOSED = "the branch closes on its start: it is a loop"
    LENGTH = "the largest arclength asked for is reached"
    SINGULAR = "the branch arrives at a point where the Jacobian loses several ranks: several branches may meet there"
    MAX_STEPS = "the largest number of steps is reached: raise max_steps to go on"
    STEP_TOO_SMALL = "no step succeeded: the curve may end or turn singular here; check the equations near this point"
    UNRESOLVED = "the discretisation cannot resolve the state at its largest size: allow more unknowns"
    INTERRUPTED = "interrupted: what was found so far is returned"
    FAILED = "the equations could not be evaluated or solved here; see the message"


@dataclass(frozen=True)
class Counters:
    """Operations spent on a branch: they do not depend on the machine."""

    steps: int = 0
    factorisations: int = 0
    solves: int = 0
    residuals: int = 0
    newton: int = 0

    def __add__(self, other: Counters) -> Counters:
        return Counters(
            self.steps + other.steps,
            self.factorisations + other.factorisations,
            self.solves + other.solves,
            self.residuals + other.residuals,
            self.newton + other.newton,
        )


@dataclass(frozen=True, eq=False, repr=False)
class SpecialPoint(Record):
    """A point of a branch where something happens.

    Parameters
    ----------
    kind
        'fold', 'branch point', 'pitchfork', 'transcritical', 'endpoint', 'undecided' or the name of a user
        event.
    p, u
        Parameter and unknowns, re-evaluated; u of shape (n,).
    arclength
        Where on the branch.
    residual
        Max-norm of F at the point.
    bracket
        Arclengths between which the event was first seen.
    coefficients
        The numbers that decided the kind, by name.
    directions
        Unit directions in (u, p / scale), shape (n + 1,), along which other branches leave a branch point.
    """

    kind: str
    p: float
    u: Array
    arclength: float
    residual: float
    bracket: tuple[float, float]
    coefficients: Mapping[str, float] = field(default_factory=dict)
    directions: tuple[Array, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Branch(Record):
    """A branch of solutions of F(u, p) = 0, in the order of its arclength.

    Parameters
    ----------
    arclength, p
        Shape (P,).
    u
        Shape (P, n); where the number of unknowns changed along the branch, padded by zeros.
    residual
        Max-norm of F, re-evaluated at each of the P points, shape (P,).
    sizes
        Number of unknowns used at each point, shape (P,).
    pieces
        The polynomial pieces between which the points were sampled: the branch is known everywhere.
    special_points
        In the order of arclength.
    status, message, counters
        How it ended, what was noticed, and the operations spent.

    Notes
    -----
    ``arclength`` adds up the pseudo-arclengths of the steps (each measured along its first tangent),
    with the parameter in units of the problem's ``parameter_scale``.
    """

    arclength: Array
    p: Array
    u: Array
    residual: Array
    sizes: NDArray[np.int64]
    pieces: tuple[Piece, ...]
    special_points: tuple[SpecialPoint, ...]
    status: Status
    message: str
    counters: Counters
    parameter_scale: float = 1.0

    def __repr__(self) -> str:
        span = f", p = {self.p[0]:.6g} … {self.p[-1]:.6g}" if self.p.size else ""
        kinds = counted(point.kind for point in self.special_points) or "no special points"
        return f"<Branch: {self.p.size} points of {self.u.shape[1]} unknowns{span}; {kinds}; {self.status.name}>"

    def at(self, s: float) -> tuple[Array, float]:
        """Return (u, p) at arclength s.

        Parameters
        ----------
        s
            Arclength in [arclength[0], arclength[-1]].

        Raises
        ------
        ValueError
            If s is outside the branch.

        Notes
        -----
        The value is the step's own polynomial: as accurate as the points for Taylor steps,
        fourth order in the step length where the problem offers no expansion.
        """
        piece, tau = self._place(s)
        x = piece(tau)
        return x[:-1], float(x[-1] * self.parameter_scale)

    def sampled(self, s: Array) -> tuple[Array, Array]:
        """Return u, shape (m, n), padded by zeros to the largest size, and p, shape (m,), at many arclengths.

        Raises
        ------
        ValueError
            If one of them is outside the branch.
        """
        u, p = np.zeros((s.size, self.u.shape[1])), np.empty(s.size)
        if s.size:
            self._place(float(s.min()))
            self._place(float(s.max()))
        numbers = np.minimum(np.searchsorted([piece.end for piece in self.pieces], s), len(self.pieces) - 1)
        for number in np.unique(numbers):
            piece, here = self.pieces[number], numbers == number
            x = piece.at((s[here] - piece.start) / (piece.length or 1.0))
            u[here, : x.shape[1] - 1], p[here] = x[:, :-1], x[:, -1] * self.parameter_scale
        return u, p

    def tangent(self, s: float) -> Array:
        """Return the unit tangent in (u, p / scale) at arclength s, shape (n + 1,).

        Raises
        ------
        ValueError
            If s is outside the branch.
        """
        piece, tau = self._place(s)
        d = piece.derivative(tau)
        length = float(np.linalg.norm(d))
        return d / length if length else d

    def _place(self, s: float) -> tuple[Piece, float]:
        """Return the piece at arclength s, and τ on it."""
        if not self.pieces or not self.arclength[0] <= s <= self.arclength[-1]:
            last = float(self.arclength[-1]) if self.arclength.size else float("nan")
            raise ValueError(f"s = {s!r} is outside the branch: allowed are 0 to {last!r}")
        ends = [piece.end for piece in self.pieces]
        piece = self.pieces[min(int(np.searchsorted(ends, s)), len(ends) - 1)]
        return piece, (s - piece.start) / piece.length if piece.length else 0.0

    def crossings(self, p: float) -> list[float]:
        """Return the arclengths at which the branch crosses a parameter value, in order.

        Notes
        -----
        Found on the polynomials by Descartes' rule, so that no crossing hides between points; a mere
        touch (the value of a fold) is not a crossing.
        """
        found: list[float] = []
        sign = 0
        for piece in self.pieces:
            c = piece.coefficients[:, -1].copy()
            c[0] -= p / self.parameter_scale
            changes = sign_changes(c, 4 * np.finfo(float).eps * abs(p / self.parameter_scale), sign)
            found += [piece.start + tau * piece.length for tau in changes.roots]
            sign = changes.sign
        for s, value in ((self.arclength[:1], self.p[:1]), (self.arclength[-1:], self.p[-1:])):
            if value.size and value[0] == p and not any(abs(f - s[0]) < 1e-9 * (1 + abs(s[0])) for f in found):
                found.append(float(s[0]))
        return sorted(found)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the branch to one file, atomically: a NumPy archive with a JSON header, read back by :meth:`load`.

        Parameters
        ----------
        path
            The file, ``.npz`` by custom. A branch file of this or an older version is replaced; nothing else is.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError
            If ``path`` is a file of a newer version, or not a branch file at all.
        OSError
            If it cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> import numpy as np
        >>> from continuation import Branch, Problem, follow
        >>> branch = follow(Problem.from_function(lambda u, p: p - u**2), [1.0], 1.0, p_max=2.0)
        >>> again = Branch.load(branch.save(Path(tempfile.mkdtemp()) / "parabola.npz"))
        >>> bool(np.all(again.u == branch.u)), again.status is branch.status
        (True, True)
        """
        from continuation.branch_file import save_branch

        return save_branch(self, path)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Branch:
        """Read a branch written by :meth:`save`: bitwise the one that was saved.

        Parameters
        ----------
        path
            The file.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is damaged, not a branch file, or was written by a newer version; the message says which.
        """
        from continuation.branch_file import load_branch

        return load_branch(path)

    @property
    def folds(self) -> tuple[SpecialPoint, ...]:
        """The folds among the special points."""
        return tuple(point for point in self.special_points if point.kind == "fold")
