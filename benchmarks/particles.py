"""Steps per second of a Kuramoto ensemble: this toolkit, plain NumPy, and what installs by pip.

    python benchmarks/particles.py              everything (about five minutes)

One virtual environment a tool is built on first use. Every tool is timed in turn with ours, in processes of their own,
so that a ratio compares runs made side by side. Results go to benchmarks/results/particles.json, the table and the
figure of cost over particles and modes to docs/particles.md.

The tools from PyPI have no noise: their steps are force evaluations, ours include the random numbers.
"""

from __future__ import annotations

import datetime
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from environments import NotInstalled, interpreter, versions
from machine import describe

Advance = Callable[[int], int]  # takes about so many steps, and says how many they were
HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "particles.md"
PACKAGES = {"kuramoto": "kuramoto", "jaxkuramoto": "jaxkuramoto"}
TOOLS = ("NumPy, pairs", "NumPy, order parameter", *PACKAGES)
TOLD = {
    "ours": "Leimkuhler–Matthews, noise, numba", "NumPy, pairs": "Euler–Maruyama, sin(x_j − x_i) summed",
    "NumPy, order parameter": "Euler–Maruyama, by the mean of e^{ix}",
    "kuramoto": "odeint, no noise", "jaxkuramoto": "Euler, compiled, float32, no noise",
}  # fmt: skip
SIZES = (1000, 10_000)
PAIRWISE = ("NumPy, pairs", "kuramoto")  # n² numbers: not at the largest size
REPEATS, SECONDS = 3, 0.5
KAPPA, STEP, SHORT = 4.0, 0.05, 1e-3
COST_SIZES, COST_MODES = (100, 300, 1000, 3000, 10_000, 30_000), (1, 3, 10, 30, 100)


def main() -> None:
    environments = HERE / ".environments"
    ours = interpreter("ours", "", environments, HERE.parent)
    pythons, failed = {}, {}
    for tool in TOOLS:
        try:
            pythons[tool] = interpreter(tool, PACKAGES[tool], environments, HERE.parent) if tool in PACKAGES else ours
        except NotInstalled as reason:
            failed[tool] = str(reason)
    rows = [compare(tool, size, ours, pythons) for size in SIZES for tool in TOOLS if tool in pythons]
    record = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": describe(),
        "versions": {tool: versions(pythons[tool], [tool, "jax"]) for tool in PACKAGES if tool in pythons},
        "failed": failed,
        "rows": [row for row in rows if row],
        "cost": json.loads(run([str(ours), __file__, "--cost"])),
    }
    (HERE / "results" / "particles.json").write_text(json.dumps(record, indent=1) + "\n")
    page(record)
    run([str(ours), __file__, "--figure"])


def compare(tool: str, size: int, ours: Path, pythons: dict[str, Path]) -> dict[str, Any]:
    """Time a tool and ours in turn."""
    if tool in PAIRWISE and size == max(SIZES):
        return {}
    try:
        pairs = [(one(pythons[tool], tool, size), one(ours, "ours", size)) for _ in range(REPEATS)]
    except subprocess.CalledProcessError as error:
        return {"tool": tool, "n": size, "error": error.stderr.strip().splitlines()[-1]}
    theirs, beside = (statistics.median(values) for values in zip(*pairs, strict=True))
    print(f"{tool:24s} n = {size:6d}: {theirs:12.1f} steps/s, ours {beside:10.1f}, × {beside / theirs:.1f}", flush=True)
    return {"tool": tool, "n": size, "steps_per_second": theirs, "ours": beside, "ratio": beside / theirs}


def one(python: Path, tool: str, size: int) -> float:
    return float(run([str(python), __file__, "--one", tool, str(size)]))


def run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=900).stdout


def page(record: dict[str, Any]) -> None:
    """Put the table between its marks on the page."""
    lines = ["| tool | told | n | steps a second | ours beside it | ratio |", "|---|---|---:|---:|---:|---:|"]
    for row in record["rows"]:
        name = f"{row['tool']} {record['versions'].get(row['tool'], {}).get(row['tool'], '')}".strip()
        values = [row["error"], "", ""] if "error" in row else [
            f"{row['steps_per_second']:.4g}", f"{row['ours']:.4g}", f"{row['ratio']:.3g}"
        ]  # fmt: skip
        lines.append(" | ".join(["", name, TOLD[row["tool"]], str(row["n"]), *values, ""]).strip())
    processor = record["machine"]["processor"]
    lines += ["", f"Measured {record['date']} on one core ({processor}); a ratio above 1: ours is faster."]
    text = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(r"(<!-- speed -->\n).*?(\n<!-- end -->)", re.DOTALL)
    PAGE.write_text(pattern.sub(lambda m: m.group(1) + "\n".join(lines) + m.group(2), text), encoding="utf-8")


# ---- in the environment of a tool ------------------------------------------------------------


