"""Tricritical points of families, against the published values and mpmath."""

import pickle

import mpmath
import numpy as np
import pytest

from branches import potentials
from branches.onsets.classify import onset
from branches.onsets.tricritical import KINDS, tricritical_point
from branches.potentials.potential import PreciseFloat, exact

BETA = "2.44691831128904613090394836491"
RADIUS = "2.13918217377311332337636230573"


def correct_digits(value, text):
    with mpmath.workdps(50):
        return float(-mpmath.log10(abs(mpmath.mpf(value) / mpmath.mpf(text) - 1) + mpmath.mpf(10) ** -45))


@pytest.mark.parametrize(
    ("family", "bracket", "parameter", "kappa"),
    [
        (potentials.noisy_transformer, (1.0, 4.0), BETA, "1.02027095938517849791676987480117"),
        (potentials.hegselmann_krause, (1.0, 3.0), RADIUS, "1.21164972175782843643796644419751"),
        (potentials.bimodal, (0.1, 0.9), "0.5", "2"),
    ],
)
def test_published_points_in_floats(family, bracket, parameter, kappa):
    point = tricritical_point(family, bracket)
    assert correct_digits(point.parameter, parameter) > 14.9
    assert correct_digits(point.kappa, kappa) > 14.5
    with mpmath.workdps(40):
        assert abs(mpmath.mpf(point.parameter) - mpmath.mpf(parameter)) <= point.parameter_error
    assert point.kind == "tricritical"
    assert point.ratio_slope * (1 if family is not potentials.hegselmann_krause else -1) > 0


@pytest.mark.parametrize(
    ("family", "bracket", "parameter", "kappa"),
    [
        (potentials.noisy_transformer, (1.0, 4.0), BETA, "1.02027095938517849791676987480117"),
        (potentials.hegselmann_krause, (1.0, 3.0), RADIUS, "1.21164972175782843643796644419751"),
    ],
)
def test_thirty_digits_on_request(family, bracket, parameter, kappa):
    point = tricritical_point(family, bracket, digits=30)
    assert correct_digits(point.parameter, parameter) > 29
    assert correct_digits(point.kappa, kappa) > 29
    assert point.kind == "tricritical"


def test_digits_are_those_of_the_equations():
    beta = tricritical_point(potentials.noisy_transformer, (1.0, 4.0), digits=60).parameter
    radius = tricritical_point(potentials.hegselmann_krause, (1.0, 3.0), digits=60).parameter
    with mpmath.workdps(75):
        assert (
            abs(mpmath.besseli(2, beta) / mpmath.besseli(1, beta) - mpmath.mpf(1) / 2) < mpmath.mpf(10) ** -60
        )
        assert abs(4 * mpmath.sin(radius) - mpmath.sin(2 * radius) - 2 * radius) < mpmath.mpf(10) ** -59


def test_transformer_modes_turn_subcritical():
    # reference values: I_{2n} = I_n/2 at 2.44692, 8.96678, 19.78569, 34.93324, … → 3n²/(2 ln 2)
    found = []
    for n in range(1, 7):
        guess = 1.5 * n * n / np.log(2)
        point = tricritical_point(potentials.noisy_transformer, (0.9 * guess, 1.3 * guess), mode=n)
        with mpmath.workdps(40):
            reference = mpmath.findroot(
                lambda b, n=n: mpmath.besseli(2 * n, b) / mpmath.besseli(n, b) - mpmath.mpf(1) / 2,
                point.parameter * (1 + 1e-6),
            )
        assert correct_digits(point.parameter, reference) > 14
        assert (point.mode, point.kind) == (n, "tricritical")
        assert onset(potentials.noisy_transformer(0.99 * point.parameter), n).kind == "supercritical"
        assert onset(potentials.noisy_transformer(1.01 * point.parameter), n).kind == "subcritical"
        found.append(point.parameter)
    assert [round(b, 5) for b in found[:4]] == [2.44692, 8.96678, 19.78569, 34.93324]
    assert abs(found[5] / (1.5 * 36 / np.log(2)) - 1) < 0.01


