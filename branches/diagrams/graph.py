"""The branch graph of a diagram as a networkx multigraph."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np

from branches.diagrams.diagram import Diagram
from branches.diagrams.records import Branch
from branches.diagrams.secondary import decided_index
from branches.states.morse_index import uniform_index
from branches.states.stability import Stability, stability_of

__all__ = ["branch_graph"]


def branch_graph(diagram: Diagram) -> nx.MultiDiGraph:
    """Return the graph whose nodes are special points and ends, and whose edges are segments of constant stability.

    Node attributes: ``kind``, ``shape``, ``kappa``, ``period``, ``free_energy``, ``amplitude`` (max-norm of a).

    Edge attributes: ``branch`` (its number, −1 for the uniform state), ``kappa_min``, ``kappa_max``, ``even`` and
    ``odd`` (Morse index), ``stable``, ``undecided`` (eigenvalues zero within their error), ``stability`` ('stable',
    'unstable' or 'not decided'), ``isotropy`` ('D_n', or
    'O(2)' for the uniform state), ``free_energy_start`` and ``free_energy_end``, ``arclength_start`` and
    ``arclength_end``. Edges point along increasing arclength (increasing κ for the uniform state).

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> graph = branches.diagram(potentials.kuramoto(), kappa_max=3).graph
    >>> sorted(graph.nodes), graph.number_of_edges()
    (['end 1', 'onset 1', 'uniform 0', 'uniform end'], 3)
    """
    graph = nx.MultiDiGraph(potential=diagram.potential.label, kappa_max=diagram.kappa_max)
    for node in diagram.nodes:
        graph.add_node(
            node.name,
            kind=node.kind,
            shape=node.shape,
            kappa=node.kappa,
            period=node.n_fold,
            free_energy=node.free_energy,
            amplitude=float(np.max(np.abs(node.a), initial=0.0)),
        )
    _add_uniform(graph, diagram)
    for number, branch in enumerate(diagram.branches):
        if branch.kappa.size:
            _add_branch(graph, diagram, number, branch)
    return graph


def _add_uniform(graph: nx.MultiDiGraph, diagram: Diagram) -> None:
    onsets = sorted((node for node in diagram.nodes if node.kind == "onset"), key=lambda node: node.kappa)
    for name, kappa in (("uniform 0", 0.0), ("uniform end", diagram.kappa_max)):
        graph.add_node(name, kind="end", shape="", kappa=kappa, period=0, free_energy=0.0, amplitude=0.0)
    stops = [("uniform 0", 0.0), *((node.name, node.kappa) for node in onsets), ("uniform end", diagram.kappa_max)]
    largest = max([64, *(node.a.size for node in diagram.nodes)])
    for (start, left), (end, right) in itertools.pairwise(stops):
        middle = uniform_index(diagram.potential, largest, np.array([0.5 * (left + right)]))
        count, beside, doubtful = (int(numbers[0]) for numbers in (middle.even, middle.odd, middle.undecided))
        stability = stability_of((count, beside), doubtful)
        graph.add_edge(
            start,
            end,
            branch=-1,
            kappa_min=left,
            kappa_max=right,
            even=count,
            odd=count,
            stable=stability is Stability.STABLE,
            undecided=doubtful,
            stability=stability.value,
            isotropy="O(2)",
            free_energy_start=0.0,
            free_energy_end=0.0,
            arclength_start=left,
            arclength_end=right,
        )


def _add_branch(graph: nx.MultiDiGraph, diagram: Diagram, number: int, branch: Branch) -> None:
    first, last = diagram.ends[number]
    stops = [(0.0, first), *diagram.places[number], (float(branch.arclength[-1]), last)]
    for (s0, start), (s1, end) in itertools.pairwise(stops):
        (even, odd), undecided = decided_index(branch, s0, s1)
        stability = stability_of((even, odd), undecided)
        inside = branch.kappa[(branch.arclength >= s0) & (branch.arclength <= s1)]
        left, right = branch.at(s0), branch.at(s1)
        ends = [diagram.node(name).kappa for name in (start, end)]
        kappas = [*ends, *np.clip(inside, None, max(*ends, *inside[1:-1], 0.0)).tolist()]
        graph.add_edge(
            start,
            end,
            branch=number,
            kappa_min=min(kappas),
            kappa_max=max(kappas),
            even=even,
            odd=odd,
            stable=stability is Stability.STABLE,
            undecided=undecided,
            stability=stability.value,
            isotropy=branch.isotropy.group,
            free_energy_start=left.free_energy,
            free_energy_end=right.free_energy,
            arclength_start=s0,
            arclength_end=s1,
        )
