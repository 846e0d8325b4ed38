"""The noise-free transformer: merge times, the cascade, growth of modes."""

import math

import mpmath
import numpy as np
import pytest
from helpers import digits
from scipy.integrate import solve_ivp

from branches import potentials
from branches.dynamics import cascade
from branches.dynamics.clusters import clusters, merge_time
from branches.dynamics.mode_growth import equal_cluster_growth, fastest_mode, mode_growth, switch_point
from branches.dynamics.pair_force import FourierForce, TransformerForce, pair_force
from branches.dynamics.token_velocity import Tokens

TWO = [(5.0, 28376.9354592), (7.0, 1336579.21122), (20.0, 1.46309544394e17)]
CASCADES = [
    (5.0, 3, [529.5387, 40309.73]),
    pytest.param(7.0, 3, [1601.335, 4468089], marks=pytest.mark.slow),
    (20.0, 6, [370.4856, 4226.754, 40957.45, 4.46891e10, 7.41191e17]),
]


def crowd(n=2000):
    q = 2 * np.pi * (np.arange(n) + 0.5) / n
    return q + 0.01 * sum(np.sin(m * q + m * m) for m in range(1, 17)) / 16


@pytest.mark.parametrize(("beta", "time"), TWO)
def test_two_clusters(beta, time):
    assert abs(merge_time(beta, 3.0) / time - 1) < 4e-12
    with mpmath.workdps(30):
        exact = mpmath.quad(
            lambda d: mpmath.exp(2 * beta * mpmath.sin(d / 2) ** 2) / mpmath.sin(d),
            [mpmath.mpf(10) ** k for k in range(-6, 0)] + [0.5, 1, 1.5, 2, 2.5, 3],
        )
    assert digits(merge_time(beta, 3.0), exact) > 12
    found = clusters(beta, [0.5, 3.5], gap=1e-6)
    assert digits(found.merges[0].t, exact) > 11
    assert found.status == "synchronised"
    assert abs(found.merges[0].rate - 1) < 1e-9  # arXiv 2504.14697: at last the rate of the point mass, 1


@pytest.mark.parametrize(("beta", "count", "times"), CASCADES)
def test_cascade(beta, count, times):
    found = clusters(beta, crowd())
    assert (found.collapsed, found.status) == (count, "synchronised")
    assert len(found.merges) == 1999
    for merge, time in zip(found.cascade, times, strict=True):
        assert abs(merge.t / time - 1) < 1.5 * 10.0 ** -(len(f"{time:.7g}".replace(".", "").split("e")[0]) - 1)
        assert abs(merge.rate / merge.exact_rate - 1) < 1e-9
    assert [merge.left for merge in found.cascade] == list(range(count - 1, 0, -1))
    assert np.all(np.diff(found.energy) <= 1e-15)
    energies = [merge.energy for merge in found.cascade]
    assert energies == sorted(energies, reverse=True)


def test_unequal_masses_against_an_independent_integrator():
    beta, m, x = 3.0, np.array([0.2, 0.3, 0.5]), np.array([0.0, 1.5, 3.2])

    def slope(_, y):
        d = y[:, None] - y[None, :]
        return -(np.sin(d) * np.exp(beta * (np.cos(d) - 1))) @ m

    near = lambda _, y: y[2] - y[1] - 1e-6  # noqa: E731
    near.terminal = True
    exact = solve_ivp(slope, (0, 1e4), x, events=near, rtol=1e-12, atol=1e-15, method="Radau")
    found = clusters(beta, x, masses=m)
    assert digits(found.merges[0].t, exact.t_events[0][0]) > 7
    assert found.merges[0].masses == (0.3, 0.5)
    assert found.merges[-1].masses == (0.2, 0.8)
    centre = float(found.positions[0])
    assert abs(centre - m @ x) < 1e-9  # the mean angle is kept, as no pair is more than π apart


def test_a_small_crowd_contracts_at_last_at_rate_one():
    found = clusters(4.0, np.linspace(1.0, 2.5, 40))
    rates = found.contraction
    assert rates[0] < 0.95
    assert abs(rates[np.isfinite(rates)][-1] - 1) < 1e-4
    assert found.collapsed == 1


def test_sums_over_modes_and_over_pairs_are_the_same():
    for beta in (0.0, 4.0, 30.0, -0.5):
        tokens = Tokens(beta)
        n = 4 * tokens.coefficients.size + 1
        x = np.sort(np.random.default_rng(0).uniform(0, 6.28, n))
        m = np.random.default_rng(1).uniform(0.5, 1.5, n)
        m /= m.sum()
        d = x[:, None] - x[None, :]
        pairs = -(np.sin(d) * np.exp(beta * (np.cos(d) - 1))) @ m
        assert np.max(np.abs(tokens.velocity(x, m) - pairs)) < 1e-14
        few = tokens.velocity(x[:3], m[:3])
        assert np.max(np.abs(few + tokens.force.derivative(0, d[:3, :3]) @ m[:3])) == 0
        potential = (1 - np.cos(d)) if beta == 0 else (1 - np.exp(beta * (np.cos(d) - 1))) / beta
        assert abs(tokens.energy(x, m) - 0.5 * m @ potential @ m) < 1e-14


def test_a_symmetric_start_is_an_equilibrium():
    found = clusters(5.0, 2 * np.pi * np.arange(3) / 3)
    assert (found.status, found.positions.size) == ("equilibrium", 3)
    assert "at rest to rounding" in found.message
    assert clusters(-1.0, 30, seed=3).status in ("synchronised", "equilibrium")