def test_c4_and_its_sign():
    point = tricritical_point(lambda m: potentials.harmonics({1: 1.0, 2: m, 3: 0.5}), (0.3, 0.8))
    assert abs(point.c4 - 2 / 3 * (1 - 1.5) / (1 - 0.5)) <= point.c4_error  # (2/3)(1 − 3r_3)/(1 − r_3)
    assert point.kind == "unstable tricritical"
    degenerate = tricritical_point(lambda m: potentials.harmonics({1: 1.0, 2: m, 3: 1 / 3}), (0.3, 0.8))
    assert degenerate.kind == "degenerate"
    assert {point.kind, degenerate.kind, "tricritical"} == set(KINDS)


def test_bracket_without_a_sign_change_says_c2_at_both_ends():
    with pytest.raises(ValueError, match=r"it is 0\.341938 .* and 0\.117968 .* at its ends"):
        tricritical_point(potentials.noisy_transformer, (1.0, 2.0))
    with pytest.raises(ValueError, match="does not pass through zero"):
        tricritical_point(potentials.bimodal, (0.6, 1.5))  # c_2 changes sign here through its pole


@pytest.mark.parametrize("bracket", [(0.1,), (0.1, 0.2, 0.3), ()])
def test_bracket_of_wrong_length(bracket):
    with pytest.raises(ValueError, match="give two parameters"):
        tricritical_point(potentials.bimodal, bracket)


@pytest.mark.parametrize("bracket", [(0.1, float("nan")), (float("inf"), 0.2), ("a", 0.2)])
def test_bracket_of_wrong_numbers(bracket):
    with pytest.raises(ValueError, match=r"bracket = .* not allowed"):
        tricritical_point(potentials.bimodal, bracket)


def test_family_of_wrong_type():
    with pytest.raises(TypeError, match=r"family\(1.0\) returned ndarray instead of a Potential"):
        tricritical_point(lambda beta: np.ones(3), (1.0, 4.0))
    with pytest.raises(TypeError, match="is not callable"):
        tricritical_point(potentials.kuramoto(), (1.0, 4.0))


def test_mode_without_onset():
    with pytest.raises(ValueError, match="has no onset"):
        tricritical_point(lambda m: potentials.harmonics({1: -1.0, 2: m}), (0.1, 0.9))


def test_family_that_drops_digits_is_told():
    with pytest.raises(ValueError, match="rounds the parameter to a float"):
        tricritical_point(lambda beta: potentials.noisy_transformer(float(beta)), (1.0, 4.0), digits=30)


@pytest.mark.parametrize("digits", [0, -3, 2.5])
def test_bad_digits(digits):
    with pytest.raises(ValueError, match=r"digits = .* not allowed"):
        tricritical_point(potentials.bimodal, (0.1, 0.9), digits=digits)


def test_parameters_keep_the_digits_they_were_given():
    with mpmath.workdps(40):
        third = mpmath.mpf(1) / 3
        for potential in (potentials.bimodal(third), potentials.harmonics({1: 1, 2: third})):
            assert potential.mp_weight(2) == third
            assert potential.weights(2)[1] == 1 / 3
            assert potential.weight_errors(2)[1] >= abs(third - 1 / 3)
        assert potentials.log_gas(third).mp_weight(1) == third
        potential = potentials.noisy_transformer(third)
        assert isinstance(potential.beta, PreciseFloat)
        assert potential.parameters == {"beta": 1 / 3}
        assert potential == potentials.noisy_transformer(1 / 3)
        assert pickle.loads(pickle.dumps(potential)).mp_weight(1) == potential.mp_weight(1)
        assert potential.mp_weight(1) != potentials.noisy_transformer(1 / 3).mp_weight(1)
        assert exact(0.5) == 0.5
