"""A cubic piece made as accurate as a Taylor step, by interpolation through corrected states."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from continuation.problem import Problem
from continuation.steps.corrector import correct
from continuation.steps.polynomial import Made, Piece

__all__ = ["interpolated"]

Array = NDArray[np.float64]
# Chebyshev–Lobatto points of [0, 1]: the two ends and seven places between them.
NODES = 0.5 - 0.5 * np.cos(np.pi * np.arange(9) / 8)
# Of the piece: a state further from the cubic than this is not on the same branch.
NEAR = 1e-2


def interpolated(problem: Problem, piece: Piece, tolerance: float) -> Piece:
    """Return the polynomial of degree 8 through states of the branch beside a short piece.

    The piece itself is returned where a state between its ends cannot be corrected to the tolerance.
    """
    states = [piece(0.0)]
    for tau in NODES[1:-1]:
        direction = piece.derivative(float(tau))
        x = piece(float(tau))
        # To round-off: near a branch point F hardly tells the branch from its neighbours.
        new = correct(problem, x, direction / np.linalg.norm(direction), 0.0, max_iterations=12)
        if new.residual > tolerance or np.linalg.norm(new.x - x) > NEAR * piece.length:
            return piece
        states.append(new.x)
    states.append(piece(1.0))
    powers = np.vander(NODES, increasing=True)
    c = np.asarray(np.linalg.solve(powers, np.array(states)), dtype=np.float64)
    return Piece(c, piece.start, piece.length, Made.INTERPOLATED)
