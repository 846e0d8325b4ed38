"""Particles: the force, the order of the steps, equilibrium averages, and that runs can be repeated and resumed."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from helpers import digits
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.special import ive

import branches
from branches import potentials
from branches.dynamics import replicas, walk
from branches.dynamics.finite_size import disordered_mean_square, kuramoto_mean_square
from branches.dynamics.force import force_of
from branches.dynamics.particle_steps import advance_loop, mode_averages, numpy_advance
from branches.dynamics.particles import continued, particles
from branches.dynamics.starts import start_of
from branches.sweeps.sweep import dask_executor


def pairwise_force(g, x):
    """Return −(1/N) Σ_j W'(x_i − x_j) by the double sum."""
    difference = x[:, None] - x[None, :]
    return -sum(n * g[n - 1] * np.sin(n * difference) for n in range(1, len(g) + 1)).mean(axis=1)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(-2, 2).map(lambda w: round(w, 3)), min_size=1, max_size=7),
    st.integers(1, 3),
    st.integers(1, 12),
    st.integers(0, 1000),
)
def test_both_steps_are_the_pairwise_sum(weights, spread, n, seed):
    g = np.zeros(spread * len(weights))
    g[spread - 1 :: spread] = weights
    force = force_of(potentials.from_weights(g), g.size)
    rng = np.random.default_rng(seed)
    x, noise, sigma = rng.uniform(0, 6, n), rng.standard_normal((1, n)), np.array([0.3])
    middle = x + 0.5 * 0.3 * noise[0]
    wanted = middle + 0.1 * pairwise_force(g, middle) + 0.5 * 0.3 * noise[0]
    z = np.array([np.exp(1j * m * middle).mean() for m in force.modes])
    for advance in (numpy_advance, advance_loop):
        y, power = x.copy(), np.zeros(force.weights.size)
        advance(y, noise, force.slopes, force.period, 0.1, sigma, 0.5, power)
        assert np.max(np.abs(y - wanted)) < 1e-13 * (1 + np.abs(g).sum() * g.size)
        assert np.max(np.abs(power - np.abs(z) ** 2)) < 1e-14


def test_compiled_and_numpy_paths_are_the_same(monkeypatch):
    arguments = (potentials.noisy_transformer(3), 1.0, 300, [0.0, 0.5, 1.0], 5)
    fast = particles(*arguments)
    monkeypatch.setattr(walk, "stepper", lambda: numpy_advance)
    plain = particles(*arguments)
    assert np.max(np.abs(fast.positions - plain.positions)) < 1e-11
    assert np.max(np.abs(fast.power - plain.power)) < 1e-12


def stationary_cosine(kappa, step, early):
    """Return E cos(X₁ − X₂) in the invariant law of the chain that the steps make of two oscillators.

    The chain of the difference d is applied to Fourier modes by quadrature over the noise; no random numbers.
    """
    modes, points = 24, 96
    nodes, mass = np.polynomial.hermite_e.hermegauss(60)
    mass /= mass.sum()
    k = np.arange(-modes, modes + 1)
    sigma = np.sqrt(2 * step / kappa)
    pushed, seen = np.zeros((points, k.size), dtype=complex), np.zeros(points)
    start = 2 * np.pi * np.arange(points) / points
    for i, d in enumerate(start):
        for xi, w in zip(nodes, mass, strict=True):
            noise = np.array([[xi, -xi]]) / np.sqrt(2)  # the difference has variance 2σ²; the sum does not matter
            y = np.array([d, 0.0])
            numpy_advance(y, noise, np.array([1.0]), 1, step, np.array([sigma]), early, np.zeros(1))
            pushed[i] += w * np.exp(1j * k * (y[0] - y[1]))
            seen[i] += w * np.cos(d + early * sigma * np.sqrt(2) * xi)
    basis = np.exp(-1j * np.outer(start, k)) / points  # densities Σ ρ_k e^{−ikd}
    chain = basis.T @ pushed  # ⟨e^{−ijd}, P e^{ikd}⟩
    system = chain.T - np.eye(k.size)
    system[modes] = k == 0
    rho = np.linalg.solve(system, (k == 0).astype(complex))
    return float((rho @ (basis.T @ seen)).real)


@pytest.mark.parametrize(("early", "order"), [(0.5, 2), (0.0, 1)])
def test_order_of_equilibrium_averages(early, order):
    kappa = 2.0
    exact = ive(1, kappa / 2) / ive(0, kappa / 2)  # weight exp((κ/2) cos d)
    errors = np.array([abs(stationary_cosine(kappa, step, early) - exact) for step in (0.2, 0.1, 0.05)])
    rates = np.log2(errors[:-1] / errors[1:])
    assert np.all(np.abs(rates - order) < 0.15), (errors, rates)


