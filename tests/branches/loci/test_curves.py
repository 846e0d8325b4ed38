"""Curves in the plane of a parameter and the coupling: the reference digits from the curves alone."""

import math
from functools import cache

import numpy as np
import pytest

import branches
from branches import potentials
from branches.figures.curves_figure import curves_figure
from branches.landscapes.coexistence import coexistence
from branches.landscapes.landscape import landscape
from branches.loci.coexistence_lines import CoexistenceSystem, coexistence_line
from branches.loci.curve_points import crossings
from branches.loci.curves import curves
from branches.loci.family_weights import FamilyWeights
from branches.loci.fold_lines import fold_line
from branches.loci.onset_lines import onset_lines
from branches.loci.pitchfork_lines import pitchfork_line
from branches.loci.quadratic_family import QuadraticFamily
from branches.spaces.circle import even_block
from continuation import Family, check_problem
from continuation.locus import singular_system

M_E, M_T = 1.267292504257954344, 1.634939096861610733
BETA, R = 2.44691831128904613, 2.13918217377311333


@cache
def bimodal_landscape(m):
    return landscape(branches.diagram(potentials.bimodal(m), kappa_max=1.6))


@cache
def uniform_polar():
    return coexistence_line(potentials.bimodal, coexistence(potentials.bimodal(1.0)), 1.0, 0.3, 2.2)


def first_fold(family, q0):
    return branches.trace(family(q0), kappa_max=1.1 * family(q0).onset_coupling(1)).folds[0]


@cache
def bimodal_folds():
    return fold_line(potentials.bimodal, first_fold(potentials.bimodal, 0.8), 0.8, 0.3, 2.2)


@cache
def nematic_pitchfork():
    (point,) = branches.trace(potentials.bimodal(1.5), mode=2, kappa_max=2.0).special_points
    return pitchfork_line(potentials.bimodal, point, 1.5, 0.3, 2.2)


@cache
def nematic_polar():
    (kink,) = bimodal_landscape(1.45).kinks
    return coexistence_line(potentials.bimodal, kink, 1.45, 0.3, 2.2)


def test_all_derivatives_of_the_coexistence_equations_are_exact():
    rng = np.random.default_rng(0)
    weights = FamilyWeights(potentials.noisy_transformer, 1.0, 6.0)
    system = CoexistenceSystem(weights, ((2, 8), (1, 8)))
    u = np.append(0.4 ** np.tile(np.arange(1.0, 9.0), 2) + 0.05 * rng.standard_normal(16), 1.1)
    assert check_problem(system, u, 3.0)["jacobian"] > 1.9


def test_the_weights_slope_is_that_of_the_family():
    def slopes(beta, n_modes):
        g = potentials.noisy_transformer(beta).weights(n_modes + 1)
        n = np.arange(1, n_modes + 1)
        return g[1:] + (n / beta) * g[:-1] - g[:-1] / beta  # I_n′ = I_{n+1} + (n/β) I_n

    exact = FamilyWeights(potentials.noisy_transformer, 0.5, 12.0, slopes=slopes)
    interpolated = FamilyWeights(potentials.noisy_transformer, 0.5, 12.0)
    for beta in (0.5, 3.0, 12.0):
        assert np.allclose(exact.slope(beta, 20), interpolated.slope(beta, 20), rtol=0, atol=1e-10)
    lines = [
        coexistence_line(
            potentials.noisy_transformer, coexistence(potentials.noisy_transformer(4)), 4.0, 3.0, 5.0, given
        )
        for given in (None, slopes)
    ]
    assert lines[0].coupling(4.5) == pytest.approx(lines[1].coupling(4.5), rel=1e-14)


def test_the_critical_end_point_of_the_bimodal_potential():
    line = uniform_polar()
    (point,) = line.of_kind("critical end point")
    assert abs(point.q - M_E) <= 1e-13
    assert abs(point.kappa - 2 / M_E) <= 1e-13
    assert point.description == "onset of mode 2"
    # the same point from the other side: the nematic state that coexists with the polar one is at its onset
    (again,) = nematic_polar().of_kind("critical end point")
    assert abs(again.q - M_E) <= min(again.error, 1e-11)


@pytest.mark.parametrize(
    ("family", "q0", "low", "high", "exact"),
    [
        (potentials.bimodal, 0.8, 0.3, 1.0, 0.5),
        (potentials.noisy_transformer, 4.0, 0.5, 6.0, BETA),
        (potentials.hegselmann_krause, 1.9, 1.5, math.pi, R),
    ],
)
def test_coexistence_lines_end_in_the_tricritical_point(family, q0, low, high, exact):
    line = coexistence_line(family, coexistence(family(q0)), q0, low, high)
    (point,) = line.of_kind("tricritical")
    assert abs(point.q - exact) <= point.error < 1e-8
    assert abs(point.q - exact) <= 5e-11
    assert abs(point.kappa - family(exact).onset_coupling(1)) <= 1e-10


