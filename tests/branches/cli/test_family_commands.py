"""``mvcont coexistence``, ``phase-diagram`` and ``sweep``: answers, files, exit codes, Ctrl-C and bad input."""

import csv
import json
import os
import pty
import signal
import subprocess
import sys
import time

import pytest

from branches.cli.family import NamedFamily, family_over, progress_bar
from branches.sweeps.sweep import dask_executor

ENTRY = [sys.executable, "-c", "from branches.cli import main; main()"]
BIMODAL = ("bimodal", "--range", 0.4, 0.6, "--count", 3)
M_E = 1.267292504257954344


def test_coexistence(mvcont):
    code, out, err = mvcont("coexistence", "noisy-transformer", "--beta", 4)
    assert (code, err) == (0, "")
    assert "0.39147510083604" in out
    assert "discontinuous" in out
    assert "jump of Σ g a²" in out


def test_coexistence_as_json(mvcont):
    code, out, err = mvcont("coexistence", "bimodal", "--m", 0.6, "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["kappa"] == pytest.approx(1.98170352222616, abs=1e-14)
    assert (found["kind"], found["mode"], found["decided_by"]) == ("discontinuous", 1, "diagram")
    assert abs(found["residual"]) < 1e-14
    assert found["states"][0]["free_energy"] == 0.0


def test_coexistence_of_another_mode(mvcont):
    code, out, _ = mvcont("coexistence", "doi-onsager", "--mode", 2, "--json")
    found = json.loads(out)
    assert (code, found["kind"], found["decided_by"]) == (0, "continuous", "criterion")
    assert found["kappa"] == pytest.approx(4.71238898038469, abs=1e-13)


def test_phase_diagram_writes_figures_table_and_json(mvcont, tmp_path):
    arguments = ("bimodal", "--range", 0.4, 1.3, "--count", 10, "--workers", 2, "-o", "here", "--json")
    code, out, err = mvcont("phase-diagram", *arguments)
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert set(found["files"]) == {"csv", "json", "png", "pdf", "svg"}
    assert {path.name for path in (tmp_path / "here").iterdir()} == {f"phase-diagram.{kind}" for kind in found["files"]}
    first, end = found["special_points"]
    assert (first["kind"], end["kind"]) == ("tricritical", "critical end point")
    assert first["parameter"] == pytest.approx(0.5, abs=1e-14)
    assert end["parameter"] == pytest.approx(M_E, abs=2e-12)
    assert found["notes"] == ["the mode of the first onset changes from 1 to 2 between 1 and 1.1"]
    kept = json.loads((tmp_path / "here" / "phase-diagram.json").read_text())
    assert kept == {key: value for key, value in found.items() if key != "files"}
    with (tmp_path / "here" / "phase-diagram.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    (at_one,) = [row for row in rows if (row["m"], row["entry"]) == ("1.0", "transition")]
    assert float(at_one["kappa"]) == pytest.approx(1.75642368814418, abs=1e-13)
    assert (at_one["kind"], at_one["mode"]) == ("discontinuous", "1")


def test_phase_diagram_in_words_from_a_store(mvcont, tmp_path):
    assert mvcont("sweep", *BIMODAL, "--store", "kept")[0] == 0
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "kept").iterdir()}
    code, out, err = mvcont("phase-diagram", *BIMODAL, "--store", "kept")
    assert (code, err) == (0, "")
    assert "bimodal, m = 0.4 … 0.6: 5 values" in out  # two beside the tricritical point
    assert "tricritical" in out
    assert "files in phase-diagram-bimodal-m: phase-diagram.csv" in out
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "kept").iterdir()} == before


