"""Onsets on spheres: exact coefficients against formulas, quadrature and the traced branches; critical β."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

import branches
from branches import potentials
from branches.onsets.axial_states import axial_subgroups
from branches.onsets.continuous import continuous_transition
from branches.onsets.critical_beta import critical_beta
from branches.onsets.exact.any_basis import branch_series
from branches.onsets.exact.linearisation import block_products, dougall, harmonics_of, zonal_products
from branches.onsets.spheres import expansion_at_onset
from branches.spaces.blocks_of_spheres import BlockStates
from branches.spaces.gegenbauer import gauss_gegenbauer, gegenbauer

CRITICAL = {
    2: 2.446918311289046, 3: 1.816154525435884, 4: 1.575257150092130, 5: 1.445485432465840,
    6: 1.363867400499363, 8: 1.266553024520917, 10: 1.210397063095822, 12: 1.173808810587449,
}  # fmt: skip


def in_three_dimensions(beta):
    return potentials.noisy_transformer(beta, dimension=3)


@pytest.mark.parametrize("dimension", [2, 3, 5, 8])
def test_dougall_against_quadrature(dimension):
    theta, log_share = gauss_gegenbauer(dimension, 30)
    share = np.exp(log_share)
    values = gegenbauer(theta, dimension, 12)
    for m, n in ((1, 1), (2, 2), (3, 5), (6, 4)):
        product = dougall(m, n, Fraction(dimension))
        assert sum(product.values()) == 1
        for l in range(m + n + 1):
            mean = float(harmonics_of(l, Fraction(dimension))) * (share @ (values[m] * values[n] * values[l]))
            assert abs(mean - float(product.get(l, 0))) < 1e-13


def test_closed_forms_in_the_dimension():
    d, r2, r3 = sympy.symbols("d r2 r3")
    ratios, one = {2: r2, 3: r3}, sympy.Integer(1)
    c, rows = branch_series(
        zonal_products(d), lambda l: harmonics_of(l, d), 1, lambda k: ratios.get(k, 0 * one), 4, one
    )
    assert sympy.simplify(c[2] - d * (1 - d * r2) / ((d + 2) * (1 - r2))) == 0
    assert sympy.simplify(rows[2][2] - d / ((d + 2) * (1 - r2))) == 0
    critical = d**4 * (2 - d * (d + 1) * r3) / (2 * (d - 1) ** 2 * (d + 2) * (d + 4) * (1 - r3))
    assert sympy.simplify(c[4].subs(r2, 1 / d) - critical) == 0
    vector = c[4].subs({r2: 0, r3: 0})
    assert sympy.simplify(vector - d**2 * (d + 8) / ((d + 2) ** 2 * (d + 4))) == 0
    even, _ = branch_series(
        zonal_products(d), lambda l: harmonics_of(l, d), 2, lambda k: sympy.Integer(0), 1, sympy.Integer(1)
    )
    assert sympy.simplify(even[1] + (d**2 - 4) / (d + 4)) == 0


def test_published_coefficients():
    potential = potentials.noisy_transformer(3, dimension=3)
    first, second, third = (branches.onset(potential, l) for l in (1, 2, 3))
    assert (first.kind, second.kind, third.kind) == ("subcritical", "transcritical", "supercritical")
    assert abs(first.c2 + 0.54788007) < 5e-9
    assert first.c1 == 0.0
    assert abs(second.c1 + 5 / 7) < 1e-14
    assert abs(second.c2 - 1.49302469) < 5e-9
    assert abs(third.c2 - 2.24518852) < 5e-9
    assert len(second.rays) == 2
    assert second.rays[0].slope == -second.rays[1].slope
    assert third.owed == ("tetrahedral states", "D_3h states")
    block = expansion_at_onset(potentials.noisy_transformer(3, dimension=5), BlockStates(2, 5, 2), 2)
    assert abs(block.measured(1)[0] + 0.63505290) < 5e-9


@pytest.mark.parametrize(("d", "k"), [(4, 2), (5, 2), (6, 2), (6, 3), (9, 4)])
def test_slope_of_block_states(d, k):
    c, _ = branch_series(
        block_products(d, k, 12), lambda l: float(harmonics_of(l, Fraction(d))), 2, lambda l: 0.0, 1, 1.0
    )
    expected = -(d - 2 * k) * np.sqrt((d - 1) / (k * (d - k))) * (d + 2) / (d + 4)
    assert abs(c[1] - expected) < 1e-13 * d


@pytest.mark.parametrize(("dimension", "degree"), [(3, 1), (3, 2), (3, 3), (5, 2), (4, 4)])
def test_expansion_follows_the_traced_branch(dimension, degree):
    potential = potentials.noisy_transformer(3, dimension=dimension)
    onset = branches.onset(potential, degree)
    branch = branches.trace(potential, degree, kappa_max=1.3 * onset.kappa)
    piece = branch.curve.pieces[0]
    s, errors = 0.01 * np.array([1.0, 2.0]), []
    for amplitude in s:
        tau = amplitude / (piece.coefficients[1][degree // branch.n_fold - 1])
        kappa = float(piece(tau)[-1]) * branch.curve.parameter_scale
        errors.append(abs(kappa / onset.kappa - 1 - onset.c1 * amplitude - onset.c2 * amplitude**2))
    power = np.log2(errors[1] / errors[0])
    assert power > (3.8 if degree % 2 else 2.7), (errors, power)


@pytest.mark.parametrize("d", CRITICAL)
def test_critical_beta(d):
    assert abs(critical_beta(d) - CRITICAL[d]) < 2e-15 * CRITICAL[d]
    point = branches.tricritical_point(lambda beta: potentials.noisy_transformer(beta, dimension=d), (0.9, 4.0))
    assert abs(point.parameter - CRITICAL[d]) < 4e-15
    assert point.kind == "tricritical"


def test_critical_beta_to_thirty_digits():
    with mpmath.workdps(40):
        for d in (3, 7):
            beta = critical_beta(d, digits=30)
            half = mpmath.mpf(d) / 2
            assert abs(mpmath.besseli(half + 1, beta) / mpmath.besseli(half, beta) - mpmath.mpf(1) / d) < 1e-29
    point = branches.tricritical_point(lambda b: potentials.noisy_transformer(b, dimension=3), (1, 3), digits=30)
    with mpmath.workdps(30):
        assert abs(point.parameter - critical_beta(3, digits=30)) < mpmath.mpf(10) ** -29


def test_critical_beta_is_smooth_in_the_dimension():
    assert critical_beta(2.999999) > critical_beta(3) > critical_beta(3.000001)
    slope = (critical_beta(2.001) - critical_beta(2)) / 1e-3
    assert -1.5 < slope < -0.5


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: critical_beta(1.5), "dimension = 1.5"),
        (lambda: branches.tricritical_point(in_three_dimensions, (2, 4)), "1/3"),
        (lambda: branches.tricritical_point(in_three_dimensions, (1, 3), 2), "mode = 2"),
        (lambda: branches.onset(potentials.maier_saupe(3), 1), "no onset"),
        (lambda: potentials.maier_saupe(5).space.block_class(2, 4), "degree = 4 is not allowed: block states"),
    ],
)
def test_bad_input_is_named(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_axial_subgroups():
    """Golubitsky, Stewart and Schaeffer (1988), ch. XIII, theorem 9.9 and the tables of dimensions."""
    assert axial_subgroups(4) == ("octahedral",)
    assert axial_subgroups(6) == ("octahedral", "icosahedral")
    assert axial_subgroups(10) == ("octahedral", "icosahedral")
    assert axial_subgroups(1) == ()
    assert axial_subgroups(3) == ("tetrahedral", "D_3h")


def test_the_condition_of_the_circle_proves_nothing_on_spheres():
    assert continuous_transition(potentials.vector_model(3)).answer == "not decided"
