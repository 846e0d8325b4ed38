"""Tables at any width: numbers whole, words wrapped, columns left out named."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branches.cli.table import fitting, print_table

NUMBER = re.compile(r"\d+\.\d+")


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_no_number_of_a_diagram_is_cut(mvcont, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", "400")
    _, wide, _ = mvcont("diagram", "bimodal", "--m", 0.6, "--kappa-max", 4.5, "--no-figure")
    monkeypatch.setenv("COLUMNS", str(width))
    _, narrow, _ = mvcont("diagram", "bimodal", "--m", 0.6, "--kappa-max", 4.5, "--no-figure", "--force")
    table = narrow[: narrow.index("stability:")]
    assert "…" not in table
    assert set(NUMBER.findall(narrow)) <= set(NUMBER.findall(wide))
    assert "1.9766626219663" in narrow
    assert max(map(len, table.splitlines())) <= max(width, 80)
    assert ("no room for" in narrow) == (width < 80)


def test_eighty_columns_hold_everything(mvcont, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = mvcont("diagram", "noisy-transformer", "--beta", 4, "--no-figure")
    for cell in ("0.38706899595204", "subcritical", "a₁ = 0.5471", "unstable (1,0)", "stability"):
        assert cell in out
    assert "(even, odd) counts the unstable directions" in out


CELLS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(lambda x: f"{x:.14g}"),
    st.lists(st.sampled_from(["stable", "unstable", "supercritical", "(1,0)", "→"]), max_size=6).map(" ".join),
)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=5), st.integers(20, 160))
def test_every_number_shown_is_whole(rows, width):
    columns = ("first", "second", "third", "fourth")
    used = [k for k in range(4) if k < 2 or any(row[k] for row in rows)]
    kept = fitting([columns[k] for k in used], [tuple(row[k] for k in used) for row in rows], width)
    shown = [used[k] for k in kept]
    assert shown[:2] == [0, 1]
    with pytest.MonkeyPatch.context() as patch:
        lines = []
        patch.setattr("builtins.print", lambda text="": lines.append(str(text)))
        patch.setenv("COLUMNS", str(width))
        print_table(columns, rows)
    printed = "\n".join(lines)
    for row in rows:
        for k in shown:
            assert all(word in printed for word in row[k].split())
    left_out = [columns[k] for k in used if k not in shown]
    assert ("no room for " + ", ".join(left_out) in printed) == bool(left_out)
