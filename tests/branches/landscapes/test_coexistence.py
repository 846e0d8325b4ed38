"""Coexistence against the reference values, exact results, and an independent minimisation."""

import math

import mpmath
import numpy as np
import pytest

from branches import potentials
from branches.diagrams.search.minimise import minimise
from branches.diagrams.search.seeds import clustered_fields
from branches.landscapes.coexistence import coexistence

# potential, κ_coexistence, digits given there (reference values, mode 1)
PUBLISHED = [
    (potentials.noisy_transformer(3), 0.75218776636719, 13),
    (potentials.noisy_transformer(4), 0.39147510083604, 13),
    (potentials.noisy_transformer(5), 0.187975826580661, 14),
    (potentials.hegselmann_krause(2), 1.43458964212807, 14),
    (potentials.bimodal(0.6), 1.98170352222616, 14),
    (potentials.bimodal(1.0), 1.75642368814418, 14),
]
M_E = 1.267292504257954344  # critical end point of the bimodal potential


def digits(value: float, expected: float) -> float:
    """Number of digits in which a value agrees with the expected one."""
    return math.inf if value == expected else -math.log10(abs(value - expected) / abs(expected))


@pytest.mark.parametrize(
    ("potential", "expected", "given"), PUBLISHED, ids=lambda x: getattr(x, "label", None)
)
def test_published_coexistence(potential, expected, given):
    found = coexistence(potential)
    assert found.kind == "discontinuous"
    assert digits(found.kappa, expected) >= given - 1
    assert abs(found.residual) <= 1e-15
    assert all(state.residual <= 1e-13 for state in found.states)
    assert found.states[0].n_fold == 0
    assert found.states[1].stable
    assert found.message == ""


def test_coexistence_to_the_last_digits_by_quadrature():
    """A high-precision solution by other means confirms the value and its error bar."""
    found = coexistence(potentials.noisy_transformer(4))
    with mpmath.workdps(30):
        kappa = _coexistence_by_quadrature(mpmath.mpf(4), found)
    assert abs(found.kappa - float(kappa)) <= found.kappa_error < 1e-13


def _coexistence_by_quadrature(beta, found, n_modes=40):
    """Solve a = moments(exp(Σ κ g a cos)), F = 0 by the trapezoidal rule and Newton's iteration in mpmath."""
    points = 128
    g = [2 * mpmath.besseli(n, beta) / beta for n in range(1, n_modes + 1)]
    cosines = [
        [mpmath.cos(2 * mpmath.pi * j * n / points) for j in range(points)] for n in range(1, n_modes + 1)
    ]
    a = [mpmath.mpf(float(x)) for x in np.pad(found.states[1].a, (0, n_modes))[:n_modes]]
    kappa = mpmath.mpf(found.kappa)
    for _ in range(3):
        for _ in range(60):  # the fixed-point iteration contracts at the stable state
            new, log_z = _moments(kappa, g, a, cosines, points)
            moved = max(abs(x - y) for x, y in zip(new, a, strict=True))
            a = new
            if moved < mpmath.mpf(10) ** -20:
                break
        _, log_z = _moments(kappa, g, a, cosines, points)
        energy = kappa / 2 * sum(x * y * y for x, y in zip(g, a, strict=True)) - log_z
        kappa += energy / (sum(x * y * y for x, y in zip(g, a, strict=True)) / 2)
    return kappa


def _moments(kappa, g, a, cosines, points):
    field = [
        sum(kappa * gn * an * row[j] for gn, an, row in zip(g, a, cosines, strict=True))
        for j in range(points)
    ]
    rho = [mpmath.exp(value) for value in field]
    z = sum(rho)
    return [sum(r * c for r, c in zip(rho, row, strict=True)) / z for row in cosines], mpmath.log(z / points)


