"""The archive gives back bit for bit what was saved, and refuses what it cannot read."""

import dataclasses
import json
import zipfile

import numpy as np
import pytest

import branches
from branches import potentials
from branches.files.archive import VERSION, load, save
from continuation import Status


def assert_same(first, second, path="diagram"):
    """Compare two values of records down to the last bit."""
    assert type(first) is type(second), path
    if isinstance(first, np.ndarray):
        assert first.dtype == second.dtype, path
        assert first.shape == second.shape, path
        assert first.tobytes() == second.tobytes(), path
    elif isinstance(first, potentials.Potential):
        assert first == second, path
    elif dataclasses.is_dataclass(first):
        for field in dataclasses.fields(first):
            name = field.name
            assert_same(getattr(first, name), getattr(second, name), f"{path}.{name}")
    elif isinstance(first, tuple):
        assert len(first) == len(second), path
        for k, (left, right) in enumerate(zip(first, second, strict=True)):
            assert_same(left, right, f"{path}[{k}]")
    elif isinstance(first, dict):
        assert_same(tuple(first.items()), tuple(second.items()), path)
    elif isinstance(first, float):
        assert first.hex() == second.hex(), path
    else:
        assert first == second, path


@pytest.mark.parametrize("name", ["transformer", "bimodal", "uniform_only"])
def test_round_trip_is_exact(name, request, tmp_path):
    diagram = request.getfixturevalue(name)
    again = branches.Diagram.load(diagram.save(tmp_path / "a.diagram"))
    assert_same(diagram, again)
    assert list(tmp_path.iterdir()) == [tmp_path / "a.diagram"]  # no temporary file is left


def test_what_was_computed_is_not_computed_again(transformer, tmp_path):
    again = load(save(transformer, tmp_path / "a.diagram"))
    for old, new in zip(transformer.branches, again.branches, strict=True):
        kept = vars(new)
        assert_same(old.free_energy, kept["free_energy"])
        assert_same(old.morse, kept["morse"])
        assert_same(old.special_points, kept["special_points"])


def test_dense_output_works_after_loading(transformer, tmp_path):
    again = load(save(transformer, tmp_path / "a.diagram"))
    for old, new in zip(transformer.branches, again.branches, strict=True):
        for part in (0.0, 0.123, 0.5, 1.0):
            s = part * float(old.arclength[-1])
            assert_same(old.at(s), new.at(s))
    assert again.graph.nodes == transformer.graph.nodes


def test_awkward_values_survive(transformer, tmp_path):
    odd = dict.fromkeys("abcd", 0.0) | {"a": float("nan"), "b": float("-inf"), "c": -0.0, "d": 5e-324}
    node = dataclasses.replace(transformer.nodes[0], coefficients=odd, a=np.array([-0.0, np.inf, 1e-310]))
    branch = transformer.branches[0]
    curve = dataclasses.replace(branch.curve, status=Status.INTERRUPTED, message="κ ≤ 1 “quoted”")
    branch = dataclasses.replace(branch, curve=curve)
    diagram = dataclasses.replace(
        transformer, nodes=(node, *transformer.nodes[1:]), branches=(branch, transformer.branches[1]),
        status="interrupted",
    )  # fmt: skip
    assert_same(diagram, load(save(diagram, tmp_path / "a.diagram")))


def test_a_function_comes_back_as_its_weights(tmp_path):
    potential = potentials.from_function(lambda theta: -np.exp(np.cos(theta)), name="mine")
    diagram = branches.diagram(potential, kappa_max=3.0, modes=[1])
    again = load(save(diagram, tmp_path / "a.diagram"))
    assert again.potential.name == "mine"
    assert again.potential.weights(64).tobytes() == potential.weights(64).tobytes()
    old, new = (d.branches[0].at(0.4) for d in (diagram, again))
    assert old.a.tobytes() == new.a.tobytes()
    assert (old.free_energy, old.index) == (new.free_energy, new.index)


