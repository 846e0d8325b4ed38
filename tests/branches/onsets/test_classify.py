"""Kinds of onsets, decided with errors."""

import dataclasses
import subprocess
import sys
import timeit

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from branches import potentials
from branches.onsets.classify import KINDS, modes_below, onset, onsets
from branches.potentials.potential import Potential


@dataclasses.dataclass(frozen=True)
class Measured(Potential):
    """Weights with errors, and no bound of the tail unless `closed`."""

    name = "measured"
    g: tuple[float, ...]
    errors: tuple[float, ...]
    closed: bool = True

    @property
    def parameters(self):
        return {}

    def _tabulate(self, n_modes):
        table = np.zeros((2, max(n_modes, len(self.g))))
        table[:, : len(self.g)] = self.g, self.errors
        return table[0, :n_modes], table[1, :n_modes]

    def _mp_weight(self, n):
        raise ValueError("only floats")

    def tail_bound(self, k):
        return max((abs(g) for g in self.g[k:]), default=0.0) if self.closed else None


@pytest.mark.parametrize(
    ("potential", "mode", "kind", "order"),
    [
        (potentials.kuramoto(), 1, "supercritical", 2),
        (potentials.bimodal(0.3), 1, "supercritical", 2),
        (potentials.bimodal(0.5), 1, "critical", 4),
        (potentials.bimodal(0.6), 1, "subcritical", 2),
        (potentials.bimodal(1.0), 1, "transcritical", 1),
        (potentials.bimodal(1.0), 2, "transcritical", 1),
        (potentials.bimodal(2.0), 1, "supercritical", 2),
        (potentials.noisy_transformer(2.0), 1, "supercritical", 2),
        (potentials.noisy_transformer(4.0), 1, "subcritical", 2),
        (potentials.noisy_transformer(2.44691831128904613), 1, "critical", 4),
        (potentials.hegselmann_krause(2.13918217377311332), 1, "critical", 4),
        (potentials.hegselmann_krause(2.0), 1, "subcritical", 2),
        (potentials.doi_onsager(), 2, "supercritical", 2),
        (potentials.harmonics({1: 1, 2: 0.5, 3: 1 / 3}), 1, "critical", 6),
        (potentials.harmonics({2: 1, 3: 1, 5: 1}), 3, "transcritical", 1),
        (potentials.harmonics({1: 1, 3: 1}), 1, "supercritical", 2),
        (potentials.harmonics({2: 1, 3: 1, 4: 0.7}), 2, "subcritical", 2),
    ],
)
def test_kinds(potential, mode, kind, order):
    result = onset(potential, mode)
    assert (result.kind, result.deciding_order) == (kind, order)
    assert result.kind in KINDS
    assert result.mode in result.kernel


def test_published_coefficients():
    assert abs(onset(potentials.noisy_transformer(4.0)).kappa - 0.409858525749405) < 5e-16
    tricritical = onset(potentials.noisy_transformer(2.44691831128904613))
    with mpmath.workdps(40):
        beta = mpmath.mpf("2.44691831128904613090394836491")
        r3 = mpmath.besseli(3, beta) / mpmath.besseli(1, beta)
        c4 = mpmath.mpf(2) / 3 * (1 - 3 * r3) / (1 - r3)
    assert abs(tricritical.deciding_coefficient - c4) < 4e-15
    assert abs(tricritical.c2) <= tricritical.c2_error < 1e-13


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.floats(-2.0, 0.95), min_size=4, max_size=4), st.integers(1, 4))
def test_errors_hold(r, n):
    g = {n: 1.0, **{k * n: x for k, x in enumerate(r, 2)}}
    result = onset(potentials.harmonics(g), n)
    r2, r3 = mpmath.mpf(r[0]), mpmath.mpf(r[1])
    with mpmath.workdps(60):
        c2 = (1 - 2 * r2) / (2 * (1 - r2))
        c4 = 24 * r2**3 * r3 - 20 * r2**3 - 42 * r2**2 * r3 + 42 * r2**2 + 21 * r2 * r3 - 24 * r2 - 6 * r3 + 5
        c4 /= 12 * (r2 - 1) ** 3 * (r3 - 1)
    assert abs(result.c2 - c2) <= result.c2_error
    assert abs(result.c4 - c4) <= result.c4_error
    if abs(c2) > 1e-10 and result.kernel == (n,):
        assert result.kind == ("supercritical" if c2 > 0 else "subcritical")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.floats(-1.0, 0.9), st.floats(-1.0, 1.0), st.floats(-1.0, 1.0))
def test_errors_of_the_weights_propagate(r2, shift1, shift2):
    error = 1e-6  # small enough for first order: the second is of relative size 1e-5
    result = onset(Measured((1.0, r2), (error, error)))
    moved = onset(Measured((1.0 + shift1 * error, r2 + shift2 * error), (0.0, 0.0)))
    assert abs(moved.c2 - result.c2) <= result.c2_error * (1 + 1e-4)


def test_undecided_within_the_errors():
    clear = onset(Measured((1.0, 0.5 + 2e-3), (0.0, 1e-4)))
    assert clear.kind == "subcritical"
    open_ = onset(Measured((1.0, 0.5 + 5e-5), (0.0, 1e-4)))
    assert open_.kind == "undecided"
    assert open_.deciding_order is None
    assert np.isnan(open_.deciding_coefficient)
    assert "c_2 is not resolved" in open_.message
    assert onset(Measured((1.0, 0.5), (0.0, 1e-4))).kind == "undecided"  # not 'critical': nobody knows
    assert onset(Measured((1.0, 0.5), (0.0, 0.0))).kind == "critical"