def test_order_without_noise():
    g = [1.0, 0.4]
    x = np.array([0.3, 1.1, 2.0, 4.0, 5.5])
    exact = solve_ivp(lambda _, y: pairwise_force(g, y), (0, 1), x, method="DOP853", rtol=1e-12, atol=1e-13).y[:, -1]
    errors = []
    for step in (0.02, 0.01, 0.005):
        run = particles(potentials.from_weights(g), np.inf, 5, [0.0, 1.0], 0, initial=x, step=step)
        errors.append(np.max(np.abs(run.positions[0] - exact)))
    assert np.all(np.abs(np.log2(np.array(errors[:-1]) / errors[1:]) - 1) < 0.05)


@pytest.mark.parametrize(
    ("kappa", "n", "value"), [(1.5, 100, 0.03618489614), (2.0, 100, 0.110666579188), (4.0, 100, 0.693852962363)]
)
def test_exact_moments_of_kuramoto(kappa, n, value):
    assert abs(kuramoto_mean_square(kappa, n) - value) < 6e-13 if kappa != 1.5 else 6e-12
    if kappa == 2.0:  # 2/√(πN) + (1/3 − 16/9π)/N, next term N^(−3/2)
        big = 10**8
        rest = kuramoto_mean_square(kappa, big) - 2 / np.sqrt(np.pi * big) - (1 / 3 - 16 / (9 * np.pi)) / big
        assert abs(rest) < 1e-12


def test_exact_moment_of_one_and_two_oscillators():
    assert digits(kuramoto_mean_square(3.0, 1), 1.0) > 13
    assert digits(kuramoto_mean_square(3.0, 2), 0.5 * (1 + ive(1, 1.5) / ive(0, 1.5))) > 13


def test_long_steps_of_leimkuhler_and_matthews_and_of_euler():
    times = np.linspace(0, 2000, 41)
    exact = kuramoto_mean_square(4.0, 100)
    for method, low, high in [("leimkuhler-matthews", -0.0025, 0.0025), ("euler-maruyama", -0.095, -0.086)]:
        run = particles(potentials.kuramoto(), 4.0, 100, times, 3, replicas=30, method=method, step=0.4)
        found = run.mean_square(since=100)
        assert found.error[0] < 7e-4
        assert low < found.value[0] / exact - 1 < high


@pytest.mark.parametrize(("kappa", "since"), [(1.5, 50), (2.0, 200)])
def test_kuramoto_below_and_at_the_onset(kappa, since):
    run = particles(potentials.kuramoto(), kappa, 100, np.linspace(0, 4000, 41), 8, replicas=16, step=0.2)
    found = run.mean_square(since)
    exact = kuramoto_mean_square(kappa, 100)
    assert abs(found.value[0] - exact) < 3.5 * found.error[0] + 2e-3 * exact
    assert found.error[0] < 0.02 * exact  # a factor of 1.2 is ten errors away


def test_susceptibility_of_the_disordered_transformer():
    potential = potentials.noisy_transformer(2)
    run = particles(potential, 0.9, 400, np.linspace(0, 1500, 31), 3, replicas=4, step=0.1, n_modes=6)
    found = run.mean_square(since=60)
    for mode in (1, 2, 3):
        value, error = found.value[mode - 1], found.error[mode - 1]
        wanted = disordered_mean_square(potential, 0.9, 400, mode)
        assert abs(value / wanted - 1) < 0.1
        assert error < 0.05 * wanted
    assert abs(400 * disordered_mean_square(potential, 0.9, 400) - 3.518) < 5e-4
    with pytest.raises(ValueError, match="stable to mode 1 below"):
        disordered_mean_square(potential, 1.3, 400)


def test_the_same_seed_on_any_executor():
    arguments = (potentials.bimodal(0.6), 2.5, 60, [0.0, 1.0, 2.0], 11)
    here = particles(*arguments, replicas=3)
    with ThreadPoolExecutor(2) as threads:
        assert np.array_equal(particles(*arguments, replicas=3, executor=threads).positions, here.positions)
    with ProcessPoolExecutor(2) as processes:
        assert np.array_equal(particles(*arguments, replicas=3, executor=processes).z, here.z)
    assert np.array_equal(particles(*arguments, replicas=3, workers=2).power, here.power)
    assert not np.array_equal(here.positions[0], here.positions[1])
    other = particles(potentials.bimodal(0.6), 2.5, 60, [0.0, 1.0, 2.0], 12)
    assert not np.array_equal(other.positions[0], here.positions[0])


