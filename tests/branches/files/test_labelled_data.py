"""DataFrames and labelled Datasets: the numbers of the results, through netCDF and Parquet and back."""

import csv

import numpy as np
import pytest

import branches
from branches import potentials
from branches.files.tables import to_csv
from branches.loci.curves import curves
from branches.sweeps.sweep import sweep

pandas = pytest.importorskip("pandas")
xarray = pytest.importorskip("xarray")


@pytest.fixture(scope="module")
def phases():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as executor:
        return branches.phase_diagram(potentials.bimodal, [0.4, 0.6], executor)


@pytest.fixture(scope="module")
def lines():
    return curves(potentials.bimodal, 0.45, 0.6, seeds=(0.55,), modes=(1, 2))


@pytest.fixture(scope="module")
def trajectory():
    return branches.flow(potentials.kuramoto(), 3.0, [0.1, 0.02 + 0.01j], 5.0)


def root_task(x):
    return {"root": ((), x**0.5), "powers": (("power",), np.array([x, x**2]))}


@pytest.fixture(scope="module")
def roots():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as executor:
        return sweep(root_task, [4.0, 9.0], executor=executor)


@pytest.fixture(params=["transformer", "bimodal", "uniform_only", "branch", "phases", "lines", "trajectory", "roots"])
def result(request):
    if request.param == "branch":
        return request.getfixturevalue("transformer").branches[0]
    return request.getfixturevalue(request.param)


def test_netcdf_gives_the_same_back(result, tmp_path):
    data = result.to_xarray()
    data.to_netcdf(tmp_path / "data.nc")
    with xarray.open_dataset(tmp_path / "data.nc") as again:
        assert set(again.variables) == set(data.variables)
        for name, variable in data.variables.items():
            assert again[name].dims == variable.dims
            if variable.dtype.kind in "biufc":
                assert np.array_equal(again[name].values, variable.values, equal_nan=variable.dtype.kind == "f")
            else:
                assert again[name].values.astype(str).tolist() == variable.values.tolist()
        assert again.attrs == data.attrs


def test_every_variable_says_what_it_is(result):
    for variable in result.to_xarray().variables.values():
        assert variable.attrs["units"] == "1"
        assert variable.attrs["long_name"]


def test_parquet_gives_the_same_back(result, tmp_path):
    pytest.importorskip("pyarrow")
    frame = result.to_dataframe()
    frame.to_parquet(tmp_path / "data.parquet")
    pandas.testing.assert_frame_equal(pandas.read_parquet(tmp_path / "data.parquet"), frame)


def test_a_frame_has_the_columns_and_numbers_of_the_table(bimodal, tmp_path):
    points, _ = to_csv(bimodal, tmp_path)
    with points.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    frame = bimodal.to_dataframe()
    assert list(frame.columns) == list(rows[0])
    for name in ("kappa", "free_energy", "a_1", "a_2", "residual"):
        assert frame[name].tolist() == [float(row[name]) for row in rows]
    assert [{"1": True, "0": False, "": None}[row["stable"]] for row in rows] == [
        None if value is pandas.NA else bool(value) for value in frame["stable"]
    ]


def test_a_diagram_is_labelled(transformer):
    data = transformer.to_xarray()
    first = data.isel(point=data.branch.values == 0)
    assert np.array_equal(first.kappa.values, transformer[0].kappa)
    assert np.array_equal(first.a.values[:, : transformer[0].a.shape[1]], transformer[0].a)
    fold = data.special_point_kappa.values[data.special_point_kind.values == "fold"]
    assert fold == pytest.approx([0.38706899595204], abs=1e-13)
    assert data.attrs["potential"] == "noisy transformer, β = 4"


def test_phases_flows_and_sweeps_are_labelled(phases, trajectory, roots):
    data = phases.to_xarray()
    assert data.transition_kind.sel(parameter=0.6).values.tolist()[0] == "discontinuous"
    assert float(data.transition_kappa.sel(parameter=0.6)[0]) == pytest.approx(1.98170352222616, abs=1e-12)
    flow = trajectory.to_xarray()
    assert np.array_equal(flow.c_re.values + 1j * flow.c_im.values, trajectory.c)
    assert np.array_equal(flow.t.values, trajectory.t)
    assert roots.to_xarray().powers.sel(parameter=9.0).values.tolist() == [9.0, 81.0]
    assert roots.to_dataframe()["powers_1"].tolist() == [16.0, 81.0]
    assert roots.to_dataframe()["root"].tolist() == [2.0, 3.0]


def test_what_is_missing_is_named(transformer, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(ImportError, match=r"install the extra \[table\]"):
        transformer.to_dataframe()
    with pytest.raises(ImportError, match=r"install the extra \[store\]"):
        transformer.to_xarray()
