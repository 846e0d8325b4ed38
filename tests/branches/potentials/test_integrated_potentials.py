"""Potentials from functions and SymPy expressions: their integrated weights against closed forms, and bad input."""

import math
import pickle

import mpmath
import numpy as np
import pytest
from helpers import digits, krause_reference, transformer_reference
from hypothesis import given, settings
from hypothesis import strategies as st

from branches import potentials

PI = math.pi


def power_reference(n, exponent):
    """Return −(2/π)∫_0^π t^p cos nt dt as a hypergeometric function."""
    with mpmath.workdps(60):
        p = mpmath.mpf(exponent) + 1
        value = mpmath.hyp1f2(p / 2, mpmath.mpf(1) / 2, p / 2 + 1, -((n * mpmath.pi) ** 2) / 4)
        return -2 / mpmath.pi * mpmath.pi**p / p * value


FUNCTIONS = {
    "exp(4 cos)": (lambda t: -np.exp(4 * np.cos(t)) / 4, lambda n: transformer_reference(n, 4.0)),
    "bounded confidence": (
        lambda t: -(np.maximum(1.5 - np.abs(t), 0) ** 2),
        lambda n: krause_reference(n, 1.5),
    ),
    "a scalar function": (
        lambda t: -((1.5 - abs(t)) ** 2) if abs(t) < 1.5 else 0.0,
        lambda n: krause_reference(n, 1.5),
    ),
    "narrow": (lambda t: -(np.maximum(0.05 - np.abs(t), 0) ** 2), lambda n: krause_reference(n, 0.05)),
    "|sin|": (lambda t: np.abs(np.sin(t)), lambda n: 0 if n % 2 else 4 / mpmath.pi / (n * n - 1)),
    "log": (lambda t: np.log(np.abs(2 * np.sin(t / 2))), lambda n: 1 / n),
    "-log": (lambda t: -np.log(np.abs(2 * np.sin(t / 2))), lambda n: -1 / n),
    "|t|^-0.5": (lambda t: np.abs(t) ** -0.5, lambda n: power_reference(n, -0.5)),
    "|t|^-0.9": (lambda t: np.abs(t) ** -0.9, lambda n: power_reference(n, -0.9)),
    "|t|^0.5": (lambda t: np.abs(t) ** 0.5, lambda n: power_reference(n, 0.5)),
    "jump": (lambda t: -1.0 * (np.abs(t) < 1), lambda n: 2 * mpmath.sin(n) / (n * mpmath.pi)),
    "log inside": (
        lambda t: np.log(np.abs(4 * np.sin((t - 1) / 2) * np.sin((t + 1) / 2))),
        lambda n: 2 * mpmath.cos(n) / n,
    ),
    "oscillating": (lambda t: -np.cos(t) - np.cos(250 * t), lambda n: float(n in (1, 250))),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_weights_of_a_function_are_integrated_to_round_off(name):
    function, reference = FUNCTIONS[name]
    potential = potentials.from_function(function, name=name)
    modes = [1, 2, 3, 4, 7, 20, 60, 250]
    exact = np.array([float(reference(n)) for n in modes])
    size = np.abs(exact[:2]).max()
    error = np.abs(potential.weights(250)[np.array(modes) - 1] - exact)
    assert -np.log10(error.max() / size) >= 14
    assert np.all(error <= potential.weight_errors(250)[0])
    assert potential.weight_errors(1)[0] <= 1e-12 * size
    assert potential.source == "numerical integration"


def test_a_strong_singularity_away_from_zero_says_how_many_digits_it_cost():
    # u = √|t − 1| makes the two halves smooth
    potential = potentials.from_function(lambda t: np.abs(np.abs(t) - 1) ** -0.5)
    with mpmath.workdps(25):
        exact = (
            -2
            / mpmath.pi
            * (
                mpmath.quad(lambda u: 2 * mpmath.cos(3 * (1 - u * u)), [0, 0.5, 1])
                + mpmath.quad(lambda u: 2 * mpmath.cos(3 * (1 + u * u)), [0, 0.7, mpmath.sqrt(mpmath.pi - 1)])
            )
        )
    error = abs(potential.weight(3) - float(exact))
    assert error <= potential.weight_errors(3)[2] <= 1e-5


@settings(max_examples=25, deadline=None)
@given(
    kink=st.floats(0.05, 3.0),
    slope=st.floats(-3, 3).filter(lambda s: abs(s) > 1e-3),
    breakpoint=st.booleans(),
)
def test_a_kink_anywhere_is_found(kink, slope, breakpoint):
    potential = potentials.from_function(
        lambda t: np.cos(t) + slope * np.abs(np.abs(t) - kink), breakpoints=[kink] if breakpoint else []
    )
    n = np.arange(1, 41)
    # ∫_0^π |t − c| cos nt dt = (1 + cos nπ − 2 cos nc)/n²
    exact = -2 / PI * slope * (1 + np.cos(n * PI) - 2 * np.cos(n * kink)) / n**2 - (n == 1)
    np.testing.assert_allclose(potential.weights(40), exact, rtol=0, atol=1e-14 * (1 + abs(slope) * PI))


@pytest.mark.parametrize("edge", [PI / 2, 5 * PI / 16, 7 * PI / 1024])
@pytest.mark.parametrize("offset", [0.0, 1e-15, -1e-12, 1e-10, -1e-8, 1e-5, -1e-3])
def test_a_jump_beside_a_place_of_bisection_is_not_missed(edge, offset):
    place = edge + offset
    potential = potentials.from_function(lambda t: -1.0 * (np.abs(t) < place))
    n = np.arange(1, 41)
    error = np.abs(potential.weights(40) - 2 / PI * np.sin(n * place) / n)
    assert np.all(error <= potential.weight_errors(40))
    assert potential.weight_errors(1)[0] < 1e-14


@settings(max_examples=25, deadline=None)
@given(g=st.lists(st.floats(-2, 2), min_size=1, max_size=12))
def test_a_trigonometric_polynomial_comes_back(g):
    modes = np.arange(1, len(g) + 1)
    potential = potentials.from_function(lambda t: -np.cos(np.multiply.outer(t, modes)) @ np.array(g))
    np.testing.assert_allclose(potential.weights(len(g) + 3), [*g, 0, 0, 0], atol=1e-14 * (1 + np.abs(g).sum()))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda t: np.cos(t) + 1e-6 * np.sin(t), r"not even: .W\(θ\) − W\(−θ\). = 2e-06 at θ = 1\.56"),
        (lambda t: t * (2 * PI - t), "not even"),
        (lambda t: np.where(np.abs(t) > 2, np.nan, 1.0), r"not finite: W\(2\.\d+\) = nan"),
        (lambda t: np.where(np.abs(np.abs(t) - 1.5) < 1e-3, np.inf, 1.0), r"not finite: W\(1\.\d+\) = inf"),
        (lambda t: np.exp(1j * t), r"not real: W\(1\.\d+\)"),
        (lambda t: 1 / np.abs(t), r"cannot be integrated: near θ = \d\.\d+e-\d\d\d"),
        (lambda t: t**-2.0, "cannot be integrated: near θ = "),
        (lambda t: 1 / np.abs(np.abs(t) - 1), "cannot be integrated: near θ = 1 "),
        (lambda t: np.cos(1e6 * t), "oscillates too fast"),
    ],
)
def test_functions_that_are_no_potential_are_refused(function, message):
    with pytest.raises(ValueError, match=message):
        potentials.from_function(function)


