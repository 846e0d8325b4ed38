"""Exit code 3, and what is said on stderr, where a diagram lacks something that it owes."""

import json

import pytest

import branches.figures.diagram_figure

pytestmark = pytest.mark.usefixtures("no_figure")


@pytest.fixture
def no_figure(monkeypatch):
    def no_figures(diagram, folder, formats):
        return (folder,) * len(formats)

    monkeypatch.setattr(branches.figures.diagram_figure, "save_figure", no_figures)


def test_a_branch_that_stops_gives_code_3(mvcont, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")  # so that no words wrap
    code, out, err = mvcont("diagram", "log-gas", "--strength", 1, "--kappa-max", 3)
    assert code == 3
    assert "half-branches: 1 owed, 0 found, 1 found but stopped, 0 failed, 0 not followed" in out
    assert "onset 1, mode 1: found, stopped at κ = 2: the discretisation cannot resolve" in out
    assert "end 1, stopped: unresolved" in out
    assert err.startswith("mvcont: warning: onset 1: mode 1: stopped at κ = 2")


def test_json_has_the_four_outcomes_and_the_warnings(mvcont):
    code, out, err = mvcont("diagram", "log-gas", "--strength", 1, "--kappa-max", 3, "--json")
    document = json.loads(out)
    account = document["completeness"]
    assert code == 3
    assert [account[key] for key in ("owed", "found", "stopped", "failed", "not_followed")] == [1, 0, 1, 0, 0]
    (half,) = account["half_branches"]
    assert half["outcome"] == "found but stopped"
    assert document["warnings"] == [f"onset 1: mode 1: {half['reason']}"]
    assert "warning" in err
    assert document["special_points"][-1]["kind"] == "stop"


def test_what_is_left_alone_on_purpose_is_no_failure(mvcont):
    code, out, err = mvcont("diagram", "bimodal", "--m", 0.6, "--kappa-max", 4.5, "--depth", 0)
    assert (code, err) == (0, "")
    assert "1 not followed" in out


def test_a_small_truncation_is_said_on_stderr(mvcont, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")  # so that no words wrap
    code, out, err = mvcont("diagram", "kuramoto", "--n-modes", 2)
    assert code == 0
    assert "undecided 1, truncation too small" in out
    assert "mvcont: warning: onset 1: mode 1: neglected modes reach 2.4e-01" in err
    assert "raise n_modes" in err
