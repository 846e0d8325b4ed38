"""CSV, JSON and GraphML hold the numbers of the diagram, in full."""

import csv
import json
import os

import networkx
import numpy as np
import pytest

import branches
from branches import potentials
from branches.diagrams.findings import findings
from branches.files.graphml import write_graphml
from branches.files.json_file import write_json
from branches.files.tables import to_csv
from continuation.atomic import replacing, writable_folder


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def strict_json(path):
    def refuse(literal):
        raise AssertionError(f"{literal} is not JSON")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def test_points_are_written_in_full(bimodal, tmp_path):
    points, _ = to_csv(bimodal, tmp_path / "new" / "folder")
    table = rows(points)
    assert len(table) == sum(branch.kappa.size for branch in bimodal.branches)
    for number, branch in enumerate(bimodal.branches):
        own = [row for row in table if int(row["branch"]) == number]
        for name in ("kappa", "arclength", "free_energy", "residual"):
            assert [float(row[name]) for row in own] == getattr(branch, name).tolist()
        a = np.array([[float(row[f"a_{n + 1}"]) for n in range(branch.a.shape[1])] for row in own])
        assert np.array_equal(a, branch.a)
        index = [(int(row["even_index"]), int(row["odd_index"])) for row in own]
        assert index == [tuple(pair) for pair in branch.index.tolist()]
        assert [row["stable"] == "1" for row in own] == branch.stable.tolist()
        assert {int(row["period"]) for row in own} == {branch.n_fold}


def test_special_points_are_written_once_for_an_orbit(bimodal, tmp_path):
    _, special = to_csv(bimodal, tmp_path)
    table = {row["name"]: row for row in rows(special)}
    assert list(table) == ["fold 1", "onset 1", "onset 2", "pitchfork 1"]
    assert float(table["fold 1"]["kappa"]) == pytest.approx(1.97666262196633, rel=1e-13)
    assert float(table["fold 1"]["amplitude"]) == pytest.approx(0.329900461750349, rel=1e-12)
    assert float(table["pitchfork 1"]["kappa"]) == pytest.approx(3.794706538824, rel=1e-12)
    assert table["pitchfork 1"]["modes"] == "±1 mod 2"
    assert table["onset 1"]["shape"] == "subcritical"
    assert float(dict(part.split("=") for part in table["onset 1"]["coefficients"].split(";"))["c2"]) == -0.25
    assert [table["fold 1"][key] for key in ("even_before", "even_after")] == ["1", "0"]


def test_stability_changes_at_a_resonance():
    found = findings(branches.diagram(potentials.bimodal(1.0), kappa_max=2.5))
    assert [(f.name, f.modes, f.stability_change) for f in found] == [
        ("fold 1", "1", "unstable (1, 0) → stable"),
        ("onset 1+2", "1+2", "stable → unstable (2, 2)"),
    ]


def test_json_has_everything(bimodal, tmp_path):
    document = strict_json(write_json(bimodal, tmp_path / "d.json"))
    assert (document["schema"], document["version"]) == ("mckean-vlasov-continuation/diagram", 1)
    assert document["potential"]["parameters"] == {"m": 0.6}
    assert document["potential"]["weights"][:3] == [1.0, 0.6, 0.0]
    assert len(document["branches"]) == 3
    for branch, written in zip(bimodal.branches, document["branches"], strict=True):
        assert written["kappa"] == branch.kappa.tolist()
        assert written["index"] == branch.index.tolist()
        for row, a, size in zip(written["a"], branch.a, branch.n_modes, strict=True):
            assert row == a[:size].tolist()
    names = {node["name"] for node in document["nodes"]}
    for branch in document["branches"]:
        assert {branch["start"], branch["end"], *(place["node"] for place in branch["passes"])} <= names
    assert len(document["edges"]) == bimodal.graph.number_of_edges()
    assert document["completeness"]["owed"] == document["completeness"]["found"] == 3
    assert document["special_points"][0]["name"] == "fold 1"


def test_json_without_branches(uniform_only, tmp_path):
    document = strict_json(write_json(uniform_only, tmp_path / "d.json"))
    assert document["branches"] == document["special_points"] == []
    assert len(document["edges"]) == 1


def test_graphml_reads_back(transformer, tmp_path):
    again = networkx.read_graphml(write_graphml(transformer, tmp_path / "g.graphml"), force_multigraph=True)
    graph = transformer.graph
    assert set(again.nodes) == set(graph.nodes)
    for name, attributes in graph.nodes.items():
        assert again.nodes[name] == attributes
    key = lambda edge: (edge[0], edge[1], edge[2]["branch"], edge[2]["arclength_start"])  # noqa: E731
    assert sorted(again.edges(data=True), key=key) == sorted(graph.edges(data=True), key=key)


def test_a_failure_leaves_the_old_file(tmp_path):
    target = tmp_path / "table.csv"
    target.write_text("old")

    def fail():
        with replacing(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="cannot write into the folder"):
        writable_folder(tmp_path / "file" / "below")


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match="cannot write into the folder"):
        writable_folder(tmp_path)
