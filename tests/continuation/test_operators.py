"""Jacobians known by their products alone: branch points and the branches that leave there, as with matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.sparse.linalg import LinearOperator
from toys import Array, digits

from continuation import Branch, FunctionProblem, Settings, Status, follow, switch
from continuation.linear.negative_eigenvalues import sign_of_determinant

N = 60
H = 1.0 / (N + 1)
LAPLACIAN = (np.diag(np.full(N, 2.0)) - np.eye(N, k=1) - np.eye(N, k=-1)) / H**2
GREEN = np.linalg.inv(LAPLACIAN)
EIGENVALUES = 4.0 * np.sin(0.5 * np.pi * H * np.arange(1, 4)) ** 2 / H**2


def allen_cahn(kind: str) -> FunctionProblem:
    """Return u = p (−∂²)⁻¹ (u − u³), identity minus compact: branches leave u = 0 at the eigenvalues of −∂²."""

    def jacobian(u: Array, p: float) -> object:
        growth = 1.0 - 3.0 * u**2
        products = {"matvec": lambda v: v - p * (GREEN @ (growth * v))}
        if kind == "both products":
            products["rmatvec"] = lambda v: v - p * growth * (GREEN @ v)
        return LinearOperator((N, N), dtype=float, **products)

    def slope(u: Array, p: float) -> Array:
        return np.asarray(-GREEN @ (u - u**3))

    return FunctionProblem(lambda u, p: u + p * slope(u, p), jacobian, slope, parameter_scale=20.0)  # type: ignore[arg-type]


def trivial_branch(kind: str) -> Branch:
    return follow(allen_cahn(kind), np.zeros(N), 5.0, p_max=100.0, settings=Settings(max_length=1.0))


def test_branch_points_and_a_switch() -> None:
    problem, branch = allen_cahn("both products"), trivial_branch("both products")
    assert branch.status is Status.BOUND
    assert len(branch.special_points) == 3
    for k, (point, exact) in enumerate(zip(branch.special_points, EIGENVALUES, strict=True)):
        assert digits(point.p, exact) > 12
        mode = np.sin((k + 1) * np.pi * H * np.arange(1, N + 1))
        direction = point.directions[0][:-1]
        assert abs(direction @ mode) / np.linalg.norm(mode) == pytest.approx(1.0, abs=1e-10)
    for half in switch(problem, branch.special_points[0], p_max=30.0):
        assert half.p[-1] == 30.0
        u = half.u[-1]
        assert np.max(np.abs(LAPLACIAN @ u - 30.0 * (u - u**3))) < 1e-9  # ‖LAPLACIAN‖ is 1.5·10⁴
        assert np.max(np.abs(u)) > 0.9


def test_without_the_transposed_product_the_branch_ends_and_says_what_to_give() -> None:
    branch = trivial_branch("one product")
    assert branch.status is Status.FAILED
    assert "give rmatvec" in branch.message
    assert 5.0 < branch.p[-1] < EIGENVALUES[0] + 1e-9


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(49, 90), st.integers(0, 5))
def test_the_sign_of_a_determinant_from_products(seed: int, n: int, rank: int) -> None:
    """Identity plus a matrix of low rank, which moves some eigenvalues to the left of zero."""
    rng = np.random.default_rng(seed)
    matrix = np.eye(n) - 3.0 * rng.standard_normal((n, rank)) @ rng.standard_normal((rank, n)) / np.sqrt(n)
    assert sign_of_determinant(lambda v: matrix @ v, n) in (0, np.linalg.slogdet(matrix)[0])


def test_the_sign_is_not_known_where_too_many_eigenvalues_are_negative() -> None:
    assert sign_of_determinant(lambda v: -v * np.arange(1, 201), 200) == 0
