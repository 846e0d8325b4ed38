"""The compiled loops and NumPy give the same numbers, and a toolkit without numba the same fold."""

import os
import subprocess
import sys

import numpy as np
import pytest
from helpers import digits

from branches import potentials
from branches.onsets.blowup import onset_series
from branches.spaces.halfgrid import DENSE_MODES, half_grid
from branches.states.loops import assemble, compiled, sum_orders
from branches.states.quadratic import QuadraticSystem, numpy_assemble
from branches.states.taylor import numpy_sum_orders

FOLD = 0.38706899595204  # of the noisy transformer at β = 4
SCRIPT = """
import branches
from branches import potentials
from branches.states.loops import compiled, sum_orders
branch = branches.trace(potentials.noisy_transformer(4), kappa_max=0.8, n_modes=64)
print(compiled(sum_orders) is None, repr(branch.folds[0].kappa), branch.residual.max())
"""


def by_definition(operator, w, c, fields, scale, lag):
    """Σ_r Y_r A_{k−r} with Y = κX, term by term in Python's order of the formula."""
    m = operator.shape[1]
    for k in range(2, len(c)):
        kappa = [c[r + lag, -1] * scale for r in range(k - lag)] + [0.0] * (1 + lag)
        x, a = fields[:k, :m], fields[:k, m:]
        y = [sum(kappa[q] * x[r - q] for q in range(r + 1)) for r in range(k)]
        last = sum(kappa[q] * x[k - q] for q in range(1, k - lag))  # what order k itself adds is in the operator
        conv = last * a[0] + sum(y[r] * a[k - r] for r in range(1, k))
        c[k] = operator @ conv
        fields[k] = c[k, :-1] @ w


@pytest.mark.parametrize("lag", [0, 1])
@pytest.mark.parametrize("loop", [numpy_sum_orders, compiled(sum_orders)])
def test_orders_are_summed_as_defined(loop, lag):
    rng = np.random.default_rng(lag)
    n, m, order = 7, 11, 9
    operator, w = np.asfortranarray(rng.normal(size=(n + 1, m))) / m, rng.normal(size=(n, 2 * m)) / n
    results = []
    for sum_them in (by_definition, loop):
        c, fields = np.zeros((order + 1, n + 1)), np.zeros((order + 1, 2 * m))
        c[:2] = np.random.default_rng(5).normal(size=(2, n + 1))
        fields[:2] = c[:2, :n] @ w
        if lag:  # as at the onset: the uniform state has no X
            fields[0, :m] = 0.0
        sum_them(operator, w, c, fields, 1.7, lag)
        results.append(c)
    expected, found = results
    assert np.all(np.abs(found - expected) <= 1e-13 * np.abs(expected).max(axis=1, keepdims=True))


@pytest.mark.parametrize("n", [1, 2, 5, 64])
def test_a_compiled_jacobian_is_the_same_one(n):
    rng = np.random.default_rng(n)
    even, odd = rng.normal(size=(2, 4 * n + 1))
    ng, factor = rng.normal(size=(2, n))
    first, second = np.empty((n, n), order="F"), np.empty((n, n), order="F")
    numpy_assemble(first, even, odd, ng, factor)
    compiled(assemble)(second, even, odd, ng, factor)
    np.testing.assert_allclose(second, first, rtol=0, atol=1e-15 * np.abs(first).max() * 4)


@pytest.mark.parametrize("disabled", ["0", "1"])
def test_the_fold_is_the_same_with_and_without_numba(disabled):
    environment = {**os.environ, "NUMBA_DISABLE_JIT": disabled}
    run = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    without, fold, residual = run.stdout.split()
    assert without == str(disabled == "1")
    assert digits(float(fold), FOLD) >= 13
    assert float(residual) < 1e-13


@pytest.mark.parametrize("n", [3, DENSE_MODES, DENSE_MODES + 1, 250])
def test_both_sums_in_one_transform(n):
    grid, (q, a) = half_grid(n), np.random.default_rng(n).normal(size=(2, n))
    for found, expected in zip(grid.both(q, a), (grid.sines(q), grid.cosines(a)), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13 * n)


@pytest.mark.parametrize(("size", "order"), [(6, 9), (9, 9), (30, 9), (200, 9)])
@pytest.mark.parametrize("seed", range(4))
def test_the_onset_series_solves_the_equations_to_its_order(seed, size, order):
    """The residual of a sum to s^order falls like s^(order + 1), whether modes or orders are fewer."""
    g = np.append(1.0, np.random.default_rng(seed).uniform(-0.8, 0.8, 5))
    system = QuadraticSystem(potentials.from_weights(g), size=size)
    c = onset_series(system, order)[:order]  # the last order lacks its κ: a sum to s^(order − 1)
    residuals = []
    for s in (0.2, 0.1):
        x = s ** np.arange(order) @ c
        residuals.append(np.max(np.abs(system.residual(x[:-1], x[-1] * system.parameter_scale))))
    assert order - 0.7 < np.log2(residuals[0] / residuals[1]) < order + 1.7
