"""Orbits, twins and isotropy blocks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import branches
from branches import potentials
from branches.spaces.circle import EVEN, Dihedral
from branches.spaces.isotropy import same_orbit


def rotated(a, angle):
    """Cosine and sine moments of a rotated even state: the sines vanish for special angles only."""
    n = np.arange(1, len(a) + 1)
    return a * np.cos(n * angle), a * np.sin(n * angle)


@given(st.integers(1, 5), st.integers(0, 1000))
def test_twin_is_the_rotation_by_pi_over_the_period(period, seed):
    a = np.zeros(20)
    a[period - 1 :: period] = np.random.default_rng(seed).uniform(0.1, 1, len(a[period - 1 :: period]))
    cosines, sines = rotated(a, np.pi / period)
    np.testing.assert_allclose(Dihedral(period).twin(a), cosines, atol=1e-14)
    np.testing.assert_allclose(sines, 0.0, atol=1e-14)  # the twin is even again
    assert EVEN.of_state(a).n_fold == period
    assert same_orbit(EVEN, a, 1.5, Dihedral(period).twin(a), 1.5)
    np.testing.assert_array_equal(EVEN.canonical(Dihedral(period).twin(a)), a)


def test_different_states_and_couplings_are_told_apart():
    a = np.array([0.5, 0.3])
    assert not same_orbit(EVEN, a, 1.0, a, 1.001)
    assert not same_orbit(EVEN, a, 1.0, np.array([0.5, -0.3]), 1.0)  # not a rotation: mode 2 alone cannot flip
    assert same_orbit(EVEN, np.array([0.0, 0.3]), 1.0, np.array([0.0, -0.3, 0.0]), 1.0)
    assert same_orbit(EVEN, np.zeros(3), 2.0, np.zeros(5), 2.0)
    assert EVEN.of_state(np.zeros(4)).n_fold == 0


def test_blocks_cover_every_mode_once_in_each_sector():
    for period in range(1, 9):
        found = Dihedral(period).blocks()
        for sector in ("even", "odd"):
            modes = np.concatenate([block.modes(40) for block in found if block.sector == sector or block.order >= 3])
            assert sorted(modes.tolist()) == list(range(1, 41))
    four = {(block.residue, block.sector): block for block in Dihedral(4).blocks()}
    assert four[2, "even"].breaks_to == Dihedral(2)
    assert four[2, "odd"].order == 2
    assert four[1, "even"].order == 4


def test_the_old_name_of_the_symmetry_still_answers():
    branch = branches.trace(potentials.bimodal(0.6), mode=2, kappa_max=3.5, n_modes=24)
    for record in (branch, branch.at(0.1)):
        with pytest.warns(DeprecationWarning, match="n_fold"):
            assert record.period == record.n_fold == 2