@pytest.mark.parametrize("method", ["leimkuhler-matthews", "euler-maruyama"])
def test_continued_is_never_stopped(method):
    t = [0.0, 0.7, 1.5, 2.0, 4.0]
    kappa = [2.0, 2.5, 2.5, 3.0, 4.0]
    whole = particles(potentials.bimodal(0.6), kappa, 40, t, 2, replicas=2, method=method, step=0.03)
    part = particles(potentials.bimodal(0.6), kappa[:3], 40, t[:3], 2, replicas=2, method=method, step=0.03)
    rest = continued(part, t[3:], kappa[3:])
    for name in ("t", "kappa", "z", "power", "positions", "carried"):
        assert np.array_equal(getattr(rest, name), getattr(whole, name)), name


def test_a_store_resumes_replicas(tmp_path):
    arguments = (potentials.kuramoto(), 3.0, 30, [0.0, 1.0, 2.0], 4)
    first = particles(*arguments, replicas=2, store=tmp_path / "s")
    seen = []
    more = particles(
        *arguments, replicas=3, store=tmp_path / "s", progress=lambda done, failed, total: seen.append((done, total))
    )
    assert np.array_equal(more.positions[:2], first.positions)
    assert seen[-1] == (6, 6)
    assert len(seen) == 3  # the times of the one replica that was computed
    with pytest.raises(ValueError, match="seed: 4 there, 5 here"):
        particles(*arguments[:-1], 5, store=tmp_path / "s")


def test_an_interrupt_returns_what_there_is(monkeypatch):
    def stop(done, failed, total):
        if done == 3:
            raise KeyboardInterrupt

    t = np.linspace(0, 1, 5)
    run = particles(potentials.kuramoto(), 3.0, 30, t, 4, progress=stop)
    assert (run.status, run.t.tolist(), run.z.shape) == ("interrupted", t[:4].tolist(), (1, 4, 1))
    assert "until t = 0.75" in run.message
    whole = particles(potentials.kuramoto(), 3.0, 30, t, 4)
    assert np.array_equal(continued(run, t[4:]).positions, whole.positions)

    def late(done, failed, total):
        if done == 6:
            raise KeyboardInterrupt

    run = particles(potentials.kuramoto(), 3.0, 30, t, 4, replicas=3, progress=late)
    assert (run.status, run.replicas, run.t.size) == ("interrupted", 1, 5)
    assert "1 of 3 replicas" in run.message


def test_a_replica_that_fails_is_said(monkeypatch):
    def breaks(plan, replica):
        if replica == 1:
            raise ArithmeticError("no luck")
        yield from walk.walk(plan, replica)

    monkeypatch.setattr(replicas, "walk", breaks)
    run = particles(potentials.kuramoto(), 3.0, 30, [0.0, 1.0], 4, replicas=2)
    assert run.replicas == 1
    assert "replica 1: ArithmeticError: no luck" in run.message
    monkeypatch.setattr(replicas, "walk", lambda plan, replica: breaks(plan, 1))
    with pytest.raises(ValueError, match="no replica has a result: ArithmeticError: no luck"):
        particles(potentials.kuramoto(), 3.0, 30, [0.0, 1.0], 4)


def test_particles_start_from_a_state_and_stay():
    state = branches.trace(potentials.kuramoto(), kappa_max=5).at_kappa(4.0)[0]
    run = particles(potentials.kuramoto(), 4.0, 20000, [0.0, 0.5], 1, initial=state)
    assert abs(run.z[0, 0, 0] - state.a[0]) < 4 / np.sqrt(20000)
    assert abs(run.order[0, -1, 0] - state.a[0]) < 4 / np.sqrt(20000)
    density, edges = run.histogram(32)
    middle = (edges[1:] + edges[:-1]) / 2
    assert abs(np.sum(density) * (edges[1] - edges[0]) - 1) < 1e-12
    assert np.max(np.abs(density - state.density(middle))) < 0.05


def test_drawing_from_a_density():
    rho = lambda x: np.exp(2 * np.cos(3 * x - 1)) / (2 * np.pi * ive(0, 2) * np.exp(2))  # noqa: E731
    x = start_of(rho, 40000, 1).draw(0, 40000, np.random.default_rng(0))
    z = np.exp(3j * x).mean()
    assert abs(z - np.exp(1j) * ive(1, 2) / ive(0, 2)) < 4 / 200
    placed = np.arange(6.0).reshape(2, 3)
    assert start_of(placed, 3, 2).draw(1, 3, None).tolist() == [3, 4, 5]


