"""jaxcont: the whole sweep as one compiled JAX program, folds by an extended system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from equations_jax import quadratic_system  # noqa: E402
from jaxcont.bifurcations.fold_solve import fold_point  # noqa: E402
from jaxcont.core.scan_continuation import branch_eigenvalues, pseudo_arclength_scan  # noqa: E402
from results import Traced, Unsupported  # noqa: E402
from tasks import Task  # noqa: E402

PACKAGE = "jaxcont"
GIVEN = (
    "double precision, its compiled scan called directly (the front door compiles anew at every call), "
    "derivatives by JAX, tolerance 1e-10, steps up to 0.2 (plain) and 0.025 (counts), fold by its "
    "extended system, compiled; it can only start towards the end of its range, so on T2 that end is "
    "put below the fold and the number of steps that reaches 2κ₁ is given"
)
STEPS = 400


def prepare(task: Task) -> Callable[[], Any]:
    if task.name == "T3":
        raise Unsupported("no branch switching")
    f = quadratic_system(task.weights, flow=task.counts)
    largest = 0.025 if task.counts else 0.2
    a, kappa = task.start
    end = task.kappa_end if task.direction > 0 else 0.0
    numbers = [jnp.asarray(x) for x in (a, kappa, end, 0.02, 1e-8, largest, 1e-10)]
    trial = np.asarray(pseudo_arclength_scan(f, *numbers, STEPS, jnp.asarray(20)).params)
    steps = int(np.argmax(trial >= task.kappa_end))
    fold = jax.jit(lambda u, p: fold_point(lambda u, p, _: f(u, p), u, p, tol=1e-8, max_iter=20)[1])
    spectra = jax.jit(lambda u, p: branch_eigenvalues(f, u, p))

    def solve() -> Any:
        run = pseudo_arclength_scan(f, *numbers, steps, jnp.asarray(20))
        n = int(run.n_valid)
        states, params, slopes = run.states[:n], run.params[:n], np.asarray(run.tangents[:n, -1])
        turns = np.flatnonzero((slopes[:-1] < 0) & (slopes[1:] > 0))
        folds = [float(fold(*between(states, params, slopes, int(i)))) for i in turns]
        values = np.asarray(spectra(states, params)) if task.counts else None
        return np.asarray(params), np.asarray(states), folds, values

    return solve


def between(states: jax.Array, params: jax.Array, slopes: np.ndarray, i: int) -> tuple[jax.Array, jax.Array]:
    """Return where the slope of κ vanishes by the secant rule, a better guess of the fold than the middle."""
    w = slopes[i] / (slopes[i] - slopes[i + 1])
    return (1 - w) * states[i] + w * states[i + 1], (1 - w) * params[i] + w * params[i + 1]


def collect(run: Any) -> Traced:
    kappa, a, folds, values = run
    unstable = np.zeros(0, dtype=np.int64) if values is None else np.count_nonzero(values.real > 0, axis=1)
    return Traced(kappa, a, folds=folds, unstable=unstable, ends=[float(kappa.max())])
