"""The bounds in doubles that everything about all states rests on, against ball arithmetic and plain iteration."""

import mpmath
import numpy as np
import pytest

pytest.importorskip("flint")
from flint import ctx

from branches.proofs.checker_all import third_derivative
from branches.proofs.checker_balls import Open
from branches.proofs.checker_cone import Cone, Strip

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
def test_images_are_on_both_sides_of_a_quadrature(potential, kappa, size, period):
    cone, rng = Cone(potential, size, period), np.random.default_rng(5)
    theta = np.pi * (np.arange(8 * size) + 0.5) / (8 * size)
    cosines, X, k = np.cos(np.outer(np.arange(1, size + 1), theta)), np.empty((3, 0)), np.full(3, kappa)
    b = rng.random((3, size)) ** np.arange(1, 4)[:, None]
    weight = np.exp((kappa * cone.lower * b) @ cosines)
    exact = weight @ cosines.T / weight.sum(1, keepdims=True)
    low, (high, _) = cone.image(X, k, b), cone.fall(X, k, b, np.zeros(3))
    assert (low <= exact + 5e-15).all()  # the rounding of the reference
    assert (exact <= high + 5e-15).all()
    assert np.abs(high - low).max() < 1e-12


@pytest.mark.parametrize(("potential", "kappa", "size", "period"), CASES)
def test_moments_beyond_the_table_are_bounded(potential, kappa, size, period):
    """With moments ≤ s beyond N in the field, those of its density, by a quadrature."""
    cone, rng, s = Cone(potential, 8, period), np.random.default_rng(6), 1e-3
    fine = Cone(potential, size, period)
    theta = np.pi * (np.arange(8 * size) + 0.5) / (8 * size)
    cosines = np.cos(np.outer(np.arange(1, size + 1), theta))
    b = np.sort(rng.random(size))[::-1] ** np.arange(1, size + 1)
    b[8:] = s * rng.random(size - 8)
    weight = np.exp((kappa * fine.lower * b) @ cosines)
    exact = cosines @ weight / weight.sum()
    high, far = cone.fall(np.empty((1, 0)), np.array([kappa]), b[None, :8], np.array([s]))
    assert (exact[:8] <= high[0] + 5e-15).all()  # the rounding of the reference
    assert exact[8:].max() <= far[0]


ENCLOSED = [(TRANSFORMER, 0.4, 0.3), (BIMODAL, 1.98, 0.4), (BIMODAL, 1.9, 0.05)]


@pytest.mark.parametrize(("potential", "kappa", "x"), ENCLOSED)
def test_iterates_enclose_the_reduced_state(potential, kappa, x):
    cone = Cone(potential, 24)
    _, exact = reduced_moment(potential, x, kappa, 20)
    low = cone.rising(np.array([[x]]), np.array([kappa]))[0]
    high = cone.falling(np.array([[x]]), np.array([kappa]))[0][0]
    for n, value in enumerate(exact):
        assert low[n] - 1e-15 <= value <= high[n] + 1e-15  # the rounding of the reference
        assert high[n] - low[n] < 1e-10


def test_iterates_are_bounds_at_every_step_not_only_in_the_limit():
    cone, X, k = Cone(TRANSFORMER, 24), np.array([[0.3]]), np.array([0.4])
    _, exact = reduced_moment(TRANSFORMER, 0.3, 0.4, 20)
    high, s, low = np.ones((1, 24)), np.ones(1), np.zeros((1, 24))
    for _ in range(10):
        (high, s), low = cone.fall(X, k, high, s), cone.image(X, k, low)
        assert all(low[0, n] <= value <= high[0, n] for n, value in enumerate(exact))


@pytest.mark.parametrize("size", [8, 24])
def test_a_thick_tail_is_enclosed(size):
    """Hegselmann–Krause with few modes, against a solution with 96."""
    cone = Cone(CONFIDENCE, size)
    _, exact = reduced_moment(CONFIDENCE, 0.3, 1.43, 96)
    low = cone.rising(np.array([[0.3]]), np.array([1.43]))[0]
    high, s = cone.falling(np.array([[0.3]]), np.array([1.43]))
    for n in range(size):
        assert low[n] <= exact[n] + 1e-15
        assert exact[n] <= high[0, n] + 1e-15
    assert exact[size:].max() <= s[0] < 1e-3
    assert high[0, 0] - low[0] < 1e-3


def test_a_strip_holds_every_reduced_state_of_random_starts():
    x = np.linspace(0.0, 1.0, 65)[:, None]
    cone = Cone(BIMODAL, 16)
    strip = Strip(cone, x, x, (1.9, 2.0), (0, 12))
    rng = np.random.default_rng(2)
    for _ in range(20):
        at, kappa = rng.random(), rng.uniform(1.9, 2.0)
        i = min(int(at * 64), 63)
        _, a = reduced_moment(BIMODAL, at, kappa, 16)
        assert (strip.l[i][1:] <= a[1:] + 1e-15).all()
        assert (a[1:] <= strip.u[i + 1][1:] + 1e-15).all()


