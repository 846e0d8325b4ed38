"""Connections: published graphs, edge tracking, what is excluded, what is left open, the Morse–Bott relation."""

import numpy as np
import pytest

import branches
from branches import potentials
from branches.dynamics.arrival import named_states
from branches.dynamics.fixed_space import FixedSpace, directions_within
from branches.dynamics.morse_bott import morse_bott
from branches.dynamics.orbits import orbit_distance


@pytest.fixture(scope="module")
def diagram():
    return branches.diagram(potentials.bimodal(1.3), kappa_max=2.3)


def pairs(graph):
    return sorted(set(graph.edges()))


def check(graph, space):
    return next(found for found in graph.graph["morse_bott"] if found.space == space)


def test_before_the_second_onset_the_uniform_state_has_one_way(diagram):
    """κ = 1.8: U → N → P, and no U → P, which is excluded: U's unstable manifold is one orbit of directions."""
    graph = branches.connections(diagram, 1.8)
    nematic, polar = sorted((n for n in graph if n != "uniform"), key=lambda n: -graph.nodes[n]["free_energy"])
    assert pairs(graph) == sorted([("uniform", nematic), (nematic, polar)])
    assert [graph.nodes[n]["index"] for n in ("uniform", nematic, polar)] == [2, 1, 0]
    assert graph.graph["undecided"] == ()
    assert check(graph, "Z_1").quotient == (0, 2)
    (edge,) = graph.get_edge_data("uniform", nematic).values()
    assert (edge["space"], edge["dimension"], edge["method"]) == ("D_2", 1, "shooting")
    assert edge["energy_drop"] == pytest.approx(-graph.nodes[nematic]["free_energy"], rel=1e-14)
    rate = 4 * (1.3 / 2 - 1 / 1.8)  # leaving at 4(g₂/2 − 1/κ), from 10⁻⁵ to order one
    assert edge["time"] > np.log(1e4) / rate


def test_below_the_pitchfork_two_states_attract(diagram):
    """κ = 1.56: U → N, saddle → N, saddle → P."""
    graph = branches.connections(diagram, 1.56)
    saddle = next(n for n in graph if graph.nodes[n]["free_energy"] > 0)
    nematic = next(n for n in graph if graph.nodes[n]["period"] == 2)
    polar = next(n for n in graph if graph.nodes[n]["stable"] and n != nematic)
    assert pairs(graph) == sorted([("uniform", nematic), (saddle, nematic), (saddle, polar)])
    assert check(graph, "Z_1").quotient == (1, 2)
    assert graph.graph["undecided"] == ()
    assert graph.graph["notes"] == ()


@pytest.mark.slow
def test_all_shortcuts_and_an_edge_that_only_tracking_finds(diagram):
    """κ = 2.2: U → M → N → P with all shortcuts; U leaves at rates 17 : 1, so M is found by edge tracking."""
    graph = branches.connections(diagram, 2.2)
    order = sorted(graph, key=lambda n: -graph.nodes[n]["free_energy"])
    assert [graph.nodes[n]["index"] for n in order] == [4, 2, 1, 0]
    assert pairs(graph) == sorted((order[i], order[j]) for i in range(4) for j in range(i + 1, 4))
    (edge,) = graph.get_edge_data(order[0], order[1]).values()
    assert (edge["method"], edge["dimension"]) == ("edge tracking", 2)
    assert check(graph, "Z_1").quotient == (0, 2, 0, 1)
    assert graph.graph["undecided"] == ()


@pytest.mark.slow
def test_clusters():
    """β = 12, twice the onset: U → all, p₄ → p₁, p₂, p₃ → p₁, p₂, p₂ → p₁; p₄ → p₃ is not decided."""
    potential = potentials.noisy_transformer(12)
    kappa = 2 * potential.onset_coupling(1)
    graph = branches.connections(branches.diagram(potential, kappa_max=1.05 * kappa), kappa)
    name = {graph.nodes[n]["period"]: n for n in graph}
    expected = {(0, 1), (0, 2), (0, 3), (0, 4), (4, 1), (4, 2), (3, 1), (3, 2), (2, 1)}
    assert {(graph.nodes[a]["period"], graph.nodes[b]["period"]) for a, b in graph.edges()} - {(4, 3)} == expected
    if not graph.has_edge(name[4], name[3]):
        assert [pair[:2] for pair in graph.graph["undecided"]] == [(name[4], name[3])]
    assert all(found.consistent for found in graph.graph["morse_bott"])


def test_edge_tracking_finds_the_saddle_between_two_basins(diagram):
    """κ = 1.56: two densities near the saddle on either side, tracked back to it."""
    from branches.dynamics.edge_tracking import track_edge

    states = named_states(diagram, 1.56)
    space = FixedSpace.of(diagram.potential, 1.56, 1, True, states)
    saddle = next(m for m in space.members if states[m.name].free_energy > 0)
    size = max(saddle.c.size, saddle.directions.shape[1])
    base = np.pad(saddle.c, (0, size - saddle.c.size))
    shift = np.pad(saddle.directions[0], (0, size - saddle.directions.shape[1]))
    shift = shift * np.sign(shift[0].real)
    first, second = base - 0.06 * shift + 0.01, base + 0.05 * shift + 0.01  # off the saddle's own unstable line too
    first[10:], second[10:] = base[10:], base[10:]
    ends = tuple(space.destination(c).member for c in (first, second))
    assert ends[0].name != ends[1].name
    found = track_edge(space, first, second, ends)
    assert found.member is saddle
    assert found.time > 0


