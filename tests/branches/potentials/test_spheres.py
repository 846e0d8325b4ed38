"""Potentials on spheres against closed forms in mpmath and each other."""

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gegenbauer as scipy_gegenbauer

from branches import potentials


def projected(function, dimension, degree):
    """−N_l E[W P_l] by adaptive quadrature, from SciPy's own Gegenbauer polynomials."""
    nu = 0.5 * (dimension - 2)
    polynomial = scipy_gegenbauer(degree, nu)
    density = lambda t: (1 - t * t) ** (nu - 0.5)  # noqa: E731
    mass = quad(density, -1, 1, epsabs=1e-14, epsrel=1e-13)[0]
    values = lambda t: function(t) * polynomial(t) / polynomial(1.0) * density(t)  # noqa: E731
    mean = quad(values, -1, 1, epsabs=1e-14, epsrel=1e-13, limit=200)[0] / mass
    top = degree + dimension - 1
    count = sympy.binomial(top, dimension - 1) - sympy.binomial(top - 2, dimension - 1)
    return -float(count) * mean


@pytest.mark.parametrize("dimension", [3, 4, 5, 8, 20])
def test_weights_are_projections_on_gegenbauer_polynomials(dimension):
    for potential, function in (
        (potentials.noisy_transformer(2.5, dimension=dimension), lambda t: -np.exp(2.5 * t) / 2.5),
        (potentials.maier_saupe(dimension), lambda t: 1 - t * t),
        (potentials.onsager(dimension), lambda t: np.sqrt(1 - t * t)),
        (potentials.vector_model(dimension), lambda t: -t),
        (potentials.hegselmann_krause(2.0, dimension), lambda t: -np.maximum(2.0 - np.arccos(t), 0) ** 2),
    ):
        for degree in (1, 2, 3, 6):
            expected = projected(function, dimension, degree)
            assert abs(potential.weight(degree) - expected) <= 1e-9 * (1 + abs(expected)), (potential, degree)


def test_published_onsets():
    assert abs(potentials.noisy_transformer(3, dimension=3).onset_coupling(1) - 1.337619590987) < 5e-13
    assert abs(potentials.noisy_transformer(3, dimension=3).onset_coupling(2) - 2.735974307759) < 5e-13
    assert abs(potentials.noisy_transformer(4, dimension=4).onset_coupling(2) - 2.397164792832) < 5e-13
    assert potentials.maier_saupe(3).onset_coupling(2) == 7.5
    assert abs(potentials.onsager(3).onset_coupling(2) - 32 / np.pi) < 1e-13
    assert abs(potentials.hegselmann_krause(1, 3).onset_coupling(1) - 27.4041505665) < 5e-10
    assert abs(potentials.hegselmann_krause(2, 3).onset_coupling(1) - 2.52113166109) < 5e-11


def test_nothing_overflows_in_a_thousand_dimensions():
    potential = potentials.noisy_transformer(1e4, scaled="mean", dimension=1000)
    logs = potential.log_weights(2)
    assert abs(logs[0] - 8334.711744461643) < 4e-12
    assert abs(logs[1] - 8340.877318438275) < 4e-12
    g = potential.weights(2)
    assert abs(g[1] / g[0] - np.exp(8340.877318438275 - 8334.711744461643)) < 2e-9 * g[1] / g[0]
    for dimension, beta in ((3, 1e4), (1000, 1.0), (300, 50.0)):
        assert np.isfinite(potentials.noisy_transformer(beta, scaled=True, dimension=dimension).weights(8)).all()


@settings(max_examples=30, deadline=None)
@given(st.floats(0.05, 600.0), st.integers(3, 60), st.sampled_from([False, True, "mean"]), st.integers(1, 30))
def test_transformer_within_its_error(beta, dimension, scaled, degree):
    potential = potentials.noisy_transformer(beta, scaled=scaled, dimension=dimension)
    with mpmath.workdps(30):
        exact = potential.mp_weight(degree)
        assert abs(potential.weight(degree) - exact) <= potential.weight_errors(degree)[-1]


@pytest.mark.parametrize(
    "potential",
    [
        potentials.onsager(3), potentials.onsager(7), potentials.maier_saupe(6), potentials.vector_model(4),
        potentials.noisy_transformer(3, dimension=3),
    ],
)  # fmt: skip
def test_closed_forms_at_any_precision(potential):
    with mpmath.workdps(30):
        for degree in range(1, 13):
            error = abs(potential.weight(degree) - potential.mp_weight(degree))
            assert error <= potential.weight_errors(degree)[-1]


