"""The matrix-free path at N = 2^10 … 2^20: time and products a point, memory, and the FFT floor beside it.

    python benchmarks/run.py --scaling

Each size runs in a process of its own, so that its peak memory is its own, and up to a time limit.  While the
toolkit has no matrix-free path (its counters count no products), this says so and measures nothing.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from machine import describe

EXPONENTS = range(10, 21)
LIMIT = 900.0  # seconds for one size
TRANSFORMS = 3  # of the grid of 3N/2 points, in one product with the Jacobian
POTENTIALS = {  # name -> (constructor, argument, κ_max / κ_1)
    "transformer β = 4": ("noisy_transformer", 4.0, 2.0),
    "Hegselmann–Krause R = 2": ("hegselmann_krause", 2.0, 2.0),
    "Hegselmann–Krause R = 0.1": ("hegselmann_krause", 0.1, 1.2),
}


def main(target: Path) -> None:
    if not matrix_free():
        print("scaling: this version of the toolkit has no matrix-free path yet; nothing is measured")
        return
    rows = [row for name in POTENTIALS for row in sizes(name)]
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    target.write_text(json.dumps({"date": date, "machine": describe(), "rows": rows}, indent=1) + "\n")


def matrix_free() -> bool:
    """Say whether the toolkit counts products with the Jacobian, which only its matrix-free path makes."""
    from continuation import Counters

    return any(field.name == "products" for field in dataclasses.fields(Counters))


def sizes(name: str) -> list[dict[str, Any]]:
    """Measure one potential at every size until one takes too long."""
    rows = []
    for exponent in EXPONENTS:
        command = [sys.executable, __file__, "--one", name, str(2**exponent)]
        try:
            answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as stop:
            print(f"{name}, N = {2**exponent}: {type(stop).__name__}", flush=True)
            break
        rows.append(json.loads(answer.stdout))
        print(f"{name}, N = {2**exponent}: {1e3 * rows[-1]['seconds_per_point']:.1f} ms a point", flush=True)
    return rows


def one(name: str, n_modes: int) -> dict[str, Any]:
    """Trace one branch, and time the transforms it needs alone."""
    import branches
    from branches import potentials

    constructor, argument, stretch = POTENTIALS[name]
    potential = getattr(potentials, constructor)(argument)
    kappa_max = stretch * potential.onset_coupling(1)
    begin = time.perf_counter()
    branch = branches.trace(potential, 1, kappa_max=kappa_max, n_modes=n_modes)
    seconds = time.perf_counter() - begin
    counters, points = branch.counters, branch.kappa.size
    return {
        "potential": name,
        "n": n_modes,
        "seconds_per_point": seconds / points,
        "points": points,
        "status": branch.status.name,
        "residual": float(branch.residual.max()),
        "products_per_solve": counters.products / max(counters.solves, 1),
        "fft_floor": (counters.products + counters.solves) * TRANSFORMS * transform_seconds(n_modes) / points,
        "fold": f"{branch.folds[0].kappa:.14f}" if branch.folds else "none",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def transform_seconds(n_modes: int) -> float:
    """Return the seconds of one cosine transform of the grid of 3N/2 points."""
    import numpy as np
    from floor import seconds_of
    from scipy.fft import dct, next_fast_len

    grid = np.random.default_rng(1).normal(size=next_fast_len(3 * n_modes // 2 + 1, real=True))
    return seconds_of(lambda: dct(grid, type=3))


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if sys.argv[1] == "--one":
        print(json.dumps(one(sys.argv[2], int(sys.argv[3]))))
    else:
        main(Path(sys.argv[1]))
