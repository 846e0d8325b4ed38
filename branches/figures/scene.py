"""All that is drawn over κ, computed beforehand: curves, marked points, coexistences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.diagram import Diagram
from branches.diagrams.findings import Finding, findings
from branches.diagrams.records import Branch
from branches.figures.coexistence import Coexistence, coexistences
from branches.figures.heights import Height, heights
from branches.figures.stretches import UNIFORM, Stretch, branch_stretches, stretches
from branches.figures.style import Colours, colour
from branches.figures.words import number

__all__ = ["Mark", "Scene", "colours_of"]

Array = NDArray[np.float64]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Mark:
    """A point that is marked.

    Parameters
    ----------
    kind
        'onset', 'fold', 'pitchfork', …, 'stop'.
    text, short
        Its label, and what is left of it where many stand side by side; '' if nothing.
    kappa, a, free_energy
        The state, a of shape (N,).
    certified
        Whether a proof says so.
    """

    kind: str
    text: str
    short: str
    kappa: float
    a: Array
    free_energy: float
    certified: bool = False

    def height(self, y: Height) -> float:
        """Return what the point is drawn over."""
        return float(heights(y, self.a[None], np.array([self.free_energy]))[0])


@dataclass(frozen=True)
class Scene:
    """All that is drawn over κ.

    Parameters
    ----------
    parts
        Curves, those of the uniform state first.
    marks
        Onsets, special points, and where branches stop.
    crossings
        Where the lowest free energies cross.
    names, tags
        What a branch is called in the legend, and beside its curve; by branch.
    colours
        Of the branches.
    limits
        Of κ.
    """

    parts: tuple[Stretch, ...]
    marks: tuple[Mark, ...]
    crossings: tuple[Coexistence, ...]
    names: dict[int, str]
    tags: dict[int, str]
    colours: Colours
    limits: tuple[float, float]

    @classmethod
    def of(cls, result: Diagram | Branch, verdicts: Mapping[str, str] | None = None) -> Scene:
        """Compute the scene of a diagram, with what proofs say of its points, or of one branch alone."""
        if isinstance(result, Diagram):
            parts = stretches(result)
            drawn = {n: branch for n, branch in enumerate(result.branches) if branch.arclength.size > 1}
            marks = tuple(_mark(finding) for finding in findings(result, verdicts))
            limits = _limits(parts, result.kappa_max)
            return cls(parts, marks, coexistences(result), *_named(drawn), colours_of(result), limits)
        parts = branch_stretches(result)
        special = result.special_points if parts else ()
        energies = [result.at(point.arclength).free_energy for point in special]
        marks = tuple(
            Mark(point.kind, _text(point.kind, point.kappa), "", point.kappa, point.a, energy)
            for point, energy in zip(special, energies, strict=True)
        )
        ends = np.concatenate([part.kappa for part in parts]) if parts else np.array([0.0, 1.0])
        span = (float(ends.min()), float(ends.max()))
        return cls(parts, marks, (), {0: result.origin}, {}, colour, _limits(parts, span[1]))

    def heights(self, y: Height) -> Array:
        """Return all heights of the curves, at least the zero."""
        return np.concatenate([[0.0], *(part.heights(y) for part in self.parts)])


def colours_of(diagram: Diagram) -> Colours:
    """Return the colours of the branches: by their mode where they leave the uniform state, then those left over.

    A mode has the same colour in every diagram of a family.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> own = colours_of(branches.diagram(potentials.bimodal(1.5), kappa_max=2.5))
    >>> [own(n) == colour(k) for n, k in ((0, 1), (1, 0), (2, 2))]         # mode 2, mode 1, and what leaves mode 2
    [True, True, True]
    """
    ranks: dict[int, int] = {UNIFORM: UNIFORM}
    for n, branch in enumerate(diagram.branches):
        if branch.origin.startswith("onset") and branch.n_fold - 1 not in ranks.values():
            ranks[n] = branch.n_fold - 1
    for n in range(len(diagram.branches)):
        if n not in ranks:
            ranks[n] = next(rank for rank in range(len(ranks)) if rank not in ranks.values())
    return lambda number: colour(ranks.get(number, number))


def _mark(finding: Finding) -> Mark:
    text, short = _text(finding.kind, finding.kappa), ""
    if finding.kind == "onset":
        short = rf"$\kappa_{{{finding.modes.replace('+', ',')}}}$"
        text = rf"{short[:-1]} = {number(finding.kappa)}$"
    proved = finding.certified == "certified"
    return Mark(finding.kind, text, short, finding.kappa, finding.a, finding.free_energy, proved)


def _text(kind: str, kappa: float) -> str:
    value = number(kappa)
    return f"{kind} ${value}$" if "\\" in value else f"{kind} {value}"


def _named(drawn: dict[int, Branch]) -> tuple[dict[int, str], dict[int, str]]:
    """Return names and tags of branches: those that leave the uniform state by their mode, others with a letter."""
    names, tags = {}, {}
    others: dict[int, int] = {}
    for n, branch in drawn.items():
        start, _, description = branch.origin.partition(": ")
        if start.startswith("onset"):
            names[n], tags[n] = description or start, str(branch.n_fold)
        else:
            letter = LETTERS[others.setdefault(branch.n_fold, 0) % len(LETTERS)]
            others[branch.n_fold] += 1
            tags[n] = f"{branch.n_fold}{letter}"
            names[n] = f"{tags[n]}: from {start}"
    return names, tags


def _limits(parts: tuple[Stretch, ...], right: float) -> tuple[float, float]:
    """Return the couplings shown: a piece of the uniform state before the first of the branches."""
    lowest = min((float(part.kappa.min()) for part in parts if part.branch != UNIFORM), default=0.0)
    return max(0.0, lowest - 0.18 * (right - lowest)), right
