"""The minimum free energy map: kinks, metastable states, and the checks that tell a missing branch."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ive

import branches
from branches import potentials
from branches.diagrams.search.minimise import minimise, random_fields
from branches.landscapes.checks import slope_defect
from branches.landscapes.landscape import landscape

POLAR_FROM_NEMATIC = 1.2549663488385278971  # bimodal m = 2: κ = 2/(1 + I₁(z)/I₀(z)), z = 2κ a₂
M_T, KAPPA_T = 1.634939096861610733, 1.37597046697748128


def digits(value, expected):
    return math.inf if value == expected else -math.log10(abs(value - expected) / abs(expected))


@pytest.fixture(scope="module")
def two_exchanges():
    return landscape(branches.diagram(potentials.bimodal(1.4), kappa_max=2.5))


def test_continuous_then_discontinuous(two_exchanges):
    first, second = two_exchanges.transitions
    assert (first.kind, first.mode, second.kind, second.mode) == ("continuous", 2, "discontinuous", 1)
    assert digits(first.kappa, 2 / 1.4) >= 15
    assert two_exchanges.kinks == (second,)
    assert two_exchanges.consistent


def test_nematic_polar_coexistence_has_equal_energies_by_quadrature(two_exchanges):
    """Both states at the kink, re-evaluated by the integral of ρ log 2πρ on a fine grid: no dual formula."""
    kink = two_exchanges.kinks[0]
    theta = 2 * np.pi * np.arange(4096) / 4096
    energies = []
    for state in kink.states:
        rho = state.density(theta)
        g = state.potential.weights(state.a.size)
        entropy = np.mean(2 * np.pi * rho * np.log(2 * np.pi * rho))
        energies.append(entropy - 0.5 * kink.kappa * np.sum(g * state.a**2))
    assert abs(energies[0] - energies[1]) < 1e-14
    assert energies[0] < -1e-3
    assert kink.jump.interaction > 0.1


def test_continuous_nematic_polar_transition_is_exact():
    result = landscape(branches.diagram(potentials.bimodal(2.0), kappa_max=2.5))
    assert [t.kind for t in result.transitions] == ["continuous", "continuous"]
    assert digits(result.transitions[1].kappa, POLAR_FROM_NEMATIC) >= 12


@pytest.mark.parametrize(("offset", "kind"), [(-5e-3, "discontinuous"), (5e-3, "continuous")])
def test_nematic_polar_tricritical_point_separates_the_kinds(offset, kind):
    result = landscape(branches.diagram(potentials.bimodal(M_T + offset), kappa_max=1.6))
    second = result.transitions[1]
    assert (second.kind, second.mode) == (kind, 1)
    assert second.kappa == pytest.approx(KAPPA_T, rel=5e-3)


def test_free_energy_of_an_exact_family():
    """Kuramoto: a_k = I_k(z)/I_0(z), F = z²/(2κ) − log I_0(z) with z = κ I_1(z)/I_0(z)."""
    result = landscape(branches.diagram(potentials.kuramoto(), kappa_max=5))
    kappa = np.array([0.5, 1.9, 2.5, 4.0, 4.9])
    z = np.where(kappa > 2, kappa, 0.0)
    for _ in range(4000):
        z = kappa * ive(1, z) / ive(0, z)
    expected = z**2 / (2 * kappa) - np.log(ive(0, z)) - z
    assert np.max(np.abs(result.free_energy(kappa) - expected)) < 1e-13


def test_free_energy_is_concave_and_its_slope_that_of_the_minimiser(two_exchanges):
    kappa = np.linspace(0.2, 2.49, 2000)
    f = two_exchanges.free_energy(kappa)
    assert np.max(np.diff(f, 2)) < 1e-14
    state = two_exchanges.minimiser(2.0)
    h = 1e-4
    slope = np.dot([1, -8, 8, -1], two_exchanges.free_energy(2.0 + h * np.array([-2, -1, 1, 2]))) / (12 * h)
    g = state.potential.weights(state.a.size)
    assert slope == pytest.approx(-0.5 * np.sum(g * state.a**2), abs=1e-10)


def test_metastable_states_below_and_above_the_kink():
    result = landscape(branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5))
    assert [s.n_fold for s in result.metastable(0.389)] == [1]
    assert [s.n_fold for s in result.metastable(0.40)] == [0]
    assert result.metastable(0.45) == ()
    assert [s.n_fold for s in result.states(0.40)] == [1, 0, 1]


def test_slope_identity_holds_along_every_branch(two_exchanges):
    assert max(slope_defect(branch) for branch in two_exchanges.diagram.branches) < 1e-13


def test_a_false_weight_breaks_the_slope_identity():
    branch = branches.trace(potentials.bimodal(0.6), kappa_max=3.0)
    wrong = replace(branch, potential=potentials.bimodal(0.61))
    assert slope_defect(wrong) > 1e-4


def test_a_missing_branch_is_noticed_searched_and_found():
    """Without mode 1 the diagram of m = 1.4 lacks the polar state; the nematic one is unstable beyond 1.51."""
    lacking = branches.diagram(potentials.bimodal(1.4), kappa_max=2.5, modes=[2], depth=0)
    result = landscape(lacking)
    assert len(result.diagram.branches) > len(lacking.branches)
    assert "disconnected branches were searched" in result.searched
    assert result.consistent
    assert digits(result.kinks[0].kappa, 1.4955384701033990) >= 12


def test_a_coupling_outside_is_refused(two_exchanges):
    with pytest.raises(ValueError, match="outside the diagram"):
        two_exchanges.free_energy([0.5, 3.0])


def _random_potential(rng):
    """Weights of two to five modes of either sign, at least one attracting clearly."""
    count = int(rng.integers(2, 6))
    g = {n: round(float(rng.normal()), 3) for n in range(1, count + 1)}
    strongest = max(g, key=g.get)
    g[strongest] = abs(g[strongest]) + 0.3
    return potentials.harmonics(g)


def _check_random(seed, starts):
    rng = np.random.default_rng(seed)
    potential = _random_potential(rng)
    first = 2.0 / potential.weights(8).max()
    result = landscape(branches.diagram(potential, kappa_max=2.0 * first))
    kappa = np.linspace(0.3 * first, 2.0 * first, 400)
    f = result.free_energy(kappa)
    assert np.max(np.diff(f, 2)) < 1e-12, potential
    for at in (1.1 * first, 1.9 * first):
        ended = minimise(potential, at, random_fields(rng, starts, 16), iterations=1500)
        assert ended.free_energy.min() > result.free_energy(at) - 1e-10, (potential, at)


@pytest.mark.parametrize("seed", range(12))
def test_random_potentials_concave_and_nothing_lower(seed):
    _check_random(seed, starts=12)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 220))
def test_many_random_potentials_concave_and_nothing_lower(seed):
    _check_random(seed, starts=50)


@pytest.mark.slow
def test_a_branch_that_a_search_found_in_two_halves_is_no_transition():
    """Brute force finds one smooth minimiser without an axis from 4.6346 to 4.8321, and nothing at 4.7323 between."""
    potential = potentials.from_weights([0.63, -0.745, 0.557, 0.604, 0.0, 0.788])
    found = branches.landscape(branches.diagram(potential, 5.5, search=True))
    window = [t.kappa for t in found.transitions if t.kappa > 4.0]
    assert window == pytest.approx([4.634575203, 4.832134373], abs=1e-8)
