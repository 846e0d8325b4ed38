"""mvcont flow, rates, connections: answers, files, figures, and every way to get them wrong."""

import json

import numpy as np
import pytest

import branches
from branches import potentials
from branches.cli import main
from branches.figures.flow_figure import critical_figure

ENDINGS = ("csv", "json", "pdf", "png", "svg")


@pytest.fixture
def mvcont(capsys, monkeypatch, tmp_path):
    """Run the command in an empty folder; return (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return end.value.code, out, err

    return run


def test_flow(mvcont, tmp_path):
    code, out, err = mvcont("flow", "noisy-transformer", "--beta", 4, "--kappa", 0.5, "--time", 50, "-o", "here")
    assert (code, err) == (0, "")
    assert "end: state of period 2π" in out
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == [f"flow.{e}" for e in ENDINGS]


def test_flow_as_json_without_an_axis(mvcont):
    code, out, _ = mvcont(
        "flow", "noisy-transformer", "--beta", 4, "--kappa", 0.5, "-t", 8, "--initial",
        "0.05+0.01i,-0.02+0.03i,0.03-0.02i,0.01", "--json",
    )  # fmt: skip
    document = json.loads(out)
    assert code == 0
    assert document["c_re"][-1][0] == pytest.approx(0.890440813823, abs=1e-10)
    assert document["c_im"][-1][0] == pytest.approx(0.194272839201, abs=1e-10)
    assert document["end"]["name"] == "none yet"


def test_rates(mvcont, tmp_path):
    code, out, err = mvcont("rates", "noisy-transformer", "--beta", 4, "--kappa", 0.4, "-o", "here")
    assert (code, err) == (0, "")
    assert "0.5204661406" in out
    assert "±3.377394622" in out
    assert "subcritical onset" in out
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == [f"rates.{e}" for e in ENDINGS]
    document = json.loads((tmp_path / "here" / "rates.json").read_text())
    assert [state["unstable"] for state in document["states"]] == [0, 1, 0]


def test_rates_say_the_critical_law(mvcont):
    code, out, _ = mvcont("rates", "kuramoto", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["critical"][0]["constant"] == pytest.approx(2**0.5, rel=1e-14)


def test_connections(mvcont, tmp_path):
    code, out, err = mvcont("connections", "bimodal", "--m", 1.3, "--kappa", 1.8, "-o", "here")
    assert (code, err) == (0, "")
    assert "uniform → branch 0" in out
    assert "branch 0 → branch 1" in out
    assert "no contradiction" in out
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == [f"connections.{e}" for e in ENDINGS]
    document = json.loads((tmp_path / "here" / "connections.json").read_text())
    assert {(edge["start"], edge["end"]) for edge in document["connections"]} == {
        ("uniform", "branch 0"), ("branch 0", "branch 1")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("flow", "kuramoto", "--kappa", -1, "--time", 3), "kappa = -1.0 is not allowed"),
        (("flow", "kuramoto", "--kappa", "inf", "--time", 3), "noise-free"),
        (("flow", "kuramoto", "--kappa", 3, "--time", -3), "t = -3.0 is not allowed"),
        (("flow", "kuramoto", "--kappa", 3, "--time", "soon"), "'soon' is not a number"),
        (("flow", "kuramoto", "--kappa", 3), "--time"),
        (("flow", "kuramoto", "--kappa", 3, "--time", 3, "--initial", "a"), "--initial = 'a'"),
        (("flow", "kuramoto", "--kappa", 3, "--time", 3, "--initial", "0.9,-0.9"), "not a density"),
        (("flow", "kuramoto", "--kappa", 3, "--time", 3, "--n-modes", 0), "--n-modes = 0"),
        (("rates", "kuramoto", "--kappa", 0), "kappa = 0.0"),
        (("rates", "kuramoto", "--count", 0), "--count = 0"),
        (("rates", "kuramoto", "--kappa-max", -1), "--kappa-max = -1"),
        (("connections", "kuramoto", "--kappa", "nan"), "kappa = nan"),
        (("connections", "kuramoto"), "--kappa"),
        (("connections", "nothing", "--kappa", 2), "nothing"),
    ],
)
def test_bad_input_is_one_line(mvcont, tmp_path, arguments, words):
    code, out, err = mvcont(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_critical_figure_shows_both_laws():
    ps = (potentials.kuramoto(), potentials.bimodal(0.5))
    laws = [branches.critical_rate(p, 1) for p in ps]
    flows = [branches.flow(p, law.kappa, [0.3], np.logspace(0, 6, 13)) for p, law in zip(ps, laws, strict=True)]
    page = critical_figure(laws, flows)
    solid, dashed = page.axes[0].lines[2].get_ydata(), page.axes[0].lines[3].get_ydata()
    assert solid[-1] == pytest.approx(dashed[-1], rel=2e-3)
    with pytest.raises(ValueError, match="belongs to"):
        critical_figure(laws, flows[::-1])


def test_gap_panel_in_the_figure_of_a_diagram():
    from branches.figures.diagram_figure import figure

    diagram = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5)
    with_gap, without = figure(diagram, panels=("heights", "free energy", "densities", "gap")), figure(diagram)
    assert len(with_gap.axes) == len(without.axes) + 1
    assert any("spectral gap" in ax.get_ylabel() for ax in with_gap.axes)
