"""The floor: how long the LAPACK, BLAS and FFT calls take that our algorithm itself needs, on this machine.

Counts of steps and orders come from the runs.  A step needs one factorisation; an order needs a back-substitution,
two syntheses and one projection on the grid of 3N/2 points.  That is done by dgetrs and fast transforms, or, with
the projection and the back-substitution of the step in one matrix, by two products with matrices.  Each call is
timed alone, on the sizes of the task; all times here are processor time, so that other work on the machine does
not show in the ratio.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.fft import dct, dst, next_fast_len
from scipy.linalg.blas import dgemv
from scipy.linalg.lapack import dgetrf, dgetrs

BUDGET = 0.2  # seconds for timing one call
TRANSFORMS = 3  # an order needs: two syntheses, one projection
SHORT = 1e-4  # seconds: calls that take less are timed several at once


def seconds_of(call: Callable[[], object]) -> float:
    """Return the median processor seconds of one call."""
    call()
    begin = time.process_time()
    call()
    batch = max(1, int(SHORT / max(time.process_time() - begin, 1e-7)))
    times: list[float] = []
    while sum(times) < BUDGET and len(times) < 1000:
        begin = time.process_time()
        for _ in range(batch):
            call()
        times.append(time.process_time() - begin)
    return float(np.median(times)) / batch


@lru_cache
def calls(n: int) -> dict[str, float]:
    """Return the seconds of dgetrf and dgetrs of order N + 1, of one transform, and of the products of an order."""
    rng = np.random.default_rng(1)
    matrix = np.asfortranarray(np.eye(n + 1) + rng.normal(size=(n + 1, n + 1)) / n)
    factors, pivots, _ = dgetrf(matrix)
    rhs = rng.normal(size=n + 1)
    points = next_fast_len(3 * n // 2 + 1, real=True)
    grid, columns = rng.normal(size=points), np.asfortranarray(rng.normal(size=(n + 1, points + 1)))
    operator, syntheses = columns[:, :points], np.asfortranarray(rng.normal(size=(2 * points, n)))
    return {
        "factorisation": seconds_of(lambda: dgetrf(matrix)),
        "solve": seconds_of(lambda: dgetrs(factors, pivots, rhs)),
        "transform": seconds_of(lambda: (dct(grid, type=3), dst(grid, type=3))) / 2,
        "operator": seconds_of(lambda: dgetrs(factors, pivots, columns)),
        "products": seconds_of(lambda: (dgemv(1.0, operator, grid), dgemv(1.0, syntheses, rhs[:n]))),
    }


def floors_of(counts: dict[str, int], cost: dict[str, float]) -> dict[str, float]:
    """Return the seconds of the calls of a run: of its factorisations, and of all calls in either way."""
    factorisations = counts["factorisations"] * cost["factorisation"]
    transforms = counts["solves"] * (cost["solve"] + TRANSFORMS * cost["transform"])
    products = counts["steps"] * cost["operator"] + counts["solves"] * cost["products"]
    return {
        "factorisations": factorisations,
        "transforms": factorisations + transforms,
        "products": factorisations + products,
    }


def main() -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    rows = [row for row in json.loads(Path(sys.argv[1]).read_text())["rows"] if row["tool"] == "ours"]
    floors = []
    for row in rows:
        if row["counts"] != "plain" or row["task"] == "T3":  # T3 has four sizes
            continue
        found = floors_of(row["counters"], calls(row["n"]))
        floors.append({"task": row["task"], "n": row["n"], "ours": row["cpu_seconds"], **found})
    print(json.dumps(floors))


if __name__ == "__main__":
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        if os.environ.get(name) != "1":  # the libraries read it when they are loaded: start again with it set
            os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {name: "1"})
    main()
