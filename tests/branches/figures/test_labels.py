"""Labels touch neither curves nor one another, on wide and narrow pages; what is written is written well."""

from itertools import combinations, pairwise

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

import branches
from branches import potentials
from branches.figures.labels import Labels
from branches.figures.rows import spread
from branches.figures.words import number, typeset

CASES = {
    "Hegselmann–Krause": (potentials.hegselmann_krause(0.5), 160.0),
    "bimodal": (potentials.bimodal(0.6), 4.2),
    "crowded": (potentials.bimodal(1.2), 4.0),
    "Doi–Onsager": (potentials.doi_onsager(), 9.9),
    "transformer": (potentials.noisy_transformer(4), 0.82),
}
SHARP = ("β = 500", potentials.noisy_transformer(500), 4.19613e-213)


@pytest.fixture(scope="module")
def diagrams():
    return {name: branches.diagram(potential, kappa_max=top) for name, (potential, top) in CASES.items()}


def hits(page):
    """Return the labels of a drawn page that touch a curve of their axes, or another label."""
    FigureCanvasAgg(page).draw()
    found = []
    for ax in page.axes:
        shown = [text for text in ax.texts if text.get_text() and text.get_visible()]
        boxes = [(text.get_text(), Bbox(text.get_window_extent().get_points())) for text in shown]
        for line in ax.lines:
            if line.get_linestyle() == "None" or line.get_transform() != ax.transData:
                continue
            points = ax.transData.transform(np.column_stack(line.get_data()))
            parts = [np.linspace(one, two, 200) for one, two in pairwise(points)]
            x, y = np.concatenate(parts).T
            for text, box in boxes:
                if np.any((x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)):
                    found.append((text, "curve"))
        for (one, first), (two, second) in combinations(boxes, 2):
            overlap = Bbox.intersection(first, second)
            if overlap is not None and min(overlap.width, overlap.height) > 1.0:
                found.append((one, two))
    return found


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("width", [10.0, 3.4])
def test_no_label_of_a_page_is_on_a_curve(diagrams, name, width):
    page = diagrams[name].figure(width=width)
    assert hits(page) == []
    assert any(text.get_text().startswith(("fold", r"$\kappa")) for text in page.axes[0].texts)
    drawn, size = page.get_tightbbox(), page.bbox_inches
    assert min(drawn.x0, drawn.y0) >= 0.0  # nothing is cut off
    assert drawn.x1 <= size.x1
    assert drawn.y1 <= size.y1


@pytest.mark.slow
def test_no_label_is_on_a_curve_among_27_branches():
    _, potential, top = SHARP
    diagram = branches.diagram(potential, kappa_max=top)
    page = diagram.figure()
    assert hits(page) == []
    texts = " ".join(text.get_text() for text in page.findobj(mpl.text.Text))
    assert r"\times 10^{-214}" in texts
    assert "e-21" not in texts
    (legend,) = page.legends
    assert page.bbox.x0 <= legend.get_window_extent().x0
    assert legend.get_window_extent().x1 <= page.bbox.x1


@pytest.mark.parametrize("name", ["bimodal", "transformer", "Hegselmann–Krause"])
def test_no_label_of_a_small_panel_is_on_a_curve(diagrams, name):
    with mpl.rc_context({"font.size": 8.0}):
        page = Figure(figsize=(3.4, 2.6), layout="constrained")
        ax = diagrams[name].plot(page.subplots())
        assert hits(page) == []
        legend = ax.get_legend()
        if legend is not None:
            box = legend.get_window_extent()
            for line in ax.lines:
                x, y = ax.transData.transform(np.column_stack(line.get_data())).T
                assert not np.any((x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1))


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12), st.integers(0, 2**31))
def test_labels_of_random_points_over_a_random_curve(points, seed):
    page = Figure(figsize=(3.4, 2.4))
    FigureCanvasAgg(page)
    ax = page.add_axes((0.1, 0.1, 0.88, 0.88), xlim=(0, 1), ylim=(0, 1))
    x = np.linspace(0, 1, 60)
    y = 0.5 + 0.3 * np.sin(np.random.default_rng(seed).uniform(2, 9) * x)
    ax.plot(x, y)
    writer = Labels(ax)
    writer.avoid_curve(x, y)
    for point in points:
        writer.avoid_point(*point)
    placed = [writer.place(f"label {k}", *point) for k, point in enumerate(points)]
    assert sum(placed) == len([text for text in ax.texts if text.get_text()])
    assert hits(page) == []


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20), st.floats(0.1, 8))
def test_spread_keeps_the_order_the_distance_and_the_frame(wanted, size):
    wanted = np.sort(wanted)
    places = spread(wanted, np.full(wanted.size, size), -20.0, 160.0)
    assert np.all(np.diff(places) >= size - 1e-9)
    assert places[0] >= -20.0 + 0.5 * size - 1e-9
    assert places[-1] <= 160.0 - 0.5 * size + 1e-9
    if np.all(np.diff(wanted) >= size):
        assert np.allclose(places, wanted)


@given(st.floats(1e-300, 1e300), st.integers(1, 12))
def test_a_number_is_read_back_to_its_digits(value, digits):
    text = number(value, digits)
    mantissa, _, power = text.partition(r"\times 10^{")
    read = float(mantissa) * (10.0 ** int(power[:-1]) if power and int(power[:-1]) > -308 else 1.0)
    if not power or int(power[:-1]) > -308:
        assert read == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits))
    assert "e" not in text.replace(r"\times", "")


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(5.0e-11, 2, r"5\times 10^{-11}"), (5.04e-11, 2, r"5\times 10^{-11}"), (0.38706899, 5, "0.38707"),
     (160.328, 4, "160.3"), (1.0e6, 3, r"1\times 10^{6}"), (12345.678, 4, r"1.235\times 10^{4}"), (200.0, 2, "200"),
     (-0.25, 3, "-0.25"), (float("nan"), 3, "?"), (float("inf"), 3, r"\infty")],
)  # fmt: skip
def test_numbers(value, digits, text):
    assert number(value, digits) == text


def test_labels_are_typeset():
    assert typeset("scaled noisy transformer, β = 5") == r"scaled noisy transformer, $\beta$ = 5"
    assert typeset("bimodal, m = 0.6") == "bimodal, $m$ = 0.6"
    assert typeset("$x$ = 1") == "$x$ = 1"
