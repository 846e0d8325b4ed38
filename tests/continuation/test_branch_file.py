"""Branches on disk: bitwise the same, and what is not a branch file is told apart."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys import CIRCLE, CUBIC, PITCHFORK, TWINS, twin

from continuation import Branch, Event, follow
from continuation.branch_file import VERSION


def assert_same(first: Any, second: Any) -> None:
    assert type(first) is type(second)
    if isinstance(first, np.ndarray):
        assert (first.dtype, first.shape) == (second.dtype, second.shape)
        assert first.tobytes() == second.tobytes()
    elif isinstance(first, tuple):
        assert len(first) == len(second)
        for left, right in zip(first, second, strict=True):
            assert_same(left, right)
    elif isinstance(first, dict):
        assert_same(tuple(first.items()), tuple(second.items()))
    elif hasattr(first, "__dataclass_fields__"):
        for field in fields(first):
            assert_same(getattr(first, field.name), getattr(second, field.name))
    else:
        assert first == second or (first != first and second != second)


@pytest.mark.parametrize("kind", TWINS)
@pytest.mark.parametrize("problem", [CIRCLE, CUBIC])
def test_a_round_trip_is_exact(kind: str, problem: Any, tmp_path: Path) -> None:
    start = ([1.0], 0.0) if problem is CIRCLE else ([3.0], 6.0)
    event = Event("height", lambda u, p: u[0] - 0.5)
    branch = follow(twin(problem, kind), *start, direction=-1, p_min=-2.0, events=[event])
    assert_same(Branch.load(branch.save(tmp_path / "branch.npz")), branch)


def test_branch_points_and_awkward_numbers_too(tmp_path: Path) -> None:
    branch = follow(PITCHFORK, [0.0], -1.0, p_max=1.0)
    (point,) = branch.special_points
    odd = replace(point, coefficients={**point.coefficients, "none": float("nan"), "far": float("inf")})
    branch = replace(branch, special_points=(odd,), message='Ω → ∞ "quoted"')
    assert_same(Branch.load(branch.save(tmp_path / "branch.npz")), branch)


def test_a_loaded_branch_can_be_gone_on_with(tmp_path: Path) -> None:
    part = follow(CUBIC, [3.0], 6.0, direction=-1, p_min=-2.0, max_steps=2)
    loaded = Branch.load(part.save(tmp_path / "part.npz"))
    resumed, whole = (follow(CUBIC, resume=start, p_min=-2.0, p_max=6.0) for start in (loaded, part))
    assert_same(resumed, whole)


def test_an_empty_branch(tmp_path: Path) -> None:
    outward = follow(CIRCLE, [0.6], 0.8, p_max=0.8)
    assert_same(Branch.load(outward.save(tmp_path / "point.npz")), outward)


def test_only_branch_files_are_read_and_replaced(tmp_path: Path) -> None:
    branch = follow(CIRCLE, [1.0], 0.0)
    for name, content in (("text.npz", b"my notes"), ("empty.npz", b""), ("half.npz", None)):
        file = tmp_path / name
        if content is None:
            whole = branch.save(tmp_path / "whole.npz").read_bytes()
            content = whole[: len(whole) // 2]
        file.write_bytes(content)
        with pytest.raises(ValueError, match=rf"{name}: not a branch file, or a damaged one"):
            Branch.load(file)
        with pytest.raises(ValueError, match="not replaced"):
            branch.save(file)
        assert file.read_bytes() == content
    branch.save(tmp_path / "whole.npz")
    with pytest.raises(FileNotFoundError):
        Branch.load(tmp_path / "none.npz")
    with pytest.raises(OSError, match="none"):
        branch.save(tmp_path / "none" / "branch.npz")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": VERSION + 1}, f"version {VERSION + 1}, this program reads up to {VERSION}"),
        ({"version": "1"}, "version '1'"),
        ({"format": "spreadsheet"}, "its format is 'spreadsheet'"),
        ({"status": "TIRED"}, "damaged"),
        ({"pieces": []}, None),
        ({"special_points": [{}]}, "damaged"),
    ],
)
def test_a_changed_header(change: dict[str, Any], words: str | None, tmp_path: Path) -> None:
    file = follow(CIRCLE, [1.0], 0.0).save(tmp_path / "branch.npz")
    with np.load(file) as archive:
        arrays = {name: archive[name] for name in archive.files}
    header = json.loads(str(arrays.pop("header"))) | change
    np.savez(file, header=np.array(json.dumps(header)), **arrays)
    if words is None:
        assert Branch.load(file).pieces == ()
        return
    with pytest.raises(ValueError, match=words):
        Branch.load(file)
