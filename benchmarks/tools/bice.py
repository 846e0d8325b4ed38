"""bice: pseudo-arclength continuation of an Equation; branch points by eigenvalue counts and bisection."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib as mpl

mpl.use("Agg")

import bice
import numpy as np
from equations import Equations
from results import Traced, joined
from tasks import BRANCHES, Task

PACKAGE = "bice"
GIVEN = (
    "analytic Jacobian, use_sparse_matrices off, Newton update below 1e-10, steps up to 0.2 (plain) and "
    "0.025 (counts); counts by its 20 eigenvalues nearest zero; fold and branch points by its "
    "bisection; on T3 the step off the trivial state is given by hand, because its own perturbation is "
    "relative to the state, here zero"
)
FIRST_STEP, PERTURBATION = 1e-2, 2e-2


def counting(task: Task) -> bool:
    """Say whether eigenvalues are needed: bice finds branch points by them alone."""
    return task.counts or task.name == "T3"


class Quadratic(bice.Equation):
    """The quadratic system, as bice wants it: unknowns and parameter are attributes."""

    def __init__(self, task: Task) -> None:
        super().__init__(shape=(task.n_modes,))
        self.equations = Equations(task.weights, flow=counting(task))
        self.u, self.kappa = task.start

    def rhs(self, u: np.ndarray) -> np.ndarray:
        return self.equations.residual(u, self.kappa)

    def jacobian(self, u: np.ndarray) -> np.ndarray:
        return self.equations.jacobian(u, self.kappa)


def new_problem(task: Task) -> bice.Problem:
    problem = bice.Problem()
    equation = Quadratic(task)
    problem.add_equation(equation)
    problem.continuation_parameter = (equation, "kappa")
    problem.settings.neigs = 20 if counting(task) else 0
    problem.settings.use_sparse_matrices = False
    stepper = problem.continuation_stepper
    stepper.ds, stepper.ds_max = task.direction * FIRST_STEP, 0.025 if task.counts else 0.2
    stepper.convergence_tolerance, stepper.ndesired_newton_steps = 1e-10, 4
    return problem


class Walk:
    """The points of one branch, and its fold where κ turned."""

    def __init__(self) -> None:
        self.kappa: list[float] = []
        self.a: list[np.ndarray] = []
        self.unstable: list[int] = []
        self.folds: list[float] = []
        self.branch_points: list[float] = []

    def record(self, problem: bice.Problem) -> None:
        self.kappa.append(problem.get_continuation_parameter())
        self.a.append(problem.u.copy())
        unstable = problem.bifurcation_diagram.current_solution().nunstable_eigenvalues
        if unstable is not None:
            self.unstable.append(unstable)


def follow(problem: bice.Problem, end: float) -> Walk:
    """Step until κ passes the end; where κ turns, let bice locate the fold by its bisection."""
    walk, last = Walk(), problem.get_continuation_parameter()
    rising: bool | None = None
    while last < end and len(walk.kappa) < 2000:
        problem.continuation_step()
        walk.record(problem)
        kappa = walk.kappa[-1]
        if rising is False and kappa > last:
            walk.folds.append(located(problem))
        rising, last = kappa > last, kappa
    return walk


def located(problem: bice.Problem) -> float:
    """Return κ of the nearby fold or branch point, and leave the problem where it was."""
    u, kappa, ds = problem.u.copy(), problem.get_continuation_parameter(), problem.continuation_stepper.ds
    wanted, problem.settings.neigs = problem.settings.neigs, 20
    problem.locate_bifurcation(tolerance=1e-6)
    found = problem.get_continuation_parameter()
    problem.settings.neigs = wanted
    problem.u = u
    problem.set_continuation_parameter(kappa)
    problem.continuation_stepper.ds = ds
    return found


def trivial_and_branches(task: Task) -> list[Walk]:
    """T3: walk the trivial state, and from each change of the count follow the new branch."""
    problem, trivial, branches = new_problem(task), Walk(), []
    before = 0
    while trivial.kappa[-1:] < [task.kappa_end]:
        problem.continuation_step()
        trivial.record(problem)
        if trivial.unstable[-1] > before and len(branches) < BRANCHES:
            branches.append(switched(problem, task, trivial, len(branches)))
        before = trivial.unstable[-1]
    return [trivial, *branches]


def switched(problem: bice.Problem, task: Task, trivial: Walk, j: int) -> Walk:
    """Locate the branch point just passed, and follow the branch along its critical eigenvector."""
    other = new_problem(task)
    other.u, other.eq.kappa = problem.u, located(problem)
    trivial.branch_points.append(other.eq.kappa)
    values, vectors = other.solve_eigenproblem()
    critical = vectors[np.argmin(np.abs(values.real))].real
    other.u = PERTURBATION * critical * np.sign(critical[np.argmax(np.abs(critical))])
    return follow(other, float(task.branch_ends[j]))


def prepare(task: Task) -> Callable[[], list[Walk]]:
    if task.name == "T3":
        return lambda: trivial_and_branches(task)
    return lambda: [follow(new_problem(task), task.kappa_end)]


def collect(run: list[Walk]) -> Traced:
    parts = []
    for walk in run:
        a = np.array(walk.a)
        on_branch = np.max(np.abs(a)) > 1e-6
        parts.append(
            Traced(
                np.array(walk.kappa), a, walk.folds, walk.branch_points,
                np.array(walk.unstable, dtype=np.int64), [max(walk.kappa)] if on_branch else [],
            )
        )
    return joined(parts)
