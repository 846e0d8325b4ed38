"""The floor: how long the LAPACK and FFT calls take that our algorithm itself needs, on this machine.

Counts of factorisations and back-substitutions come from the runs; every order of a series also needs two
syntheses and one projection on the grid of 3N/2 points.  Each is timed alone, on the sizes of the task; all
times here are processor time, so that other work on the machine does not show in the ratio.
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
from scipy.linalg.lapack import dgetrf, dgetrs

BUDGET = 0.2  # seconds for timing one call
TRANSFORMS = 3  # an order needs: two syntheses, one projection


def seconds_of(call: Callable[[], object]) -> float:
    """Return the median processor seconds of one call."""
    call()
    times: list[float] = []
    while sum(times) < BUDGET and len(times) < 1000:
        begin = time.process_time()
        call()
        times.append(time.process_time() - begin)
    return float(np.median(times))


@lru_cache
def calls(n: int) -> dict[str, float]:
    """Return the seconds of dgetrf and dgetrs of order N + 1, and of one transform of the grid."""
    rng = np.random.default_rng(1)
    matrix = np.asfortranarray(np.eye(n + 1) + rng.normal(size=(n + 1, n + 1)) / n)
    factors, pivots, _ = dgetrf(matrix)
    rhs = rng.normal(size=n + 1)
    grid = rng.normal(size=next_fast_len(3 * n // 2 + 1, real=True))
    return {
        "factorisation": seconds_of(lambda: dgetrf(matrix)),
        "solve": seconds_of(lambda: dgetrs(factors, pivots, rhs)),
        "transform": seconds_of(lambda: (dct(grid, type=3), dst(grid, type=3))) / 2,
    }


def main() -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    rows = [row for row in json.loads(Path(sys.argv[1]).read_text())["rows"] if row["tool"] == "ours"]
    floors = []
    for row in rows:
        if row["counts"] != "plain" or row["task"] == "T3":  # T3 has four sizes
            continue
        cost, counts = calls(row["n"]), row["counters"]
        parts = {
            "factorisation": counts["factorisations"] * cost["factorisation"],
            "solve": counts["solves"] * cost["solve"],
            "transform": TRANSFORMS * counts["solves"] * cost["transform"],
        }
        total = sum(parts.values())
        ratio = row["cpu_seconds"] / total
        floors.append({"task": row["task"], "n": row["n"], "floor": total, "parts": parts, "ratio": ratio})
    print(json.dumps(floors))


if __name__ == "__main__":
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        if os.environ.get(name) != "1":  # the libraries read it when they are loaded: start again with it set
            os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {name: "1"})
    main()
