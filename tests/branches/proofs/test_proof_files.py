"""Certificates as files, what the trusted part imports, and what happens without python-flint."""

import ast
import csv
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

pytest.importorskip("flint")
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

import branches
from branches import potentials, proofs
from branches.proofs.certificate import Certificate, outward
from branches.proofs.latex import latex
from branches.proofs.potentials import decimal

ROOM = Path(branches.__file__).parent / "proofs"
ALLOWED = {"flint", "numpy", *sys.stdlib_module_names}


@pytest.fixture(scope="module")
def onset():
    return proofs.onset(potentials.noisy_transformer(4))


def test_saved_and_read_again(onset, tmp_path):
    path = onset.save(tmp_path / "onset.json")
    assert Certificate.load(path) == onset
    result = proofs.check(path)
    assert (result.ok, result.statement) == (True, onset.statement)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a certificate"),
        ("[1, 2]", "not a certificate"),
        ('{"schema": "another", "version": 1}', "not a certificate"),
        ('{"schema": "mckean-vlasov-continuation/certificate", "version": 1}', "version 2"),
        ('{"schema": "mckean-vlasov-continuation/certificate", "version": true}', "version 2"),
        ('{"schema": "mckean-vlasov-continuation/certificate", "version": 2, "seconds": NaN}', "NaN"),
        ("[" * 100000, "not a certificate"),
    ],
)
def test_other_files_are_refused(tmp_path, text, message):
    (tmp_path / "file.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        proofs.check(tmp_path / "file.json")


def test_a_missing_field_is_refused(onset, tmp_path):
    data = onset.to_dict()
    del data["witness"]
    (tmp_path / "file.json").write_text(json.dumps(data))
    assert "fields" in proofs.check(tmp_path / "file.json").reason
    with pytest.raises(ValueError, match="lacks witness"):
        Certificate.load(tmp_path / "file.json")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(FileNotFoundError):
        proofs.check(tmp_path / "none.json")


def test_undecided_says_what_fails_and_is_never_true():
    certificate = proofs.onset(potentials.bimodal(1))
    assert not certificate
    assert certificate.proved == {}
    assert "simple" in certificate.undecided or "g_kn" in certificate.undecided
    assert not certificate.check().ok
    assert latex(certificate).startswith("% undecided")


@given(st.integers(-(10**25), 10**25), st.integers(-200, 60), st.floats(0, 1e3))
def test_decimals_enclose(mantissa, exponent, radius):
    ball = arb((mantissa, exponent)) + arb(0, radius)
    low, high = map(Fraction, outward(ball))
    for end in (ball.lower(), ball.upper()):
        m, e = end.man_exp()
        exact = Fraction(int(m)) * Fraction(2) ** int(e)
        assert low <= exact <= high


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_stands_for_its_decimal(value):
    assert float(Fraction(decimal("kappa", value))) == value


TRUSTED = [*sorted(ROOM.glob("checker*.py")), ROOM / "schema.py"]


@pytest.mark.parametrize("path", TRUSTED, ids=lambda path: path.name)
def test_the_trusted_part_imports_nothing_else(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module]
            if node.module == "branches.proofs":
                names = [f"branches.proofs.{alias.name}" for alias in node.names]
        for name in names:
            ours = name.startswith(("branches.proofs.checker", "branches.proofs.schema"))
            assert name.split(".")[0] in ALLOWED or ours, (path.name, name)
        if isinstance(node, ast.Attribute):
            assert node.attr != "linalg", f"{path.name}: NumPy's linear algebra asserts nothing"


def test_the_trusted_part_loads_neither_engine_nor_prover():
    code = (
        "import sys, branches.proofs.checker\n"
        "print(sorted(m for m in sys.modules if m.startswith(('continuation', 'branches.')) and 'checker' not in m))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['branches.proofs', 'branches.proofs.schema']"


def test_without_flint_the_extra_is_named():
    code = (
        "import sys; sys.modules['flint'] = None\n"
        "import branches\n"
        "try:\n    branches.certify\nexcept ImportError as error:\n    print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "mckean-vlasov-continuation[proof]" in run.stdout


def test_hooks():
    branch = branches.trace(potentials.bimodal(0.6), kappa_max=2.2)
    found = branch.certify()
    assert found.certified
    assert [c.kind for c in found] == ["fold", "state"]
    calls = []
    diagram = branches.diagram(potentials.kuramoto(), kappa_max=2.04)
    all_of_it = diagram.certify(lambda name, done, total: calls.append((name, done, total)))
    assert {"onset", "diagram"} <= {c.kind for c in all_of_it if c}
    assert calls[-1][2] == len(calls)
    transition = branches.coexistence(potentials.bimodal(0.6), certify=True)
    assert transition.certificate.certified
    assert transition.certificate.given["kappa_low"].startswith("1.98170352222616469")
    with pytest.raises(TypeError, match="not a State"):
        branches.certify(3)


def test_an_interrupt_leaves_what_is_proved():
    from branches.proofs import results

    branch = branches.trace(potentials.bimodal(0.6), kappa_max=2.2)
    jobs, missing = results._of_branch(branch)

    def interrupted():
        raise KeyboardInterrupt

    found = results._run([*jobs, ("stopped", interrupted)], missing, None)
    assert (found.interrupted, len(found), found.certified) == (True, 1, False)
    assert found.certificates[0].certified


def test_the_commands(mvcont, tmp_path):
    code, out, err = mvcont("certify", "kuramoto", "-t", "onset", "-o", "out")
    assert (code, err) == (0, "")
    assert "CERTIFIED" in out
    assert r"\begin{theorem}" in (tmp_path / "out" / "harmonics-onset-1.tex").read_text()
    code, out, _ = mvcont("verify", "out/harmonics-onset-1.json")
    assert (code, "True, every inequality holds" in out) == (0, True)
    text = (tmp_path / "out" / "harmonics-onset-1.json").read_text()
    (tmp_path / "bad.json").write_text(text.replace("supercritical", "subcritical"))
    code, out, _ = mvcont("verify", "bad.json", "out/harmonics-onset-1.json")
    assert (code, "False, does not hold: the digest" in out) == (1, True)
    for arguments, name in (
        (("bimodal", "--m", 0.6, "-t", "fold"), "harmonics-fold-1"),
        (("bimodal", "--m", 0.6, "-t", "state", "--kappa", "1.98"), "harmonics-state-2"),
        (("noisy-transformer", "--beta", 2, "-t", "tricritical", "--bracket", 2, 3), "noisy_transformer-tricritical"),
    ):
        code, out, err = mvcont("certify", *arguments, "-o", "out")
        assert (code, err) == (0, "")
        assert f"{name}.json" in out.replace("\\", "/").replace("out/", "")
        assert proofs.check(tmp_path / "out" / f"{name}.json").ok
    code, _, err = mvcont("certify", "kuramoto", "-t", "fold")
    assert (code, "no fold" in err) == (2, True)
    code, _, err = mvcont("certify", "kuramoto", "-t", "onset", "--bracket", 1, 2)
    assert (code, "--bracket" in err) == (2, True)
    code, _, err = mvcont("certify", "kuramoto", "-t", "states")
    assert (code, "--kappa" in err) == (2, True)
    code, _, err = mvcont("certify", "log-gas", "--strength", 1, "-t", "onset")
    assert (code, "infinite" in err) == (2, True)
    code, out, _ = mvcont("certify", "bimodal", "--m", 1, "-t", "onset", "-o", "out")
    assert (code, "UNDECIDED" in out) == (1, True)


def test_prover_and_checker_share_nothing_but_the_file_format():
    """Provers meet the checker in `certificate` alone, which asks it whether a proof closes."""
    for path in sorted(ROOM.glob("*.py")):
        if path in TRUSTED or path.name in ("__init__.py", "certificate.py"):
            continue
        imported = {
            node.module
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module
        }
        assert not [name for name in imported if name.startswith("branches.proofs.checker")], path.name


def test_tables_files_and_figures_say_what_is_certified(tmp_path):
    from branches.figures.panels import Scene
    from branches.files.tables import to_csv

    diagram = branches.diagram(potentials.bimodal(0.6), kappa_max=2.1)
    verdicts = diagram.certify().verdicts
    assert verdicts == {"fold 1": "certified", "onset 1": "certified", "all states": "certified"}
    verdicts["onset 1"] = "undecided"
    rows = list(csv.DictReader(to_csv(diagram, tmp_path, verdicts)[1].open(encoding="utf-8")))
    assert [(row["name"], row["certified"]) for row in rows] == [("fold 1", "certified"), ("onset 1", "undecided")]
    plain = list(csv.DictReader(diagram.to_csv(tmp_path)[1].open(encoding="utf-8")))
    assert [row["certified"] for row in plain] == ["", ""]
    assert [mark.certified for mark in Scene.of(diagram, verdicts).marks] == [True, False]
    for said, expected in ((verdicts, True), (None, False)):
        (legend,) = diagram.figure(verdicts=said).legends
        assert ("certified" in [text.get_text() for text in legend.get_texts()]) == expected


def test_ctrl_c_in_a_diagram_keeps_the_cells_that_are_found():
    def interrupt(done, _):
        if done > 0.1:
            raise KeyboardInterrupt

    certificate = proofs.diagram(potentials.kuramoto(), "2.04", progress=interrupt)
    assert certificate.verdict == "undecided"
    assert "interrupted; K is enclosed for a <= 0.1" in certificate.undecided
    assert len(certificate.witness["edges"]) == len(certificate.witness["low"]) + 1 > 3
    assert not certificate.check().ok
