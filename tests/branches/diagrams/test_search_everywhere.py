"""The search in the full space, the index sums, and the account of both: against brute force."""

import brute_force
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import branches
from branches import potentials, search_states, with_disconnected
from branches.diagrams.search.active_moments import ActiveMoments
from branches.diagrams.search.axis_theorems import all_states_even, minimisers_even
from branches.diagrams.search.orbit_deflation import OrbitDeflation
from branches.diagrams.search.resolve import resolved_state
from branches.spaces.cyclic import Cyclic
from branches.spaces.rotations import rotated
from branches.spaces.waves import paired, unpaired
from branches.states.index_sums import index_sums, morse_quotient

PAIRS = (0.796, 0.683, 0.38, 0.95, 0.586)  # four open pairs of states, one of which begins at κ = 4.03


def ours_at(d, g, kappa):
    return [brute_force.full_invariants(np.pad(s.c, (0, g.size))[: g.size]) for s in d.at_kappa(kappa)]


@pytest.mark.parametrize(("g", "kappa"), [((1, 0.2, 0.9), 4.0), (PAIRS, 4.2), ((-0.9, 0, 1, 1), 8.0)])
def test_search_finds_every_state_that_brute_force_finds(g, kappa):
    g = np.array(g, dtype=float)
    found = search_states(potentials.from_weights(g), kappa, seed=3)
    truth = brute_force.full_states_at(g, kappa, np.random.default_rng(5), 300)
    numbers = [brute_force.full_invariants(np.pad(s.c, (0, g.size))[: g.size]) for s in found.states]
    for c in truth:
        here = brute_force.full_invariants(c)
        hits = [s for s, other in zip(found.states, numbers, strict=True) if np.max(np.abs(here - other)) < 1e-7]
        assert len(hits) == 1
        index, margin = brute_force.full_index(g, c, kappa)
        assert margin < 1e-6 or sum(hits[0].index) == index
    assert "rounds in a row found nothing new" in found.ended
    assert found.not_even == sum(isinstance(s.isotropy, Cyclic) for s in found.states)


def test_search_follows_pairs_that_leave_through_the_largest_coupling():
    g = np.array(PAIRS)
    d = with_disconnected(branches.diagram(potentials.from_weights(g), 4.4, depth=1), [4.3])
    folds = [node.kappa for node in d.nodes if node.kind == "fold"]
    assert any(abs(kappa - 4.030293) < 1e-5 for kappa in folds)
    truth = brute_force.full_states_at(g, 4.3, np.random.default_rng(1), 300)
    ours = ours_at(d, g, 4.3)
    assert all(min(np.max(np.abs(brute_force.full_invariants(c) - other)) for other in ours) < 1e-6 for c in truth)


def test_account_separates_what_is_owed_from_what_was_searched():
    d = branches.diagram(potentials.bimodal(1.3), kappa_max=2.6, search=True)
    account = d.completeness
    assert account.owed == account.found
    assert account.sums_satisfied is True
    stops = sorted(node.kappa for node in d.nodes if node.kappa < d.kappa_max)
    for low, high in zip(stops, [*stops[1:], d.kappa_max], strict=True):
        assert high - low < 1e-6 * high or any(low < search.kappa < high for search in account.searches)
    text = str(account)
    assert "index sums (they can refute a list of states, not prove it): satisfied" in text
    assert "from" in text.split("searched at")[1]
    assert "of which there are none: at most two weights" in text


