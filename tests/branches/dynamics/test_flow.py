"""The flow: exact Jacobian, published trajectories, what is kept, what is reported, what is refused."""

import numpy as np
import pytest
from helpers import digits
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.special import ive

import branches
from branches import potentials
from branches.dynamics.flow import FlowStatus
from branches.dynamics.flow_arguments import sample_times
from branches.dynamics.integrate import FlowSettings
from branches.dynamics.observables import observables
from branches.dynamics.vector_field import EvenField, FullField

EVEN_START = [0.05, -0.02, 0.03, 0.01]
START = [0.05 + 0.01j, -0.02 + 0.03j, 0.03 - 0.02j, 0.01]


def brute_velocity(g, c, kappa):
    """Return dc_n/dt by the double sum of its definition; c_m = 0 beyond the last mode."""
    size = len(c)
    full = {0: 1.0} | {m: c[m - 1] for m in range(1, size + 1)} | {-m: np.conj(c[m - 1]) for m in range(1, size + 1)}
    return np.array([
        -(n**2) / kappa * full[n]
        + 0.5 * n * sum(m * g[abs(m) - 1] * full[m] * full.get(n - m, 0.0) for m in full if m)
        for n in range(1, size + 1)
    ])  # fmt: skip


numbers = st.floats(-1.0, 1.0)


@settings(max_examples=25, deadline=None)
@given(st.lists(numbers, min_size=6, max_size=6), st.lists(numbers, min_size=12, max_size=12), st.floats(0.2, 5.0))
def test_velocity_is_the_double_sum_and_the_jacobian_its_derivative(g, parts, kappa):
    """Random potentials of either sign, random coefficients; the derivative of a quadratic is exact by differences."""
    potential = potentials.harmonics({n: float(x) for n, x in enumerate(g, 1)})
    c = (np.array(parts[:6]) + 1j * np.array(parts[6:])) * 0.5 ** np.arange(6)
    field = FullField(potential, kappa, 1, 6)
    y = field.pack(c)
    expected = brute_velocity(g, c, kappa)
    assert np.max(np.abs(field.unpack(field.velocity(0.0, y)) - expected)) < 1e-12 * (1 + np.abs(expected).max())
    direction = np.cos(np.arange(12.0))
    difference = 0.5 * (field.velocity(0.0, y + direction) - field.velocity(0.0, y - direction))
    assert np.allclose(field.jacobian(0.0, y) @ direction, difference, rtol=0, atol=1e-10 * (1 + 36 / kappa))
    even = EvenField(potential, kappa, 1, 6)
    assert np.allclose(even.velocity(0.0, c.real), brute_velocity(g, c.real, kappa).real, rtol=0, atol=1e-12 * 50)
    half = np.sin(np.arange(6.0))
    difference = 0.5 * (even.velocity(0.0, c.real + half) - even.velocity(0.0, c.real - half))
    assert np.allclose(even.jacobian(0.0, c.real) @ half, difference, rtol=0, atol=1e-10 * (1 + 36 / kappa))


def test_a_periodic_density_is_the_flow_of_the_folded_modes():
    potential = potentials.noisy_transformer(4)
    c = np.zeros(12, dtype=complex)
    c[2::3] = [0.2 + 0.1j, 0.05j, 0.01, -0.01j]
    folded = FullField(potential, 0.5, 3, 4)
    expected = brute_velocity(potential.weights(12), c, 0.5)
    assert np.allclose(folded.unpack(folded.velocity(0.0, folded.pack(c[2::3]))), expected[2::3], rtol=0, atol=1e-13)


@pytest.mark.parametrize("n_modes", [None, 64])
def test_even_transient(n_modes):
    """Values of two independent codes, β = 4, κ = 0.5, t = 8, to ten digits."""
    found = branches.flow(potentials.noisy_transformer(4), 0.5, EVEN_START, 8.0, n_modes=n_modes)
    assert digits(found.a[-1, 0], 0.910196393553) > 10
    assert digits(found.a[-1, 1], 0.804592076297) > 10
    assert digits(found.free_energy[-1], -0.317176713903) > 9.8
    assert found.status is FlowStatus.FINISHED
    assert found.message == ""


