"""One worker process: a tool on one task in its own environment, asked for one timed run at a time."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
START_PATIENCE = 30.0  # seconds for import and compilation, on top of the limit of a run
LIBRARIES = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA")
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in LIBRARIES} | {
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


class Stopped(Exception):
    """The worker gave no result; ``kind`` is 'unsupported', 'failed' or 'over the limit'."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


class Times(NamedTuple):
    """Seconds of one run by the clock, and of processor time."""

    wall: float
    cpu: float


class Session:
    """A worker that has made its first call; ``first`` holds the seconds of import and first call."""

    def __init__(
        self, python: Path, tool: str, task: str, size: int, counts: str, limit: float, core: int
    ) -> None:
        self._limit, self._lines = limit, b""
        self._process = subprocess.Popen(
            [str(python), str(HERE / "worker.py"), tool, task, str(size), counts],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=HERE,
            env=os.environ | ONE_THREAD, preexec_fn=lambda: os.sched_setaffinity(0, {core}), start_new_session=True,
        )  # fmt: skip
        self.first = self._answer(limit + START_PATIENCE)

    def run(self) -> Times:
        """Return the seconds of one warm run."""
        self._ask("run")
        answer = self._answer(self._limit)
        return Times(answer["seconds"], answer["cpu_seconds"])

    def report(self) -> dict[str, Any]:
        """Return what the last run found, and end the worker."""
        self._ask("report")
        found = self._answer(START_PATIENCE)
        self.close()
        return found

    def close(self) -> None:
        """End the worker, and what it has started: left running, that would slow down whatever comes next."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _ask(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())
        self._process.stdin.flush()

    def _answer(self, patience: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        while b"\n" not in self._lines:
            ready, _, _ = select.select([self._process.stdout], [], [], patience)
            chunk = os.read(self._process.stdout.fileno(), 65536) if ready else None
            if chunk is None:
                self._over()
            if not chunk:
                self.close()
                raise Stopped("failed", f"the process ended with status {self._process.returncode}")
            self._lines += chunk
        line, self._lines = self._lines.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        for kind in ("unsupported", "failed"):
            if kind in answer:
                self.close()
                raise Stopped(kind, answer[kind])
        return answer

    def _over(self) -> None:
        self.close()
        raise Stopped("over the limit", f"one run takes more than {self._limit:.0f} s")
