"""Fold lines: limits of metastability, followed over a parameter into cusps and tricritical points."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.records import SpecialPoint
from branches.loci.curve_points import Line
from branches.loci.family_weights import FamilyWeights, unit_mode
from branches.loci.followed_lines import Ending, followed_line, resolved
from branches.loci.gibbs_family import equations_of
from branches.potentials.potential import Potential
from continuation import fold_system

__all__ = ["fold_line"]

Array = NDArray[np.float64]
CLOSE = 0.15  # amplitude of the folds from which a tricritical end is extrapolated


def fold_line(
    family: Callable[[float], Potential],
    fold: SpecialPoint,
    q0: float,
    low: float,
    high: float,
    slopes: Callable[[float, int], Array] | None = None,
) -> Line:
    """Follow a fold over the parameter of a family, both ways.

    Parameters
    ----------
    family
        Parameter → Potential.
    fold
        A fold of a branch of ``family(q0)``.
    q0
        Where it was found.
    low, high
        Range of the parameter.
    slopes
        dg/dq, as in :class:`~branches.loci.family_weights.FamilyWeights`.

    Returns
    -------
    Line
        With its special points: 'cusp' (two folds merge), 'degenerate fold' (branches meet or pinch off there) and
        'tricritical' where the folding state merges with the uniform one, or
        with a more symmetric one.

    Raises
    ------
    ValueError
        If the point is no fold, or Newton's iteration fails on it.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> (fold,) = branches.trace(potentials.noisy_transformer(4), kappa_max=0.5).folds
    >>> line = fold_line(potentials.noisy_transformer, fold, 4.0, 1.0, 5.0)
    >>> [(point.kind, f"{point.q:.9f}") for point in line.points]
    [('tricritical', '2.446918311')]
    """
    if fold.kind != "fold":
        raise ValueError(f"fold.kind = {fold.kind!r} is not allowed: give one of the folds of a branch")
    weights = FamilyWeights(family, low, high, unit_mode(family(q0), fold.n_fold), slopes, fold.isotropy.widest)
    return resolved(partial(_line, weights, fold, q0), fold.a.size // fold.n_fold)


def _line(weights: FamilyWeights, fold: SpecialPoint, q0: float, size: int) -> Line:
    u = fold.isotropy.restricted(fold.a)[:size]
    u, kappa = np.pad(u, (0, size - u.size)), fold.kappa / weights.unit(q0)
    problem, events = fold_system(equations_of(weights, fold.n_fold, size), u, kappa, q0)
    ending = Ending("tricritical", 0, fold.n_fold, size, close=CLOSE)
    endings = (ending,) if fold.isotropy.has_twin else ()  # else no pitchfork is there to end in
    name = f"mode {fold.n_fold}"
    return followed_line("fold", name, problem, np.append(u, kappa), q0, weights, endings, events)