def test_the_end_of_the_time_and_an_interrupt(monkeypatch):
    found = clusters(5.0, [0.0, 3.0], t_max=1000.0)
    assert (found.status, found.t) == ("end", 1000.0)
    assert abs(merge_time(5.0, 3.0, float(found.positions[1] - found.positions[0])) / 1000 - 1) < 1e-9
    calls = []

    def stop(self):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(cascade.Cascade, "_record", stop)
    with pytest.raises(ValueError, match="zero-size"):  # nothing recorded at all
        np.max(clusters(5.0, [0.0, 3.0]).spread)
    assert clusters(5.0, 20).status in ("interrupted", "synchronised")


def test_random_starts_are_repeated_by_their_seed():
    first, again, other = (clusters(2.0, 30, seed=seed) for seed in (1, 1, 2))
    assert [m.t for m in first.merges] == [m.t for m in again.merges]
    assert first.merges[-1].t != other.merges[-1].t
    assert "tokens, " in repr(first)


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ((math.nan, [0.0, 1.0]), ValueError, "beta = nan"),
        ((-400.0, [0.0, 1.0]), ValueError, "beta = -400"),
        ((5.0, 1), ValueError, "initial = 1 is not allowed"),
        ((5.0, 2.5), ValueError, "initial = 2.5"),
        ((5.0, [0.0]), ValueError, "at least 2 finite angles"),
        ((5.0, [0.0, math.inf]), ValueError, "finite angles"),
    ],
)
def test_bad_starts(arguments, error, says):
    with pytest.raises(error, match=says):
        clusters(*arguments)


@pytest.mark.parametrize(
    ("keywords", "error", "says"),
    [
        ({"masses": [1.0, -0.5, 0.5]}, ValueError, "masses"),
        ({"masses": [0.5, 0.5]}, ValueError, "3 positive numbers of sum 1"),
        ({"masses": [0.5, 0.5, 0.5]}, ValueError, "sum 1"),
        ({"gap": 0.0}, ValueError, "gap = 0.0"),
        ({"gap": 0.5}, ValueError, "gap = 0.5"),
        ({"t_max": 0.0}, ValueError, "t_max = 0.0"),
        ({"t_max": math.nan}, ValueError, "t_max = nan"),
    ],
)
def test_bad_options(keywords, error, says):
    with pytest.raises(error, match=says):
        clusters(5.0, [0.0, 1.0, 2.0], **keywords)
    with pytest.raises(TypeError, match=r"seed = 1\.5"):
        clusters(5.0, 10, seed=1.5)
    with pytest.raises(ValueError, match="0 < end < start < π"):
        merge_time(5.0, 1.0, 2.0)


@pytest.mark.parametrize(
    ("mode", "beta"),
    [(1, 1.0444568621077742), (2, 3.1654344427005677), (3, 6.2112983794320430), (4, 10.228483162985944)],
)
def test_switch_points(mode, beta):
    assert digits(switch_point(mode), mpmath.mpf(beta)) > 14
    for side, fastest in ((-1e-9, mode), (1e-9, mode + 1)):
        assert fastest_mode(potentials.noisy_transformer(beta + side))[0] == fastest


@pytest.mark.parametrize(("beta", "mode", "rate"), [(5, 3, 0.125299336), (7, 4, 0.106307200), (20, 6, 0.0646512897)])
def test_fastest_mode(beta, mode, rate):
    found = fastest_mode(potentials.noisy_transformer(beta, scaled=True))
    assert found[0] == mode
    assert abs(found[1] - rate) < 6e-10
    with mpmath.workdps(30):
        assert digits(found[1], mode**2 * mpmath.besseli(mode, beta) * mpmath.exp(-beta) / beta) > 14


def test_growth_with_noise_and_bad_couplings():
    rates = mode_growth(potentials.kuramoto(), 4.0, 3)
    assert rates.tolist() == [0.25, -1.0, -2.25]
    assert fastest_mode(potentials.kuramoto(), 1.0) == (1, -0.5)
    for kappa in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="kappa"):
            mode_growth(potentials.kuramoto(), kappa)
    with pytest.raises(ValueError, match="take more"):
        fastest_mode(potentials.noisy_transformer(500), n_modes=8)
    with pytest.raises(ValueError, match="mode = 0"):
        switch_point(0)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_waves_on_equal_clusters(count):
    """The linearised velocities of equal clusters, by complex differences of the exact velocity."""
    beta, step = 3.0, 1e-20
    x = 2 * np.pi * np.arange(count) / count
    columns = []
    for k in range(count):
        y = x.astype(complex)
        y[k] += 1j * step
        d = y[:, None] - y[None, :]
        columns.append((-(np.sin(d) * np.exp(beta * (np.cos(d) - 1))).sum(axis=1) / count).imag / step)
    wanted = np.sort(np.linalg.eigvals(np.array(columns).T).real)
    found = np.sort(np.append(equal_cluster_growth(TransformerForce(beta), count), 0.0))
    assert np.max(np.abs(wanted - found)) < 1e-12


@pytest.mark.parametrize("beta", [-0.5, 3.0, 20.0])
def test_derivatives_of_the_force(beta):
    force = TransformerForce(beta)
    weights = [2 * mpmath.besseli(n, beta) * mpmath.exp(-beta) / beta for n in range(1, 90)]
    series = FourierForce(np.array(weights, dtype=float))
    with mpmath.workdps(30):
        for d in (0.3, 1.0, 2.5):
            for order in range(4):
                exact = mpmath.diff(lambda x: mpmath.sin(x) * mpmath.exp(beta * (mpmath.cos(x) - 1)), d, order)
                assert digits(float(force.derivative(order, d)), exact) > 13
                assert abs(float(series.derivative(order, d)) - exact) < series.error(order, d)


def test_a_force_without_third_derivative():
    with pytest.raises(ValueError, match="decay too slowly"):
        pair_force(potentials.hegselmann_krause(2.0))
