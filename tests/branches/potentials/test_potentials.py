"""Named potentials: weights against mpmath and closed forms, and bad input."""

import json
import math
import pickle
import subprocess
import sys
import time

import mpmath
import numpy as np
import pytest
from helpers import digits, krause_reference, transformer_reference
from hypothesis import given, settings
from hypothesis import strategies as st

from branches import potentials

PI = math.pi


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
        "onsager": {"dimension": 3},
        "vector_model": {"dimension": 3},
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
        "import sys, branches.potentials.named;"
        "print([m for m in ('sympy', 'mpmath', 'matplotlib', 'networkx') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


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
        (lambda: potentials.by_name("noisy-transformer", m=1.0), "needs beta .optional: scaled, dimension.; got m"),
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
