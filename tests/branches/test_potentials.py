"""Potentials: weights against mpmath and closed forms, numerical integration, and bad input."""

import json
import math
import pickle
import subprocess
import sys
import time

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from branches.model import potentials

PI = math.pi


def digits(value, reference):
    """Return how many decimal digits of `value` are right."""
    if value == reference:
        return 17.0
    return float(-mpmath.log10(abs((mpmath.mpf(float(value)) - reference) / reference)))


def transformer_reference(n, beta, scaled=False):
    with mpmath.workdps(40):
        g = 2 * mpmath.besseli(n, mpmath.mpf(beta), maxterms=10**6) / mpmath.mpf(beta)
        return g * mpmath.exp(-mpmath.mpf(beta)) if scaled else g


def krause_reference(n, radius):
    with mpmath.workdps(60):
        x = n * mpmath.mpf(radius)
        return 4 * (x - mpmath.sin(x)) / (mpmath.pi * n**3)


NAMED = [
    potentials.kuramoto(),
    potentials.harmonics({1: 1.0, 2: 0.6}),
    potentials.bimodal(0.6),
    potentials.noisy_transformer(4.0),
    potentials.noisy_transformer(1e4, scaled=True),
    potentials.doi_onsager(),
    potentials.maier_saupe(),
    potentials.hegselmann_krause(1.5),
    potentials.log_gas(1.5),
]


# ---- the named families ---------------------------------------------------------------------


@pytest.mark.parametrize("beta", [1e-8, 0.5, 2.4, 4.0, 30.0, 300.0, 700.0, 719.0])
def test_transformer_weights_have_fifteen_digits_wherever_representable(beta):
    potential = potentials.noisy_transformer(beta)
    for n in (1, 2, 3, 7, 20, 64, 300, 1000):
        reference = transformer_reference(n, beta)
        if reference > 1e-305:
            assert digits(potential.weight(n), reference) >= (15 if n <= 20 else 14)


@pytest.mark.parametrize(("beta", "modes"), [(1e3, (1, 2, 40, 500)), (1e5, (1, 5, 300)), (1e6, (1, 2, 10))])
def test_scaled_transformer_weights_at_large_beta(beta, modes):
    potential = potentials.noisy_transformer(beta, scaled=True)
    for n in modes:
        assert digits(potential.weight(n), transformer_reference(n, beta, scaled=True)) >= 14.5


def test_scaled_transformer_deep_in_its_tail_against_its_integral():
    # by an independent route, e^{−β} I_n = (1/π)∫ e^{β(cos t − 1)} cos nt dt: the integrand is periodic, so
    # the trapezoidal rule converges exponentially, and it is a narrow Gaussian
    beta, n = 1e6, 2000
    with mpmath.workdps(30):
        width = 40 / mpmath.sqrt(beta)
        count = 4000
        step = mpmath.pi / (count * 10)
        total = mpmath.fsum(
            (0.5 if j == 0 else 1) * mpmath.exp(-2 * beta * mpmath.sin(j * step / 2) ** 2) * mpmath.cos(n * j * step)
            for j in range(int(width / step) + 1)
        )
        reference = 2 * total * step / mpmath.pi / beta
    assert digits(potentials.noisy_transformer(beta, scaled=True).weight(n), reference) >= 13.5


def test_scaled_form_is_the_plain_one_times_the_exponential():
    plain, scaled = (potentials.noisy_transformer(50.0, scaled=s).weights(60) for s in (False, True))
    np.testing.assert_allclose(scaled * math.exp(50.0), plain, rtol=2e-15)


def test_transformer_tricritical_ratio():
    assert digits(potentials.noisy_transformer(2.44691831128904613).onset_coupling(1), 1.02027095938517849717) >= 15


@pytest.mark.parametrize("radius", [1e-3, 0.1, 1.5, 2.0, 2.13918217377311332, PI])
def test_hegselmann_krause_weights_do_not_cancel(radius):
    potential = potentials.hegselmann_krause(radius)
    for n in (1, 2, 3, 10, 99, 1000, 4000):
        assert digits(potential.weight(n), krause_reference(n, radius)) >= 15


@pytest.mark.parametrize(
    ("potential", "n", "kappa"),
    [
        (potentials.noisy_transformer(3.0), 1, 0.758846208430998),
        (potentials.noisy_transformer(4.0), 1, 0.409858525749405),
        (potentials.noisy_transformer(5.0), 1, 0.205459957486723),
        (potentials.hegselmann_krause(2.0), 1, 1.44016926834906),
        (potentials.hegselmann_krause(2.13918217377311332), 1, 1.21164972175782843644),
        (potentials.doi_onsager(), 2, 3 * PI / 2),
        (potentials.maier_saupe(), 2, 4.0),
        (potentials.log_gas(0.5), 3, 12.0),
        (potentials.bimodal(0.6), 2, 2 / 0.6),
    ],
    ids=lambda value: getattr(value, "label", None),
)
def test_published_onsets(potential, n, kappa):
    assert digits(potential.onset_coupling(n), kappa) >= 14


