"""The table of the validation page is what its script computes, and no row loses digits."""

import importlib.util
import re
import sys
from pathlib import Path

import mpmath
import pytest

DOCS = Path(__file__).parent.parent / "docs"
SPEC = importlib.util.spec_from_file_location("validation", DOCS / "validation.py")
validation = importlib.util.module_from_spec(SPEC)
sys.modules["validation"] = validation
SPEC.loader.exec_module(validation)

LINE = re.compile(r"^\| (.+?) \| (.+?) \| (\S+) \| (\S+) \| (\d+) \|$", re.MULTILINE)
WRITTEN = LINE.findall(validation.PAGE.read_text(encoding="utf-8"))
PAIRS = list(zip(validation.ROWS, WRITTEN, strict=True))


def test_the_page_has_every_row():
    assert [(what, source) for what, source, *_ in WRITTEN] == [(row.what, row.source) for row in validation.ROWS]


@pytest.mark.parametrize(("row", "written"), PAIRS, ids=[row.what for row, _ in PAIRS])
def test_digits(row, written):
    with mpmath.workdps(30):
        known, ours = row.known(), float(row.ours())
        assert validation.digits(ours, known) >= row.least
        assert validation.digits(float(written[2]), known) >= 15.5  # the page prints the same known value
        assert validation.digits(float(written[3]), known) >= row.least
        assert abs(int(written[4]) - validation.digits(float(written[3]), known)) <= 1


def test_digits_are_counted():
    assert 3 < validation.digits(1.0001, mpmath.mpf(1)) < 5
    assert validation.digits(1.0, mpmath.mpf(1)) == validation.MOST
