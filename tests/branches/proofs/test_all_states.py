"""All states at one coupling, and the uniform state alone: counts that are known, and what must be refused."""

import math

import numpy as np
import pytest

pytest.importorskip("flint")
from forged import forged, refused
from scipy.special import iv

from branches import potentials
from branches.proofs.enumerate import states_at, uniform_only

FOLD = 0.38706899595204  # transformer β = 4
COUNTS = [
    (potentials.kuramoto(), "1.99", 0),
    (potentials.kuramoto(), "4", 1),
    (potentials.noisy_transformer(4), "0.387", 0),
    (potentials.noisy_transformer(4), "0.3872", 2),
    (potentials.noisy_transformer(4), "0.409", 2),
    (potentials.noisy_transformer(4), "0.41", 1),
    (potentials.noisy_transformer(2), "1.25", 0),
    (potentials.bimodal(0.6), "1.98", 2),
    (potentials.bimodal(0.6), "2.01", 1),
    (potentials.maier_saupe(), "3.99", 0),
    (potentials.maier_saupe(), "4.5", 1),
    (potentials.doi_onsager(), "4.71", 0),
    (potentials.doi_onsager(), "5.654866776461628", 1),
]


@pytest.fixture(scope="module")
def two():
    return states_at(potentials.noisy_transformer(4), "0.4")


@pytest.mark.parametrize(("potential", "kappa", "count"), COUNTS, ids=lambda v: str(v)[:30])
def test_counts_on_both_sides_of_folds_and_onsets(potential, kappa, count):
    certificate = states_at(potential, kappa)
    assert certificate.certified
    assert certificate.proved["count"] == count
    assert certificate.check().ok


def test_the_state_of_kuramoto_is_enclosed_to_eleven_digits():
    low, high = (float(end) for end in states_at(potentials.kuramoto(), "4").proved["a"][0])
    assert low < 0.83146202475425697 < high
    assert high - low < 1e-11


def test_the_nematic_state_of_rods_is_the_published_one():
    low, high = (float(end) for end in states_at(potentials.doi_onsager(), "5.654866776461628").proved["a"][0])
    assert low < 0.6203330760639685 < high
    assert high - low < 1e-3


def test_two_clusters_are_the_states_of_kuramoto_in_the_second_mode():
    g2 = 2 * iv(2, 4.0) / 4
    kappa = 4 / g2  # κ g_2 = 4
    low, high = (float(v) for v in states_at(potentials.harmonics({1: 1.0, 2: g2}), kappa, period=2).proved["a"][0])
    assert low < 0.83146202475425697 < high


@pytest.mark.parametrize("kappa", ["1.4350", "1.4338"])
def test_bounded_confidence_has_two_states_between_fold_and_onset(kappa):
    certificate = states_at(potentials.hegselmann_krause(2), kappa)
    assert certificate.proved["count"] == 2
    assert certificate.check().ok


def test_just_above_the_fold_the_uniform_state_is_not_alone():
    transformer = potentials.noisy_transformer(4)
    assert uniform_only(transformer, FOLD * (1 - 1e-6)).check().ok
    above = uniform_only(transformer, FOLD * (1 + 1e-6))
    assert not above.certified
    assert "there are 2" in above.undecided


def test_a_bound_is_not_carried_over_the_fold():
    certificate = uniform_only(potentials.noisy_transformer(4), "0.387")
    assert refused(forged(certificate, given={"kappa": "0.3871"}))
    assert refused(forged(certificate, proved={"so": "Hence there is no other state at all."}), "so in")


def test_a_word_on_all_minimisers_only_where_all_states_are_meant():
    transformer = potentials.noisy_transformer(4)
    assert "only minimiser" in uniform_only(transformer, "0.387").statement
    assert "minimiser" not in uniform_only(transformer, "0.5", period=2).statement
    assert "states of period 2 pi/2" in uniform_only(transformer, "0.5", period=2).statement


def test_forged_counts_and_places_are_refused(two):
    assert two.check().ok
    assert refused(forged(two, proved={"count": 1}), "count")
    assert refused(forged(two, proved={"a": two.proved["a"][:1]}), "a in")
    low, high = two.proved["a"][0]
    shifted = [[str(float(low) + 1e-9), str(float(high) + 1e-9)], two.proved["a"][1]]
    assert refused(forged(two, proved={"a": shifted}), "a in")
    assert refused(forged(two, given={"kappa": "0.41"}))
    assert refused(forged(two, given={"period": 2}))
    assert refused(forged(two, potential={"parameters": {"beta": "3"}}))
    assert refused(forged(two, given={"period": 1.0}), "integer")


