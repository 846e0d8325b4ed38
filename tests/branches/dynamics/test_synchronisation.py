"""Synchronisation: the criterion, what is known beyond it, and equilibria that are stable."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from branches import potentials
from branches.dynamics import synchronisation
from branches.dynamics.mode_growth import equal_cluster_growth
from branches.dynamics.pair_force import FourierForce, TransformerForce
from branches.dynamics.synchronisation import cluster_growth, criterion, synchronises


def margin(beta):
    return criterion(TransformerForce(beta)).margin


def test_where_the_criterion_begins(monkeypatch):
    assert abs(brentq(margin, -0.5, 0, xtol=1e-15) + 0.26156190535951) < 1e-12
    monkeypatch.setattr(synchronisation, "_attracts", lambda force: False)  # L = 2π
    assert abs(brentq(margin, -0.5, 0, xtol=1e-15) + 0.19214349415979) < 1e-12


@pytest.mark.parametrize("beta", [-0.26, -0.1, 0.0, 3.0, 40.0])
def test_criterion_by_quadrature(beta):
    """P by the trapezoidal rule on third differences of f' that know nothing of the closed forms; τ by bisection."""
    found = criterion(TransformerForce(beta))
    x = 2 * np.pi * np.arange(200_000) / 200_000
    f = np.sin(x) * np.exp(beta * (np.cos(x) - 1))
    k = np.fft.rfftfreq(x.size, 1 / x.size)
    third = np.fft.irfft((1j * k) ** 3 * np.where(k < 200, np.fft.rfft(f), 0), x.size)
    assert abs(np.maximum(third, 0).mean() * 2 * np.pi / found.convexity - 1) < 1e-7
    assert abs(math.cos(found.reach) - beta * math.sin(found.reach) ** 2) < 1e-13
    assert found.length == math.pi
    assert found.margin == pytest.approx(4 * (1 + found.reach / math.pi) - found.reach * found.convexity, abs=1e-13)


def test_criterion_of_kuramoto_in_closed_form():
    found = criterion(FourierForce(np.array([1.0])))
    assert abs(found.margin - (6 - math.pi)) < 1e-13  # τ = π/2, P = 2
    assert found.error < 1e-12


def test_criterion_holds_on_the_half_line():
    betas = [-0.26, -0.2, *np.geomspace(0.01, 1e4, 40)]
    margins = [criterion(TransformerForce(beta)) for beta in betas]
    assert all(found.met for found in margins)
    assert 0.48 < margins[-1].margin < 0.51  # the limit is 4 − 3.51


def test_series_and_closed_form_agree():
    by_series = criterion(FourierForce(potentials.noisy_transformer(4.0, scaled=True).weights(40)))
    assert abs(by_series.margin - margin(4.0)) < by_series.error + criterion(TransformerForce(4.0)).error


@pytest.mark.parametrize(
    ("interaction", "answer", "decided_by"),
    [
        (potentials.kuramoto(), "yes", "criterion"),
        (potentials.noisy_transformer(0.5), "yes", "criterion"),
        (potentials.noisy_transformer(300.0), "yes", "criterion"),
        (TransformerForce(-0.2615), "yes", "criterion"),
        (TransformerForce(-0.262), "not decided", ""),
        (TransformerForce(-0.6), "not decided", ""),
        (TransformerForce(-0.667), "no", "equal clusters"),
        (TransformerForce(-20.0), "no", "equal clusters"),
        (potentials.bimodal(0.24), "yes", "criterion"),
        (potentials.bimodal(0.26), "no", "equal clusters"),
        (potentials.maier_saupe(), "no", "equal clusters"),
        (potentials.harmonics({1: -1.0}), "no", "repulsion"),
        (potentials.harmonics({1: 0.0}), "not decided", ""),
        (potentials.harmonics({1: 1.0, 2: -0.25}), "not decided", ""),  # f'(0) = 0
    ],
)
def test_answers(interaction, answer, decided_by):
    found = synchronises(interaction)
    assert (found.answer.value, found.decided_by) == (answer, decided_by)
    assert answer in repr(found)


def test_published_proved_and_searched_are_kept_apart():
    found = synchronises(TransformerForce(-0.2))
    assert (found.answer.value, found.published) == ("yes", "")
    assert found.proved
    assert "−0.16" in synchronises(TransformerForce(-0.1)).published
    assert "β < −2/3" in synchronises(TransformerForce(-1.0)).published
    between = synchronises(TransformerForce(-0.4))
    assert "found" in between.searched
    assert "three clusters" in between.proved
    assert between.answer.value == "not decided"


