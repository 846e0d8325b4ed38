"""What the tests of both command files share."""

import pytest

from branches.cli import main


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
