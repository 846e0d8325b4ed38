"""Lines over a parameter on spheres: exact derivatives, and where the lines end."""

from functools import partial

import numpy as np
import pytest

import branches
from branches import potentials
from branches.loci.family_weights import FamilyWeights
from branches.loci.gibbs_family import GibbsFamily
from branches.onsets.critical_beta import critical_beta
from branches.spaces.zonal import Zonal, ZonalSector


@pytest.mark.parametrize("block", [None, ZonalSector(Zonal(2, 3), 0, 1)])
def test_derivatives_by_differences_of_fourth_order(block):
    weights = FamilyWeights(partial(potentials.noisy_transformer, dimension=3), 2.0, 4.0)
    n_fold = 1 if block is None else 2
    family = GibbsFamily(weights, n_fold, 16, block)
    rng = np.random.default_rng(0)
    u = 0.4 ** np.arange(1, 17)
    size = family.singular(u, 1.1, 3.0).shape[0]
    left, right = rng.standard_normal((2, size))
    value = lambda v, p, q: left @ family.singular(v, p, q) @ right  # noqa: E731
    h = 1e-3
    difference = lambda f: (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)  # noqa: E731
    step = rng.standard_normal(16) * 0.3 ** np.arange(16)
    gradient = family.gradient(u, 1.1, 3.0, left, right)
    assert abs(gradient[:-1] @ step - difference(lambda t: value(u + t * step, 1.1, 3.0))) < 1e-9 * size
    assert abs(gradient[-1] - difference(lambda t: value(u, 1.1 + t, 3.0))) < 1e-9 * size
    by_q = left @ family.jacobian_q_derivative(u, 1.1, 3.0) @ right
    assert abs(by_q - difference(lambda t: value(u, 1.1, 3.0 + t))) < 1e-8 * size
    residual = lambda t: family.problem(3.0 + t).residual(u, 1.1)  # noqa: E731
    assert np.max(np.abs(family.q_derivative(u, 1.1, 3.0) - difference(residual))) < 1e-9


def test_lines_of_the_transformer_in_three_dimensions():
    found = branches.curves(partial(potentials.noisy_transformer, dimension=3), 1.0, 4.0, seeds=(3.0,), modes=(1, 2))
    assert not found.failures
    (point,) = found.points
    assert point.kind == "tricritical"
    assert abs(point.q - critical_beta(3)) < 1e-13
    (fold,) = found.of_kind("fold")
    (coexistence,) = found.of_kind("coexistence")
    assert abs(fold.couplings(3.0)[0] - 1.20844752878) < 1e-11
    assert abs(coexistence.couplings(3.0)[0] - branches.coexistence(
        potentials.noisy_transformer(3, dimension=3)).kappa) < 1e-12  # fmt: skip
    assert abs(fold.q[0] - critical_beta(3)) < 1e-8
    assert abs(coexistence.q[0] - critical_beta(3)) < 1e-8


def two_modes(m):
    return potentials.from_weights([1.0, m], dimension=3)


@pytest.mark.slow
def test_pitchfork_line_of_two_modes_ends_in_the_resonance():
    found = branches.curves(two_modes, 1.2, 3.0, seeds=(1.5, 2.5), modes=(1, 2))
    (resonance,) = {(point.q, point.kappa) for point in found.points if point.kind == "resonance"}
    assert abs(resonance[0] - 5 / 3) < 1e-14
    assert abs(resonance[1] - 3.0) < 1e-14
    lines = found.of_kind("pitchfork")
    assert len(lines) == 2
    assert all(abs(end - 5 / 3) < 1e-6 for end in (lines[0].q[-1], lines[1].q[0]))


def test_phase_diagram_in_four_dimensions():
    found = branches.phase_diagram(partial(potentials.noisy_transformer, dimension=4), [1.2, 4.0])
    assert not found.failures
    continuous, discontinuous = found.columns
    assert continuous.transitions[0][1] == "continuous"
    assert discontinuous.transitions[0][1] == "discontinuous"
    assert abs(discontinuous.transitions[0][0] - 0.89807371547) < 1e-11
