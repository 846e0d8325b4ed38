"""The benchmark: every continuation tool that installs by pip, side by side with this toolkit.

    python benchmarks/run.py                       everything (about an hour)
    python benchmarks/run.py --quick               N = 64, three repeats
    python benchmarks/run.py --tools bice contique --sizes 64 256 --repeats 7
    python benchmarks/run.py --tasks T2 --sizes 512   these anew, other rows of the same machine and tools are kept
    python benchmarks/run.py --scaling             the matrix-free path, N = 2^10 … 2^20

Needs nothing but Python: it builds one virtual environment a tool (bifpy also needs gfortran).  Results go to
benchmarks/results/, and report.py draws the page docs/performance.md and its figures from them.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from environments import OURS, NotInstalled, interpreter, versions
from machine import describe
from session import Session, Stopped, Times

HERE = Path(__file__).resolve().parent
PEERS = ("bifpy", "jaxcont", "bice", "pycont_lite", "contique", "transiflow")
TASKS = ("T1", "T2", "T3")
LIBRARIES = ["numpy", "scipy", "jax", "jaxlib"]


def main() -> None:
    options = parse()
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    environments = options.environments.resolve()
    ours = interpreter("ours", "", environments, options.source.resolve())
    if options.scaling:
        subprocess.run([str(ours), str(HERE / "scaling.py"), str(results / "scaling.json")], check=True)
    else:
        benchmark(options, ours, environments, results)
    subprocess.run([str(ours), str(HERE / "report.py")], check=True)


def benchmark(options: argparse.Namespace, ours: Path, environments: Path, results: Path) -> None:
    """Run every task with every tool, and write what was measured after each configuration."""
    pythons, rows, installed = {}, [], {"ours": versions(ours, ["mckean-vlasov-continuation", "numba", *LIBRARIES])}
    for tool in options.tools:
        package = declared(tool)["PACKAGE"]
        try:
            pythons[tool] = interpreter(tool, package, environments, options.source.resolve())
            installed[tool] = versions(pythons[tool], [package, *LIBRARIES])
        except NotInstalled as reason:
            rows.append({"tool": tool, "kind": "not installed", "reason": str(reason)})
    record = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": describe(),
        "repeats": options.repeats,
        "limit_seconds": options.limit,
        "versions": installed,
        "given": {tool: declared(tool)["GIVEN"] for tool in (*OURS, *options.tools)},
        "rows": rows,
    }
    target = results / ("quick.json" if options.quick else "results.json")
    rows += kept(target, record, options)
    for size in options.sizes:
        for task in options.tasks:
            for counts in ("plain", "counts"):
                rows += configuration(ours, pythons, task, size, counts, options)
                target.write_text(json.dumps(record, indent=1) + "\n")
    floor = subprocess.run(
        [str(ours), str(HERE / "floor.py"), str(target)], capture_output=True, text=True, check=True, cwd=HERE
    )
    record["floor"] = json.loads(floor.stdout)
    target.write_text(json.dumps(record, indent=1) + "\n")


def kept(target: Path, record: dict[str, Any], options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the rows of the last run that this one does not replace, if machine, tools and limits are the same."""
    last = json.loads(target.read_text()) if target.exists() else {}
    if any(last.get(fact) != record[fact] for fact in ("machine", "versions", "repeats", "limit_seconds")):
        return []
    return [
        row
        for row in last["rows"]
        if "task" in row and not (row["task"] in options.tasks and row["n"] in options.sizes)
    ]


def configuration(
    ours: Path, pythons: dict[str, Path], task: str, size: int, counts: str, options: argparse.Namespace
) -> list[dict[str, Any]]:
    """Time ours and every peer on one task, in turn, so that a ratio compares runs made side by side."""
    rows, times = [], []
    reference = Session(ours, "ours", task, size, counts, options.limit, options.core)
    for tool, python in [*((tool, ours) for tool in OURS[1:]), *pythons.items()]:
        row: dict[str, Any] = {"tool": tool, "task": task, "n": size, "counts": counts}
        try:
            peer = Session(python, tool, task, size, counts, options.limit, options.core)
            theirs, beside = alternate(peer, reference, options.repeats)
            times += beside
            row |= peer.first | {"kind": "ok", **spread(theirs)} | peer.report()
            row["ratio"] = row["cpu_seconds"] / spread(beside)["cpu_seconds"]
        except Stopped as stop:
            row |= {"kind": stop.kind, "reason": str(stop)}
        say(row)
        rows.append(row)
    times += [reference.run() for _ in range(options.repeats)] if not times else []
    row = {"tool": "ours", "task": task, "n": size, "counts": counts, "kind": "ok", "ratio": 1.0}
    row |= reference.first | spread(times) | reference.report()
    say(row)
    return [row, *rows]


def alternate(peer: Session, ours: Session, repeats: int) -> tuple[list[Times], list[Times]]:
    """Return the times of the peer's and of our runs, made in turn."""
    pairs = [(peer.run(), ours.run()) for _ in range(repeats)]
    theirs, beside = zip(*pairs, strict=True)
    return list(theirs), list(beside)


def spread(times: list[Times]) -> dict[str, float]:
    """Return the median, the extremes and the number of the times, and the median processor time."""
    wall, cpu = zip(*times, strict=True)
    middle = {"seconds": statistics.median(wall), "cpu_seconds": statistics.median(cpu)}
    return middle | {"fastest": min(wall), "slowest": max(wall), "runs": len(times)}


def say(row: dict[str, Any]) -> None:
    seconds = f"{1e3 * row['cpu_seconds']:10.2f} ms × {row['ratio']:.1f}" if row["kind"] == "ok" else row["kind"]
    print(f"{row['task']} N={row['n']:<4} {row['counts']:6} {row['tool']:12} {seconds}", flush=True)


def declared(tool: str) -> dict[str, Any]:
    """Read PACKAGE and GIVEN of an adapter without importing it: its imports live in another environment."""
    tree = ast.parse((HERE / "tools" / f"{tool}.py").read_text())
    constants: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("PACKAGE", "GIVEN"):
            constants[node.targets[0].id] = ast.literal_eval(node.value)  # type: ignore[attr-defined]
    return constants


def parse() -> argparse.Namespace:
    """Read the command line."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--tools", nargs="*", choices=PEERS, default=list(PEERS), help="beside ours")
    parser.add_argument("--tasks", nargs="*", choices=TASKS, default=list(TASKS))
    parser.add_argument("--sizes", nargs="*", type=int, default=[32, 64, 128, 256, 512], metavar="N")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--limit", type=float, default=20.0, help="seconds one run may take")
    parser.add_argument("--core", type=int, default=max_core(), help="where every run is pinned")
    parser.add_argument("--quick", action="store_true", help="N = 64, three repeats, results apart")
    parser.add_argument("--scaling", action="store_true", help="only the matrix-free path at large N")
    parser.add_argument("--environments", type=Path, default=HERE / ".environments", help="built here")
    parser.add_argument("--source", type=Path, default=HERE.parent, help="checkout to measure")
    options = parser.parse_args()
    if options.quick:
        options.sizes, options.repeats = [64], 3
    return options


def max_core() -> int:
    """Return the last processor core that this process may use."""
    return max(os.sched_getaffinity(0))


if __name__ == "__main__":
    sys.exit(main())
