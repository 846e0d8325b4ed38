"""CSV tables of a diagram: its points, and its onsets and special points."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from branches.diagrams.diagram import Diagram
from branches.diagrams.findings import Finding, findings
from continuation import replacing, writable_folder

__all__ = ["POINT_COLUMNS", "SPECIAL_COLUMNS", "to_csv", "write_points", "write_special_points"]

POINT_COLUMNS = (
    "branch", "arclength", "kappa", "free_energy", "even_index", "odd_index", "undecided", "stability", "stable",
    "period", "residual", "n_modes",
)  # fmt: skip
SPECIAL_COLUMNS = (
    "name", "kind", "shape", "kappa", "period", "modes", "breaks_to", "amplitude", "norm", "free_energy",
    "even_before", "odd_before", "even_after", "odd_after", "stability_before", "stability_after",
    "residual", "branch", "arclength", "bracket_start", "bracket_end", "coefficients", "twin",
)  # fmt: skip


def to_csv(diagram: Diagram, folder: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Write ``points.csv`` and ``special_points.csv`` into a folder.

    Parameters
    ----------
    diagram
        What to write.
    folder
        Made where it is missing.

    Returns
    -------
    tuple of Path
        The two files.

    Raises
    ------
    OSError
        If the folder cannot be written.

    Examples
    --------
    >>> import tempfile, branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.bimodal(0.6), kappa_max=2.5)
    >>> points, special = to_csv(d, tempfile.mkdtemp())
    >>> for row in csv.DictReader(special.open(encoding="utf-8")):
    ...     print(row["name"], row["kappa"][:12])
    fold 1 1.9766626219
    onset 1 2.0
    """
    path = writable_folder(folder)
    return (
        write_points(diagram, path / "points.csv"),
        write_special_points(diagram, path / "special_points.csv"),
    )


def write_points(diagram: Diagram, path: str | os.PathLike[str]) -> Path:
    """Write one line for each computed point: the columns `POINT_COLUMNS`, then a_n = E[cos nθ], then b_n = E[sin nθ].

    The columns b_n are there where a branch without a mirror axis is.

    Numbers are written in full: reading them gives the same floats. Moments beyond a truncation are 0. ``stability`` is
    'stable', 'unstable' or 'not decided', and ``stable`` 1, 0 or empty in the same order.
    The uniform state, a = 0, has no lines.
    """
    shown = [branch.c for branch in diagram.branches if branch.kappa.size]
    width = max((c.shape[1] for c in shown), default=0)
    sines = any(c.imag.any() for c in shown)
    header = [*POINT_COLUMNS, *(f"{name}_{n}" for name in ("ab" if sines else "a") for n in range(1, width + 1))]
    return _write(path, header, _points(diagram, width, sines))


def write_special_points(diagram: Diagram, path: str | os.PathLike[str]) -> Path:
    """Write one line for each onset, special point and stop, once for its orbit: the columns `SPECIAL_COLUMNS`.

    ``amplitude`` is a_n of a state of period 2π/n, ``norm`` (Σ a_k²)^½; ``before`` and ``after`` are Morse
    indices along the branch; ``coefficients`` are 'name=value' joined by semicolons.
    """
    return _write(path, SPECIAL_COLUMNS, (_special(finding) for finding in findings(diagram)))


def _points(diagram: Diagram, width: int, sines: bool) -> Iterator[list[Any]]:
    for number, branch in enumerate(diagram.branches):
        moments = np.pad(branch.c, ((0, 0), (0, max(0, width - branch.c.shape[1]))))
        for k, stability in enumerate(branch.stability):
            known, c = stability.known_stable, moments[k]
            yield [
                number, float(branch.arclength[k]), float(branch.kappa[k]), float(branch.free_energy[k]),
                *branch.index[k].tolist(), int(branch.morse.undecided[k]), stability.value,
                "" if known is None else int(known), branch.n_fold, float(branch.residual[k]),
                int(branch.n_modes[k]), *c.real.tolist(), *((-c.imag).tolist() if sines else []),
            ]  # fmt: skip


def _special(finding: Finding) -> list[Any]:
    coefficients = ";".join(f"{name}={float(value)!r}" for name, value in finding.coefficients.items())
    before, after, bracket = (
        pair if pair is not None else ("", "") for pair in (finding.before, finding.after, finding.bracket)
    )
    return [
        finding.name, finding.kind, finding.shape, float(finding.kappa), finding.period, finding.modes,
        finding.breaks_to, finding.amplitude, float(np.linalg.norm(finding.a)), finding.free_energy,
        *before, *after, *finding.stability, float(finding.residual), finding.branch,
        float(finding.arclength), *bracket, coefficients, finding.twin,
    ]  # fmt: skip


def _write(path: str | os.PathLike[str], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return Path(path)
