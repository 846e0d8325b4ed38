"""Steps: their accuracy, their order, and what they refuse."""

import numpy as np
import pytest
from toys import CIRCLE, CUBIC, TWINS, Array, Polynomial, scalar, twin

from continuation import Settings, Status, follow
from continuation.stepping.corrector import correct
from continuation.stepping.predictor import taylor_series, trusted_length
from continuation.stepping.stepper import Base, StepFailure, advance


def start(problem_kind: str, u: float, p: float) -> Base:
    tangent = np.array([-p, u]) / np.hypot(u, p)
    return Base(twin(CIRCLE, problem_kind), np.array([u, p]), tangent, 0.0)


def test_taylor_coefficients_of_the_circle() -> None:
    """With s along the tangent at (1, 0): p = s, u = √(1 − s²) = Σ binom(1/2, k) (−s²)^k."""
    x = np.array([1.0, 0.0])
    solver = CIRCLE.bordered(x[:1], 0.0, np.array([0.0, 1.0]))
    c = taylor_series(CIRCLE.expansion(x[:1], 0.0), solver, x, 1.0, 20)
    binomial = 1.0
    for k in range(11):
        assert c[2 * k, 0] == pytest.approx(binomial * (-1.0) ** k, rel=1e-14)
        binomial *= (0.5 - k) / (k + 1)
    assert np.array_equal(c[:, 1], np.eye(1, 21, 1)[0])


def test_trusted_length_of_a_geometric_series() -> None:
    c = np.array([[2.0**k] for k in range(21)])  # radius of convergence 1/2
    assert trusted_length(c, 1e-12) == pytest.approx(0.5 * 1e-12 ** (1 / 17), rel=1e-12)
    assert trusted_length(np.eye(5, 1, -1), 1e-12) == np.inf


@pytest.mark.parametrize("kind", TWINS)
def test_a_step_stays_on_the_circle(kind: str) -> None:
    base = start(kind, 0.6, 0.8)
    for _ in range(30):
        base, piece, following, spent = advance(base, Settings())
        assert spent.steps == 1
        assert np.allclose(piece(0.0), base.x, rtol=0.0, atol=1e-15)
        assert abs(np.hypot(*following.x) - 1.0) < 1e-13
        assert following.tangent @ base.tangent > 0.0
        assert following.s == piece.end
        base = following


def test_the_series_is_exact_all_along() -> None:
    _, piece, _, _ = advance(start("series", 0.6, 0.8), Settings())
    x = piece.at(np.linspace(0, 1, 101))
    assert np.max(np.abs(np.hypot(x[:, 0], x[:, 1]) - 1.0)) < 1e-13


def test_cubic_pieces_are_of_fourth_order() -> None:
    errors = []
    lengths = 0.2 / 2.0 ** np.arange(5)
    for length in lengths:
        _, piece, _, _ = advance(start("tangents", 0.6, 0.8), Settings(max_length=length))
        x = piece.at(np.linspace(0, 1, 101))
        errors.append(np.max(np.abs(np.hypot(x[:, 0], x[:, 1]) - 1.0)))
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert np.all(np.abs(orders - 4.0) < 0.15)


def test_newton_converges_quadratically() -> None:
    row = np.array([0.0, 1.0])
    errors = []
    for iterations in (1, 2, 3):
        new = correct(CIRCLE, np.array([1.3, 0.6]), row, 0.0, max_iterations=iterations)
        errors.append(abs(new.x[0] - 0.8))
    assert np.log(errors[2] / errors[1]) / np.log(errors[1] / errors[0]) == pytest.approx(2.0, abs=0.1)


def test_newton_reports_what_it_did() -> None:
    new = correct(CIRCLE, np.array([1.0, 0.6]), np.array([0.0, 1.0]), 1e-14)
    assert new.converged
    assert new.reach == pytest.approx(0.18)  # 0.36 / 2
    assert 0.0 < new.contraction < 0.2
    assert not correct(CIRCLE, np.array([1.0, 2.0]), np.array([0.0, 1.0]), 1e-14).converged


