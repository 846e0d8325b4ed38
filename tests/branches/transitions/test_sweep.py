"""Sweeps and phase diagrams: any executor, a store that resumes, failures that stop nothing."""

import os
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

from branches import potentials
from branches.transitions import store as store_module
from branches.transitions.phase_diagram import Change, phase_diagram
from branches.transitions.store import Store
from branches.transitions.sweep import sweep

M_E = 1.267292504257954344


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


def test_a_full_disk_leaves_what_was_written_readable(tmp_path, monkeypatch):
    store = Store.open(tmp_path, {"task": "square"})
    with ThreadPoolExecutor(1) as pool:
        sweep(square, [1.0], executor=pool, store=store)
        import scipy.io

        def full(*args, **kwargs):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(scipy.io, "netcdf_file", full)
        found = sweep(square, [1.0, 2.0], executor=pool, store=Store(tmp_path / "none"))
        assert "No space left" in found.failures[0].reason
        monkeypatch.undo()
        found = sweep(square, [1.0, 2.0], executor=pool, store=store)
    assert (found.values, found.computed) == ((1.0, 2.0), 1)
    assert not [path for path in tmp_path.iterdir() if path.suffix not in (".nc", ".json")]
    assert store_module.CONFIGURATION in {path.name for path in tmp_path.iterdir()}


def test_store_combines_with_xarray(tmp_path):
    pytest.importorskip("xarray")
    store = Store.open(tmp_path, {})
    sweep(square, [2.0, 1.0], executor=None, store=store)
    data = store.dataset("m")
    assert data["square"].dims == ("m",)
    assert data["square"].sel(m=2.0).item() == 4.0
    assert data["row"].shape == (2, 3)


@pytest.mark.slow
def test_sweep_on_a_dask_cluster():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as executor,
    ):
        found = sweep(square, range(8), executor=executor)
    assert [float(r["square"]) for r in found.results] == [float(k * k) for k in range(8)]


def test_bimodal_phase_diagram_has_its_three_special_points():
    values = [0.4, 0.45, 0.55, 0.8, 1.0, 1.2, 1.3, 1.5, 1.6, 1.67, 2.0]
    found = phase_diagram(potentials.bimodal, values)
    assert [(c.low, c.high) for c in found.changes] == [(0.45, 0.55), (1.2, 1.3), (1.6, 1.67)]
    polar, nematic = ("continuous", 1), ("continuous", 2)
    jump = ("discontinuous", 1)
    patterns = [found.columns[0].pattern, *(change.after for change in found.changes)]
    assert patterns == [(polar,), (jump,), (nematic, jump), (nematic, polar)]
    assert all(column.violations == 0 for column in found.columns)
    resonant = found.columns[4]
    assert resonant.transitions[0][0] == pytest.approx(1.75642368814418, abs=1e-14)
    assert resonant.folds[0][0] == pytest.approx(1.72846021877044, abs=1e-14)
    assert [resonant.winner(kappa) for kappa in (1.75, 1.76)] == [0, 1]


def test_critical_end_point_by_bisection():
    start = Change(1.2, 1.3, (("discontinuous", 1),), (("continuous", 2), ("discontinuous", 1)))
    with ThreadPoolExecutor(1) as pool:
        found = phase_diagram(potentials.bimodal, [1.2, 1.3], pool)
    assert found.changes == (start,)
    located = found.refined(potentials.bimodal, start, 1e-12)
    assert max(abs(located.low - M_E), abs(located.high - M_E)) < 3e-12


def test_stored_phase_diagram_is_the_same_and_guarded(tmp_path):
    with ThreadPoolExecutor(1) as pool:
        first = phase_diagram(potentials.bimodal, [0.6, 0.7], pool, store=tmp_path)
        second = phase_diagram(potentials.bimodal, [0.6, 0.7], pool, store=tmp_path)
        assert first == second
        with pytest.raises(ValueError, match="holds another sweep"):
            phase_diagram(potentials.noisy_transformer, [3.0], pool, store=tmp_path)
        with pytest.raises(ValueError, match="reach"):
            phase_diagram(potentials.bimodal, [0.6], pool, reach=1.0)


def test_values_outside_the_family_are_failures():
    with ThreadPoolExecutor(1) as pool:
        found = phase_diagram(potentials.hegselmann_krause, [2.0, 4.0], pool)
    assert [column.value for column in found.columns] == [2.0]
    assert "radius of confidence" in found.failures[0].reason
