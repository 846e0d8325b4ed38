"""Very many modes: clusters to start from, folds, iterations, memory, counts, and what cannot be done said in time."""

import tracemalloc

import numpy as np
import pytest
from helpers import digits

import branches
from branches import potentials
from branches.spaces.circle import Dihedral, even_block
from branches.states.clusters import clustered_state
from branches.states.lanczos import count_above_one
from branches.states.morse_index import block_spectrum, large_count, morse_index
from branches.states.second_variation import compact_operator
from branches.states.selfconsistent import SelfConsistentSystem, require_memory
from continuation import Settings, follow
from continuation.stepping.corrector import tangent_at
from continuation.stepping.stepper import Base, stride

NARROW = potentials.hegselmann_krause(0.01)  # a cluster of width 1e-3: 2^15 modes


def fold_at(potential, kappa, size):
    """The fold at which the cluster of a coupling dissolves."""
    system = SelfConsistentSystem(potential, Dihedral(1), size, kappa_scale=kappa)
    start = clustered_state(potential, kappa, size)
    (fold,) = follow(system, start, kappa, direction=-1, p_min=0.8 * kappa, p_max=1.01 * kappa).folds
    assert fold.residual <= 1e-12
    return fold


def base_of(potential, kappa, size):
    """Where a step leaves from, and its equations."""
    system = SelfConsistentSystem(potential, Dihedral(1), size, kappa_scale=kappa)
    x = np.append(clustered_state(potential, kappa, size), 1.0)
    tangent, solver = tangent_at(system, x, -np.eye(1, x.size, size)[0])
    return Base(system, x, tangent, 0.0, sign=solver.sign)


# ---- clusters


@pytest.mark.parametrize("peaks", [1, 2, 3])
def test_a_cluster_solves_the_self_consistency_equations(peaks):
    potential, kappa = potentials.hegselmann_krause(0.1), 3000.0
    a = clustered_state(potential, kappa, 2**13, peaks)
    modes = np.flatnonzero(a) + 1
    assert not np.any(modes % peaks)
    system = SelfConsistentSystem(potential, Dihedral(1), 2**13)
    assert np.max(np.abs(system.residual(a, kappa))) <= 1e-12


def test_repulsive_modes_are_damped():
    weights = np.zeros(256)
    weights[:4] = 1.0
    weights[4:12] = -0.5
    a = clustered_state(potentials.from_weights(weights), 9.0, 256)
    system = SelfConsistentSystem(potentials.from_weights(weights), Dihedral(1), 256)
    assert a[0] > 0.5
    assert np.max(np.abs(system.residual(a, 9.0))) <= 1e-12


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((potentials.hegselmann_krause(0.1), 500.0, 2**12), "does not hold a narrow cluster"),
        ((potentials.kuramoto(), -1.0, 64), "kappa = -1.0"),
        ((potentials.kuramoto(), 4.0, 64, 40), "peaks = 40"),
    ],
)
def test_bad_clusters(arguments, words):
    with pytest.raises(ValueError, match=words):
        clustered_state(*arguments)


def test_a_branch_through_a_cluster():
    potential = potentials.hegselmann_krause(0.1)
    a = clustered_state(potential, 1100.0, 2**12)
    branch = branches.trace_from(potential, a, 1100.0, direction=-1, kappa_max=1100.0, kappa_min=1000.0, n_modes=2**12)
    assert digits(branch.folds[0].kappa, 1030.02730884054) >= 12


# ---- folds, steps, iterations, memory


def test_a_fold_does_not_move_with_the_size():
    potential = potentials.noisy_transformer(1e4, scaled=True)
    coarse, fine = (fold_at(potential, 1.1e5, 2**k) for k in (11, 13))
    assert digits(coarse.p, fine.p) >= 12
    assert digits(coarse.p, 104000.87296134) >= 12


