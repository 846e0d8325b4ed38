"""A diagram as JSON: everything a program in any language needs."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from branches.diagrams.completeness import Completeness
from branches.diagrams.diagram import Diagram, Node
from branches.diagrams.findings import Finding, findings
from branches.diagrams.records import Branch
from branches.figures.coexistence import Coexistence, coexistences
from branches.files.document import document, potential_entry
from branches.files.plain import plain
from branches.files.tables import MOMENTS
from continuation import replacing

__all__ = ["describe", "summary", "write_json"]


def write_json(
    diagram: Diagram,
    path: str | os.PathLike[str],
    *,
    command: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Path:
    """Write a diagram as JSON (UTF-8, one object; see :func:`describe`), atomically.

    Parameters
    ----------
    diagram
        Finished or interrupted.
    path
        The file.
    command, settings
        For its provenance, as in :func:`branches.files.document.provenance`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    text = json.dumps(describe(diagram, command=command, settings=settings), allow_nan=False, ensure_ascii=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
    return Path(path)


def describe(
    diagram: Diagram, *, command: str | None = None, settings: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the whole diagram in JSON's own types.

    Parameters
    ----------
    diagram
        Finished or interrupted.
    command, settings
        For its provenance, as in :func:`branches.files.document.provenance`.

    Returns
    -------
    dict
        What :func:`summary` has, and ``nodes``, ``branches`` (arrays by point: ``arclength``, ``kappa``, ``a``,
        ``free_energy``, ``index``, ``undecided``, ``stability``, ``stable``, ``residual``, ``n_modes``) and ``edges``
        of the graph. Of the moments ``a`` the first 256, as in tables: the archive has all. Numbers that are not
        finite are null, and so is ``stable`` where it is not decided.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = describe(branches.diagram(potentials.kuramoto(), kappa_max=4))
    >>> d["schema"], d["version"], d["potential"]["name"], len(d["branches"]), len(d["edges"])
    ('mckean-vlasov-continuation/diagram', 2, 'kuramoto', 1, 3)
    """
    edges = [_edge(u, v, data) for u, v, data in diagram.graph.edges(data=True)]
    full = summary(diagram, command=command, settings=settings) | {
        "nodes": [_node(node) for node in diagram.nodes],
        "branches": [_branch(diagram, number, branch) for number, branch in enumerate(diagram.branches)],
        "edges": edges,
    }
    result: dict[str, Any] = plain(full)
    return result


def summary(
    diagram: Diagram, *, command: str | None = None, settings: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what was found, without the states, in JSON's own types.

    ``schema``, ``version``, ``provenance``, ``potential`` (name, label, parameters and the first weights),
    ``kappa_max``, ``status``, ``message``, ``warnings``, ``special_points`` (onsets and stops among them),
    ``coexistence`` (where the lowest free energies cross) and ``completeness``.
    """
    potential = diagram.potential
    shown = max((branch.a.shape[1] for branch in diagram.branches), default=32)
    content = {
        "potential": potential_entry(potential) | {"weights": potential.weights(min(shown, MOMENTS))},
        "kappa_max": diagram.kappa_max,
        "status": diagram.status,
        "message": diagram.message,
        "warnings": diagram.warnings,
        "special_points": [_finding(finding) for finding in findings(diagram)],
        "coexistence": [_crossing(crossing) for crossing in coexistences(diagram)],
        "completeness": _completeness(diagram.completeness),
    }
    result: dict[str, Any] = plain(document("diagram", content, command=command, settings=settings))
    return result


def _crossing(crossing: Coexistence) -> dict[str, Any]:
    return {"between" if key == "branches" else key: value for key, value in vars(crossing).items()}


def _edge(start: str, end: str, data: Mapping[str, Any]) -> dict[str, Any]:
    own = {key: value for key, value in data.items() if key not in ("even", "odd")}
    return {"start": start, "end": end, **own, "index": (data["even"], data["odd"])}


def _node(node: Node) -> dict[str, Any]:
    return vars(node)


def _finding(finding: Finding) -> dict[str, Any]:
    own = {key: value for key, value in vars(finding).items() if key not in ("a", "before", "after")}
    return own | {
        "index_before": finding.before,
        "index_after": finding.after,
        "stability": finding.stability,
        "stability_change": finding.stability_change,
    }


def _branch(diagram: Diagram, number: int, branch: Branch) -> dict[str, Any]:
    start, end = diagram.ends[number]
    return {
        "number": number,
        "period": branch.n_fold,
        "origin": branch.origin,
        "start": start,
        "end": end,
        "passes": [{"arclength": s, "node": name} for s, name in diagram.places[number]],
        "twin": branch.twin,
        "status": branch.status.name,
        "status_text": branch.status.value,
        "message": branch.message,
        "counters": asdict(branch.counters),
        "arclength": branch.arclength,
        "kappa": branch.kappa,
        "free_energy": branch.free_energy,
        "index": branch.index,
        "undecided": branch.morse.undecided,
        "stability": [stability.value for stability in branch.stability],
        "stable": [stability.known_stable for stability in branch.stability],
        "residual": branch.residual,
        "n_modes": branch.n_modes,
        "a": [row[: min(size, MOMENTS)] for row, size in zip(branch.c.real, branch.n_modes, strict=True)],
        "b": [
            -row[: min(size, MOMENTS)]
            for row, size in zip(branch.c.imag, branch.n_modes, strict=True)
            if branch.c.imag.any()
        ],
    }


def _completeness(account: Completeness) -> dict[str, Any]:
    return {
        "owed": account.owed,
        "found": account.found,
        "stopped": account.stopped,
        "failed": account.failed,
        "not_followed": account.not_followed,
        "half_branches": [asdict(half) for half in account.half_branches],
        "not_searched": account.notes,
        "searches": [asdict(search) for search in account.searches],
    }
