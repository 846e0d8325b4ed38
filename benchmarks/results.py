"""What an adapter returns of one run, in the same form for every tool."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Unsupported(Exception):
    """The tool does not offer what the task asks for; the text says what."""


@dataclass
class Traced:
    """Points of all branches of one run.

    Parameters
    ----------
    kappa, a
        Shapes (P,) and (P, N).
    folds
        Located folds.  A tool that locates none leaves it empty.
    branch_points
        Located branch points of the trivial state (T3).
    unstable
        Numbers of unstable directions, where they were counted; shape (C,).
    ends
        Largest κ on each branch other than the trivial state.
    note
        Anything a reader of the table should know.
    """

    kappa: Array
    a: Array
    folds: list[float] = field(default_factory=list)
    branch_points: list[float] = field(default_factory=list)
    unstable: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    ends: list[float] = field(default_factory=list)
    note: str = ""


def joined(parts: list[Traced]) -> Traced:
    """Join the branches of one run."""
    return Traced(
        kappa=np.concatenate([part.kappa for part in parts]),
        a=np.concatenate([part.a for part in parts]),
        folds=[fold for part in parts for fold in part.folds],
        branch_points=[point for part in parts for point in part.branch_points],
        unstable=np.concatenate([part.unstable for part in parts]),
        ends=[end for part in parts for end in part.ends],
        note="; ".join(dict.fromkeys(part.note for part in parts if part.note)),
    )
