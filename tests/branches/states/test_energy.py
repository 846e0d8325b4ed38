"""Free energy: along a branch dF/dκ = −½ Σ g a², and against direct quadrature of its definition."""

import numpy as np
import pytest
from helpers import digits

import branches
from branches import potentials
from branches.spaces.circle import EVEN

POTENTIALS = [
    potentials.noisy_transformer(4),
    potentials.hegselmann_krause(2.0),
    potentials.from_weights([1.0, -0.4, 0.3]),
]


@pytest.mark.parametrize("potential", POTENTIALS, ids=lambda p: p.label)
def test_slope_integrated_along_the_branch(potential):
    branch = branches.trace(potential, kappa_max=2 * potential.onset_coupling(1))
    nodes, weights = np.polynomial.legendre.leggauss(40)
    g = branch.weights
    for piece in branch.curve.pieces:
        tau = 0.5 * (nodes + 1)
        x = piece.at(tau)
        slope = np.array([piece.derivative(t)[-1] for t in tau]) * branch.curve.parameter_scale
        work = -0.5 * np.einsum("n,pn->p", g[: x.shape[1] - 1], x[:, :-1] ** 2)
        change = 0.5 * weights @ (work * slope)
        ends = [branch.at(s).free_energy for s in (piece.start, min(piece.end, branch.arclength[-1]))]
        assert ends[1] - ends[0] == pytest.approx(change, abs=2e-14 * (1 + abs(ends[1])), rel=1e-11)


@pytest.mark.parametrize("potential", POTENTIALS, ids=lambda p: p.label)
def test_definition_by_quadrature(potential):
    branch = branches.trace(potential, kappa_max=2 * potential.onset_coupling(1))
    theta = 2 * np.pi * np.arange(4096) / 4096
    for k in (5, 20, branch.kappa.size - 1):
        rho = EVEN.density(branch.a[k], theta)
        entropy = np.mean(2 * np.pi * rho * np.log(2 * np.pi * rho))
        g = potential.weights(branch.a.shape[1])
        direct = entropy - 0.5 * branch.kappa[k] * np.sum(g * branch.a[k] ** 2)
        assert branch.free_energy[k] == pytest.approx(direct, abs=1e-13, rel=1e-10)


def test_density_is_normalised_and_positive():
    state = branches.trace(potentials.kuramoto(), kappa_max=4).at_kappa(4.0)[0]
    theta = 2 * np.pi * np.arange(512) / 512
    rho = state.density(theta)
    assert digits(rho.mean() * 2 * np.pi, 1.0) >= 15
    assert rho.min() > 0
    z = 3.325848099017027883
    np.testing.assert_allclose(rho / rho[0], np.exp(z * (np.cos(theta) - 1)), rtol=1e-10, atol=1e-13)
