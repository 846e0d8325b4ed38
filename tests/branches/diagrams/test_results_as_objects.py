"""Results behave as objects of the ecosystem: len, iteration, equality, read-only, HTML, arrays of arclengths."""

from concurrent.futures import ThreadPoolExecutor

import networkx
import numpy as np
import pytest

import branches
from branches import potentials
from branches.loci.curves import curves


@pytest.fixture(scope="module")
def diagram():
    return branches.diagram(potentials.bimodal(0.6), kappa_max=4.5)


@pytest.fixture(scope="module")
def results(diagram):
    with ThreadPoolExecutor(1) as executor:
        phases = branches.phase_diagram(potentials.bimodal, [0.4, 0.6], executor)
    return {
        "diagram": diagram,
        "branch": diagram[0],
        "onset": branches.onset(potentials.bimodal(0.6)),
        "phases": phases,
        "curves": curves(potentials.bimodal, 0.45, 0.6, seeds=(0.55,), modes=(1, 2)),
        "flow": branches.flow(potentials.kuramoto(), 3.0, [0.1], 5.0),
    }


def test_len_and_iteration(diagram, results):
    assert len(diagram) == len(list(diagram)) == len(diagram.branches) == 3
    branch = diagram[0]
    assert len(branch) == branch.kappa.size
    states = list(branch)
    assert [state.kappa for state in states] == branch.kappa.tolist()
    assert [state.free_energy for state in states] == branch.free_energy.tolist()
    assert [state.stable for state in states] == branch.stable.tolist()
    assert max(state.residual for state in states) <= 1e-12
    assert branch[-1].kappa == branch.kappa[-1]
    assert [column.value for column in results["phases"]] == [0.4, 0.6]
    assert list(results["curves"]) == list(results["curves"].lines)
    assert len(results["flow"]) == results["flow"].t.size


def test_the_states_at_many_arclengths(diagram):
    branch = diagram[0]
    s = np.linspace(0.1, 0.9, 5) * branch.arclength[-1]
    many = branch.at(s)
    assert [state.kappa for state in many] == [branch.at(float(each)).kappa for each in s]
    assert branch.at(list(s)) == many
    with pytest.raises(ValueError, match="outside"):
        branch.at([0.0, 2 * branch.arclength[-1]])


@pytest.mark.parametrize("name", ["diagram", "branch", "onset", "phases", "curves", "flow"])
def test_html(results, name):
    html = results[name]._repr_html_()
    assert html.count("<table>") == html.count("</table>") == 1
    assert "<script" not in html
    assert ("data:image/png;base64," in html) == (name != "onset")
    assert len(html) < 60_000


def test_nothing_to_see_is_no_picture():
    assert "image/png" not in branches.diagram(potentials.kuramoto(), kappa_max=1.0)._repr_html_()


def arrays_of(record):
    for name in dir(type(record)):
        if not name.startswith("_"):
            value = getattr(record, name)
            if isinstance(value, np.ndarray) and value.base is None:
                yield name, value
    for name, value in vars(record).items():
        if isinstance(value, np.ndarray):
            yield name, value


@pytest.mark.parametrize("name", ["diagram", "branch", "onset", "phases", "curves", "flow"])
def test_what_a_record_keeps_is_read_only(results, name):
    record = results[name]
    kept = dict(arrays_of(record))
    for attribute in ("a", "free_energy", "residual", "error") if name == "branch" else ():
        assert attribute in kept
    for attribute in set(kept) & set(vars(record)):
        assert not kept[attribute].flags.writeable, attribute


def test_the_graph_is_frozen(diagram):
    assert networkx.is_frozen(diagram.graph)
    with pytest.raises(networkx.NetworkXError, match="Frozen"):
        diagram.graph.add_node("mine")
    diagram.graph.copy().add_node("mine")


def test_equal_content_is_equal(diagram):
    again = branches.diagram(potentials.bimodal(0.6), kappa_max=4.5)
    assert again == diagram
    assert hash(again) == hash(diagram)
    assert len({again, diagram}) == 1
    assert again != branches.diagram(potentials.bimodal(0.6), kappa_max=4.4)
