"""Phase diagrams and lines are drawn where they were computed, between the columns and points too."""

from concurrent.futures import ThreadPoolExecutor

import mpmath
import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

import branches
from branches import potentials
from branches.figures.style import PLANE_MARKS
from branches.loci.curves import Curves, curves
from branches.loci.onset_lines import onset_lines
from branches.sweeps.phase_column import column_of
from branches.sweeps.phase_diagram import Landmark, PhaseDiagram

# Published or exact: coexistence of the bimodal potential at m, and its special points
KINK = 1.75642368814418 / 2
COEXISTENCE = {0.6: 1.98170352222616, 1.0: 1.75642368814418}
SPECIAL = (
    Landmark("tricritical", 0.5, 2.0, 1e-15),
    Landmark("critical end point", 1.267292504257954344, 2 / 1.267292504257954344, 1e-12),
    Landmark("tricritical", 1.634939096861610733, 1.37597046697748128, 1e-13),
)


@pytest.fixture(scope="module")
def found():
    with ThreadPoolExecutor(1) as pool:
        coarse = branches.phase_diagram(potentials.bimodal, (0.3, 0.7, 0.9, 1.1, 1.4, 1.8, 2.1), pool)
    return coarse.sharpened(potentials.bimodal, SPECIAL).traced(potentials.bimodal, SPECIAL)


def lines_of(ax, style):
    return [line.get_data() for line in ax.lines if line.get_linestyle() == style]


def test_boundaries_are_the_computed_curves(found):
    assert 1.0 not in [column.value for column in found.columns]
    ax = found.plot(Figure().subplots(), symbol="m")
    (boundary,) = [data for data in lines_of(ax, "-") if data[0][0] < 1.0 < data[0][-1]]
    assert boundary[1].min() == pytest.approx(KINK, rel=2e-5)  # between columns at 0.9 and 1.1
    for m, kappa in COEXISTENCE.items():
        assert np.interp(m, *boundary) == pytest.approx(kappa / (2.0 / max(1.0, m)), rel=5e-5)
    assert boundary[0][-1] == pytest.approx(SPECIAL[2].parameter, abs=1e-12)
    assert boundary[0][0] == 0.5
    seen = np.append(True, np.diff(boundary[0]) > 1e-5)  # where a column stands on a point of the line, one is enough
    turns = np.diff(np.arctan2(np.diff(boundary[1][seen]), np.diff(boundary[0][seen])))
    assert np.sort(np.abs(turns))[-2] < 0.06  # smooth but for the kink


def test_the_continuous_boundary_is_the_closed_form(found):
    """Mode 1 leaves the mode-2 branch at κ = 2/(1 + a₂), a₂ = I₁(z)/I₀(z), z = κ m a₂."""
    (strip,) = [strip for strip in found.strips if strip.value[-1] > 2.0]
    for m, kappa, onset in list(zip(strip.value, strip.kappa[1], strip.onset, strict=True))[3::11]:

        def gap(a, m=m):
            z = 2 / (1 + a) * mpmath.mpf(m) * a
            return mpmath.besseli(1, z) / mpmath.besseli(0, z) - a

        assert kappa == pytest.approx(float(2 / (1 + mpmath.findroot(gap, 0.55))), rel=3e-5)
        assert onset == pytest.approx(2.0 / m, rel=1e-14)


def test_fills_follow_the_boundaries_without_a_staircase(found):
    ax = found.plot(Figure().subplots())
    patches = [patch for patch in ax.collections if isinstance(patch, PolyCollection)]
    corners = np.vstack([patch.get_paths()[0].vertices for patch in patches])
    for strip in found.strips:
        for row in strip.kappa:
            heights = row / strip.onset
            for q, height in list(zip(strip.value, heights, strict=True))[::7]:
                assert np.min(np.hypot(corners[:, 0] - q, corners[:, 1] - height)) < 1e-12


def test_the_winner_is_that_of_a_column_of_its_own(found):
    for m in (0.77, 1.21, 1.45, 1.9):
        column = column_of(potentials.bimodal, m)
        (strip,) = [strip for strip in found.strips if strip.value[0] < m < strip.value[-1]]
        assert strip.pattern == column.pattern
        rows = [np.interp(m, strip.value, row) for row in strip.kappa]
        assert rows == pytest.approx([transition[0] for transition in column.transitions], rel=5e-5)
        limits = [float(np.interp(m, limit.value, limit.kappa)) for limit in found.limits
                  if limit.value[0] <= m <= limit.value[-1]]  # fmt: skip
        assert limits == pytest.approx([kappa for kappa, _ in column.folds], rel=5e-5)


