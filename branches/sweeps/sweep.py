"""Sweeps: one task for many parameter values, on any executor, streaming into a store that resumes."""

from __future__ import annotations

import gc
import logging
import math
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from multiprocessing import parent_process
from queue import Empty, SimpleQueue

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.outlets import Exported
from branches.potentials.potential import finite_number, positive_integer
from branches.sweeps.store import Labelled, Store
from continuation import Record, check_time, one_thread, time_left
from continuation import time_limit as limited

__all__ = ["Failure", "Progress", "Sweep", "dask_executor", "sweep"]

Task = Callable[[float], Labelled]
Progress = Callable[[int, int, int], None]
LOGGER = logging.getLogger("branches")
PATIENCE = 10.0  # seconds in which a Dask scheduler must answer, and have a worker
IN_FLIGHT = 2  # values submitted at a time for each process of this machine: one runs, one waits
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, eq=False, repr=False)
class Failure(Record):
    """A value that gave no result, and why."""

    value: float
    reason: str


@dataclass(frozen=True, eq=False, repr=False)
class Sweep(Exported, Record):
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
        'finished'; or 'interrupted' or 'stopped' (the store could not be written), with what was done until then.
    message
        Why it stopped.
    """

    values: tuple[float, ...]
    results: tuple[dict[str, NDArray[np.float64]], ...]
    failures: tuple[Failure, ...]
    computed: int
    status: str = "finished"
    message: str = ""

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[tuple[float, dict[str, NDArray[np.float64]]]]:
        """Go through the values and their results."""
        return zip(self.values, self.results, strict=True)


def sweep(
    task: Task,
    values: Iterable[float],
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
    time_limit: float | None = None,
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
        Any ``concurrent.futures.Executor``: threads, MPI, or that of :func:`dask_executor`. By default processes
        on this machine.
    workers
        How many processes where no executor is given; by default one for each processor.
    store
        Where results go as each one finishes; what is there already is not computed again.
    progress
        Called with (done, failed, all) at the start and after every value.
    time_limit
        Seconds after which what there is comes back, as after Ctrl-C; no limit by default.

    Returns
    -------
    Sweep
        Also after Ctrl-C, or when the store cannot be written any more. A value whose task raises, or whose
        worker process dies, is among the ``failures`` and does not stop the others.

    Raises
    ------
    ValueError
        If a value is not a finite number, ``workers`` not an integer ≥ 1, or ``time_limit`` not positive.

    Notes
    -----
    A process that dies takes those values with it that were handed out: they are run once more, each alone, so
    that only the value that kills its process fails. An executor that is given must look after its own workers.

    Linear algebra runs on one thread in every worker process, whatever the executor: the values are what is
    parallel, and threads that compete for the same processors make several workers slower than one.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(2) as threads:
    ...     found = sweep(lambda x: {"root": ((), x**0.5)}, [4.0, 9.0], executor=threads)
    >>> [float(result["root"]) for result in found.results]
    [2.0, 3.0]
    """
    wanted = sorted({finite_number("values", value) for value in values})
    count = (os.cpu_count() or 1) if workers is None else positive_integer("workers", workers)
    run = _Run(partial(_in_worker, task), len(wanted), store, progress)
    known = set(store.values()) if store is not None else set()
    if store is not None:
        run.results.update({value: store.read(value) for value in wanted if value in known})
    pending = [value for value in wanted if value not in run.results]
    status, message = "finished", ""
    try:
        with limited(time_limit):
            run.report()
            if executor is None:
                run.on_this_machine(pending, min(count, max(len(pending), 1)))
            else:
                run.on(executor, pending)
    except KeyboardInterrupt as stop:
        status, message = "interrupted", str(stop) or "interrupted"
    except OSError as error:
        status, message = "stopped", f"stopped, as the results cannot be kept: {error}"
    done = tuple(sorted(run.results))
    failures = tuple(sorted(run.failures, key=lambda failure: failure.value))
    return Sweep(done, tuple(run.results[value] for value in done), failures, run.computed, status, message)


