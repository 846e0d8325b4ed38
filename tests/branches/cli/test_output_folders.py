"""Nothing is overwritten silently; nothing partial replaces a whole result; --no-figure, --format, --quiet, -o ""."""

import json

import pytest

import branches
from branches.cli.output import Output

RUN = ("diagram", "kuramoto", "--no-figure")


def kappa_max_of(folder):
    return json.loads((folder / "diagram.json").read_text())["kappa_max"]


def test_an_existing_result_is_kept_and_the_folder_numbered(mvcont, tmp_path):
    assert mvcont(*RUN)[0] == 0
    code, out, err = mvcont(*RUN, "--kappa-max", 3)
    assert code == 0
    assert err == (
        "mvcont: note: kuramoto holds a result already: the files go to kuramoto-2 (--force replaces it)\n"
    )
    assert "files in kuramoto-2: diagram.save" in out
    assert mvcont(*RUN, "--kappa-max", 2.5)[2].count("kuramoto-3") == 1
    assert [kappa_max_of(tmp_path / name) for name in ("kuramoto", "kuramoto-2", "kuramoto-3")] == [4.2, 3.0, 2.5]


def test_force_replaces(mvcont, tmp_path):
    assert mvcont(*RUN)[0] == 0
    code, _, err = mvcont(*RUN, "--kappa-max", 3, "--force")
    assert (code, err) == (0, "")
    assert kappa_max_of(tmp_path / "kuramoto") == 3.0
    assert [path.name for path in tmp_path.iterdir()] == ["kuramoto"]


def test_results_of_different_commands_share_a_folder(mvcont, tmp_path):
    assert mvcont("rates", "kuramoto", "--no-figure", "-o", "both")[2] == ""
    assert mvcont("flow", "kuramoto", "--kappa", 3, "--time", 1, "--no-figure", "-o", "both")[2] == ""
    assert {path.name for path in (tmp_path / "both").iterdir()} == {"rates.csv", "rates.json", "flow.csv", "flow.json"}


def _interrupt(*args, **kwargs):
    raise KeyboardInterrupt


def test_a_part_never_replaces_a_whole_result_even_with_force(mvcont, tmp_path, monkeypatch):
    import branches.diagrams.build as build

    whole = build.diagram
    assert mvcont(*RUN)[0] == 0
    before = (tmp_path / "kuramoto" / "diagram.json").read_text()

    def part(potential, **options):
        monkeypatch.setattr(build, "follow_states", _interrupt)
        return whole(potential, **options)

    monkeypatch.setattr(build, "diagram", part)
    code, _, err = mvcont(*RUN, "--force")
    assert code == 130
    assert "kuramoto holds a whole result, which a part does not replace: the files go to kuramoto-2" in err
    assert "what was found so far is in kuramoto-2" in err
    assert (tmp_path / "kuramoto" / "diagram.json").read_text() == before
    assert branches.Diagram.load(tmp_path / "kuramoto-2" / "diagram.save").status == "interrupted"
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert mvcont(*RUN, "-o", "kuramoto-2", "--force")[0] == 0  # a whole one replaces a part, if it is told to
    assert branches.Diagram.load(tmp_path / "kuramoto-2" / "diagram.save").status == "finished"


def test_a_result_that_came_during_the_work_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = Output(formats=()).place("out", "flow")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "flow.json").write_text("{}")
    files = place.write(("t",), [(1.0,)], {"status": "finished"}, None)
    assert files["csv"].parent.name == "out-2"
    assert (tmp_path / "out" / "flow.json").read_text() == "{}"


def test_this_folder_is_not_numbered(mvcont, tmp_path):
    assert mvcont(*RUN, "-o", ".")[0] == 0
    code, out, err = mvcont(*RUN, "-o", ".")
    assert (code, out) == (2, "")
    assert "holds a result already (diagram.json)" in err
    assert "--force" in err


@pytest.mark.parametrize("folder", ["", "  "])
def test_an_empty_name_is_refused(mvcont, tmp_path, folder):
    code, out, err = mvcont(*RUN, "-o", folder)
    assert (code, out) == (2, "")
    assert "the name of the folder is empty" in err
    assert not list(tmp_path.iterdir())


def test_formats(mvcont, tmp_path):
    assert mvcont("diagram", "kuramoto", "--format", "png", "-o", "one")[0] == 0
    assert {path.suffix for path in (tmp_path / "one").iterdir()} == {".save", ".csv", ".json", ".graphml", ".png"}
    code, _, err = mvcont("diagram", "kuramoto", "--format", "bmp")
    assert (code, "--format = 'bmp' is not allowed" in err) == (2, True)
    code, _, err = mvcont("diagram", "kuramoto", "--format", "png", "--no-figure")
    assert (code, "leave it out with --format" in err) == (2, True)


def test_no_figure_draws_nothing(mvcont, tmp_path):
    code, out, _ = mvcont("rates", "kuramoto", "--no-figure", "--json")
    assert code == 0
    assert set(json.loads(out)["files"]) == {"csv", "json"}


def test_quiet_prints_nothing(mvcont, tmp_path):
    assert mvcont(*RUN, "--quiet") == (0, "", "")
    assert (tmp_path / "kuramoto" / "diagram.save").exists()
    code, _, err = mvcont(*RUN, "--quiet", "--json")
    assert (code, "leave it out with --json" in err) == (2, True)
