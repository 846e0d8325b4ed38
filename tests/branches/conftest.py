"""Diagrams that the tests of files and figures share, which nothing changes, and the command as a function."""

import pytest

import branches
from branches import potentials
from branches.cli import main


@pytest.fixture(scope="session")
def transformer():
    """Two branches, one with a fold and bistability."""
    return branches.diagram(potentials.noisy_transformer(4), kappa_max=0.82)


@pytest.fixture(scope="session")
def bimodal():
    """A secondary branch that leaves a twin."""
    return branches.diagram(potentials.bimodal(0.6), kappa_max=4.5)


@pytest.fixture(scope="session")
def uniform_only():
    """No branch at all."""
    return branches.diagram(potentials.kuramoto(), kappa_max=1.0)


@pytest.fixture
def mvcont(capsys, monkeypatch, tmp_path):
    """Run the command in an empty folder; return (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return end.value.code, out, err

    return run
