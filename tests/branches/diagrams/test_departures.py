"""Departures that leaving by interpolation lost: against brute force and closed forms."""

from functools import lru_cache

import numpy as np
import pytest
from brute_force import defect, full_defect

import branches
from branches import potentials
from branches.diagrams.neutral_state import neutral_state
from branches.diagrams.trace import make_system
from branches.spaces.circle import EVEN, Dihedral, even_block
from branches.spaces.isotropy import same_orbit

# weights, κ_max: low noise, near-resonances, resonances; each lost half-branches when states were interpolated
CASES = {
    "transcritical at low noise": ([0.17, 0.143, 0.943], 12.0),
    "resonance 2:4": ([0.3, 1.0, 0.0, 1.0], 8.0),
    "pitchfork at low noise": ([0.065, 0.539, 0.046], 14.0),
    "resonance 1:4": ([0.4, 0.1, 0.2, 0.4, 1.0], 10.0),
    "tangent with a slope in κ": ([0.395, 1.178, 1.127, 1.176, -0.309, 0.398], 3.0),
    "many close modes": ([-0.091, 0.513, 0.084, -0.37, 0.979, 0.692, 1.086], 9.2081),
}


@lru_cache
def diagram_of(name):
    weights, kappa_max = CASES[name]
    return branches.diagram(potentials.from_weights(weights), kappa_max)


@pytest.mark.parametrize("name", CASES)
def test_no_half_branch_fails(name):
    account = diagram_of(name).completeness
    assert account.failed == 0, str(account)
    assert account.owed > 3 or name == "pitchfork at low noise"


@pytest.mark.parametrize("name", CASES)
def test_the_first_pieces_satisfy_the_equations_everywhere(name):
    g = np.array(CASES[name][0])
    for branch in diagram_of(name).branches:
        piece = branch.curve.pieces[0]
        for s in np.linspace(0.0, piece.end, 15):
            u, kappa = branch.curve.at(float(s))
            a = branch.isotropy.expanded(u)
            if isinstance(branch.isotropy, Dihedral):
                assert defect(g, a[:500], kappa) < 1e-12
            else:
                assert full_defect(g, branch.isotropy.complex_moments(a)[:500], kappa) < 1e-12


@pytest.mark.parametrize("name", CASES)
def test_no_two_branches_are_one(name):
    followed = diagram_of(name).branches
    for number, one in enumerate(followed):
        for other in followed[:number]:
            for s in (0.3 * one.arclength[-1], 0.8 * one.arclength[-1]):
                u, kappa = one.curve.at(float(s))
                states = [other.curve.at(min(t, float(other.arclength[-1])))[0] for t in other.curve.crossings(kappa)]
                a, members = one.isotropy.expanded(u), [other.isotropy.expanded(v) for v in states]
                same = [same_orbit(EVEN, a, kappa, b, kappa) for b in members]
                assert one.n_fold != other.n_fold or not any(same)


@pytest.mark.parametrize("name", CASES)
def test_nothing_happens_at_the_very_start(name):
    """A departure that is slightly off shows as branch points within the first thousandth of its branch."""
    for branch in diagram_of(name).branches:
        near = [point for point in branch.special_points if point.arclength < 1e-3 * branch.arclength[-1]]
        assert all(abs(point.kappa - branch.kappa[0]) > 1e-7 for point in near if point.arclength > 0.0)


def test_mixed_branches_of_a_resonance_are_mixed():
    mixed = [branch for branch in diagram_of("resonance 1:4").branches if "modes 1+4" in branch.origin]
    assert len(mixed) == 2
    assert all(EVEN.of_state(branch.a[-1]).n_fold == 1 for branch in mixed)


def test_the_branch_point_is_remade_to_round_off():
    """Bimodal, m = 2: mode 1 leaves the mode-2 branch at κ = 2/(1 + a₂), known to 20 digits."""
    exact = 1.2549663488385278971
    system = make_system(potentials.bimodal(2.0), Dihedral(1), None, exact)
    (point,) = branches.trace(potentials.bimodal(2.0), mode=2, kappa_max=3).special_points
    rough = point.a[1::2] + 1e-7 * 0.5 ** np.arange(point.a[1::2].size)
    found = neutral_state(system, even_block(2, 1), rough, exact + 1e-6)
    assert abs(found.kappa - exact) <= found.kappa_error < 2e-14
    assert abs(found.singular.x[1] - 0.59366823010911901) < 1e-15
    assert found.singular.lost < 1e-14 < 1e-3 < found.singular.kept


def test_no_neutral_state_is_said():
    system = make_system(potentials.bimodal(0.6), Dihedral(1), None, 3.6)
    (state,) = branches.trace(potentials.bimodal(0.6), mode=2, kappa_max=5.0).at_kappa(3.4)
    with pytest.raises(ArithmeticError, match="neutral"):
        neutral_state(system, even_block(2, 1), state.a[1::2], 3.4)


def test_the_piece_cut_at_a_bound_is_a_series_like_the_others():
    g = np.array([1.093, 1.046, 0.96, -0.671, 1.073, 0.498])
    kappa_max = 9.1491
    branch = branches.trace(potentials.from_weights(g), mode=2, kappa_max=kappa_max)
    assert branch.kappa[-1] == kappa_max
    last = branch.curve.pieces[-1]
    assert len(last.coefficients) > 20
    for s in np.linspace(last.start, float(branch.arclength[-1]), 9):
        u, kappa = branch.curve.at(float(s))
        assert defect(g, Dihedral(2).expanded(u)[:500], kappa) < 1e-12
