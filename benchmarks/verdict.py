"""Whether a run did the whole task: reached the end, located the fold, found and followed every branch."""

from __future__ import annotations

from typing import Any

import numpy as np
from tasks import Task

KAPPA_FOLD = 0.38706899595204  # of the β = 4 transformer, to its last digit
FOLD_TOLERANCE = 1e-6
BRANCH_POINT_TOLERANCE = 1e-4
DEFECT_TOLERANCE = 1e-8
RESOLVED = 64  # from here on the truncation itself does not show in the defect


def missing(row: dict[str, Any]) -> list[str]:
    """Say what a run left out; an empty list means that the task was done."""
    if row["kind"] != "ok":
        return [row["reason"]]
    task = Task(row["task"], row["n"], row["counts"] == "counts")
    found = []
    if row["task"] != "T3" and row["kappa_max"] < (1 - 1e-4) * task.kappa_end:
        found.append(f"ends at κ = {row['kappa_max']:.3g}")
    if row["task"] == "T2":
        found += fold(row["folds"])
    if row["task"] == "T3":
        found += branches(row, task)
    if row["n"] >= RESOLVED and row["defect"] > DEFECT_TOLERANCE:
        found.append(f"a returned point has defect {row['defect']:.0e}")
    return found


def fold(folds: list[float]) -> list[str]:
    """Say whether the fold was located, and how badly if not well."""
    if not folds:
        return ["fold not located"]
    error = min(abs(fold - KAPPA_FOLD) for fold in folds)
    return [f"fold located to {error:.0e} only"] if error > FOLD_TOLERANCE else []


def branches(row: dict[str, Any], task: Task) -> list[str]:
    """Say which branch points were missed, and which branches were not followed to their end."""
    points, ends = np.array(row["branch_points"]), np.array(row["ends"])
    close = [bool(np.any(abs(points - onset) < BRANCH_POINT_TOLERANCE * onset)) for onset in task.onsets]
    followed = [bool(np.any(ends >= (1 - 1e-4) * end)) for end in task.branch_ends]
    found = []
    if not all(close):
        found.append(f"{close.count(False)} of {len(close)} branch points missed")
    if sum(followed) < len(followed) or ends.size < len(followed):
        found.append(f"{min(ends.size, sum(followed))} of {len(followed)} branches followed to their end")
    return found
