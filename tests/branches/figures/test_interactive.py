"""What a page for a browser holds: the diagram, and nothing that needs a connection."""

import base64
import json
import re

import numpy as np
import pytest

import branches
from branches import potentials
from branches.figures.interactive import page as pages
from branches.figures.interactive.data import diagram_data
from branches.figures.interactive.phase_data import phase_data
from branches.sweeps.phase_column import Column
from branches.sweeps.phase_diagram import Landmark, PhaseDiagram


@pytest.fixture(scope="module")
def diagram():
    return branches.diagram(potentials.bimodal(0.6), kappa_max=4.2)


@pytest.fixture(scope="module")
def text(diagram, tmp_path_factory):
    file = diagram.to_html(tmp_path_factory.mktemp("page") / "diagram.html")
    return file.read_text(encoding="utf-8")


def held(text):
    return json.loads(re.search(r'<script id="data" type="application/json">(.*?)</script>', text, re.DOTALL).group(1))


def test_it_is_one_file_without_addresses(text):
    own = re.sub(r"<script[^>]*>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"\b(?:src|href)\s*=", own)
    assert "@import" not in own
    assert "url(" not in own
    assert "<!--" not in own  # all places of the template are filled
    assert 1.3e6 < len(text) < 2.5e6


def test_it_holds_the_diagram(diagram, text):
    (entry,) = held(text)["diagrams"]
    data = entry["data"]
    assert data["title"] == "bimodal, m = 0.6"
    rows = {point["name"]: dict(point["rows"]) for point in data["points"]}
    assert float(rows["fold 1"]["κ"]) == pytest.approx(1.97666262196633, rel=1e-13)
    assert float(rows["coexistence"]["κ"]) == pytest.approx(1.98170352222616, rel=1e-12)
    assert float(rows["pitchfork 1"]["κ"]) == pytest.approx(3.794706538824, rel=1e-11)
    assert {node["name"] for node in data["graph"]["nodes"]} == set(diagram.graph.nodes)
    assert len(data["graph"]["edges"]) == diagram.graph.number_of_edges() == len(data["curves"])
    for curve in data["curves"]:
        assert len(curve["kappa"]) == len(curve["norm"]) == len(curve["energy"])
        if curve["branch"] >= 0:
            k = len(curve["kappa"]) // 2
            nearest = min(
                diagram.branches[curve["branch"]].at_kappa(curve["kappa"][k]),
                key=lambda state: abs(np.linalg.norm(state.a) - curve["norm"][k]),
            )
            assert nearest.free_energy == pytest.approx(curve["energy"][k], abs=1e-8)
            assert list(nearest.index) == curve["index"]


def test_densities_are_those_of_the_states(diagram):
    data = diagram_data(diagram)
    theta = np.array(data["positions"])
    curve = next(curve for curve in data["curves"] if curve["stability"] == "stable" and curve["branch"] == 0)
    for place, packed in list(zip(curve["shown"], curve["densities"], strict=True))[1::9]:
        levels = np.frombuffer(base64.b64decode(packed["data"]), "<u2")
        rho = packed["top"] * levels / 65535
        states = diagram.branches[0].at_kappa(curve["kappa"][place])
        nearest = min(states, key=lambda state: abs(state.free_energy - curve["energy"][place]))
        assert rho == pytest.approx(nearest.density(theta), abs=2e-5 * packed["top"])
        assert np.trapezoid(rho, theta) == pytest.approx(1.0, abs=1e-4)


def test_numbers_far_from_one_survive():
    data = diagram_data(branches.diagram(potentials.noisy_transformer(60), kappa_max=1e-23, modes=[1]))
    kappas = [kappa for curve in data["curves"] for kappa in curve["kappa"]]
    assert 0.0 < max(kappas) <= 1e-23
    json.dumps(data, allow_nan=False)


def test_a_title_is_no_markup(tmp_path):
    column = tuple(Column(q, 3.2, (2.0, 1), ((2.0, "continuous", 1, 0.0),), (), 0) for q in (0.0, 1.0))
    file = PhaseDiagram(column).to_html(tmp_path / "p.html", symbol="m", title="</script><b>&")
    text = file.read_text(encoding="utf-8")
    assert "<title>&lt;/script&gt;&lt;b&gt;&amp;</title>" in text
    assert held(text)["diagrams"] == []


def test_phases_hold_regions_lines_and_special_points():
    columns = (
        Column(0.4, 3.2, (2.0, 1), ((2.0, "continuous", 1, 0.0),), (), 0),
        Column(0.6, 3.2, (2.0, 1), ((1.98, "discontinuous", 1, 0.1),), ((1.977, 1),), 0),
    )
    found = PhaseDiagram(columns, special_points=(Landmark("tricritical", 0.5, 2.0, 1e-15),))
    data = phase_data(found, "m")
    assert [region["name"] for region in data["regions"]] == ["uniform", "one peak"] * 2
    assert data["points"][0]["y"] == 1.0
    assert dict(data["points"][0]["rows"])["κ"] == "2"
    assert {line["dash"] for line in data["lines"]} == {"solid", "dashed", "dotted"}


def test_what_is_missing_is_named(diagram, monkeypatch, tmp_path):
    monkeypatch.setattr(pages, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"\[html\]"):
        diagram.to_html(tmp_path / "d.html")
    assert list(tmp_path.iterdir()) == []