def test_breakpoints_outside_are_refused():
    with pytest.raises(ValueError, match=r"breakpoints = \[4.0\] is not allowed"):
        potentials.from_function(np.cos, breakpoints=[4.0])


def test_integrated_weights_have_no_more_digits():
    with pytest.raises(ValueError, match="only known in floating point"):
        potentials.from_function(np.cos).mp_weight(1)


# ---- SymPy ----------------------------------------------------------------------------------


def sympy_cases():
    import sympy

    t = sympy.Symbol("theta", real=True)
    krause = -(sympy.Max(sympy.Rational(3, 2) - abs(t), 0) ** 2)
    return {
        "rods": (abs(sympy.sin(t)), t, lambda n: 0 if n % 2 else 4 / mpmath.pi / (n * n - 1)),
        "bounded confidence": (krause, t, lambda n: krause_reference(n, 1.5)),
        "narrow": (
            sympy.Piecewise((-((sympy.Rational(1, 1024) - abs(t)) ** 2), abs(t) < sympy.Rational(1, 1024)), (0, True)),
            t,
            lambda n: krause_reference(n, 1 / 1024),
        ),
        "transformer": (-sympy.exp(4 * sympy.cos(t)) / 4, t, lambda n: transformer_reference(n, 4.0)),
        "log": (sympy.log(abs(2 * sympy.sin(t / 2))), t, lambda n: mpmath.mpf(1) / n),
        "parabola": (t**2, t, lambda n: mpmath.mpf(4 * (-1) ** (n + 1)) / n**2),
        "resonant": (-sympy.cos(t) - sympy.sin(t) ** 2, t, lambda n: {1: 1.0, 2: -0.5}.get(n, 0)),
        "jump": (sympy.Heaviside(1 - abs(t)), t, lambda n: -2 * mpmath.sin(n) / (n * mpmath.pi)),
    }


