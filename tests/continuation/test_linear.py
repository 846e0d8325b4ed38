"""The bordered solver against NumPy's, and its sign against the determinant."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuation.linear.dense import DenseBordered


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
