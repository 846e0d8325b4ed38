"""Curves in the plane of a parameter and the coupling: the digits of MATH.md from the curves alone."""

import math
from functools import cache

import numpy as np
import pytest

import branches
from branches import potentials
from branches.transitions.coexistence import coexistence
from branches.transitions.coexistence_lines import CoexistenceSystem, coexistence_line
from branches.transitions.family_weights import FamilyWeights
from branches.transitions.landscape import landscape
from continuation import check_problem

M_E, M_T = 1.267292504257954344, 1.634939096861610733
BETA, R = 2.44691831128904613, 2.13918217377311333


@cache
def bimodal_landscape(m):
    return landscape(branches.diagram(potentials.bimodal(m), kappa_max=1.6))


@cache
def uniform_polar():
    return coexistence_line(potentials.bimodal, coexistence(potentials.bimodal(1.0)), 1.0, 0.3, 2.2)


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
    assert abs(point.q - exact) <= point.error < 1e-9
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


def test_a_line_ends_where_one_of_its_states_does():
    (point,) = uniform_polar().of_kind("limit of existence")
    assert uniform_polar().q[-1] == point.q
    assert "folds" in uniform_polar().message
    with pytest.raises(ValueError, match="no point there"):
        uniform_polar().coupling(point.q + 0.1)


def test_arguments_are_checked():
    with pytest.raises(ValueError, match=r"transition.kind = 'continuous' is not allowed"):
        coexistence_line(potentials.bimodal, coexistence(potentials.bimodal(0.3)), 0.3, 0.1, 0.4)
    with pytest.raises(ValueError, match=r"low = 2.0, high = 1.0 is not allowed"):
        FamilyWeights(potentials.bimodal, 2.0, 1.0)
    with pytest.raises(ValueError, match="has no onset"):
        FamilyWeights(potentials.bimodal, -1.0, 1.0, mode=2).at(-0.5, 4)
