"""The resonance graph: which modes couple at quadratic order, and what that makes of each onset.

The only couplings of the equations are quadratic, l + m = n.  A node is a mode; an edge {l, m} is the
coupling of l, m and l + m (a loop at l couples l and 2l).  Which modes a kernel slaves, at which
order, and which weights enter a Landau coefficient can be read from the mode numbers alone.
"""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, SupportsFloat

from branches.potentials.potential import Potential, positive_integer

if TYPE_CHECKING:
    import networkx

__all__ = ["Coupling", "chain", "resonance_graph", "resonant_kernels", "slaved_modes", "write_graphml"]


@dataclass(frozen=True, order=True)
class Coupling:
    """A quadratic coupling l + m = total of three modes, l ≤ m.

    Parameters
    ----------
    l, m, total : int
    """

    l: int
    m: int
    total: int


def slaved_modes(kernel: Sequence[int], degree: int) -> dict[int, tuple[int, ...]]:
    """Return the modes slaved to a kernel, by the degree in its amplitudes at which they first appear.

    Parameters
    ----------
    kernel
        Modes ≥ 1.
    degree
        Highest degree, ≥ 1.

    Returns
    -------
    dict of int to tuple of int
        For each degree from 2 on the modes that appear there first, increasing.

    Examples
    --------
    >>> slaved_modes((1,), 3)
    {2: (2,), 3: (3,)}
    >>> slaved_modes((2, 3), 2)
    {2: (1, 4, 5, 6)}
    """
    return {d: modes for d, modes in _degrees(kernel, degree).items() if d > 1}