def rate(advance: Advance, clock: Callable[[], float] = time.perf_counter) -> float:
    """Return steps per second, by the difference of a long and a short run: what both spend on compiling drops out."""
    steps = 4
    advance(steps)
    while True:
        (short, before), (long, after) = timed(advance, steps, clock), timed(advance, 4 * steps, clock)
        if after - before > SECONDS:
            return (long - short) / (after - before)
        steps *= 2


def timed(advance: Advance, steps: int, clock: Callable[[], float]) -> tuple[int, float]:
    """Return how many steps were taken, and the seconds they took."""
    begin = clock()
    done = advance(steps)
    return done, clock() - begin


def ours_steps(size: int) -> Advance:
    from branches import particles, potentials

    def advance(steps: int) -> int:
        particles(potentials.kuramoto(), KAPPA, size, [0.0, steps * STEP], 1, step=STEP)
        return steps

    return advance


def plain_steps(size: int, pairs: bool) -> Advance:
    import numpy as np

    rng = np.random.default_rng(1)
    x, sigma = rng.uniform(0, 2 * np.pi, size), np.sqrt(2 * STEP / KAPPA)

    def advance(steps: int) -> int:
        for _ in range(steps):
            if pairs:
                force = np.sin(x[None, :] - x[:, None]).mean(axis=1)
            else:
                z = np.exp(1j * x)
                force = (z.mean() * z.conj()).imag
            x[:] = x + STEP * force + sigma * rng.standard_normal(size)
        return steps

    return advance


def kuramoto_steps(size: int) -> Advance:
    import numpy as np
    from kuramoto import Kuramoto

    calls = [0]

    class Counted(Kuramoto):
        def derivative(self, *arguments: Any) -> Any:
            calls[0] += 1
            return super().derivative(*arguments)

    net = np.ones((size, size))

    def advance(steps: int) -> int:
        calls[0] = 0
        while calls[0] < steps:  # one run of its integrator takes as many evaluations as it likes
            Counted(coupling=1.0, dt=STEP, T=4 * STEP, natfreqs=np.zeros(size)).run(adj_mat=net)
        return calls[0]

    return advance


def jax_steps(size: int) -> Advance:
    import jax
    from jaxkuramoto import Kuramoto, odeint
    from jaxkuramoto.solver import euler

    model = Kuramoto(jax.numpy.zeros(size), 1.0)
    start = jax.random.uniform(jax.random.PRNGKey(1), (size,)) * 6.28

    def advance(steps: int) -> int:
        sol = odeint(model.vector_fn, euler, 0.0, steps * STEP, STEP, start, observable_fn=model.orderparameter)
        sol.final_state.block_until_ready()
        return steps

    return advance


def cost() -> list[dict[str, float]]:
    """Return processor seconds a step of ours, over particles and over modes."""
    from branches import particles, potentials

    rows = []
    for n, modes in [*((n, 30) for n in COST_SIZES), *((10_000, m) for m in COST_MODES)]:
        potential = potentials.harmonics({k: 1 / k**3 for k in range(1, modes + 1)})

        def advance(steps: int, n: int = n, modes: int = modes, potential: Any = potential) -> int:
            particles(potential, 1.0, n, [0.0, steps * SHORT], 1, step=SHORT, n_modes=modes)
            return steps

        fastest = max(rate(advance, time.process_time) for _ in range(REPEATS))
        rows.append({"n": n, "modes": modes, "seconds_per_step": 1.0 / fastest})
    return rows


def draw() -> None:
    """Draw the cost of a step over particles and over modes."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from branches.figures.page import save_page
    from branches.figures.style import BRANCH_COLOURS, GUIDE, RC

    rows = json.loads((HERE / "results" / "particles.json").read_text())["cost"]
    with mpl.rc_context(RC):
        sheet = Figure(figsize=(8.4, 3.4), layout="constrained")
        panels = ((lambda r: r["modes"] == 30, "n", "particles $n$ (30 modes)"),
                  (lambda r: r["n"] == 10_000, "modes", "modes ($n = 10^4$)"))  # fmt: skip
        for ax, (chosen, key, label) in zip(sheet.subplots(1, 2, sharey=True), panels, strict=True):
            points = sorted({(row[key], row["seconds_per_step"]) for row in rows if chosen(row)})
            x, y = zip(*points, strict=True)
            ax.loglog(x, y, "o-", color=BRANCH_COLOURS[0])
            ax.loglog(x, [y[-1] * value / x[-1] for value in x], **GUIDE)
            ax.set_xlabel(label)
        sheet.axes[0].set_ylabel("processor seconds a step")
        save_page(sheet, HERE.parent / "docs" / "figures" / "particles_cost.png")


MAKERS: dict[str, Callable[[int], Advance]] = {
    "ours": ours_steps,
    "NumPy, pairs": lambda size: plain_steps(size, pairs=True),
    "NumPy, order parameter": lambda size: plain_steps(size, pairs=False),
    "kuramoto": kuramoto_steps,
    "jaxkuramoto": jax_steps,
}


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--one", tool, size]:
            print(rate(MAKERS[tool](int(size))))
        case ["--cost"]:
            print(json.dumps(cost()))
        case ["--figure"]:
            draw()
        case _:
            main()
