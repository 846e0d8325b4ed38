"""Curves of folds in two parameters."""

from functools import cache

import mpmath as mp
import numpy as np
import pytest
from toys import Array, Polynomial

from continuation import Family, FunctionProblem, Locus, Problem, Status, fold_locus, follow
from continuation.locus import singular_locus


class Cusp(Family):
    """p + q u − u³, with the gradient by hand."""

    def problem(self, q: float) -> Problem:
        return FunctionProblem(
            lambda u, p: p + q * u - u**3, lambda u, p: np.diag(q - 3 * u**2), lambda u, p: np.ones(1)
        )

    def q_derivative(self, u: Array, p: float, q: float) -> Array:
        return u

    def jacobian_q_derivative(self, u: Array, p: float, q: float) -> Array:
        return np.eye(1)

    def gradient(self, u: Array, p: float, q: float, left: Array, right: Array) -> Array:
        return np.append(-6 * u * left * right, 0.0)


class SeriesCusp(Cusp):
    """The same with the gradient from the Taylor recurrence."""

    def problem(self, q: float) -> Problem:
        return Polynomial({(0, 1): 1.0, (1, 0): q, (3, 0): -1.0})

    def gradient(self, u: Array, p: float, q: float, left: Array, right: Array) -> Array:
        return Family.gradient(self, u, p, q, left, right)


@pytest.mark.parametrize("family", [Cusp(), SeriesCusp()])
def test_the_cusp_curve(family: Family) -> None:
    """27 p² = 4 q³ from q = 3 down to the cusp (0, 0) and back on the other side; u = ±√(q/3)."""
    fold = follow(family.problem(3.0), [-3.0], -18.0, p_max=3.0).folds[0]
    locus = fold_locus(family, fold, 3.0, direction=-1, p_max=5.0)
    assert locus.branch.status is Status.BOUND
    assert locus.q[-1] == 5.0
    assert np.max(np.abs(locus.p**2 / 4 - locus.q**3 / 27)) < 1e-11
    far = locus.q > 0.5
    assert np.max(np.abs(27 * locus.p[far] ** 2 / (4 * locus.q[far] ** 3) - 1)) < 1e-11
    assert np.allclose(locus.q, 3 * locus.u[:, 0] ** 2, rtol=0.0, atol=1e-12)
    assert locus.p[0] * locus.p[-1] < 0.0
    assert [point.kind for point in locus.branch.special_points] == ["cusp"]
    ((p, q, u),) = locus.points("cusp")
    assert max(abs(p), abs(q), abs(float(u[0]))) < 1e-11


class Isola(Family):
    """u² + p² − q: circles that shrink to a point at q = 0."""

    def problem(self, q: float) -> Problem:
        return Polynomial({(2, 0): 1.0, (0, 2): 1.0, (0, 0): -q})

    def q_derivative(self, u: Array, p: float, q: float) -> Array:
        return -np.ones(1)

    def jacobian_q_derivative(self, u: Array, p: float, q: float) -> Array:
        return np.zeros((1, 1))


def test_an_isola_centre_is_a_degenerate_fold_and_no_cusp() -> None:
    fold = follow(Isola().problem(1.0), [1.0], 0.0).folds[0]
    locus = fold_locus(Isola(), fold, 1.0, direction=-1, p_max=2.0)
    assert np.allclose(locus.p**2, locus.q, rtol=0.0, atol=1e-12)
    assert [point.kind for point in locus.branch.special_points] == ["degenerate fold"]
    ((p, q, _),) = locus.points("degenerate fold")
    assert max(abs(p), abs(q)) < 1e-11


class Gelfand(Family):
    """−u″ = λ exp(u / (1 + ε u)) on n interior points: parameter λ, second parameter ε."""

    q_scale = 0.1

    def __init__(self, n: int) -> None:
        self.n, self.h = n, 1.0 / (n + 1)
        self.laplacian = (np.diag(np.full(n, -2.0)) + np.eye(n, k=1) + np.eye(n, k=-1)) / self.h**2

    def problem(self, q: float) -> Problem:
        def force(u: Array) -> Array:
            return np.exp(u / (1 + q * u))

        return FunctionProblem(
            lambda u, p: np.asarray(self.laplacian @ u + p * force(u)),
            lambda u, p: np.asarray(self.laplacian + np.diag(p * force(u) / (1 + q * u) ** 2)),
            lambda u, p: force(u),
        )

    def q_derivative(self, u: Array, p: float, q: float) -> Array:
        r = 1 + q * u
        return np.asarray(-p * np.exp(u / r) * (u / r) ** 2)

    def jacobian_q_derivative(self, u: Array, p: float, q: float) -> Array:
        r = 1 + q * u
        return np.diag(p * np.exp(u / r) * (-((u / r) ** 2) / r**2 - 2 * u / r**3))

    def gradient(self, u: Array, p: float, q: float, left: Array, right: Array) -> Array:
        r = 1 + q * u
        first = np.exp(u / r) / r**2
        second = first * (1 / r**2 - 2 * q / r)
        return np.append(p * second * left * right, float(np.sum(first * left * right)))