def test_the_potential_is_stored_once(bimodal, tmp_path):
    again = load(save(bimodal, tmp_path / "a.diagram"))
    assert all(branch.potential is again.potential for branch in again.branches)


def test_no_code_in_the_file(transformer, tmp_path):
    with zipfile.ZipFile(save(transformer, tmp_path / "a.diagram")) as archive:
        for name in archive.namelist():
            assert name == "diagram.json" or name.endswith(".npy")
            if name.endswith(".npy"):
                with archive.open(name) as file:
                    np.lib.format.read_array(file, allow_pickle=False)


# ---- refusals ---------------------------------------------------------------------------------


def rewrite(path, change):
    """Change the header of a diagram file and keep the rest."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    header = json.loads(parts["diagram.json"])
    change(header)
    parts["diagram.json"] = json.dumps(header).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


@pytest.fixture
def file(transformer, tmp_path):
    return save(transformer, tmp_path / "work.diagram")


def test_a_newer_file_is_refused_and_kept(file, transformer):
    rewrite(file, lambda header: header.update(version=VERSION + 1))
    before = file.read_bytes()
    with pytest.raises(ValueError, match=rf"work\.diagram.*version {VERSION + 1}.*up to version {VERSION}"):
        load(file)
    with pytest.raises(ValueError, match="not replaced"):
        save(transformer, file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("part", [0.0, 0.02, 0.5, 0.999])
def test_a_truncated_file_is_refused_and_kept(file, transformer, part):
    content = file.read_bytes()
    file.write_bytes(content[: int(part * len(content))])
    with pytest.raises(ValueError, match=r"work\.diagram"):
        load(file)
    with pytest.raises(ValueError, match="not replaced"):
        save(transformer, file)
    assert file.stat().st_size == int(part * len(content))


def test_a_flipped_bit_anywhere_is_noticed(file, transformer):
    """Every position either is refused or (in fields that zip ignores) changes nothing."""
    content = bytearray(file.read_bytes())
    refusals = []
    for position in range(0, len(content), len(content) // 40):
        damaged = content.copy()
        damaged[position] ^= 0x10
        file.write_bytes(bytes(damaged))
        try:
            assert_same(transformer, load(file))
        except ValueError as error:
            refusals.append(str(error))
    assert len(refusals) > 30
    assert all("work.diagram" in refusal for refusal in refusals)


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.pop("version"),
        lambda header: header.update(version="1"),
        lambda header: header.update(format="something else"),
        lambda header: header.pop("diagram"),
        lambda header: header.update(diagram=[1, 2]),
        lambda header: header["diagram"].pop("branches"),
        lambda header: header["diagram"].update(surplus=1),
        lambda header: header["diagram"].update(record="Popen"),
        lambda header: header["diagram"].update(kappa_max={"array": 10**6}),
        lambda header: header.update(potentials=[{"name": "noisy_transformer", "parameters": {"beta": -1}}]),
    ],
)
def test_a_wrong_header_is_refused(file, change):
    rewrite(file, change)
    with pytest.raises(ValueError, match=r"work\.diagram"):
        load(file)


def test_other_files_are_refused_and_kept(transformer, tmp_path):
    thesis = tmp_path / "thesis.pdf"
    thesis.write_text("years of work")
    with pytest.raises(ValueError, match=r"thesis\.pdf: not a diagram file"):
        load(thesis)
    with pytest.raises(ValueError, match=r"thesis\.pdf.*not replaced"):
        save(transformer, thesis)
    assert thesis.read_text() == "years of work"
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "missing.diagram")


def test_a_failed_save_keeps_the_old_file(file, transformer, monkeypatch):
    before = file.read_bytes()

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full)
    with pytest.raises(OSError, match="No space"):
        save(transformer, file)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_what_has_no_place_in_a_file_is_an_error(transformer, tmp_path):
    node = dataclasses.replace(transformer.nodes[0], coefficients={"f": print})
    with pytest.raises(TypeError, match="cannot be stored"):
        save(dataclasses.replace(transformer, nodes=(node,)), tmp_path / "a.diagram")
    assert not list(tmp_path.iterdir())
