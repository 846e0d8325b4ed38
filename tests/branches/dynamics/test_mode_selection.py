"""Growth rates about the uniform state of a sphere, and where the fastest mode changes."""

import numpy as np
import pytest

import branches
from branches import potentials
from branches.dynamics.mode_growth import mode_growth, switch_point

SWITCHES = {
    2: {4: 10.228483162985949, 5: 15.236276728520545, 6: 21.240451963641602},
    3: {1: 1.816154525435884, 2: 4.425293012395599, 3: 7.962379851546260},
}


@pytest.mark.parametrize("dimension", [2, 3])
def test_switches(dimension):
    for mode, beta in SWITCHES[dimension].items():
        assert abs(switch_point(mode, dimension) - beta) < 4e-15 * beta
    values = [beta * (1 + side) for beta in SWITCHES[dimension].values() for side in (-1e-9, 1e-9)]
    found = branches.mode_selection(values, dimension=dimension)
    assert found.fastest.tolist() == [m + after for m in SWITCHES[dimension] for after in (0, 1)]


def test_rates_with_noise_vanish_at_the_onsets():
    potential = potentials.noisy_transformer(4, dimension=5)
    for degree in (1, 2, 3):
        rates = mode_growth(potential, potential.onset_coupling(degree), 6)
        assert abs(rates[degree - 1]) < 1e-14
        assert rates[degree] < 0
    found = branches.mode_selection([4.0], dimension=5, kappa=0.9 * potential.onset_coupling(1))
    assert found.fastest.tolist() == [0]
    assert found.switches == ()


def test_rates_by_the_linearised_flow_in_three_dimensions():
    """∂_t P_l = Δ P_l/κ + ∇·(∇ W∗P_l): the convolution by quadrature over the sphere, Δ P_l = −l(l+1) P_l."""
    beta, kappa = 2.5, 1.7
    t, w = np.polynomial.legendre.leggauss(60)
    for degree in (1, 2, 4):
        convolved = -np.exp(beta * t) / beta @ (0.5 * w * np.polynomial.legendre.Legendre.basis(degree)(t))
        expected = -degree * (degree + 1) * (1 / kappa + convolved)
        rate = mode_growth(potentials.noisy_transformer(beta, dimension=3), kappa, degree)[-1]
        assert abs(rate - expected) < 1e-13 * degree * (degree + 1)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="dimension = 1"):
        switch_point(1, 1)
    with pytest.raises(ValueError, match="n_modes = 2"):
        branches.mode_selection([9.0], dimension=3, n_modes=2)
    with pytest.raises(NotImplementedError, match="circle"):
        branches.critical_rate(potentials.vector_model(3))
