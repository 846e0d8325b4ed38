"""Whole diagrams: number of folds, and what must be refused about cells, windows and the end of the graph."""

import pytest

pytest.importorskip("flint")
from forged import forged, refused

from branches import potentials
from branches.proofs.graph import diagram

CASES = [
    (potentials.kuramoto(), "2.04", None, 0, "supercritical"),
    (potentials.noisy_transformer(1), "1.8", None, 0, "supercritical"),
    (potentials.noisy_transformer(3), "0.774", None, 1, "subcritical"),
    (potentials.bimodal(0.6), "2.04", None, 1, "subcritical"),
    (potentials.noisy_transformer(4), "1.0", 2, 0, "supercritical"),
    (potentials.maier_saupe(), "4.1", None, 0, "supercritical"),
]


@pytest.fixture(scope="module")
def folded():
    return diagram(potentials.noisy_transformer(4), "0.418")


@pytest.mark.parametrize(("potential", "kappa_max", "period", "count", "shape"), CASES, ids=lambda v: str(v)[:25])
def test_the_number_of_folds_and_the_shape(potential, kappa_max, period, count, shape):
    certificate = diagram(potential, kappa_max, period)
    assert certificate.certified
    assert (certificate.proved["count"], certificate.proved["shape"]) == (count, shape)
    assert certificate.check().ok


@pytest.mark.slow
@pytest.mark.parametrize(("beta", "kappa_max", "count"), [(2, "1.28", 0), (6, "0.0997", 1), (10, "0.00381", 1)])
def test_more_transformers(beta, kappa_max, count):
    certificate = diagram(potentials.noisy_transformer(beta), kappa_max)
    assert certificate.proved["count"] == count
    assert certificate.check().ok


def test_the_fold_of_the_published_value_is_enclosed(folded):
    (a, kappa) = folded.proved["folds"][0]
    assert float(a[0]) == pytest.approx(0.5471279500604, abs=1e-13)
    assert float(kappa[0]) == pytest.approx(0.38706899595204, abs=1e-14)
    assert float(a[1]) - float(a[0]) < 1e-15
    assert float(kappa[1]) - float(kappa[0]) < 1e-15
    assert "two up to K(0)" in folded.statement
    assert folded.check().ok


def without(values, index):
    return [*values[:index], *values[index + 1 :]]


def test_missing_overlapping_and_foreign_cells_are_refused(folded):
    w = folded.witness
    edges, low, high = list(w["edges"]), list(w["low"]), list(w["high"])
    middle = len(low) // 2
    gone = {"edges": without(edges, middle), "low": without(low, middle), "high": without(high, middle)}
    assert refused(forged(folded, witness=gone))
    assert refused(forged(folded, witness={"edges": [*edges[:5], edges[4], *edges[5:]]}))
    assert refused(forged(folded, witness={"edges": edges[1:], "low": low[1:], "high": high[1:]}), "from 0")
    assert refused(forged(folded, witness={"low": low[1:] + low[:1], "high": high[1:] + high[:1]}))
    moved = {"low": list(low), "high": list(high)}
    moved["low"][middle], moved["high"][middle] = high[middle], high[-1]  # a window above K on its cell
    assert refused(forged(folded, witness=moved))
    assert refused(forged(folded, witness={"low": high, "high": low}), "window")


def test_the_end_of_the_graph_is_needed(folded):
    w = folded.witness
    short = {"edges": w["edges"][:-1], "low": w["low"][:-1], "high": w["high"][:-1]}
    strips = [q | {"last": q["last"] - 1} for q in w["strips"]]
    assert refused(forged(folded, witness=short | {"strips": strips}), "every state at kappa_max")
    assert refused(forged(folded, given={"kappa_max": "0.43"}), "kappa_max")
    assert refused(forged(folded, witness={"steps": 1}), "every state at kappa_max")


def test_the_onset_needs_the_third_derivative(folded):
    """A first cell that is too wide, or none at 0."""
    w = folded.witness
    wide = {"edges": [w["edges"][0], *w["edges"][8:]], "low": w["low"][7:], "high": w["high"][7:]}
    strips = [q | {"last": q["last"] - 7} for q in w["strips"]]
    assert refused(forged(folded, witness=wide | {"strips": strips}))


def test_strips_hold_all_windows_and_reach_the_end(folded):
    w = folded.witness
    (strip,) = w["strips"]
    middle = len(w["low"]) // 2
    assert refused(forged(folded, witness={"strips": []}), "strips cover")
    assert refused(forged(folded, witness={"strips": [strip | {"last": middle}]}), "strips cover")
    assert refused(forged(folded, witness={"strips": [strip | {"last": 10**4}]}), "integer")
    assert refused(forged(folded, witness={"strips": [strip, strip]}))
    assert refused(forged(folded, witness={"strips": [strip | {"steps": [0, 0]}]}), "M y < y")
    low, high = strip["kappa"]
    assert refused(forged(folded, witness={"strips": [strip | {"kappa": [w["low"][0], high]}]}), "holds the windows")
    assert refused(forged(folded, witness={"strips": [strip | {"kappa": [low, w["high"][0]]}]}))


def test_a_fold_needs_its_own_point(folded):
    w = folded.witness
    (point,) = w["folds"]
    assert refused(forged(folded, witness={"folds": []}), "K' has a sign")
    assert refused(forged(folded, witness={"folds": [point, point]}))
    assert refused(forged(folded, witness={"folds": [point | {"pivot": 2}]}))
    other = point | {"kappa": w["high"][0]}
    assert refused(forged(folded, witness={"folds": [other]}))
    moved = point | {"a": [point["a"][1], *point["a"][1:]]}
    assert refused(forged(folded, witness={"folds": [moved]}))


def test_forged_claims_are_refused(folded):
    for change in ({"count": 0}, {"count": 2}, {"shape": "supercritical"}, {"folds": []}, {"among": "all densities"}):
        assert refused(forged(folded, proved=change), next(iter(change)))
    (a, kappa) = folded.proved["folds"][0]
    assert refused(forged(folded, proved={"folds": [[a, [kappa[0], kappa[0]]]]}), "folds")
    assert refused(forged(folded, given={"period": 2}))
    assert refused(forged(folded, potential={"parameters": {"beta": "4.1"}}))
    assert refused(forged(folded, n_modes=4))


def test_states_without_a_first_moment_are_excluded_or_it_is_undecided():
    """Bimodal m = 1.2 has two-cluster states from κ₂ = 5/3 on, below κ₁ = 2."""
    certificate = diagram(potentials.bimodal(1.2), "1.8")
    assert not certificate.certified
    assert not certificate.check().ok


def test_two_cluster_states_above_their_onset_end_a_true_graph():
    """Bimodal m = 0.9, κ₂ = 2.22: up to 2.2 there is none with a_1 = 0, up to 2.25 there is."""
    certificate = diagram(potentials.bimodal(0.9), "2.2")
    if certificate.certified:
        assert refused(forged(certificate, given={"kappa_max": "2.23"}))


def test_without_any_state_it_is_an_error():
    with pytest.raises(ValueError, match="alone"):
        diagram(potentials.kuramoto(), "1.9")


def test_ctrl_c_leaves_an_undecided_certificate(monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    certificate = diagram(potentials.kuramoto(), "2.04", progress=interrupt)
    assert certificate.verdict == "undecided"
    assert "interrupted" in certificate.undecided
    assert not certificate.check().ok


def test_progress_runs_to_the_end():
    seen = []
    assert diagram(potentials.kuramoto(), "2.04", progress=lambda done, total: seen.append((done, total))).certified
    assert seen[-1][0] == seen[-1][1]