@pytest.mark.slow
def test_a_fold_at_131072_modes():
    potential = potentials.hegselmann_krause(0.004)
    coarse, fine = (fold_at(potential, 9.2e5, 2**k) for k in (16, 17))
    assert digits(coarse.p, fine.p) >= 10
    assert digits(coarse.u[0], fine.u[0]) >= 9


def test_a_fold_by_tangent_steps(monkeypatch):
    """Where the coefficients of a series would take too much memory, tangent steps find the same fold."""
    monkeypatch.setattr("branches.states.selfconsistent.SERIES_MEMORY", 2.0**18)
    system = SelfConsistentSystem(potentials.noisy_transformer(1e4, scaled=True), Dihedral(1), 2**11)
    assert system.expansion(np.zeros(2**11), 1.0) is None
    assert digits(fold_at(system.potential, 1.1e5, 2**11).p, 104000.87296134) >= 12


@pytest.mark.parametrize("potential", [NARROW, potentials.noisy_transformer(1e4, scaled=True)], ids=lambda p: p.name)
def test_products_do_not_grow_with_the_size(potential):
    kappa = 1.5e5
    fine = 2**15 if potential is NARROW else 2**12
    spent = {}
    for size in (fine, 4 * fine):
        base = base_of(potential, kappa, size)
        solver = base.problem.bordered(base.x[:-1], kappa, base.tangent)
        solver.solve(1.0 / np.arange(1, size + 1))
        spent[size] = solver.products
    assert spent[4 * fine] <= spent[fine] + 4
    assert max(spent.values()) <= 24


def test_a_step_works_within_forty_vectors():
    size = 2**15
    base = base_of(NARROW, 1.5e5, size)
    block = 8 * 4 * 256**2  # the dense block and its factors
    tracemalloc.start()
    stride(base, 0.05, Settings())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - block <= 40 * 8 * size


def test_log_type_potential_on_its_vertical_branch():
    size = 2**14
    system = SelfConsistentSystem(potentials.log_gas(1.0), Dihedral(1), size)
    n = np.arange(1, size + 1)
    a = (1.0 - 40.0 / size) ** n
    assert np.max(np.abs(system.residual(a, 2.0))) <= 1e-12
    tangent, solver = tangent_at(system, np.append(a, 1.0), np.append(n * a, 0.0) / np.linalg.norm(n * a))
    assert abs(tangent[-1]) <= 1e-10
    assert solver.products <= 40


# ---- counts


CASES = [
    (potentials.noisy_transformer(4), 1),
    (potentials.noisy_transformer(9), 3),
    (potentials.bimodal(0.6), 2),
    (potentials.hegselmann_krause(1.5), 1),
    (potentials.doi_onsager(), 2),
]


@pytest.mark.parametrize(("potential", "mode"), CASES, ids=lambda value: getattr(value, "label", value))
def test_the_count_without_a_matrix_is_the_dense_one(potential, mode):
    branch = branches.trace(potential, mode, kappa_max=2.2 * potential.onset_coupling(mode), n_modes=160)
    for k in range(2, branch.kappa.size, 9):
        u, kappa = branch.curve.u[k], branch.kappa[k]
        for block in Dihedral(mode).blocks():
            dense = block_spectrum(potential, block, u[None], np.array([kappa]), 128 * mode)
            count, _ = large_count(potential, block, u, kappa)
            assert count.decided
            assert count.least == dense.unstable[0]


@pytest.mark.parametrize("block", Dihedral(3).blocks(), ids=lambda block: f"{block.sector}{block.residue}")
def test_products_are_those_of_the_covariances(block):
    potential = potentials.noisy_transformer(9)
    branch = branches.trace(potential, 3, kappa_max=2.2 * potential.onset_coupling(3), n_modes=150)
    u, kappa = branch.curve.u[-1], branch.kappa[-1]
    operator = compact_operator(potential, block, u, kappa, 90)
    modes = block.modes(90)
    dense = operator.root[:, None] * block.covariance(modes, modes, u[None], u[None])[0] * operator.root
    if operator.rotation is not None:
        assert np.max(np.abs(dense @ operator.rotation - operator.rotation)) <= 1e-13
        projector = np.eye(modes.size) - np.outer(operator.rotation, operator.rotation)
        dense = projector @ dense @ projector
    found = np.array([operator.product(e) for e in np.eye(modes.size)])
    np.testing.assert_allclose(found, dense, atol=1e-13)
    assert abs(operator.trace - np.trace(dense)) <= 1e-12


