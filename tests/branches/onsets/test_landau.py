"""The symbolic reduction against published coefficients, stored data and independent computations."""

import importlib.resources
import json
from fractions import Fraction

import mpmath
import pytest
import sympy

from branches.onsets.exact import landau
from branches.onsets.exact.coefficients import free_energy_coefficient, kappa_coefficient, mode_coefficient
from branches.onsets.exact.expansion import expansion
from branches.onsets.exact.series import kernel_gradient

R2, R3 = sympy.symbols("r2 r3")


def stored():
    return json.loads(importlib.resources.files("branches.onsets.exact").joinpath("landau.json").read_text("utf-8"))


def test_orders_4_and_6_are_the_published_ones():
    reduction = landau.reduce((1,), 6)
    c2 = (1 - 2 * R2) / (2 * (1 - R2))
    c4 = 24 * R2**3 * R3 - 20 * R2**3 - 42 * R2**2 * R3 + 42 * R2**2 + 21 * R2 * R3 - 24 * R2 - 6 * R3 + 5
    c4 = c4 / (12 * (R2 - 1) ** 3 * (R3 - 1))
    assert sympy.cancel(reduction.kappa[2] - c2) == 0
    assert sympy.cancel(reduction.kappa[4] - c4) == 0
    assert sympy.cancel(reduction.amplitudes[2][2] - 1 / (2 * (1 - R2))) == 0
    assert sympy.cancel(reduction.amplitudes[3][3] - (1 + 2 * R2) / (6 * (1 - R2) * (1 - R3))) == 0


def test_tricritical_c4():
    at_half = kappa_coefficient(4)
    for r3 in (Fraction(-1), Fraction(0), Fraction(1, 4), Fraction(2)):
        assert at_half(Fraction(1, 2), r3) == Fraction(2, 3) * (1 - 3 * r3) / (1 - r3)


@pytest.mark.parametrize(
    "order", [4, 6, pytest.param(8, marks=pytest.mark.slow), pytest.param(10, marks=pytest.mark.slow)]
)
def test_stored_coefficients_are_rederived(order):
    derived = json.loads(landau.stored_data(order))
    kept = stored()
    for name, entries in derived.items():
        for power, entry in entries.items():
            assert kept[name][power] == entry
    assert {int(p) for p in derived["kappa"]} == set(range(2, order, 2))
    if order == 10:
        assert derived == kept


def test_log_gas_kills_every_coefficient_exactly():
    ratios = [Fraction(1, k) for k in range(2, 6)]  # the branch of the log gas is vertical
    assert [kappa_coefficient(p)(*ratios) for p in (2, 4, 6, 8)] == [0, 0, 0, 0]
    # and it is a_k = s^k
    assert (
        mode_coefficient(2, 2)(*ratios)
        == mode_coefficient(3, 3)(*ratios)
        == mode_coefficient(5, 5)(*ratios)
        == 1
    )
    assert mode_coefficient(2, 4)(*ratios) == mode_coefficient(3, 5)(*ratios) == 0


def kuramoto_series(terms):
    """c_2, c_4, … from κ = 2z/(2 a) with a = I_1(z)/I_0(z), reverted by mpmath's Taylor expansion."""
    with mpmath.workdps(60):

        def ratio(t):  # κ/κ_1 as a function of a², through z
            z = mpmath.findroot(
                lambda z: mpmath.besseli(1, z) / mpmath.besseli(0, z) - mpmath.sqrt(t), 2 * mpmath.sqrt(t)
            )
            return z / (2 * mpmath.sqrt(t))

        nodes = [mpmath.mpf(j) / 10**6 for j in range(1, terms + 4)]
        values = [ratio(t) - 1 for t in nodes]
        matrix = mpmath.matrix([[t**p for p in range(1, len(nodes) + 1)] for t in nodes])
        return list(mpmath.lu_solve(matrix, mpmath.matrix(values)))[:terms]


def test_kuramoto_to_order_10():
    exact = [kappa_coefficient(p)(*[Fraction(0)] * 4) for p in (2, 4, 6, 8)]
    for mine, reference in zip(exact, kuramoto_series(4), strict=True):
        assert abs(mpmath.mpf(mine.numerator) / mine.denominator / reference - 1) < mpmath.mpf(10) ** -12


def test_free_energy_and_branch_agree():
    # along the branch ∂f/∂s = 0, with κ g_{kn}/2 = (κ/κ_n) r_k inside the coefficients
    r = [mpmath.mpf(x) for x in ("0.31", "-0.2", "0.11", "0.05")]
    with mpmath.workdps(50):
        s = mpmath.mpf("1e-4")
        ratio = 1 + sum(kappa_coefficient(p)(*r) * s**p for p in (2, 4, 6, 8))
        scaled = [ratio * x for x in r]
        slope = 2 * (1 - ratio) * s + sum(
            p * free_energy_coefficient(p)(*scaled) * s ** (p - 1) for p in (4, 6, 8, 10)
        )
        assert (
            abs(slope) < mpmath.mpf(10) ** -42
        )  # the first term left out is s^11 = 1e-44 times a number near 10


def test_a_kernel_of_one_mode_does_not_depend_on_its_name():
    assert landau.reduce((3,), 6).kappa == landau.reduce((1,), 6).kappa


