"""The matrix-free path at N = 2^10 … 2^20: time and products a point, memory, and the FFT floor beside it.

    python benchmarks/run.py --scaling

A point is one tangent step: predicted along the tangent, corrected to 1e-13, with its new tangent.  Each size runs
in a process of its own, so that its peak memory is its own, and up to a time limit; times are processor time.
"""

from __future__ import annotations

import datetime
import json
import os
import resource
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
from machine import describe
from scipy.fft import dct

from branches import potentials
from branches.spaces.circle import Dihedral
from branches.states import selfconsistent
from branches.states.clusters import clustered_state
from branches.states.selfconsistent import SelfConsistentSystem
from continuation import Settings, follow
from continuation.stepping.corrector import tangent_at
from continuation.stepping.stepper import Base, stride

EXPONENTS = range(10, 21)
LIMIT = 300.0  # seconds for one size
REPEATS = 2
FOLD_UP_TO = 2**17
STEP = 0.05  # arclength of the measured step
BANDWIDTH = 400.0  # N R of the family whose state just fits in N modes
WIDE, NARROW, FITTED = "Hegselmann–Krause R = 0.1", "Hegselmann–Krause R = 0.001", "Hegselmann–Krause R = 400/N"
LAYERS, GAS = "transformer β = 10⁶", "log gas, a_n = rⁿ, r = 1 − 40/N"
FIRST = {FITTED: 10, WIDE: 12, LAYERS: 14, NARROW: 18, GAS: 10}  # exponents from which the state is resolved


def main(target: Path) -> None:
    rows = [row for name in FIRST for row in sizes(name)]
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"date": date, "machine": describe(), "rows": rows}, indent=1) + "\n")


def sizes(name: str) -> list[dict[str, Any]]:
    """Measure one potential at every size until one takes too long."""
    rows = []
    for exponent in EXPONENTS:
        if exponent < FIRST[name]:
            continue
        command = [sys.executable, __file__, "--one", name, str(2**exponent)]
        try:
            answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as stop:
            print(f"{name}, N = {2**exponent}: {type(stop).__name__} {stop.stderr or ''}", flush=True)
            break
        rows.append(json.loads(answer.stdout))
        print(f"{name}, N = {2**exponent}: {rows[-1]}", flush=True)
    return rows


class CountingSystem(SelfConsistentSystem):
    """The matrix-free equations, counting transforms, and the products of their solvers."""

    transforms = 0

    def moments(self, values: Any) -> Any:
        """Count one transform."""
        self.transforms += 1
        return super().moments(values)

    def synthesis(self, b: Any) -> Any:
        """Count one transform."""
        self.transforms += 1
        return super().synthesis(b)

    def bordered(self, u: Any, p: float, rows: Any, columns: Any = None) -> Any:
        """Keep the solver, to ask it for its products."""
        solver = super().bordered(u, p, rows, columns)
        solve = solver.solve

        def counted(f: Any, last: float = 0.0) -> Any:
            before = solver.products
            x = solve(f, last)
            self.products.append(solver.products - before)
            return x

        solver.solve = counted
        return solver


def one(name: str, n_modes: int) -> dict[str, Any]:
    """Take one step from a clustered state, and time the transforms it needs alone."""
    selfconsistent.LARGEST_DENSE = 0  # matrix-free from the smallest size on
    potential, kappa, a = start(name, n_modes)
    system = CountingSystem(potential, 1, n_modes, kappa_scale=kappa)
    base = base_at(system, a, kappa)
    seconds = []
    for _ in range(REPEATS):
        system.products, system.transforms = [], 0
        begin = time.process_time()
        _, _, arrived, _ = stride(base, STEP, Settings())
        seconds.append(time.process_time() - begin)
    transforms, products = system.transforms, list(system.products)
    residual = system.residual(arrived.x[:-1], arrived.p)
    return {
        "potential": name,
        "n": n_modes,
        "seconds_per_point": min(seconds),
        "residual": float(np.max(np.abs(residual))),
        "products_per_solve": float(np.mean(products)),
        "most_products": int(max(products)),
        "fft_floor": transforms * transform_seconds(system.grid.size),
        "fold": fold(potential, kappa, a) if n_modes <= FOLD_UP_TO and name != GAS else "–",
        "vectors": vectors(base, n_modes),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def start(name: str, n_modes: int) -> tuple[Any, float, Any]:
    """Return the potential, a coupling, and a state there."""
    if name == GAS:  # an exact state of its vertical branch, any of which is at the same coupling
        return potentials.log_gas(1.0), 2.0, (1.0 - 40.0 / n_modes) ** np.arange(1, n_modes + 1)
    if name == LAYERS:
        potential, kappa = potentials.noisy_transformer(1e6, scaled=True), 1.5e7
    else:
        radius = {WIDE: 0.1, NARROW: 0.001, FITTED: BANDWIDTH / n_modes}[name]
        potential, kappa = potentials.hegselmann_krause(radius), 1.05 * (7.5 - 1.2 * np.log(radius)) / radius**2
    return potential, kappa, clustered_state(potential, kappa, n_modes)


def base_at(system: Any, a: Any, kappa: float) -> Base:
    """Return where the step leaves from, heading to lower κ (on the vertical branch to less concentration)."""
    system.products = []
    x = np.append(a, kappa / system.parameter_scale)
    row = np.append(-np.arange(1, a.size + 1) * a, -1.0)
    row /= np.linalg.norm(row)
    tangent, solver = tangent_at(system, x, row)
    return Base(system, x, tangent, 0.0, sign=solver.sign)


def fold(potential: Any, kappa: float, a: Any) -> str:
    """Return the coupling at which the cluster's branch folds."""
    system = SelfConsistentSystem(potential, Dihedral(1), a.size, kappa_scale=kappa)
    branch = follow(system, a, kappa, direction=-1, p_min=0.5 * kappa, p_max=1.001 * kappa)
    return f"{branch.folds[0].p:.14g}" if branch.folds else "none"


def vectors(base: Base, n_modes: int) -> float:
    """Return the memory that a step works with, in vectors of length N, the dense block not counted."""
    selfconsistent.LEAST_BLOCK = selfconsistent.LARGEST_BLOCK = 64
    tracemalloc.start()
    stride(base, STEP, Settings())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / (8.0 * n_modes)


def transform_seconds(size: int) -> float:
    """Return the seconds of one cosine transform of the grid."""
    from floor import seconds_of

    grid = np.random.default_rng(1).normal(size=size)
    return seconds_of(lambda: dct(grid, type=2))


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if sys.argv[1] == "--one":
        print(json.dumps(one(sys.argv[2], int(sys.argv[3]))))
    else:
        main(Path(sys.argv[1]))