def test_first_passage_and_repr():
    run = particles(potentials.kuramoto(), 6.0, 200, np.linspace(0, 30, 61), 1, replicas=2)
    times = run.first_passage(1, 0.5)
    assert ((times > 1) & (times < 25)).all()
    assert np.isnan(run.first_passage(1, 0.999)).all()
    assert repr(run) == (
        "<Ensemble of Kuramoto at κ = 6: 2 × 200 particles, t = 0 … 30, leimkuhler-matthews, finished>"
    )
    with pytest.raises(ValueError, match="mode = 3 is not allowed: recorded are 1"):
        run.first_passage(3, 0.5)
    with pytest.raises(ValueError, match="since = 31"):
        run.mean_square(since=31)


def test_a_force_that_jumps_is_said_to_be_unresolved():
    force = force_of(potentials.hegselmann_krause(2.0))
    assert force.weights.size == 128
    assert 0.05 < force.neglected < 0.2
    assert force_of(potentials.noisy_transformer(20)).neglected < 1e-10


def test_no_force_is_diffusion():
    still = np.zeros(50000)
    run = particles(potentials.harmonics({1: 0.0}), 2.0, 50000, [0.0, 1.0], 1, initial=still, method="euler-maruyama")
    assert abs(run.positions.var() / 1.0 - 1) < 0.03  # 2 t/κ


GOOD = {"potential": potentials.kuramoto(), "kappa": 2.5, "n": 10, "t": [0.0, 1.0], "seed": 1}


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"kappa": 0.0}, ValueError, r"kappa = 0.0 is not allowed: a coupling must be > 0 \(infinite: no noise\)"),
        ({"kappa": -1}, ValueError, "kappa = -1"),
        ({"kappa": np.nan}, ValueError, "kappa = nan"),
        ({"kappa": [1.0, 2.0, 3.0]}, ValueError, "kappa of shape"),
        ({"kappa": [1.0, np.inf]}, ValueError, "a sweep must be finite"),
        ({"n": 0}, ValueError, "n = 0 is not allowed: it must be an integer, at least 1"),
        ({"n": 1.5}, ValueError, "n = 1.5"),
        ({"t": [1.0, 0.5]}, ValueError, "times that increase"),
        ({"t": 0.0}, ValueError, "t = 0 is not allowed"),
        ({"t": -1.0}, ValueError, "t = -1"),
        ({"t": np.inf}, ValueError, "t = inf"),
        ({"seed": 1.5}, TypeError, "seed = 1.5 is not allowed: it must be an integer"),
        ({"seed": None}, TypeError, "seed = None"),
        ({"seed": True}, TypeError, "seed = True"),
        ({"seed": -1}, ValueError, "seed = -1"),
        ({"step": 2.5}, ValueError, r"step = 2.5 is not allowed: .* stable .* below 2"),
        ({"step": 0.0}, ValueError, "step = 0"),
        ({"method": "milstein"}, ValueError, "method = 'milstein' is not allowed: known are leimkuhler-matthews"),
        ({"n_modes": 0}, ValueError, "n_modes = 0"),
        ({"replicas": 0}, ValueError, "replicas = 0"),
        ({"workers": 0}, ValueError, "workers = 0"),
        ({"initial": "random"}, ValueError, "initial = 'random'"),
        ({"initial": np.zeros(3)}, ValueError, r"initial of shape \(3,\) is not allowed"),
        ({"initial": np.full(10, np.nan)}, ValueError, "finite"),
        ({"initial": lambda x: (1 + 2 * np.cos(x)) / (2 * np.pi)}, ValueError, "this one falls to -0.15"),
        ({"initial": lambda x: 1.0}, ValueError, "mass 1 on .*, this one has 6.28"),
    ],
)  # fmt: skip
def test_bad_input(change, error, says):
    with pytest.raises(error, match=says):
        particles(**(GOOD | change))


def test_spheres_are_refused():
    with pytest.raises(NotImplementedError, match="sphere"):
        force_of(potentials.onsager(3))


def test_averages_of_modes():
    x = np.random.default_rng(0).uniform(0, 6, 50)
    wanted = [np.exp(2j * m * x).mean() for m in (1, 2, 3)]
    assert np.max(np.abs(mode_averages(x, 2, 3) - wanted)) < 1e-14


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_replicas_on_a_dask_cluster(tmp_path):
    distributed = pytest.importorskip("distributed")
    arguments = (potentials.bimodal(0.6), 2.5, 60, [0.0, 1.0, 2.0], 11)
    here = particles(*arguments, replicas=4)
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, dask_executor(cluster.scheduler_address) as executor:
        there = particles(*arguments, replicas=4, executor=executor, store=tmp_path / "s")
    assert np.array_equal(there.positions, here.positions)
    assert np.array_equal(particles(*arguments, replicas=4, store=tmp_path / "s").z, here.z)
