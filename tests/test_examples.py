"""Every example is short, uses public names alone, runs, makes its picture, and stands in the gallery."""

import ast
import re
import runpy
from pathlib import Path

import matplotlib.image
import pytest
from public_names import is_public, names_imported

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
LONG = {"million_modes"}
LINES = 40
GALLERY = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
ENTRY = re.compile(
    r"^### .+\n\n!\[.+\]\(gallery/(\w+)\.png\)\n\n(.+)\n\n\?\?\? example \"examples/\1\.py\"", re.MULTILINE
)
each = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)


def test_the_gallery_has_every_example_with_two_sentences() -> None:
    entries = dict(ENTRY.findall(GALLERY))
    assert len(entries) >= 16
    assert set(entries) == {script.stem for script in SCRIPTS}
    for name, text in entries.items():
        assert len(re.findall(r"[.!](?= |$)", text)) == 2, name


@each
def test_short_and_public(script: Path) -> None:
    source = script.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LINES
    assert ast.get_docstring(ast.parse(source))
    for name in names_imported(source):
        assert is_public(name), f"{script.name} imports {name}, which the reference does not have"


@pytest.mark.parametrize(
    "script",
    [pytest.param(s, id=s.stem, marks=[pytest.mark.slow] if s.stem in LONG else []) for s in SCRIPTS],
)
def test_makes_its_picture(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setattr("sys.argv", [str(script), str(tmp_path)])
    runpy.run_path(str(script), run_name="__main__")
    assert [path.name for path in tmp_path.iterdir()] == [f"{script.stem}.png"]
    picture = matplotlib.image.imread(tmp_path / f"{script.stem}.png")[..., :3]
    assert picture.shape[1] >= 1000  # pixels: sharp on any screen
    assert 0.01 < (picture.min(axis=2) < 0.9).mean() < 0.6  # ink on paper, neither blank nor black
