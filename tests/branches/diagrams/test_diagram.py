"""Diagrams: what is owed and found, twins reported once, resonances, the graph, bad input."""

import networkx as nx
import numpy as np
import pytest
from helpers import digits

import branches
from branches import potentials
from branches.spaces.circle import EVEN
from branches.spaces.isotropy import same_orbit
from continuation.stepping.corrector import residual_norm


def kinds(diagram):
    return sorted(node.name for node in diagram.nodes if node.kind != "end")


def test_transformer():
    d = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.82)
    assert kinds(d) == ["fold 1", "onset 1", "onset 2"]
    assert (d.node("onset 1").shape, d.node("onset 2").shape) == ("subcritical", "supercritical")
    assert d.completeness.complete
    assert d.status == "finished"
    with pytest.raises(KeyError, match="no node 'fold 7'"):
        d.node("fold 7")


@pytest.mark.parametrize(
    ("potential", "kappa_max", "owed"),
    [
        (potentials.bimodal(0.6), 5, 3),
        (potentials.bimodal(1.0), 3, 3),
        (potentials.bimodal(1.3), 5, 3),
        (potentials.bimodal(2.0), 4, 3),
        (potentials.doi_onsager(), 30, 2),
        (potentials.hegselmann_krause(1.5), 7, 2),
        (potentials.hegselmann_krause(2.5), 4, 2),
        (potentials.from_weights([1.0, 0.2, 0.9]), 8, 2),
        (potentials.harmonics({2: 1.0, 3: 1.0}), 6, 4),
        (potentials.harmonics({1: 1.0, 2: 1.0, 3: 1.0}), 4, 7),
    ],
    ids=lambda value: getattr(value, "label", None),
)
def test_everything_owed_is_found_and_true(potential, kappa_max, owed):
    d = branches.diagram(potential, kappa_max=kappa_max)
    assert (d.completeness.owed, d.completeness.found) == (owed, owed), str(d.completeness)
    for branch in d.branches:
        assert branch.residual.max() <= 1e-12
    for node in d.nodes:
        assert node.residual <= 1e-12
    # no branch is another one's twin: compare states at couplings where both live
    for i, first in enumerate(d.branches):
        for second in d.branches[:i]:
            kappa = 0.5 * (max(first.kappa.min(), second.kappa.min()) + kappa_max)
            for state in first.at_kappa(kappa):
                assert not any(same_orbit(EVEN, state.a, kappa, other.a, kappa) for other in second.at_kappa(kappa))


def test_a_secondary_branch_starts_at_its_pitchfork():
    d = branches.diagram(potentials.bimodal(2.0), kappa_max=4)
    node = d.node("pitchfork 1")
    number = next(k for k, (start, _) in enumerate(d.ends) if start == "pitchfork 1")
    branch = d.branches[number]
    assert digits(branch.kappa[0], 1.2549663488385278971) >= 11
    assert np.max(np.abs(branch.a[0] - np.pad(node.a, (0, 400))[: branch.a.shape[1]])) <= 1e-10
    assert branch.stable[1:].all()  # the nematic state hands its stability to it


def test_transcritical_three_fold_point():
    d = branches.diagram(potentials.from_weights([1.0, -0.5, 0.3, 0.8]), kappa_max=12)
    node = next(node for node in d.nodes if node.kind == "transcritical")
    assert node.n_fold == 3
    leaving = [half for half in d.completeness.half_branches if half.node == node.name]
    assert [half.outcome for half in leaving] == ["found", "found"]
    assert leaving[0].branch != leaving[1].branch
    odd = [half.branch for half in d.completeness.half_branches if half.description == "reflection broken"]
    assert {d.branches[number].isotropy.group for number in odd} == {"Z_1"}
    assert d.completeness.complete


def test_depth_zero_owes_what_it_does_not_follow():
    d = branches.diagram(potentials.bimodal(2.0), kappa_max=4, depth=0)
    assert d.completeness.not_followed == 1
    assert "depth 0" in str(d.completeness)
    assert len(d.branches) == 2


def test_modes_can_be_chosen():
    d = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.82, modes=[2])
    assert [branch.n_fold for branch in d.branches] == [2]


def test_special_points_of_the_diagram_are_re_evaluated():
    d = branches.diagram(potentials.bimodal(0.6), kappa_max=5)
    for point in d.special_points:
        n = point.a.size // point.n_fold
        system = d.branches[0].system(n) if point.n_fold == 1 else d.branches[1].system(n)
        x = np.append(point.a[point.n_fold - 1 :: point.n_fold], point.kappa / system.parameter_scale)
        assert residual_norm(system, x) <= 1e-12
        assert point.twin.startswith("rotation by")
        assert point.bracket[0] <= point.arclength <= point.bracket[1]