@pytest.mark.parametrize("kernel", [(1, 2), (1, 3), (2, 3), (1, 2, 3), (2, 3, 5)])
def test_the_reduced_equations_are_a_gradient(kernel):
    gaps = {j: Fraction(7 + j, 3 + 2 * j) for j in range(1, 60)}
    gradient, _ = kernel_gradient(kernel, 5, gaps.__getitem__, Fraction(1))
    x = sympy.symbols(f"x:{len(kernel)}")
    for degree in range(2, 6):
        parts = [
            sum(
                sympy.Rational(c.numerator, c.denominator)
                * sympy.prod([v**p for v, p in zip(x, e, strict=True)])
                for e, c in gradient[k][degree].items()
            )
            for k in kernel
        ]
        for i in range(len(kernel)):
            for j in range(i):
                assert sympy.expand(sympy.diff(parts[i], x[j]) - sympy.diff(parts[j], x[i])) == 0


def test_cubic_part_of_a_resonant_kernel():
    # reference values: −2 Σ_{l<m} a_l a_m a_{l+m} − Σ a_l² a_{2l}
    x1, x2, x3 = sympy.symbols("x1:4")
    energy = sympy.Poly(landau.reduce((1, 2, 3), 4).free_energy, x1, x2, x3)
    cubic = sum(c * x1 ** e[0] * x2 ** e[1] * x3 ** e[2] for e, c in energy.terms() if sum(e) == 3)
    assert sympy.expand(cubic + 2 * x1 * x2 * x3 + x1**2 * x2) == 0


def constrained_free_energy(g, fixed, n_theta=64):
    """min ∫ρ log 2πρ − Σ' (κ g_k/2) a_k² at fixed a_k, k in the kernel: Newton in the exponent b (mpmath)."""
    theta = [2 * mpmath.pi * j / n_theta for j in range(n_theta)]
    modes = sorted(set(fixed) | set(g))
    cosines = {k: [mpmath.cos(k * t) for t in theta] for k in modes}

    def state(b):
        weights = [mpmath.exp(sum(b[i] * cosines[k][j] for i, k in enumerate(modes))) for j in range(n_theta)]
        Z = sum(weights) / n_theta
        return Z, [sum(w * c for w, c in zip(weights, cosines[k], strict=True)) / n_theta / Z for k in modes]

    def equations(*b):
        _, a = state(b)
        return [a[i] - fixed[k] if k in fixed else b[i] - 2 * g[k] * a[i] for i, k in enumerate(modes)]

    start = [2 * fixed.get(k, mpmath.mpf(0)) for k in modes]
    b = list(mpmath.findroot(equations, start, tol=mpmath.mpf(10) ** -50))
    Z, a = state(b)
    entropy = sum(x * y for x, y in zip(a, b, strict=True)) - mpmath.log(Z)
    return entropy - sum(g[k] * a[i] ** 2 for i, k in enumerate(modes) if k in g)


def test_reduced_free_energy_of_the_1_2_resonance_against_direct_minimisation():
    reduction = landau.reduce((1, 2), 6)
    with mpmath.workdps(40):
        g = {3: mpmath.mpf("0.4"), 4: mpmath.mpf("-0.3"), 5: mpmath.mpf("0.2"), 6: mpmath.mpf("0.1")}
        x = {1: mpmath.mpf("2e-4"), 2: mpmath.mpf("-3e-4")}
        direct = constrained_free_energy(g, x, 32)
        series = reduction.function()([x[1], x[2]], g, 0)
        # the difference is of degree 7: about (4e-4)^7
        assert abs(direct - series) < mpmath.mpf(10) ** -23
        assert abs(direct - series) / abs(direct) < mpmath.mpf(10) ** -15


def test_latex_names_the_ratios():
    text = landau.reduce((1,), 4).latex()
    assert r"r_{2}" in text
    assert r"\tfrac{\kappa}{\kappa_0}" in text
    assert "x1" not in text


@pytest.mark.parametrize("order", [2, 5, 14, 0, -4, 4.0, "6"])
def test_orders_that_are_not_allowed(order):
    with pytest.raises(ValueError, match=r"order = .* not allowed.*even integer from 4"):
        landau.reduce((1,), order)


@pytest.mark.parametrize("kernel", [(), (0,), (1, 1), (-2, 1)])
def test_kernels_that_are_not_allowed(kernel):
    with pytest.raises(ValueError, match=r"kernel = .* not allowed"):
        landau.reduce(kernel, 4)


@pytest.mark.parametrize("power", [0, 3, 10, 2.0])
def test_stored_powers(power):
    with pytest.raises(ValueError, match="stored are 2, 4, 6, 8"):
        kappa_coefficient(power)


def test_missing_ratios_and_poles_are_named():
    with pytest.raises(ValueError, match="r_2 … r_5 are needed"):
        kappa_coefficient(8)(0.1, 0.1)
    with pytest.raises(ValueError, match="r_3 = 1 is a resonance"):
        kappa_coefficient(4)(0.1, 1.0)


def test_higher_orders_than_stored_agree_with_the_numeric_recursion():
    reduction = landau.reduce((1,), 12)
    ratios = [Fraction(k, 7 + k * k) for k in range(2, 7)]
    exact = expansion(ratios, 12).kappa[5]
    values = {f"r{k}": sympy.Rational(r.numerator, r.denominator) for k, r in enumerate(ratios, 2)}
    assert reduction.kappa[10].subs(values) == sympy.Rational(exact.numerator, exact.denominator)
