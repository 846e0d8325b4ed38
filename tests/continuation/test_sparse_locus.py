"""Curves of folds of sparse problems."""

from functools import cache

import numpy as np
from scipy import sparse
from toys import Array

from continuation import Family, FunctionProblem, Locus, SpecialPoint, fold_locus, follow

M = 9  # points a side


class Reaction(Family):
    """Δu + p e^{u/(1 + q u)} = 0 on the unit square: two folds, which merge in a cusp as q grows."""

    q_scale = 0.2

    def __init__(self, dense: bool) -> None:
        second = sparse.diags_array([1.0, -2.0, 1.0], offsets=[-1, 0, 1], shape=(M, M)) * (M + 1) ** 2
        eye = sparse.eye_array(M)
        self.laplacian = sparse.csc_array(sparse.kron(second, eye) + sparse.kron(eye, second))
        self.kind = (lambda matrix: matrix.toarray()) if dense else sparse.csc_array

    def rates(self, u: Array, q: float) -> tuple[Array, Array, Array]:
        """Return the rate, and its first two derivatives with respect to u."""
        rate, slope = np.exp(u / (1 + q * u)), 1 / (1 + q * u) ** 2
        return rate, rate * slope, rate * (slope**2 - 2 * q / (1 + q * u) ** 3)

    def problem(self, q: float) -> FunctionProblem:
        return FunctionProblem(
            lambda u, p: self.laplacian @ u + p * self.rates(u, q)[0],
            lambda u, p: self.kind(self.laplacian + sparse.diags_array(p * self.rates(u, q)[1])),
            lambda u, p: self.rates(u, q)[0],
            parameter_scale=7.0,
        )

    def q_derivative(self, u: Array, p: float, q: float) -> Array:
        return -p * self.rates(u, q)[0] * u**2 / (1 + q * u) ** 2

    def jacobian_q_derivative(self, u: Array, p: float, q: float) -> Array:
        rate = self.rates(u, q)[0]
        change = -rate * u**2 / (1 + q * u) ** 4 - 2 * rate * u / (1 + q * u) ** 3
        return self.kind(sparse.diags_array(p * change))  # type: ignore[no-any-return]

    def gradient(self, u: Array, p: float, q: float, left: Array, right: Array) -> Array:
        _, slope, bend = self.rates(u, q)
        return np.append(p * bend * left * right, float(np.sum(slope * left * right)))


def first_fold(family: Family) -> SpecialPoint:
    return follow(family.problem(0.15), np.zeros(M * M), 0.0, stop=lambda u, p: float(u.max()) > 3.0).folds[0]


@cache
def locus(dense: bool) -> Locus:
    family = Reaction(dense)
    return fold_locus(family, first_fold(family), 0.15, direction=1, p_min=0.1, max_steps=60)


def test_the_fold_curve_of_a_sparse_problem_is_that_of_a_dense_one() -> None:
    one, other = locus(dense=False), locus(dense=True)
    for q in (0.16, 0.2):
        folds = [np.array([k.branch.at(s)[0] for s in k.branch.crossings(q)]) for k in (one, other)]
        assert len(folds[0]) == len(folds[1]) > 0
    (cusp,), (twin,) = one.points("cusp"), other.points("cusp")
    assert abs(cusp[0] - twin[0]) < 1e-9
    assert abs(cusp[1] - twin[1]) < 1e-10
    assert 0.2 < cusp[1] < 0.3  # published for the slab: near 0.245


def test_every_point_of_it_is_a_fold() -> None:
    """By singular values, which the engine does not use, and by the equations."""
    family, curve = Reaction(dense=False), locus(dense=False)
    assert curve.q.size >= 8
    for u, p, q in zip(curve.u, curve.p, curve.q, strict=True):
        problem = family.problem(float(q))
        values = np.linalg.svd(problem.jacobian(u, float(p)).toarray(), compute_uv=False)  # type: ignore[attr-defined]
        assert values[-1] < 1e-10 * values[0]
        assert np.max(np.abs(problem.residual(u, float(p)))) < 1e-10  # ‖Δ‖ max |u| is 1.5·10⁴
