"""The Brusselator on an interval: Hopf points of a sparse problem, in closed form at any size."""

import numpy as np
import pytest
from scipy import sparse
from toys import Array, digits

from continuation import FunctionProblem, follow, stability

A, B, DX, DY = 2.0, 5.45, 0.008, 0.004


def brusselator(m: int) -> FunctionProblem:
    """Return D w″/p + f(w) with w = (A, B/A) at both ends, p the square of the length, on m interior points."""
    h = 1.0 / (m + 1)
    second = sparse.diags_array([1.0, -2.0, 1.0], offsets=[-1, 0, 1], shape=(m, m)) / h**2
    diffusion = sparse.csc_array(sparse.block_diag([DX * second, DY * second]))
    ends = np.zeros(2 * m)
    ends[[0, m - 1]], ends[[m, 2 * m - 1]] = DX * A / h**2, DY * (B / A) / h**2

    def flux(w: Array) -> Array:
        return np.asarray(diffusion @ w + ends)

    def residual(w: Array, p: float) -> Array:
        x, y = w[:m], w[m:]
        return flux(w) / p + np.concatenate([A - (B + 1.0) * x + x**2 * y, B * x - x**2 * y])

    def jacobian(w: Array, p: float) -> sparse.csc_array:
        x, y = w[:m], w[m:]
        blocks = [[2.0 * x * y - (B + 1.0), x**2], [B - 2.0 * x * y, -(x**2)]]
        return sparse.csc_array(diffusion / p + sparse.bmat([[sparse.diags_array(d) for d in row] for row in blocks]))

    return FunctionProblem(residual, jacobian, lambda w, p: -flux(w) / p**2)  # type: ignore[arg-type,return-value]


def exact(m: int, mode: int) -> tuple[float, float]:
    """Return p and the frequency where the trace of the 2 × 2 block of a mode vanishes."""
    mu = 4.0 * np.sin(0.5 * np.pi * mode / (m + 1)) ** 2 * (m + 1) ** 2
    p = (DX + DY) * mu / (B - 1.0 - A**2)
    determinant = (B - 1.0 - DX * mu / p) * (-(A**2) - DY * mu / p) + A**2 * B
    return p, float(np.sqrt(determinant))


@pytest.mark.parametrize("m", [40, 160])
def test_hopf_points_of_the_uniform_state(m: int) -> None:
    problem = brusselator(m)
    branch = follow(problem, np.repeat([A, B / A], m), 0.1, p_max=1.4)
    states = stability(problem, branch)
    assert states.unstable.tolist() == [0, 4]
    assert len(states.special_points) == 2
    for mode, hopf in enumerate(states.special_points, 1):
        p, frequency = exact(m, mode)
        assert hopf.kind == "Hopf"
        assert digits(hopf.p / p, 1.0) > 11
        assert digits(hopf.coefficients["frequency"] / frequency, 1.0) > 11
        assert abs(hopf.coefficients["real_part"]) < 1e-11


def test_the_lengths_converge_to_those_of_the_interval() -> None:
    """L = π √((D_x + D_y)/(B − 1 − A²)) = 0.5130 for mode 1 (Holodniok et al. 1987), with second order."""
    limit = np.pi**2 * (DX + DY) / (B - 1.0 - A**2)
    errors = []
    for m in (9, 19, 39):
        problem = brusselator(m)
        branch = follow(problem, np.repeat([A, B / A], m), 0.2, p_max=0.4)
        (hopf,) = stability(problem, branch).special_points
        errors.append(limit - hopf.p)
    assert np.sqrt(limit) == pytest.approx(0.5130, abs=5e-5)
    assert np.all(np.abs(np.log2(np.divide(errors[:-1], errors[1:])) - 2.0) < 0.01)
