"""MkDocs hook: run the Python blocks of every page, show what they print, keep the figures they save.

The blocks of a page run in order in one namespace, in an empty folder; a page whose code raises stops
the build. A figure, or a page for a browser, is linked at the beginning of a line by the name under which its
code saves it.
"""

import contextlib
import io
import os
import re
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

import matplotlib
from mkdocs.structure.files import File, Files

BLOCK = re.compile(r"^```python\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
FIGURE = re.compile(r"^!?\[.*?\]\((\w+\.(?:svg|png|html))\)", re.MULTILINE)

pages: dict[str, str] = {}


def on_files(files: Files, config: Any) -> Files:
    """Run every page with code; add its figures to the site."""
    matplotlib.use("Agg")
    for file in list(files.documentation_pages()):
        text = Path(file.abs_src_path).read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            pages[file.src_uri] = run(text, file.src_uri)
            for name in FIGURE.findall(text):
                if os.path.exists(name):
                    beside = str(PurePosixPath(file.src_uri).with_name(name))
                    files.append(File.generated(config, beside, content=Path(name).read_bytes()))
    return files


def run(text: str, page: str) -> str:
    """Return the Markdown of a page with the output of each block below it."""
    namespace: dict[str, object] = {"__name__": "page"}

    def shown(match: re.Match[str]) -> str:
        printed = io.StringIO()
        source = "\n" * text.count("\n", 0, match.start(1)) + match.group(1)
        with contextlib.redirect_stdout(printed):
            exec(compile(source, page, "exec"), namespace)
        output = printed.getvalue()
        return match.group(0) + ("\n```{ .text .output }\n" + output + "```\n" if output else "")

    return BLOCK.sub(shown, text)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Give the page with its outputs."""
    return pages.get(page.file.src_uri, markdown)
