"""Every result draws itself into given axes, and leaves alone what is not its own."""

from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import branches
from branches import potentials
from branches.figures.style import BRANCH_COLOURS, RC, STYLE, line
from branches.landscapes.landscape import landscape
from branches.states.stability import Stability
from branches.sweeps.phase_column import Column
from branches.sweeps.phase_diagram import PhaseDiagram

# Machado, Oliveira and Fernandes (2009), severity 1: linear RGB as it is seen
PROTAN = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
DEUTAN = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(matrix=None):
    """CIELAB of the colours of branches (D65), as they are or as a colour-blind reader sees them."""
    rgb = np.array([to_rgb(code) for code in BRANCH_COLOURS])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    if matrix is not None:
        linear = np.clip(linear @ np.array(matrix).T, 0.0, 1.0)
    xyz = linear @ XYZ.T / (XYZ @ np.ones(3))
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.column_stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])])


def closest(colours):
    distances = np.linalg.norm(colours[:, None] - colours[None], axis=-1)
    return distances[~np.eye(len(colours), dtype=bool)].min()


def test_twelve_colours_are_told_apart():
    assert len(set(BRANCH_COLOURS)) == 12
    assert closest(lab()) > 20
    assert min(closest(lab(PROTAN)), closest(lab(DEUTAN))) > 10
    lightness = lab()[:, 0]
    assert np.abs(np.diff(lightness)).min() > 9  # neighbours, in grey
    assert lightness.max() < 82  # on white


@pytest.fixture(scope="module")
def diagram():
    return branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5)


@pytest.fixture(scope="module")
def results(diagram):
    family = potentials.bimodal
    columns = [Column(q, 3.2, (2.0, 1), ((2.0, "continuous", 1, 0.0),), (), 0) for q in (0.3, 0.4)]
    found = branches.curves(family, 0.4, 0.9, seeds=(0.6,), modes=(1, 2))
    state = diagram.at_kappa(0.45)[0]
    return {
        "diagram": diagram,
        "branch": diagram.branches[0],
        "landscape": landscape(diagram),
        "curves": found,
        "line": found.lines[0],
        "phase diagram": PhaseDiagram(tuple(columns)),
        "flow": branches.flow(potentials.kuramoto(), 4.0, [0.1], 30.0),
        "ensemble": branches.particles(potentials.kuramoto(), 4.0, 50, 2.0, seed=1),
        "clusters": branches.clusters(5.0, [0.0, 1.0, 3.0]),
        "rates": branches.decay_rates(state),
    }


NAMES = (
    "diagram", "branch", "landscape", "curves", "line", "phase diagram", "flow", "ensemble", "clusters", "rates",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_axes_keep_their_title_and_fonts(results, name):
    with mpl.rc_context({"font.size": 8.0, "font.family": "DejaVu Sans"}):
        page = Figure(figsize=(3.4, 2.6), layout="constrained")
        ax = page.subplots()
        ax.set_title("mine")
        before = dict(mpl.rcParams)
        assert results[name].plot(ax, linewidth=0.7) is ax
        assert dict(mpl.rcParams) == before
        page.draw_without_rendering()
    assert ax.get_title() == "mine"
    assert ax.title.get_fontname() == ax.yaxis.label.get_fontname() == "DejaVu Sans"
    assert ax.yaxis.label.get_fontsize() == 8.0
    assert any(drawn.get_linewidth() == 0.7 for drawn in (*ax.lines, *ax.collections))
    label = ax.yaxis.label.get_window_extent()
    assert page.bbox.x0 <= label.x0
    assert label.x1 <= page.bbox.x1


@pytest.mark.parametrize("name", NAMES)
def test_labels_and_legend_can_be_left_out(results, name):
    ax = Figure().subplots()
    results[name].plot(ax, labels=False, legend=False)
    assert ax.get_legend() is None
    assert not [text for text in ax.texts if text.get_text()]


@pytest.mark.parametrize("name", ["diagram", "landscape", "curves", "phase diagram", "flow", "ensemble", "clusters"])
def test_pages_of_a_width(results, name):
    for width in (3.4, 7.5):
        page = results[name].figure(width=width)
        assert page.get_figwidth() == width
    with pytest.raises(ValueError, match="width = 1"):
        results["diagram"].figure(width=1.0)


def test_heights_of_a_diagram(diagram):
    branch = diagram.branches[0]

    def drawn(y):
        ax = diagram.plot(Figure().subplots(), y=y, labels=False, legend=False)
        curves = [entry.get_data() for entry in ax.lines if entry.get_color() == BRANCH_COLOURS[0]]
        return np.concatenate([np.column_stack(curve) for curve in curves])

    for y, column in (("a1", 0), ("a2", 1), (lambda a: a[:, 1] - a[:, 0] ** 2, None)):
        points = drawn(y)
        for kappa, height in points[::37]:
            states = branch.at_kappa(kappa)
            expected = [state.a[column] if column is not None else state.a[1] - state.a[0] ** 2 for state in states]
            assert min(abs(height - value) for value in [*expected, *([0.0] if kappa > 0.4098 else [])]) < 1e-7
    for kappa, height in drawn("free energy")[10::41]:
        assert min(abs(height - state.free_energy) for state in branch.at_kappa(kappa)) < 1e-9
    with pytest.raises(ValueError, match="y = 'b1' is not allowed"):
        diagram.plot(Figure().subplots(), y="b1")
    with pytest.raises(ValueError, match="one height a state"):
        diagram.plot(Figure().subplots(), y=lambda a: a)
    with pytest.raises(ValueError, match="panels"):
        diagram.figure(panels=("heights", "phases"))


@pytest.mark.parametrize("colors", ["red", ["red"], {0: "red"}])
def test_colours_are_what_was_asked_for(diagram, colors):
    ax = diagram.plot(Figure().subplots(), colors=colors)
    assert any(entry.get_color() == "red" for entry in ax.lines)
    assert not any(entry.get_color() == BRANCH_COLOURS[0] for entry in ax.lines)


def test_a_mode_has_one_colour_in_a_family():
    for m in (0.6, 1.6):
        (legend,) = branches.diagram(potentials.bimodal(m), kappa_max=5.0).figure().legends
        texts = [text.get_text() for text in legend.get_texts()]
        colours = [handle.get_color() for handle in legend.legend_handles]
        assert colours[texts.index("mode 1")] == BRANCH_COLOURS[0]
        assert colours[texts.index("mode 2")] == BRANCH_COLOURS[1]
        assert colours[texts.index("uniform state")] == "#000000"


def test_undecided_has_a_style_of_its_own_everywhere(results):
    assert len({str(line(word)["linestyle"]) for word in Stability}) == 3
    (column, other) = results["phase diagram"].columns
    odd = tuple(replace(each, transitions=((2.0, "undecided", 1, 0.0),)) for each in (column, other))
    ax = PhaseDiagram(odd).plot(Figure().subplots())
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "undecided" in words
    assert "continuous" not in words


def test_the_style_sheet_is_a_style_of_matplotlib():
    with plt.style.context(STYLE):
        assert {key: mpl.rcParams[key] for key in RC} == RC
    assert RC["svg.fonttype"] == "none"


def test_unknown_quantities_are_refused(results):
    for name, y in (("landscape", "norm"), ("phase diagram", "norm"), ("clusters", "a1"), ("ensemble", "a99")):
        with pytest.raises(ValueError, match="is not allowed"):
            results[name].plot(Figure().subplots(), y=y)
