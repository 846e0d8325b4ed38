"""MkDocs hook: run the notebooks and show them as pages, with their figures as drawings that stay sharp."""

from pathlib import Path
from typing import Any

import nbformat
from mkdocs.structure.files import File, Files
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
SHARP = "%config InlineBackend.figure_formats = ['svg']"
TIMEOUT = 600  # seconds a cell


def on_files(files: Files, config: Any) -> Files:
    """Add notebooks/NAME.md and its figures for every notebook."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(0, nbformat.v4.new_code_cell(SHARP))
        NotebookClient(notebook, timeout=TIMEOUT, kernel_name="python3").execute()
        text, figures = page(path.stem, notebook.cells[1:])
        files.append(File.generated(config, f"notebooks/{path.stem}.md", content=text))
        for name, drawing in figures.items():
            files.append(File.generated(config, f"notebooks/{name}", content=drawing))
    return files


def page(stem: str, cells: list[Any]) -> tuple[str, dict[str, str]]:
    """Return the Markdown of the cells of a notebook that has run, and its figures by name."""
    parts: list[str] = []
    figures: dict[str, str] = {}
    for cell in cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"```py\n{cell.source}\n```")
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/svg+xml" in data:
                name = f"{stem}_{len(figures) + 1}.svg"
                figures[name] = data["image/svg+xml"]
                parts.append(f"![Figure {len(figures)}]({name})")
            elif "text/latex" in data:
                parts.append(f"$$\n{data['text/latex'].strip().strip('$').replace(chr(92) + 'displaystyle', '')}\n$$")
            else:
                printed = output.get("text") or data.get("text/plain", "")
                parts.append("```{ .text .output }\n" + printed.rstrip("\n") + "\n```")
    return "\n\n".join(parts) + "\n", figures
