"""Found, found but stopped, failed, not followed: what a diagram says of the half-branches it owes."""

from dataclasses import replace

import pytest

import branches
from branches import potentials
from branches.diagrams.completeness import Completeness, HalfBranch, Outcome, stop_of, warning_of
from branches.diagrams.findings import findings
from branches.files.archive import load, save
from branches.files.codec import Decoder, Encoder
from continuation import Status

SAID = "stopped at κ = 2: the discretisation cannot resolve the state"


@pytest.fixture(scope="module")
def log_gas():
    """Vertical branches, of which ever narrower clusters are found until no truncation holds them."""
    return branches.diagram(potentials.log_gas(1.0), kappa_max=3.0)


def test_four_outcomes_are_counted_apart():
    outcomes = ("found", "found", "found but stopped", "failed", "not followed")
    halves = tuple(HalfBranch("onset 1", f"ray {k}", text, reason="why") for k, text in enumerate(outcomes))
    assert {half.outcome for half in halves} == set(Outcome)
    account = Completeness(halves)
    counts = account.owed, account.found, account.stopped, account.failed, account.not_followed, account.lacking
    assert counts == (5, 2, 1, 1, 1, 2)
    assert not account.complete
    assert "5 owed, 2 found, 1 found but stopped, 1 failed, 1 not followed" in str(account)
    with pytest.raises(ValueError, match="lost"):
        HalfBranch("onset 1", "mode 1", "lost")


def test_a_branch_that_runs_back_into_a_resonant_onset_ends_on_it():
    """Weights (0.2, 1, 1, 0.2): modes 1 and 4 share κ = 2/g = 10, and one of their branches comes back to it."""
    d = branches.diagram(potentials.from_weights([0.2, 1.0, 1.0, 0.2]), kappa_max=20.0)
    (back,) = (branch for branch in d.branches if branch.status is Status.SINGULAR)
    assert abs(back.kappa[-1] - 10.0) < 1e-12
    assert abs(back.a[-1]).max() < 1e-12
    assert "loses 2 ranks" in back.message
    assert stop_of(back) == ""
    assert d.completeness.stopped == 0


def test_a_branch_that_stops_is_found_but_stopped(log_gas):
    account = log_gas.completeness
    assert (account.owed, account.found, account.stopped, account.failed) == (1, 0, 1, 0)
    assert not account.complete
    (half,) = account.half_branches
    assert half.outcome is Outcome.STOPPED
    assert half.branch == 0
    assert half.reason.startswith(SAID)
    assert f"onset 1, mode 1: found, {SAID}" in str(account)
    assert log_gas.warnings == (f"onset 1: mode 1: {half.reason}",)
    assert "1 more stopped" in repr(log_gas)


def test_an_archive_keeps_the_outcomes(log_gas, tmp_path):
    again = load(save(log_gas, tmp_path / "log-gas.save"))
    assert again.completeness == log_gas.completeness
    assert again.completeness.half_branches[0].outcome is Outcome.STOPPED
    assert again.warnings == log_gas.warnings


def test_points_of_files_without_the_later_fields_are_read(transformer):
    encoder = Encoder(8)
    (fold,) = transformer.branches[0].folds
    tree = encoder.encode(fold)
    for name in ("undecided_before", "undecided_after"):
        del tree[name]
    assert Decoder(encoder.arrays, []).decode(tree).undecided_before == 0


def test_where_a_branch_stops_is_among_the_findings(log_gas):
    stop = findings(log_gas)[-1]
    assert (stop.kind, stop.shape, stop.branch) == ("stop", "stopped: unresolved", 0)
    assert stop.kappa == log_gas.branches[0].kappa[-1]
    assert stop.amplitude == log_gas.branches[0].a[-1, 0]
    assert stop.stability_change == ""


@pytest.mark.parametrize("status", list(Status))
def test_which_ends_are_stops(transformer, status):
    branch = transformer.branches[0]
    ended = replace(branch, curve=replace(branch.curve, status=status))
    natural = status in (Status.BOUND, Status.EVENT, Status.CLOSED, Status.SINGULAR)
    assert (stop_of(ended) == "") is natural
    assert natural or stop_of(ended).startswith(f"stopped at κ = 0.82: {status.value}")


def test_a_finished_diagram_warns_of_nothing(transformer, bimodal):
    for diagram in (transformer, bimodal):
        assert diagram.warnings == ()
        assert diagram.message == ""
        assert diagram.completeness.complete
        assert all(finding.kind != "stop" for finding in findings(diagram))


def test_an_interrupted_branch_counts_as_stopped():
    def interrupt(origin, done, known):
        raise KeyboardInterrupt

    diagram = branches.diagram(potentials.bimodal(0.6), kappa_max=4.5, progress=interrupt)
    outcomes = [half.outcome for half in diagram.completeness.half_branches]
    assert outcomes == [Outcome.FOUND, Outcome.NOT_FOLLOWED]  # the first was finished when the interrupt came


def test_a_truncation_too_small_is_said():
    """Kuramoto has no bifurcation beyond its onset: with two modes there seems to be one."""
    diagram = branches.diagram(potentials.kuramoto(), kappa_max=4.2, n_modes=2)
    (node,) = (node for node in diagram.nodes if node.kind == "undecided")
    assert node.shape == "truncation too small"
    (finding,) = (finding for finding in findings(diagram) if finding.name == node.name)
    assert finding.stability_change == ""  # these are no states
    (warning,) = diagram.warnings
    assert "what is found there may not exist: raise n_modes" in warning
    assert warning in diagram.message
    (branch,) = diagram.branches
    assert warning == f"onset 1: mode 1: {warning_of(branch)}"
    assert branch.truncation in branch.message


@pytest.mark.parametrize(("n_modes", "said"), [(None, ""), (64, ""), (12, "digits are lost")])
def test_a_truncation_that_holds_the_states_is_not_blamed(n_modes, said):
    diagram = branches.diagram(potentials.kuramoto(), kappa_max=2.5, n_modes=n_modes)
    assert [node.kind for node in diagram.nodes] == ["onset", "end"]
    assert said in diagram.message
    assert bool(diagram.message) is bool(said)
    exact = 1 - 2 / diagram.branches[0].kappa[-1]  # a₂ = 1 − 2/κ
    assert diagram.branches[0].a[-1, 1] == pytest.approx(exact, abs=1e-13 if not said else 1e-6)
