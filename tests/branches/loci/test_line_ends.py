"""Where lines of a family begin and end: no line hangs in the plane, kinds are exact, and errors hold."""

from functools import cache

import numpy as np
import pytest

import branches
from branches import potentials
from branches.figures.curves_figure import curves_figure
from branches.landscapes.coexistence import coexistence
from branches.loci.coexistence_lines import coexistence_line
from branches.loci.curves import curves
from branches.loci.fold_lines import fold_line
from branches.loci.onset_lines import onset_lines
from branches.onsets.multicritical import multicritical_kind

M_E, M_T = 1.267292504257954344, 1.634939096861610733


def without_c2(g4):
    """A family on which c₂ = 0 throughout: c₄ = (2/3)(1 − 3g₃)/(1 − g₃) vanishes at g₃ = ⅓."""
    return lambda g3: potentials.harmonics({1: 1.0, 2: 0.5, 3: g3, 4: g4})


def bends_back(g2):
    return potentials.harmonics({1: 1.0, 2: g2, 3: 0.45})


@cache
def bending():
    return curves(bends_back, 0.4, 0.6, seeds=(0.45, 0.5, 0.55))


def first_fold(family, q0):
    return branches.trace(family(q0), kappa_max=1.1 * family(q0).onset_coupling(1)).folds[0]


@pytest.mark.parametrize("seeds", [(0.8,), (0.775, 1.25, 1.725), (1.45,), (2.0,)])
def test_a_line_between_two_special_points_is_found_wherever_the_seeds_are(seeds):
    """None of the seeds lies between m_e and m_t, where the nematic state coexists with the polar one."""
    found = curves(potentials.bimodal, 0.3, 2.2, seeds=seeds, modes=(1, 2))
    assert found.failures == ()
    uniform, nematic = sorted(found.of_kind("coexistence"), key=lambda line: line.q.min())
    assert (uniform.description, nematic.description) == ("uniform | mode 1", "mode 2 | mode 1")
    for line, ends in ((uniform, (0.5, M_E)), (nematic, (M_E, M_T))):
        assert np.abs(np.array([line.q.min(), line.q.max()]) - ends).max() <= 2e-10
    assert [point.kind for point in found.points] == [
        "tricritical", "resonance", "critical end point", "tricritical",
    ]  # fmt: skip


def test_no_coexistence_line_hangs_in_the_plane():
    """Each end is on the border, or where the next line, a fold line or an onset begins."""
    for found in (curves(potentials.bimodal, 0.3, 2.2, seeds=(1.0,), modes=(1, 2)), bending()):
        known = [(point.q, point.kappa) for line in found.lines for point in line.points]
        for line in found.of_kind("coexistence"):
            for q, kappa in ((line.q[0], line.kappa[0]), (line.q[-1], line.kappa[-1])):
                distance = min(abs(q - other) + abs(kappa - at) for other, at in known)
                assert distance <= 1e-9 or q in (0.3, 2.2, 0.4, 0.6)


def test_two_polar_states_coexist_from_a_critical_point_to_a_critical_end_point():
    found = bending()
    assert [len(found.of_kind(kind)) for kind in ("coexistence", "fold")] == [2, 1]
    points = {point.kind: point for point in found.points}
    assert points["critical end point"].kappa == pytest.approx(2.0, abs=1e-12)  # κ₁, the uniform state's onset
    assert points["critical end point"].description == "onset of mode 1"
    # the two merge where the two folds do: a line of folds and one of equal energies, found independently
    cusp, merged = points["cusp"], points["critical point"]
    assert abs(merged.q - cusp.q) <= min(merged.error + cusp.error, 1e-9)
    assert abs(merged.kappa - cusp.kappa) <= 1e-9
    assert "unstable tricritical" in points
    assert "tricritical" not in points
    labels = [text.get_text() for text in curves_figure(found).axes[0].get_legend().get_texts()]
    assert {"critical point", "unstable tricritical", "critical end point"} <= set(labels)


def test_a_line_is_known_up_to_its_extrapolated_end():
    (line,) = bending().of_kind("fold")
    assert line.of_kind("unstable tricritical")
    for q in (0.4917, 0.495, 0.499):
        folds = branches.trace(bends_back(q), kappa_max=2.2).folds
        assert np.allclose(sorted(line.couplings(q)), sorted(fold.kappa for fold in folds), rtol=1e-12, atol=0)


@pytest.mark.parametrize("g4", [-0.3, 0.0, 0.2, 0.4])
@pytest.mark.parametrize("around", [(0.1, 0.6), (0.2, 0.5), (0.05, 0.8)])
def test_an_end_without_c2_has_its_own_kind_and_an_error_that_holds(g4, around):
    """The fold of 1 + c₄s⁴ + c₆s⁶ ends where c₄ vanishes, at g₃ = ⅓ exactly; noise is what limits it."""
    family = without_c2(g4)
    line = fold_line(family, first_fold(family, 0.48), 0.48, *around)
    (point,) = (point for point in line.points if "uniform" in point.description)
    assert abs(point.q - 1 / 3) <= point.error <= 2e-9
    # which of the two: the sign of κ − κ₁ close to the onset at ⅓ itself, on a branch traced
    branch = branches.trace(family(1 / 3), kappa_max=2.2)
    small = branch.a[np.argmin(np.abs(branch.a[:, 0] - 0.25)), 0]
    sign = np.sign(branch.kappa[np.argmin(np.abs(branch.a[:, 0] - small))] - 2.0)
    assert point.kind == ("tetracritical" if sign > 0 else "unstable tetracritical")


def test_the_family_without_c2_of_the_command():
    found = curves(without_c2(0.0), 0.1, 0.6, seeds=(0.225, 0.35, 0.475))
    assert [point.kind for point in found.points] == ["tetracritical", "resonance"]
    exact, _ = found.points
    assert abs(exact.q - 1 / 3) <= exact.error <= 1e-15
    assert exact.kappa == 2.0
    assert "c₂ = 0 all along from 0.1 to 0.6" in found.lines[0].message
    # also the coexistence line from a start close to its end leads there
    line = coexistence_line(without_c2(0.0), coexistence(without_c2(0.0)(0.35)), 0.35, 0.1, 0.6)
    (end,) = line.points
    assert end.kind == "tetracritical"
    assert abs(end.q - 1 / 3) <= end.error <= 1e-8


def test_onset_lines_with_c2_say_nothing_of_c4():
    one, two = onset_lines(lambda q: potentials.harmonics({1: 1.0, 2: 0.5 + 1e-9, 3: q}), 0.1, 0.6, modes=(1, 2))
    assert (one.message, two.message) == ("", "")
    assert one.points == ()


def test_kinds_by_the_exact_coefficients():
    assert multicritical_kind(potentials.bimodal, 0.5, 0.0, 1) == "tricritical"
    assert multicritical_kind(bends_back, 0.5, 1e-12, 1) == "unstable tricritical"
    # c₆ at r₂ = ½, r₃ = ⅓ has a zero in r₄: from both sides, and on it nothing is claimed
    low, high = 0.2, 0.4
    for _ in range(60):
        middle = 0.5 * (low + high)
        kind = multicritical_kind(without_c2(middle), 1 / 3, 1e-12, 1)
        low, high = (middle, high) if kind == "tetracritical" else (low, middle)
    assert multicritical_kind(without_c2(low - 1e-6), 1 / 3, 1e-12, 1) == "tetracritical"
    assert multicritical_kind(without_c2(high + 1e-6), 1 / 3, 1e-12, 1) == "unstable tetracritical"
    assert multicritical_kind(without_c2(high), 1 / 3, 1e-12, 1) == "degenerate"
