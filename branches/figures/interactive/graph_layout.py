"""The branch graph of a diagram as curves in a plane."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from branches.diagrams.diagram import Diagram
from branches.figures.heights import amplitude
from branches.figures.style import Colours, colour

__all__ = ["graph_data"]

BEND, SAMPLES = 0.35, 24  # of an edge between nodes that several join; points of it


def graph_data(diagram: Diagram, colours: Colours = colour) -> dict[str, Any]:
    """Return nodes with places, and edges as curves: from left to right by κ, upwards by ‖a‖, ranks and not values.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> data = graph_data(branches.diagram(potentials.kuramoto(), kappa_max=3))
    >>> [(node["name"], node["x"], node["y"]) for node in data["nodes"]]
    [('uniform 0', 0, 0), ('onset 1', 1, 0), ('end 1', 2, 1), ('uniform end', 2, 0)]
    """
    graph = diagram.graph
    norms = {node.name: float(amplitude(node.a)) for node in diagram.nodes}
    kappas = {name: float(f"{data['kappa']:.9g}") for name, data in graph.nodes(data=True)}
    heights = {name: float(f"{norms.get(name, 0.0):.6g}") for name in graph.nodes}
    columns, rows = sorted(set(kappas.values())), sorted(set(heights.values()))
    places = {name: (columns.index(kappas[name]), rows.index(heights[name])) for name in graph.nodes}
    nodes = [
        {"name": name, "kind": data["kind"], "x": places[name][0], "y": places[name][1]}
        for name, data in sorted(graph.nodes(data=True), key=lambda item: (places[item[0]][0], item[0]))
    ]
    pairs: Counter[frozenset[str]] = Counter()
    edges = []
    for start, end, data in graph.edges(data=True):
        pair = frozenset((start, end))
        rank, pairs[pair] = pairs[pair], pairs[pair] + 1
        x, y = _edge(places[start], places[end], rank)
        edges.append({
            "branch": data["branch"], "stability": data["stability"], "color": colours(data["branch"]), "x": x, "y": y,
            "text": f"{start} → {end}: {data['stability']}, index ({data['even']}, {data['odd']}), {data['isotropy']}",
        })  # fmt: skip
    return {"nodes": nodes, "edges": edges}


def _edge(start: tuple[int, int], end: tuple[int, int], rank: int) -> tuple[list[float], list[float]]:
    """Return a parabola between two places, bent the more the more edges there are between them already."""
    t = np.linspace(0.0, 1.0, SAMPLES)
    first, last = np.array(start, dtype=float), np.array(end, dtype=float)
    across = np.array([first[1] - last[1], last[0] - first[0]])
    bend = BEND * ((rank + 1) // 2) * (-1.0) ** rank + (0.06 if start[1] != end[1] else 0.0)
    points = first + t[:, None] * (last - first) + (4.0 * t * (1.0 - t))[:, None] * bend * across
    if start == end:  # a loop
        points = first + 0.3 * np.column_stack([np.sin(2 * np.pi * t), 1.0 - np.cos(2 * np.pi * t)])
    x, y = np.round(points, 4).T.tolist()
    return x, y