def test_the_circle_is_the_circle():
    assert potentials.noisy_transformer(4, dimension=2) == potentials.noisy_transformer(4)
    assert potentials.maier_saupe(dimension=2) == potentials.maier_saupe()
    assert potentials.onsager(dimension=2) == potentials.doi_onsager()
    assert potentials.hegselmann_krause(1.5, dimension=2) == potentials.hegselmann_krause(1.5)
    assert potentials.vector_model(2) == potentials.kuramoto()
    assert potentials.from_weights([1.0, 0.5], dimension=2) == potentials.from_weights([1.0, 0.5])
    plain = potentials.from_function(np.cos)
    assert np.array_equal(potentials.from_function(np.cos, dimension=2).weights(8), plain.weights(8))


def test_functions_of_the_angle():
    rods = potentials.from_function(np.sin, dimension=3)
    np.testing.assert_allclose(rods.weights(12), potentials.onsager(3).weights(12), atol=1e-13)
    strong = potentials.from_function(lambda theta: theta**-1.5, dimension=4)
    exact = projected(lambda t: np.arccos(t) ** -1.5, 4, 2)
    assert abs(strong.weight(2) - exact) < 1e-7
    many = potentials.from_function(lambda theta: -np.exp(3 * np.cos(theta)), dimension=300)
    expected = 3 * potentials.noisy_transformer(3, dimension=300).weights(2)
    np.testing.assert_allclose(many.weights(2), expected, rtol=1e-11)


def test_polynomials_in_sympy_are_exact():
    theta = sympy.Symbol("theta")
    potential = potentials.from_sympy(-sympy.cos(theta) ** 3 + sympy.cos(2 * theta), theta, dimension=4)
    with mpmath.workdps(40):
        assert [potential.mp_weight(l) for l in (1, 2, 3, 4)] == [0.5, -1.5, 0.5, 0]
    other = potentials.from_sympy(sympy.exp(sympy.cos(theta)), theta, dimension=4)
    np.testing.assert_allclose(other.weights(4), -potentials.noisy_transformer(1, dimension=4).weights(4), atol=1e-14)


@pytest.mark.parametrize(
    "potential",
    [
        potentials.noisy_transformer(3, dimension=3), potentials.noisy_transformer(3, True, 5),
        potentials.noisy_transformer(30, "mean", 50), potentials.maier_saupe(4), potentials.onsager(3),
        potentials.vector_model(5), potentials.hegselmann_krause(1, 3), potentials.from_weights([1, 2.0], dimension=4),
    ],
)  # fmt: skip
def test_descriptions_and_bounds(potential):
    assert potentials.from_dict(potential.to_dict(8)) == potential
    strengths = potential.strengths(40)
    for k in (0, 1, 3, 10):
        assert potential.tail_bound(k) >= np.max(np.abs(strengths[k:]))


def test_by_name_with_a_dimension():
    made = potentials.by_name("noisy-transformer", beta=3.0, dimension=3)
    assert made == potentials.noisy_transformer(3.0, dimension=3)
    assert made.label == "noisy transformer, β = 3, d = 3"


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: potentials.noisy_transformer(4, dimension=1), ValueError, "dimension = 1 .* at least 2"),
        (lambda: potentials.maier_saupe(2.5), ValueError, "dimension = 2.5"),
        (lambda: potentials.vector_model("3"), ValueError, "dimension = '3'"),
        (lambda: potentials.noisy_transformer(1e4, dimension=3), ValueError, "scaled=True"),
        (lambda: potentials.noisy_transformer(1e4, True, dimension=1000), ValueError, "scaled='mean'"),
        (lambda: potentials.from_function(lambda t: t**-2.5, dimension=3), ValueError, "dimension above 3.5"),
        (lambda: potentials.from_function(lambda x, y: x, dimension=3), TypeError, "one angle"),
        (lambda: potentials.from_function(lambda t: [1, 2], dimension=3), TypeError, "not a number"),
        (lambda: potentials.from_function(lambda t: 1j * t, dimension=3), ValueError, "not real"),
        (lambda: potentials.from_weights([1.0], dimension=0), ValueError, "dimension = 0"),
    ],
)
def test_bad_input_is_named(make, error, says):
    with pytest.raises(error, match=says):
        make()
