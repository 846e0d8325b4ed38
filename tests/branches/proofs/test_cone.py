"""The bounds in doubles that everything about all states rests on, against ball arithmetic and plain iteration."""

import mpmath
import numpy as np
import pytest

pytest.importorskip("flint")
from flint import arb, ctx

from branches.proofs.checker_balls import Moments, Open
from branches.proofs.checker_cone import Cone, higher, third_cumulants

TRANSFORMER = {"name": "noisy_transformer", "parameters": {"beta": "4"}}
STRONGER = {"name": "noisy_transformer", "parameters": {"beta": "10"}}
BIMODAL = {"name": "harmonics", "parameters": {"g1": "1", "g2": "0.6"}}
CONFIDENCE = {"name": "hegselmann_krause", "parameters": {"R": "2"}}
RODS = {"name": "doi_onsager", "parameters": {}}
CASES = [(TRANSFORMER, 0.41, 24, 1), (STRONGER, 0.0038, 48, 1), (BIMODAL, 2.0, 24, 1), (CONFIDENCE, 1.44, 64, 1)]


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(128):
        yield


def reduced_moment(potential: dict, x: float, kappa: float, n_modes: int) -> tuple[float, np.ndarray]:
    """Return φ(x, κ) and the moments of the reduced state, by iteration on a fine grid, with weights of mpmath."""
    modes = range(1, n_modes + 1)
    if potential["name"] == "noisy_transformer":
        beta = mpmath.mpf(potential["parameters"]["beta"])
        g = [2 * mpmath.besseli(n, beta) / beta for n in modes]
    elif potential["name"] == "hegselmann_krause":
        R = mpmath.mpf(potential["parameters"]["R"])
        g = [4 * (n * R - mpmath.sin(n * R)) / (mpmath.pi * n**3) for n in modes]
    else:
        g = [mpmath.mpf(potential["parameters"].get(f"g{n}", 0)) for n in modes]
    theta = np.pi * (np.arange(8 * n_modes) + 0.5) / (8 * n_modes)
    cosines, b, a = np.cos(np.outer(modes, theta)), kappa * np.array([float(v) for v in g]), np.zeros(n_modes)
    for _ in range(3000):
        h = b * a
        h[0] = b[0] * x
        weight = np.exp(h @ cosines)
        a, old = cosines @ weight / weight.sum(), a
        if np.abs(a - old).max() < 1e-16:
            break
    return a[0], a


@pytest.mark.parametrize(("potential", "kappa", "size", "period"), CASES)
def test_moments_in_doubles_are_within_the_bound_of_ball_arithmetic(potential, kappa, size, period):
    cone, rng = Cone(potential, kappa, size, period), np.random.default_rng(5)
    assert cone.error < 1e-8
    for power in (1, 2, 3):
        H = kappa * cone.gl[:size] * rng.random(size) ** power
        exact = Moments([arb(float(v)) for v in H], 2 * size).a
        error = max(float((arb(float(v)) - exact[n]).abs_upper()) for n, v in enumerate(cone.moments(H[None])[0], 1))
        assert error < cone.error
        assert error < 5e-15  # what is measured; the bound allows for the worst


def test_the_bound_of_the_table_covers_the_largest_field():
    cone = Cone(TRANSFORMER, 0.41, 24)
    H = 0.41 * cone.gu[:24]
    exact = Moments([arb(float(v)) for v in H], 48).a
    error = max(float((arb(float(v)) - exact[n]).abs_upper()) for n, v in enumerate(cone.moments(H[None])[0], 1))
    assert error < cone.error


ENCLOSED = [(TRANSFORMER, 0.4, 0.3), (BIMODAL, 1.98, 0.4), (BIMODAL, 1.9, 0.05)]


@pytest.mark.parametrize(("potential", "kappa", "x"), ENCLOSED)
def test_iterates_enclose_the_reduced_state(potential, kappa, x):
    cone = Cone(potential, 0.42 if potential is TRANSFORMER else 2.0, 24)
    _, exact = reduced_moment(potential, x, kappa, 20)
    low = cone.rising(np.array([[x]]), np.array([kappa]))[0]
    high = cone.falling(np.array([[x]]), np.array([kappa]))[0]
    for n, value in enumerate(exact):
        assert low[n] - 1e-15 <= value <= high[n] + 1e-15  # the rounding of the reference
        assert high[n] - low[n] < 1e-10


def test_iterates_are_bounds_at_every_step_not_only_in_the_limit():
    cone = Cone(TRANSFORMER, 0.42, 24)
    _, exact = reduced_moment(TRANSFORMER, 0.3, 0.4, 20)
    for steps in (1, 2, 3, 10):
        high = cone.falling(np.array([[0.3]]), np.array([0.4]), steps)[0]
        assert all(value <= high[n] for n, value in enumerate(exact))


def test_a_thick_tail_is_enclosed():
    """Hegselmann–Krause with 24 modes, against a solution with 96."""
    cone = Cone(CONFIDENCE, 1.45, 24)
    _, exact = reduced_moment(CONFIDENCE, 0.3, 1.43, 96)
    low = cone.rising(np.array([[0.3]]), np.array([1.43]))[0]
    high = cone.falling(np.array([[0.3]]), np.array([1.43]))[0]
    for n in range(24):
        assert low[n] <= exact[n] <= high[n]
    assert high[0] - low[0] < 1e-2
    caps = cone.caps(np.array([1.43]), 1)[0]
    assert all(value <= caps[n] for n, value in enumerate(exact))


