"""What a reader may import: public names of the packages, and what the reference page lists."""

import ast
import re
from pathlib import Path

import branches
import continuation

REFERENCE = (Path(__file__).parents[2] / "docs" / "reference.md").read_text(encoding="utf-8")
LISTED = set(re.findall(r"^::: ([\w.]+)$", REFERENCE, re.MULTILINE))
ALLOWED = {f"branches.{name}" for name in branches.__all__} | {f"continuation.{name}" for name in continuation.__all__}


def names_imported(source: str) -> list[str]:
    """Return the dotted names that a source imports from the two packages."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return [name for name in names if name.split(".")[0] in ("branches", "continuation")]


def is_public(name: str) -> bool:
    """Return whether a name is one of the packages, a public name of theirs, or listed, itself or its module."""
    return name in {"branches", "continuation"} | ALLOWED | LISTED or name.rpartition(".")[0] in LISTED