@pytest.mark.parametrize(
    ("potential", "mode", "kappa"),
    [
        (potentials.kuramoto(), 1, 2.0),
        (potentials.noisy_transformer(2), 1, 1.2573580161739730),
        (potentials.doi_onsager(), 2, 1.5 * math.pi),
        (potentials.bimodal(0.5), 1, 2.0),  # tricritical, still continuous
    ],
    ids=lambda x: getattr(x, "label", None),
)
def test_certified_continuous(potential, mode, kappa):
    found = coexistence(potential, mode)
    assert (found.kind, found.decided_by) == ("continuous", "criterion")
    assert digits(found.kappa, kappa) >= 14
    assert found.jump.interaction == 0.0


def test_continuous_to_another_mode_is_said():
    found = coexistence(potentials.bimodal(1.4))
    assert (found.kind, found.mode) == ("continuous", 2)
    assert digits(found.kappa, 2 / 1.4) >= 15
    assert "mode 2" in found.message


@pytest.mark.parametrize("offset", [-1e-4, 1e-4])
def test_critical_end_point_separates_the_kinds(offset):
    """Below m_e the polar state wins first, discontinuously; above it the nematic one, at 2/m."""
    found = coexistence(potentials.bimodal(M_E + offset))
    assert found.kind == ("discontinuous" if offset < 0 else "continuous")
    assert found.mode == (1 if offset < 0 else 2)


def test_critical_end_point_lies_on_the_onset_line():
    found = coexistence(potentials.bimodal(M_E))
    assert digits(found.kappa, 2 / M_E) >= 12


@pytest.mark.parametrize("excess", [1e-2, 1e-3])
def test_weakly_discontinuous_next_to_the_tricritical_point(excess):
    """Landau: with c₂ = −e, F = 0 again at s² = 3e/(4c₄), below κ₁ by (3/16) e²/c₄ · κ₁."""
    m = 0.5 + excess
    found = coexistence(potentials.bimodal(m))
    c2, c4 = (1 - 2 * m) / (2 * (1 - m)), 2 / 3
    assert found.kind == "discontinuous"
    assert 2 - found.kappa == pytest.approx(2 * 3 * c2**2 / (16 * c4), rel=20 * excess)
    assert found.kappa_error < 1e-10


@pytest.mark.parametrize("potential", [p for p, _, _ in PUBLISHED], ids=lambda p: p.label)
def test_nothing_lies_below_at_coexistence(potential):
    found = coexistence(potential)
    ended = minimise(potential, found.kappa, clustered_fields(potential, found.kappa))
    assert ended.free_energy.min() > -1e-13


def test_jump_of_the_slope_is_the_derivative_of_the_free_energy():
    found = coexistence(potentials.noisy_transformer(4))
    h = 1e-5 * found.kappa
    _, after = found.states
    g = after.potential.weights(after.a.size)
    above, below = (
        minimise(after.potential, found.kappa + d, _field_of(after)[None], iterations=4000).free_energy[0]
        for d in (h, -h)
    )
    assert (above - below) / (2 * h) == pytest.approx(-0.5 * found.jump.interaction, rel=1e-7)
    assert found.jump.interaction == pytest.approx(float(np.sum(g * after.a**2)), rel=1e-14)


def _field_of(state):
    theta = 2 * np.pi * np.arange(512) / 512
    return np.log(state.density(theta))


def test_degenerate_transition_is_undecided():
    found = coexistence(potentials.log_gas(1.0))
    assert found.kind == "undecided"
    assert digits(found.kappa, 2.0) >= 15
    assert found.message


def test_errors_name_the_remedy():
    with pytest.raises(ValueError, match=r"attracting mode"):
        coexistence(potentials.doi_onsager(), 1)
    with pytest.raises(ValueError, match=r"raise kappa_max"):
        coexistence(potentials.bimodal(0.6), kappa_max=1.0)
    with pytest.raises(ValueError, match=r"kappa_max = nan"):
        coexistence(potentials.bimodal(0.6), kappa_max=math.nan)
