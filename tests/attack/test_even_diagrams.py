"""Diagrams of random potentials against brute force: weights of both signs, couplings up to ten times the first onset.

Nothing is shared with the toolkit: states are those of a = T(a, κ) by sums over a grid, indices are eigenvalues of
κCG and κSG, see brute_force.py.  Every later change runs it:  pytest -m slow tests/attack
"""

from functools import lru_cache

import brute_force
import numpy as np
import pytest

import branches
from branches import potentials

SEEDS = range(24)
FACTOR = 10.0  # of the first onset
OFF = 1e-9  # moments of a returned point off its equation
CLEAR = 1e-6  # an eigenvalue nearer to 1 than this decides nothing by brute force
ZERO = 1e-5  # an eigenvalue at a located branch point


def weights(seed):
    """Return three to seven random weights, one of them attracting."""
    rng = np.random.default_rng(1000 + seed)
    g = np.round(rng.uniform(-0.6, 1.0, int(rng.integers(3, 8))), 3)
    g[int(rng.integers(g.size))] = round(float(rng.uniform(0.3, 1.0)), 3)
    return g


@lru_cache(maxsize=2)
def attacked(seed):
    g = weights(seed)
    return g, branches.diagram(potentials.from_weights(g), FACTOR * 2.0 / float(g.max()))


pytestmark = [pytest.mark.slow, pytest.mark.parametrize("seed", SEEDS)]


def test_every_half_branch_that_can_be_followed_is_and_reaches_its_end(seed):
    _, d = attacked(seed)
    assert [h for h in d.completeness.half_branches if h.outcome == "failed"] == []
    assert {b.status.name for b in d.branches} <= {"BOUND", "EVENT", "CLOSED"}


def test_every_returned_point_solves_the_equation(seed):
    g, d = attacked(seed)
    for branch in d.branches:
        chosen = np.unique(np.linspace(0, branch.kappa.size - 1, 25).astype(int))
        assert max(brute_force.defect(g, branch.a[k], branch.kappa[k]) for k in chosen) < OFF
        assert max([brute_force.defect(g, p.a, p.kappa) for p in branch.special_points], default=0.0) < OFF


def test_indices_are_those_of_the_second_variation(seed):
    g, d = attacked(seed)
    rng = np.random.default_rng(seed)
    for branch in d.branches:
        for k in rng.integers(1, branch.kappa.size, 6):
            truth = brute_force.morse_index(g, np.pad(branch.a[k], (0, g.size)), branch.kappa[k])
            if truth.margin > CLEAR and branch.morse.undecided[k] == 0:
                assert tuple(branch.index[k]) == (truth.even, truth.odd), (branch.origin, branch.kappa[k])


def test_special_points_are_neutral(seed):
    g, d = attacked(seed)
    for branch in d.branches:
        for point in branch.special_points:
            a = np.pad(point.a, (0, g.size))
            if np.max(np.abs(a)) > 1e-6:  # at the uniform state the onsets say it
                margin = brute_force.morse_index(g, a, point.kappa).margin
                assert margin < ZERO, (branch.origin, point.kind, point.kappa)


def test_no_state_is_reported_twice(seed):
    g, d = attacked(seed)
    for part in (0.33, 0.61, 0.9):
        kappa = part * d.kappa_max
        states = [state.a for branch in d.branches for state in branch.at_kappa(kappa)]
        states = [np.pad(a, (0, g.size))[: g.size] for a in states]
        assert len(brute_force.distinct(states)) == len(states)


def test_no_lower_even_state_exists(seed):
    g, d = attacked(seed)
    landscape = branches.landscape(branches.with_disconnected(d))
    rng = np.random.default_rng(seed)
    for part in (0.15, 0.4, 0.7, 0.97):
        kappa = part * d.kappa_max
        lowest = brute_force.states_at(g, kappa, rng)[0]
        ours = landscape.minimiser(kappa)
        assert brute_force.defect(g, ours.a, kappa) < OFF
        assert ours.free_energy <= float(brute_force.free_energy(g, lowest[None], kappa)[0]) + 1e-9