def chain(kernel: Sequence[int], power: int) -> tuple[Coupling, ...]:
    """Return the couplings that feed the coefficient of s^power in κ(s) on the branches of a kernel.

    The modes in them are those whose weight enters: c_4 of mode n knows 2n and 3n, hence r_2 and r_3.

    Parameters
    ----------
    kernel
        Modes ≥ 1 with one onset.
    power
        ≥ 1; for a simple kernel even powers matter.

    Returns
    -------
    tuple of Coupling

    Notes
    -----
    The coefficient of s^power in κ belongs to the power + 2 of the free energy.  A coupling enters where
    its three modes, of degrees d in the amplitudes, fit: Σ d ≤ power + 2; a slaved mode of
    degree d costs at least 2d (its own quadratic term), so only modes of degree ≤ (power + 2)/2 are met.

    Examples
    --------
    >>> chain((1,), 2)
    (Coupling(l=1, m=1, total=2),)
    >>> sorted({c.total for c in chain((1,), 4)})
    [2, 3]
    """
    order = positive_integer("power", power) + 2
    degree = {k: d for d, modes in _degrees(kernel, order // 2).items() for k in modes}
    found = [
        Coupling(l, m, l + m)
        for l in degree
        for m in degree
        if l <= m and l + m in degree and degree[l] + degree[m] + degree[l + m] <= order
    ]
    return tuple(sorted(found))


def resonance_graph(potential: Potential, n_modes: int) -> networkx.Graph:
    """Build the resonance graph of a potential.

    Parameters
    ----------
    potential
        The interaction.
    n_modes
        Modes 1 … n_modes are the nodes.

    Returns
    -------
    networkx.Graph
        Node n: ``weight`` g_n, ``error`` its absolute error, ``kappa`` 2/g_n (infinite where g_n ≤ 0),
        ``period`` 2π/n.  Edge {l, m}: ``total`` l + m ≤ n_modes, ``weight`` the coefficient
        (l g_l + m g_m)/(2 total) of κ a_l a_m in the equation of a_{l+m} (half of it for a loop),
        ``detuning`` |κ_l − κ_m|.

    Raises
    ------
    ValueError
        If `n_modes` is not an integer ≥ 1.

    Examples
    --------
    >>> from branches import potentials
    >>> graph = resonance_graph(potentials.bimodal(1.0), 3)
    >>> graph.edges[1, 2]["total"], graph.edges[1, 2]["detuning"], graph.nodes[2]["kappa"]
    (3, 0.0, 2.0)
    """
    import networkx

    n_modes = positive_integer("n_modes", n_modes)
    g, errors = potential.weights(n_modes).tolist(), potential.weight_errors(n_modes).tolist()
    graph = networkx.Graph(potential=potential.label)
    kappa = {n: 2.0 / x if x > 0 else math.inf for n, x in enumerate(g, 1)}
    for n in kappa:
        graph.add_node(n, weight=g[n - 1], error=errors[n - 1], kappa=kappa[n], period=2 * math.pi / n)
    for l in range(1, n_modes // 2 + 1):
        for m in range(l, n_modes - l + 1):
            weight = (l * g[l - 1] + m * g[m - 1]) / (2 * (l + m) * (1 + (l == m)))
            detuning = abs(kappa[l] - kappa[m]) if min(kappa[l], kappa[m]) < math.inf else 0.0
            graph.add_edge(l, m, total=l + m, weight=weight, detuning=detuning)
    return graph


def resonant_kernels(graph: networkx.Graph, tolerance: SupportsFloat = 0.0) -> tuple[tuple[int, ...], ...]:
    """Return the sets of two or more modes whose onsets agree, by increasing κ.

    Parameters
    ----------
    graph
        From `resonance_graph`.
    tolerance
        Relative distance of neighbouring onsets up to which they count as one, ≥ 0; the errors of the
        weights are allowed for on top.

    Raises
    ------
    ValueError
        If the tolerance is negative or not a number.

    Examples
    --------
    >>> from branches import potentials
    >>> resonant_kernels(resonance_graph(potentials.bimodal(0.99), 4), tolerance=0.02)
    ((1, 2),)
    """
    allowed = float(tolerance)
    if not allowed >= 0:
        raise ValueError(f"tolerance = {tolerance!r} is not allowed: a relative distance is a number ≥ 0")
    modes = sorted(
        (n for n, node in graph.nodes.items() if node["weight"] > 0), key=lambda n: graph.nodes[n]["kappa"]
    )
    groups: list[list[int]] = []
    for n in modes:
        if groups and _agree(graph.nodes[groups[-1][-1]], graph.nodes[n], allowed):
            groups[-1].append(n)
        else:
            groups.append([n])
    return tuple(tuple(sorted(group)) for group in groups if len(group) > 1)


def write_graphml(graph: networkx.Graph, path: str | os.PathLike[str]) -> None:
    """Write a resonance graph as GraphML, with all its attributes.

    Examples
    --------
    >>> import tempfile, networkx, pathlib
    >>> from branches import potentials
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "resonances.graphml"
    >>> write_graphml(resonance_graph(potentials.kuramoto(), 3), file)
    >>> networkx.read_graphml(file, node_type=int).nodes[1]["kappa"]
    2.0
    """
    import networkx

    networkx.write_graphml(graph, os.fspath(path))


def _degrees(kernel: Sequence[int], degree: int) -> dict[int, tuple[int, ...]]:
    """Return the modes that first appear at each degree, the kernel at degree 1."""
    modes = tuple(sorted({positive_integer("kernel", operator.index(k)) for k in kernel}))
    levels: list[set[int]] = [set(), set(modes)]
    for total in range(2, degree + 1):
        pairs = ((l, m) for d in range(1, total) for l in levels[d] for m in levels[total - d])
        levels.append({n for l, m in pairs for n in (l + m, abs(l - m)) if n})
    first: dict[int, tuple[int, ...]] = {}
    for d, level in enumerate(levels[1:], 1):
        known = {k for earlier in first.values() for k in earlier}
        first[d] = tuple(sorted(level - known))
    return first


def _agree(first: dict[str, Any], second: dict[str, Any], tolerance: float) -> bool:
    errors: float = first["error"] + second["error"]
    distance: float = abs(first["weight"] - second["weight"])
    return bool(distance <= errors + tolerance * max(first["weight"], second["weight"]))
