"""What the figures of spheres show."""

from functools import partial

import numpy as np
from matplotlib.figure import Figure

import branches
from branches import potentials
from branches.figures.sphere_density import draw_globe
from branches.figures.spheres_figure import critical_beta_figure, mode_selection_figure, phase_diagrams_figure
from branches.spaces.zonal import Zonal


def test_a_globe_is_dark_where_the_density_is_large():
    ax = Figure().subplots()
    draw_globe(ax, Zonal(1, 3), 0.8 ** np.arange(1.0, 30.0), "#0072B2")
    image = ax.images[0].get_array()
    middle, top, bottom = image.shape[1] // 2, int(0.93 * image.shape[0]), int(0.07 * image.shape[0])
    assert image[top, middle, 0] < image[bottom, middle, 0]  # the axis points up: red is taken away there
    assert image[0, 0, 3] == 0.0
    assert image[middle, middle, 3] == 1.0


def test_densities_of_a_diagram():
    page = branches.diagram(potentials.maier_saupe(3), kappa_max=9.0).figure()
    labels = {ax.get_xlabel() for ax in page.axes}
    assert r"polar angle $\theta$" in labels
    assert sum(len(ax.images) for panel in page.axes for ax in panel.child_axes) >= 2
    blocks = branches.diagram(potentials.maier_saupe(5), kappa_max=19.0).figure()
    assert any("arccos" in ax.get_xlabel() for ax in blocks.axes)
    texts = [text.get_text() for text in blocks.legends[0].get_texts()]
    assert {"mode 2, prolate", "mode 2, oblate", "mode 2, block of 2", "mode 2, block of 3"} <= set(texts)


def test_figures_over_the_dimension():
    page = critical_beta_figure([2.0, 2.5, 3.0], [branches.critical_beta(d) for d in (2.0, 2.5, 3.0)])
    assert len(page.axes[0].lines[1].get_xdata()) == 2  # whole dimensions are marked
    page = mode_selection_figure(branches.mode_selection(np.linspace(0.5, 6, 20), dimension=3))
    assert len(page.axes[0].lines) == 6 + 2 + 1
    family = partial(potentials.noisy_transformer, dimension=3)
    page = phase_diagrams_figure({3: branches.curves(family, 1.5, 3.0, seeds=(2.5,), modes=(1,))})
    assert page.axes[1].get_ylabel() == r"$\kappa / \kappa_1$"
