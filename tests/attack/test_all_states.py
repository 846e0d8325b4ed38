"""Diagrams with search against brute force in the full space: random weights of both signs, states even or not.

Nothing is shared with the toolkit: see the second half of brute_force.py.  Every later change runs it:
pytest -m slow tests/attack
"""

from functools import lru_cache

import brute_force
import numpy as np
import pytest

import branches
from branches import potentials
from branches.spaces.cyclic import Cyclic

SEEDS = range(12)
PLACES = (0.3, 0.6, 0.93)  # of the largest coupling
SAME, CLEAR = 1e-6, 1e-5


@lru_cache(maxsize=1)
def attacked(seed):
    rng = np.random.default_rng(7000 + seed)
    g = np.round(rng.uniform(-0.6, 1.0, int(rng.integers(3, 7))), 3)
    g[int(rng.integers(g.size))] = round(float(rng.uniform(0.3, 1.0)), 3)
    kappa_max = float(rng.uniform(2.0, 6.0)) * 2.0 / float(g.max())
    return g, branches.diagram(potentials.from_weights(g), kappa_max, search=True)


def matching(g, states, c):
    here = brute_force.full_invariants(c)
    numbers = [brute_force.full_invariants(np.pad(s.c, (0, g.size))[: g.size]) for s in states]
    return [s for s, other in zip(states, numbers, strict=True) if np.max(np.abs(here - other)) < SAME]


pytestmark = [pytest.mark.slow, pytest.mark.parametrize("seed", SEEDS)]


def test_no_state_is_missed_found_twice_or_given_another_index(seed):
    g, d = attacked(seed)
    for part in PLACES:
        kappa = part * d.kappa_max
        states = d.at_kappa(kappa)
        for c in brute_force.full_states_at(g, kappa, np.random.default_rng(seed), 500):
            found = matching(g, states, c)
            assert len(found) == 1, (kappa, np.abs(c))
            index, margin = brute_force.full_index(g, c, kappa)
            assert margin < CLEAR or found[0].undecided or sum(found[0].index) == index


def test_every_half_branch_reaches_its_end_and_every_index_sum_holds(seed):
    _, d = attacked(seed)
    assert d.completeness.lacking == 0, str(d.completeness)
    assert d.completeness.sums_satisfied is not False, str(d.completeness)


def test_the_minimiser_is_right_and_stable(seed):
    g, d = attacked(seed)
    result = branches.landscape(d)
    assert result.violations == ()
    for part in PLACES:
        kappa = part * d.kappa_max
        ours = result.minimiser(kappa)
        assert sum(ours.index) == 0
        states = [np.pad(s.c, (0, g.size))[: g.size] for s in result.states(kappa)]
        assert any(np.max(np.abs(np.pad(ours.c, (0, g.size))[: g.size] - c)) < SAME for c in states)
        assert brute_force.full_defect(g, ours.c, kappa) < 1e-9


def test_branches_without_an_axis_solve_the_equation_and_turn_neutral_where_they_say(seed):
    g, d = attacked(seed)
    for branch in (b for b in d.branches if isinstance(b.isotropy, Cyclic)):
        chosen = np.unique(np.linspace(0, branch.kappa.size - 1, 15).astype(int))
        assert max(brute_force.full_defect(g, branch.c[k], branch.kappa[k]) for k in chosen) < 1e-9
        for point in branch.special_points:
            if isinstance(point.isotropy, Cyclic) and np.any(point.a):
                c = np.pad(point.isotropy.complex_moments(point.a), (0, g.size))[: g.size]
                assert brute_force.full_index(g, c, point.kappa)[1] < CLEAR
