"""Files of pages: texts stay texts in SVG, LaTeX reads the pgf."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as tree

import pytest

import branches
from branches import potentials
from branches.figures.page import save_page


@pytest.fixture(scope="module")
def page():
    return branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5).figure(width=3.4, panels=("heights",))


def test_svg_keeps_texts(page, tmp_path):
    file = save_page(page, tmp_path / "page.svg")
    root = tree.parse(file).getroot()
    words = ["".join(element.itertext()).strip() for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for wanted in ("uniform state", "unstable", "fold 0.38707"):
        assert wanted in words
    assert any("coupling" in word for word in words)
    fonts = re.findall(r"font(?:-family)?: ([^\";]*)", file.read_text(encoding="utf-8"))
    assert all(font.endswith("serif") for font in fonts if "STIX" in font)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pgf is measured by LaTeX")
def test_latex_reads_the_pgf(page, tmp_path):
    save_page(page, tmp_path / "page.pgf")
    source = r"\documentclass{article}\usepackage{pgf}\begin{document}\input{page.pgf}\end{document}"
    (tmp_path / "paper.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=batchmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, (tmp_path / "paper.log").read_text(errors="replace")[-800:]
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF")
