"""Coefficients as numbers, against the stationary equation solved in high precision."""

import timeit

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from branches import potentials
from branches.onsets.exact.coefficients import kappa_coefficient
from branches.onsets.exact.expansion import expansion, potential_expansion

N = 7  # modes of the reference; c_8 knows modes up to 5


def solve_stationary(r, s):
    """κ/κ_n of the solution of (Q) with a_n = s, weights r_1 = 1, r_2, …: Newton in mpmath, no expansion."""
    r = [0, 1, *r, *[0] * (N - 1 - len(r))]
    a = [mpmath.mpf(1), s, *[mpmath.mpf(0)] * (N - 1)]
    ratio = mpmath.mpf(1)
    value = lambda k: a[k] if k <= N else mpmath.mpf(0)  # noqa: E731
    for _ in range(12):
        Q = [
            sum(l * r[l] * a[l] * (value(abs(k - l)) - value(k + l)) for l in range(1, N + 1)) / k
            for k in range(1, N + 1)
        ]
        F = mpmath.matrix([a[k] - ratio * Q[k - 1] for k in range(1, N + 1)])
        J = mpmath.matrix(N, N)
        for k in range(1, N + 1):
            for j in range(2, N + 1):
                d = j * r[j] * (value(abs(k - j)) - value(k + j))
                # a_j also stands in a_{|k−l|} for l = k ± j and l = j − k … and in −a_{k+l} for l = j − k
                d += sum(l * r[l] * a[l] for l in (k - j, k + j) if 1 <= l <= N)
                d -= (j - k) * r[j - k] * a[j - k] if j > k else 0
                J[k - 1, j - 1] = (1 if j == k else 0) - ratio * d / k
            J[k - 1, 0] = -Q[k - 1]
        step = mpmath.lu_solve(J, -F)
        ratio += step[0]
        for j in range(2, N + 1):
            a[j] += step[j - 1]
        if mpmath.norm(step) < mpmath.mpf(10) ** (-mpmath.mp.dps + 10):
            return ratio
    raise AssertionError("the reference did not converge")


def reference_coefficients(r, terms=4):
    """c_2 … c_8 by interpolation of κ(s)/κ_n − 1 at tiny amplitudes."""
    nodes = [mpmath.mpf(10) ** -13 * j * j for j in range(1, terms + 3)]
    values = [solve_stationary(r, mpmath.sqrt(t)) - 1 for t in nodes]
    matrix = mpmath.matrix([[t**p for p in range(1, len(nodes) + 1)] for t in nodes])
    return list(mpmath.lu_solve(matrix, mpmath.matrix(values)))[:terms]


ratios = st.lists(st.floats(-2.0, 0.9), min_size=4, max_size=4)


def compare_with_reference(r):
    with mpmath.workdps(130):
        reference = reference_coefficients([mpmath.mpf(x) for x in r])
    u = [1 / (1 - x) for x in r]
    floats = expansion(r, 10).kappa[1:]
    for p, exact, recursion in zip((2, 4, 6, 8), reference, floats, strict=True):
        c = kappa_coefficient(p)
        bound = c.error(u, [4e-16 * abs(x) for x in u])
        assert abs(c(*r) - exact) <= bound
        assert abs(recursion - exact) <= 8 * bound
        assert abs(c(*[mpmath.mpf(x) for x in r]) - exact) <= 1e-14 * c.scale(u)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(ratios)
def test_random_potentials_against_the_stationary_equation(r):
    compare_with_reference(r)


@pytest.mark.slow
@settings(max_examples=250, deadline=None, derandomize=True)
@given(ratios)
def test_many_random_potentials_against_the_stationary_equation(r):
    compare_with_reference(r)


def digits(value, exact, scale):
    return float(-mpmath.log10(abs(value - exact) / scale + mpmath.mpf(10) ** -30))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4), st.floats(-14.0, 0.0), st.integers(0, 3))
def test_stable_near_poles_and_where_ratios_coincide(r, exponent, which):
    r = [0.3 + 1e-9 * x for x in r]  # all but equal
    r[which] = 1.0 - 10.0**exponent  # and one close to its pole
    for p in (2, 4, 6, 8):
        c = kappa_coefficient(p)
        with mpmath.workdps(120):
            exact = c(*[mpmath.mpf(x) for x in r])
            scale = c.scale([1 / (1 - x) for x in r])
        assert digits(c(*r), exact, scale) > 13.5


def test_order_10_takes_microseconds():
    c8 = kappa_coefficient(8)
    c8(0.3, 0.2, 0.1, 0.05)
    assert min(timeit.repeat(lambda: c8(0.3, 0.2, 0.1, 0.05), number=200, repeat=20)) / 200 < 50e-6


def test_exact_family_of_kuramoto_is_summed_by_a_high_order():
    # reference values: a_k = I_k(z)/I_0(z), κ = z/a_1
    series = potential_expansion(potentials.kuramoto(), order=40, digits=30)
    with mpmath.workdps(30):
        z = mpmath.mpf("0.4")
        a = mpmath.besseli(1, z) / mpmath.besseli(0, z)
        assert abs(series.kappa_ratio(a) * 2 - z / a) < mpmath.mpf(10) ** -20
        assert (
            abs(series.amplitudes(a)[2] - mpmath.besseli(2, z) / mpmath.besseli(0, z)) < mpmath.mpf(10) ** -20
        )


def test_digits_on_request_agree_with_floats():
    potential = potentials.noisy_transformer(4.0)
    sharp = potential_expansion(potential, order=20, digits=40).kappa
    quick = potential_expansion(potential, order=20).kappa
    assert all(abs(a - b) < 1e-9 * abs(b) + 1e-12 for a, b in zip(quick[1:5], sharp[1:5], strict=True))
    with mpmath.workdps(60):
        r2 = mpmath.besseli(4 // 2, 4) / mpmath.besseli(1, 4)
        assert abs(sharp[1] - (1 - 2 * r2) / (2 * (1 - r2))) < mpmath.mpf(10) ** -40


@pytest.mark.parametrize("order", [3, 62, 2])
def test_orders_that_are_not_allowed(order):
    with pytest.raises(ValueError, match="even integer from 4"):
        expansion([0.0] * 40, order)


def test_ratios_that_are_not_allowed():
    with pytest.raises(ValueError, match=r"give r_2 … r_4"):
        expansion([0.1], 8)
    with pytest.raises(ValueError, match="r_2 = 1 is a resonance"):
        expansion([1.0, 0.0], 6)
    with pytest.raises(ValueError, match="has no onset"):
        potential_expansion(potentials.kuramoto(), 2)