def test_lanczos_is_certain_or_says_so():
    assert count_above_one(lambda v: v, 0, 0.0).decided
    size = 2000
    spectrum = 5.0 / np.arange(1, size + 1) ** 2
    plain = count_above_one(lambda v: spectrum * v, size, spectrum.sum())
    assert (plain.least, plain.most) == (2, 2)
    twice = np.repeat(spectrum, 2)  # a Krylov space sees one of two equal eigenvalues, the trace both
    assert count_above_one(lambda v: twice * v, 2 * size, twice.sum()).most >= 4
    at_one = np.append(spectrum, 1.0)
    tied = count_above_one(lambda v: at_one * v, size + 1, at_one.sum())
    assert (tied.least, tied.most) == (2, 3)
    blurred = count_above_one(lambda v: spectrum * v, size, spectrum.sum(), neglected=0.5)  # 5/9 may be above 1
    assert (blurred.least, blurred.most) == (2, 3)
    slow = count_above_one(lambda v: 0.5 * v, size, 0.5 * size)
    assert not slow.decided


def test_index_of_a_cluster_with_many_modes():
    kappa = 1.5e5
    a = clustered_state(NARROW, kappa, 2**15)
    index = morse_index(NARROW, Dihedral(1), a[None], np.array([kappa]))
    assert (index.even[0], index.odd[0], index.undecided[0]) == (0, 0, 0)
    pair = clustered_state(NARROW, 2 * kappa, 2**15, peaks=2)[1::2]
    index = morse_index(NARROW, Dihedral(2), pair[None], np.array([2 * kappa]))
    assert index.undecided[0] in (0, 1, 2)  # clusters out of reach attract each other by next to nothing


def test_weights_of_both_signs_stay_undecided():
    weights = np.where(np.arange(1, 2001) % 2, 1.0, -1.0) / np.arange(1, 2001)
    assert large_count(potentials.from_weights(weights), even_block(1, 0), np.full(9, 0.1), 1.0)[0] is None


# ---- what cannot be done


def test_the_memory_needed_is_said_before_it_is_taken():
    tracemalloc.start()
    with pytest.raises(MemoryError, match=r"n_modes = 100000000000 would need about 3\.2e\+04 GB.*at most n_modes = "):
        clustered_state(potentials.hegselmann_krause(0.1), 3000.0, 10**11)
    assert tracemalloc.get_traced_memory()[1] < 10**6
    tracemalloc.stop()
    require_memory(2**17)


def test_a_tail_that_does_not_decay_is_unresolved():
    """Past its onset the log gas collapses: the branch is vertical, its tail ever longer."""
    branch = branches.trace(potentials.log_gas(1.0), kappa_max=2.5)
    assert branch.status.name == "UNRESOLVED"
    assert branch.kappa.size > 5
    assert branch.residual.max() <= 1e-12


@pytest.mark.parametrize("seed", range(6))
def test_an_operator_of_low_rank_is_counted(seed):
    """The Krylov space is soon invariant; what rounding leaves of it must not be counted again."""
    rng = np.random.default_rng(seed)
    vectors, eigenvalues = np.linalg.qr(rng.standard_normal((5000, 7)))[0], rng.uniform(0.0, 2.0, 7)
    count = count_above_one(lambda v: vectors @ (eigenvalues * (vectors.T @ v)), 5000, float(eigenvalues.sum()))
    assert count.least == count.most == np.count_nonzero(eigenvalues > 1.0)