def test_a_strip_where_several_reduced_states_share_one_moment_is_refused():
    """Bimodal m = 2 above the onset of mode 2: at a_1 = 0 there are a_2 = 0 and a_2 > 0."""
    x = np.linspace(0.0, 1.0, 65)[:, None]
    cone = Cone({"name": "harmonics", "parameters": {"g1": "1", "g2": "2"}}, 16)
    with pytest.raises(Open, match="M y < y"):
        Strip(cone, x, x, (1.3, 1.3), (0, 60))


@pytest.mark.parametrize(("potential", "kappa", "x"), [(TRANSFORMER, 0.3909, 0.4), (BIMODAL, 1.9805, 0.4)])
def test_the_slope_encloses_differences(potential, kappa, x):
    cone, step = Cone(potential, 24), 0.01
    values = [mpmath.mpf(reduced_moment(potential, x + j * step, kappa, 20)[0]) for j in range(-4, 5)]
    stencil = [mpmath.mpf(c) for c in ("1/280", "-4/105", "1/5", "-4/5", "0", "4/5", "-1/5", "4/105", "-1/280")]
    derivative = mpmath.fdot(stencil, values) / step
    low = cone.rising(np.array([[x]]), np.array([kappa]))[0]
    high, s = cone.falling(np.array([[x]]), np.array([kappa]))
    lo, hi, z, y = cone.slope(low, high[0], s[0], kappa, kappa)
    assert lo - 1e-9 <= derivative <= hi + 1e-9
    assert hi - lo < 1e-4
    rates = [
        (reduced_moment(potential, x + 1e-5, kappa, 20)[1] - reduced_moment(potential, x - 1e-5, kappa, 20)[1]) / 2e-5
    ][0]
    assert (z[:10] - 1e-7 <= rates[1:11]).all()
    assert (rates[1:11] <= y[:10] + 1e-7).all()


@pytest.mark.parametrize(("beta", "sign"), [(1, 1), (2, 1), (3, -1), (4, -1), (6, -1)])
def test_next_to_the_onset_the_sign_is_that_of_the_landau_coefficient(beta, sign):
    """κ = κ₁(1 + c₂ a² + …): c₂ > 0 below β* = 2.4469, else c₂ < 0; open where a is not small."""
    potential = {"name": "noisy_transformer", "parameters": {"beta": str(beta)}}
    cone = Cone(potential, 24)
    kappa = 2 / float(cone.lower[0])
    signs = []
    for x in (2.0**-14, 0.25):
        u, s = cone.falling(np.array([[x]]), np.array([kappa * (1 + 1e-6)]))
        ball = third_derivative(cone, u[0], s[0], kappa * (1 - 1e-6), kappa * (1 + 1e-6))
        signs.append(-1 if ball > 0 else 1 if ball < 0 else 0)
    assert signs == [sign, 0]


@pytest.mark.parametrize("x", [0.0005, 0.005, 0.02])
def test_the_third_derivative_encloses_differences(x):
    """φ_aaa at three points of [0, x], by differences with 30 digits; at 0 it is 3(2 r_2 − 1)/(1 − r_2), κ = 2/g_1."""
    cone = Cone(BIMODAL, 16)
    u, s = cone.falling(np.array([[x]]), np.array([2.0]))
    ball = third_derivative(cone, u[0], s[0], 2.0, 2.0)
    assert float(ball.lower()) <= 3 * (2 * 0.6 - 1) / (1 - 0.6) <= float(ball.upper())
    with mpmath.workdps(30):
        for at in (x / 3, 2 * x / 3, x):
            h = mpmath.mpf(at) / 8
            values = [phi_of_many_digits(at + j * h) for j in range(-3, 4)]
            stencil = [mpmath.mpf(v) for v in ("0.125", "-1", "1.625", "0", "-1.625", "1", "-0.125")]
            third = float(mpmath.fdot(stencil, values) / h**3)
            assert float(ball.lower()) - 1e-3 <= third <= float(ball.upper()) + 1e-3
    assert float(ball.rad()) < 4e3 * x


def phi_of_many_digits(x):
    """Return φ of the bimodal potential, m = 0.6, κ = 2, by iteration of a_2 with 30 digits."""
    theta = [mpmath.pi * (j + mpmath.mpf(0.5)) / 32 for j in range(32)]
    c1, c2, a2 = [mpmath.cos(t) for t in theta], [mpmath.cos(2 * t) for t in theta], mpmath.mpf(0)
    for _ in range(400):
        weight = [mpmath.exp(2 * x * u + mpmath.mpf("1.2") * a2 * v) for u, v in zip(c1, c2, strict=True)]
        old, a2 = a2, mpmath.fdot(weight, c2) / mpmath.fsum(weight)
        if abs(a2 - old) < mpmath.mpf("1e-27"):
            break
    return mpmath.fdot(weight, c1) / mpmath.fsum(weight)


def test_a_supersolution_is_found_only_for_contractions():
    cone = Cone(BIMODAL, 2)
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
        Cone({"name": "harmonics", "parameters": parameters}, 8)
