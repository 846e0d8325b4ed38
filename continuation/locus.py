"""Curves of folds and branch points in two parameters, as ordinary branches of a minimally augmented system."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import bmat, issparse

from continuation.branch import Branch, SpecialPoint
from continuation.following import follow
from continuation.linear.bordered import BorderedSolver
from continuation.linear.null_vectors import null_vectors
from continuation.linear.solvers import bordered_solver
from continuation.problem import Problem
from continuation.record import Record
from continuation.special.events import Event

__all__ = ["Family", "Locus", "fold_locus", "fold_system", "singular_locus", "singular_system"]

Array = NDArray[np.float64]
# Cosine of the angle between a border and the null vector it stands for: below it the borders are renewed.
ALIGNED = 0.7
REMEMBERED = 32


class Family(ABC):
    """Equations F(u, p; q) = 0 with a second parameter q.

    Subclass it and provide, for u of shape (n,):

    1. ``problem(q)``: the equations at one q, with one and the same n and ``parameter_scale``;
    2. ``q_derivative(u, p, q)``: ∂F/∂q, shape (n,);
    3. ``jacobian_q_derivative(u, p, q)``: ∂M/∂q with M = ∂F/∂u, shape (n, n);
    4. ``gradient(u, p, q, left, right)``: the gradient of leftᵀ M right with respect to (u, p), shape (n + 1,),
       the two vectors held fixed. By default exact from the problem's Taylor recurrence, if it has one, at the cost
       of n + 1 expansions;
    5. ``q_scale``: the typical size of q.

    Where symmetry splits off a block of the linearisation that ∂F/∂u does not hold, its branch points are followed by

    6. ``singular(u, p, q)``: M, any square matrix that depends on the state; 3 and 4 are then its derivatives.
    """

    q_scale: float = 1.0

    @abstractmethod
    def problem(self, q: float) -> Problem:
        """Return the equations at q."""

    @abstractmethod
    def q_derivative(self, u: Array, p: float, q: float) -> Array:
        """Return ∂F/∂q, shape (n,)."""

    @abstractmethod
    def jacobian_q_derivative(self, u: Array, p: float, q: float) -> Array:
        """Return ∂M/∂q, of the shape of M."""

    def singular(self, u: Array, p: float, q: float) -> Array:
        """Return the matrix M whose singularity is followed: ∂F/∂u."""
        return self.problem(q).jacobian(u, p)

    def gradient(self, u: Array, p: float, q: float, left: Array, right: Array) -> Array:
        """Return the gradient of leftᵀ M right with respect to (u, p), shape (n + 1,).

        Raises
        ------
        ValueError
            If the problem has no expansion and this method is not overridden.
        """
        problem = self.problem(q)

        def half_second(du: Array, dp: float) -> float:
            expansion = problem.expansion(u, p)
            if expansion is None:
                raise ValueError("the family must override gradient: its problem has no expansion")
            expansion.push(du, dp)
            return float(left @ expansion.remainder())

        along = half_second(right, 0.0)
        directions = np.eye(u.size + 1)
        # Polarisation: B(w, e) = Q(w + e) − Q(w) − Q(e), exact because each Q is.
        return np.array(
            [half_second(right + e[:-1], float(e[-1])) - along - half_second(e[:-1], float(e[-1])) for e in directions]
        )


@dataclass(frozen=True, eq=False, repr=False)
class Locus(Record):
    """A curve of special points in the plane of two parameters.

    ``branch`` is the curve as the engine followed it: unknowns (u, p / scale), parameter q. Its special
    points of kind 'cusp' and 'degenerate fold' are where the fold changes its nature; ``p_scale`` is the
    problem's parameter scale, ``system`` the augmented equations.
    """

    branch: Branch
    p_scale: float
    system: Problem

    @property
    def q(self) -> Array:
        """The second parameter, shape (P,)."""
        return self.branch.p

    @property
    def p(self) -> Array:
        """The first parameter, shape (P,)."""
        return self.branch.u[:, -1] * self.p_scale

    @property
    def u(self) -> Array:
        """The unknowns, shape (P, n)."""
        return self.branch.u[:, :-1]

    def points(self, kind: str) -> list[tuple[float, float, Array]]:
        """Return (p, q, u) of the special points of one kind."""
        return [(float(k.u[-1]) * self.p_scale, k.p, k.u[:-1]) for k in self.branch.special_points if k.kind == kind]


class _SingularSystem(Problem):
    """F = 0 and g = 0, where g vanishes with the determinant of M (Griewank–Reddien; Govaerts, ch. 3).

    [[M, b], [cᵀ, 0]] (w, g) = (0, 1), its transpose for (ψ, g); then dg = −ψᵀ dM w, exact.
    """

    watches_pairs = False  # a Jacobian costs n + 1 expansions; crossing curves of folds are an event of their own

    def __init__(self, family: Family, b: Array, c: Array) -> None:
        self._family, self._b, self._c = family, b, c
        self.parameter_scale = family.q_scale
        self._known: tuple[tuple[bytes, float, float], tuple[Array, Array, float]] | None = None

    def _split(self, x: Array, q: float) -> tuple[Problem, Array, float]:
        problem = self._family.problem(q)
        return problem, x[:-1], float(x[-1]) * problem.parameter_scale

    def _vectors(self, u: Array, p: float, q: float) -> tuple[Array, Array, float]:
        key = (u.tobytes(), p, q)
        if self._known is not None and self._known[0] == key:
            return self._known[1]
        n = self._b.size
        solver = bordered_solver(self._family.singular(u, p, q), self._b, self._c)
        right, left = solver.solve(np.zeros(n), 1.0), solver.solve_transposed(np.zeros(n), 1.0)
        self._known = key, (left[:n], right[:n], float(right[n]))
        return self._known[1]

    def residual(self, u: Array, p: float) -> Array:
        problem, state, first = self._split(u, p)
        return np.append(problem.residual(state, first), self._vectors(state, first, p)[2])

    def _slope(self, u: Array, p: float) -> Array:
        """Return the gradient of g with respect to the unknowns, shape (n + 1,)."""
        problem, state, first = self._split(u, p)
        left, right, _ = self._vectors(state, first, p)
        slope = -self._family.gradient(state, first, p, left, right)
        slope[-1] *= problem.parameter_scale
        return slope

    def jacobian(self, u: Array, p: float) -> Any:
        """Return the derivative with respect to (u, p / scale): of the same kind as the inner one, dense or sparse."""
        problem, state, first = self._split(u, p)
        column = problem.parameter_scale * problem.parameter_derivative(state, first)
        inner, slope = problem.jacobian(state, first), self._slope(u, p)
        if issparse(inner):
            return bmat([[inner, column[:, None]], [slope[None, :-1], slope[-1:, None]]], format="csc")
        return np.vstack([np.column_stack([inner, column]), slope])

    def parameter_derivative(self, u: Array, p: float) -> Array:
        _, state, first = self._split(u, p)
        left, right, _ = self._vectors(state, first, p)
        change = self._family.jacobian_q_derivative(state, first, p)
        return np.append(self._family.q_derivative(state, first, p), -float(left @ (change @ right)))

    def bordered(self, u: Array, p: float, rows: Array, columns: Array | None = None) -> BorderedSolver:
        """Return the solver by that of the inner equations, of which this one's last equation is a further border."""
        problem, state, first = self._split(u, p)
        rows = np.atleast_2d(rows)
        inner = [self.parameter_scale * self.parameter_derivative(u, p)[:, None]]
        inner += [] if columns is None else [columns]
        right = np.column_stack(inner)
        width = u.size + right.shape[1]
        below = np.zeros((len(rows) + 1, width))
        below[0, : u.size], below[0, u.size :] = self._slope(u, p), right[-1]
        below[1:, : rows.shape[1]] = rows
        return problem.bordered(state, first, below, right[:-1])

    def resized(self, u: Array, p: float, solver: BorderedSolver | None = None) -> tuple[Problem, int] | None:
        """Renew the borders, in the same size, when the null vectors have turned away."""
        _, state, first = self._split(u, p)
        left, right, _ = self._vectors(state, first, p)
        left, right = left / np.linalg.norm(left), right / np.linalg.norm(right)
        if min(abs(float(left @ self._b)), abs(float(right @ self._c))) >= ALIGNED:
            return None
        return _SingularSystem(self._family, left, right), u.size

    def nature(self, u: Array, p: float) -> tuple[float, float]:
        """Return (ψᵀ F_uu w w, ψᵀ F_p scale) with unit ψ and w: zero at a cusp, and where branches meet."""
        problem, state, first = self._split(u, p)
        left, right, _ = self._vectors(state, first, p)
        left, right = left / np.linalg.norm(left), right / np.linalg.norm(right)
        bend = float(self._family.gradient(state, first, p, left, right)[:-1] @ right)
        return bend, float(left @ problem.parameter_derivative(state, first)) * problem.parameter_scale


