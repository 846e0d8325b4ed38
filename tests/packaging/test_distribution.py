"""Wheel and sdist build, their metadata pass; in a clean environment command, library and types work."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import branches

pytest.importorskip("build")
pytest.importorskip("twine")
pytestmark = pytest.mark.slow

ROOT = Path(branches.__file__).parents[1]
SCRIPT = '''
from branches import Branch, Diagram, potentials
import branches
from continuation import FunctionProblem, follow
import numpy as np

potential = potentials.noisy_transformer(4.0)
found: Diagram = branches.diagram(potential, kappa_max=0.5)
first: Branch = found.branches[0]
fold: float = first.folds[0].kappa
state = first.at(0.1)
energies: list[float] = [each.free_energy for each in first.at([0.1, 0.2])]
print(f"{fold:.12f}", state.stable, len(energies))
circle = FunctionProblem(lambda u, p: u**2 + p**2 - 1, lambda u, p: np.diag(2 * u), lambda u, p: np.full(1, 2 * p))
kinds: list[str] = [fold.kind for fold in follow(circle, [1.0], 0.0).folds]
'''
WRONG = "import branches\nfrom branches import potentials\nbranches.diagram(potentials.kuramoto(), kappa_max='four')\n"


# From which the source cannot be seen: pip would take it for installed.
ELSEWHERE = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
WRITTEN = ("*.egg-info", "build", "dist", ".*_cache", "__pycache__", ".git", "site")


def run(*command, cwd=None):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=ELSEWHERE, cwd=cwd)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    shutil.copytree(ROOT, folder / "source", ignore=shutil.ignore_patterns(*WRITTEN))
    run(sys.executable, "-m", "build", "--outdir", folder / "made", folder / "source")
    return {path.suffix: path for path in (folder / "made").iterdir()}


@pytest.fixture(scope="module", params=[".whl", ".gz"])
def clean(request, files, tmp_path_factory):
    """An environment with the distribution and what it requires, and nothing else."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=True)
    run(folder / "bin" / "python", "-m", "pip", "install", "--quiet", files[request.param])
    return folder


def test_metadata(files):
    assert set(files) == {".whl", ".gz"}
    run(sys.executable, "-m", "twine", "check", "--strict", *files.values())


def test_the_command(clean, tmp_path):
    assert run(clean / "bin" / "mvcont", "--version", cwd=tmp_path) == f"mvcont {branches.__version__}\n"
    out = run(clean / "bin" / "mvcont", "diagram", "noisy-transformer", "--beta", 4, cwd=tmp_path)
    assert "0.38706899595204" in out
    out = run(clean / "bin" / "python", "-m", "branches", "coexistence", "bimodal", "--m", 0.6, cwd=tmp_path)
    assert "1.98170352222" in out


def test_the_library_and_its_types(clean, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    assert run(clean / "bin" / "python", script, cwd=tmp_path).split()[::2] == ["0.387068995952", "2"]
    checker = (sys.executable, "-m", "mypy", "--strict", "--python-executable", clean / "bin" / "python")
    assert "Success" in run(*checker, script, cwd=tmp_path)
    script.write_text(WRONG)
    done = subprocess.run([str(part) for part in (*checker, script)], capture_output=True, text=True, env=ELSEWHERE)
    assert "[arg-type]" in done.stdout