@pytest.mark.parametrize("kind", TWINS)
def test_polynomial_branches_do_not_run_to_infinity(kind: str) -> None:
    """Every high coefficient vanishes: the series is trusted everywhere, the step still finite."""
    parabola = Polynomial({(0, 1): 1.0, (1, 0): -1.0})
    branch = follow(twin(parabola, kind), [0.0], 0.0, p_max=100.0)
    assert branch.status is Status.BOUND
    assert branch.u[-1, 0] == pytest.approx(100.0, rel=1e-14)


@pytest.mark.parametrize("kind", TWINS)
@pytest.mark.parametrize("gap", [1e-2, 1e-4, 1e-6])
def test_does_not_jump_across_a_gap(kind: str, gap: float) -> None:
    """u² − p u = gap²: two hyperbolas at distance 2·gap; straight ahead lies the wrong one."""
    hyperbola = Polynomial({(2, 0): 1.0, (1, 1): -1.0, (0, 0): -(gap**2)})
    u0 = 0.5 * (-1.0 + np.sqrt(1.0 + 4.0 * gap**2))
    branch = follow(twin(hyperbola, kind), [u0], -1.0, p_max=1.0)
    assert branch.status is Status.BOUND
    assert branch.special_points == ()
    assert branch.u[-1, 0] == pytest.approx(0.5 * (1.0 + np.sqrt(1.0 + 4.0 * gap**2)), rel=1e-11)
    assert np.all(branch.u > 0.0)
    assert np.all(np.diff(branch.p) > 0.0)


@pytest.mark.parametrize("distance", [0.3, 1e-2, 1e-3])
@pytest.mark.parametrize("first", [-1.0, 0.0, 1.0])
def test_stays_on_its_own_of_three_parallel_branches(distance: float, first: float) -> None:
    """v = u − sin 3p: v (v² − d²) = 0; a jump by two branches keeps every sign."""
    d = distance

    def f(u: float, p: float) -> float:
        v = u - np.sin(3 * p)
        return float(v * (v * v - d * d))

    def fu(u: float, p: float) -> float:
        v = u - np.sin(3 * p)
        return float(3 * v * v - d * d)

    parallel = scalar(f, fu, lambda u, p: float(-3 * np.cos(3 * p)) * fu(u, p))
    branch = follow(parallel, [first * d], 0.0, p_max=6.0, max_steps=5000)
    assert branch.status is Status.BOUND
    assert np.max(np.abs(branch.u[:, 0] - np.sin(3 * branch.p) - first * d)) < 0.01 * d
    assert branch.special_points == () or {k.kind for k in branch.special_points} == {"fold"}
    assert np.all(np.diff(branch.p) > 0.0)


def test_a_step_that_lands_on_a_branch_point_is_taken_shorter() -> None:
    """Steps of 1/8 from −1 reach p = 0, where the bordered Jacobian is exactly singular."""
    cross = Polynomial({(1, 1): 1.0, (3, 0): -1.0})
    for kind in TWINS:
        branch = follow(twin(cross, kind), [0.0], -1.0, p_max=1.0, settings=Settings(max_length=0.125))
        assert branch.status is Status.BOUND
        assert [point.p for point in branch.special_points] == pytest.approx([0.0], abs=1e-14)


def test_failure_to_step_says_where() -> None:
    wall = scalar(
        lambda u, p: u if p < 0.5 else 1.0 + u * u, lambda u, p: 1.0 if p < 0.5 else 2 * u, lambda u, p: 0.0
    )
    base = Base(wall, np.array([0.0, 0.49999999]), np.array([0.0, 1.0]), 0.0)
    with pytest.raises(StepFailure, match=r"p = 0\.49999999"):
        advance(base, Settings(min_length=1e-7))


@pytest.mark.parametrize(
    ("field", "value"),
    [("tolerance", 0.0), *(("order", k) for k in (2, 3, 4, 7, 8.0)), ("max_turn", 2.0), ("min_length", -1.0)],
)
def test_settings_out_of_range(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=field):
        Settings(**{field: value})  # type: ignore[arg-type]


def test_the_series_serves_every_order() -> None:
    folds: list[Array] = []
    for order in (12, 20, 28, 40):
        branch = follow(
            CUBIC, [3.0], 6.0, direction=-1, p_min=-2.0, max_steps=4000, settings=Settings(order=order)
        )
        folds.append(np.array([fold.p for fold in branch.folds]))
    assert np.allclose(folds, [-2 / 3, 2 / 3], rtol=0.0, atol=1e-14)
