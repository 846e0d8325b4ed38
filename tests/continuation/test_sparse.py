"""Sparse Jacobians: the same branches as with dense ones, and textbook problems in two dimensions."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, eigsh
from toys import digits

from continuation import FunctionProblem, Settings, follow, switch


def laplacian(m, k=None, width=1.0):
    """Five-point Laplacian on an m × k grid inside [0, width] × [0, 1], times h², h the spacing of the first; h²."""
    k = k or m
    second = [sparse.diags_array([1.0, -2.0, 1.0], offsets=[-1, 0, 1], shape=(n, n), dtype=float) for n in (m, k)]
    ratio = (width / (m + 1) * (k + 1)) ** 2
    kron = sparse.kron(second[0], sparse.eye_array(k)) + ratio * sparse.kron(sparse.eye_array(m), second[1])
    return sparse.csc_array(kron), (width / (m + 1)) ** 2


def bratu(m, kind=sparse.csc_array):
    """Δu + λ e^u = 0 on the square."""
    second, h2 = laplacian(m)
    return FunctionProblem(
        lambda u, p: second @ u + h2 * p * np.exp(u),
        lambda u, p: kind(second + sparse.diags_array(h2 * p * np.exp(u))),
        lambda u, p: h2 * np.exp(u),
        parameter_scale=7.0,
    )


def allen_cahn(m, k, width):
    """Δu + λ (u − u³) = 0 on a rectangle: branches leave u = 0 at the eigenvalues of the Laplacian."""
    second, h2 = laplacian(m, k, width)
    return FunctionProblem(
        lambda u, p: second @ u + h2 * p * (u - u**3),
        lambda u, p: sparse.csr_array(second + sparse.diags_array(h2 * p * (1.0 - 3.0 * u**2))),
        lambda u, p: h2 * (u - u**3),
        parameter_scale=20.0,
    )


def eigenvalue(m, k, width, i, j):
    """Of the five-point Laplacian, exact."""
    first = 4.0 * np.sin(0.5 * np.pi * i / (m + 1)) ** 2 * ((m + 1) / width) ** 2
    return first + 4.0 * np.sin(0.5 * np.pi * j / (k + 1)) ** 2 * (k + 1) ** 2


def fold_of(problem, m, length):
    return follow(problem, np.zeros(m * m), 0.0, max_arclength=length, settings=Settings(sign_samples=0)).folds[0]


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.coo_array, sparse.dia_array])
def test_any_format_gives_what_a_dense_jacobian_gives(kind):
    found = [fold_of(bratu(6, kind=one), 6, 12.0) for one in (kind, lambda matrix: matrix.toarray())]
    assert found[0].p == pytest.approx(found[1].p, rel=1e-13)
    assert np.max(np.abs(found[0].u - found[1].u)) < 1e-7  # p is stationary there: half of the digits


def test_fold_of_bratu_in_two_dimensions():
    """Against 6.808124423 (Mohsen, Comput. Math. Appl. 67, 2014) by Richardson extrapolation of three grids."""
    folds = [fold_of(bratu(m), m, 1.1 * (m + 1)).p for m in (7, 15, 31)]
    rows = [folds]
    for order in (2, 4):
        rows.append([(2**order * b - a) / (2**order - 1) for a, b in zip(rows[-1][:-1], rows[-1][1:], strict=True)])
    assert digits(rows[-1][0], 6.808124423) > 5.5


def test_branch_points_of_the_trivial_branch_and_a_switch():
    m, k, width = 30, 20, 1.4
    problem = allen_cahn(m, k, width)
    branch = follow(problem, np.zeros(m * k), 5.0, p_max=46.0, settings=Settings(max_length=0.4))
    expected = sorted(eigenvalue(m, k, width, i, j) for i, j in ((1, 1), (2, 1), (1, 2)))
    found = [point for point in branch.special_points if point.kind != "fold"]
    assert len(found) == 3
    for point, exact in zip(found, expected, strict=True):
        assert digits(point.p, exact) > 11
        assert np.max(np.abs(point.u)) < 1e-9
    mode = np.outer(*(np.sin(np.pi * np.arange(1, n + 1) / (n + 1)) for n in (m, k))).ravel()
    direction = found[0].directions[0][:-1]
    assert abs(direction @ mode) / np.linalg.norm(mode) == pytest.approx(1.0, abs=1e-7)
    half = switch(problem, found[0], p_max=found[0].p + 1.0)[0]
    assert half.p[-1] == found[0].p + 1.0
    assert np.max(half.residual) < 1e-12


@pytest.mark.slow
def test_ten_thousand_unknowns():
    m, k, width = 125, 80, 1.4
    branch = follow(allen_cahn(m, k, width), np.zeros(m * k), 5.0, p_max=20.0, settings=Settings(max_length=0.4))
    (point,) = branch.special_points
    assert digits(point.p, eigenvalue(m, k, width, 1, 1)) > 11
    fold = fold_of(bratu(100), 100, 110.0)
    assert fold.p == pytest.approx(6.8079, abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(("m", "k", "length", "count"), [(24, 16, 60.0, 3), (125, 80, 275.0, 1)])
def test_branch_points_of_bratu_in_two_dimensions(m, k, length, count):
    """Those of the discrete problem, high on its branch where one cell holds the peak: checked by eigenvalues.

    The Jacobian is symmetric: ARPACK with shift and inversion finds the eigenvalue nearest to zero, with factors that
    the engine does not use.
    """
    second, h2 = laplacian(m, k, 1.4)
    problem = FunctionProblem(
        lambda u, p: second @ u + h2 * p * np.exp(u),
        lambda u, p: sparse.csc_array(second + sparse.diags_array(h2 * p * np.exp(u))),
        lambda u, p: h2 * np.exp(u),
    )
    branch = follow(problem, np.zeros(m * k), 0.0, p_min=0.0, max_arclength=length)
    assert [point.kind for point in branch.special_points] == ["fold"] + ["branch point"] * count
    for point in branch.special_points:
        jacobian = problem.jacobian(point.u, point.p)
        nearest = eigsh(jacobian, 1, sigma=1e-3, return_eigenvectors=False)[0]
        size = abs(jacobian).sum(axis=1).max()
        assert abs(nearest) < 1e-9 * size
        assert point.residual < 1e-12


def test_a_jacobian_known_by_its_products():
    """u = p ∫ K(x, y) (1 + u(y)²) dy: a fold, by GMRES alone, where the dense Jacobian puts it."""
    x = (np.arange(40) + 0.5) / 40
    kernel = np.minimum(x[:, None], x) * (1.0 - np.maximum(x[:, None], x)) / 40

    def problem(wrapped):
        def jacobian(u, p):
            matrix = np.eye(40) - 2.0 * p * kernel * u
            products = {"matvec": lambda v: matrix @ v, "rmatvec": lambda v: matrix.T @ v}
            return LinearOperator((40, 40), **products) if wrapped else matrix

        def slope(u, p):
            return -kernel @ (1.0 + u**2)

        return FunctionProblem(lambda u, p: u + p * slope(u, p), jacobian, slope, parameter_scale=10.0)

    folds = [follow(problem(wrapped), np.zeros(40), 0.0, max_arclength=8.0).folds for wrapped in (True, False)]
    assert [len(found) for found in folds] == [1, 1]
    assert folds[0][0].p == pytest.approx(folds[1][0].p, rel=1e-12)
