"""Multi-peak states, the rates at which they are left, and the barriers between states."""

import numpy as np
import pytest

import branches
from branches import potentials
from branches.landscapes.barriers import barriers
from branches.landscapes.growth import growth_rates
from branches.landscapes.landscape import landscape
from branches.landscapes.metastable import metastable_table, multi_peak_states


def scaled(beta):
    return potentials.noisy_transformer(beta, scaled=True)


def _evolved(state, perturbation, time, steps):
    """Integrate the flow in complex Fourier modes by exponential Euler–Runge–Kutta steps; no linearisation."""
    size = state.a.size
    n = np.arange(-size, size + 1)
    g = np.zeros(2 * size + 1)
    g[size + 1 :] = state.potential.weights(size)
    g[:size] = g[:size:-1]
    c = np.concatenate([state.a[::-1], [1.0], state.a]).astype(complex)
    c[size + 1 :] += perturbation
    c[:size] += np.conj(perturbation[::-1])
    h = time / steps
    decay = np.exp(-(n**2) * h / state.kappa)

    def drift(x):
        return 0.5 * n * np.convolve(n * g * x, x)[size : 3 * size + 1]

    for _ in range(steps):
        middle = decay * (c + h * drift(c))
        c = decay * (c + 0.5 * h * drift(c)) + 0.5 * h * drift(middle)
    return c[size + 1 :]


@pytest.mark.parametrize("sector", ["even", "odd"])
def test_growth_rate_is_that_of_the_flow(sector):
    """The mode-2 state of m = 0.6 below its pitchfork is unstable in both: integrated in time, not linearised."""
    state = branches.trace(potentials.bimodal(0.6), mode=2, kappa_max=4).at_kappa(3.6)[0]
    rates = growth_rates(state)[0 if sector == "even" else 1]
    assert rates[0] > 0
    start = np.zeros(state.a.size, dtype=complex)
    start[0] = 1e-8 * (1.0 if sector == "even" else 1j)
    time = 3.0 / (rates[0] - rates[1])
    first, later = (abs(_evolved(state, start, at * time, int(400 * at * time))[0]) for at in (3.0, 3.5))
    assert np.log(later / first) / (0.5 * time) == pytest.approx(rates[0], rel=1e-3)


def test_signs_of_the_rates_are_the_morse_index():
    traced = branches.diagram(potentials.bimodal(0.6), kappa_max=4.5)
    checked = 0
    for branch in traced.branches:
        for kappa in (2.6, 3.5, 4.4):
            for state in branch.at_kappa(kappa):
                even, odd = growth_rates(state)
                assert (np.count_nonzero(even > 0), np.count_nonzero(odd > 0)) == state.index
                checked += 1
    assert checked >= 5


def test_single_peak_is_stable_and_others_are_left_exponentially_slowly():
    """β = 10, 30: the rate at which two peaks are left falls by orders of magnitude, and stays positive."""
    rows = metastable_table(scaled, [5.0, 10.0, 30.0], peaks=3).rows
    rates = [row[1].growth for row in rows]
    assert all(row[0].state.stable and row[0].growth < 0 for row in rows)
    assert rates[0] > 5 * rates[1] > 0
    assert rates[1] > 50 * rates[2] > 0
    assert [row[1].slow for row in rows] == [False, False, True]


def test_more_peaks_are_stationary_at_larger_beta():
    counts = metastable_table(scaled, [3.0, 10.0, 30.0], peaks=6).counts
    assert [n for n, _ in counts] == [2, 3, 6]
    for row in metastable_table(scaled, [30.0], peaks=6).rows:
        energies = [entry.state.free_energy for entry in row]
        assert energies == sorted(energies)  # fewer peaks, lower energy
        assert all(entry.state.residual < 1e-12 for entry in row)


def test_folded_state_is_the_single_peak_of_the_folded_potential():
    """Kuramoto's exact family in mode 3: a_{3k} = I_k(z)/I_0(z) at κ g₃ = 4, z = 3.3258480990…"""
    (three,) = (e for e in multi_peak_states(potentials.harmonics({3: 1.0}), 4.0, peaks=4) if e.peaks == 3)
    assert three.state.a[2] == pytest.approx(0.83146202475425697076, abs=1e-14)
    assert three.state.a[5] == pytest.approx(0.5, abs=1e-14)
    assert three.state.free_energy == pytest.approx(-0.470215442331190907, abs=1e-14)


def test_barrier_is_the_saddle_of_the_fold():
    """Between fold and onset the only saddle is the unstable half of the branch: β = 4, κ = 0.4."""
    potential, kappa = potentials.noisy_transformer(4), 0.4
    result = landscape(branches.diagram(potential, kappa_max=0.5))
    cluster, uniform, saddle = barriers(result.states(kappa))
    upper = [s for s in result.diagram.branches[0].at_kappa(kappa) if s.index == (1, 0)]
    assert cluster.saddle.free_energy == pytest.approx(upper[0].free_energy, abs=1e-14)
    assert upper[0].free_energy > 7e-4
    assert cluster.height == pytest.approx(upper[0].free_energy - cluster.state.free_energy, abs=1e-14)
    assert (uniform.state.period, uniform.to, cluster.to) == (0, cluster.state, uniform.state)
    assert (saddle.height, saddle.to) == (0.0, cluster.state)


def test_a_lone_stable_state_has_no_known_saddle():
    result = landscape(branches.diagram(potentials.kuramoto(), kappa_max=4))
    lowest, uniform = barriers(result.states(3.0))
    assert (lowest.height, lowest.saddle, uniform.height) == (np.inf, None, 0.0)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="coupling must be > 0"):
        multi_peak_states(potentials.kuramoto(), 0.0)
    with pytest.raises(ValueError, match="peaks"):
        multi_peak_states(potentials.kuramoto(), 3.0, peaks=0)
