"""The resonance graph and what is read from it."""

import math

import networkx
import pytest

from branches import potentials
from branches.figures.resonance_figure import resonance_figure, save_resonance_figure
from branches.onsets.exact import landau
from branches.onsets.exact.series import kernel_gradient
from branches.onsets.resonant.resonance import (
    Coupling,
    chain,
    resonance_graph,
    resonant_kernels,
    slaved_modes,
    write_graphml,
)


def test_nodes_and_edges():
    graph = resonance_graph(potentials.noisy_transformer(4.0), 6)
    g = potentials.noisy_transformer(4.0).weights(6)
    assert sorted(graph) == [1, 2, 3, 4, 5, 6]
    assert graph.nodes[3]["kappa"] == 2 / g[2]
    assert graph.nodes[3]["period"] == 2 * math.pi / 3
    # every pair l ≤ m with l + m ≤ 6, once
    assert graph.number_of_edges() == 9
    edge = graph.edges[2, 3]
    assert edge["total"] == 5
    assert edge["detuning"] == abs(2 / g[1] - 2 / g[2])


def test_edge_weight_is_the_term_of_the_quadratic_system():
    # 2n a_n = κ Σ l g_l a_l a_{n−l}: modes 1 and 2 feed 3 by (g_1 + 2 g_2) a_1 a_2/6, 1 feeds 2 by g_1 a_1²/4
    graph = resonance_graph(potentials.bimodal(0.6), 3)
    assert graph.edges[1, 2]["weight"] == pytest.approx((1 + 2 * 0.6) / 6, rel=1e-15)
    assert graph.edges[1, 1]["weight"] == pytest.approx(1 / 4, rel=1e-15)


def test_modes_that_repel_have_no_onset():
    graph = resonance_graph(potentials.harmonics({1: 1.0, 2: -1.0}), 3)
    assert graph.nodes[2]["kappa"] == math.inf
    assert graph.edges[1, 2]["detuning"] == math.inf
    assert resonant_kernels(graph) == ()


def test_resonant_kernels():
    graph = resonance_graph(potentials.harmonics({1: 1.0, 2: 2.0, 3: 1.0, 5: 1.99, 7: 1.0}), 8)
    assert resonant_kernels(graph) == ((1, 3, 7),)
    assert resonant_kernels(graph, 0.01) == ((2, 5), (1, 3, 7))
    for tolerance in (-1.0, math.nan):
        with pytest.raises(ValueError, match=r"tolerance = .* not allowed"):
            resonant_kernels(graph, tolerance)


@pytest.mark.parametrize("kernel", [(1,), (2,), (1, 2), (1, 3), (2, 3), (2, 3, 5), (3, 7)])
def test_slaved_modes_are_those_of_the_reduction(kernel):
    degree = 5
    _, slaved = kernel_gradient(kernel, degree, lambda j: 1.0 + 0.1 * j, 1.0)
    first = {}
    for j, parts in slaved.items():
        first.setdefault(next(d for d, part in enumerate(parts) if part), []).append(j)
    predicted = {d: list(modes) for d, modes in slaved_modes(kernel, degree).items() if modes}
    assert predicted == {d: sorted(modes) for d, modes in sorted(first.items())}


@pytest.mark.parametrize(
    ("kernel", "power"), [((1,), 2), ((1,), 4), ((1,), 6), ((1, 2), 2), ((1, 3), 2), ((2, 3), 2), ((1, 2), 4)]
)
def test_chain_has_exactly_the_weights_of_the_symbolic_coefficient(kernel, power):
    modes = {k for c in chain(kernel, power) for k in (c.l, c.m, c.total)} - set(kernel)
    free_energy = landau.reduce(kernel, power + 2).free_energy
    assert {int(v.name[1:]) for v in free_energy.free_symbols if v.name[0] == "r"} == modes


def test_chain_of_the_first_coefficients():
    assert chain((1,), 2) == (Coupling(1, 1, 2),)
    assert chain((1,), 4) == (Coupling(1, 1, 2), Coupling(1, 2, 3))
    assert chain((2,), 2) == (Coupling(2, 2, 4),)
    # 1 + 3 = 4 is of degree 1 + 2 + 2 in the amplitudes: too high for the quartic free energy
    assert Coupling(1, 3, 4) not in chain((1, 2), 2)
    assert Coupling(1, 3, 4) in chain((1, 2), 3)


def test_graphml_keeps_everything(tmp_path):
    graph = resonance_graph(potentials.harmonics({1: 1.0, 2: 0.6}), 4)
    write_graphml(graph, tmp_path / "graph.graphml")
    read = networkx.read_graphml(tmp_path / "graph.graphml", node_type=int)
    assert dict(read.nodes(data=True)) == dict(graph.nodes(data=True))
    assert {tuple(sorted(e)): d for *e, d in read.edges(data=True)} == {
        tuple(sorted(e)): d for *e, d in graph.edges(data=True)
    }


@pytest.mark.parametrize("n_modes", [0, -2, 1.5])
def test_bad_number_of_modes(n_modes):
    with pytest.raises(ValueError, match=r"n_modes = .* not allowed"):
        resonance_graph(potentials.kuramoto(), n_modes)


def test_figure_shows_every_coupling_and_kernel(tmp_path):
    graph = resonance_graph(potentials.harmonics({1: 1.0, 2: 1.0, 3: 0.5, 4: -1.0}), 6)
    page = resonance_figure(graph)
    onsets, couplings = page.axes[:2]
    assert [text.get_text() for text in onsets.texts] == ["1, 2"]
    assert sorted(int(text.get_text()) for text in couplings.texts) == sorted(l + m for l, m in graph.edges)
    save_resonance_figure(graph, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes()[:4] == b"\x89PNG"


def test_figure_of_nothing():
    with pytest.raises(ValueError, match="none of its modes attracts"):
        resonance_figure(resonance_graph(potentials.harmonics({1: -1.0}), 3))