def test_transient_that_is_not_even():
    found = branches.flow(potentials.noisy_transformer(4), 0.5, START, 8.0)
    assert abs(found.c[-1, 0] - (0.890440813823 + 0.194272839201j)) < 1e-11
    assert digits(found.free_energy[-1], -0.317442971740) > 10


def test_another_integrator_agrees():
    """Radau on the double sum, with no Jacobian given: nothing of the toolkit but the weights."""
    potential = potentials.hegselmann_krause(2.0)
    g, start = potential.weights(20), np.zeros(20)
    start[:2] = 0.2, -0.1
    other = solve_ivp(
        lambda t, a: brute_velocity(g, a, 1.6).real, (0.0, 2.0), start, method="Radau", rtol=1e-11, atol=1e-13
    )
    found = branches.flow(potential, 1.6, [0.2, -0.1], 2.0)
    shared = min(20, found.a.shape[1])
    assert np.max(np.abs(found.a[-1, :shared] - other.y[:shared, -1])) < 1e-9


def test_error_follows_the_tolerance():
    """LSODA has variable order: the error must fall with the tolerance, by two digits for two."""
    potential, reference = potentials.noisy_transformer(4), 0.910196393553
    errors = [
        abs(branches.flow(potential, 0.5, EVEN_START, [8.0], n_modes=64, settings=tolerances).a[-1, 0] - reference)
        for tolerances in (FlowSettings(rtol, 1e-4 * rtol, 1e-2 * rtol) for rtol in (1e-5, 1e-7, 1e-9))
    ]
    slope = np.polyfit([-5.0, -7.0, -9.0], np.log10(errors), 1)[0]
    assert 0.7 < slope < 1.3
    assert errors[-1] < 1e-9


def test_free_energy_falls_at_the_dissipation_and_mass_and_sign_are_kept():
    found = branches.flow(potentials.noisy_transformer(4), 0.5, START, np.linspace(0.0, 8.0, 401))
    assert np.all(np.diff(found.free_energy) < 0)
    assert np.all(found.minimum > 0)
    t, dissipation = found.t, found.dissipation
    h = t[1] - t[0]
    simpson = h / 3 * (dissipation[0] + dissipation[-1] + 4 * dissipation[1::2].sum() + 2 * dissipation[2:-1:2].sum())
    assert found.free_energy[0] - found.free_energy[-1] == pytest.approx(simpson, rel=1e-5)


def test_rotations_commute_with_the_flow():
    turn = np.exp(-0.7j * np.arange(1, 5))
    potential = potentials.noisy_transformer(4)
    one = branches.flow(potential, 0.5, START, [1.0, 5.0])
    other = branches.flow(potential, 0.5, np.array(START) * turn, [1.0, 5.0])
    size = min(one.c.shape[1], other.c.shape[1])
    expected = one.c[:, :size] * np.exp(-0.7j * np.arange(1, size + 1))
    assert np.max(np.abs(other.c[:, :size] - expected)) < 1e-9
    assert one.free_energy == pytest.approx(other.free_energy, abs=1e-10)


def test_symmetry_is_kept_exactly():
    """Two equal peaks of a potential for which they are unstable: nothing leaves the fixed space, ever."""
    found = branches.flow(potentials.bimodal(1.3), 2.2, [0.0, 0.1], 1e12)
    assert not np.any(found.c[:, ::2])
    assert not np.any(found.c.imag)
    assert abs(found.a[-1, 1] - 0.696414309825) < 1e-11
    assert found.end.state.n_fold == 2  # it attracts what keeps the symmetry
    assert found.end.state.index == (1, 0)


