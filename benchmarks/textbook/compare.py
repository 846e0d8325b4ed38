"""The five textbook problems with every continuation tool that installs by pip: what each finds, and how well.

    python benchmarks/textbook/compare.py [--tools ours jaxcont …]

Writes benchmarks/results/textbook.json and the table of docs/comparison.md. Times are not compared here.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from problems import PROBLEMS, references
from scipy.optimize import linear_sum_assignment

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from environments import NotInstalled, interpreter, versions  # noqa: E402
from pages import replaced  # noqa: E402
from session import ONE_THREAD  # noqa: E402

PACKAGES = {"ours": "", "jaxcont": "jaxcont", "pycont_lite": "pycont-lite", "bice": "bice", "transiflow": "transiflow"}
PAGE = HERE.parent.parent / "docs" / "comparison.md"
RESULTS = HERE.parent / "results" / "textbook.json"
PATIENCE = 300.0
NEAR = 0.03  # of max(1, |p|): a reported p farther than this from a special point is not that one
SAME = 1e-3  # farther than this from all of them, and it is none; nearer, it may be one of them reported again
UNNAMED = "unnamed"
Row = dict[str, Any]


def run(python: Path, tool: str, problem: str) -> Row:
    """Return what one tool says about one problem."""
    command = [str(python), str(HERE / "tools.py"), tool, problem]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=HERE,
            env=os.environ | ONE_THREAD,
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"not finished after {PATIENCE:.0f} s"}
    lines = done.stdout.strip().splitlines()
    answer: Row = json.loads(lines[-1]) if lines else {"failed": f"ended with status {done.returncode}"}
    return answer


def judged(found: list[Row], wanted: list[Row], also: tuple[float, ...]) -> Row:
    """Assign what was found to what there is: how many of it, the digits of the worst, and how much is none of it."""
    distance = np.array([[abs(one["p"] - other["p"]) for one in found] for other in wanted]).reshape(len(wanted), -1)
    rows, columns = linear_sum_assignment(distance)
    matched = {
        j: wanted[i]
        for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
        if distance[i, j] <= NEAR * max(1.0, abs(wanted[i]["p"]))
    }
    pairs = [(one, found[j]) for j, one in matched.items()]
    named = sum(one["kind"] == other["kind"] for one, other in pairs)
    known = np.array([one["p"] for one in wanted] + list(also))
    others = [other for j, other in enumerate(found) if j not in matched]
    false = sum(float(np.min(np.abs(known - other["p"]))) > SAME for other in others)
    digits = [-np.log10(max(abs(one["p"] - other["p"]) / abs(one["p"]), 1e-15)) for one, other in pairs]
    return {
        "of": len(wanted), "found": len(pairs), "named": named, "false": false,
        "digits": float(min(digits)) if digits else None,
    }  # fmt: skip


def described(row: Row) -> str:
    """Return one cell of the table."""
    if "failed" in row:
        return f"fails: {row['failed'].split(':')[-1].strip().rstrip('.')}"
    text = f"{row['found']} of {row['of']}, {row['digits']:.0f} digits" if row["found"] else f"none of {row['of']}"
    text += ", unnamed" if row["found"] and not row["named"] else ""
    return text + (f"; {row['false']} more that are none" if row["false"] else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tools", nargs="*", choices=list(PACKAGES), default=list(PACKAGES))
    parser.add_argument("--environments", type=Path, default=HERE.parent / ".environments", help="built here")
    options = parser.parse_args()
    record: Row = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    root = options.environments.resolve()
    for tool in dict.fromkeys(["ours", *options.tools]):
        try:
            python = interpreter(tool, PACKAGES[tool], root, HERE.parent.parent)
        except NotInstalled as reason:
            record[tool] = {"version": "", "problems": {name: {"failed": str(reason)} for name in PROBLEMS}}
            continue
        package = PACKAGES[tool] or "mckean-vlasov-continuation"
        record[tool] = {"version": versions(python, [package]).get(package, ""), "problems": {}}
        for name, make in PROBLEMS.items():
            answer = run(python, tool, name)
            if tool == "ours":
                guesses = [(np.array(k["u"]), k["p"]) for k in answer["found"] if k["kind"] == "fold"]
                record.setdefault("wanted", {})[name] = references(make(), guesses)
            if "found" in answer:
                answer = judged(answer["found"], record["wanted"][name], make().also)
            record[tool]["problems"][name] = answer
            print(f"{tool:12} {name:16} {described(answer)}", flush=True)
        RESULTS.write_text(json.dumps(record, indent=1) + "\n")
    PAGE.write_text(replaced(PAGE.read_text(), "textbook", table(record)))


def table(record: Row) -> str:
    tools = [tool for tool in PACKAGES if tool in record]
    heads = [f"**ours** {record['ours']['version']}", *(f"{PACKAGES[t]} {record[t]['version']}" for t in tools[1:])]
    lines = ["| | " + " | ".join(heads) + " |", "| --- |" + " --- |" * len(tools)]
    for name, make in PROBLEMS.items():
        cells = [described(record[tool]["problems"][name]) for tool in tools]
        lines.append(f"| {make().title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