@pytest.mark.parametrize(("potential", "kappa", "x"), [(TRANSFORMER, 0.3909, 0.4), (BIMODAL, 1.9805, 0.4)])
def test_slope_and_higher_derivatives_enclose_those_by_differences(potential, kappa, x):
    cone, step = Cone(potential, 1.2 * kappa, 24), 0.01
    values = [mpmath.mpf(reduced_moment(potential, x + j * step, kappa, 20)[0]) for j in range(-4, 5)]
    first = [mpmath.mpf(c) for c in ("1/280", "-4/105", "1/5", "-4/5", "0", "4/5", "-1/5", "4/105", "-1/280")]
    second = ["-1/560", "8/315", "-1/5", "8/5", "-205/72", "8/5", "-1/5", "8/315", "-1/560"]
    third = ["-7/240", "3/10", "-169/120", "61/30", "0", "-61/30", "169/120", "-3/10", "7/240"]
    derivatives = [
        mpmath.fdot([mpmath.mpf(c) for c in stencil], values) / step**order
        for order, stencil in ((1, first), (2, second), (3, third))
    ]
    low = cone.rising(np.array([[x]]), np.array([kappa]))[0]
    high = cone.falling(np.array([[x]]), np.array([kappa]))[0]
    lo, hi = cone.slope(low, high, kappa, kappa)
    assert lo - 1e-9 <= derivatives[0] <= hi + 1e-9
    assert hi - lo < 1e-4
    for order in (2, 3):
        ball = higher(cone, low, high, kappa, kappa, order)
        assert abs(float(ball.mid()) - float(derivatives[order - 1])) <= float(ball.rad()) + 1e-4
        assert float(ball.rad()) < 1e-2
    high = cone.falling(np.array([[x + 1 / 256]]), np.array([kappa]))[0]
    for order in (2, 3):
        ball = higher(cone, low, high, kappa, kappa, order)
        assert float(ball.lower()) <= float(derivatives[order - 1]) <= float(ball.upper())


def test_balls_for_the_tail_grow_when_modes_are_left_out():
    """With 8 modes the second derivative must still be enclosed, by tails on the right-hand sides."""
    kappa, x = 0.3909, 0.4
    fine, coarse = Cone(TRANSFORMER, 0.42, 24), Cone(TRANSFORMER, 0.42, 8)
    balls = []
    for cone in (fine, coarse):
        low = cone.rising(np.array([[x]]), np.array([kappa]))[0]
        high = cone.falling(np.array([[x]]), np.array([kappa]))[0]
        balls.append(higher(cone, low, high, kappa, kappa, 2))
    assert balls[1].contains(balls[0].mid())
    assert balls[1].rad() > balls[0].rad()


def test_a_supersolution_is_found_only_for_contractions():
    cone = Cone(BIMODAL, 2.0, 2)
    contraction, expansion = np.array([[0.5, 0.4], [0.3, 0.2]]), np.array([[0.9, 0.4], [0.3, 0.2]])
    y = cone.super(contraction, np.ones(2))
    assert (np.ones(2) + contraction @ y < y).all()
    assert cone.super(expansion, np.ones(2)) is None
    assert cone.super(contraction * np.nan, np.ones(2)) is None


@pytest.mark.parametrize(
    "parameters", [{"g1": "1", "g2": "-0.1"}, {"g1": "0", "g2": "1"}, {"g1": "1", "g500": "-0.1"}], ids=str
)
def test_weights_of_both_signs_are_refused(parameters):
    with pytest.raises(Open, match="g_n >= 0"):
        Cone({"name": "harmonics", "parameters": parameters}, 2.0, 8)


def test_bounds_of_third_cumulants_cover_those_of_random_densities():
    rng, n_modes = np.random.default_rng(0), 6
    cosines = np.cos(np.outer(np.arange(40), np.pi * (np.arange(400) + 0.5) / 400))
    for _ in range(20):
        weight = np.exp(rng.random(8) * 0.5 @ cosines[1:9])
        weight /= weight.sum()
        a, h = cosines @ weight, rng.random(n_modes)
        V = h @ cosines[1 : n_modes + 1]
        V -= V @ weight
        exact = np.abs((cosines - a[:, None]) * V**2 @ weight)
        bound = third_cumulants(h, a[1 : 2 * n_modes + 1], a[2 * n_modes + 1 :].max())
        assert (exact[1 : n_modes + 1] <= bound[:-1]).all()
        assert exact[n_modes + 1 :].max() <= bound[-1]
        assert (exact[1 : n_modes + 1] / bound[:-1]).max() > 0.01  # not idle


def test_moments_beyond_the_table_are_bounded_better_than_by_the_slope_of_the_potential():
    cone, kappa = Cone(CONFIDENCE, 1.45, 24), 1.43
    _, exact = reduced_moment(CONFIDENCE, 0.3, kappa, 96)
    high = cone.falling(np.array([[0.3]]), np.array([kappa]))[0]
    bound = cone.beyond(high, kappa)
    assert max(exact[48:]) <= bound < 0.2 * cone.caps(np.array([kappa]), 1)[0, 48]
