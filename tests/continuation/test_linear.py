"""The bordered solvers against NumPy's, and their signs against the determinant."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array, csr_array
from scipy.sparse.linalg import LinearOperator

from continuation.linear.bordered import framed
from continuation.linear.dense import DenseBordered
from continuation.linear.krylov import KrylovBordered
from continuation.linear.null_vectors import null_vectors
from continuation.linear.solvers import bordered_solver
from continuation.linear.sparse import SparseBordered

KINDS = ("dense", "sparse", "krylov")


def solver_of(kind, matrix, columns, rows):
    """Return the solver of one kind; the Krylov one with the leading half as its block."""
    if kind == "dense":
        return DenseBordered(matrix, columns, rows)
    if kind == "sparse":
        return SparseBordered(coo_array(matrix), columns, rows)
    low = matrix[: (len(matrix) + 1) // 2, : (len(matrix) + 1) // 2]
    return KrylovBordered(lambda v: matrix @ v, columns, rows, low, lambda v: matrix.T @ v)


def near_identity(rng, n):
    """Return the identity plus a matrix that decays, as a compact operator's does."""
    decay = 0.5 ** np.arange(n)
    return np.eye(n) + rng.standard_normal((n, n)) * np.outer(decay, decay)


@given(st.integers(0, 2**32 - 1), st.integers(3, 14), st.integers(1, 3), st.sampled_from(KINDS))
def test_any_number_of_borders_and_transposed(seed, n, k, kind):
    rng = np.random.default_rng(seed)
    matrix, columns, rows = near_identity(rng, n), rng.standard_normal((n, k)), rng.standard_normal((k, n + k))
    full = np.block([[matrix, columns], [rows]])
    f = rng.standard_normal(n + k)
    solver = solver_of(kind, matrix, columns, rows)
    amplification = np.linalg.cond(full)
    if amplification > 1e6:
        return
    for solve, whole in ((solver.solve, full), (solver.solve_transposed, full.T)):
        assert np.max(np.abs(solve(f[:n], f[n:]) - np.linalg.solve(whole, f))) < 1e-11 * amplification
    if kind != "krylov":
        sign, logarithm = np.linalg.slogdet(full)
        assert solver.sign == sign
        assert solver.log_determinant == pytest.approx(logarithm, abs=1e-8)
        assert solver.inverse_norm() == pytest.approx(np.linalg.norm(np.linalg.inv(full), np.inf), rel=0.9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lost", [0.0, 1e-9])
def test_null_vectors_are_the_last_singular_vectors(kind, lost):
    rng = np.random.default_rng(3)
    lefts, _, rights = np.linalg.svd(near_identity(rng, 9))
    values = np.array([2.0, 1.5, 1.2, 1.0, 1.0, 0.9, 0.8, lost, 0.3 * lost])
    matrix = lefts @ np.diag(values) @ rights
    start = rng.standard_normal((2, 9, 2))
    found = null_vectors(lambda rows, columns: solver_of(kind, matrix, columns, rows), *start)
    for vectors, exact in ((found.right, rights[-2:].T), (found.left, lefts[:, -2:])):
        assert np.linalg.norm(vectors - exact @ (exact.T @ vectors)) < 1e-12
    assert found.lost == pytest.approx(lost, rel=1e-3, abs=1e-15)
    assert 0.05 < found.kept < 0.9


def test_the_kind_of_the_jacobian_decides():
    n = 4
    column, row = np.ones(n), np.ones(n + 1)
    for jacobian, kind in (
        (np.eye(n), DenseBordered),
        (csr_array(np.eye(n)), SparseBordered),
        (LinearOperator((n, n), matvec=lambda v: v, dtype=float), KrylovBordered),
    ):
        assert type(bordered_solver(jacobian, column, row)) is kind


def test_products_without_a_transpose_or_a_block_say_so():
    solver = bordered_solver(LinearOperator((3, 3), matvec=lambda v: 2 * v, dtype=float), np.ones(3), np.eye(4)[3])
    assert solver.solve(np.ones(3), 1.0) == pytest.approx([0.0, 0.0, 0.0, 1.0], abs=1e-15)
    assert (solver.sign, np.isnan(solver.log_determinant)) == (1, True)  # of 2³
    with pytest.raises((ArithmeticError, NotImplementedError)):
        solver.solve_transposed(np.ones(3))


def test_borders_that_do_not_fit():
    with pytest.raises(ValueError, match=r"columns of shape \(3, 2\)"):
        framed(np.ones((3, 2)), np.ones(4))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_sparse_entries_that_are_not_finite_are_refused(bad):
    with pytest.raises(ArithmeticError, match="not finite"):
        SparseBordered(csr_array(np.array([[bad]])), np.ones(1), np.array([0.0, 1.0]))


def test_a_singular_sparse_matrix_is_said_when_solved_with():
    solver = SparseBordered(csr_array((2, 2)), np.ones(2), np.array([1.0, 0.0, 0.0]))
    assert (solver.sign, solver.log_determinant, solver.inverse_norm()) == (0, -np.inf, np.inf)
    with pytest.raises(ArithmeticError, match="singular"):
        solver.solve(np.ones(2))


@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_solves_and_knows_the_sign(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    full = rng.standard_normal((n + 1, n + 1))
    f = rng.standard_normal(n + 1)
    solver = DenseBordered(full[:n, :n], full[:n, n], full[n])
    assert solver.sign == np.linalg.slogdet(full)[0]
    assert np.allclose(full @ solver.solve(f[:-1], float(f[-1])), f, atol=1e-8)


def test_the_sign_survives_where_the_determinant_overflows() -> None:
    n = 400
    solver = DenseBordered(-1e3 * np.eye(n), np.zeros(n), np.eye(n + 1)[-1])
    assert solver.sign == 1


def test_singular_is_said_when_solved_with() -> None:
    solver = DenseBordered(np.zeros((1, 1)), np.zeros(1), np.array([1.0, 0.0]))
    assert solver.sign == 0
    with pytest.raises(ArithmeticError, match="singular"):
        solver.solve(np.ones(1))


def test_entries_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ArithmeticError, match="not finite"):
        DenseBordered(np.array([[np.nan]]), np.ones(1), np.array([0.0, 1.0]))
