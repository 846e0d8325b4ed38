"""The certificates kept in the repository prove what they say."""

from pathlib import Path

import pytest

pytest.importorskip("flint")
from branches import proofs
from branches.proofs.certificate import Certificate

FOLDER = Path(__file__).parents[3] / "docs" / "certificates"
FILES = sorted(FOLDER.glob("*.json"))
LONG = {"diagram-transformer-10", "diagram-hegselmann-krause-1.5", "diagram-hegselmann-krause-2"}
LONG |= {"transition-hegselmann-krause-1", "states-hegselmann-krause-1", "transition-transformer-20"}


def test_there_are_certificates_and_they_are_small():
    assert len(FILES) >= 30
    assert sum(path.stat().st_size for path in FILES) < 5_000_000


@pytest.mark.parametrize("path", [path for path in FILES if path.stem not in LONG], ids=lambda path: path.stem)
def test_a_certificate_is_proved_again(path):
    result = proofs.check(path)
    assert result.ok, result.reason
    assert Certificate.load(path).certified


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path in FILES if path.stem in LONG], ids=lambda path: path.stem)
def test_a_longer_certificate_is_proved_again(path):
    result = proofs.check(path)
    assert result.ok, result.reason


def test_every_statement_about_all_states_is_in_the_table():
    table = (FOLDER / "README.md").read_text(encoding="utf-8")
    kinds = ("transition-", "diagram-", "uniform-only-", "states-", "continuous-")
    named = [path for path in FILES if path.name.startswith(kinds)]
    assert len(named) >= 30
    for path in named:
        assert f"({path.name})" in table
        assert Certificate.load(path).statement in table


@pytest.mark.slow
def test_one_command_proves_them_all_again(mvcont):
    code, out, _ = mvcont("verify", *FILES)
    assert code == 0
    assert out.count("True, every inequality holds") == len(FILES)
