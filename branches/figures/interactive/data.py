"""What an interactive page knows of a diagram, as plain values for JSON."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.diagram import Diagram
from branches.diagrams.findings import Finding, findings
from branches.figures.densities import density_of
from branches.figures.heights import amplitude
from branches.figures.interactive.graph_layout import graph_data
from branches.figures.scene import Scene
from branches.figures.stretches import UNIFORM, Stretch

__all__ = ["Plain", "diagram_data", "rounded"]

Array = NDArray[np.float64]
Plain = dict[str, Any]
DIGITS = 9  # of what is interpolated between; shown are fewer
POINTS, MOST_POINTS = 181, 721  # of a density
PER_STRETCH, LEAST = 40, 8  # densities along a stretch: so many, fewer where there are many stretches
BUDGET = 400_000  # values of densities in all
LEVELS = 65535  # a value of a density is stored in two bytes, relative to its maximum
KNOWN = {"c2": "c₂", "c4": "c₄"}


def diagram_data(diagram: Diagram, points: int | None = None) -> Plain:
    """Return curves, densities, special points and the branch graph of a diagram.

    Parameters
    ----------
    diagram
        Finished or interrupted.
    points
        Of each density; by default as many as the sharpest needs.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> data = diagram_data(branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5))
    >>> [(curve["name"], curve["stability"]) for curve in data["curves"]]
    [('uniform state', 'stable'), ('uniform state', 'unstable'), ('mode 1', 'unstable'), ('mode 1', 'stable')]
    """
    scene = Scene.of(diagram)
    found = findings(diagram)
    size = points or _points_needed(diagram)
    each = max(LEAST, min(PER_STRETCH, BUDGET // (size * max(1, len(scene.parts)))))
    curves = [_curve(diagram, scene, part, size, each) for part in scene.parts]
    positions = np.zeros(0)
    if diagram.branches:
        positions, _ = density_of(diagram.branches[0].isotropy, diagram.branches[0].a[0], size)
    return {
        "title": diagram.potential.label,
        "kappa_max": diagram.kappa_max,
        "limits": list(scene.limits),
        "account": str(diagram.completeness),
        "positions": rounded(positions, 6),
        "curves": curves,
        "points": [_point(finding) for finding in found] + [_crossing(scene, k) for k in range(len(scene.crossings))],
        "graph": graph_data(diagram, scene.colours),
    }


def _points_needed(diagram: Diagram) -> int:
    """Return how many points show the sharpest of the densities at the ends of the branches."""
    ends = [branch for branch in diagram.branches if branch.arclength.size > 1]
    most = max((density_of(branch.isotropy, branch.a[-1])[0].size for branch in ends), default=POINTS)
    return min(max(POINTS, most // 4 | 1), MOST_POINTS)


def _curve(diagram: Diagram, scene: Scene, part: Stretch, size: int, each: int) -> Plain:
    uniform = part.branch == UNIFORM
    index = _index(diagram, part)
    shown = [] if uniform else np.unique(np.linspace(0, part.kappa.size - 1, each).astype(int)).tolist()
    isotropy = None if uniform else diagram.branches[part.branch].isotropy
    return {
        "branch": part.branch,
        "name": "uniform state" if uniform else scene.names[part.branch],
        "tag": scene.tags.get(part.branch, ""),
        "color": scene.colours(part.branch),
        "stability": part.stability.value,
        "index": index,
        "symmetry": "" if isotropy is None else isotropy.name,
        "kappa": rounded(part.kappa, DIGITS),
        "norm": rounded(part.amplitude, DIGITS),
        "energy": rounded(part.free_energy, DIGITS),
        "shown": shown,
        "densities": [] if isotropy is None else [_packed(density_of(isotropy, part.a[k], size)[1]) for k in shown],
    }


def _index(diagram: Diagram, part: Stretch) -> list[int]:
    for _, _, edge in diagram.graph.edges(data=True):
        if edge["branch"] == part.branch and edge["arclength_start"] == part.start:
            return [int(edge["even"]), int(edge["odd"])]
    return []


def _packed(rho: Array) -> Plain:
    """Return a density as its maximum and two bytes a value, little-endian, in base 64."""
    top = float(rho.max())
    levels = np.round(np.clip(rho / top, 0.0, 1.0) * LEVELS).astype("<u2")
    return {"top": float(f"{top:.6g}"), "data": base64.b64encode(levels.tobytes()).decode("ascii")}


def _point(finding: Finding) -> Plain:
    rows = [
        ["κ", f"{finding.kappa:.14g}"],
        ["‖a‖", f"{float(amplitude(finding.a)):.10g}"],
        ["F", f"{finding.free_energy:.10g}"],
        ["residual", f"{finding.residual:.1e}"],
    ]
    if finding.modes:
        rows.append(["modes", finding.modes])
    if finding.stability_change:
        rows.append(["stability", finding.stability_change])
    rows += [[KNOWN.get(key, key), f"{value:.10g}"] for key, value in finding.coefficients.items()]
    if finding.twin:
        rows.append(["also at", finding.twin])
    return {
        "name": finding.name,
        "kind": finding.kind,
        "text": f"{finding.name}, {finding.shape}" if finding.shape else finding.name,
        "kappa": finding.kappa,
        "norm": float(amplitude(finding.a)),
        "energy": finding.free_energy,
        "rows": rows,
    }


def _crossing(scene: Scene, k: int) -> Plain:
    crossing = scene.crossings[k]
    names = ["the uniform state" if n == UNIFORM else scene.names[n] for n in crossing.branches]
    rows = [
        ["κ", f"{crossing.kappa:.14g}"],
        ["F", f"{crossing.free_energy:.10g}"],
        ["between", f"{names[0]} (below) and {names[1]} (above)"],
        ["both stable", f"{crossing.overlap[0]:.6g} < κ < {crossing.overlap[1]:.6g}"],
    ]
    text = "coexistence" if len(scene.crossings) == 1 else f"coexistence {k + 1}"
    # drawn at the state that wins above
    heights = [_norm_at(scene, n, crossing.kappa, crossing.free_energy) for n in crossing.branches]
    return {
        "name": text, "kind": "coexistence", "text": text, "kappa": crossing.kappa, "norm": heights[1],
        "energy": crossing.free_energy, "rows": rows,
    }  # fmt: skip


def _norm_at(scene: Scene, number: int, kappa: float, energy: float) -> float:
    """Return ‖a‖ of the sample of a branch nearest to a coupling and a free energy."""
    near = [
        (abs(x - kappa) / kappa + abs(f - energy), float(height))
        for part in scene.parts
        if part.branch == number
        for x, f, height in zip(part.kappa, part.free_energy, part.amplitude, strict=True)
    ]
    return min(near)[1] if number != UNIFORM else 0.0


def rounded(values: Array, digits: int) -> list[float]:
    """Return numbers with so many significant digits.

    Examples
    --------
    >>> rounded(np.array([1 / 3, 2e-213 / 3]), 3)
    [0.333, 6.67e-214]
    """
    return [float(f"{value:.{digits}g}") for value in np.asarray(values).tolist()]