def singular_system(family: Family, u: Array, p: float, q: float) -> _SingularSystem:
    """Return the equations, in (u, p / scale) and q, of the states near (u, p, q) at which M is singular."""
    matrix = family.singular(u, p, q)
    start = np.random.default_rng(0).standard_normal((2, matrix.shape[0], 1))
    found = null_vectors(lambda rows, columns: bordered_solver(matrix, columns, rows), *start)
    return _SingularSystem(family, found.left[:, 0], found.right[:, 0])


def fold_system(family: Family, u: Array, p: float, q: float) -> tuple[Problem, tuple[Event, ...]]:
    """Return the equations of the folds near (u, p, q), and the events 'cusp' and 'degenerate fold' along them."""
    system = singular_system(family, u, p, q)

    known: dict[tuple[bytes, float], tuple[float, float]] = {}

    def nature(u: Array, q: float) -> tuple[float, float]:
        key = (u.tobytes(), q)
        if key not in known:
            if len(known) > REMEMBERED:  # the two events ask for the samples of one step, one after the other
                known.clear()
            known[key] = system.nature(u, q)
        return known[key]

    def product(u: Array, q: float) -> float:
        bend, slope = nature(u, q)
        return bend * slope

    def is_cusp(u: Array, q: float) -> bool:
        bend, slope = nature(u, q)
        return abs(bend) <= abs(slope)

    cusp = Event("cusp", product, accept=is_cusp)
    return system, (cusp, Event("degenerate fold", product, accept=lambda u, q: not is_cusp(u, q)))


