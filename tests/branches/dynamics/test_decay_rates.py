"""Decay rates: published values, the flow itself, the Morse index of every state, closing at folds and onsets."""

import numpy as np
import pytest
from helpers import digits, full_flow_jacobian
from hypothesis import given, settings
from hypothesis import strategies as st

import branches
from branches import potentials
from branches.dynamics.gap import fold_closing, uniform_gap
from branches.dynamics.vector_field import FullField


def state_near(branch_or_diagram, kappa, first, mode=1):
    """Return the state at a coupling whose moment of a mode has a given size."""
    states = branch_or_diagram.at_kappa(kappa)
    return min(states, key=lambda state: abs(abs(state.a[mode - 1]) - first))


@pytest.fixture(scope="module")
def bimodal():
    return branches.diagram(potentials.bimodal(1.3), kappa_max=2.3)


def test_kuramoto():
    found = branches.decay_rates(branches.trace(potentials.kuramoto(), kappa_max=4.5).at_kappa(4.0)[0])
    for rate, reference in zip(found.even, (0.574124209509, 1.24696239693, 2.59792192298), strict=False):
        assert digits(rate, reference) > 10.9
    for rate, reference in zip(found.odd, (1.31860229676, 2.60033639270), strict=False):
        assert digits(rate, reference) > 10.9


def test_transformer_cluster_and_saddle():
    saddle, cluster = branches.trace(potentials.noisy_transformer(4), kappa_max=0.5).at_kappa(0.4)
    assert digits(cluster.a[0], 0.739920324021) > 11
    rates = branches.decay_rates(cluster)
    assert digits(rates.even[0], 0.520466140645) > 10.9
    assert digits(rates.even[1], 6.51386018243) > 10.9
    assert digits(rates.odd[0], 5.11254376275) > 10.9
    rates = branches.decay_rates(saddle)
    assert digits(rates.even[0], -0.102044245966) > 10.9
    assert digits(rates.even[1], 3.73264156092) > 10.9
    assert digits(rates.odd[0], 3.71461788403) > 10.9


@pytest.mark.parametrize(
    ("mode", "moment", "even", "odd"),
    [
        (1, 0.898601460012, 0.050033374583491, 2.2862684092919),  # 40-digit eigenvalues of the plain flow matrix
        (2, 0.696414309825, -0.0331613439732, 1.48717215148),
        (1, 0.193191829194, -0.822697242828, -0.815311967275),
    ],
)
def test_bimodal(bimodal, mode, moment, even, odd):
    state = state_near(bimodal, 2.2, moment, mode)
    assert digits(abs(state.a[mode - 1]), moment) > 11
    rates = branches.decay_rates(state)
    assert digits(rates.even[0], even) > 10
    assert digits(rates.odd[0], odd) > 10


def test_rates_are_eigenvalues_of_the_linearised_flow():
    """The plain Fourier matrix of the flow, dense and not symmetric: same spectrum, and the rotation's zero besides."""
    state = branches.trace(potentials.hegselmann_krause(2.0), kappa_max=2.0).at_kappa(1.7)[0]
    size = state.a.size
    values = np.linalg.eigvals(full_flow_jacobian(state.potential.weights(size), state.a, state.kappa))
    assert np.max(np.abs(values.imag)) < 1e-6
    expected = np.sort(-values.real)
    expected = np.delete(expected, np.argmin(np.abs(expected)))
    found = branches.decay_rates(state, 8).rates
    assert found == pytest.approx(expected[:8], abs=1e-7)


def test_directions_are_eigenvectors_of_the_flow(bimodal):
    state = state_near(bimodal, 2.2, 0.898601460012)
    for block in branches.decay_rates(state).blocks:
        size = max(state.a.size, block.directions.shape[1])
        field = FullField(state.potential, state.kappa, 1, size)
        jacobian = field.jacobian(0.0, field.pack(np.pad(state.a, (0, size - state.a.size)).astype(complex)))
        for rate, direction in zip(block.rates[:3], block.directions, strict=False):
            v = field.pack(np.pad(direction, (0, size - direction.size)))
            assert np.max(np.abs(jacobian @ v + rate * v)) < 1e-8 * np.max(np.abs(v))


@pytest.mark.parametrize(
    ("potential", "kappa_max", "couplings"),
    [
        (potentials.bimodal(0.6), 4.5, (2.6, 3.5, 4.4)),
        (potentials.bimodal(1.3), 2.3, (1.56, 1.8, 2.2)),
        (potentials.noisy_transformer(4), 0.9, (0.39, 0.6, 0.85)),
        (potentials.doi_onsager(), 10.0, (6.0, 9.0)),
        (potentials.hegselmann_krause(1.0), 12.0, (5.0, 11.0)),
        (potentials.harmonics({1: -0.5, 2: 1.0, 3: 0.8}), 6.0, (2.5, 5.5)),
    ],
    ids=lambda value: value.label if hasattr(value, "label") else None,
)
def test_negative_rates_are_the_morse_index(potential, kappa_max, couplings):
    """On every state of the diagram: two matrices that have nothing in common."""
    diagram = branches.diagram(potential, kappa_max=kappa_max)
    checked = 0
    for kappa in couplings:
        for state in diagram.at_kappa(kappa):
            if state.undecided:
                continue
            found = branches.decay_rates(state)
            even = sum(block.unstable for block in found.blocks if block.sector == "even")
            assert (even, found.unstable - even) == state.index
            assert found.undecided == 0
            checked += 1
    assert checked >= 1


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(-0.6, 0.6), min_size=3, max_size=3), st.floats(1.1, 3.0))
def test_negative_rates_are_the_morse_index_of_random_potentials(g, ratio):
    potential = potentials.harmonics({1: 1.0, 2: g[0], 3: g[1], 4: g[2]})
    for state in branches.trace(potential, kappa_max=2.0 * ratio).at_kappa(0.98 * 2.0 * ratio):
        if not state.undecided:
            assert branches.decay_rates(state).unstable == sum(state.index)


