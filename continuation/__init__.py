"""A small engine that follows curves F(u, p) = 0: any equations, one parameter.

>>> import numpy as np
>>> from continuation import FunctionProblem, follow
>>> parabola = FunctionProblem(lambda u, p: p - u**2, lambda u, p: np.diag(-2 * u), lambda u, p: np.ones(1))
>>> follow(parabola, [1.0], 1.0, direction=-1, p_max=1.0).folds[0].kind
'fold'
"""

from continuation.atomic import replacing
from continuation.branch import Branch, Counters, SpecialPoint, Status
from continuation.check import check_problem
from continuation.following import follow
from continuation.locus import Family, Locus, fold_locus
from continuation.problem import Expansion, FunctionProblem, Problem
from continuation.record import Record, shortened
from continuation.renamed import renamed
from continuation.run import Run, Step, steps
from continuation.special.events import Event
from continuation.start import leave
from continuation.steps.polynomial import Made, Piece
from continuation.steps.stepper import Settings
from continuation.switching import switch

__all__ = [
    "Branch",
    "Counters",
    "Event",
    "Expansion",
    "Family",
    "FunctionProblem",
    "Locus",
    "Made",
    "Piece",
    "Problem",
    "Record",
    "Run",
    "Settings",
    "SpecialPoint",
    "Status",
    "Step",
    "check_problem",
    "fold_locus",
    "follow",
    "leave",
    "renamed",
    "replacing",
    "shortened",
    "steps",
    "switch",
]
