"""A small engine that follows curves F(u, p) = 0: any equations, one parameter.

>>> import numpy as np
>>> from continuation import FunctionProblem, follow
>>> parabola = FunctionProblem(lambda u, p: p - u**2, lambda u, p: np.diag(-2 * u), lambda u, p: np.ones(1))
>>> follow(parabola, [1.0], 1.0, direction=-1, p_max=1.0).folds[0].kind
'fold'
"""

from continuation.atomic import replacing, writable_folder
from continuation.bifurcation_diagram import Departure, Diagram, Node, Outcome
from continuation.branch import Branch, Counters, SpecialPoint, Status
from continuation.branching import diagram
from continuation.check import check_problem
from continuation.following import follow
from continuation.linear.bordered import BorderedSolver
from continuation.linear.dense import DenseBordered
from continuation.linear.krylov import KrylovBordered
from continuation.linear_stability import Stability, stability
from continuation.locus import Family, Locus, fold_locus, fold_system, singular_system
from continuation.problem import Expansion, FunctionProblem, Problem
from continuation.record import Record, once, shortened
from continuation.renamed import renamed
from continuation.run import Run, Step, steps
from continuation.special.events import Event, bracketed_root
from continuation.special.lyapunov_schmidt import Reduction
from continuation.special.singular_point import SingularPoint, singular_point
from continuation.start import leave
from continuation.stepping.corrector import correct, residual_norm, tangent_at
from continuation.stepping.polynomial import Made, Piece
from continuation.stepping.predictor import trusted_length
from continuation.stepping.stepper import Settings
from continuation.switching import switch
from continuation.threads import on_one_thread, one_thread

__all__ = [
    "BorderedSolver",
    "Branch",
    "Counters",
    "DenseBordered",
    "Departure",
    "Diagram",
    "Event",
    "Expansion",
    "Family",
    "FunctionProblem",
    "KrylovBordered",
    "Locus",
    "Made",
    "Node",
    "Outcome",
    "Piece",
    "Problem",
    "Record",
    "Reduction",
    "Run",
    "Settings",
    "SingularPoint",
    "SpecialPoint",
    "Stability",
    "Status",
    "Step",
    "bracketed_root",
    "check_problem",
    "correct",
    "diagram",
    "fold_locus",
    "fold_system",
    "follow",
    "leave",
    "on_one_thread",
    "once",
    "one_thread",
    "renamed",
    "replacing",
    "residual_norm",
    "shortened",
    "singular_point",
    "singular_system",
    "stability",
    "steps",
    "switch",
    "tangent_at",
    "trusted_length",
    "writable_folder",
]
