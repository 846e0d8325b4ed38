"""Each tool on one textbook problem, as its authors would drive it: what special points it reports.

Run by compare.py as ``python tools.py TOOL PROBLEM`` in the tool's own environment; prints one JSON line.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import numpy as np
from problems import PROBLEMS, Textbook

Found = list[dict[str, Any]]
TOLERANCE = 1e-10


def ours(problem: Textbook) -> Found:
    """F alone for the small systems; a sparse Jacobian by hand for the two on grids."""
    import scipy.sparse as sparse

    from continuation import FunctionProblem, Problem, diagram, follow, stability

    if problem.name in ("bratu-2d", "swift-hohenberg"):
        slope = (lambda u, p: np.exp(u)) if problem.name == "bratu-2d" else (lambda u, p: u)
        equations: Problem = FunctionProblem(
            lambda u, p: problem.residual(np, u, p), lambda u, p: sparse.csc_array(problem.jacobian(u, p)), slope
        )
    else:
        equations = Problem.from_function(lambda u, p: problem.residual(np, u, p))
    if problem.name == "cascade":
        found = diagram(equations, problem.start, problem.p_start, p_max=problem.p_end)
        return [{"kind": node.kind, "p": node.p} for node in found.nodes if node.kind not in ("start", "end")]
    limits = {"stop": lambda u, p: u.max() > 5.0} if problem.name.startswith("bratu") else {}
    if problem.name == "swift-hohenberg":
        limits = {"stop": lambda u, p: p < -0.23}  # towards the periodic state that the localised ones end on
    branch = follow(
        equations, problem.start, problem.p_start, direction=problem.direction, p_max=problem.p_end, **limits,
    )  # fmt: skip
    points = list(branch.special_points)
    if problem.oscillates:
        points += stability(equations, branch).special_points
    return [{"kind": point.kind, "p": point.p, "u": point.u.tolist()} for point in points]


def jaxcont(problem: Textbook) -> Found:
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import jaxcont as tool

    start = jnp.asarray(problem.start)
    equations = tool.bif_problem(lambda u, p, _: problem.residual(jnp, u, p), start, problem.p_start)
    settings = tool.ContinuationPar(ds=0.02, ds_max=problem.step, max_steps=problem.steps, newton_tol=TOLERANCE)
    end = problem.p_end if problem.direction > 0 else -1.0  # it can only start towards the end of its range
    result = tool.continuation(
        equations, p_span=(problem.p_start, end), settings=settings, events=[tool.Fold(), tool.Hopf()]
    )
    return [{"kind": {"hopf": "Hopf"}.get(hit.kind, hit.kind), "p": float(hit.p)} for hit in result.events]


def pycont_lite(problem: Textbook) -> Found:
    import pycont

    options = {
        "tolerance": TOLERANCE, "param_min": min(problem.p_start, problem.p_end, -1.0), "param_max": problem.p_end,
        "initial_directions": "increase_p" if problem.direction > 0 else "decrease_p",
        "hopf_detection": problem.oscillates, "limit_cycle_continuation": False,
    }  # fmt: skip
    result = pycont.arclengthContinuation(
        lambda u, p: problem.residual(np, u, p), problem.start, problem.p_start, 1e-6, problem.step, 0.02,
        problem.steps, options, verbosity="off",
    )  # fmt: skip
    names = {"LP": "fold", "BP": "branch point", "HB": "Hopf"}
    return [{"kind": names[event.kind], "p": float(event.p)} for event in result.events if event.kind in names]


def bice(problem: Textbook) -> Found:
    import matplotlib as mpl

    mpl.use("Agg")
    import bice as tool

    class Equation(tool.Equation):
        def __init__(self) -> None:
            super().__init__(shape=(problem.start.size,))
            self.u, self.p = problem.start.copy(), problem.p_start

        def rhs(self, u: np.ndarray) -> np.ndarray:
            return problem.residual(np, u, self.p)

        def jacobian(self, u: np.ndarray) -> np.ndarray:
            return problem.jacobian(u, self.p)

    work = tool.Problem()
    equation = Equation()
    work.add_equation(equation)
    work.continuation_parameter = (equation, "p")
    work.settings.use_sparse_matrices = False
    work.settings.neigs = min(20, problem.start.size)
    stepper = work.continuation_stepper
    stepper.ds, stepper.ds_max, stepper.convergence_tolerance = problem.direction * 1e-2, problem.step, TOLERANCE
    stepper.ndesired_newton_steps = 4
    work.continuation_step()
    if (work.get_continuation_parameter() - problem.p_start) * problem.direction < 0:  # its first tangent has any sign
        stepper.ds = -stepper.ds
    found: Found = []
    for _ in range(problem.steps):
        work.continuation_step()
        p, solution = work.get_continuation_parameter(), work.bifurcation_diagram.current_solution()
        if solution.is_bifurcation():
            found.append(located(work))
        if not min(problem.p_start, problem.p_end, -1.0) <= p <= problem.p_end:
            break
    return found


def located(work: Any) -> dict[str, Any]:
    """Return the point that bice's bisection converges on near the last step, and leave the problem where it was."""
    u, p, ds = work.u.copy(), work.get_continuation_parameter(), work.continuation_stepper.ds
    work.locate_bifurcation(tolerance=1e-6)
    values, _ = work.solve_eigenproblem()
    critical = values[np.argmin(np.abs(values.real))]
    point = {"kind": "Hopf" if abs(critical.imag) > 1e-6 else "unnamed", "p": float(work.get_continuation_parameter())}
    work.u = u
    work.set_continuation_parameter(p)
    work.continuation_stepper.ds = ds
    return point


