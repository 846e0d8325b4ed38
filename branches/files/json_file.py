"""A diagram as JSON: everything a program in any language needs."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from branches.diagrams.completeness import Completeness
from branches.diagrams.diagram import Diagram, Node
from branches.diagrams.findings import Finding, findings
from branches.diagrams.records import Branch
from branches.figures.coexistence import coexistences
from branches.files.plain import plain
from continuation import replacing

__all__ = ["SCHEMA", "VERSION", "describe", "summary", "write_json"]

SCHEMA = "mckean-vlasov-continuation/diagram"
VERSION = 1


def write_json(diagram: Diagram, path: str | os.PathLike[str]) -> Path:
    """Write a diagram as JSON (UTF-8, one object; see :func:`describe`), atomically.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        json.dump(describe(diagram), file, allow_nan=False, ensure_ascii=False)
        file.write("\n")
    return Path(path)


def describe(diagram: Diagram) -> dict[str, Any]:
    """Return the whole diagram in JSON's own types.

    Parameters
    ----------
    diagram
        Finished or interrupted.

    Returns
    -------
    dict
        What :func:`summary` has, and ``nodes``, ``branches`` (arrays by point: ``arclength``, ``kappa``,
        ``a``, ``free_energy``, ``index``, ``undecided``, ``stability``, ``stable``, ``residual``, ``n_modes``) and
        ``edges`` of the graph. Numbers that are not finite are null, and so is ``stable`` where it is not decided.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> d = describe(branches.diagram(potentials.kuramoto(), kappa_max=4))
    >>> d["schema"], d["version"], d["potential"]["name"], len(d["branches"]), len(d["edges"])
    ('mckean-vlasov-continuation/diagram', 1, 'kuramoto', 1, 3)
    """
    edges = [{"start": u, "end": v, **data} for u, v, data in diagram.graph.edges(data=True)]
    full = summary(diagram) | {
        "nodes": [_node(node) for node in diagram.nodes],
        "branches": [_branch(diagram, number, branch) for number, branch in enumerate(diagram.branches)],
        "edges": edges,
    }
    result: dict[str, Any] = plain(full)
    return result


def summary(diagram: Diagram) -> dict[str, Any]:
    """Return what was found, without the states, in JSON's own types.

    ``schema``, ``version``, ``potential`` (name, label, parameters and the first weights), ``kappa_max``,
    ``status``, ``message``, ``warnings``, ``special_points`` (onsets and stops among them), ``coexistence`` (where the
    lowest free energies cross) and ``completeness``.
    """
    potential = diagram.potential
    shown = max((branch.a.shape[1] for branch in diagram.branches), default=32)
    weights = {"weights": potential.weights(shown), "parameters": potential.parameters}
    result: dict[str, Any] = plain({
        "schema": SCHEMA,
        "version": VERSION,
        "potential": {"name": potential.name, "label": potential.label, **weights},
        "kappa_max": diagram.kappa_max,
        "status": diagram.status,
        "message": diagram.message,
        "warnings": diagram.warnings,
        "special_points": [_finding(finding) for finding in findings(diagram)],
        "coexistence": [vars(crossing) for crossing in coexistences(diagram)],
        "completeness": _completeness(diagram.completeness),
    })
    return result


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
        "a": [row[:size] for row, size in zip(branch.c.real, branch.n_modes, strict=True)],
        "b": [-row[:size] for row, size in zip(branch.c.imag, branch.n_modes, strict=True) if branch.c.imag.any()],
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
