"""The command as a user meets it: answers, files, exit codes, and every way to get it wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

import branches
from branches.files.archive import load

ENTRY = [sys.executable, "-c", "from branches.cli import main; main()"]
FILES = {
    "diagram.save", "points.csv", "special_points.csv", "diagram.json", "diagram.graphml", "diagram.png",
    "diagram.pdf", "diagram.svg",
}  # fmt: skip


@pytest.fixture
def no_figure(monkeypatch):
    """Leave the figure out where the test is about something else."""
    import branches.figures.diagram_figure

    def no_figures(diagram, folder, formats):
        return (folder,) * len(formats)

    monkeypatch.setattr(branches.figures.diagram_figure, "save_figure", no_figures)


def test_the_first_command(mvcont, tmp_path):
    code, out, err = mvcont("diagram", "noisy-transformer", "--beta", 4)
    assert (code, err) == (0, "")
    folder = tmp_path / "noisy-transformer-beta-4"
    assert {path.name for path in folder.iterdir()} == FILES
    assert "0.387068995952" in out
    assert "subcritical" in out
    assert "κ = 0.391475100836" in out
    assert "half-branches: 2 owed, 2 found" in out
    assert "files in noisy-transformer-beta-4" in out
    diagram = load(folder / "diagram.save")
    assert diagram.node("fold 1").kappa == pytest.approx(0.38706899595204, rel=1e-13)


@pytest.mark.usefixtures("no_figure")
def test_json_and_nothing_else(mvcont, tmp_path):
    code, out, err = mvcont("diagram", "bimodal", "--m", 0.6, "--kappa-max", 2.5, "-o", "here", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert [point["name"] for point in document["special_points"]] == ["fold 1", "onset 1"]
    assert document["coexistence"][0]["kappa"] == pytest.approx(1.98170352222616, rel=1e-12)
    assert document["completeness"]["found"] == document["completeness"]["owed"] == 1
    assert os.path.samefile(document["files"]["archive"], tmp_path / "here" / "diagram.save")


@pytest.mark.usefixtures("no_figure")
@pytest.mark.parametrize(
    "arguments",
    [
        ("kuramoto", "--kappa-max", 1.5),  # below the first onset
        ("log-gas", "--strength", -1),  # repulsive
        ("bimodal", "--m", -1, "--kappa-max", 1),
        ("harmonics", "-p", "g2=-1"),
        ("harmonics", "--weights", "0"),  # no interaction
    ],
)
def test_the_uniform_state_alone_is_an_answer(mvcont, arguments):
    code, out, err = mvcont("diagram", *arguments, "-o", "out")
    assert (code, err) == (0, "")
    assert "the uniform state only, stable" in out


@pytest.mark.usefixtures("no_figure")
def test_options(mvcont):
    code, out, _ = mvcont(
        "diagram", "harmonics", "--weights", "1,0.6", "--modes", "1..2", "--n-modes", 24, "--depth", 0,
        "--kappa-max", 4.5, "-o", "out", "--json",
    )  # fmt: skip
    document = json.loads(out)
    assert code == 0
    assert document["completeness"]["not_followed"] == 1  # the branch of the pitchfork: depth 0
    assert document["potential"]["parameters"] == {"g1": 1.0, "g2": 0.6}
    code, out, _ = mvcont("diagram", "noisy-transformer", "-p", "beta=2", "-p", "scaled=true", "--json")
    assert json.loads(out)["potential"]["parameters"] == {"beta": 2.0, "scaled": True}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("diagram", "noisy-transfomer"), ("'noisy-transfomer'", "did you mean noisy-transformer")),
        (("diagram", "noisy-transformer"), ("noisy-transformer needs --beta",)),
        (("diagram", "kuramoto", "--beta", 4), ("takes no parameters", "--beta")),
        (("diagram", "noisy-transformer", "--beta", -1), ("--beta = -1.0", "> 0")),
        (("diagram", "noisy-transformer", "--beta", "inf"), ("beta = inf", "finite")),
        (("diagram", "noisy-transformer", "--beta", "four"), ("--beta", "'four' is not a number")),
        (("diagram", "noisy-transformer", "--beta", 1000), ("--beta = 1000.0", "-p scaled=true")),
        (("diagram", "hegselmann-krause", "--radius", 4), ("--radius = 4.0", "(0, π]")),
        (("diagram", "harmonics", "--weights", "1,nan"), ("g", "nan", "finite")),
        (("diagram", "harmonics", "--weights", ""), ("g1", "number")),
        (("diagram", "harmonics", "-p", "g1"), ("NAME=VALUE",)),
        (("diagram", "kuramoto", "--kappa-max", 0), ("--kappa-max = 0", "positive")),
        (("diagram", "kuramoto", "--kappa-max", "nan"), ("--kappa-max = nan", "positive")),
        (("diagram", "kuramoto", "--modes", "2"), ("mode n = 2", "g_2 = 0")),
        (("diagram", "kuramoto", "--modes", "1-3"), ("--modes = '1-3'", "1..8")),
        (("diagram", "kuramoto", "--n-modes", 1), ("--n-modes = 1", "at least 2")),
        (("diagram", "kuramoto", "--depth", -1), ("--depth = -1",)),
        (("diagram", "kuramoto", "--depth", 1.5), ("--depth", "'1.5' is not an integer")),
        (("diagram", "kuramoto", "--betta", 1), ("--betta",)),
        (("diagram",), ("POTENTIAL",)),
        (("digram", "kuramoto"), ("digram",)),
        (("onset", "kuramoto", "--modes", "0"), ("--modes = '0'",)),
        (("onset", "kuramoto", "--modes", "2..4"), ("g_2 = 0",)),
        (("tricritical", "bimodal", "--bracket", 0.6, 0.9), ("bracket", "zero")),
        (("tricritical", "kuramoto", "--bracket", 0, 1), ("'kuramoto'", "one free parameter")),
        (("tricritical", "bimodl", "--bracket", 0, 1), ("'bimodl'", "bimodal")),
        (("tricritical", "bimodal", "--bracket", 0.1, 0.9, "--digits", 0), ("--digits = 0",)),
        (("resonances", "kuramoto", "--n-modes", 0), ("--n-modes = 0",)),
        (("resonances", "kuramoto", "--tolerance", -1), ("--tolerance = -1",)),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(mvcont, tmp_path, arguments, words):
    code, out, err = mvcont(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("mvcont: error: ")
    assert err.count("\n") == 1
    for word in words:
        assert word in err
    assert not list(tmp_path.iterdir())


def test_an_unwritable_folder_is_refused_before_the_work(mvcont, tmp_path, monkeypatch):
    def never(*args, **kwargs):
        raise AssertionError("the work has started")

    monkeypatch.setattr("branches.diagrams.build.diagram", never)
    (tmp_path / "file").write_text("")
    code, out, err = mvcont("diagram", "kuramoto", "-o", tmp_path / "file")
    assert (code, out) == (2, "")
    assert "cannot write into the folder" in err
    (tmp_path / "diagram.save").write_text("not a diagram")
    code, out, err = mvcont("diagram", "kuramoto", "-o", tmp_path, "--force")
    assert (code, out) == (2, "")
    assert "not replaced" in err
    assert (tmp_path / "diagram.save").read_text() == "not a diagram"


@pytest.mark.usefixtures("no_figure")
def test_ctrl_c_saves_what_was_found(mvcont, tmp_path, monkeypatch):
    @contextmanager
    def stop_after_the_first_branch(title, screen):
        def stop(message, done, known):
            raise KeyboardInterrupt

        yield stop

    monkeypatch.setattr("branches.cli.diagram.progress_bar", stop_after_the_first_branch)
    code, out, err = mvcont("diagram", "noisy-transformer", "--beta", 4, "-o", "out")
    assert code == 130
    assert "interrupted: what was found so far is in out" in err
    assert "0.387068995952" in out
    diagram = branches.Diagram.load(tmp_path / "out" / "diagram.save")
    assert (diagram.status, len(diagram.branches)) == ("interrupted", 1)
    assert diagram.completeness.not_followed == 1


SLOW_AFTER_ONE_BRANCH = """
import contextlib, pathlib, time
import branches.cli.diagram

