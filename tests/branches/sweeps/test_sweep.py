"""Sweeps: any executor, a store that resumes, failures that stop nothing."""

import errno
import os
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from branches.sweeps.store import Store
from branches.sweeps.sweep import sweep


def square(x):
    return {"square": ((), x * x), "row": (("k",), x * np.arange(3.0))}


def fails_at_two(x):
    if x == 2.0:
        raise ArithmeticError("no square of two today")
    return square(x)


def dies_at_two(x):
    if x == 2.0:
        os._exit(1)
    return square(x)


def slow_square(x):
    time.sleep(0.3)
    return square(x)


@pytest.mark.parametrize("executor", [None, ThreadPoolExecutor, ProcessPoolExecutor])
def test_results_do_not_depend_on_the_executor(executor):
    if executor is None:
        found = sweep(square, [3.0, 1.0, 2.0, 1.0])
    else:
        with executor(2) as pool:
            found = sweep(square, [3.0, 1.0, 2.0, 1.0], executor=pool)
    assert found.values == (1.0, 2.0, 3.0)
    assert [float(r["square"]) for r in found.results] == [1.0, 4.0, 9.0]
    assert found.results[2]["row"].tolist() == [0.0, 3.0, 6.0]
    assert (found.failures, found.computed, found.status) == ((), 3, "finished")


def test_one_failure_stops_nothing_and_says_why():
    found = sweep(fails_at_two, [1.0, 2.0, 3.0])
    assert found.values == (1.0, 3.0)
    (failure,) = found.failures
    assert (failure.value, failure.reason) == (2.0, "ArithmeticError: no square of two today")


def test_a_worker_that_dies_takes_only_its_own_value_along():
    found = sweep(dies_at_two, [1.0, 2.0, 3.0, 4.0, 5.0])
    assert found.values == (1.0, 3.0, 4.0, 5.0)
    assert [f.value for f in found.failures] == [2.0]
    assert "died" in found.failures[0].reason


def test_a_death_in_a_long_sweep_costs_no_other_value_and_little_time(tmp_path):
    begin = time.perf_counter()
    found = sweep(dies_at_two, range(300), workers=2, store=Store.open(tmp_path, {}))
    assert (len(found.values), [f.value for f in found.failures], found.status) == (299, [2.0], "finished")
    assert time.perf_counter() - begin < 10  # not one new process a value


def threads_of_linear_algebra(x):
    from threadpoolctl import threadpool_info

    np.linalg.inv(np.eye(2))
    return {"threads": ((), max((library["num_threads"] for library in threadpool_info()), default=1))}


@pytest.mark.parametrize("executor", [None, ProcessPoolExecutor])
def test_worker_processes_compute_on_one_thread(executor):
    if executor is None:
        found = sweep(threads_of_linear_algebra, [1.0, 2.0], workers=2)
    else:
        with executor(2) as pool:
            found = sweep(threads_of_linear_algebra, [1.0, 2.0], executor=pool)
    assert [float(result["threads"]) for result in found.results] == [1.0, 1.0]


@pytest.mark.parametrize("workers", [0, 1.5])
def test_number_of_workers_is_checked(workers):
    with pytest.raises((ValueError, TypeError), match="workers"):
        sweep(square, [1.0], workers=workers)


def test_a_store_resumes_and_recomputes_nothing(tmp_path):
    store = Store.open(tmp_path / "s", {"task": "square"})
    assert sweep(fails_at_two, [1.0, 2.0], store=store).computed == 1
    again = sweep(square, [1.0, 2.0, 0.1], store=Store.open(tmp_path / "s", {"task": "square"}))
    assert again.computed == 2
    assert again.values == (0.1, 1.0, 2.0)
    assert float(again.results[0]["square"]) == 0.1 * 0.1


def test_an_interrupt_keeps_what_is_done(tmp_path):
    store = Store.open(tmp_path, {"task": "square"})

    def stop(done, failed, total):
        if done == 2:
            raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool:
        found = sweep(slow_square, range(6), executor=pool, store=store, progress=stop)
    assert (found.status, len(found.values)) == ("interrupted", 2)
    assert store.values() == found.values


def test_another_configuration_is_refused_by_name(tmp_path):
    Store.open(tmp_path, {"family": "bimodal", "reach": 1.6})
    with pytest.raises(ValueError, match=r"reach: 1.6 there, 2.0 here"):
        Store.open(tmp_path, {"family": "bimodal", "reach": 2.0})


def test_a_folder_of_other_files_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ValueError, match="neither empty nor a store"):
        Store.open(tmp_path, {})
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_a_full_disk_stops_the_run_and_leaves_what_was_written_readable(tmp_path, monkeypatch):
    store = Store.open(tmp_path, {"task": "square"})
    written, room = Path.write_bytes, [2]

    def full(path, data):
        if not room[0]:
            written(path, data[:10])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        room[0] -= 1
        return written(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with ThreadPoolExecutor(1) as pool:
        found = sweep(square, range(50), executor=pool, store=store)
    assert (found.status, found.values, found.computed) == ("stopped", (0.0, 1.0), 2)
    assert "No space left on device" in found.message
    monkeypatch.undo()
    assert {path.name for path in tmp_path.iterdir()} == {"configuration.json", "0.0.nc", "1.0.nc"}
    again = sweep(square, [0.0, 1.0, 2.0], store=Store.open(tmp_path, {"task": "square"}))
    assert ([float(r["square"]) for r in again.results], again.computed) == ([0.0, 1.0, 4.0], 1)


def test_damaged_files_of_a_store_are_named(tmp_path):
    store = Store.open(tmp_path, {})
    (tmp_path / "1.0.nc").write_bytes(b"CDF")
    with pytest.raises(ValueError, match=r"1\.0\.nc is damaged .* remove it"):
        sweep(square, [1.0], store=store)
    (tmp_path / "configuration.json").write_text("{")
    with pytest.raises(ValueError, match=r"configuration\.json is damaged"):
        Store.open(tmp_path, {})


def test_store_combines_with_xarray(tmp_path):
    pytest.importorskip("xarray")
    store = Store.open(tmp_path, {})
    sweep(square, [2.0, 1.0], executor=None, store=store)
    data = store.dataset("m")
    assert data["square"].dims == ("m",)
    assert data["square"].sel(m=2.0).item() == 4.0
    assert data["row"].shape == (2, 3)
