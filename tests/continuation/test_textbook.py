"""Textbook problems that are not ours, their folds checked by methods that share nothing with the engine."""

from functools import cache

import mpmath as mp
import numpy as np
import pytest
from toys import Array, digits

from continuation import Branch, FunctionProblem, Problem, Status, check_problem, follow


class Bratu(Problem):
    """−u″ = λ eᵘ, u(0) = u(1) = 0, on n interior points."""

    def __init__(self, n: int) -> None:
        self.h = 1.0 / (n + 1)
        self.laplacian = (np.diag(np.full(n, -2.0)) + np.eye(n, k=1) + np.eye(n, k=-1)) / self.h**2

    def residual(self, u: Array, p: float) -> Array:
        return np.asarray(self.laplacian @ u + p * np.exp(u))

    def jacobian(self, u: Array, p: float) -> Array:
        return np.asarray(self.laplacian + np.diag(p * np.exp(u)))

    def parameter_derivative(self, u: Array, p: float) -> Array:
        return np.exp(u)


class SeriesBratu(Bratu):
    def expansion(self, u: Array, p: float) -> "BratuExpansion":
        return BratuExpansion(u, p)


class BratuExpansion:
    """For w = eᵘ, w' = u' w: k w_k = Σ j u_j w_{k−j}."""

    def __init__(self, u: Array, p: float) -> None:
        self.u, self.p, self.w = [u], [p], [np.exp(u)]

    def _known(self) -> Array:
        k = len(self.u)
        terms = [j / k * self.u[j] * self.w[k - j] for j in range(1, k)]
        return np.asarray(np.sum(terms, axis=0)) if terms else np.zeros_like(self.u[0])

    def remainder(self) -> Array:
        k = len(self.u)
        return self.p[0] * self._known() + sum(
            (self.p[j] * self.w[k - j] for j in range(1, k)), np.zeros_like(self.u[0])
        )

    def push(self, u: Array, p: float) -> None:
        self.w.append(self._known() + u * self.w[0])
        self.u.append(u)
        self.p.append(p)


@cache
def bratu_branch(n: int, series: bool) -> Branch:
    problem = SeriesBratu(n) if series else Bratu(n)
    return follow(problem, np.zeros(n), 0.0, stop=lambda u, p: float(u.max()) > 4.0)


def continuous_fold() -> mp.mpf:
    """λ = 8θ²/cosh² θ is largest where θ tanh θ = 1 (exact solution 2 log(cosh θ / cosh((1 − 2x)θ)))."""
    with mp.workdps(30):
        theta = mp.findroot(lambda t: t * mp.tanh(t) - 1, 1.2)
        return 8 * theta**2 / mp.cosh(theta) ** 2


