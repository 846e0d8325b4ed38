"""Several branch points within one step: all of them are found, an even number too."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from toys import Array

from continuation import Expansion, FunctionProblem, Problem, Settings, follow


def cascade(places: Array) -> FunctionProblem:
    """Return u_k (p − p_k − u_k²): a pitchfork of the trivial branch at each place."""
    return FunctionProblem(
        lambda u, p: u * (p - places - u**2), lambda u, p: np.diag(p - places - 3 * u**2), lambda u, p: u
    )


class Line(Expansion):
    """The Taylor coefficients of u_k (p − p_k − u_k²) along a curve."""

    def __init__(self, u: Array, p: float, places: Array) -> None:
        self.u, self.p, self.places = [u], [p], places

    def remainder(self) -> Array:
        u, p = [*self.u, np.zeros_like(self.u[0])], [*self.p, 0.0]
        k = len(self.u)
        square = [sum((u[i] * u[m - i] for i in range(m + 1)), np.zeros_like(u[0])) for m in range(k + 1)]
        growth = [p[m] - square[m] - (self.places if m == 0 else 0.0) for m in range(k + 1)]
        return np.asarray(sum(u[m] * growth[k - m] for m in range(k + 1)))

    def push(self, u: Array, p: float) -> None:
        self.u.append(u)
        self.p.append(p)


class SeriesCascade(FunctionProblem):
    def __init__(self, places: Array) -> None:
        plain = cascade(places)
        super().__init__(plain.residual, plain.jacobian, plain.parameter_derivative)
        self.places = places

    def expansion(self, u: Array, p: float) -> Line:
        return Line(u, p, self.places)


def found(problem: Problem, count: int, **options: float) -> list[float]:
    branch = follow(problem, np.full(count, 0.0), 0.0, p_max=10.0, settings=Settings(**options))  # type: ignore[arg-type]
    assert branch.p[-1] == 10.0
    return [point.p for point in branch.special_points]


@pytest.mark.parametrize("kind", [cascade, SeriesCascade])
@pytest.mark.parametrize("places", [[4.0, 5.0], [4.4, 4.5], [1.0, 2.0, 3.0, 3.5, 5.0, 7.5], [0.3, 8.0, 8.1, 9.9]])
def test_pairs_are_found(kind: type[FunctionProblem], places: list[float]) -> None:
    assert np.allclose(found(kind(np.array(places)), len(places)), places, rtol=0.0, atol=1e-12)


def test_without_samples_an_even_number_is_missed() -> None:
    places = np.array([4.4, 4.5])
    assert found(cascade(places), 2, sign_samples=0) == []


@hypothesis_settings(max_examples=40, deadline=None)
@example([13, 14, 16, 17, 20])  # a coarse sampling of the first two looks even to a factor of 1.24
@given(st.lists(st.integers(1, 49), min_size=2, max_size=6, unique=True))
def test_any_number_of_branch_points(steps: list[int]) -> None:
    places = np.array(sorted(steps)) / 5.0
    assert np.allclose(found(cascade(places), places.size), places, rtol=0.0, atol=1e-11)


def test_one_up_and_one_down() -> None:
    """An eigenvalue that crosses zero and comes back within one step: (p − 4)(p − 4.5)."""
    there_and_back = FunctionProblem(
        lambda u, p: u * ((p - 4.0) * (p - 4.5) - u**2),
        lambda u, p: np.diag((p - 4.0) * (p - 4.5) - 3 * u**2),
        lambda u, p: u * (2 * p - 8.5),
    )
    assert np.allclose(found(there_and_back, 1), [4.0, 4.5], rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("value", [-1, 2.5])
def test_a_number_of_samples_out_of_range(value: float) -> None:
    with pytest.raises(ValueError, match="sign_samples"):
        Settings(sign_samples=value)  # type: ignore[arg-type]