def test_from_every_kind_of_start():
    potential, theta = potentials.kuramoto(), np.linspace(0.0, 2 * np.pi, 4001)[:-1]
    state = branches.trace(potential, kappa_max=4).at_kappa(3.0)[0]
    rho = 1.0 / (2 * np.pi) * (1.0 + 0.6 * np.cos(theta))
    cumulative = theta + 0.6 * np.sin(theta)
    particles = np.interp((np.arange(4000) + 0.5) / 4000 * 2 * np.pi, cumulative, theta)
    starts = {
        "state": state,
        "coefficients": [0.3],
        "density": lambda x: np.interp(x, theta, rho, period=2 * np.pi),
        "particles": branches.empirical(particles),
        "step": lambda x: np.where(x < 1.0, 1.0, 0.0),
    }
    for start in starts.values():
        found = branches.flow(potential, 4.0, start, 200.0)
        assert found.end.state is not None
        assert abs(abs(found.c[-1, 0]) - 0.83146202475425697) < 1e-11
        assert found.free_energy[-1] == pytest.approx(-0.470215442331190907, abs=1e-12)
    smooth = branches.flow(potential, 4.0, starts["coefficients"], 1.0)
    moved = branches.flow(potential, 4.0, starts["particles"], 1.0)
    assert abs(smooth.a[-1, 0] - moved.a[-1, 0]) < 1e-3  # 4000 quantiles of the same density
    assert "first modes only" in moved.message


def test_end_is_named_from_the_diagram_or_not_at_all():
    potential = potentials.noisy_transformer(4)
    diagram = branches.diagram(potential, kappa_max=0.5)
    late = branches.flow(potential, 0.4, [0.35, 0.1], 1e3, diagram=diagram)
    early = branches.flow(potential, 0.4, [0.35, 0.1], 1.0, diagram=diagram)
    below = branches.flow(potential, 0.4, [0.1], 1e3, diagram=diagram)
    assert (late.end.name, early.end.name, below.end.name) == ("branch 0 (2)", "none yet", "uniform")
    assert abs(late.a[-1, 0] - 0.739920324021) < 1e-12


def test_a_small_velocity_is_not_taken_for_an_end():
    """Scaled transformer, β = 5, κ = 400: two peaks 2.9 apart rest for 10⁴ and merge before 10⁵."""
    potential = potentials.noisy_transformer(5, scaled=True)

    def peaks(theta):
        return sum(np.exp(30 * (np.cos(theta - at) - 1)) for at in (1.45, -1.45)) / (4 * np.pi * ive(0, 30))

    found = branches.flow(potential, 400.0, peaks, [1e3, 1e12])
    assert found.rate[0] < 1e-4
    assert branches.flow(potential, 400.0, peaks, [1e3]).end.name == "none yet"
    assert found.end.state.stable
    assert found.end.state.n_fold == 1
    assert found.a[0, 1] < -0.9 < 0.99 < found.a[1, 1]


def test_metastable_peaks_that_rounding_cannot_tell_from_a_state_are_no_end():
    """Unequal peaks at 0 and π: their even flow is below rounding, yet they are no stationary state."""
    potential = potentials.noisy_transformer(5, scaled=True)
    found = branches.flow(potential, 400.0, [0.1, 0.5, 0.05], [1e3])
    assert found.rate[-1] < 1e-12
    assert found.end.name == "none yet"


def test_what_is_not_resolved_is_said():
    potential = potentials.noisy_transformer(4)
    fixed = branches.flow(potential, 0.5, [0.3, 0.1], 20.0, n_modes=8)
    assert "the last modes are at" in fixed.message
    few = branches.flow(
        potentials.noisy_transformer(30, scaled=True), 3000.0, [0.3, 0.1], 1e3, settings=FlowSettings(most_modes=16)
    )
    assert few.status is FlowStatus.UNRESOLVED or "not positive" in few.message


def test_interrupt_returns_what_there_is():
    def stop(message, done, known):
        if done == 10:
            raise KeyboardInterrupt

    found = branches.flow(potentials.kuramoto(), 4.0, [0.1], 50.0, progress=stop)
    assert found.status is FlowStatus.INTERRUPTED
    assert found.t.size == 10
    assert found.c.shape[0] == 10


def test_records_are_read_only_and_short():
    found = branches.flow(potentials.kuramoto(), 4.0, [0.1], [1.0])
    with pytest.raises(ValueError, match="read-only"):
        found.c[0, 0] = 0.0
    assert "\n" not in repr(found)
    assert sample_times(1e12)[-1] == 1e12


