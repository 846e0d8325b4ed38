"""Arcs: free energies as functions of κ, cut at folds and joined across the start of a closed branch."""

import numpy as np
import pytest

import branches
from branches import potentials
from branches.diagrams.records import Branch
from branches.landscapes.arcs import UniformArc, arcs_of
from branches.landscapes.envelope import equal_energy, lower_envelope
from branches.spaces.circle import EVEN
from continuation import FunctionProblem, Status, follow


@pytest.fixture(scope="module")
def folded():
    return branches.trace(potentials.noisy_transformer(4), kappa_max=0.8)


def test_arcs_meet_at_the_fold_of_the_table(folded):
    upper, lower = arcs_of(folded)
    assert upper.low == lower.low == pytest.approx(0.38706899595204, abs=1e-14)
    for arc in (upper, lower):
        state = arc.state(arc.low)
        assert state.a[0] == pytest.approx(0.5471279500604, abs=5e-7)  # square-root behaviour at the fold
    assert (upper.high, lower.high) == pytest.approx((0.409858525749405, 0.8), abs=1e-14)


def test_energies_are_those_of_corrected_states(folded):
    for arc in arcs_of(folded):
        kappa = np.linspace(arc.low, arc.high, 17)[1:-1]
        f, interaction = arc.energies(kappa)
        states = [arc.state(float(at)) for at in kappa]
        assert np.max(np.abs(f - [s.free_energy for s in states])) < 1e-14
        expected = [np.sum(s.potential.weights(s.a.size) * s.a**2) for s in states]
        assert np.allclose(interaction, expected, rtol=1e-10)
        assert max(s.residual for s in states) < 1e-13


def test_a_closed_branch_has_as_many_arcs_as_folds():
    """A loop traced from the middle of its upper side: two arcs over the whole range, not three."""
    loop = FunctionProblem(
        lambda u, p: np.array([(p - 2.0) ** 2 + 16.0 * (u[0] - 0.5) ** 2 - 1.0]),
        lambda u, p: np.array([[32.0 * (u[0] - 0.5)]]),
        lambda u, p: np.array([2.0 * (p - 2.0)]),
    )
    curve = follow(loop, [0.75], 2.0)
    assert curve.status is Status.CLOSED
    arcs = arcs_of(Branch(potentials.kuramoto(), EVEN, curve, "a loop"))
    assert len(arcs) == 2
    for arc in arcs:
        assert (arc.low, arc.high) == pytest.approx((1.0, 3.0), abs=1e-5)  # cubic pieces
    kappa = np.linspace(1.2, 2.8, 9)
    sides = sorted(float(arc.energies(np.array([2.0]))[1][0]) for arc in arcs)
    assert sides == pytest.approx([0.25**2, 0.75**2], abs=1e-3)
    for arc in arcs:
        _, interaction = arc.energies(kappa)
        half = np.sqrt(1.0 - (kappa - 2.0) ** 2) / 4.0
        a = np.sqrt(interaction)
        assert np.max(np.minimum(abs(a - 0.5 - half), abs(a - 0.5 + half))) < 1e-3


class _Line:
    """A state whose F is a straight line in κ: F = −½ S (κ − κ₀)."""

    def __init__(self, slope, zero, low=0.0, high=10.0):
        self.slope, self.zero, self.low, self.high, self.number = slope, zero, low, high, 0

    def energies(self, kappa):
        return -0.5 * self.slope * (kappa - self.zero), np.full_like(kappa, self.slope)


def test_lower_envelope_of_lines_resolves_several_exchanges_between_two_grid_points():
    """F = 0, −½(κ − 1), −(κ − 1.1), −2(κ − 1.3): exchanges at 1, 1.2, 1.5, on a grid of two points."""
    lines = [_Line(0.0, 0.0), _Line(1.0, 1.0), _Line(2.0, 1.1), _Line(4.0, 1.3)]
    intervals, exchanges = lower_envelope(lines, np.array([0.5, 3.0]), lambda i, j: None)
    assert [e.kappa for e in exchanges] == pytest.approx([1.0, 1.2, 1.5], abs=1e-15)
    assert [interval.arc for interval in intervals] == lines
    assert {e.kind for e in exchanges} == {"discontinuous"}


def test_a_branch_that_ends_while_lowest_is_a_gap():
    lines = [_Line(0.0, 0.0), _Line(1.0, 1.0, high=2.0)]
    _, exchanges = lower_envelope(lines, np.array([0.5, 1.5, 2.0, 3.0]), lambda i, j: None)
    assert [e.kind for e in exchanges] == ["discontinuous", "gap"]
    assert exchanges[1].kappa == 2.0


def test_equal_slopes_are_undecided():
    exchange = equal_energy(_Line(1.0, 1.0), _Line(1.0, 1.0), 0.5, 2.0)
    assert exchange.kind == "undecided"
    assert exchange.kappa_error == np.inf


def test_uniform_arc():
    arc = UniformArc(potentials.bimodal(0.6), 4.0)
    assert arc.energies(np.array([1.0, 3.0]))[0].tolist() == [0.0, 0.0]
    assert [arc.state(kappa).index for kappa in (1.9, 2.1, 3.5)] == [(0, 0), (1, 1), (2, 2)]


def test_the_place_of_a_coupling_is_where_the_branch_takes_it():
    branch = branches.trace(potentials.noisy_transformer(4), kappa_max=0.6)
    below, above = arcs_of(branch)
    for arc, lengths in ((below, (below.end, below.start)), (above, (above.start, above.end))):
        for kappa in (0.3871, 0.395, 0.4098):
            place = arc.place(kappa)
            assert min(lengths) <= place <= max(lengths)
            assert branch.at(place).kappa == pytest.approx(kappa, rel=1e-13)