def test_deep_wells_keep_their_tiny_rates():
    """β = 12 at twice its onset: two clusters hop at 3.27·10⁻⁵ beside rates of 10³; the index knows the sign."""
    potential = potentials.noisy_transformer(12)
    kappa = 2 * potential.onset_coupling(1)
    state = branches.trace(potential, mode=2, kappa_max=1.05 * kappa).at_kappa(kappa)[0]
    rates = branches.decay_rates(state)
    assert state.index == (1, 1)
    assert rates.unstable == 2
    assert rates.even[0] < -10 < rates.odd[0] < -1e-5


def test_uniform_state():
    diagram = branches.diagram(potentials.bimodal(1.3), kappa_max=2.3)
    from branches.dynamics.arrival import named_states

    rates = branches.decay_rates(named_states(diagram, 2.2)["uniform"])
    exact = np.sort([n**2 * (1 / 2.2 - {1: 1.0, 2: 1.3}.get(n, 0.0) / 2) for n in range(1, 9)])
    assert rates.even == pytest.approx(exact, rel=1e-14)
    assert rates.odd == pytest.approx(exact, rel=1e-14)
    assert rates.unstable == 4
    assert uniform_gap(potentials.bimodal(1.3), np.array([2.2]))[0] == pytest.approx(exact[0], rel=1e-14)


def test_at_the_onset_itself_nothing_is_decided():
    from branches.states.at_coupling import uniform_state

    rates = branches.decay_rates(uniform_state(potentials.kuramoto(), 2.0))
    assert (rates.unstable, rates.undecided) == (0, 2)


def test_a_state_without_an_axis():
    """Published states: index 3 at g = (1, 1, 1, 1), κ = 4; the global minimiser at g = (−0.9, 0, 1, 1), κ = 8."""
    four = potentials.harmonics({1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0})
    state = branches.noneven_state(four, 4.0, [0.43, 0.44j, 0.23, -0.43j])
    assert digits(state.free_energy, -0.427182668713) > 11
    assert abs(state.c[0]) == pytest.approx(0.43212178029, abs=1e-11)
    rates = branches.decay_rates(state)
    assert (rates.unstable, rates.undecided, rates.even.size) == (3, 0, 0)
    size = state.c.size
    field = FullField(four, 4.0, 1, size)
    values = np.sort(-np.linalg.eigvals(field.jacobian(0.0, field.pack(state.c))).real)
    values = np.delete(values, np.argmin(np.abs(values)))
    assert rates.rates[:6] == pytest.approx(values[:6], abs=1e-8)
    repulsive = potentials.harmonics({1: -0.9, 3: 1.0, 4: 1.0})
    lowest = branches.noneven_state(repulsive, 8.0, [0.46988, 0.0, 0.7959 * np.exp(0.25j), 0.79854])
    assert digits(lowest.free_energy, -2.463395621027) > 12
    assert lowest.stable


def test_the_gap_closes_at_a_fold_like_a_square_root():
    """κ'' and the constant for β = 4: 3.37739462; μ² is linear in κ up to √."""
    branch = branches.trace(potentials.noisy_transformer(4), kappa_max=0.5)
    fold = branch.folds[0]
    constant = fold_closing(branch.potential, fold)
    assert digits(constant, 3.37739462) > 8
    for distance, tolerance in ((1e-6, 6e-3), (1e-8, 6e-4)):
        lower, upper = (branches.decay_rates(s).even[0] for s in branch.at_kappa(fold.kappa + distance))
        assert lower == pytest.approx(-constant * distance**0.5, rel=tolerance)
        assert upper == pytest.approx(constant * distance**0.5, rel=tolerance)
        assert 0.5 * (upper - lower) == pytest.approx(constant * distance**0.5, rel=10 * distance**0.5 * tolerance)


@pytest.mark.parametrize("ratio", [2, 4])
def test_the_gap_opens_at_an_onset_twice_or_four_times_as_fast(ratio):
    potential = potentials.kuramoto() if ratio == 2 else potentials.bimodal(0.5)
    law = branches.critical_rate(potential, 1)
    assert law.closing == ratio
    kappa = 2.0 * (1 + 1e-6)
    (state,) = branches.trace(potential, kappa_max=2.5).at_kappa(kappa)
    assert branches.decay_rates(state).gap / (0.5 - 1 / kappa) == pytest.approx(ratio, rel=5e-3)


def test_gap_along_a_branch():
    branch = branches.trace(potentials.noisy_transformer(4), kappa_max=0.5)
    gap = branches.spectral_gap(branch)
    assert gap.shape == branch.kappa.shape
    assert np.array_equal(gap[1:] > 0, branch.stable[1:])


def test_bad_input():
    state = branches.trace(potentials.kuramoto(), kappa_max=4).at_kappa(3.0)[0]
    with pytest.raises(ValueError, match="count = 0"):
        branches.decay_rates(state, 0)
    with pytest.raises(ValueError, match="kappa = -1"):
        branches.noneven_state(potentials.kuramoto(), -1.0, [0.1])
    with pytest.raises(ValueError, match="guess of shape"):
        branches.noneven_state(potentials.kuramoto(), 3.0, [np.nan])
    branch = branches.trace(potentials.bimodal(0.6), mode=2, kappa_max=4.5)
    point = next(p for p in branch.special_points if p.kind == "pitchfork")
    with pytest.raises(ValueError, match="kind = 'pitchfork'"):
        fold_closing(branch.potential, point)