def test_doi_onsager_weights():
    g = potentials.doi_onsager().weights(40)
    assert np.all(g[0::2] == 0)
    k = np.arange(1, 21)
    np.testing.assert_allclose(g[1::2], 4 / PI / (4 * k**2 - 1), rtol=1e-15)


@pytest.mark.parametrize("potential", NAMED, ids=lambda p: p.label)
def test_float_weights_agree_with_multiprecision_within_their_errors(potential):
    g, errors = potential.weights(50), potential.weight_errors(50)
    assert np.all(errors <= 4e-15 * np.abs(g) + 1e-300)
    with mpmath.workdps(40):
        for n in range(1, 51):
            assert abs(mpmath.mpf(g[n - 1]) - potential.mp_weight(n)) <= errors[n - 1]


@pytest.mark.parametrize("potential", NAMED, ids=lambda p: p.label)
@pytest.mark.parametrize("k", [0, 1, 2, 3, 17, 60])
def test_tail_bound_bounds_and_is_sharp(potential, k):
    largest = np.abs(potential.weights(4000)[k:]).max()
    assert largest <= potential.tail_bound(k) <= 2 * largest + 1e-300


def test_multiprecision_weights_take_the_precision_asked_for():
    with mpmath.workdps(50):
        assert mpmath.nstr(potentials.noisy_transformer(4.0).mp_weight(1), 40) == mpmath.nstr(
            transformer_reference(1, 4.0), 40
        )
        assert abs(potentials.hegselmann_krause(1e-3).mp_weight(1) / krause_reference(1, 1e-3) - 1) < 1e-48


@pytest.mark.parametrize(
    "potential",
    [
        potentials.noisy_transformer(4.0),
        potentials.noisy_transformer(1e6, scaled=True),
        potentials.hegselmann_krause(1e-3),
    ],
    ids=lambda p: p.label,
)
def test_a_million_modes_are_quick(potential):
    start = time.perf_counter()
    g, _ = potential._tabulate(2**20)
    assert time.perf_counter() - start < 2.0  # ten times and more what it takes
    assert np.all(np.isfinite(g))
    assert np.all(g >= 0)


def test_table_is_cached_read_only_and_does_not_depend_on_its_length():
    potential = potentials.noisy_transformer(40.0)
    short = potential.weights(10).copy()
    long = potential.weights(500)
    np.testing.assert_array_equal(long[:10], short)
    assert np.shares_memory(potential.weights(100), long)
    with pytest.raises(ValueError, match="read-only"):
        long[0] = 1.0


@settings(max_examples=60, deadline=None)
@given(beta=st.floats(1e-6, 719.0))
def test_transformer_weights_decrease_and_obey_the_recurrence(beta):
    g = potentials.noisy_transformer(beta).weights(30)
    n = np.arange(2, 30)
    assert np.all(np.diff(g) <= 0)
    # I_{n−1} − I_{n+1} = (2n/β) I_n
    np.testing.assert_allclose(g[:-2] - g[2:], 2 * n / beta * g[1:-1], rtol=1e-13, atol=4e-15 * g[0])


@settings(max_examples=60, deadline=None)
@given(radius=st.floats(1e-4, PI), n=st.integers(1, 5000))
def test_krause_weights_are_positive_and_right(radius, n):
    assert digits(potentials.hegselmann_krause(radius).weight(n), krause_reference(n, radius)) >= 14.9


# ---- identity, files, names -----------------------------------------------------------------


@pytest.mark.parametrize(
    "potential",
    [*NAMED, potentials.from_weights([1.0, -0.1, 1 / 3], name="mine")],
    ids=lambda p: p.label,
)
def test_description_and_pickle_round_trip(potential):
    again = potentials.from_dict(json.loads(json.dumps(potential.to_dict(16))))
    assert again == potential
    assert hash(again) == hash(potential)
    assert again.label == potential.label
    assert pickle.loads(pickle.dumps(potential)) == potential


def test_integrated_potential_round_trips_by_its_table():
    potential = potentials.from_function(lambda t: np.abs(t) ** 0.5, name="root")
    again = potentials.from_dict(json.loads(json.dumps(potential.to_dict(12))))
    np.testing.assert_array_equal(again.weights(12), potential.weights(12))
    np.testing.assert_array_equal(again.weight_errors(12), potential.weight_errors(12))
    assert again.label == potential.label == "root"
    assert again.to_dict(99) == again.to_dict(12) == potential.to_dict(12)
    with pytest.raises(ValueError, match="ends at mode 12"):
        again.weights(13)


def test_integrated_potential_survives_pickling_and_can_still_grow():
    potential = potentials.from_function(lambda t: -np.exp(np.cos(t)))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(potential)).weights(70), potential.weights(70))