def test_undecided_at_the_second_coefficient():
    g3 = 1 / 3  # c_4 vanishes at r_2 = 1/2, r_3 = 1/3
    result = onset(Measured((1.0, 0.5, g3), (0.0, 0.0, 1e-5)))
    assert result.kind == "undecided"
    assert "c_4 is not resolved" in result.message


def test_vertical_branch_of_the_log_gas():
    result = onset(potentials.log_gas(0.7))
    assert result.kind == "critical"
    assert result.deciding_order is None
    assert "vertical" in result.message
    assert abs(result.c2) <= result.c2_error < 1e-13


def test_resonance_within_the_errors_of_the_weights():
    assert onset(Measured((1.0, 1.0 + 1e-7), (1e-7, 1e-7))).kernel == (1, 2)
    assert onset(Measured((1.0, 1.0 + 1e-5), (1e-7, 1e-7))).kernel == (1,)


def test_near_resonance_is_reported_with_its_distance():
    result = onset(potentials.harmonics({1: 1.0, 2: 0.995, 5: 1.004, 7: 0.9}))
    assert [near.mode for near in result.near_resonances] == [5, 2]
    assert abs(result.near_resonances[1].distance - (1 / 0.995 - 1)) < 1e-15
    assert abs(result.near_resonances[1].kappa - 2 / 0.995) < 1e-15
    assert "near-resonance with mode 5" in result.message
    assert onset(potentials.bimodal(0.9)).near_resonances == ()


def test_resonance_far_above_the_first_modes():
    result = onset(potentials.harmonics({1: 1.0, 300: 1.0}))
    assert result.kernel == (1, 300)


def test_unbounded_tail_is_admitted():
    result = onset(Measured((1.0, 0.2), (0.0, 0.0), closed=False))
    assert result.kind == "supercritical"
    assert "were not checked for resonance" in result.message


def test_multiple_in_the_kernel_leaves_no_coefficient():
    result = onset(potentials.bimodal(1.0))
    assert np.isnan([result.c2, result.c4]).all()
    assert len(result.rays) == 3


def test_degenerate_kernel_says_so():
    result = onset(potentials.harmonics(dict.fromkeys((1, 2, 3, 4), 1.0)))
    assert "not isolated" in result.message
    assert "Morse" not in onset(potentials.harmonics({1: 1, 2: 1, 3: 1})).message


def test_too_many_resonant_modes_are_undecided():
    result = onset(potentials.harmonics(dict.fromkeys(range(1, 9), 1.0)))
    assert (result.kind, result.kernel) == ("undecided", tuple(range(1, 9)))


def test_onsets_in_order():
    found = onsets(potentials.harmonics({1: 1.0, 2: 2.0, 3: 1.0, 4: -1.0, 5: 0.1}), 10.0)
    assert [(o.mode, o.kernel) for o in found] == [(2, (2,)), (1, (1, 3))]
    found = onsets(potentials.noisy_transformer(4.0), 20.0)
    assert [o.mode for o in found] == [1, 2, 3, 4, 5]
    assert all(o.kappa <= 20.0 for o in found)
    assert 2 / potentials.noisy_transformer(4.0).weight(6) > 20.0
    assert [o.mode for o in onsets(potentials.noisy_transformer(4.0), 20.0, modes=[3, 1])] == [1, 3]


def test_without_a_bound_the_first_modes_are_looked_at_and_it_is_said():
    measured = Measured((1.0, 0.2), (0.0, 0.0), closed=False)
    assert [o.mode for o in onsets(measured, 3.0)] == [1]
    modes, note = modes_below(measured, 3.0)
    assert modes == (1,)
    assert "modes above 64" in note
    assert "no bound" in note


def test_a_weight_below_its_error_does_not_attract():
    noisy = Measured((1.0, 1e-16), (1e-15, 1e-15), closed=False)
    assert modes_below(noisy, 1e17)[0] == (1,)


@pytest.mark.parametrize("kappa_max", [0.0, -1.0, float("nan"), float("inf")])
def test_bad_kappa_max(kappa_max):
    with pytest.raises(ValueError, match=r"kappa_max = .* not allowed"):
        onsets(potentials.kuramoto(), kappa_max)


@pytest.mark.parametrize("mode", [2, 7])
def test_mode_without_onset(mode):
    with pytest.raises(ValueError, match=rf"mode n = {mode} .* choose an attracting mode"):
        onset(potentials.kuramoto(), mode)


@pytest.mark.parametrize("mode", [0, -1, 1.5, "1"])
def test_bad_mode(mode):
    with pytest.raises(ValueError, match=r"mode = .* not allowed"):
        onset(potentials.kuramoto(), mode)


def test_under_a_millisecond():
    potential = potentials.noisy_transformer(4.0)
    onset(potential)
    assert min(timeit.repeat(lambda: onset(potential), number=10, repeat=20)) / 10 < 1e-3


def test_symbolic_packages_stay_out_of_the_numeric_path():
    code = (
        "import sys, branches.onsets.classify as c; from branches.potentials.families import NoisyTransformer;"
        "c.onset(NoisyTransformer(4.0)); sys.exit(bool({'sympy', 'networkx', 'mpmath'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