def test_a_force_known_by_numbers_alone_is_not_called_analytic():
    potential = potentials.from_function(lambda x: -np.cos(x), name="by hand")
    found = synchronises(potential)
    assert (found.answer.value, found.criterion.met) == ("not decided", True)
    assert "strict saddle" in found.proved
    with pytest.raises(ValueError, match="no third derivative"):
        synchronises(potentials.log_gas(1.0))
    with pytest.raises(ValueError, match="criterion needs"):
        criterion(FourierForce(np.array([1.0, 1.0])))


def test_the_equal_triangle():
    rate = lambda beta: float(equal_cluster_growth(TransformerForce(beta), 3).max())  # noqa: E731
    assert abs(brentq(rate, -1, 0) + 2 / 3) < 1e-14
    assert rate(-0.6) > 0 > rate(-0.7)


def test_equal_clusters_by_both_formulas():
    for beta, count in [(-1.0, 3), (4.0, 5), (0.3, 2)]:
        x = 2 * np.pi * np.arange(count) / count
        rates = cluster_growth(TransformerForce(beta), x, np.full(count, 1 / count))
        assert np.max(np.abs(np.sort(rates) - np.sort(equal_cluster_growth(TransformerForce(beta), count)))) < 1e-12


def test_four_particles_have_a_stable_state_below_a_fold():
    """(2, 1, 1) at −2.21243."""

    def turn(d):  # β at which the equilibrium is at d: 2 sin d e^{β cos d} + sin 2d e^{β cos 2d} = 0
        return math.log(-1 / math.cos(d)) / (math.cos(d) - math.cos(2 * d)) * -1

    d = np.linspace(1.6, 2.09, 200_001)
    betas = np.array([turn(x) for x in d])
    assert abs(betas.max() + 2.21243) < 1e-5
    x = d[np.searchsorted(-betas[np.argmax(betas) :], 2.3) + np.argmax(betas)]
    growths = [cluster_growth(TransformerForce(-2.3), [0.0, y, -y], [0.5, 0.25, 0.25])[0] for y in _roots_at(-2.3)]
    assert min(growths) < 0 < max(growths)
    assert x > 0


def _roots_at(beta):
    balance = lambda d: 2 * math.sin(d) * math.exp(beta * math.cos(d)) + math.sin(2 * d) * math.exp(  # noqa: E731
        beta * math.cos(2 * d)
    )
    d = np.linspace(1.6, 3.0, 2000)
    values = [balance(x) for x in d]
    return [brentq(balance, d[k], d[k + 1]) for k in range(len(d) - 1) if values[k] * values[k + 1] < 0]


def test_five_particles_lose_their_stable_state_at_a_pitchfork():
    """(1, 2, 2) at −1.4429."""

    def growth(beta):
        balance = lambda d: math.sin(d) * math.exp(beta * math.cos(d)) + 2 * math.sin(2 * d) * math.exp(  # noqa: E731
            beta * math.cos(2 * d)
        )
        y = brentq(balance, 1.7, 2.9)
        return cluster_growth(TransformerForce(beta), [0.0, y, -y], [0.2, 0.4, 0.4])[0]

    assert growth(-1.5) < 0 < growth(-1.4)
    assert abs(brentq(growth, -1.5, -1.4) + 1.4429) < 6e-5


def test_bad_clusters():
    with pytest.raises(ValueError, match="positive masses"):
        cluster_growth(TransformerForce(1.0), [0.0, 1.0], [0.5, -0.5])
    with pytest.raises(ValueError, match="positive masses"):
        cluster_growth(TransformerForce(1.0), [0.0, 1.0], [1.0])
    with pytest.raises(ValueError, match="beta = nan"):
        TransformerForce(math.nan)


@pytest.mark.slow
@pytest.mark.parametrize("beta", [-0.3, -0.45, -0.6])
def test_search_finds_no_stable_state_above_minus_two_thirds(beta):
    rng = np.random.default_rng(int(-1000 * beta))
    for n in (4, 5, 7, 12):
        for _ in range(50):
            x, m = rng.uniform(0, 2 * np.pi, n), rng.dirichlet(np.ones(n))

            def slope(_, y, m=m):
                d = y[:, None] - y[None, :]
                return -(np.sin(d) * np.exp(beta * (np.cos(d) - 1))) @ m

            end = solve_ivp(slope, (0, 2000), x, method="LSODA", rtol=1e-8, atol=1e-10).y[:, -1]
            assert abs(np.exp(1j * end) @ m) > 1 - 1e-6
