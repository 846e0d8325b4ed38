"""Every way to name a potential on the command line, and every way to get it wrong, in the names that were typed."""

import json

import pytest

import branches
from branches.cli.family import family_of
from branches.cli.sources import Expression

HALF = "from math import cos\n\ndef W(theta):\n    return -cos(theta) - 0.5 * cos(2 * theta)\n"
WITH_PARAMETER = """
import numpy as np

def W(theta, m, c=1.0):
    return -c * np.cos(theta) - m * np.cos(2 * theta)
"""


def onsets(mvcont, *arguments):
    code, out, err = mvcont("onset", *arguments, "--json")
    assert (code, err) == (0, "")
    return [entry["kappa"] for entry in json.loads(out)["onsets"]]


@pytest.mark.parametrize(
    "arguments",
    [
        ("hegselmann-krause", "--radius", 2),
        ("hegselmann-krause", "--R", 2),
        ("hegselmann-krause", "-p", "radius=2"),
        ("hegselmann-krause", "-p", "R=2"),
        ("Hegselmann_Krause", "--radius", "2.0"),
    ],
)
def test_a_radius_is_a_radius(mvcont, arguments):
    assert onsets(mvcont, *arguments)[0] == pytest.approx(1.4401692683491, abs=1e-13)


def test_an_expression_of_ones_own(mvcont):
    # −cos³ = −¾ cos θ − ¼ cos 3θ: κ₁ = 8/3, κ₃ = 8
    for text in ("-cos(t)**3", "-cos(theta)^3", "-cos(x)**3"):
        assert onsets(mvcont, "--sympy", text) == [pytest.approx(8 / 3), pytest.approx(8)]
    found = onsets(mvcont, "--sympy", "-cos(t) - beta*cos(2*t)", "-p", "beta=0.25")
    assert found == [pytest.approx(2), pytest.approx(8)]


def test_a_function_in_a_file(mvcont, tmp_path):
    (tmp_path / "own.py").write_text(HALF)
    assert onsets(mvcont, "--function", "own.py:W", "--modes", "1,2") == [pytest.approx(2), pytest.approx(4)]
    (tmp_path / "more.py").write_text(WITH_PARAMETER)
    found = onsets(mvcont, "--function", "more.py:W", "--m", 0.25, "-p", "c=2", "--modes", "1,2")
    assert found == [pytest.approx(1), pytest.approx(8)]


def test_families_of_ones_own(mvcont, tmp_path):
    _, out, _ = mvcont("tricritical", "--sympy", "-cos(t) - m*cos(2*t)", "--bracket", 0.4, 0.9, "--json")
    found = json.loads(out)
    assert found["family"]["varied"] == "m"
    assert found["parameter"] == pytest.approx(0.5, abs=1e-14)
    (tmp_path / "more.py").write_text(WITH_PARAMETER)
    arguments = ("--function", "more.py:W", "--range", 0.4, 0.6, "--count", 2, "--workers", 2, "--no-figure")
    code, out, err = mvcont("phase-diagram", *arguments, "--json")  # in processes: families can be pickled
    assert (code, err) == (0, "")
    kinds = [column["transitions"][0]["kind"] for column in json.loads(out)["columns"]]
    assert kinds[0] == "continuous"
    assert kinds[-1] == "discontinuous"
    assert (tmp_path / "phase-diagram-W-m").is_dir()


def test_decimal_numbers_are_taken_exactly():
    potential = Expression("-cos(t) - m*cos(2*t)")(m=0.1)
    assert potential.source == "closed form"
    assert float(potential.mp_weight(2)) == 0.1


