"""The reference has every public name, and nothing that does not exist."""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import branches
import continuation

PAGE = (Path(__file__).parent.parent / "docs" / "reference.md").read_text(encoding="utf-8")
ENTRIES = re.findall(r"^::: ([\w.]+)$", PAGE, re.MULTILINE)


def resolve(path):
    """Return what a dotted path names: a module, or something in one."""
    try:
        return import_module(path)
    except ModuleNotFoundError:
        module, _, name = path.rpartition(".")
        return getattr(import_module(module), name)


@pytest.mark.parametrize("name", branches.__all__)
def test_every_name_of_branches_is_there(name):
    value = getattr(branches, name)
    if name == "potentials":
        assert "branches.potentials.named" in ENTRIES
    elif name == "proofs":  # a room of its own: each of its names has an entry
        assert all(any(resolve(entry) is getattr(value, each) for entry in ENTRIES) for each in value.__all__)
    else:
        assert any(resolve(entry) is value for entry in ENTRIES), f"docs/reference.md lacks {value.__module__}.{name}"


def test_every_name_of_the_engine_is_there():
    """The page shows the members of the package that are in its ``__all__``; each needs a docstring to be shown."""
    assert "continuation" in ENTRIES
    for name in continuation.__all__:
        value = getattr(continuation, name)
        assert value.__doc__, name
        assert value.__module__.startswith("continuation."), name


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_exists_and_is_documented(entry):
    assert resolve(entry).__doc__


def test_no_entry_is_there_twice():
    assert len(set(ENTRIES)) == len(ENTRIES)


def test_no_module_hides_a_name():
    """What the page is made from sees functions and classes: a module of the same name would hide them."""
    griffe = pytest.importorskip("griffe")
    root = Path(__file__).parent.parent
    loader = griffe.GriffeLoader(search_paths=[root])
    for package in ("continuation", "branches"):
        loader.load(package)
    loader.resolve_aliases()
    for entry in ENTRIES:
        assert loader.modules_collection[entry].is_module == isinstance(resolve(entry), ModuleType), entry
    for name in continuation.__all__:
        hidden = loader.modules_collection[f"continuation.{name}"].is_module
        assert not hidden or any(resolve(entry) is getattr(continuation, name) for entry in ENTRIES), name