@cache
def discrete_fold(n: int) -> tuple[float, float]:
    """Return (λ, largest u) of the fold on n points (odd), by shooting from the middle in 30 digits.

    The recurrence gives the boundary value b(m, λ) from the middle value m; at the fold b = ∂b/∂m = 0.
    """
    with mp.workdps(30):
        h2 = mp.mpf(1) / (n + 1) ** 2

        def shoot(m: mp.mpf, lam: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
            u0, v0 = m, mp.mpf(1)  # v = ∂u/∂m
            u1, v1 = m - h2 * lam * mp.exp(m) / 2, 1 - h2 * lam * mp.exp(m) / 2
            for _ in range((n + 1) // 2 - 1):
                force = h2 * lam * mp.exp(u1)
                u0, u1, v0, v1 = u1, 2 * u1 - u0 - force, v1, 2 * v1 - v0 - force * v1
            return u1, v1

        m, lam = mp.findroot(lambda m, lam: shoot(m, lam), (mp.mpf("1.187"), mp.mpf("3.5")))
        return float(lam), float(m)


@pytest.mark.parametrize("series", [True, False])
@pytest.mark.parametrize("n", [7, 15, 31])
def test_bratu_folds_where_shooting_says(n: int, series: bool) -> None:
    branch = bratu_branch(n, series)
    assert branch.status is Status.STOPPED
    (fold,) = branch.special_points
    lam, middle = discrete_fold(n)
    assert fold.kind == "fold"
    assert digits(fold.p, lam) >= 11
    assert digits(float(fold.u.max()), middle) >= 8
    assert fold.coefficients["curvature"] < -fold.coefficients["curvature_error"]


def test_bratu_converges_with_the_square_of_the_spacing() -> None:
    limit = float(continuous_fold())
    assert limit == pytest.approx(3.513830719125161, rel=1e-14)
    errors = np.array([limit - bratu_branch(n, True).folds[0].p for n in (7, 15, 31, 63)])
    assert np.all(np.abs(np.log2(errors[:-1] / errors[1:]) - 2.0) < 0.02)


def test_bratu_series_and_tangents_meet_at_the_same_states() -> None:
    one, other = bratu_branch(15, True), bratu_branch(15, False)
    assert check_problem(SeriesBratu(15), np.linspace(0.0, 1.0, 15), 1.0)["expansion"] >= 4.5
    for p in (1.0, 2.0, 3.0):
        lower = [b.at(b.crossings(p)[0])[0] for b in (one, other)]
        assert np.max(np.abs(SeriesBratu(15).residual(lower[0], p))) < 1e-11
        assert np.max(np.abs(lower[0] - lower[1])) < 1e-2
    assert one.counters.newton == 0
    assert one.counters.factorisations < other.counters.factorisations / 4


@pytest.mark.parametrize("q", [0.01, 1.0, 3.0, 20.0])
def test_the_cusp_normal_form(q: float) -> None:
    """p + q u − u³: folds at u = ±√(q/3), 27 p² = 4 q³."""
    cusp = FunctionProblem(
        lambda u, p: p + q * u - u**3, lambda u, p: np.diag(q - 3 * u**2), lambda u, p: np.ones(1), q**1.5
    )
    u = -2.0 * np.sqrt(q)
    branch = follow(cusp, [u], u**3 - q * u, p_max=6.0 * q**1.5)
    p = np.sqrt(4.0 * q**3 / 27.0)
    assert [point.kind for point in branch.special_points] == ["fold", "fold"]
    assert digits(branch.folds[0].p / p, 1.0) >= 13
    assert digits(branch.folds[1].p / p, -1.0) >= 13


B, BETA, GAMMA = 8.0, 0.3, 20.0


def reactor() -> FunctionProblem:
    """Return the cooled stirred tank of Uppal, Ray and Poore (1974); parameter Da."""

    def rate(u: Array) -> tuple[float, Array]:
        heat = float(np.exp(u[1] / (1 + u[1] / GAMMA)))
        return (1 - u[0]) * heat, np.array([-heat, (1 - u[0]) * heat / (1 + u[1] / GAMMA) ** 2])

    return FunctionProblem(
        lambda u, p: np.array([-u[0], -(1 + BETA) * u[1]]) + p * rate(u)[0] * np.array([1.0, B]),
        lambda u, p: np.diag([-1.0, -(1 + BETA)]) + p * np.outer([1.0, B], rate(u)[1]),
        lambda u, p: rate(u)[0] * np.array([1.0, B]),
        parameter_scale=0.1,
    )


def reactor_fold(guess: str) -> tuple[float, float]:
    """Return (Da, x) of a fold: θ = B x / (1 + β) leaves Da as a function of x, stationary at the folds."""
    with mp.workdps(30):

        def damkoehler(x: mp.mpf) -> mp.mpf:
            theta = mp.mpf(B) * x / (1 + mp.mpf("0.3"))
            return x / (1 - x) * mp.exp(-theta / (1 + theta / GAMMA))

        x = mp.findroot(lambda x: mp.diff(damkoehler, x), mp.mpf(guess))
        return float(damkoehler(x)), float(x)


def test_the_reactor_ignites_and_goes_out() -> None:
    check_problem(reactor(), np.array([0.3, 2.0]), 0.1)
    branch = follow(reactor(), [0.0, 0.0], 0.0, p_max=0.2)
    assert branch.status is Status.BOUND
    assert [point.kind for point in branch.special_points] == ["fold", "fold"]
    for fold, guess in zip(branch.folds, ("0.25", "0.7"), strict=True):
        da, x = reactor_fold(guess)
        assert digits(fold.p / da, 1.0) >= 12
        assert digits(fold.u[0], x) >= 8
    # An S: ignition, met first, at the larger Da; three states between the folds, one outside.
    assert branch.folds[0].p > branch.folds[1].p
    assert [len(branch.crossings(da)) for da in (0.05, 0.07, 0.1)] == [1, 3, 1]
