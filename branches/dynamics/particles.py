"""N interacting particles on the circle: the stochastic equations behind the mean-field flow."""

from __future__ import annotations

import math
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from branches.dynamics.arguments import checked_seed
from branches.dynamics.ensemble import Ensemble
from branches.dynamics.flow_arguments import check_circle
from branches.dynamics.force import Force, force_of
from branches.dynamics.replicas import Run
from branches.dynamics.starts import Initial, Placed, start_of
from branches.dynamics.walk import Plan
from branches.potentials.potential import Potential, finite_number, positive_integer
from branches.sweeps.store import Store
from branches.sweeps.sweep import Progress

__all__ = ["METHODS", "continued", "particles"]

Array = NDArray[np.float64]
METHODS = {"leimkuhler-matthews": 0.5, "euler-maruyama": 0.0}  # the part of the noise added before the force
FRACTIONS = {"leimkuhler-matthews": 0.2, "euler-maruyama": 0.02}  # of the fastest time scale: averages right to 1 %
TIMES = 101  # of the record where only the end is given


def particles(
    potential: Potential,
    kappa: ArrayLike,
    n: int,
    t: ArrayLike,
    seed: int,
    *,
    initial: Initial = "uniform",
    replicas: int = 1,
    method: str = "leimkuhler-matthews",
    step: float | None = None,
    n_modes: int | None = None,
    executor: Executor | None = None,
    workers: int = 1,
    store: str | Path | None = None,
    progress: Progress | None = None,
) -> Ensemble:
    """Simulate dX_i = −(1/N) Σ_j W'(X_i − X_j) dt + √(2/κ) dB_i for N particles on the circle.

    Parameters
    ----------
    potential
        The interaction.
    kappa
        The coupling; infinite for particles without noise. Or one at each time t, linear in between: a sweep.
    n
        N ≥ 1.
    t
        The end, recorded at 101 equidistant times from 0 on; or the increasing times of the record, the first of which
        is the start.
    seed
        Of the random numbers, an integer ≥ 0: the same seed, the same ensemble, on any executor.
    initial
        'uniform', a State, a density (a function of an array of angles), or positions of shape (n,) or (replicas, n).
        Particles are drawn independently from a density.
    replicas
        Independent repetitions.
    method
        'leimkuhler-matthews', whose averages in equilibrium are of second order in the step; or 'euler-maruyama',
        first order, for paths.
    step
        Longest time step; by default a fifth of the fastest time scale of force and noise, a fiftieth for
        Euler–Maruyama.
    n_modes
        Modes of the force; by default as many as bring what is neglected below 10⁻¹⁰, at most 128. Potentials
        whose force jumps are never resolved: see ``neglected`` of the result.
    executor, workers
        Where replicas run: any ``concurrent.futures.Executor``, such as that of
        :func:`~branches.sweeps.sweep.dask_executor`; or so many processes of this machine; by default here, one by
        one.
    store
        A folder that receives each replica as it ends; run again with the same arguments, what is there is not
        computed again.
    progress
        Called with (done, failed, all) in intervals of the record.

    Returns
    -------
    Ensemble
        After Ctrl-C the replicas that are complete; or the one that was running, as far as it came.

    Raises
    ------
    ValueError
        If an argument is not allowed (it is named), the step is too long to be stable, or no replica has a result.
    TypeError
        If the seed is not an integer.

    Notes
    -----
    The force is −Σ n g_n Im(e^{inx} z̄_n), z_n the average of e^{inX}: O(N) operations a mode and step, in a
    compiled loop where numba is installed (extra ``fast``) and in NumPy otherwise, with the same random numbers. The
    invariant law is exp((κN/2) Σ g_n |z_n|²).

    Examples
    --------
    >>> from branches import potentials
    >>> ensemble = particles(potentials.kuramoto(), 4.0, n=1000, t=40, seed=1)
    >>> bool(abs(ensemble.order[0, -1, 0] - 0.8314620) < 0.05)
    True
    """
    check_circle(potential)
    count, runs = positive_integer("n", n), positive_integer("replicas", replicas)
    times = _times(t)
    couplings = _couplings(kappa, times)
    if method not in METHODS:
        raise ValueError(f"method = {method!r} is not allowed: known are {', '.join(METHODS)}")
    force = force_of(potential, n_modes)
    length = _step(step, force, FRACTIONS[method] * force.time_scale(float(couplings.min())))
    start = start_of(initial, count, runs)
    plan = Plan(force, start, times, couplings, count, checked_seed(seed), length, METHODS[method])
    run = Run(potential, plan, runs, method)
    folder = None if store is None else Store.open(store, run.configuration())
    return run.collect(executor, positive_integer("workers", workers), folder, progress)