@pytest.mark.parametrize("name", ["noisy-transformer", "noisy_transformer", "Noisy Transformer"])
def test_by_name_accepts_dashes_underscores_and_case(name):
    assert potentials.by_name(name, beta=4.0) == potentials.noisy_transformer(4.0)


def test_by_name_knows_every_name():
    given_parameters = {
        "harmonics": {"g1": 1.0, "g3": 0.5},
        "bimodal": {"m": 0.6},
        "noisy_transformer": {"beta": 1.0},
        "hegselmann_krause": {"R": 1.0},
        "log_gas": {"strength": 1.0},
    }
    for name in potentials.NAMES:
        parameters = given_parameters.get(name, {})
        potential = potentials.by_name(name, **parameters)
        assert (potential.name, dict(potential.parameters)) == (name, parameters)


def test_labels():
    assert potentials.noisy_transformer(4.0).label == "noisy transformer, β = 4"
    assert potentials.noisy_transformer(1e5, scaled=True).label == "scaled noisy transformer, β = 100000"
    assert potentials.bimodal(0.6).label == "bimodal, m = 0.6"


def test_importing_potentials_is_light():
    code = (
        "import sys, branches.model.potentials;"
        "print([m for m in ('sympy', 'mpmath', 'matplotlib', 'networkx') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


# ---- numerical integration ------------------------------------------------------------------


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


# ---- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize("beta", [0.0, -1.0, math.nan, math.inf, "four", None, 1j])
@pytest.mark.parametrize("scaled", [False, True])
def test_transformer_refuses_beta(beta, scaled):
    with pytest.raises(ValueError, match=r"beta = .* is not allowed"):
        potentials.noisy_transformer(beta, scaled=scaled)


@pytest.mark.parametrize("beta", [720.0, 1e4, 1e300])
def test_transformer_past_its_range_names_the_scaled_form(beta):
    with pytest.raises(ValueError, match=r"noisy_transformer\(beta, scaled=True\)"):
        potentials.noisy_transformer(beta)


def test_scaled_transformer_has_a_stated_range():
    with pytest.raises(ValueError, match=r"at most 1e\+10"):
        potentials.noisy_transformer(1e11, scaled=True)


@pytest.mark.parametrize("radius", [0.0, -1.0, 3.2, math.nan, math.inf])
def test_krause_refuses_radius(radius):
    with pytest.raises(ValueError, match=r"R = .* is not allowed"):
        potentials.hegselmann_krause(radius)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: potentials.from_weights([]), r"g = \[\] is not allowed"),
        (lambda: potentials.from_weights([1.0, math.nan]), r"g\[1\] \(the weight of mode 2\) = nan"),
        (lambda: potentials.from_weights([math.inf]), r"g\[0\].* = inf"),
        (lambda: potentials.harmonics({}), "give at least one mode"),
        (lambda: potentials.harmonics({0: 1.0}), "mode = 0 is not allowed"),
        (lambda: potentials.harmonics({1.5: 1.0}), "mode = 1.5 is not allowed"),
        (lambda: potentials.harmonics({1: math.nan}), r"weights\[1\] = nan"),
        (lambda: potentials.bimodal(math.nan), "m = nan"),
        (lambda: potentials.log_gas(math.inf), "strength = inf"),
        (lambda: potentials.by_name("noisy-transfomer", beta=1.0), "did you mean noisy_transformer"),
        (lambda: potentials.by_name("xyz"), "known are kuramoto, harmonics"),
        (lambda: potentials.by_name("bimodal"), "bimodal needs m; got none"),
        (lambda: potentials.by_name("kuramoto", beta=1.0), "kuramoto takes no parameters; got beta"),
        (lambda: potentials.by_name("noisy-transformer", m=1.0), "needs beta .optional: scaled.; got m"),
        (lambda: potentials.by_name("harmonics", m=1.0), "harmonics takes weights g1, g2"),
        (lambda: potentials.from_dict({"parameters": {}}), "no 'name'"),
        (
            lambda: potentials.from_dict({"name": "x", "weights": [1.0], "errors": [], "complete": True}),
            "1 weights and 0 errors",
        ),
    ],
)
def test_bad_input_is_named(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize("n_modes", [0, -3, 2.5, True, "8"])
def test_number_of_modes_must_be_a_positive_integer(n_modes):
    with pytest.raises(ValueError, match=r"n_modes = .* at least 1"):
        potentials.kuramoto().weights(n_modes)


def test_no_onset_of_a_mode_that_does_not_attract():
    with pytest.raises(ValueError, match=r"mode n = 1 of Doi–Onsager has no onset, g_1 = 0 ≤ 0: .* n = 2, 4, 6"):
        potentials.doi_onsager().onset_coupling(1)
    with pytest.raises(ValueError, match="the uniform state stays stable"):
        potentials.log_gas(-1.0).onset_coupling(2)
