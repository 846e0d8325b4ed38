"""Diagrams saved by 0.1.0 load with the content that 0.1.0 told of them; fields that came later take their defaults.

The files and what is told of them (numbers to the last bit) were written by 0.1.0 itself: ``potentials.kuramoto()``
up to κ = 2.1 with 6 modes, ``potentials.bimodal(0.6)`` up to κ = 2.05 with 8 modes, mode 1.
"""

import json
import zipfile
from dataclasses import MISSING, fields
from pathlib import Path

import numpy as np
import pytest

import branches
from branches import potentials
from branches.files.codec import RECORDS

DATA = Path(__file__).parent / "data"
TOLD = json.loads((DATA / "told-by-0.1.0.json").read_text(encoding="utf-8"))
POTENTIALS = {"kuramoto": potentials.kuramoto(), "bimodal": potentials.bimodal(0.6)}


def file_of(name):
    return DATA / f"{name}-0.1.0.diagram"


def numbers(texts):
    return np.array([float.fromhex(text) for text in texts])


@pytest.fixture(params=sorted(TOLD))
def name(request):
    return request.param


def test_the_content_is_equal(name):
    told, found = TOLD[name], branches.Diagram.load(file_of(name))
    assert found.potential == POTENTIALS[name]
    assert found.status == told["status"]
    assert (found.completeness.owed, found.completeness.found) == (told["owed"], told["found"])
    assert [[node.name, node.kind, float(node.kappa).hex()] for node in found.nodes] == told["nodes"]
    assert len(found.branches) == len(told["branches"])
    for branch, known in zip(found.branches, told["branches"], strict=True):
        assert (branch.n_fold, branch.origin, branch.status.name) == (known["period"], known["origin"], known["status"])
        assert branch.kappa.size == known["points"]
        np.testing.assert_array_equal(branch.kappa[[0, -1]], numbers(known["kappa"]))
        np.testing.assert_array_equal(branch.a[-1], numbers(known["a"]))
        np.testing.assert_array_equal(branch.free_energy, numbers(known["free_energy"]))
        assert branch.index.tolist() == known["index"]
        assert branch.stable.tolist() == known["stable"]
        points = [[point.kind, float(point.kappa).hex(), float(point.a[0]).hex()] for point in branch.special_points]
        assert points == known["special_points"]


def test_the_branch_is_known_between_its_points(name):
    branch = branches.Diagram.load(file_of(name)).branches[0]
    middle = branch.at(0.5 * float(branch.arclength[-1]))
    np.testing.assert_allclose(middle.a[:4], numbers(TOLD[name]["middle"]), rtol=0, atol=1e-14)


def test_newer_fields_take_their_defaults(name):
    """Every field that the file does not have exists and holds its default; each of them must have one."""
    with zipfile.ZipFile(file_of(name)) as archive:
        header = json.loads(archive.read("diagram.json"))
    assert header["version"] == 1
    seen = 0
    for tree, value in pairs(header["diagram"], branches.Diagram.load(file_of(name))):
        assert type(value) is RECORDS[tree["record"]]
        for field in fields(value):
            if field.name == "isotropy":  # once a number
                assert value.isotropy.n_fold == tree["period"]
            elif field.name not in tree:
                seen += 1
                default = field.default if field.default_factory is MISSING else field.default_factory()
                assert default is not MISSING, f"{tree['record']}.{field.name} has no default: old files cannot load"
                assert repr(getattr(value, field.name)) == repr(default)
    assert seen  # special points know their error, half-branches their shape, pieces how they were made


def pairs(tree, value):
    """Walk a stored tree and the records made of it, side by side."""
    if isinstance(tree, dict) and "record" in tree:
        yield tree, value
        for name, part in tree.items():
            if name != "record":
                yield from pairs(part, getattr(value, "isotropy" if name == "period" else name))
    elif isinstance(tree, list):
        for part, item in zip(tree, value, strict=True):
            yield from pairs(part, item)


def test_saved_again_it_is_of_the_present_version(name, tmp_path):
    old = branches.Diagram.load(file_of(name))
    again = branches.Diagram.load(old.save(tmp_path / "again.diagram"))
    assert again == old
    assert hash(again) == hash(old)