@pytest.mark.parametrize(
    "potential",
    [potentials.kuramoto(), potentials.from_weights([-1.0, -0.5])],
    ids=["below the first onset", "repulsive"],
)
def test_the_uniform_state_alone_is_an_answer(potential):
    d = branches.diagram(potential, kappa_max=1.5)
    assert d.branches == ()
    assert d.completeness.owed == 0
    assert "the uniform state only" in d.message
    assert d.graph.number_of_edges() == 1


@pytest.mark.parametrize("kappa_max", [0.0, -1.0, float("nan"), float("inf")])
def test_bad_kappa_max(kappa_max):
    with pytest.raises(ValueError, match=r"kappa_max = .* is not allowed"):
        branches.diagram(potentials.kuramoto(), kappa_max=kappa_max)


def test_other_bad_arguments():
    with pytest.raises(ValueError, match="depth = -1 is not allowed"):
        branches.diagram(potentials.kuramoto(), kappa_max=3, depth=-1)
    with pytest.raises(ValueError, match="mode"):
        branches.diagram(potentials.kuramoto(), kappa_max=3, modes=[2])


def test_interrupt_returns_what_was_found():
    def interrupt(name, done, known):
        raise KeyboardInterrupt

    d = branches.diagram(potentials.bimodal(0.6), kappa_max=5, progress=interrupt)
    assert d.status == "interrupted"
    assert len(d.branches) == 1
    assert len(d.ends) == len(d.places) == 1
    assert d.completeness.not_followed == 1
    assert d.graph.number_of_edges() >= 3


def test_graph():
    d = branches.diagram(potentials.bimodal(0.6), kappa_max=5)
    graph = d.graph
    assert isinstance(graph, nx.MultiDiGraph)
    assert set(graph.nodes) == {node.name for node in d.nodes} | {"uniform 0", "uniform end"}
    assert nx.is_weakly_connected(graph)
    edges = list(graph.edges(data=True))
    assert len(edges) == 3 + 2 + 2 + 1  # uniform, through the fold, through the pitchfork, the secondary branch
    for start, end, data in edges:
        assert data["stable"] == (data["even"] == data["odd"] == 0)
        assert data["kappa_min"] <= min(graph.nodes[start]["kappa"], graph.nodes[end]["kappa"]) * (1 + 1e-12)
        assert data["kappa_max"] >= max(graph.nodes[start]["kappa"], graph.nodes[end]["kappa"]) * (1 - 1e-12)
        if data["branch"] >= 0:  # constant stability inside
            branch = d.branches[data["branch"]]
            inside = (branch.arclength > data["arclength_start"]) & (branch.arclength < data["arclength_end"])
            assert np.all(branch.index[inside] == (data["even"], data["odd"]))
            assert data["isotropy"] == f"D_{branch.n_fold}"
    uniform = [data for _, _, data in edges if data["branch"] == -1]
    assert [data["even"] for data in sorted(uniform, key=lambda data: data["kappa_min"])] == [0, 1, 2]


def test_random_potentials_owe_nothing_that_is_lost():
    rng = np.random.default_rng(5)
    for _ in range(12):
        g = rng.uniform(-0.5, 1.0, 4)
        g[0] = 1.0
        d = branches.diagram(potentials.from_weights(g), kappa_max=7.0)
        assert d.completeness.failed == 0, str(d.completeness)
        for branch in d.branches:
            assert branch.residual.max() <= 1e-12


def test_an_interrupt_inside_a_branch_leaves_it_unexamined(monkeypatch):
    """What was followed is there; no eigenvalue is computed after the interrupt."""
    import branches.diagrams.build as build

    followed = build.follow_states

    def interrupted(*arguments, **options):
        def progress(s, kappa):
            if s > 0.5:
                raise KeyboardInterrupt

        return followed(*arguments, **options, progress=progress)

    monkeypatch.setattr(build, "follow_states", interrupted)
    d = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.82)
    assert d.status == "interrupted"
    (branch,) = d.branches
    assert branch.status.name == "INTERRUPTED"
    assert branch.kappa.size > 8
    assert np.all(branch.index == -1)
    assert not branch.stable.any()
    assert d.completeness.not_followed == 1


def test_index_beside_a_fold_where_an_eigenvalue_fades():
    """Two clusters attract exponentially weakly further on: beside the fold the index is decided all the same."""
    d = branches.diagram(potentials.noisy_transformer(20, scaled=True), modes=[2], depth=0)
    (branch,) = d.branches
    fold = branch.folds[0]
    point = next(point for point in branch.special_points if point.kind == "fold")
    assert branch.at(fold.arclength + 1e-3).index == point.index_after == (1, 1)
    assert branch.at(fold.arclength - 1e-3).index == point.index_before == (2, 1)


@pytest.mark.parametrize("n_modes", [1.5, 0, -3, 1])
def test_bad_truncation(n_modes):
    with pytest.raises(ValueError, match=r"n_modes = .* is not allowed"):
        branches.diagram(potentials.kuramoto(), 4, n_modes=n_modes)
