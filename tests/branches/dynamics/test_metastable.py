"""Multi-peak states, the rates at which they are left, and the barriers between states."""

import numpy as np
import pytest

import branches
from branches import potentials
from branches.dynamics.metastable import metastable_table, multi_peak_states
from branches.landscapes.barriers import barriers
from branches.landscapes.landscape import landscape


def scaled(beta):
    return potentials.noisy_transformer(beta, scaled=True)


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
    assert (uniform.state.n_fold, uniform.to, cluster.to) == (0, cluster.state, uniform.state)
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