def singular_locus(family: Family, u: Array, p: float, q0: float, **options: Any) -> Locus:
    """Follow the curve of states at which the family's matrix M is singular, in the plane of p and q.

    Parameters
    ----------
    family
        The equations with their second parameter; ``family.singular`` gives M.
    u, p, q0
        A state near which M is singular, shape (n,), and its two parameters.
    **options
        Passed on to :func:`follow`, with q in the place of p.

    Raises
    ------
    ValueError
        If no such state is found near the start, or the family lacks a derivative.
    """
    problem, system = family.problem(q0), singular_system(family, u, p, q0)
    start = np.append(u, p / problem.parameter_scale)
    return Locus(follow(system, start, q0, **options), problem.parameter_scale, system)


def fold_locus(family: Family, point: SpecialPoint, q0: float, **options: Any) -> Locus:
    """Follow the curve of folds through a fold, in the plane of p and q.

    Parameters
    ----------
    family
        The equations with their second parameter.
    point
        A fold of ``family.problem(q0)``.
    q0
        The value of q at which it was found.
    **options
        Passed on to :func:`follow`, with q in the place of p: ``direction``, ``p_min``, ``p_max``,
        ``settings``, …

    Returns
    -------
    Locus
        The curve; events 'cusp' (two folds merge) and 'degenerate fold' (the branch itself crosses or
        pinches off there) are among its special points.

    Raises
    ------
    ValueError
        If no fold is found near the point, or the family lacks a derivative.

    Notes
    -----
    It may miss what :func:`follow` may miss. A fold whose Jacobian has a kernel of dimension two is not
    regular on the curve.

    Source: A. Griewank and G. W. Reddien, SIAM J. Sci. Stat. Comput. 10 (1989) 5; Govaerts (2000).

    Examples
    --------
    >>> import numpy as np
    >>> from continuation import Family, FunctionProblem, fold_locus, follow
    >>> class Cusp(Family):
    ...     def problem(self, q):
    ...         return FunctionProblem(lambda u, p: p + q * u - u**3,
    ...                                lambda u, p: np.diag(q - 3 * u**2), lambda u, p: np.ones(1))
    ...     def q_derivative(self, u, p, q): return u
    ...     def jacobian_q_derivative(self, u, p, q): return np.eye(1)
    ...     def gradient(self, u, p, q, left, right): return np.append(-6 * u * left * right, 0.0)
    >>> fold = follow(Cusp().problem(1.0), [-1.5], -1.9, p_max=1.0).folds[0]
    >>> locus = fold_locus(Cusp(), fold, 1.0, direction=-1, p_max=1.0)
    >>> bool(np.max(np.abs(27 * locus.p**2 - 4 * locus.q**3)) < 1e-12), len(locus.points("cusp"))
    (True, 1)
    """
    problem = family.problem(q0)
    system, own = fold_system(family, point.u, point.p, q0)
    start = np.append(point.u, point.p / problem.parameter_scale)
    events = (*own, *options.pop("events", ()))
    return Locus(follow(system, start, q0, events=events, **options), problem.parameter_scale, system)