def test_the_total_index_need_not_fall():
    """g = (0.9, 0.9, 0.9, 1), κ = 2.1: U of index 2 flows to the 4-fold state of index 3."""
    potential = potentials.harmonics({1: 0.9, 2: 0.9, 3: 0.9, 4: 1.0})
    graph = branches.connections(branches.diagram(potential, kappa_max=2.15), 2.1)
    four = next(n for n in graph if graph.nodes[n]["period"] == 4)
    assert graph.nodes[four]["state"].a[3] == pytest.approx(0.3036893, abs=1e-7)
    assert (graph.nodes["uniform"]["index"], graph.nodes[four]["index"]) == (2, 3)
    assert graph.has_edge("uniform", four)


def test_a_missing_state_is_refuted(diagram):
    """Any list that lacks a state of κ = 2.2 contradicts the relation in some fixed space."""
    states = named_states(diagram, 2.2)
    for lost in list(states)[1:]:
        rest = {name: state for name, state in states.items() if name != lost}
        found = [
            morse_bott(FixedSpace.of(diagram.potential, 2.2, d, even, rest), rest)
            for d in (1, 2)
            for even in (False, True)
        ]
        assert not all(one.consistent for one in found), lost
    whole = morse_bott(FixedSpace.of(diagram.potential, 2.2, 1, False, states), states)
    assert whole.consistent
    assert whole.polynomial == (1, 2, 2, 1, 1)


def test_a_state_that_the_diagram_lacks_is_found_by_the_flow():
    """Only the mode-2 onset was followed: the flow off its branch ends at a state that no branch has."""
    lacking = branches.diagram(potentials.bimodal(1.3), kappa_max=2.0, modes=[2], depth=0)
    graph = branches.connections(lacking, 1.8)
    assert "found 1" in graph
    assert not graph.nodes["found 1"]["known"]
    assert graph.nodes["found 1"]["free_energy"] == pytest.approx(-0.1179103968568802, abs=1e-12)
    assert any("the diagram lacks" in note for note in graph.graph["notes"])


@pytest.mark.slow
def test_a_state_without_an_axis_is_a_node():
    """g = (−0.9, 0, 1, 1), κ = 8: the global minimiser has no axis; the best even state, of index 1, flows to it."""
    potential = potentials.harmonics({1: -0.9, 3: 1.0, 4: 1.0})
    start = [0.46988, 0.0, 0.7959 * np.exp(0.25j), 0.79854]
    lowest = branches.noneven_state(potential, 8.0, start)
    empty = branches.diagram(potential, kappa_max=8.1, modes=[], depth=0)
    graph = branches.connections(empty, 8.0, states=[lowest])
    (name,) = (n for n in graph if n.startswith("state"))
    assert graph.nodes[name]["isotropy"] == "Z_1"
    assert graph.nodes[name]["stable"]
    assert orbit_distance(graph.nodes[name]["state"].c, lowest.c) < 1e-12


def test_a_space_of_all_densities_knows_a_state_up_to_rotation():
    """g = (1, 1, 1, 1), κ = 4: the published state of index 3, turned and mirrored, is one member of Fix(Z_1)."""
    four = potentials.harmonics({1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0})
    state = branches.noneven_state(four, 4.0, [0.43, 0.44j, 0.23, -0.43j])
    space = FixedSpace.of(four, 4.0, 1, False, {"state": state})
    assert (space.name, space.members[0].index) == ("Z_1", 3)
    turned = state.c.conj() * np.exp(-0.4j * np.arange(1, state.c.size + 1))
    assert space.distances(turned)[0] < 1e-14
    assert FixedSpace.of(four, 4.0, 1, True, {"state": state}).members == ()


def test_rounding_invents_no_edge(diagram):
    """N is left only inside the space that breaks its period: inside Fix(D_2) it attracts."""
    states = named_states(diagram, 2.2)
    nematic = next(state for state in states.values() if state.n_fold == 2)
    assert directions_within(nematic, 2, True)[0].size == 0
    assert directions_within(nematic, 1, True)[0] == pytest.approx([-0.0331613439732], abs=1e-12)


def test_interrupt_returns_what_there_is(diagram):
    def stop(message, done, known):
        if done == 1:
            raise KeyboardInterrupt

    graph = branches.connections(diagram, 1.8, progress=stop)
    assert graph.graph["status"] == "interrupted"
    assert graph.number_of_edges() == 1
    assert len(graph.graph["undecided"]) == 2


def test_bad_input(diagram):
    for kappa, words in ((0.0, "kappa = 0.0"), (np.inf, "noise-free"), (9.0, "outside the diagram")):
        with pytest.raises(ValueError, match=words):
            branches.connections(diagram, kappa)
    other = branches.trace(potentials.kuramoto(), kappa_max=4).at_kappa(3.0)[0]
    with pytest.raises(ValueError, match="does not belong"):
        branches.connections(diagram, 1.8, states=[other])
