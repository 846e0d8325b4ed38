"""LaTeX that compiles as it is pasted: balanced for everybody, compiled where there is a LaTeX."""

import re
import shutil
import subprocess

import pytest

import branches
from branches import potentials
from branches.files.latex import escaped, onset_document, special_points_table

DOCUMENT = "\\documentclass{article}\n\\usepackage{amsmath,booktabs}\n\\begin{document}\n%s\\end{document}\n"


def onsets(potential, modes):
    return onset_document(potential.label, [branches.onset(potential, mode) for mode in modes])


TEXTS = {
    "one mode": lambda: onsets(potentials.noisy_transformer(4), (1, 2)),
    "resonance": lambda: onsets(potentials.bimodal(1.0), (1,)),
    "special points": lambda: special_points_table(branches.diagram(potentials.bimodal(0.6), kappa_max=4.5)),
}


@pytest.fixture(params=TEXTS)
def text(request):
    return TEXTS[request.param]()


def test_everything_that_is_opened_is_closed(text):
    code = re.sub(r"(?<!\\)%.*", "", text)
    assert code.count("{") == code.count("}")
    assert code.count(r"\[") == code.count(r"\]")
    assert code.count(r"\begin{tabular}") == code.count(r"\end{tabular}") == 1
    assert [code.count(rule) for rule in (r"\toprule", r"\midrule", r"\bottomrule")] == [1, 1, 1]
    assert len(re.findall(r"(?<!\\)\$", code)) % 2 == 0
    assert code.isascii()


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
def test_it_compiles(text, tmp_path):
    (tmp_path / "paper.tex").write_text(DOCUMENT % text)
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "paper.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]


def test_what_latex_reads_otherwise_is_spelled():
    assert escaped("a_1 & 50% → κ") == r"a\_1 \& 50\% $\to$ $\kappa$"


def test_the_command_prints_it(mvcont):
    code, out, _ = mvcont("onset", "bimodal", "--m", 0.6, "--modes", "1,2", "--latex")
    assert code == 0
    assert out == onsets(potentials.bimodal(0.6), (1, 2))
