"""MkDocs hook: run every script in examples/ and keep its picture for the gallery."""

import runpy
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

import matplotlib
from mkdocs.structure.files import File, Files

EXAMPLES = Path(__file__).parent.parent / "examples"


def on_files(files: Files, config: Any) -> Files:
    """Add gallery/NAME.png for every examples/NAME.py; a script that raises stops the build."""
    matplotlib.use("Agg")
    with tempfile.TemporaryDirectory() as folder:
        for script in sorted(EXAMPLES.glob("*.py")):
            with mock.patch("sys.argv", [str(script), folder]):
                runpy.run_path(str(script), run_name="__main__")
            picture = Path(folder, script.stem).with_suffix(".png")
            files.append(File.generated(config, f"gallery/{picture.name}", content=picture.read_bytes()))
    return files