class Interface:
    """What TransiFlow asks for."""

    def __init__(self, problem: Textbook) -> None:
        self.problem, self.p = problem, problem.p_start

    def set_parameter(self, name: str, value: float) -> None:
        self.p = value

    def get_parameter(self, name: str) -> float:
        return self.p

    def rhs(self, x: np.ndarray) -> np.ndarray:
        return self.problem.residual(np, x, self.p)

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        return self.problem.jacobian(x, self.p)

    def solve(self, matrix: np.ndarray, rhs: np.ndarray) -> np.ndarray:
        return np.linalg.solve(matrix, rhs)

    def eigs(self, x: np.ndarray, return_eigenvectors: bool = False, enable_recycling: bool = False) -> Any:
        values, vectors = np.linalg.eig(self.problem.jacobian(x, self.p))
        order = np.argsort(-values.real)
        return (values[order], vectors[:, order]) if return_eigenvectors else values[order]


def transiflow(problem: Textbook) -> Found:
    """It converges on the first change of an eigenvalue's sign and returns there, without a name for it."""
    from transiflow import Continuation

    continuation = Continuation(Interface(problem), newton_tolerance=TOLERANCE)
    end = problem.p_end if problem.direction > 0 else -1.0
    _, p = continuation.continuation(
        problem.start.copy(), "p", problem.p_start, end, problem.direction * 1e-2, ds_min=1e-6, ds_max=problem.step,
        maxit=problem.steps, detect_bifurcations=True,
    )  # fmt: skip
    return [{"kind": "unnamed", "p": float(p)}] if abs(p - end) > 1e-9 else []


def main() -> None:
    answer = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # some tools print
    tool, problem = sys.argv[1:3]
    begin = time.perf_counter()
    try:
        found = globals()[tool](PROBLEMS[problem]())
        answer.write(json.dumps({"found": found, "seconds": time.perf_counter() - begin}) + "\n")
    except Exception as failure:  # a tool may fail in any way; the table says how
        text = str(failure).strip().splitlines() or [""]
        answer.write(json.dumps({"failed": f"{type(failure).__name__}: {text[0]}"[:160]}) + "\n")


if __name__ == "__main__":
    main()
