"""The conversions of docs/conventions.md, each by solving the equations as they are written there."""

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import branches
from branches import potentials

PAGE = (Path(__file__).parent.parent / "docs" / "conventions.md").read_text(encoding="utf-8")
POINTS = 512
THETA = 2 * np.pi * np.arange(POINTS) / POINTS


def stationary(kernel, factor, length=2 * np.pi, mode=1):
    """Return (x, u) with u ∝ exp(−factor ∫ V(x − y) u(y) dy) on a circle, by iteration from a bump of the mode."""
    x = length * np.arange(POINTS) / POINTS
    h = length / POINTS
    matrix = kernel(np.subtract.outer(x, x)) * h
    u = np.exp(np.cos(2 * np.pi * mode * x / length))
    for _ in range(4000):
        field = np.exp(-factor * (matrix @ u))
        new = field / (field.sum() * h)
        if np.abs(new - u).max() < 1e-14:
            break
        u = new
    return x, u


def moment(x, u, n, length=2 * np.pi):
    return float(np.sum(u * np.cos(2 * np.pi * n * x / length)) * length / POINTS)


def ours(potential, kappa, mode=1):
    return branches.trace(potential, mode=mode, kappa_max=1.01 * kappa).at_kappa(kappa)[-1]


# rows of the table of couplings: what is in the exponent as it is written, our potential, our κ, and the mode
WRITTEN = {
    "dX = −J": (lambda t: -np.cos(t), 1.5 / 0.5, potentials.kuramoto(), 1.5 / 0.5, 1),  # stationary: exp(−(J/D) W∗ρ)
    "temperature T": (lambda t: -np.cos(t), 1 / 0.3, potentials.kuramoto(), 1 / 0.3, 1),
    "unit noise": (lambda t: -np.cos(t), 1.6 / 0.5, potentials.kuramoto(), 2 * 1.6, 1),  # D = ½
    "Kuramoto": (lambda t: -1.2 * np.cos(t), 1 / 0.4, potentials.kuramoto(), 1.2 / 0.4, 1),
    "mean-field XY": (lambda t: 1 - np.cos(t), 2.8, potentials.kuramoto(), 2.8, 1),
    "nematic field": (lambda t: -np.cos(2 * t), 3.0, potentials.maier_saupe(), 2 * 3.0, 2),
    "attention": (
        lambda t: -np.exp(2 * (np.cos(t) - 1)) / 2, 12.0, potentials.noisy_transformer(2), np.exp(-2) * 12.0, 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_coupling(name):
    kernel, factor, potential, kappa, mode = WRITTEN[name]
    assert f"| {name}" in PAGE
    x, u = stationary(kernel, factor, mode=mode)
    state = ours(potential, kappa, mode)
    for n in (mode, 2 * mode):
        assert moment(x, u, n) == pytest.approx(state.a[n - 1], abs=1e-11)


def test_rods():
    """The kernel has a kink, so the sum over points is of second order: its weights are taken as it sums them."""
    assert "| rods" in PAGE
    exact = np.array([0, 4 / np.pi / 3, 0, 4 / np.pi / 15, 0, 4 / np.pi / 35])
    summed = [-2 / POINTS * np.sum(np.abs(np.sin(THETA)) * np.cos(n * THETA)) for n in range(1, 7)]
    np.testing.assert_allclose(summed, exact, atol=1e-4)
    np.testing.assert_allclose(potentials.doi_onsager().weights(6), exact, atol=1e-15)
    assert potentials.doi_onsager().onset_coupling(2) == pytest.approx(3 * np.pi / 2, abs=1e-14)


@pytest.mark.parametrize(
    ("onset", "value"),
    [
        ("J = 2D/gₙ", lambda kappa: kappa * 0.5), ("T = gₙ/2", lambda kappa: 1 / kappa),
        ("K = 1/gₙ", lambda kappa: kappa / 2),
    ],
)  # fmt: skip
def test_onsets(onset, value):
    """At κ_n = 2/g_n, with D = ½ in the first."""
    assert onset in PAGE
    g = potentials.noisy_transformer(3).weight(2)
    expected = {"J": 2 * 0.5 / g, "T": g / 2, "K": 1 / g}[onset[0]]
    assert value(potentials.noisy_transformer(3).onset_coupling(2)) == pytest.approx(expected, rel=1e-14)


def test_named_onsets():
    assert 0.5 * potentials.kuramoto().onset_coupling(1) == 2 * 0.5  # K = κ D = 2D at D = ½
    assert potentials.kuramoto().onset_coupling(1) == 2  # b = 2
    assert potentials.maier_saupe().onset_coupling(2) / 2 == 2  # U = 2
    scaled, plain = (potentials.noisy_transformer(2, scaled=flag) for flag in (True, False))
    assert scaled.onset_coupling(1) == pytest.approx(np.exp(2) * plain.onset_coupling(1), rel=1e-14)


def test_time():
    """a₁ of the Kuramoto model with strength J and noise D at time t, and ours at J t."""
    strength, noise, t, start = 1.5, 0.5, 2.0, 0.3
    n = np.arange(1, 33)

    def rate(_, a):  # from ∂ₜρ = Dρ″ + J(ρ (W∗ρ)′)′ in moments
        full = np.concatenate([[1.0], a, [0.0]])
        return -noise * n**2 * a + strength * n / 2 * a[0] * (full[n - 1] - full[n + 1])

    there = solve_ivp(rate, (0, t), start ** n.astype(float), rtol=1e-11, atol=1e-13).y[0, -1]
    here = branches.flow(potentials.kuramoto(), strength / noise, start ** n.astype(float), [strength * t]).a[-1, 0]
    assert here == pytest.approx(there, abs=1e-8)


@pytest.mark.parametrize("length", [1.0, 2 * np.pi, 3.7])
def test_another_circle(length):
    inverse_temperature, strength = 2.5, 1.3

    def kernel(x):
        return -np.cos(2 * np.pi * x / length) - 0.4 * np.cos(4 * np.pi * x / length)

    potential = potentials.bimodal(0.4)
    x, u = stationary(kernel, inverse_temperature * strength, length)
    state = ours(potential, inverse_temperature * strength)
    assert moment(x, u, 1, length) == pytest.approx(state.a[0], abs=1e-11)
    np.testing.assert_allclose(length * u, 2 * np.pi * state.density(2 * np.pi * x / length), atol=1e-9)
    h = length / POINTS
    for n, g in ((1, 1.0), (2, 0.4)):
        wave = np.cos(2 * np.pi * n * x / length)
        assert -2 / length * np.sum(kernel(x) * wave) * h == pytest.approx(g, abs=1e-13)
        weight = np.sum(kernel(x) * np.sqrt(2 / length) * wave) * h
        assert weight == pytest.approx(-np.sqrt(length / 2) * g, abs=1e-13)
        onset = -np.sqrt(2 * length) / (inverse_temperature * weight)
        assert inverse_temperature * onset == pytest.approx(potential.onset_coupling(n), rel=1e-13)


def test_time_on_another_circle():
    """The decay of a small wave about the uniform state: n²(1/κ − g/2) here, with the factor of the page there."""
    length, inverse_temperature, strength, g = 1.7, 2.5, 0.5, 1.0
    wave_number = 2 * np.pi / length
    there = wave_number**2 / inverse_temperature - strength * wave_number**2 * g / 2  # V∗ multiplies by −g/2
    kappa = inverse_temperature * strength
    assert there == pytest.approx(strength * wave_number**2 * (1 / kappa - g / 2), rel=1e-14)
    assert branches.mode_growth(potentials.kuramoto(), kappa, 4)[0] == pytest.approx(g / 2 - 1 / kappa, rel=1e-14)


def test_energies_and_moments():
    kappa, constant = 3.0, 0.7
    state = ours(potentials.bimodal(0.4), kappa)
    rho = state.density(THETA)
    h = 2 * np.pi / POINTS
    difference = np.subtract.outer(THETA, THETA)
    pair = constant - np.cos(difference) - 0.4 * np.cos(2 * difference)
    energy, entropy = h**2 * rho @ pair @ rho / 2, -h * np.sum(rho * np.log(rho))
    written = -entropy + kappa * energy
    assert written == pytest.approx(state.free_energy - np.log(2 * np.pi) + kappa * constant / 2, abs=1e-12)
    free = energy - entropy / kappa
    assert free == pytest.approx((state.free_energy - np.log(2 * np.pi)) / kappa + constant / 2, abs=1e-12)
    assert np.fft.rfft(rho)[1].real / POINTS * 2 * np.pi == pytest.approx(state.a[0], abs=1e-13)
    one = ours(potentials.kuramoto(), kappa)
    ratio = np.log(one.density(np.array([0.0])) / one.density(np.array([np.pi])))[0]
    assert ratio / 2 == pytest.approx(kappa * one.a[0], abs=1e-12)
