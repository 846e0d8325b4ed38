"""Help in every command, its examples run, completion, ``python -m branches``, --verbose, --time-limit."""

import json
import logging
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import branches
from branches.cli.app import COMMANDS
from branches.cli.codes import MEANING

ROOT = Path(branches.__file__).parents[1]
LONG = ("--count 60", "--count 400", "-t 300", "curves bimodal", "--tokens 400", "-t 40")
EXAMPLES = [
    pytest.param(line, marks=pytest.mark.slow if any(part in line for part in LONG) else (), id=line)
    for module in COMMANDS
    for line in module.EXAMPLES
]


@pytest.mark.parametrize("module", COMMANDS, ids=lambda module: module.__name__.rpartition(".")[2])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(mvcont, monkeypatch, module, option):
    monkeypatch.setenv("COLUMNS", "80")
    name = module.__name__.rpartition(".")[2].replace("_", "-")
    code, out, err = mvcont(name, option)
    assert (code, err) == (0, "")
    assert f"Usage: mvcont {name}" in out
    assert "Examples:" in out
    for line in module.EXAMPLES:
        assert f"mvcont {line}" in out
    assert all(text in out for text in ("--json", "--quiet", "--verbose"))


def test_the_list_of_commands_is_whole_in_eighty_columns(mvcont, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = mvcont("-h")
    commands = out[out.index("Commands:") : out.index("Exit codes:")]
    assert "..." not in commands
    for code, meaning in MEANING.items():
        assert str(code) in out
        assert meaning.split(";")[0] in out


@pytest.mark.parametrize("line", EXAMPLES)
def test_examples_run(mvcont, monkeypatch, tmp_path, line):
    if "docs/" in line:
        (tmp_path / "docs").symlink_to(ROOT / "docs")
    code, out, err = mvcont(*shlex.split(line))
    assert (code, err) == (0, "")
    assert out


def test_python_m_branches(tmp_path):
    run = [sys.executable, "-m", "branches", "--version"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == f"mvcont {branches.__version__}\n"


def test_names_are_completed(tmp_path):
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_MVCONT_COMPLETE": "complete_bash",
        "COMP_WORDS": "mvcont diagram no",
        "COMP_CWORD": "2",
    }
    done = subprocess.run([sys.executable, "-m", "branches"], capture_output=True, text=True, env=environment)
    assert done.stdout.split() == ["noisy-transformer"]


def test_verbose_says_what_is_done_on_stderr(mvcont):
    loggers = [logging.getLogger(name) for name in ("branches", "continuation")]
    before = [(list(logger.handlers), logger.level) for logger in loggers]
    try:
        code, out, err = mvcont("diagram", "kuramoto", "--no-figure", "--verbose", "--json")
    finally:
        for logger, (handlers, level) in zip(loggers, before, strict=True):
            logger.handlers = handlers
            logger.setLevel(level)
    assert code == 0
    assert json.loads(out)["status"] == "finished"
    assert "branches: onset 1: mode 1: " in err


def test_a_time_limit_keeps_what_there_is(mvcont, tmp_path):
    code, _, err = mvcont("diagram", "noisy-transformer", "--beta", 4, "--no-figure", "--time-limit", 1e-9)
    assert code == 130
    assert "interrupted: what was found so far is in noisy-transformer-beta-4" in err
    diagram = branches.Diagram.load(tmp_path / "noisy-transformer-beta-4" / "diagram.save")
    assert diagram.status == "interrupted"
    assert diagram.completeness.owed > diagram.completeness.found
    code, _, err = mvcont("diagram", "kuramoto", "--time-limit", 0)
    assert (code, "--time-limit = 0.0 is not allowed" in err) == (2, True)
