"""Phase diagrams: the special points of the families, what is said about them, and their stores."""

import resource
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from branches import potentials
from branches.sweeps.phase_diagram import Change, phase_diagram

M_E = 1.267292504257954344
M_T = 1.634939096861610733


def test_bimodal_phase_diagram_has_its_three_special_points():
    values = [0.4, 0.45, 0.55, 0.8, 1.0, 1.2, 1.3, 1.5, 1.6, 1.67, 2.0]
    found = phase_diagram(potentials.bimodal, values)
    assert [(c.low, c.high) for c in found.changes] == [(0.45, 0.55), (1.2, 1.3), (1.6, 1.67)]
    polar, nematic = ("continuous", 1), ("continuous", 2)
    jump = ("discontinuous", 1)
    patterns = [found.columns[0].pattern, *(change.after for change in found.changes)]
    assert patterns == [(polar,), (jump,), (nematic, jump), (nematic, polar)]
    assert all(column.violations == 0 for column in found.columns)
    resonant = found.columns[4]
    assert resonant.transitions[0][0] == pytest.approx(1.75642368814418, abs=1e-14)
    assert resonant.folds[0][0] == pytest.approx(1.72846021877044, abs=1e-14)
    assert [resonant.winner(kappa) for kappa in (1.75, 1.76)] == [0, 1]


def test_a_change_is_narrowed_by_bisection():
    start = Change(1.2, 1.3, (("discontinuous", 1),), (("continuous", 2), ("discontinuous", 1)))
    with ThreadPoolExecutor(1) as pool:
        found = phase_diagram(potentials.bimodal, [1.2, 1.3], pool)
    assert found.changes == (start,)
    narrowed = found.refined(potentials.bimodal, start, 1e-3)
    assert narrowed.low < M_E < narrowed.high <= narrowed.low + 1e-3


def test_stored_phase_diagram_is_the_same_and_guarded(tmp_path):
    with ThreadPoolExecutor(1) as pool:
        first = phase_diagram(potentials.bimodal, [0.6, 0.7], pool, store=tmp_path)
        second = phase_diagram(potentials.bimodal, [0.6, 0.7], pool, store=tmp_path)
        assert first == second
        with pytest.raises(ValueError, match="holds another sweep"):
            phase_diagram(potentials.noisy_transformer, [3.0], pool, store=tmp_path)
        with pytest.raises(ValueError, match="reach"):
            phase_diagram(potentials.bimodal, [0.6], pool, reach=1.0)


def test_values_outside_the_family_are_failures():
    with ThreadPoolExecutor(1) as pool:
        found = phase_diagram(potentials.hegselmann_krause, [2.0, 4.0], pool)
    assert [column.value for column in found.columns] == [2.0]
    assert "radius of confidence" in found.failures[0].reason


def test_special_points_are_located():
    """Critical end point and nematic-polar tricritical point of reference values, to 10 digits and more."""
    with ThreadPoolExecutor(1) as pool:
        found = phase_diagram(potentials.bimodal, [0.4, 0.5, 0.6, 1.2, 1.3, 1.6, 1.7], pool)
    first, end, second = found.landmarks(potentials.bimodal)
    assert [mark.kind for mark in (first, end, second)] == ["tricritical", "critical end point", "tricritical"]
    assert first.parameter == pytest.approx(0.5, abs=1e-15)
    assert end.parameter == pytest.approx(M_E, abs=2e-12)
    assert end.kappa == pytest.approx(2 / M_E, abs=4e-12)
    assert second.parameter == pytest.approx(M_T, abs=1e-12)
    assert second.kappa == pytest.approx(1.37597046697748128, abs=1e-12)
    sharper = found.sharpened(potentials.bimodal, [first, end, second])
    assert len(sharper.columns) == len(found.columns) + 6
    assert [0.5 * (c.low + c.high) for c in sharper.changes] == pytest.approx([0.5, M_E, M_T], abs=1e-3)


def test_another_dominant_mode_is_handled_and_said():
    with ThreadPoolExecutor(1) as pool:
        found = phase_diagram(potentials.bimodal, [0.9, 1.1], pool)
        alone = phase_diagram(potentials.bimodal, [0.9], pool)
    assert [column.onset[1] for column in found.columns] == [1, 2]
    assert [column.pattern for column in found.columns] == [(("discontinuous", 1),)] * 2
    assert found.notes == ("the mode of the first onset changes from 1 to 2 between 0.9 and 1.1",)
    assert alone.notes == ()


def test_a_family_of_the_same_name_with_other_potentials_is_refused(tmp_path):
    plain = potentials.noisy_transformer
    with ThreadPoolExecutor(1) as pool:
        for scale in (1.0, 2.0):

            def family(beta, scale=scale):
                return plain(scale * beta)

            if scale == 1.0:
                phase_diagram(family, [1.0], pool, store=tmp_path / "a")
            else:
                with pytest.raises(ValueError, match=r"at 1\.0 the potential there has other weights"):
                    phase_diagram(family, [1.0], pool, store=tmp_path / "a")


def test_families_with_fixed_parameters_resume_and_are_told_apart(tmp_path):
    with ThreadPoolExecutor(1) as pool:
        for _ in range(2):
            scaled = partial(potentials.noisy_transformer, scaled=True)
            phase_diagram(scaled, [1.0], pool, store=tmp_path)
        with pytest.raises(ValueError, match="scaled=True"):
            phase_diagram(potentials.noisy_transformer, [1.0], pool, store=tmp_path)


def test_an_interrupt_is_in_the_notes():
    def stop(done, failed, total):
        if done == 1:
            raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool:
        found = phase_diagram(potentials.bimodal, [0.4, 0.6, 0.7], pool, progress=stop)
    assert (found.status, len(found.columns), found.notes) == ("interrupted", 1, ("interrupted",))


def _measured(workers):
    """Return seconds, and seconds of processor time, of 200 columns of the transformer."""
    used, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    found = phase_diagram(potentials.noisy_transformer, np.linspace(0.5, 12, 200), workers=workers)
    seconds, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (len(found.columns), found.failures) == (200, ())
    return seconds, after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime


@pytest.mark.slow
def test_two_workers_share_the_work_of_one():
    """In processor time, which other programs do not disturb much: each of two workers has at most 1/1.7 of it."""
    _, alone = _measured(1)
    seconds, shared = _measured(2)
    assert seconds < 60
    assert shared / 2 < alone / 1.7
