"""Stability and Hopf points against closed forms, and the Lyapunov coefficient against the planar formula."""

import numpy as np
import pytest
import scipy.sparse
import sympy as sp
from scipy.sparse.linalg import LinearOperator
from toys import CUBIC, PITCHFORK, Array, Polynomial, digits

from continuation import Problem, Settings, follow, stability
from continuation.linear.spectrum import eigenpair, eigenvalues

try:
    import jax.numpy as jnp
except ImportError:
    jnp = None


def brusselator(a: float, xp=np) -> Problem:
    return Problem.from_function(
        lambda u, b: xp.stack([a - (b + 1) * u[0] + u[0] ** 2 * u[1], b * u[0] - u[0] ** 2 * u[1]])
    )


@pytest.mark.parametrize("a", [0.5, 1.0, 2.0, 3.7])
def test_the_hopf_point_of_the_brusselator(a: float) -> None:
    problem = brusselator(a)
    branch = follow(problem, [a, 0.5 / a], 0.5, p_max=3.0 + 2.0 * a**2)
    found = stability(problem, branch)
    (hopf,) = found.special_points
    assert hopf.kind == "Hopf"
    assert digits(hopf.p, 1.0 + a**2) >= 12
    assert digits(hopf.coefficients["frequency"], a) >= 12
    assert abs(hopf.coefficients["real_part"]) < 1e-12
    assert found.unstable.tolist() == [2 if p > 1 + a**2 else 0 for p in branch.p]
    assert np.all(found.stable == (branch.p < 1 + a**2))


class Oscillator(Problem):
    """z' = (p + iω) z − σ z|z|² + quadratic terms that the cubic one is independent of, with its Taylor recurrence."""

    def __init__(self, sigma: float, omega: float) -> None:
        self.sigma, self.omega = sigma, omega

    def residual(self, u: Array, p: float) -> Array:
        r = u @ u
        return np.array([p * u[0] - self.omega * u[1], self.omega * u[0] + p * u[1]]) - self.sigma * r * u

    def jacobian(self, u: Array, p: float) -> Array:
        linear = np.array([[p, -self.omega], [self.omega, p]])
        return linear - self.sigma * (u @ u * np.eye(2) + 2.0 * np.outer(u, u))

    def parameter_derivative(self, u: Array, p: float) -> Array:
        return u

    def expansion(self, u: Array, p: float) -> "_Series":
        return _Series(self, u, p)


class _Series:
    def __init__(self, problem: Oscillator, u: Array, p: float) -> None:
        self.problem, self.u, self.p = problem, [u], [p]

    def remainder(self) -> Array:
        u, p, k = [*self.u, np.zeros(2)], [*self.p, 0.0], len(self.u)
        square = [sum(u[i] @ u[m - i] for i in range(m + 1)) for m in range(k + 1)]
        linear = sum((p[i] * u[k - i] for i in range(k + 1)), np.zeros(2))
        return linear - self.problem.sigma * sum((square[i] * u[k - i] for i in range(k + 1)), np.zeros(2))

    def push(self, u: Array, p: float) -> None:
        self.u.append(u)
        self.p.append(p)


@pytest.mark.parametrize("sigma", [1.0, -0.3])
@pytest.mark.parametrize("omega", [0.7, 5.0])
def test_the_normal_form_tells_which_way_oscillations_go(sigma: float, omega: float) -> None:
    """z' = (p + iω) z − σ z|z|² in a coordinate with |q| = 1: l₁ = −2σ/ω."""
    problem = Oscillator(sigma, omega)
    branch = follow(problem, [0.0, 0.0], -1.0, p_max=1.0)
    (hopf,) = stability(problem, branch).special_points
    assert abs(hopf.p) < 1e-12
    assert digits(hopf.coefficients["lyapunov"], -2.0 * sigma / omega) >= 11


def planar_coefficient(a: float) -> float:
    """Return l₁ of the Brusselator from the planar formula (3.4.11) of Guckenheimer and Holmes, by exact derivatives.

    In coordinates u = u* + ξ Re q − η Im q with |q| = 1 an amplitude grows like a r³, and l₁ = 4 a/ω.
    """
    x, y, xi, eta = sp.symbols("x y xi eta", real=True)
    A, B = sp.nsimplify(a), 1 + sp.nsimplify(a) ** 2
    field = sp.Matrix([A - (B + 1) * x + x**2 * y, B * x - x**2 * y])
    jacobian = field.jacobian([x, y]).subs({x: A, y: B / A})
    omega = A
    q = sp.Matrix([-jacobian[0, 1], jacobian[0, 0] - sp.I * omega])
    q = q / sp.sqrt((q.H * q)[0])
    change = sp.Matrix.hstack(q.applyfunc(sp.re), -q.applyfunc(sp.im))
    moved = sp.Matrix([A, B / A]) + change * sp.Matrix([xi, eta])
    f, g = sp.expand(change.inv() * field.subs({x: moved[0], y: moved[1]}, simultaneous=True))

    def d(h: sp.Expr, *orders: sp.Symbol) -> float:
        return float(sp.diff(h, *orders).subs({xi: 0, eta: 0}))

    w = float(d(g, xi))
    fxx, fxy, fyy = d(f, xi, xi), d(f, xi, eta), d(f, eta, eta)
    gxx, gxy, gyy = d(g, xi, xi), d(g, xi, eta), d(g, eta, eta)
    cubic = d(f, xi, xi, xi) + d(f, xi, eta, eta) + d(g, xi, xi, eta) + d(g, eta, eta, eta)
    mixed = fxy * (fxx + fyy) - gxy * (gxx + gyy) - fxx * gxx + fyy * gyy
    return 4.0 * (cubic / 16.0 + mixed / (16.0 * w)) / abs(w)


