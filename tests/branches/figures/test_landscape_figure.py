"""Figures of transitions: what is drawn is what was computed."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

import branches
from branches import potentials
from branches.dynamics.metastable import metastable_table
from branches.figures.landscape_figure import landscape_figure, metastable_figure
from branches.figures.page import save_page
from branches.figures.phase_figure import phase_figure
from branches.landscapes.landscape import landscape
from branches.sweeps.phase_diagram import phase_diagram


def test_landscape_figure_draws_the_minimum_and_the_kinks(tmp_path):
    result = landscape(branches.diagram(potentials.bimodal(1.4), kappa_max=1.65))
    page = landscape_figure(result)
    left, right = page.axes
    band = next(line for line in left.lines if line.get_label() == "$F^*$")
    assert np.array_equal(band.get_ydata(), result.free_energy(band.get_xdata()))
    marks = [line.get_xdata()[0] for line in left.lines if line.get_marker() in ("D", "o")]
    assert marks == [transition.kappa for transition in result.transitions]
    assert len(right.texts) == len(result.transitions)
    assert save_page(page, tmp_path / "map.png").stat().st_size > 10_000


def test_metastable_figure_has_a_panel_for_every_state(tmp_path):
    table = metastable_table(
        lambda beta: potentials.noisy_transformer(beta, scaled=True), [5.0, 10.0], peaks=3
    )
    page = metastable_figure(table)
    drawn = [ax for ax in page.axes if ax.lines]
    assert len(drawn) == sum(n for n, _ in table.counts) == 5
    for ax, entry in zip(drawn, [e for row in table.rows for e in row], strict=True):
        theta, density = ax.lines[0].get_data()
        assert abs(np.trapezoid(density, theta) - 1.0) < 1e-10
        assert density.max() == np.max(entry.state.density(theta))
    assert save_page(page, tmp_path / "peaks.pdf").stat().st_size > 5_000


def test_phase_figure_draws_one_line_for_each_boundary(tmp_path):
    with ThreadPoolExecutor(1) as pool:
        found = phase_diagram(potentials.bimodal, [1.1, 1.2, 1.3, 1.4], pool)
    page = phase_figure(found, "m")
    (ax,) = page.axes
    solid = [line for line in ax.lines if line.get_linestyle() == "-" and len(line.get_xdata()) == 4]
    assert len(solid) == 1  # uniform or nematic to polar, through the critical end point
    expected = [c.transitions[-1][0] / c.onset[0] for c in found.columns]
    assert list(solid[0].get_ydata()) == expected
    marks = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    assert marks == [1.25]
    assert save_page(page, tmp_path / "phases.svg").stat().st_size > 5_000
