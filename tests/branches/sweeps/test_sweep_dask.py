"""Sweeps on a real Dask cluster: several workers, one killed in mid-run, and addresses at which there is none."""

import os
import signal
import threading
import time

import numpy as np
import pytest

from branches import potentials
from branches.sweeps.phase_diagram import phase_diagram
from branches.sweeps.store import Store
from branches.sweeps.sweep import dask_executor, sweep

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def slow_square(x):
    time.sleep(0.2)
    return {"square": ((), x * x), "process": ((), os.getpid())}


def fails_at_two(x):
    if x == 2.0:
        raise ArithmeticError("no square of two today")
    return slow_square(x)


@pytest.fixture(scope="module")
def cluster():
    """Two workers in processes of their own; a new one takes the place of one that dies."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as running:
        yield running


@pytest.mark.slow
def test_results_come_from_several_workers(cluster):
    with dask_executor(cluster.scheduler_address) as executor:
        found = sweep(fails_at_two, range(8), executor=executor)
    assert [float(r["square"]) for r in found.results] == [0.0, 1.0, *(float(k * k) for k in range(3, 8))]
    assert [f.reason for f in found.failures] == ["ArithmeticError: no square of two today"]
    processes = {int(r["process"]) for r in found.results}
    assert len(processes) == 2
    assert os.getpid() not in processes


@pytest.mark.slow
def test_a_worker_killed_in_mid_run_loses_nothing(cluster, tmp_path):
    store, killed = Store.open(tmp_path, {"task": "square"}), []

    def kill(done, failed, total):
        if done == 4 and not killed:
            victim = next(iter(cluster.workers.values()))
            killed.append(victim.pid)
            threading.Thread(target=os.kill, args=(victim.pid, signal.SIGKILL)).start()

    with dask_executor(cluster.scheduler_address) as executor:
        found = sweep(slow_square, range(24), executor=executor, store=store, progress=kill)
    assert killed
    assert (found.status, found.failures) == ("finished", ())
    assert [float(r["square"]) for r in found.results] == [float(k * k) for k in range(24)]
    assert store.values() == found.values
    assert len({int(r["process"]) for r in found.results}) >= 3  # the two, and the one in place of the dead


@pytest.mark.slow
def test_phase_diagram_on_a_cluster_is_that_of_this_machine(cluster, tmp_path):
    values = np.linspace(0.4, 1.7, 8)
    with dask_executor(cluster.scheduler_address) as executor:
        there = phase_diagram(potentials.bimodal, values, executor, store=tmp_path)
    here = phase_diagram(potentials.bimodal, values, workers=2)
    assert [column.pattern for column in there.columns] == [column.pattern for column in here.columns]
    for one, other in zip(there.columns, here.columns, strict=True):
        assert [t[0] for t in one.transitions] == pytest.approx([t[0] for t in other.transitions], abs=1e-13)
    assert phase_diagram(potentials.bimodal, values, workers=1, store=tmp_path).computed == 0


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere", "tcp://"])
def test_an_address_without_scheduler_is_named_in_time(address):
    begin = time.perf_counter()
    with pytest.raises(OSError, match=f"address = '{address}': no Dask scheduler"), dask_executor(address, 1.0):
        pass
    assert time.perf_counter() - begin < 5


@pytest.mark.slow
def test_a_scheduler_without_workers_is_named_in_time():
    with distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=None) as empty:
        begin = time.perf_counter()
        refused = pytest.raises(OSError, match="had no worker within 1 s")
        with refused, dask_executor(empty.scheduler_address, 1.0):
            pass
        assert time.perf_counter() - begin < 5
