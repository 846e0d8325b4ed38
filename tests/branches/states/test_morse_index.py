"""Morse indices against the spectra they stand for, with weights of either sign."""

import numpy as np
import pytest
from helpers import full_flow_jacobian

import branches
from branches import potentials
from branches.spaces.circle import Dihedral
from branches.states.morse_index import block_index, morse_index, uniform_index


def covariances(a, size):
    n = np.arange(1, size + 1)
    full = np.concatenate([[1.0], a, np.zeros(2 * size)])
    difference, total = full[np.abs(n[:, None] - n)], full[n[:, None] + n]
    return 0.5 * (difference + total) - np.outer(a[:size], a[:size]), 0.5 * (difference - total)


def counted_directly(g, a, kappa, size=160):
    """#{eig(κCG) > 1} in both sectors, the rotation's eigenvalue 1 removed by its vector."""
    g, a = np.pad(g, (0, size))[:size], np.pad(a, (0, size))[:size]
    cosines, sines = covariances(a, size)
    even = np.linalg.eigvals(kappa * cosines * g)
    odd = np.linalg.eigvals(kappa * sines * g)
    assert max(abs(even.imag).max(), abs(odd.imag).max()) < 1e-6
    odd = np.delete(odd.real, np.argmin(abs(odd.real - 1)))
    return int(np.sum(even.real > 1 + 1e-7)), int(np.sum(odd > 1 + 1e-7))


CASES = [
    (potentials.noisy_transformer(4), 1),
    (potentials.noisy_transformer(4), 2),
    (potentials.noisy_transformer(9), 3),
    (potentials.bimodal(2.0), 2),
    (potentials.bimodal(0.6), 2),
    (potentials.hegselmann_krause(1.5), 1),
    (potentials.doi_onsager(), 2),
    (potentials.from_weights([1.0, -0.5, 0.3, 0.8]), 1),
    (potentials.from_weights([1.0, -0.5, 0.3, 0.8]), 3),
    (potentials.from_weights([-1.0, 1.0, 0.7, -0.2, 0.9]), 2),
]


@pytest.mark.parametrize(("potential", "mode"), CASES, ids=lambda value: getattr(value, "label", value))
def test_index_is_the_count_of_eigenvalues_above_one(potential, mode):
    branch = branches.trace(potential, mode, kappa_max=2.2 * potential.onset_coupling(mode), n_modes=160)
    for k in range(2, branch.kappa.size, 6):
        expected = counted_directly(potential.weights(160), branch.a[k], branch.kappa[k])
        assert tuple(branch.index[k]) == expected, (k, branch.kappa[k])
        assert branch.morse.undecided[k] == 0


@pytest.mark.parametrize(("potential", "mode"), CASES[:7], ids=lambda value: getattr(value, "label", value))
def test_index_is_the_number_of_unstable_eigenvalues_of_the_flow(potential, mode):
    branch = branches.trace(potential, mode, kappa_max=1.8 * potential.onset_coupling(mode), n_modes=64)
    for k in range(3, branch.kappa.size, 11):
        eigenvalues = np.linalg.eigvals(full_flow_jacobian(potential.weights(64), branch.a[k, :64], branch.kappa[k]))
        unstable = int(np.sum(eigenvalues.real > 1e-8))  # the rotation's zero stays below
        assert unstable == branch.index[k].sum()


def test_blocks_together_are_the_whole_space():
    """The block counts of a Z_3 state add up to those of the same state with period 1."""
    potential = potentials.from_weights([0.9, 0.5, 1.0, 0.2, 0.4, 0.3])
    branch = branches.trace(potential, mode=3, kappa_max=6)
    whole = morse_index(potential, Dihedral(1), branch.a, branch.kappa)
    assert np.array_equal(whole.even[1:], branch.morse.even[1:])
    assert np.array_equal(whole.odd[1:], branch.morse.odd[1:])
    assert branch.index.max() > 0


def test_at_a_fold_the_index_is_undecided_not_guessed():
    branch = branches.trace(potentials.noisy_transformer(4), kappa_max=0.8)
    (fold,) = branch.folds
    state = branch.at(fold.arclength)
    assert state.undecided == 1
    assert not state.stable
    assert (fold.kind, branch.special_points[0].index_before, branch.special_points[0].index_after) == (
        "fold",
        (1, 0),
        (0, 0),
    )


def test_uniform_state():
    potential = potentials.bimodal(0.5)  # onsets at 2 and 4
    index = uniform_index(potential, 8, np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert index.even.tolist() == index.odd.tolist() == [0, 0, 1, 1, 2]
    assert index.undecided.tolist() == [0, 2, 0, 2, 0]


def test_slow_decay_of_the_weights_needs_few_modes():
    """The sharp bound decides Doi–Onsager (g ~ 1/n²) with a small block although κ g stays sizeable for long."""
    potential = potentials.doi_onsager()
    branch = branches.trace(potential, mode=2, kappa_max=15)
    for block in Dihedral(2).blocks():
        found = block_index(potential, block, branch.curve.u[1:], branch.kappa[1:])
        assert max(found.largest) <= 256
        assert not found.undecided.any()