def test_the_free_parameter_may_be_one_that_has_a_default():
    named = {"name": "noisy-transformer", "weights": None, "expression": None, "function": None}
    family = family_of("beta", parameter=["scaled=true"], **named)
    assert family(4.0).label == "scaled noisy transformer, β = 4"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("noisy-transformer", "--beta", 4, "-p", "beta=5"), ("--beta is given twice: 4 and 5",)),
        (("noisy-transformer", "--beta", 4, "--beta", 5), ("--beta is given twice",)),
        (("hegselmann-krause", "--radius", 1, "-p", "R=2"), ("--radius is given twice",)),
        (("harmonics", "--weights", "1,2", "-p", "g2=3"), ("g2", "is given twice")),
        (("noisy-transformer", "--radius", 4), ("noisy-transformer has no parameter --radius", "--beta")),
        (("noisy-transformer",), ("noisy-transformer needs --beta",)),
        (("noisy-transformer", "-p", "bta=4"), ("no parameter -p bta",)),
        (("noisy-transformer", "-p", "beta=-1"), ("-p beta = -1.0", "> 0")),
        (("noisy_transfomer",), ("'noisy_transfomer'", "did you mean noisy-transformer")),
        (("harmonics",), ("harmonics needs weights",)),
        (("harmonics", "--beta", 1), ("harmonics has no parameter --beta",)),
        (("kuramoto", "--sympy", "-cos(t)"), ("got POTENTIAL and --sympy",)),
        ((), ("mvcont potentials",)),
        (("--sympy", "-cos(t"), ("--sympy = '-cos(t' is not an expression",)),
        (("--sympy", "-cos(t) - m"), ("needs --m",)),
        (("--sympy", "-cos(s)"), ("call the angle by one of theta",)),
        (("--sympy", "-sin(t)"), ("W is not even",)),
        (("--function", "own.py"), ("FILE:NAME",)),
        (("--function", "own.py:W"), ("there is no file", "own.py")),
        (("--function", "bad.py:W"), ("bad.py cannot be run: ZeroDivisionError",)),
        (("--function", "good.py:V"), ("good.py has no function 'V'; it has W",)),
    ],
)
def test_what_is_wrong_is_said_as_it_was_typed(mvcont, tmp_path, arguments, words):
    (tmp_path / "bad.py").write_text("1 / 0\n")
    (tmp_path / "good.py").write_text("def W(theta):\n    return -theta**2\n")
    code, out, err = mvcont("onset", *arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    for word in words:
        assert word in err


def test_doi_onsager_needs_no_mode(mvcont):
    _, out, _ = mvcont("coexistence", "doi-onsager", "--json")
    found = json.loads(out)
    assert (found["mode"], found["kind"]) == (2, "continuous")
    assert found["kappa"] == pytest.approx(4.71238898038469, abs=1e-13)  # 3π/2
    assert branches.coexistence(branches.potentials.maier_saupe()).mode == 2


def test_the_list_of_potentials(mvcont):
    code, out, _ = mvcont("potentials", "--json")
    entries = {entry["name"]: entry for entry in json.loads(out)["potentials"]}
    assert code == 0
    assert set(entries) == {name.replace("_", "-") for name in branches.potentials.NAMES}
    assert entries["hegselmann-krause"]["parameters"] == ["R", "dimension"]
    assert entries["hegselmann-krause"]["options"] == ["--radius R", "[--dimension DIMENSION]"]
    assert "2 I_n(β)/β" in entries["noisy-transformer"]["formula"]
    _, out, _ = mvcont("potentials")
    assert all(name in out for name in entries)


def test_spheres(mvcont):
    # Maier–Saupe in three dimensions: κ₂ = 15/2; Onsager's rods: 32/π
    for arguments in (("maier-saupe", "--dimension", 3), ("maier-saupe", "-p", "dimension=3")):
        assert onsets(mvcont, *arguments)[0] == pytest.approx(7.5, rel=1e-14)
    assert onsets(mvcont, "onsager")[0] == pytest.approx(10.185916357881302, rel=1e-14)
    found = onsets(mvcont, "noisy-transformer", "--beta", 3, "-p", "scaled=mean", "--dimension", 3, "--modes", 1)
    assert found[0] > 0
