"""What a referee found: balls around zero, claims that are no intervals, names that stand twice."""

import json

import pytest

flint = pytest.importorskip("flint")

from branches import potentials, proofs  # noqa: E402
from branches.proofs.checker import covers  # noqa: E402
from branches.proofs.checker_balls import above  # noqa: E402
from branches.proofs.schema import read  # noqa: E402


def test_a_bound_of_a_ball_around_zero_is_its_upper_end():
    assert above(flint.arb(0, 0.5)) >= 0.5
    assert above(flint.arb(0.1, 0.5)) >= 0.6
    assert above(flint.arb(0)) == above(0.0) == 0.0


@pytest.mark.parametrize("claimed", [{"0": "and no fold", "2": "(theorem)"}, "02", ["0"], ["0", "1", "2"], [0, 2]])
def test_only_an_interval_of_two_decimals_encloses_a_number(claimed):
    assert not covers(claimed, flint.arb(1))


def test_the_interval_itself_does():
    assert covers(["0", "2"], flint.arb(1))


def test_a_name_that_stands_twice_is_refused(tmp_path):
    path = proofs.onset(potentials.kuramoto(), 1).save(tmp_path / "onset.json")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{", '{"statement": "something else",', 1), encoding="utf-8")
    with pytest.raises(ValueError, match="stands twice"):
        read(path)


def test_a_bracket_has_two_ends(tmp_path):
    path = proofs.tricritical(potentials.bimodal, ("0.3", "0.9"), 1, 25).save(tmp_path / "point.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    data["given"]["bracket"].append("and nowhere else")
    from branches.proofs.schema import digest

    data["digest"] = digest(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    result = proofs.check(path)
    assert not result.ok
