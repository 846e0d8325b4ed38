"""Critical slowing down: exact coefficients, and the flow to t = 10⁸."""

from fractions import Fraction

import numpy as np
import pytest
from helpers import digits

import branches
from branches import potentials
from branches.dynamics.centre_manifold import centre_series, reduced_coefficient
from branches.dynamics.integrate import FlowSettings

SHARP = FlowSettings(rtol=1e-12, atol=1e-16, tail=1e-14)
BETA = 2.44691831128904613090394836491
RADIUS = 2.13918217377311332337636230573


def published_e5(r2, r3):
    top = 24 * r2**3 * r3 - 16 * r2**3 - 24 * r2**2 * r3 + 24 * r2**2 - 6 * r2 - 3 * r3 + 1
    return top / (24 * (r2 - 1) ** 3 * (r3 - 1))


def published_e7(r3, r4):
    top = 252 * r3**2 * r4 - 261 * r3**2 - 264 * r3 * r4 + 234 * r3 + 12 * r4 - 37
    return -top / (36 * (r3 - 1) ** 2 * (r4 - 1))


@pytest.mark.parametrize(
    "r", [(Fraction(1, 3), Fraction(1, 7)), (Fraction(-2, 5), Fraction(4, 9)), (Fraction(0), Fraction(0))]
)
def test_coefficients_are_exact(r):
    u = {k: 1 / (1 - x) for k, x in enumerate(r, 2)}
    (c2, e5), _ = centre_series(u, Fraction(1))
    assert c2 == (1 - 2 * r[0]) / (2 * (1 - r[0]))
    assert e5 == published_e5(*r)
    assert reduced_coefficient(2)(*map(float, r)) == pytest.approx(float(e5), rel=1e-14)


@pytest.mark.parametrize("r", [(Fraction(1, 7), Fraction(-2, 5)), (Fraction(1, 5), Fraction(1, 11))])
def test_tricritical_coefficients_are_exact(r):
    u = {2: Fraction(2), **{k: 1 / (1 - x) for k, x in enumerate(r, 3)}}
    (c2, c4, e7), _ = centre_series(u, Fraction(1))
    assert c2 == 0
    assert c4 == Fraction(2, 3) * (1 - 3 * r[0]) / (1 - r[0])
    assert e7 == published_e7(*r)


CASES = [
    (potentials.kuramoto(), 1, (0.5, 1 / 24), (0.12774016535, 0.014125687134, 1.41421339e-4)),
    (potentials.noisy_transformer(2), 1, (0.117967558196, 0.227336539570),
     (0.17786937116, 0.022959523309, 2.30851521e-4)),
    (potentials.noisy_transformer(BETA), 2, (0.368721125807, -0.193799141611),
     (0.2485956326, 0.091187785298, 9.12008260e-3)),
    (potentials.hegselmann_krause(RADIUS), 2, (0.374944501221, -0.271694265148),
     (0.25402763647, 0.094849412704, 9.48094328e-3)),
]  # fmt: skip


@pytest.mark.parametrize(("potential", "order", "coefficients", "amplitudes"), CASES, ids=[c[0].label for c in CASES])
def test_law_and_flow(potential, order, coefficients, amplitudes):
    law = branches.critical_rate(potential, 1)
    assert law.order == order
    assert law.exponent == 1 / (2 * order)
    for value, reference in zip(law.coefficients, coefficients, strict=True):
        assert digits(value, reference) > 10.9
    assert max(law.errors) < 1e-11
    found = branches.flow(potential, law.kappa, [0.3, 0.05], [1e2, 1e4, 1e8], settings=SHARP)
    for value, reference, least in zip(found.a[:, 0], amplitudes, (9.0, 9.0, 8.0), strict=True):
        assert digits(value, reference) > least
    # the flow against the law alone: the constant and the next term, whatever the start
    assert found.a[-1, 0] == pytest.approx(law.amplitude(1e8), rel=1e-3 if order == 2 else 1e-5)
    inverse = found.a[:, 0] ** (-2.0 * order)
    slow = np.log(found.t) if order == 1 else np.sqrt(found.t)
    offset = inverse - found.t / law.constant ** (2 * order) - law.next * slow
    assert abs(offset[2] - offset[1]) < (2.0 if order == 1 else 12.0) + 1e-8 * inverse[2]
    assert law.corrected(1e4, offset[0]) == pytest.approx(found.a[1, 0], rel=2e-3)


@pytest.mark.parametrize("mode", [1, 2, 3])
def test_mode_n_alone_is_mode_1_slowed_down(mode):
    """g_n alone: τ = n² g_n t, so the constant is √2/(n √g_n)."""
    law = branches.critical_rate(potentials.harmonics({mode: 0.7}), mode)
    assert law.constant == pytest.approx(np.sqrt(2.0 / 0.7) / mode, rel=1e-14)


def test_higher_order_onset():
    """r₂ = ½, r₃ = ⅓: c₂ = c₄ = 0; e_3 = c₆ > 0 for r₄ = 0 and the decay is t^(−1/6)."""
    potential = potentials.harmonics({1: 1.0, 2: 0.5, 3: 1 / 3})
    law = branches.critical_rate(potential, 1)
    assert (law.order, law.exponent) == (3, 1 / 6)
    u = {2: Fraction(2), 3: Fraction(3, 2), 4: Fraction(1), 5: Fraction(1)}
    series, _ = centre_series(u, Fraction(1))
    assert series[:2] == [0, 0]
    assert law.coefficients == pytest.approx([float(x) for x in series[2:4]], rel=1e-12)
    found = branches.flow(potential, 2.0, [0.3, 0.05], [1e6, 1e10], settings=SHARP)
    assert np.log(found.a[0, 0] / found.a[1, 0]) / np.log(1e4) == pytest.approx(1 / 6, rel=2e-2)


def test_where_no_law_holds_it_says_so():
    with pytest.raises(ValueError, match="subcritical onset"):
        branches.critical_rate(potentials.noisy_transformer(4), 1)
    with pytest.raises(ValueError, match="transcritical onset"):
        branches.critical_rate(potentials.bimodal(1.0), 1)
    with pytest.raises(ValueError, match="has no onset"):
        branches.critical_rate(potentials.kuramoto(), 2)
    with pytest.raises(ValueError, match="a multiple of n is unstable"):
        branches.critical_rate(potentials.harmonics({1: 1.0, 2: 1.5}), 1)
    with pytest.raises(ValueError, match="mode"):
        branches.critical_rate(potentials.kuramoto(), 0)
    with pytest.raises(ValueError, match="p = 6"):
        reduced_coefficient(6)
    assert "mode 1 is unstable" in branches.critical_rate(potentials.harmonics({1: 1.5, 2: 1.0}), 2).message
