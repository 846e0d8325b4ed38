"""Runs one tool on one task in its own virtual environment, one timed run per line read.

Started by run.py as ``python worker.py TOOL TASK N COUNTS``.  Every line it writes is a JSON object: first
how long the import and the first call took, then, for each line 'run' read, the seconds of one warm run,
and for 'report' what was found.  Tools that print do so into nothing: the protocol has its own descriptor.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from typing import Any

from results import Unsupported


def main() -> None:
    answer = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    name, task_name, size, counts = sys.argv[1:5]

    def say(**fields: Any) -> None:
        answer.write(json.dumps(fields) + "\n")

    try:
        begin = time.perf_counter()
        tool = importlib.import_module(f"tools.{name}")
        imported = time.perf_counter() - begin
        from tasks import Task

        task = Task(task_name, int(size), counts == "counts")
        solve = tool.prepare(task)
        begin = time.perf_counter()
        raw = solve()
        say(import_seconds=imported, first_seconds=time.perf_counter() - begin)
        for line in sys.stdin:
            if line.strip() == "report":
                say(**report(task, tool, raw))
                continue
            begin, spent = time.perf_counter(), processor_seconds()
            raw = solve()
            seconds = time.perf_counter() - begin
            say(seconds=seconds, cpu_seconds=processor_seconds() - spent)
    except Unsupported as reason:
        say(unsupported=str(reason))
    except Exception as failure:  # a tool may fail in any way; the table says how
        text = str(failure).strip().splitlines() or [""]
        say(failed=f"{type(failure).__name__}: {text[0]}"[:200])


def processor_seconds() -> float:
    """Return the processor time of this process and of those it has started and seen end."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usage)


def report(task: Any, tool: Any, raw: Any) -> dict[str, Any]:
    """Check one run's points and sum up what it found."""
    from check import self_consistency

    found = tool.collect(raw)
    defect = self_consistency(task.beta, found.kappa, found.a)
    usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "points": int(found.kappa.size),
        "kappa_min": float(found.kappa.min()),
        "kappa_max": float(found.kappa.max()),
        "defect": float(defect.max()),
        "amplitude": float(abs(found.a[:, 0]).max()),
        "folds": [float(fold) for fold in found.folds],
        "branch_points": [float(point) for point in found.branch_points],
        "ends": [float(end) for end in found.ends],
        "counted": int(found.unstable.size),
        "unstable": sorted({int(count) for count in found.unstable}),
        "counters": getattr(raw, "counts", None) or {},
        "note": found.note,
        "peak_mb": max(usage) / 1024,
    }


if __name__ == "__main__":
    main()