def continued(ensemble: Ensemble, t: ArrayLike, kappa: ArrayLike | None = None) -> Ensemble:
    """Continue an ensemble in time: the result is, bit by bit, that of a run which never stopped.

    Parameters
    ----------
    ensemble
        What was simulated, to the end of its record.
    t
        Increasing times after its last one.
    kappa
        The coupling at them, by default the last one.

    Returns
    -------
    Ensemble
        From the first time of the given one to the last of ``t``.

    Raises
    ------
    ValueError
        If the times do not increase, or a coupling is not allowed.

    Examples
    --------
    >>> from branches import potentials
    >>> whole = particles(potentials.kuramoto(), 4.0, 50, [0.0, 1.0, 2.0, 3.0], seed=1)
    >>> part = particles(potentials.kuramoto(), 4.0, 50, [0.0, 1.0], seed=1)
    >>> bool((continued(part, [2.0, 3.0]).positions == whole.positions).all())
    True
    """
    later = np.atleast_1d(np.asarray(t, dtype=float))
    times = _times(np.append(ensemble.t[-1], later))
    last = float(ensemble.kappa[-1])
    couplings = _couplings(last if kappa is None else np.append(last, np.broadcast_to(kappa, later.shape)), times)
    force = force_of(ensemble.potential, ensemble.n_modes)
    plan = Plan(
        force, Placed(ensemble.carried), times, couplings, ensemble.n, ensemble.seed, ensemble.step,
        METHODS[ensemble.method], ensemble.t.size - 1,
    )  # fmt: skip
    more = Run(ensemble.potential, plan, ensemble.replicas, ensemble.method).collect(None, 1, None, None)
    return replace(
        more,
        t=np.append(ensemble.t, more.t[1:]),
        kappa=np.append(ensemble.kappa, more.kappa[1:]),
        z=np.concatenate((ensemble.z[: more.replicas], more.z[:, 1:]), axis=1),
        power=np.concatenate((ensemble.power[: more.replicas], more.power), axis=1),
    )


def _times(t: ArrayLike) -> Array:
    times = np.array(t, dtype=float)
    if times.ndim == 0:
        end = finite_number("t", float(times))
        if end <= 0:
            raise ValueError(f"t = {end:g} is not allowed: the end must be after the start, > 0")
        return np.linspace(0.0, end, TIMES)
    if times.ndim != 1 or times.size < 2 or not np.isfinite(times).all() or not (np.diff(times) > 0).all():
        raise ValueError("t is not allowed: give the end, or at least two finite times that increase")
    return times


def _couplings(kappa: ArrayLike, times: Array) -> Array:
    given = np.array(kappa, dtype=float)
    if given.ndim and given.shape != times.shape:
        raise ValueError(
            f"kappa of shape {given.shape} is not allowed: give one number, or one at each of the {times.size} times"
        )
    if not (given > 0).all():
        raise ValueError(f"kappa = {kappa!r} is not allowed: a coupling must be > 0 (infinite: no noise)")
    if given.ndim and np.isinf(given).any() and not np.isinf(given).all():
        raise ValueError("kappa is not allowed: a sweep must be finite; infinite stands for particles without noise")
    return np.broadcast_to(given, times.shape).copy()


def _step(step: float | None, force: Force, usual: float) -> float:
    if step is None:
        return usual if math.isfinite(usual) else 1.0
    length, longest = finite_number("step", step), force.longest_step()
    if not 0 < length < longest:
        raise ValueError(
            f"step = {length:g} is not allowed: it must be > 0 and, to be stable with {force.weights.size} modes, "
            f"below {longest:.6g} = 2/Σ n²|g_n|"
        )
    return length