def strips(certificate, **changes):
    """Return a witness with one strip, changed."""
    return {"strips": [certificate.witness["strips"][0] | changes]}


def test_cells_that_are_missing_overlap_or_leave_the_line_are_refused(two):
    edges = list(two.witness["strips"][0]["edges"])
    assert refused(forged(two, witness=strips(two, edges=edges[:-1])), "cover")
    assert refused(forged(two, witness=strips(two, edges=edges[1:])), "cover")
    assert refused(forged(two, witness=strips(two, edges=[*edges[:5], edges[3], *edges[5:]])), "nodes increase")
    assert refused(forged(two, witness=strips(two, edges=[])))
    assert refused(forged(two, witness=strips(two, edges=[edges[0], edges[-1]])))
    assert refused(forged(two, witness=strips(two, edges=["0x1p9999", *edges[1:]])))
    assert refused(forged(two, witness=strips(two, edges=["nan", *edges[1:]])))
    assert refused(forged(two, witness={"strips": []}))


def test_two_strips_must_meet(two):
    strip, middle = two.witness["strips"][0], len(two.witness["strips"][0]["edges"]) // 2
    edges = strip["edges"]
    halves = [strip | {"edges": edges[: middle + 1]}, strip | {"edges": edges[middle:], "steps": [60, 9]}]
    whole = forged(two, witness={"strips": halves[::-1]})
    assert whole.check().ok or "a in" in whole.check().reason  # the same theorem, by two strips
    assert refused(forged(two, witness={"strips": halves[:1]}), "cover")
    gap = halves[1] | {"edges": halves[1]["edges"][1:]}
    assert refused(forged(two, witness={"strips": [halves[0], gap]}), "cover")
    assert refused(forged(two, witness={"strips": [strip, strip]}), "cover")


def test_iterates_from_one_are_needed_to_bound_all_states(two):
    """Without them nothing excludes states above the last bound."""
    assert refused(forged(two, witness=strips(two, steps=[0, 0])), "M y < y")
    assert refused(forged(two, witness=strips(two, steps=[0, -1])), "integer")
    assert refused(forged(two, witness=strips(two, steps=[0, 10**6])), "integer")


def test_states_need_cells_with_signs_on_both_sides(two):
    """Cells around a state taken away: the place is not known so well, or not at all."""
    edges = list(two.witness["strips"][0]["edges"])
    low, high = (float(v) for v in two.proved["a"][0])
    values = [int(m, 16) * 2.0 ** int(e) for m, e in (v.split("p") for v in edges)]
    near = [e for e, v in zip(edges, values, strict=True) if not low - 1e-3 < v < high + 1e-3]
    assert refused(forged(two, witness=strips(two, edges=near)))


def test_too_few_modes_or_bits_never_make_it_true(two):
    for n_modes in (1, 2, 4, 8):
        other = forged(two, n_modes=n_modes)
        result = other.check()
        assert not result.ok or other.proved == two.proved  # another proof of the same words
    assert refused(forged(two, precision=2), "integer")
    assert refused(forged(two, n_modes=0), "integer")


def test_several_states_on_one_first_moment_are_left_undecided():
    """Above the onset of mode 2 the reduced state at a_1 = 0 is not unique."""
    certificate = states_at(potentials.bimodal(2.0), "1.3")
    assert not certificate.certified
    assert "cover" in certificate.undecided
    assert not certificate.check().ok


def test_what_cannot_be_said_is_an_error():
    with pytest.raises(ValueError, match="g_2"):
        states_at(potentials.harmonics({1: 1.0, 2: -0.5}), 2)
    with pytest.raises(ValueError, match="infinite"):
        states_at(potentials.log_gas(1.0), 2)
    with pytest.raises(ValueError, match="period = 3"):
        states_at(potentials.bimodal(1.0), 2, period=3)
    with pytest.raises(ValueError, match="kappa"):
        uniform_only(potentials.kuramoto(), "-1")
    with pytest.raises(ValueError, match="kappa"):
        uniform_only(potentials.kuramoto(), math.nan)


def test_a_greater_state_of_the_engine_is_in_its_bracket(two):
    from branches import trace

    branch = trace(potentials.noisy_transformer(4), kappa_max=0.45)
    found = sorted(float(state.a[0]) for state in branch.at_kappa(0.4))
    assert len(found) == 2
    for value, (low, high) in zip(found, two.proved["a"], strict=True):
        assert float(low) - 1e-12 <= value <= float(high) + 1e-12
    assert np.all(np.diff(found) > 0)