@pytest.mark.skipif(jnp is None, reason="needs JAX")
@pytest.mark.parametrize("a", [2.0])
def test_the_lyapunov_coefficient_of_the_brusselator(a: float) -> None:
    problem = brusselator(a, jnp)
    branch = follow(problem, [a, 0.5 / a], 0.5, p_max=3.0 + 2.0 * a**2)
    (hopf,) = stability(problem, branch).special_points
    assert digits(hopf.p, 1.0 + a**2) >= 12
    assert hopf.coefficients["lyapunov"] < 0.0
    assert digits(hopf.coefficients["lyapunov"], planar_coefficient(a)) >= 10


def test_folds_and_pitchforks_change_the_count_by_one() -> None:
    folds = follow(CUBIC, [3.0], 6.0, direction=-1, p_min=-2.0)
    between = [point.arclength for point in folds.folds]
    found = stability(CUBIC, folds)
    inside = (folds.arclength > between[0]) & (folds.arclength < between[1])
    assert found.unstable.tolist() == inside.astype(int).tolist()
    assert found.special_points == ()
    trivial = follow(PITCHFORK, [0.0], -1.0, p_max=1.0)
    assert stability(PITCHFORK, trivial).unstable.tolist() == (trivial.p > 1e-9).astype(int).tolist()


def test_two_hopf_points_within_one_step_and_two_pairs_at_once() -> None:
    """Two oscillators whose growth rates cross zero at p = 2 and p = 2.001, a third one that is back at p = 6."""

    def f(u: Array, p: float) -> Array:
        rates = [p - 2.0, p - 2.001, (p - 1.0) * (6.0 - p)]
        omegas = [1.0, 3.0, 0.5]
        blocks = [
            [rate * u[2 * k] - w * u[2 * k + 1] - u[2 * k] ** 3, w * u[2 * k] + rate * u[2 * k + 1]]
            for k, (rate, w) in enumerate(zip(rates, omegas, strict=True))
        ]
        return np.concatenate(blocks)

    problem = Problem.from_function(f)
    branch = follow(problem, np.zeros(6), 0.0, p_max=8.0, settings=Settings(max_length=0.9))
    points = stability(problem, branch).special_points
    assert np.allclose([point.p for point in points], [1.0, 2.0, 2.001, 6.0], rtol=0.0, atol=1e-10)
    assert np.allclose([point.coefficients["frequency"] for point in points], [0.5, 1.0, 3.0, 0.5], atol=1e-10)


def diffusion(n: int) -> scipy.sparse.csc_matrix:
    return scipy.sparse.diags([1.0, -2.0, 1.0], [-1, 0, 1], shape=(n, n), format="csc")


def test_eigenvalues_of_a_sparse_matrix_and_an_operator() -> None:
    n, matrix = 400, diffusion(400)
    exact = -4.0 * np.sin(0.5 * np.pi * np.arange(1, 13) / (n + 1)) ** 2
    assert np.allclose(eigenvalues(matrix), exact, rtol=1e-9, atol=0.0)
    rightmost = eigenvalues(LinearOperator((60, 60), matvec=lambda v: np.arange(60.0) * v, dtype=float), 3)
    assert np.allclose(rightmost, [59.0, 58.0, 57.0], rtol=1e-10)
    assert np.allclose(eigenvalues(diffusion(10)), np.linalg.eigvals(diffusion(10).toarray())[np.argsort(
        -np.linalg.eigvals(diffusion(10).toarray()))], rtol=1e-12)  # fmt: skip


def test_eigenvectors_are_scaled() -> None:
    rng = np.random.default_rng(4)
    matrix = rng.standard_normal((6, 6))
    value = next(v for v in np.linalg.eigvals(matrix) if v.imag > 0)
    for kind in (np.asarray, scipy.sparse.csc_array):
        q, p = eigenpair(kind(matrix), value)
        assert np.allclose(matrix @ q, value * q, atol=1e-12)
        assert np.allclose(p.conj() @ matrix, value * p.conj(), atol=1e-12)
        assert abs(np.vdot(q, q) - 1) < 1e-14
        assert abs(np.vdot(p, q) - 1) < 1e-12


def test_a_branch_of_changing_size_is_refused() -> None:
    from dataclasses import replace

    branch = follow(Polynomial({(0, 1): 1.0, (1, 0): -1.0}), [0.0], 0.0, p_max=1.0)
    sizes = branch.sizes.copy()
    sizes[-1] = 2
    with pytest.raises(ValueError, match="number of unknowns changes"):
        stability(PITCHFORK, replace(branch, sizes=sizes))
