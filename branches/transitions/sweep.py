"""Sweeps: one task for many parameter values, on any executor, streaming into a store that resumes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from branches.model.potential import finite_number
from branches.transitions.store import Labelled, Store

__all__ = ["Failure", "Sweep", "sweep"]

Task = Callable[[float], Labelled]
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class Failure:
    """A value that gave no result, and why."""

    value: float
    reason: str


@dataclass(frozen=True)
class Sweep:
    """The results of a sweep.

    Parameters
    ----------
    values
        Those that have a result, increasing.
    results
        For each value its arrays by name.
    failures
        Values without a result.
    computed
        How many results were computed now, the others having been in the store.
    status
        'finished', or 'interrupted' with what was done until then.
    """

    values: tuple[float, ...]
    results: tuple[dict[str, NDArray[np.float64]], ...]
    failures: tuple[Failure, ...]
    computed: int
    status: str = "finished"


def sweep(
    task: Task,
    values: Iterable[float],
    *,
    executor: Executor | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Run a task for many values in parallel.

    Parameters
    ----------
    task
        From a value to labelled arrays, ``{name: (dimensions, array)}``. For processes it must be picklable: a
        function of a module or a ``functools.partial`` of one, not a lambda.
    values
        Finite numbers; a repeated one is computed once.
    executor
        Any ``concurrent.futures.Executor``: threads, MPI, or ``distributed.Client(...).get_executor()`` (extra
        ``[dask]``). By default processes on this machine.
    store
        Where results go as each one finishes; what is there already is not computed again.
    progress
        Called with (done, failed, all) after every value.

    Returns
    -------
    Sweep
        Also after Ctrl-C. A value whose task raises, or whose worker process dies, is among the ``failures``
        and does not stop the others.

    Raises
    ------
    ValueError
        If a value is not a finite number.

    Notes
    -----
    A worker that dies takes the tasks of its pool with it: those are run once more, each alone, so that
    only the value that kills its worker fails. An executor that is given must look after its own workers.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(2) as threads:
    ...     found = sweep(lambda x: {"root": ((), x**0.5)}, [4.0, 9.0], executor=threads)
    >>> [float(result["root"]) for result in found.results]
    [2.0, 3.0]
    """
    wanted = sorted({finite_number("values", value) for value in values})
    run = _Run(task, len(wanted), store, progress)
    known = set(store.values()) if store is not None else set()
    for value in wanted:
        if store is not None and value in known:
            run.results[value] = store.read(value)
    pending = [value for value in wanted if value not in run.results]
    status = "finished"
    try:
        broken = run.through(executor, pending)
        for value in broken:
            with ProcessPoolExecutor(1) as alone:
                for killed in run.collect({alone.submit(task, value): value}):
                    run.fail(killed, "its worker process died")
    except KeyboardInterrupt:
        status = "interrupted"
    done = tuple(sorted(run.results))
    failures = tuple(sorted(run.failures, key=lambda failure: failure.value))
    return Sweep(done, tuple(run.results[value] for value in done), failures, run.computed, status)


@dataclass
class _Run:
    """What accumulates."""

    task: Task
    total: int
    store: Store | None
    progress: Progress | None
    results: dict[float, dict[str, NDArray[np.float64]]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    computed: int = 0

    def through(self, executor: Executor | None, pending: list[float]) -> list[float]:
        """Run the pending values and return those whose worker died, to be tried again."""
        if not pending:
            return []
        if executor is None:
            with ProcessPoolExecutor() as pool:
                return self.collect({pool.submit(self.task, value): value for value in pending})
        for value in self.collect({executor.submit(self.task, value): value for value in pending}):
            self.fail(value, "the executor broke: its workers died")
        return []

    def collect(self, futures: dict[Future[Labelled], float]) -> list[float]:
        """Take in results as they finish; return the values whose worker died."""
        broken = []
        try:
            for future in as_completed(futures):
                value = futures[future]
                try:
                    self.take(value, future.result())
                except BrokenExecutor:
                    broken.append(value)
                except Exception as failure:  # the task is the caller's: any error of it is its result
                    self.fail(value, f"{type(failure).__name__}: {failure}")
        except KeyboardInterrupt:
            for future in futures:
                future.cancel()
            raise
        return broken

    def take(self, value: float, result: Labelled) -> None:
        """Keep a result; the store has it before it counts as done."""
        if self.store is not None:
            self.store.write(value, result)
        self.results[value] = {name: np.asarray(data, dtype=float) for name, (_, data) in result.items()}
        self.computed += 1
        self._report()

    def fail(self, value: float, reason: str) -> None:
        """Keep a failure."""
        self.failures.append(Failure(value, reason))
        self._report()

    def _report(self) -> None:
        if self.progress is not None:
            self.progress(len(self.results), len(self.failures), self.total)
