"""One vocabulary: JSON documents have schema, version and provenance; keys and columns are known names."""

import csv
import json
import re
import tomllib
from pathlib import Path

import pytest

import branches
from branches.files.vocabulary import known

COMMANDS = [
    "potentials",
    "diagram bimodal --m 0.6 --kappa-max 4.5 --no-figure",
    "onset bimodal --m 0.6",
    "tricritical bimodal --bracket 0.4 0.9",
    "resonances bimodal --m 1",
    "coexistence bimodal --m 0.6",
    "curves bimodal --range 0.45 0.6 --seeds 1 --no-figure",
    "phase-diagram bimodal --range 0.4 0.6 --count 2 --no-figure --workers 1",
    "sweep bimodal --range 0.4 0.6 --count 2 --store kept --workers 1",
    "flow kuramoto --kappa 3 --time 2 --no-figure",
    "rates kuramoto --kappa 3 --no-figure",
    "connections kuramoto --kappa 3 --no-figure",
    "particles kuramoto --kappa 4 -n 20 -t 2 --no-figure",
    "particles bimodal --m 1 --kappa 1.6 --sweep-to 2.1 -n 20 -t 4 --no-figure",
    "clusters --beta 3 --tokens 10 --no-figure",
    "synchronises harmonics --weights 1,0.3",
]
OWN = {"parameters", "fixed", "settings", "coefficients", "files"}  # their keys are the user's, or kinds of files
PARAMETERS = {"g1", "g2"}


def names_in(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            if key not in OWN:
                yield from names_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from names_in(item)


@pytest.mark.parametrize("line", COMMANDS)
def test_the_names_of_a_command(mvcont, tmp_path, line):
    code, out, err = mvcont(*line.split(), "--json")
    assert (code, err) == (0, "")
    documents = [json.loads(out), *(json.loads(path.read_text()) for path in tmp_path.glob("[!k]*/*.json"))]
    for document in documents:
        assert list(document)[:3] == ["schema", "version", "provenance"]
        assert re.fullmatch(r"mckean-vlasov-continuation/[a-z-]+", document["schema"])
        assert document["version"] == 2
        made = document["provenance"]
        assert made["command"] == f"mvcont {line} --json"
        assert made["package_version"] == branches.__version__
        assert not {"as_json", "no_figure", "output"} & set(made["settings"])
        assert [name for name in names_in(document) if not known(name)] == []
    for table in tmp_path.glob("*/*.csv"):
        with table.open(newline="", encoding="utf-8") as stream:
            header = next(csv.reader(stream))
        assert [name for name in header if not known(name)] == []
        assert len(set(header)) == len(header)


def test_the_settings_are_those_in_effect(mvcont):
    _, out, _ = mvcont("diagram", "bimodal", "--m", 0.6, "--kappa-max", 2.5, "--no-figure", "--json", "-o", "out")
    expected = {"name": "bimodal", "m": [0.6], "kappa_max": 2.5, "depth": 2, "html": False}
    assert json.loads(out)["provenance"]["settings"] == expected


def test_a_potential_and_a_family_are_described_alike(mvcont):
    for line in ("onset bimodal --m 0.6", "coexistence bimodal --m 0.6", "resonances bimodal --m 0.6"):
        potential = json.loads(mvcont(*line.split(), "--json")[1])["potential"]
        assert potential["parameters"] == {"m": 0.6}
        assert set(potential) == {"name", "label", "parameters", "source"}
    found = json.loads(mvcont("tricritical", "bimodal", "--bracket", 0.4, 0.9, "--json")[1])
    assert found["family"] == {"name": "bimodal", "varied": "m", "fixed": {}, "range": [0.4, 0.9]}


def test_the_version_is_in_one_place():
    root = Path(branches.__file__).parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"]["attr"] == "branches.__version__"
    assert re.search(rf"^version: {re.escape(branches.__version__)}$", (root / "CITATION.cff").read_text(), re.M)
