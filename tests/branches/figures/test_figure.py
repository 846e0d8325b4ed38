"""The figure shows what the diagram holds, and nothing in it overlaps."""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import branches
from branches import potentials
from branches.figures.coexistence import coexistences
from branches.figures.diagram_figure import figure, plot, save_figure
from branches.figures.stretches import UNIFORM, amplitude, portraits, sample, stretches
from branches.figures.style import RC

CASES = {
    "transformer": (potentials.noisy_transformer(4), 0.82),
    "bimodal": (potentials.bimodal(0.6), 4.5),
    "resonant": (potentials.bimodal(1.0), 4.0),
    "secondary": (potentials.bimodal(2.0), 2.6),
    "crowded": (potentials.bimodal(1.2), 4.0),
    "one branch": (potentials.kuramoto(), 4.0),
    "uniform": (potentials.kuramoto(), 1.0),
}


@pytest.fixture(scope="module")
def diagrams():
    return {name: branches.diagram(potential, kappa_max=top) for name, (potential, top) in CASES.items()}


@pytest.fixture(scope="module")
def pages(diagrams):
    return {name: figure(diagram) for name, diagram in diagrams.items()}


@pytest.fixture
def texts_drawn(monkeypatch):
    """All texts that a page draws (its axes hold ticks that they do not)."""

    def drawn(page):
        seen = {}
        draw = mpl.text.Text.draw

        def record(text, renderer):
            if text.get_visible() and text.get_text().strip():
                seen[id(text)] = text
            draw(text, renderer)

        monkeypatch.setattr(mpl.text.Text, "draw", record)
        FigureCanvasAgg(page).draw()
        return list(seen.values())

    return drawn


@pytest.mark.parametrize("name", CASES)
def test_no_text_overlaps_and_none_is_cut_off(pages, texts_drawn, name):
    page = pages[name]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts_drawn(page)]
    frame = page.bbox
    assert len(boxes) > 15
    for text, box in boxes:
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1, text  # noqa: PT018
        assert frame.y0 <= box.y0 and box.y1 <= frame.y1, text  # noqa: PT018
    for (first, left), (second, right) in combinations(boxes, 2):
        overlap = mpl.transforms.Bbox.intersection(left, right)
        assert overlap is None or min(overlap.width, overlap.height) < 1.0, (first, second)


def test_stable_is_solid_and_unstable_dashed(diagrams):
    diagram = diagrams["transformer"]
    ax = plot(diagram, Figure(figsize=(6, 4)).subplots())
    drawn = {(round(float(line.get_xdata()[0]), 9), round(float(line.get_xdata()[-1]), 9)): line
             for line in ax.get_lines() if line.get_linestyle() != "None"}
    for part in stretches(diagram):
        line = drawn[round(float(part.kappa[0]), 9), round(float(part.kappa[-1]), 9)]
        assert (line.get_linestyle() == "-") is part.stable
    fold = diagram.node("fold 1")
    marked = [line.get_xydata()[0] for line in ax.get_lines() if line.get_marker() == "s"]
    assert marked == [pytest.approx((fold.kappa, np.linalg.norm(fold.a)))]
    texts = [text.get_text() for text in ax.texts]
    assert "fold 0.38707" in texts
    assert r"$\kappa_{1} = 0.40986$" in texts


def test_curves_join_at_folds_and_pass_through_the_points(diagrams):
    diagram = diagrams["transformer"]
    unstable, stable = (part for part in stretches(diagram) if part.branch == 0)
    assert (unstable.stable, stable.stable) == (False, True)
    assert unstable.kappa[-1] == pytest.approx(stable.kappa[0], abs=1e-14)
    assert stable.kappa[0] == pytest.approx(0.38706899595204, abs=1e-13)
    branch = diagram.branches[0]
    u, kappa = sample(branch, branch.arclength)
    assert np.allclose(u, branch.curve.u, atol=1e-12)
    assert np.allclose(kappa, branch.kappa, atol=1e-12)


def test_free_energy_slope_is_the_one_of_the_theory(diagrams):
    """Along a branch dF/dκ = −½ Σ g_n a_n²."""
    branch = diagrams["transformer"].branches[0]
    part = next(part for part in stretches(diagrams["transformer"]) if part.branch == 0 and part.stable)
    middle = slice(60, 100)
    slope = np.gradient(part.free_energy, part.kappa)[middle]
    s = part.start + (part.end - part.start) * 0.5 * (1 - np.cos(np.linspace(0, np.pi, part.kappa.size)))
    u, _ = sample(branch, s[middle])
    assert np.allclose(slope, -0.5 * (u * u) @ branch.weights, rtol=1e-3)


@pytest.mark.parametrize(
    ("potential", "top", "published"),
    [
        (potentials.noisy_transformer(3), 0.9, 0.75218776636719),
        (potentials.noisy_transformer(4), 0.5, 0.39147510083604),
        (potentials.noisy_transformer(5), 0.25, 0.187975826580661),
        (potentials.bimodal(0.6), 2.5, 1.98170352222616),
        (potentials.bimodal(1.0), 2.5, 1.75642368814418),
    ],
)
def test_coexistence(potential, top, published):
    (crossing,) = coexistences(branches.diagram(potential, kappa_max=top))
    assert crossing.kappa == pytest.approx(published, rel=1e-12)
    assert crossing.branches[0] == UNIFORM
    assert abs(crossing.free_energy) < 1e-13
    assert crossing.overlap[0] < crossing.kappa < crossing.overlap[1]


def test_no_coexistence_at_continuous_transitions(diagrams):
    assert coexistences(diagrams["one branch"]) == coexistences(diagrams["secondary"]) == ()


def test_portraits_lie_on_their_branches_and_apart(diagrams):
    for name, diagram in diagrams.items():
        shown = portraits(diagram)
        assert len(shown) <= 5
        assert bool(shown) is (name != "uniform")
        assert {portrait.branch for portrait in shown} == set(range(len(diagram.branches)))
        for portrait in shown:
            state = diagram.branches[portrait.branch].at(portrait.arclength)
            assert portrait.amplitude == float(amplitude(state.a))
        places = [(round(portrait.kappa, 9), portrait.amplitude) for portrait in shown]
        assert places == sorted(places)


def test_files(diagrams, tmp_path):
    files = save_figure(diagrams["bimodal"], tmp_path)
    starts = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}
    assert [file.name for file in files] == ["diagram.png", "diagram.pdf", "diagram.svg"]
    for file in files:
        assert file.read_bytes().startswith(starts[file.suffix[1:]])
    before = files[2].read_bytes()
    save_figure(diagrams["bimodal"], tmp_path, formats=("svg",))
    assert files[2].read_bytes() == before  # the same diagram, the same file
    with pytest.raises(ValueError, match="supported formats"):
        save_figure(diagrams["bimodal"], tmp_path, formats=("doc",))
    assert len(list(tmp_path.iterdir())) == 3


def test_drawing_leaves_matplotlib_as_it_was(diagrams):
    before = {key: mpl.rcParams[key] for key in RC}
    figure(diagrams["uniform"])
    assert {key: mpl.rcParams[key] for key in RC} == before