@contextmanager
def dask_executor(address: str, patience: float = PATIENCE) -> Iterator[Executor]:
    """Connect to a Dask cluster (extra ``[dask]``) and yield an executor on it.

    Parameters
    ----------
    address
        Of the scheduler, such as ``tcp://127.0.0.1:8786``.
    patience
        Seconds in which it must answer, and have a worker.

    Raises
    ------
    ImportError
        If ``distributed`` is not installed.
    OSError
        If nothing answers there in time, or there is no worker.
    """
    try:
        distributed = import_module("distributed")
    except ImportError:
        raise ImportError("a Dask cluster needs distributed: install the extra [dask]") from None
    gc.collect()  # a client that failed to connect before closes when collected: inside the next one it would hang
    try:
        client = distributed.Client(address, timeout=patience)
    except (OSError, ValueError, TypeError) as error:
        raise OSError(
            f"address = {address!r}: no Dask scheduler answered within {patience:g} s "
            f"({type(error).__name__}); start one, and give its address, such as tcp://127.0.0.1:8786"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=patience)
        except TimeoutError:
            raise OSError(
                f"address = {address!r}: this Dask scheduler had no worker within {patience:g} s; start one"
            ) from None
        with client.get_executor() as executor:
            yield executor


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

    def on(self, executor: Executor, pending: list[float]) -> None:
        """Run the pending values on an executor that looks after its own workers."""
        broken, rest = self.collect(executor, pending, len(pending))
        for value in (*broken, *rest):
            self.fail(value, "the executor broke: its workers died")

    def on_this_machine(self, pending: list[float], workers: int) -> None:
        """Run the pending values in processes; those in flight when one of these dies are tried again alone."""
        while pending:
            with _processes(workers) as pool:
                suspects, pending = self.collect(pool, pending, IN_FLIGHT * workers)
            for value in suspects:
                with _processes(1) as pool:
                    killers, _ = self.collect(pool, [value], 1)
                for killer in killers:
                    self.fail(killer, "its worker process died")

    def collect(self, executor: Executor, pending: list[float], at_once: int) -> tuple[list[float], list[float]]:
        """Take in results as they finish; return the values lost with the executor, and those it never had."""
        waiting, broken = deque(pending), list[float]()
        flying: dict[Future[Labelled], float] = {}
        finished: SimpleQueue[Future[Labelled]] = SimpleQueue()
        try:
            while flying or (waiting and not broken):
                while waiting and not broken and len(flying) < at_once:
                    value = waiting.popleft()
                    try:
                        future = executor.submit(self.task, value)
                    except BrokenExecutor:
                        broken.append(value)
                    else:
                        flying[future] = value
                        future.add_done_callback(finished.put)
                if flying:
                    future = _next(finished)
                    self.settle(future, flying.pop(future), broken)
        finally:
            for future in flying:
                future.cancel()
        return broken, list(waiting)

    def settle(self, future: Future[Labelled], value: float, broken: list[float]) -> None:
        """Keep the result of a finished value, or why there is none."""
        try:
            result = future.result()
        except BrokenExecutor:
            broken.append(value)
        except CancelledError:
            self.fail(value, "the executor cancelled it: it lost its workers, or was shut down")
        except Exception as failure:  # the task is the caller's: any error of it is its result
            self.fail(value, f"{type(failure).__name__}: {failure}")
        else:
            self.take(value, result)

    def take(self, value: float, result: Labelled) -> None:
        """Keep a result; the store has it before it counts as done."""
        if self.store is not None:
            self.store.write(value, result)
        self.results[value] = {name: np.asarray(data, dtype=float) for name, (_, data) in result.items()}
        LOGGER.info("value %.10g done", value)
        self.computed += 1
        self.report()

    def fail(self, value: float, reason: str) -> None:
        """Keep a failure."""
        self.failures.append(Failure(value, reason))
        LOGGER.info("value %.10g failed: %s", value, reason)
        self.report()

    def report(self) -> None:
        """Tell how far the sweep is."""
        if self.progress is not None:
            self.progress(len(self.results), len(self.failures), self.total)


def _processes(workers: int) -> ProcessPoolExecutor:
    """Return a pool of processes that end silently at Ctrl-C."""
    return ProcessPoolExecutor(workers, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_DFL))


def _next(finished: SimpleQueue[Future[Labelled]]) -> Future[Labelled]:
    """Return the next task that is finished; raises OutOfTime where none is in time."""
    left = time_left()
    try:
        return finished.get(timeout=None if left == math.inf else max(left, 0.0))
    except Empty:
        check_time()
        raise


def _in_worker(task: Task, value: float) -> Labelled:
    """Run a task, with one thread for linear algebra if this is a worker process."""
    if parent_process() is not None:
        _single_thread(os.getpid())
    return task(value)


@cache
def _single_thread(_: int) -> None:
    """Once in a process: limit the libraries that are loaded, and by the environment those that will be."""
    os.environ.update(dict.fromkeys(THREADS, "1"))
    one_thread()