def test_limits_end_the_search_and_say_so():
    d = branches.diagram(potentials.from_weights([1, 0.3, 0.8]), kappa_max=5.0)
    late = with_disconnected(d, [3.0, 4.5], seconds=0.0)
    assert [search.ended for search in late.completeness.searches] == ["the time limit was reached"] * 2
    assert "the time limit was reached" in str(late.completeness)
    short = search_states(d.potential, 4.0, rounds=1)
    assert short.ended == "the limit of rounds was reached"
    assert short.states
    for wrong in ({"rounds": -1}, {"rounds": 1.5}, {"seconds": -1.0}, {"seconds": float("nan")}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            search_states(d.potential, 4.0, **wrong)


def test_modes_that_leave_rays_out_are_told():
    d = branches.diagram(potentials.from_weights([0.5, 1, 1, 1]), kappa_max=4.2, modes=[1])
    assert any("onsets of modes other than 1" in note and "even or not" in note for note in d.completeness.notes)


def test_index_sums_refute_a_list_that_lacks_a_state_of_no_pair():
    potential = potentials.from_weights(list(PAIRS))
    states = search_states(potential, 4.2).states
    assert all(check.satisfied for check in index_sums(potential, 4.2, states))
    for missing in range(len(states)):
        rest = [state for k, state in enumerate(states) if k != missing]
        assert any(check.satisfied is False for check in index_sums(potential, 4.2, rest)), states[missing]


def test_index_sums_need_the_moebius_term():
    potential = potentials.bimodal(1.3)  # the state of period π has one unstable direction of period 2π
    states = branches.diagram(potential, kappa_max=2.3).at_kappa(2.2)
    assert all(check.satisfied for check in index_sums(potential, 2.2, states))
    assert morse_quotient([1, 2, 2]) == (0, 2)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6))
def test_steps_are_newtons_and_turn_with_the_state(seed):
    rng = np.random.default_rng(seed)
    potential = potentials.from_weights(rng.uniform(-0.6, 1.0, int(rng.integers(2, 6))))
    active = ActiveMoments.of(potential, 3.0)
    z = rng.uniform(-0.3, 0.3, (3, 2 * active.modes.size))
    steps, residual = active.newton_steps(z)
    assert np.allclose(np.max(np.abs(z - active.moments(z)), axis=1), residual)
    turn = np.exp(-1j * 0.7 * active.modes)
    turned, _ = active.newton_steps(paired(unpaired(z) * turn))
    assert np.allclose(unpaired(turned), unpaired(steps) * turn, atol=1e-8 * (1 + np.max(np.abs(steps))))
    assert np.allclose(active.invariants(paired(np.conj(unpaired(z) * turn))), active.invariants(z), atol=1e-10)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6))
def test_deflation_has_the_gradient_of_its_factor(seed):
    rng = np.random.default_rng(seed)
    deflation = OrbitDeflation(np.array([1, 2, 3]), angles=240)
    states = rng.uniform(-0.5, 0.5, (2, 6))
    for state in states:
        deflation.add(state)
    members = [unpaired(s) for s in states] + [np.conj(unpaired(s)) for s in states] + [np.zeros(3)]

    def log_factor(z):
        angles = 2 * np.pi * np.arange(720) / 720
        turns = np.exp(-1j * np.outer(angles, [1, 2, 3]))
        squares = [np.min(np.sum(np.abs(unpaired(z) - m * turns) ** 2, axis=1)) for m in members]
        return float(sum(np.log(1 + 1 / s) for s in squares))

    z = rng.uniform(-0.5, 0.5, 6)
    gradient = deflation.gradient(z[None])[0]
    differences = [(log_factor(z + h) - log_factor(z - h)) / 2e-4 for h in 1e-4 * np.eye(6)]
    assert np.linalg.norm(gradient - differences) < 1e-2 * (1 + np.linalg.norm(differences))


def test_states_are_resolved_in_the_class_of_their_symmetry():
    potential = potentials.from_weights([1, 1, 1, 1])
    two = resolved_state(potential, 3.0, rotated(np.array([0, 0.8, 0, 0.5], dtype=complex), 0.4))
    assert two.isotropy.group == "D_2"
    assert resolved_state(potential, 1.0, np.array([0.1, 0.02j])) is None


def test_what_is_proved_of_axes():
    assert all_states_even(potentials.bimodal(-0.7))
    assert not all_states_even(potentials.from_weights([1, 1, 1]))
    assert minimisers_even(potentials.noisy_transformer(4))
    assert not minimisers_even(potentials.from_weights([0.5, -0.2, 1]))
    found = search_states(potentials.from_weights([0, -0.8, 0.9]), 12.0)
    assert found.not_even == 0
