"""Not decided is a third answer: neither stable nor unstable is claimed, in no file and no figure."""

import csv
import json

import numpy as np
import pytest

import branches
from branches import potentials
from branches.diagrams.findings import findings
from branches.figures.diagram_figure import plot
from branches.figures.stretches import portraits, stretches
from branches.figures.style import line
from branches.files.json_file import describe
from branches.files.plain import plain
from branches.files.tables import to_csv
from branches.states.at_coupling import uniform_state
from branches.states.stability import Stability, stability_of


@pytest.fixture(scope="module")
def log_gas():
    """At κ = 2 all a_n = rⁿ are stationary with F = 0: neutral along the branch, unstable in no direction."""
    return branches.diagram(potentials.log_gas(1.0), kappa_max=3.0)


@pytest.mark.parametrize(
    ("index", "undecided", "word"),
    [
        ((0, 0), 0, "stable"),
        ((0, 0), 1, "not decided"),
        ((0, 1), 0, "unstable"),
        ((2, 0), 3, "unstable"),
        ((-1, -1), 1, "not decided"),  # not computed
    ],
)
def test_words(index, undecided, word):
    assert stability_of(index, undecided) == word


def test_known_stable():
    assert [each.known_stable for each in Stability] == [True, False, None]


def test_the_vertical_branch_is_not_decided(log_gas):
    branch = log_gas.branches[0]
    moving = branch.a[:, 0] > 0.05
    r = branch.a[moving, :1]
    assert np.allclose(branch.a[moving, :8], r ** np.arange(1, 9), atol=1e-12)
    assert np.abs(branch.kappa - 2.0).max() <= 1e-14
    assert {branch.stability[k] for k in np.flatnonzero(moving)} == {Stability.UNDECIDED}
    assert not branch.stable.any()
    state = branch.at(0.5 * branch.arclength[-1])
    assert (state.stability, state.stable, state.index) == (Stability.UNDECIDED, False, (0, 0))
    assert f"index (0, 0) and {state.undecided} undecided" in repr(state)


def test_its_files_say_so(log_gas, tmp_path):
    points, _ = to_csv(log_gas, tmp_path)
    with points.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["stability"], row["stable"], int(row["undecided"]) > 0) for row in rows} == {("not decided", "", True)}
    document = json.loads(json.dumps(plain(describe(log_gas))))
    (branch,) = document["branches"]
    assert set(branch["stability"]) == {"not decided"}
    assert set(branch["stable"]) == {None}
    assert min(branch["undecided"]) > 0
    (edge,) = (edge for edge in document["edges"] if edge["branch"] == 0)
    assert (edge["stability"], edge["stable"]) == ("not decided", False)


def test_decided_states_are_written_as_before(transformer, tmp_path):
    points, special = to_csv(transformer, tmp_path)
    with points.open(encoding="utf-8", newline="") as file:
        words = {(row["stability"], row["stable"]) for row in csv.DictReader(file) if row["undecided"] == "0"}
    assert words == {("stable", "1"), ("unstable", "0")}
    with special.open(encoding="utf-8", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert [rows["fold 1"][f"stability_{side}"] for side in ("before", "after")] == ["unstable", "stable"]
    for branch in transformer.branches:
        assert [word == "stable" for word in branch.stability] == branch.stable.tolist()


def test_a_side_that_is_not_decided_has_its_word(transformer):
    (fold,) = (finding for finding in findings(transformer) if finding.kind == "fold")
    vars(fold)["undecided"] = (0, 1)
    assert fold.stability_change == "unstable (1, 0) → not decided"
    vars(fold)["undecided"] = (1, 0)  # one direction is unstable beyond doubt
    assert fold.stability_change == "unstable (1, 0) → stable"


def test_it_has_a_line_of_its_own(log_gas):
    styles = [line(word)["linestyle"] for word in Stability]
    assert len(set(styles)) == 3
    (part,) = (part for part in stretches(log_gas) if part.branch == 0)
    assert part.stability is Stability.UNDECIDED
    assert {portrait.stability for portrait in portraits(log_gas)} == {Stability.UNDECIDED}
    ax = plot(log_gas)
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert {"not decided", "stopped"} <= set(texts)
    drawn = [drawn for drawn in ax.get_lines() if drawn.get_xdata().size == part.kappa.size]
    assert [drawn._unscaled_dash_pattern[1] for drawn in drawn] == [line(Stability.UNDECIDED)["linestyle"][1]]


def test_the_uniform_state_at_its_onset_is_not_decided():
    assert uniform_state(potentials.kuramoto(), 2.0).stability is Stability.UNDECIDED
    assert uniform_state(potentials.kuramoto(), 1.9).stability is Stability.STABLE
    assert uniform_state(potentials.kuramoto(), 2.1).stability is Stability.UNSTABLE