def test_the_published_couplings_lie_on_the_line():
    line = coexistence_line(potentials.noisy_transformer, coexistence(potentials.noisy_transformer(4)), 4.0, 2.6, 6.0)
    for beta, kappa in ((3, 0.75218776636719), (4, 0.39147510083604), (5, 0.187975826580661)):
        assert line.coupling(beta) == pytest.approx(kappa, rel=3e-14)
    bimodal = uniform_polar()
    assert bimodal.coupling(0.6) == pytest.approx(1.98170352222616, rel=1e-14)


def test_the_coexistence_of_nematic_and_polar_states_ends_in_their_tricritical_point():
    (point,) = nematic_polar().of_kind("tricritical")
    assert abs(point.q - M_T) <= 1.6e-10
    assert abs(point.q - M_T) <= point.error
    assert point.description == "mode 1 merges with mode 2"


@pytest.mark.parametrize(
    ("period", "block"), [(1, None), (2, None), (2, even_block(2, 1)), (3, even_block(3, 1))]
)
def test_the_gradient_is_that_of_the_polarisations(period, block):
    """The exact O(N²) gradient against N polarisations of the Taylor recurrence, and all derivatives of the locus."""
    rng = np.random.default_rng(1)
    family = QuadraticFamily(FamilyWeights(potentials.noisy_transformer, 1.0, 6.0), period, 10, block)
    u = 0.4 ** np.arange(1.0, 11.0) + 0.02 * rng.standard_normal(10)
    if block is None:
        left, right = rng.standard_normal((2, 10))
        expected = Family.gradient(family, u, 1.2, 3.0, left, right)
        assert np.allclose(family.gradient(u, 1.2, 3.0, left, right), expected, rtol=0, atol=1e-12)
    system = singular_system(family, u, 1.2, 3.0)
    observed = check_problem(system, np.append(u, 1.2), 3.0)
    assert min(observed["jacobian"], observed["parameter_derivative"]) > 1.9


@pytest.mark.parametrize(
    ("family", "q0", "low", "high", "exact"),
    [
        (potentials.bimodal, 0.8, 0.3, 1.0, 0.5),
        (potentials.noisy_transformer, 4.0, 1.0, 12.0, BETA),
        (potentials.hegselmann_krause, 1.9, 1.5, math.pi, R),
    ],
)
def test_fold_curves_end_in_the_tricritical_point(family, q0, low, high, exact):
    line = fold_line(family, first_fold(family, q0), q0, low, high)
    (point,) = line.of_kind("tricritical")
    assert abs(point.q - exact) <= max(point.error, 4e-15) < 1e-10
    assert abs(point.q - exact) <= 1e-11
    assert abs(point.kappa - family(exact).onset_coupling(1)) <= 1e-10
    assert point.description == "mode 1 merges with the uniform state"


def test_the_published_folds_lie_on_the_line():
    line = fold_line(potentials.noisy_transformer, first_fold(potentials.noisy_transformer, 4.0), 4.0, 2.6, 6.0)
    for beta, kappa in ((3, 0.75026010610281), (4, 0.38706899595204), (5, 0.184300682955606)):
        assert line.coupling(beta) == pytest.approx(kappa, rel=2e-14)
    assert bimodal_folds().coupling(1.0) == pytest.approx(1.72846021877044, rel=1e-14)


def test_the_polar_folds_end_in_the_nematic_polar_tricritical_point():
    low, high = bimodal_folds().of_kind("tricritical")
    assert abs(low.q - 0.5) <= 1e-11
    assert abs(high.q - M_T) <= 1e-11
    assert high.description == "mode 1 merges with mode 2"


def test_the_pitchfork_line_of_the_bimodal_potential():
    """On it κ = 2 / (1 + a₂) with z = κ m a₂, a₂ = I₁(z) / I₀(z): exact for every m."""
    line = nematic_pitchfork()
    assert abs(line.coupling(2.0) - 1.2549663488385278971) <= 1e-14
    (tricritical,) = line.of_kind("tricritical")
    assert abs(tricritical.q - M_T) <= 1e-13
    assert abs(tricritical.kappa - 1.37597046697748128) <= 1e-13
    (resonance,) = line.of_kind("resonance")
    assert abs(resonance.q - 1.0) <= min(resonance.error, 1e-11)
    assert abs(resonance.kappa - 2.0) <= 1e-11


def with_third_mode(m):
    return potentials.harmonics({1: 1.0, 2: m, 3: 0.6})


def test_a_cusp_of_fold_lines():
    """With g₃ > g₁/3 the branch bends back twice beside m = ½: the two folds merge in a cusp."""
    inner = branches.trace(with_third_mode(0.4), kappa_max=2.2).folds[0]
    line = fold_line(with_third_mode, inner, 0.4, 0.3, 0.9)
    (cusp,) = line.of_kind("cusp")
    (tricritical,) = line.of_kind("unstable tricritical")  # c₄ < 0 for g₃ > g₁/3
    assert abs(tricritical.q - 0.5) <= 1e-11
    # traced branches: the square of the distance of the two folds vanishes at the cusp, smoothly
    beyond = np.array([1.0, 2.0, 3.0, 4.0]) * 2e-4
    squares = []
    for step in beyond:
        first, second = branches.trace(with_third_mode(cusp.q + step), kappa_max=2.2).folds
        squares.append((first.a[0] - second.a[0]) ** 2)
    assert abs(np.roots(np.polyfit(beyond, squares, 3))[-1]) <= 1e-9
    assert not branches.trace(with_third_mode(cusp.q - 1e-6), kappa_max=2.2).folds