@cache
def gelfand_cusp(n: int) -> tuple[float, float]:
    """Return (λ, ε) of the cusp by shooting from the middle m: b = b_m = b_mm = 0 at the boundary."""
    with mp.workdps(30):
        h2 = mp.mpf(1) / (n + 1) ** 2

        def shoot(m: mp.mpf, lam: mp.mpf, eps: mp.mpf) -> tuple[mp.mpf, mp.mpf, mp.mpf]:
            def force(jet: tuple[mp.mpf, mp.mpf, mp.mpf]) -> tuple[mp.mpf, mp.mpf, mp.mpf]:
                u, v, w = jet
                r = 1 + eps * u
                f = lam * h2 * mp.exp(u / r)
                f1 = f / r**2
                f2 = f1 / r**2 - 2 * eps * f1 / r
                return f, f1 * v, f2 * v * v + f1 * w

            before = (m, mp.mpf(1), mp.mpf(0))
            now = tuple(x - f / 2 for x, f in zip(before, force(before), strict=True))
            for _ in range((n + 1) // 2 - 1):
                step = force(now)
                before, now = now, tuple(2 * x - y - f for x, y, f in zip(now, before, step, strict=True))
            return now

        _, lam, eps = mp.findroot(lambda m, a, e: shoot(m, a, e), (mp.mpf(5), mp.mpf("5.2"), mp.mpf("0.245")))
        return float(lam), float(eps)


def test_the_two_folds_of_the_perturbed_gelfand_problem_merge() -> None:
    family = Gelfand(9)
    branch = follow(family.problem(0.2), np.zeros(9), 0.0, p_max=10.0)
    ignition, extinction = branch.folds
    locus: Locus = fold_locus(family, ignition, 0.2, p_min=0.15, p_max=0.3)
    assert locus.branch.status is Status.BOUND
    assert locus.q[-1] == 0.15
    ((lam, eps, _),) = locus.points("cusp")
    expected_lam, expected_eps = gelfand_cusp(9)
    assert abs(eps - expected_eps) < 1e-10
    assert abs(lam - expected_lam) < 1e-9
    # The curve comes back through the other fold of the branch it started from.
    (s,) = (s for s in locus.branch.crossings(0.2) if s > 1e-6)
    assert float(locus.branch.at(s)[0][-1]) == pytest.approx(extinction.p, abs=1e-2)


def test_a_family_without_second_derivatives_is_told_so() -> None:
    class Bare(Cusp):
        def gradient(self, u: Array, p: float, q: float, left: Array, right: Array) -> Array:
            return Family.gradient(self, u, p, q, left, right)

    fold = follow(Cusp().problem(1.0), [-1.5], -1.9, p_max=1.0).folds[0]
    with pytest.raises(ValueError, match="must override gradient"):
        fold_locus(Bare(), fold, 1.0)


class Breaking(Cusp):
    """States u = p − q² beside a symmetry-breaking block M = 1 − q u² of its own."""

    def problem(self, q: float) -> Problem:
        return FunctionProblem(lambda u, p: u - p + q * q, lambda u, p: np.eye(1), lambda u, p: -np.ones(1))

    def q_derivative(self, u: Array, p: float, q: float) -> Array:
        return np.array([2 * q])

    def singular(self, u: Array, p: float, q: float) -> Array:
        return np.diag(1.0 - q * u * u)

    def jacobian_q_derivative(self, u: Array, p: float, q: float) -> Array:
        return np.diag(-u * u)

    def gradient(self, u: Array, p: float, q: float, left: Array, right: Array) -> Array:
        return np.append(-2 * q * u * left * right, 0.0)


def test_the_singularity_of_another_block_is_followed() -> None:
    """1 = q u² with u = p − q²: p = q² + 1/√q, in closed form; the states themselves have no branch point."""
    locus = singular_locus(Breaking(), np.array([1.0]), 2.0, 1.0, p_min=0.25, p_max=4.0, direction=-1)
    assert locus.branch.status is Status.BOUND
    assert np.allclose(locus.p, locus.q**2 + locus.q**-0.5, rtol=0.0, atol=1e-12)
