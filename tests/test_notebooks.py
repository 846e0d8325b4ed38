"""The notebooks run, and what is stored in them is what they show."""

from pathlib import Path

import pytest
from public_names import is_public, names_imported

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
LARGEST = 600_000  # bytes


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell):
    """Return what a cell shows, by kind: texts, values, figures."""
    kinds = [o.name if o.output_type == "stream" else " ".join(sorted(o.data)) for o in cell.outputs]
    return sorted(set(kinds) - {"stderr"})


def test_there_are_notebooks():
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored(path):
    assert path.stat().st_size < LARGEST
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))  # run once, in order
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    assert sum("image/png" in o.get("data", {}) for o in outputs) >= 4


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_imports_public_names_only(path):
    for cell in code_cells(nbformat.read(path, 4)):
        for name in names_imported(cell.source):
            assert is_public(name), f"{path.name} imports {name}, which the reference does not have"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs(path, monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)  # the kernel draws into the notebook
    stored = nbformat.read(path, 4)
    again = nbformat.read(path, 4)
    nbclient.NotebookClient(again, timeout=120, kernel_name="python3").execute()  # raises where a cell does
    for before, after in zip(code_cells(stored), code_cells(again), strict=True):
        assert shown(after) == shown(before), before.source