def test_special_points_are_named(found):
    ax = found.plot(Figure(figsize=(6, 4)).subplots(), symbol="m")
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert {"tricritical", "critical end point", "uniform", "one peak", "2 peaks"} <= set(words)
    texts = {text.get_text() for text in ax.texts}
    assert {"$m = 0.5$", "$m = 1.2673$", "$m = 1.6349$"} <= texts
    marker = PLANE_MARKS["critical end point"]["marker"]
    (drawn,) = [line for line in ax.lines if line.get_marker() == marker]
    assert drawn.get_data() == ([SPECIAL[1].parameter], [pytest.approx(1.0, abs=1e-9)])


def test_couplings_themselves_on_request(found):
    ax = found.plot(Figure().subplots(), y="kappa")
    (boundary,) = [data for data in lines_of(ax, "-") if data[0][0] < 1.0 < data[0][-1]]
    assert np.interp(1.0, *boundary) == pytest.approx(COEXISTENCE[1.0], rel=2e-5)
    assert "not looked at" in [text.get_text() for text in ax.get_legend().get_texts()]
    with pytest.raises(ValueError, match="relative"):
        found.plot(Figure().subplots(), y="K")
    with pytest.raises(ValueError, match="nothing to draw"):
        PhaseDiagram(()).plot(Figure().subplots())


def test_a_diagram_of_one_column_is_not_traced_and_draws():
    one = PhaseDiagram((column_of(potentials.bimodal, 0.6),))
    assert one.traced(potentials.bimodal, ()).strips == one.strips


@pytest.fixture(scope="module")
def family():
    return curves(potentials.bimodal, 0.3, 1.2, seeds=(0.8,), modes=(1, 2))


def test_lines_are_smooth_and_right_between_their_points(family):
    (fold,) = [line for line in family.of_kind("fold") if line.q.min() < 0.8 < line.q.max()]
    assert len(fold.path) > 4 * len(fold.q)
    for m in (0.52, 0.6, 0.83, 0.93):
        traced = branches.trace(potentials.bimodal(m), kappa_max=2.2).folds[0].kappa
        assert np.interp(m, *fold.path.T) == pytest.approx(traced, rel=3e-5)
    for line in family.lines:
        q, kappa = line.path.T
        across, up = np.ptp(q) or 1.0, np.ptp(kappa) or 1.0
        angles = np.unwrap(np.arctan2(np.diff(kappa) / up, np.diff(q) / across))
        assert np.abs(np.diff(angles)).max(initial=0.0) < 0.3
        assert (line.path[0], line.path[-1]) == (pytest.approx([line.q[0], line.kappa[0]]), pytest.approx(
            [line.q[-1], line.kappa[-1]]))  # fmt: skip


def test_lines_end_in_their_special_points(family):
    for line in family.of_kind("coexistence") + family.of_kind("fold"):
        for point in line.points:
            distance = np.hypot(line.path[:, 0] - point.q, line.path[:, 1] - point.kappa)
            assert distance.min() < 5e-3, point
    (fold,) = [line for line in family.of_kind("fold") if line.q.min() < 0.8]
    assert fold.path[0] == pytest.approx([0.5, 2.0], abs=1e-7)


def test_onset_lines_are_labelled_and_ticks_are_1_2_5():
    found = Curves(onset_lines(potentials.hegselmann_krause, 1.0, 2.4, (1, 2, 3)))
    page = found.figure(symbol="R")
    page.draw_without_rendering()
    (ax,) = page.axes
    assert {r"$\kappa_{1}$", r"$\kappa_{2}$", r"$\kappa_{3}$"} <= {text.get_text() for text in ax.texts}
    assert ax.get_yscale() == "log"
    low, high = ax.get_ylim()
    ticks = [tick for tick in ax.get_yticks() if low <= tick <= high]
    assert {float(f"{tick:.0e}"[0]) for tick in ticks} <= {1.0, 2.0, 5.0}
    assert ticks == pytest.approx([tick for tick in (0.5, 1, 2, 5, 10, 20) if low <= tick <= high])
