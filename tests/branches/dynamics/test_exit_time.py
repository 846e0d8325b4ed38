"""Exits from the uniform state: the formula, and ensembles that leave it."""

import math

import numpy as np
import pytest

import branches
from branches import potentials
from branches.dynamics.exit_time import exit_couplings, exit_time, measured_exit
from branches.dynamics.particles import particles


@pytest.fixture(scope="module")
def diagram():
    return branches.diagram(potentials.bimodal(1.0), kappa_max=2.3)


def test_the_formula(diagram):
    found = exit_time(diagram, 1.76, 400)
    assert abs(found.mean - 128.2) < 0.05
    (passage,) = found.passages
    assert passage.state.index == (1, 0)
    assert abs(passage.barrier - 400 * passage.state.free_energy) < 1e-12


def test_the_formula_by_independent_integrals(diagram):
    """Gaussian integrals from second differences of the field functional, in cosines and sines."""
    kappa, n = 1.76, 400
    found = exit_time(diagram, kappa, n)
    a = found.passages[0].state.a[:2]
    theta = 2 * np.pi * np.arange(512) / 512
    waves = np.array([np.cos(theta), np.cos(2 * theta), np.sin(theta), np.sin(2 * theta)])

    def functional(u):  # |u|²/2 − log ⟨exp(√κ u·waves)⟩, g = (1, 1)
        return 0.5 * u @ u - np.log(np.mean(np.exp(math.sqrt(kappa) * u @ waves)))

    def hessian(u, h=1e-4):
        e = np.eye(4) * h
        f = functional
        rows = [[f(u + x + y) - f(u + x - y) - f(u - x + y) + f(u - x - y) for y in e] for x in e]
        return np.array(rows) / (4 * h * h)

    saddle = math.sqrt(kappa) * np.append(a, [0.0, 0.0])
    at_saddle = np.sort(np.abs(np.linalg.eigvalsh(hessian(saddle))))
    at_uniform = np.linalg.det(hessian(np.zeros(4)))
    length = 2 * math.pi * np.linalg.norm([1, 2] * saddle[:2])
    barrier = n * (functional(saddle) - functional(np.zeros(4)))
    growth = found.passages[0].growth
    rate = growth / (2 * math.pi) * math.sqrt(n / (2 * math.pi)) * length * math.exp(-barrier)
    rate *= math.sqrt(at_uniform / np.prod(at_saddle[1:]))
    assert abs(rate / found.rate - 1) < 1e-4


def test_quartiles_of_a_sweep(diagram):
    found = exit_couplings(diagram, (1.65, 2.1), 2000, 1000, (0.25, 0.5, 0.75))
    assert np.max(np.abs(found - [1.779, 1.798, 1.818])) < 1e-3


def test_a_rate_too_small_to_represent(diagram):
    found = exit_time(diagram, 1.76, 10**6)
    assert (found.rate, found.mean) == (0.0, math.inf)
    assert abs(found.log_rate + found.barrier - (exit_time(diagram, 1.76, 400).log_rate + 400 / 1e6 * found.barrier)
               - 0.5 * math.log(2500)) < 1e-9  # fmt: skip
    assert np.isnan(exit_couplings(diagram, (1.74, 1.8), 1, 10**6, (0.5,))[0])


def test_a_shorter_period_shortens_the_orbit():
    """Mode 2 alone is mode 1 with time four times as fast, and half the orbit."""
    one = branches.diagram(potentials.bimodal(1.0), kappa_max=2.3)
    two = branches.diagram(potentials.harmonics({2: 1.0, 4: 1.0}), kappa_max=2.3)
    first, second = exit_time(one, 1.76, 400), exit_time(two, 1.76, 400)
    assert abs(second.rate / first.rate - 4) < 1e-6


def test_bad_input(diagram):
    with pytest.raises(ValueError, match="uniform state is not stable"):
        exit_time(diagram, 2.1, 400)
    with pytest.raises(ValueError, match="no saddle of index 1"):
        exit_time(diagram, 1.5, 400)
    with pytest.raises(ValueError, match="n = 0"):
        exit_time(diagram, 1.76, 0)
    with pytest.raises(ValueError, match="kappa = nan"):
        exit_time(diagram, math.nan, 10)
    with pytest.raises(ValueError, match="must rise"):
        exit_couplings(diagram, (2.0, 1.0), 10, 10, (0.5,))
    with pytest.raises(ValueError, match="cannot be left"):
        exit_couplings(diagram, (1.0, 1.5), 10, 10, (0.5,))
    still = particles(potentials.kuramoto(), 1.0, 100, 5, 1)
    with pytest.raises(ValueError, match="no replica came above it"):
        measured_exit(still, 1, 0.9)


def test_exits_are_measured_with_those_that_stay():
    run = particles(potentials.kuramoto(), 6.0, 200, np.linspace(0, 30, 61), 1, replicas=4)
    found = measured_exit(run, 1, 0.5)
    assert found.exits == 4
    assert abs(found.mean - run.first_passage(1, 0.5).mean()) < 1e-12


@pytest.mark.slow
def test_measured_exits(diagram):
    """Mean 222 ± 7 up to the cluster where the formula gives 128: N ΔF is 1.4 only."""
    run = particles(potentials.bimodal(1.0), 1.76, 400, np.linspace(0, 800, 801), 7, replicas=400, step=0.2)
    found = measured_exit(run, 1, 0.6)
    assert found.error < 0.06 * found.mean
    assert abs(found.mean - 222) < 3 * math.hypot(found.error, 7)


@pytest.mark.slow
def test_hysteresis_against_the_formula(diagram):
    t = np.linspace(0, 2000, 1001)
    run = particles(potentials.bimodal(1.0), 1.65 + 0.45 * t / 2000, 1000, t, 5, replicas=24, step=0.2)
    jumps = np.interp(run.first_passage(1, 0.3), t, run.kappa)  # about where the saddle is
    quartiles = np.quantile(jumps, [0.25, 0.5, 0.75])
    spread = 1.36 * 0.033 / math.sqrt(24)  # of a quartile of 24
    assert np.max(np.abs(quartiles - [1.778, 1.805, 1.823])) < 2.5 * spread
    predicted = exit_couplings(diagram, (1.65, 2.1), 2000, 1000, (0.25, 0.5, 0.75))
    assert np.max(np.abs(quartiles - predicted)) < 2.5 * spread
