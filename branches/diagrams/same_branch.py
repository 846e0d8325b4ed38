"""Whether the start of a branch is the half-branch owed, and whether a branch is one already known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.leading import Leading
from branches.diagrams.records import Branch
from branches.spaces.isotropy import Isotropy, same_orbit
from continuation import Piece

__all__ = ["branch_through", "leaves_like", "other_branch"]

Array = NDArray[np.float64]
DIRECTION_AGREES = 1e-3  # of unit vectors: the start of an interpolated first piece is so exact
COEFFICIENT_AGREES = 1e-3  # of such a piece too, relative to coefficients of order one
ON_BRANCH = 1e-6  # of moments: two branches closer than this at one coupling are one


def branch_through(branches: Sequence[Branch], isotropy: Isotropy, a: Array, kappa: float) -> int | None:
    """Return the number of the branch of a class that has a state on the orbit of a given one; None if none has."""
    for number, branch in enumerate(branches):
        if branch.isotropy == isotropy and branch.kappa.size:
            for s in branch.curve.crossings(kappa):
                u, _ = branch.curve.at(min(s, float(branch.arclength[-1])))
                if same_orbit(isotropy, isotropy.expanded(u), kappa, a, kappa, ON_BRANCH):
                    return number
    return None


def leaves_like(branch: Branch, piece: Piece) -> bool:
    """Return whether a branch leaves its first state as a piece does."""
    first = branch.curve.pieces[0]
    size = min(first.coefficients.shape[1], piece.coefficients.shape[1]) - 1
    ways = [p.coefficients[1, :size] / p.length for p in (first, piece)]
    return bool(ways[0] @ ways[1] > 0.5 * np.linalg.norm(ways[0]) ** 2)


def other_branch(leading: Leading | None, piece: Piece, isotropy: Isotropy, kappa_scale: float) -> str:
    """Say in which numbers the start of a branch differs from the half-branch asked for; '' if in none.

    Parameters
    ----------
    leading
        What was asked for; None if nothing is known of it.
    piece
        The first piece of a branch of states of a class, κ in units of ``kappa_scale``.

    Notes
    -----
    Of the coefficients of a piece, x = Σ c_k τ^k, the first that changes the state gives the direction, and κ/|c|^order
    at ``order`` times its power does not depend on how the piece is parametrised, as what is below vanishes.

    Examples
    --------
    >>> from branches.spaces.circle import Dihedral
    >>> piece = Piece(np.array([[0.0, 2.0], [1.0, 0.0], [0.0, 0.5]]), 0.0, 1.0)
    >>> other_branch(Leading(np.array([1.0]), 2, 0.5, 0.0, "supercritical"), piece, Dihedral(1), 1.0)
    ''
    >>> other_branch(Leading(np.array([1.0]), 2, 0.4, 0.0, "supercritical"), piece, Dihedral(1), 1.0)
    'κ leaves like 0.5 s^2, predicted 0.4 ± 0: another branch'
    """
    if leading is None:
        return ""
    if isotropy.of_state(isotropy.expanded(piece(1.0)[:-1])) != isotropy:
        return "its states have more symmetry than those owed: another branch"
    c = piece.coefficients
    first = int(np.argmax(np.any(c[1:, :-1], axis=1))) + 1
    norm = float(np.linalg.norm(c[first, :-1]))
    predicted = isotropy.restricted(leading.direction)
    traced = c[first, :-1] / norm
    size = max(predicted.size, traced.size)
    apart = np.pad(traced, (0, size - traced.size)) - np.pad(predicted, (0, size - predicted.size))
    distance = float(np.linalg.norm(apart))
    if distance > DIRECTION_AGREES:
        return f"its tangent differs from the direction by {distance:.2g}: another branch"
    if leading.order * first >= len(c):
        return ""
    found = float(c[leading.order * first, -1]) * kappa_scale / norm**leading.order
    if abs(found - leading.coefficient) <= COEFFICIENT_AGREES * max(1.0, abs(leading.coefficient)) + leading.error:
        return ""
    return (
        f"κ leaves like {found:.6g} s^{leading.order}, predicted {leading.coefficient:.6g} ± {leading.error:.1g}: "
        "another branch"
    )