def two_and_three(m):
    """States of period 2π/2 (modes 2, 4, 6 as 1, 2, 3) and 2π/3 (modes 3, 6 as 1, 2, a bimodal one)."""
    return potentials.harmonics({1: -5.0, 2: m, 4: 0.8 * m, 3: 1.0, 6: 0.6})


def test_a_line_ends_where_one_of_its_states_does():
    """The state of period 2π/3 folds where the bimodal state does, and the other one has its free energy there."""
    kink = landscape(branches.diagram(two_and_three(0.8), kappa_max=4.0)).kinks[-1]
    line = coexistence_line(two_and_three, kink, 0.8, 0.6, 1.2)
    (point,) = line.of_kind("limit of existence")
    assert abs(point.kappa - 1.97666262196633) <= 1e-13  # published
    assert line.q[-1] == point.q
    assert "folds" in line.message
    with pytest.raises(ValueError, match="no point there"):
        line.coupling(point.q + 0.1)
    third = branches.trace(potentials.bimodal(0.6), kappa_max=2.1)
    alone = potentials.harmonics({1: point.q, 2: 0.8 * point.q, 3: 0.6})
    second = branches.trace(alone, kappa_max=2.5).at_kappa(point.kappa)[-1]
    assert abs(third.at(third.folds[0].arclength).free_energy - second.free_energy) <= 1e-13


def test_the_uniform_state_coexists_up_to_its_onset():
    """Beyond the critical end point it is unstable to mode 2, and the nematic state takes its place."""
    line = uniform_polar()
    assert abs(line.q[-1] - M_E) <= 1e-13
    assert line.message.endswith("towards larger: critical end point")
    with pytest.raises(ValueError, match="no point there"):
        line.coupling(M_E + 0.01)
    assert abs(nematic_polar().coupling(M_E + 1e-7) - 2 / M_E) <= 1e-6


def test_onset_lines_know_their_resonances_and_tricritical_points():
    one, two = onset_lines(potentials.noisy_transformer, 0.5, 12.0, modes=(1, 2))
    assert [point.kind for point in (*one.points, *two.points)] == ["tricritical", "tricritical"]
    assert abs(one.points[0].q - BETA) <= 1e-14
    assert abs(two.points[0].q - 8.96678) <= 1e-5
    (only,) = onset_lines(lambda m: potentials.harmonics({2: m, 3: 1.0}), -1.0, 0.9, modes=(2,))
    assert only.q[0] > 0
    assert only.couplings(-0.5) == ()


def test_all_curves_of_the_bimodal_potential():
    found = curves(potentials.bimodal, 0.3, 2.2, seeds=(0.8, 1.45, 1.9), modes=(1, 2))
    assert found.failures == ()
    assert [(point.kind, round(point.q, 9)) for point in found.points] == [
        ("tricritical", 0.5),
        ("resonance", 1.0),
        ("critical end point", 1.267292504),
        ("tricritical", 1.634939097),
    ]
    assert [len(found.of_kind(kind)) for kind in ("onset", "coexistence", "fold")] == [2, 2, 1]
    assert len(curves_figure(found, symbol="m").axes) == 1


def test_a_triple_point():
    """States of period 2π/2 and 2π/3 (period 2π is repelled) tie with the uniform one: its F = 0 is theirs."""

    def family(m):
        return potentials.harmonics({1: -5.0, 2: m, 4: 0.8 * m, 3: 1.0, 6: 0.8})

    two = coexistence_line(family, coexistence(family(1.2), mode=2), 1.2, 0.7, 1.3)
    three = coexistence_line(family, coexistence(family(0.8), mode=3), 0.8, 0.7, 1.3)
    (point,) = crossings(two, three)
    assert point.kind == "triple point"
    # the states on their own: modes 2, 4, 6 as 1, 2, 3, and modes 3, 6 as 1, 2
    m = point.q
    second = coexistence(potentials.harmonics({1: m, 2: 0.8 * m, 3: 0.8}))
    third = coexistence(potentials.harmonics({1: 1.0, 2: 0.8}))
    assert abs(second.kappa - third.kappa) <= 1e-13
    assert abs(point.kappa - third.kappa) <= 1e-13


def test_arguments_are_checked():
    with pytest.raises(ValueError, match=r"transition.kind = 'continuous' is not allowed"):
        coexistence_line(potentials.bimodal, coexistence(potentials.bimodal(0.3)), 0.3, 0.1, 0.4)
    with pytest.raises(ValueError, match=r"low = 2.0, high = 1.0 is not allowed"):
        FamilyWeights(potentials.bimodal, 2.0, 1.0)
    with pytest.raises(ValueError, match="has no onset"):
        FamilyWeights(potentials.bimodal, -1.0, 1.0, mode=2).at(-0.5, 4)