@contextlib.contextmanager
def progress(title, screen):
    def wait(message, done, known):
        pathlib.Path("one branch").touch()
        time.sleep(60)
    yield wait

branches.cli.diagram.progress_bar = progress
branches.cli.main()
"""


def test_a_real_signal(tmp_path):
    command = [sys.executable, "-c", SLOW_AFTER_ONE_BRANCH, "diagram", "noisy-transformer", "--beta", "4"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, **pipes) as process:
        deadline = time.monotonic() + 30
        while not (tmp_path / "one branch").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "mvcont: interrupted: what was found so far is in noisy-transformer-beta-4\n"
    assert {path.name for path in (tmp_path / "noisy-transformer-beta-4").iterdir()} == FILES


def test_nothing_but_the_answer_when_piped(tmp_path):
    done = subprocess.run(
        [*ENTRY, "diagram", "kuramoto", "--json"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert json.loads(done.stdout)["status"] == "finished"


def test_help_and_version(mvcont):
    code, out, _ = mvcont("--version")
    assert code == 0
    assert out.startswith("mvcont 0.")
    for arguments in ((), ("--help",), ("-h",)):
        code, out, _ = mvcont(*arguments)
        assert code == 0
        assert all(name in out for name in ("diagram", "onset", "tricritical", "resonances"))
    code, out, _ = mvcont("diagram", "--help")
    assert all(option in out for option in ("--beta", "--radius", "--kappa-max", "--output", "--json"))


def test_starting_does_not_import_what_it_does_not_need():
    heavy = "numpy scipy sympy networkx matplotlib rich.table"
    script = f"import sys, branches.cli; print([m for m in '{heavy}'.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---- onset, tricritical, resonances ------------------------------------------------------------


def test_onset_table(mvcont):
    code, out, _ = mvcont("onset", "noisy-transformer", "--beta", 4)
    assert code == 0
    assert "0.4098585257494" in out
    assert "subcritical" in out
    code, out, _ = mvcont("onset", "log-gas", "--strength", -1)
    assert code == 0
    assert "the uniform state stays stable" in out
    code, out, _ = mvcont("onset", "doi-onsager", "--modes", "1..4")
    assert code == 0
    assert "no onset (g_n ≤ 0) of modes 1, 3" in out


def test_onset_json_and_latex(mvcont):
    code, out, _ = mvcont("onset", "bimodal", "--m", 0.6, "--modes", "1,2", "--json")
    onsets = json.loads(out)["onsets"]
    assert code == 0
    assert [(o["mode"], o["kind"]) for o in onsets] == [(1, "subcritical"), (2, "supercritical")]
    assert onsets[0]["c2"] == pytest.approx(-0.25, rel=1e-14)
    code, out, _ = mvcont("onset", "bimodal", "--m", 1, "--modes", "1", "--latex")
    assert code == 0
    assert r"\begin{tabular}" in out
    assert "transcritical" in out
    assert "f = " in out


def test_tricritical(mvcont):
    _, out, _ = mvcont("tricritical", "noisy-transformer", "--bracket", 1, 4, "--digits", 30)
    assert "2.44691831128904613090394836491" in out
    _, out, _ = mvcont("tricritical", "hegselmann-krause", "--bracket", 2, 2.5, "--json")
    document = json.loads(out)
    assert document["family"]["varied"] == "R"
    assert document["parameter"] == pytest.approx(2.13918217377311332, rel=1e-14)
    arguments = ("harmonics", "--weights", "1,0,-0.5", "--vary", "g2", "--bracket", 0.1, 0.9, "--json")
    code, out, _ = mvcont("tricritical", *arguments)
    assert code == 0
    assert json.loads(out)["parameter"] == pytest.approx(0.5, rel=1e-14)


def test_resonances(mvcont):
    code, out, _ = mvcont("resonances", "bimodal", "--m", 1)
    assert code == 0
    assert "{1, 2}" in out
    code, out, _ = mvcont("resonances", "bimodal", "--m", 0.99, "--tolerance", 0.02, "--json")
    document = json.loads(out)
    assert document["kernels"] == [[1, 2]]
    assert document["modes"][2]["kappa"] is None
