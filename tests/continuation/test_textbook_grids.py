"""Textbook problems on grids, with sparse Jacobians: Bratu in two dimensions, Swift–Hohenberg snaking."""

from itertools import pairwise

import numpy as np
import scipy.sparse as sps
from toys import Array

from continuation import Branch, FunctionProblem, follow

BRATU_2D = 6.808124423  # published for −Δu = λ eᵘ on the unit square


def second_difference(n: int, h: float) -> sps.csr_array:
    return sps.csr_array(sps.diags([1.0, -2.0, 1.0], [-1, 0, 1], shape=(n, n)) / h**2)


def bratu(n: int) -> FunctionProblem:
    one, eye = second_difference(n, 1.0 / (n + 1)), sps.eye_array(n)
    laplacian = sps.csc_array(sps.kron(one, eye) + sps.kron(eye, one))
    return FunctionProblem(
        lambda u, p: laplacian @ u + p * np.exp(u),
        lambda u, p: sps.csc_array(laplacian + sps.diags_array(p * np.exp(u))),
        lambda u, p: np.exp(u),
    )


def test_the_fold_of_bratu_in_two_dimensions() -> None:
    folds = []
    for n in (7, 15, 31):
        branch = follow(bratu(n), np.zeros(n * n), 0.0, p_max=8.0, stop=lambda u, p: float(u.max()) > 2.0)
        (fold,) = branch.special_points
        assert fold.kind == "fold"
        assert fold.residual < 1e-11
        folds.append(fold.p)
    once = [(4.0 * fine - coarse) / 3.0 for coarse, fine in pairwise(folds)]
    twice = (16.0 * once[1] - once[0]) / 15.0
    order = np.log2((folds[1] - BRATU_2D) / (folds[2] - BRATU_2D))
    assert abs(order - 2.0) < 0.05
    assert abs(twice - BRATU_2D) < 2e-6


N, LENGTH, NU = 192, 16.0 * np.pi, 1.6


def swift_hohenberg() -> FunctionProblem:
    """r u − (1 + ∂²)² u + ν u² − u³ on half a period, even about both ends; r is the parameter."""
    h = LENGTH / N
    even = sps.lil_array(second_difference(N, h))
    even[0, 0] = even[-1, -1] = -1.0 / h**2
    operator = sps.csc_array(even + sps.eye_array(N))
    linear = sps.csc_array(operator @ operator)
    return FunctionProblem(
        lambda u, r: r * u - linear @ u + NU * u**2 - u**3,
        lambda u, r: sps.csc_array(-linear + sps.diags_array(r + 2.0 * NU * u - 3.0 * u**2)),
        lambda u, r: u,
    )


def snake() -> tuple[FunctionProblem, Branch]:
    problem, x = swift_hohenberg(), (np.arange(N) + 0.5) * LENGTH / N
    start = 1.2 * np.cos(x) / np.cosh(x / 4.0)
    return problem, follow(problem, start, -0.2, direction=-1, p_max=0.0, max_arclength=15.0)


def test_localised_states_snake() -> None:
    """Folds alternate between two nearly constant r, and each pair of them adds one wavelength to the state."""
    problem, branch = snake()
    folds = branch.folds
    assert len(folds) == 12
    turns = np.sign([fold.coefficients["curvature"] for fold in folds])
    assert np.all(turns[1:] == -turns[:-1])
    left, right = ([fold.p for fold, turn in zip(folds, turns, strict=True) if turn == sign] for sign in (1, -1))
    assert max(left) < min(right)
    assert np.ptp(left[1:]) < 0.1 * (np.mean(right) - np.mean(left))
    energies = [float(fold.u @ fold.u) for fold, turn in zip(folds, turns, strict=True) if turn == 1]
    growth = np.diff(energies)  # of ‖u‖² on the grid: one wavelength more each time
    assert np.ptp(growth) < 0.05 * np.mean(growth)
    for fold in folds:  # by a decomposition that the engine does not use
        values = np.linalg.svd(problem.jacobian(fold.u, fold.p).toarray(), compute_uv=False)  # type: ignore[attr-defined]
        assert values[-1] < 1e-9 * values[0]
        assert np.max(np.abs(problem.residual(fold.u, fold.p))) < 1e-9


def test_a_sparse_jacobian_gives_the_branch_of_a_dense_one() -> None:
    sparse = bratu(5)

    def dense(u: Array, p: float) -> Array:
        return np.asarray(sparse.jacobian(u, p).toarray())  # type: ignore[attr-defined]

    twin = FunctionProblem(sparse.residual, dense, sparse.parameter_derivative)
    folds = [follow(k, np.zeros(25), 0.0, stop=lambda u, p: float(u.max()) > 2.0).folds[0].p for k in (sparse, twin)]
    assert abs(folds[0] - folds[1]) < 1e-12
