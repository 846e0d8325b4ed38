"""The replicas of an ensemble: run on any executor, kept in a store, put together."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from branches.dynamics.ensemble import Ensemble
from branches.dynamics.walk import Moment, Plan, walk
from branches.potentials.potential import Potential
from branches.sweeps.store import Labelled, Store
from branches.sweeps.sweep import Progress, Sweep, sweep

__all__ = ["Run"]


@dataclass(frozen=True, eq=False)
class Run:
    """The replicas of one plan."""

    potential: Potential
    plan: Plan
    replicas: int
    method: str

    def configuration(self) -> dict[str, Any]:
        """Return what a replica depends on, as plain data."""
        plan = self.plan
        return {
            "task": "particles", "potential": self.potential.to_dict(int(plan.force.modes[-1])), "n": plan.n,
            "t": plan.t.tolist(), "kappa": [str(k) for k in plan.kappa.tolist()], "seed": plan.seed,
            "start": plan.start.fingerprint(), "method": self.method, "step": plan.step,
            "n_modes": int(plan.force.modes[-1]),
        }  # fmt: skip

    def collect(
        self, executor: Executor | None, workers: int, store: Store | None, progress: Progress | None
    ) -> Ensemble:
        """Run all replicas and return their record."""
        rescued: list[Labelled] = []
        if executor is None and workers == 1:
            return self._record(self._one_by_one(store, progress, rescued), rescued)
        intervals = self.plan.t.size - 1

        def by_intervals(done: int, failed: int, total: int) -> None:
            if progress is not None:
                progress(done * intervals, failed * intervals, total * intervals)

        numbers = [float(k) for k in range(self.replicas)]
        task = partial(_replica, self.plan)
        found = sweep(task, numbers, executor=executor, workers=workers, store=store, progress=by_intervals)
        return self._record(found, rescued)

    def _one_by_one(self, store: Store | None, progress: Progress | None, rescued: list[Labelled]) -> Sweep:
        """Run the replicas here, each with the store before the next one begins."""
        meter = _Meter(progress, self.plan.t.size - 1, self.replicas)
        task = partial(_replica, self.plan, meter=meter, rescued=rescued)
        parts: list[Sweep] = []
        for number in range(self.replicas):
            parts.append(sweep(task, [float(number)], executor=_Here(), store=store))
            if parts[-1].status != "finished":
                break
        return Sweep(
            sum((part.values for part in parts), ()),
            sum((part.results for part in parts), ()),
            sum((part.failures for part in parts), ()),
            sum(part.computed for part in parts),
            parts[-1].status,
            parts[-1].message,
        )

    def _record(self, found: Sweep, rescued: list[Labelled]) -> Ensemble:
        results = list(found.results)
        notes = [found.message] if found.message else []
        if not results and rescued:
            results = [{name: np.asarray(data) for name, (_, data) in rescued[0].items()}]
            notes.append(f"one replica, until t = {self.plan.t[len(results[0]['re']) - 1]:g}")
        if not results:
            if found.status == "interrupted":
                raise KeyboardInterrupt
            reason = found.failures[0].reason if found.failures else found.message
            raise ValueError(f"no replica has a result: {reason}")
        if len(results) < self.replicas:
            notes.append(f"{len(results)} of {self.replicas} replicas")
        notes += [f"replica {failure.value:g}: {failure.reason}" for failure in found.failures]
        plan, size = self.plan, len(results[0]["re"])
        z = np.stack([result["re"] + 1j * result["im"] for result in results])
        return Ensemble(
            self.potential, plan.kappa[:size].copy(), plan.n, plan.t[:size].copy(), plan.force.modes[: z.shape[2]], z,
            np.stack([result["power"] for result in results]),
            np.stack([result["sample"] for result in results]), np.stack([result["carried"] for result in results]),
            self.method, plan.step, int(plan.force.modes[-1]), plan.seed, plan.force.neglected,
            found.status, "; ".join(notes),
        )  # fmt: skip


class _Here(Executor):
    """Runs what is submitted at once, in this thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run and return; an interrupt passes through."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # belongs to the one who asks for the result
            future.set_exception(error)
        return future


@dataclass
class _Meter:
    """Counts the intervals done in all replicas."""

    progress: Progress | None
    intervals: int
    replicas: int

    def show(self, replica: int, done: int) -> None:
        if self.progress is not None:
            self.progress(replica * self.intervals + done, 0, self.replicas * self.intervals)


def _replica(
    plan: Plan, number: float, meter: _Meter | None = None, rescued: list[Labelled] | None = None
) -> Labelled:
    """Return one replica as labelled arrays; what there is of it at Ctrl-C is put into ``rescued``."""
    moments: list[Moment] = []
    try:
        for moment in walk(plan, int(number)):
            moments.append(moment)
            if meter is not None:
                meter.show(int(number), len(moments) - 1)
    except KeyboardInterrupt:
        if rescued is not None and len(moments) > 1:
            rescued.append(_labelled(moments))
        raise
    return _labelled(moments)


def _labelled(moments: list[Moment]) -> Labelled:
    z = np.stack([moment.z for moment in moments])
    over = ("time", "mode")
    return {
        "re": (over, z.real),
        "im": (over, z.imag),
        "power": (("interval", "mode"), np.stack([moment.power for moment in moments[1:]])),
        "sample": (("particle",), moments[-1].sample),
        "carried": (("particle",), moments[-1].carried),
    }
