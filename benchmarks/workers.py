"""How a phase diagram gains from a second worker: 200 values of β, one worker and two, alternating in one run.

    python benchmarks/workers.py [COUNT] [REPEATS]

Prints the wall times, their ratio, and the processor time that the workers took together: where that is the same with
one and two workers, the work splits, and what is missing from a ratio of 2 is the machine's other load.
"""

import resource
import statistics
import sys
import time

import numpy as np

from branches import potentials
from branches.sweeps.phase_diagram import phase_diagram


def timed(count: int, workers: int) -> tuple[float, float]:
    """Return wall and processor seconds of one phase diagram."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    phase_diagram(potentials.noisy_transformer, np.linspace(0.5, 12.0, count), workers=workers)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(count: int = 200, repeats: int = 3) -> None:
    """Print the comparison."""
    measured: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    for _ in range(repeats):
        for workers in measured:
            measured[workers].append(timed(count, workers))
    for workers, runs in measured.items():
        wall, processor = (statistics.median(values) for values in zip(*runs, strict=True))
        print(f"{workers} worker(s): {wall:6.2f} s wall, {processor:6.2f} s processor, {count} values")
    ratio = statistics.median(one[0] / two[0] for one, two in zip(measured[1], measured[2], strict=True))
    print(f"two workers are {ratio:.2f} times as fast")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