@pytest.mark.parametrize(
    ("kappa", "initial", "t", "words"),
    [
        (0.0, [0.1], 1.0, "kappa = 0.0"),
        (-1.0, [0.1], 1.0, "kappa = -1.0"),
        (np.nan, [0.1], 1.0, "kappa = nan"),
        (np.inf, [0.1], 1.0, "kappa = inf is the noise-free equation"),
        (2.0, [0.9, -0.9], 1.0, "initial is not a density"),
        (2.0, [], 1.0, "initial of shape"),
        (2.0, [np.nan], 1.0, "initial of shape"),
        (2.0, [[0.1]], 1.0, "initial of shape"),
        (2.0, lambda x: np.cos(x), 1.0, "initial is negative"),
        (2.0, lambda x: 0 * x + 1.0, 1.0, "initial has mass 6.28319"),
        (2.0, lambda x: np.where(x < 1, np.inf, 0.0), 1.0, "not finite"),
        (2.0, [0.1], 0.0, "t = 0.0"),
        (2.0, [0.1], -1.0, "t = -1.0"),
        (2.0, [0.1], [1.0, 0.5], "strictly increasing"),
        (2.0, [0.1], [1.0, np.inf], "finite times"),
        (2.0, [0.1], [], "t of shape"),
        (2.0, [0.1], [0.0], "strictly increasing"),
    ],
)
def test_bad_input_is_refused(kappa, initial, t, words):
    with pytest.raises(ValueError, match=words.replace("(", r"\(").replace("[", r"\[")):
        branches.flow(potentials.kuramoto(), kappa, initial, t)


def test_other_bad_input():
    with pytest.raises(TypeError, match="initial = 'peak' is not allowed"):
        branches.flow(potentials.kuramoto(), 2.0, "peak", 1.0)
    with pytest.raises(ValueError, match="n_modes = 0"):
        branches.flow(potentials.kuramoto(), 2.0, [0.1], 1.0, n_modes=0)
    with pytest.raises(ValueError, match="positions of shape"):
        branches.empirical([])
    with pytest.raises(ValueError, match="rtol"):
        FlowSettings(rtol=2.0)
    with pytest.raises(ValueError, match="tail"):
        FlowSettings(atol=1e-12, tail=1e-12)
    with pytest.raises(ValueError, match="least_modes"):
        FlowSettings(least_modes=1)
    diagram = branches.diagram(potentials.kuramoto(), kappa_max=3)
    with pytest.raises(ValueError, match="outside the diagram"):
        branches.flow(potentials.kuramoto(), 4.0, [0.1], 1.0, diagram=diagram)


def test_a_sphere_is_refused():
    with pytest.raises(NotImplementedError, match="sphere"):
        branches.flow(potentials.vector_model(3), 2.0, [0.1], 1.0)


def test_energy_of_a_small_disturbance_keeps_its_digits():
    """F = s²(1 − κ g/2) + …: at Kuramoto's onset the quadratic part cancels and F = s⁴/4 with a₂ = s²/2."""
    s = 1e-3
    a = np.array([s, 0.5 * s**2, 0.25 * s**3], dtype=complex)
    assert observables(a, np.array([1.0, 0.0, 0.0]), 2.0).free_energy == pytest.approx(0.25 * s**4, rel=1e-4)


def test_a_diagram_of_another_potential_is_refused():
    other = branches.diagram(potentials.kuramoto(), kappa_max=3.0)
    with pytest.raises(ValueError, match=r"diagram is of Kuramoto, the flow of bimodal"):
        branches.flow(potentials.bimodal(1.3), 1.8, [1e-8, 1e-8], 0.1, diagram=other)


@pytest.mark.parametrize("density", [lambda x: (1 + 0.5j * np.sin(x)) / 6.283185307179586, lambda x: np.ones(3) / 6])
def test_a_density_has_one_real_value_for_each_angle(density):
    with pytest.raises(ValueError, match=r"initial returns values of type .* give a real density"):
        branches.flow(potentials.kuramoto(), 3.0, density, 1.0)
