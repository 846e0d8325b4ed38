"""Draws the page docs/performance.md and its figures from the measurements in results/*.json.

Only the parts of the page between markers are written here; the prose around them is kept.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

from environments import OURS
from figures import benchmark_figure, scaling_figure
from pages import replaced
from verdict import KAPPA_FOLD, missing

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "performance.md"
NAMES = {
    "ours": "**ours**", "adaptive": "**ours, adaptive N**", "plain": "**ours, NumPy alone**",
    "pycont_lite": "pycont-lite",
}  # fmt: skip
DETAIL = 64  # the size at which everything is listed
DETAILS = [
    "tool", "points", "µs a point", "largest defect", "fold error", "branch points", "import, s",
    "first call, s", "peak memory, MB",
]  # fmt: skip
Row = dict[str, Any]


def main() -> None:
    record = load("results.json") or load("quick.json")
    if record:
        write("machine", machine(record))
        write("times", times(record["rows"]))
        write("fastest", fastest(record["rows"]))
        write("details", details(record["rows"]))
        write("floor", floor(record.get("floor", [])))
        write("given", given(record))
        benchmark_figure(record, PAGE.parent / "figures" / "performance.png")
    scaling = load("scaling.json")
    if scaling:
        write("scaling", scaling_table(scaling))
        scaling_figure(scaling, PAGE.parent / "figures" / "scaling.png")


def name(tool: str) -> str:
    return NAMES.get(tool, tool)


def load(file: str) -> dict[str, Any] | None:
    path = HERE / "results" / file
    return json.loads(path.read_text()) if path.exists() else None


def write(part: str, text: str) -> None:
    """Replace what stands between the two markers of a part."""
    PAGE.write_text(replaced(PAGE.read_text(), part, text))


def table(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table, the first column flush left."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine(record: dict[str, Any]) -> str:
    facts, installed = record["machine"], record["versions"]["ours"]
    libraries = ", ".join(f"{library} {installed[library]}" for library in ("numpy", "scipy"))
    return (
        f"Measured on {record['date']}: {facts['processor']}, {facts['cores']} cores of which one is used, "
        f"{facts['system']}, Python {facts['python']}, {libraries} from PyPI. "
        f"Medians of {record['repeats']} warm runs; no run is waited for longer than "
        f"{record['limit_seconds']:.0f} s. {quietness(record['rows'])}"
    )


def quietness(rows: list[Row]) -> str:
    """Say how busy the machine was with other work."""
    ratio = median(row["seconds"] / row["cpu_seconds"] for row in rows if row["tool"] == "ours")
    return f"Our runs took {ratio:.2f} times their processor time (1 on a quiet machine)."


def times(rows: list[Row]) -> str:
    """One table for each task, with and without counts: a row a tool, a column a size."""
    parts = []
    for task, counts in dict.fromkeys((row["task"], row["counts"]) for row in rows if "task" in row):
        chosen = [row for row in rows if (row.get("task"), row.get("counts")) == (task, counts)]
        sizes = sorted({row["n"] for row in chosen})
        tools = list(dict.fromkeys(row["tool"] for row in chosen))
        cells = {(row["tool"], row["n"]): time_cell(row) for row in chosen}
        lines = [[name(t), *(cells.get((t, n), "") for n in sizes), remark(chosen, t)] for t in tools]
        word = "with the number of unstable directions" if counts == "counts" else "points alone"
        parts.append(f"### {task}, {word}\n\n" + table(["ms (× ours)", *map(str, sizes), "not done"], lines))
    failed = [f"* {row['tool']}: {row['reason']}" for row in rows if row["kind"] == "not installed"]
    if failed:
        parts.append("### Not installed\n\n" + "\n".join(failed))
    return "\n\n".join(parts)


def time_cell(row: Row) -> str:
    if row["kind"] == "ok":
        beside = "" if row["tool"] == "ours" else f" ({factor(row['ratio'])})"
        return milliseconds(row["cpu_seconds"]) + beside
    return {"unsupported": "–", "over the limit": "over the limit"}.get(row["kind"], "failed")


def remark(rows: list[Row], tool: str) -> str:
    """Say what a tool left out of a task, or why it did not do it."""
    found = [text for row in rows if row["tool"] == tool for text in missing(row)]
    return "; ".join(dict.fromkeys(found))


def milliseconds(seconds: float) -> str:
    value = 1e3 * seconds
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def factor(value: float) -> str:
    return f"×{value:.3g}" if value < 100 else f"×{value:.0f}"


def fastest(rows: list[Row]) -> str:
    """The fastest peer that did the whole task, against ours, for each task and size."""
    lines = []
    ours = [row for row in rows if row["tool"] == "ours"]
    for row in sorted(ours, key=lambda row: (row["task"], row["counts"] == "counts", row["n"])):
        peers = [r for r in rows if r["kind"] == "ok" and r["tool"] not in OURS and place(r) == place(row)]
        whole = [r for r in peers if not missing(r)]
        adaptive = next(r for r in rows if r["tool"] == "adaptive" and place(r) == place(row))
        lines.append([
            f"{row['task']}{', counts' if row['counts'] == 'counts' else ''}", str(row["n"]),
            milliseconds(row["cpu_seconds"]), milliseconds(adaptive["cpu_seconds"]),
            best(whole, adaptive["ratio"]), best(peers, adaptive["ratio"]),
        ])  # fmt: skip
    header = ["task", "N", "ours, ms", "adaptive N, ms", "fastest with the whole task", "fastest at all"]
    return table(header, lines)


def place(row: Row) -> tuple[str, int, str]:
    """Return the task, size and kind of a row."""
    return row["task"], row["n"], row["counts"]


def best(rows: list[Row], adaptive: float) -> str:
    """Name the fastest, with its time over ours, and over ours with adaptive N."""
    if not rows:
        return "none"
    row = min(rows, key=lambda row: row["ratio"])
    return f"{name(row['tool'])} {factor(row['ratio'])}, {factor(row['ratio'] / adaptive)}"


def details(rows: list[Row]) -> str:
    """Everything measured at one size."""
    sizes = sorted({row["n"] for row in rows if "n" in row})
    size = DETAIL if DETAIL in sizes else sizes[0]
    parts = []
    for task in ("T1", "T2", "T3"):
        for counts in ("plain", "counts"):
            chosen = [row for row in rows if row["kind"] == "ok" and place(row) == (task, size, counts)]
            if chosen:
                word = " with counts" if counts == "counts" else ""
                lines = [detail(row) for row in chosen]
                parts.append(f"#### {task}{word}, N = {size}\n\n" + table(DETAILS, lines))
    return "\n\n".join(parts)


def detail(row: Row) -> list[str]:
    fold = min((abs(fold - KAPPA_FOLD) for fold in row["folds"]), default=None)
    return [
        name(row["tool"]), str(row["points"]), f"{1e6 * row['cpu_seconds'] / row['points']:.0f}",
        f"{row['defect']:.0e}", "–" if fold is None or row["task"] == "T1" else f"{fold:.0e}",
        str(len(row["branch_points"])) if row["task"] == "T3" else "–", f"{row['import_seconds']:.2f}",
        f"{row['first_seconds']:.2f}", f"{row['peak_mb']:.0f}",
    ]  # fmt: skip


def floor(rows: list[Row]) -> str:
    header = [
        "task", "N", "ours, ms", "dgetrf, ms", "LAPACK + FFT, ms", "ours / that", "LAPACK + BLAS, ms", "ours / that",
    ]  # fmt: skip
    lines = []
    for row in rows:
        line = [row["task"], str(row["n"]), milliseconds(row["ours"]), milliseconds(row["factorisations"])]
        for way in ("transforms", "products"):
            line += [milliseconds(row[way]), f"{row['ours'] / row[way]:.2f}"]
        lines.append(line)
    return table(header, lines)


def given(record: dict[str, Any]) -> str:
    lines = []
    for tool, text in record["given"].items():
        versions = record["versions"].get(tool, {}).items()
        lines.append([name(tool), ", ".join(f"{library} {number}" for library, number in versions), text])
    return table(["tool", "versions", "what it was given"], lines).replace("---:", "---")


def scaling_table(record: dict[str, Any]) -> str:
    header = [
        "potential", "N", "ms a point", "FFT floor, ms", "products a solve", "vectors", "fold", "peak memory, MB",
    ]  # fmt: skip
    lines = []
    for row in record["rows"]:
        cost = [milliseconds(row[key]) for key in ("seconds_per_point", "fft_floor")]
        products, memory = f"{row['products_per_solve']:.1f}", f"{row['peak_mb']:.0f}"
        vectors = f"{row['vectors']:.0f}"
        lines.append([row["potential"], str(row["n"]), *cost, products, vectors, row["fold"], memory])
    return table(header, lines)


if __name__ == "__main__":
    main()