def test_values_outside_the_family_are_reported(mvcont):
    arguments = ("hegselmann-krause", "--range", 2.0, 4.0, "--count", 2, "--store", "kept")
    code, out, _ = mvcont("sweep", *arguments, "--json")
    found = json.loads(out)
    assert (code, found["done"], found["computed"], found["status"]) == (0, 1, 1, "finished")
    assert found["failures"][0]["value"] == 4.0
    assert "radius of confidence" in found["failures"][0]["reason"]
    code, out, _ = mvcont("sweep", *arguments)
    assert "1 value done (1 of them before), 1 failed; store: kept" in out
    assert "failed: R = 4: ValueError" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sweep", "bimodal", "--range", 1, 1, "--store", "s"), "--range = 1 1 is not allowed"),
        (("sweep", "bimodal", "--range", 0.4, "nan", "--store", "s"), "two finite numbers"),
        (("sweep", *BIMODAL[:-1], 1, "--store", "s"), "--count = 1 is not allowed"),
        (("sweep", *BIMODAL), "store"),
        (("sweep", *BIMODAL, "--store", "s", "--workers", 0), "workers"),
        (
            ("sweep", *BIMODAL, "--store", "s", "--workers", 2, "--dask", "tcp://127.0.0.1:1"),
            "leave it out with --dask",
        ),
        (("phase-diagram", "bimodial", "--range", 0.4, 0.6), "unknown potential"),
        (("phase-diagram", "kuramoto", "--range", 0.4, 0.6), "does not have one free parameter"),
        (("phase-diagram", "bimodal", "--range", 0.4, 0.6, "--vary", "k"), "k"),
        (("phase-diagram", "harmonics", "--weights", "1,0", "--range", 0.4, 0.6), "--vary g2"),
        (("coexistence", "bimodal", "--m", 0.6, "--kappa-max", -1), "kappa_max = -1.0 is not allowed"),
        (("coexistence", "bimodal", "--m", 0.6, "--mode", 3), "g_3 = 0"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(mvcont, arguments, words):
    code, out, err = mvcont(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("mvcont: error: ")
    assert err.count("\n") == 1
    assert words in err


def test_store_of_another_sweep_is_refused(mvcont):
    assert mvcont("sweep", *BIMODAL, "--store", "kept")[0] == 0
    code, _, err = mvcont("sweep", "hegselmann-krause", "--range", 2, 3, "--store", "kept")
    assert code == 2
    assert "kept holds another sweep" in err
    assert "hegselmann-krause" in err


def test_unreachable_scheduler_is_named(mvcont, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("branches.sweeps.sweep.dask_executor", lambda address: dask_executor(address, 0.5))
    code, _, err = mvcont("sweep", *BIMODAL, "--store", "kept", "--dask", "tcp://127.0.0.1:1")
    assert code == 2
    assert "'tcp://127.0.0.1:1': no Dask scheduler answered" in err


def test_full_disk_is_one_line_and_keeps_the_rest(mvcont, monkeypatch, tmp_path):
    from branches.sweeps.store import Store

    write, room = Store.write, [2]

    def full(store, value, result):
        if not room[0]:
            raise OSError(28, "No space left on device")
        room[0] -= 1
        write(store, value, result)

    monkeypatch.setattr(Store, "write", full)
    code, out, err = mvcont("sweep", *BIMODAL, "--store", "kept")
    assert code == 2
    assert "2 values done" in out
    assert "No space left on device; what was written is in kept" in err.replace("\n", " ")
    assert len(list((tmp_path / "kept").glob("*.nc"))) == 2
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert json.loads(mvcont("sweep", *BIMODAL, "--store", "kept", "--json")[1])["computed"] == 1


def test_ctrl_c_keeps_the_store_and_exits_130(tmp_path):
    many = ("sweep", "bimodal", "--range", "0.3", "2.2", "--count", "3000", "--workers", "2", "--store", "kept")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([*ENTRY, *many], cwd=tmp_path, start_new_session=True, **pipes) as process:
        _wait_for(lambda: len(list(tmp_path.glob("kept/*.nc"))) >= 4)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
        out, err = process.communicate(timeout=20)
    done = len(list(tmp_path.glob("kept/*.nc")))
    assert process.returncode == 130
    assert err.count("\n") == 1
    assert "interrupted: " in err
    assert "run it again to continue" in err
    assert 4 <= done < 3000
    assert abs(int(out.split()[0]) - done) <= 1  # one may have been written, not yet counted


def _wait_for(condition, patience=20.0):
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_progress_is_drawn_on_a_terminal_only(tmp_path):
    arguments = [*map(str, BIMODAL), "--store", "kept"]
    main_end, terminal = pty.openpty()
    with subprocess.Popen(
        [*ENTRY, "sweep", *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm"},
    ) as process:
        os.close(terminal)
        out = process.communicate(timeout=30)[0].decode()
    drawn = os.read(main_end, 65536).decode()
    os.close(main_end)
    assert "3 values done" in out
    assert "0 failed, time left" in drawn
    piped = subprocess.run([*ENTRY, "sweep", *arguments], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert piped.stderr == ""


def test_there_is_no_progress_where_there_is_no_terminal():
    with progress_bar() as progress:
        assert progress is None


def test_a_fixed_parameter_makes_the_other_free():
    family, values = family_over("harmonics", "g2", "1,0,-0.5", None, (0.1, 0.3), 3)
    assert values == pytest.approx([0.1, 0.2, 0.3])
    assert family(0.25).weights(3).tolist() == [1.0, 0.25, -0.5]
    assert family == NamedFamily("harmonics", "g2", (("g1", 1.0), ("g3", -0.5)))


def test_curves(mvcont, tmp_path):
    code, out, err = mvcont("curves", "bimodal", "--range", 0.3, 2.2, "--seeds", 2, "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    points = {point["kind"]: point for point in found["special_points"] if point["q"] > 0.9}
    assert points["critical end point"]["q"] == pytest.approx(M_E, abs=1e-12)
    assert points["tricritical"]["q"] == pytest.approx(1.63493909686161, abs=1e-11)
    assert {line["kind"] for line in found["lines"]} == {"onset", "coexistence", "fold", "pitchfork"}
    assert found["failures"] == []
    with open(found["files"]["csv"], encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    second = [row for row in rows if (row["kind"], row["description"]) == ("onset", "mode 2")]
    assert all(float(row["kappa"]) == pytest.approx(2 / float(row["m"]), rel=1e-14) for row in second)
    assert all((tmp_path / path).stat().st_size > 0 for path in found["files"].values())


def test_curves_in_words(mvcont):
    code, out, _ = mvcont("curves", "noisy-transformer", "--range", 2, 3, "--seeds", 1)
    assert code == 0
    assert "tricritical" in out
    assert "2.446918311289" in out  # β*


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("kuramoto", "--range", 1, 2), "FAMILY = 'kuramoto'"),
        (("bimodal", "--range", 2, 1), "--range = 2 1 is not allowed"),
        (("bimodal", "--range", 0.3, 2, "--seeds", 0), "--seeds"),
    ],
)
def test_curves_refuse(mvcont, arguments, told):
    code, _, err = mvcont("curves", *arguments)
    assert code == 2
    assert told in err