@pytest.mark.parametrize(
    "name", ["rods", "bounded confidence", "narrow", "transformer", "log", "parabola", "resonant", "jump"]
)
def test_sympy_closed_forms(name):
    expression, theta, reference = sympy_cases()[name]
    potential = potentials.from_sympy(expression, theta, name=name)
    assert potential.source == "closed form"
    with mpmath.workdps(35):
        for n in (1, 2, 3, 8, 13):
            exact = mpmath.mpf(reference(n))
            assert abs(potential.mp_weight(n) - exact) <= 1e-33 * abs(exact)
            assert abs(potential.weight(n) - exact) <= potential.weight_errors(n)[-1]
    assert pickle.loads(pickle.dumps(potential)) == potential


def test_sympy_weights_continue_numerically_beyond_the_exact_modes():
    import sympy

    t = sympy.Symbol("t")
    potential = potentials.from_sympy(sympy.Abs(t), t)
    n = np.arange(1, 401)
    exact = np.where(n % 2, 4 / PI / n**2, 0.0)
    assert np.all(np.abs(potential.weights(400) - exact) <= potential.weight_errors(400) + 1e-300)
    assert potential.weight_errors(400)[255] == 0.0 < potential.weight_errors(400)[399] < 1e-13


def test_sympy_falls_back_to_numbers_and_says_so():
    import sympy

    t = sympy.Symbol("t")
    potential = potentials.from_sympy(sympy.exp(sympy.sin(t) ** 2), t)
    assert potential.source == "numerical integration"
    # e^{sin² t} = e^{1/2} e^{−cos 2t / 2}: g_2 = −2 e^{1/2} I_1(−1/2)
    assert digits(potential.weight(2), 2 * mpmath.exp(0.5) * mpmath.besseli(1, 0.5)) >= 14
    with pytest.raises(ValueError, match="floating point"):
        potential.mp_weight(2)


def test_sympy_bad_input():
    import sympy

    t, b = sympy.symbols("t b")
    with pytest.raises(ValueError, match="its symbols b have no value"):
        potentials.from_sympy(b * sympy.cos(t), t)
    with pytest.raises(ValueError, match="not even"):
        potentials.from_sympy(sympy.sin(t), t)
