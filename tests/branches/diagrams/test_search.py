"""Disconnected branches: deflation by orbits, the direct minimisation, and what is joined to a diagram."""

import networkx as nx
import numpy as np
import pytest
from self_consistency import self_consistency_error

import branches
from branches import potentials
from branches.diagrams.search.deflation import Deflation, deflated_newton
from branches.diagrams.search.disconnected import with_disconnected
from branches.diagrams.search.joined import branches_through
from branches.diagrams.search.minimise import as_even, minimise, random_fields
from branches.diagrams.search.search_states import search_states
from branches.spaces.circle import EVEN, Dihedral
from branches.spaces.isotropy import same_orbit
from branches.states.quadratic import QuadraticSystem

# A branch that turns at κ = 5.03 and comes back to no onset for κ ≤ 14.9: the diagram cannot hold it.
UNCONNECTED = potentials.harmonics({1: 0.67, 2: -0.68, 3: 0.2, 4: 0.38})


def test_search_finds_every_state_of_a_complete_diagram():
    """The diagram, by continuation, and the search, without it, agree on all states and energies."""
    potential, kappa = potentials.bimodal(0.6), 4.0
    traced = branches.diagram(potential, kappa_max=4.1)
    known = sorted(s.free_energy for branch in traced.branches for s in branch.at_kappa(kappa))
    found = search_states(potential, kappa)
    assert len(found.states) == 3
    assert np.allclose([s.free_energy for s in found.states], known, atol=1e-13)
    for state in found.states:
        g = potential.weights(state.a.size)
        assert self_consistency_error(g, state.a[None], np.array([kappa]))[0] < 1e-12


def test_known_states_and_their_twins_are_not_found_again():
    potential, kappa = potentials.bimodal(0.6), 4.0
    first = search_states(potential, kappa, random_starts=0)
    again = search_states(potential, kappa, known=first.states, random_starts=0)
    assert again.states == ()
    for i, one in enumerate(first.states):
        for other in first.states[i + 1 :]:
            assert not same_orbit(EVEN, one.a, kappa, other.a, kappa, 1e-3)


def test_deflation_leads_newton_elsewhere():
    system = QuadraticSystem(potentials.noisy_transformer(4), Dihedral(1), 64)
    guess = np.exp(-0.2 * np.arange(1.0, 65.0) ** 2)
    free = Deflation(64)
    first = deflated_newton(system, guess, 0.4, free)
    assert np.max(np.abs(system.residual(first, 0.4))) <= 1e-10
    free.add(first)
    second = deflated_newton(system, first + 1e-3, 0.4, free)
    assert np.max(np.abs(system.residual(second, 0.4))) <= 1e-10
    for member in (first, Dihedral(1).twin(first)):
        assert np.linalg.norm(second - member) > 0.1


def test_gradient_of_the_deflation_factor():
    rng = np.random.default_rng(5)
    deflation = Deflation(6, [rng.standard_normal(6), rng.standard_normal(6)])
    a, d, h = rng.standard_normal(6), rng.standard_normal(6), 1e-6

    def log_factor(x):
        return sum(np.log1p(1 / np.sum((x - p) ** 2)) for p in deflation.points)

    assert len(deflation.points) == 5
    numeric = (log_factor(a + h * d) - log_factor(a - h * d)) / (2 * h)
    assert deflation.gradient(a) @ d == pytest.approx(numeric, rel=1e-8)


def test_minimisation_never_raises_the_energy():
    potential = potentials.harmonics({1: 1.0, 2: -1.0, 3: 0.5, 4: 2.0})
    starts = random_fields(np.random.default_rng(3), 20, 16)
    energies = [minimise(potential, 5.0, starts, iterations=n).free_energy for n in (1, 2, 5, 20, 100)]
    assert np.max(np.diff(energies, axis=0)) < 1e-12


def test_a_rotated_state_is_seen_to_be_even():
    a = np.array([0.3, -0.2, 0.15, 0.05])
    n = np.arange(1, 5)
    even = as_even(a * np.exp(-1j * n * 0.7))
    assert same_orbit(EVEN, even, 1.0, a, 1.0, 1e-12)
    assert as_even(np.array([0.3, 0.2j, 0.1, 0.05])) is None


def test_state_that_is_not_resolved_at_first_is_followed_from_its_own_size():
    """A state of 120 modes, followed to a bound and back: the trace must return through it."""
    kappa = 6.716
    known = [s for b in branches.diagram(UNCONNECTED, kappa_max=14.9).branches for s in b.at_kappa(kappa)]
    found = search_states(UNCONNECTED, kappa, known=known, random_starts=0)
    assert len(found.states) == 2  # both legs of the fold
    (branch,) = branches_through(found.states[0], 0.01, 14.9)
    assert branch.kappa.max() <= 14.9
    passed = branch.at_kappa(kappa)
    for state in found.states:
        assert any(same_orbit(EVEN, state.a, kappa, other.a, kappa, 1e-9) for other in passed)


def test_disconnected_branch_is_found_followed_and_joined():
    traced = branches.diagram(UNCONNECTED, kappa_max=14.9)
    more = with_disconnected(traced, [8.0])
    assert len(more.branches) == len(traced.branches) + 1
    new = more.branches[-1]
    assert [point.kind for point in new.special_points] == ["fold"]
    assert new.special_points[0].residual < 1e-12
    assert "Newton's iteration in the full space" in more.completeness.notes[-1]
    assert not any(note.startswith("branches that no bifurcation joins") for note in more.completeness.notes)
    graph = more.graph.to_undirected()
    parts = list(nx.connected_components(graph))
    assert len(parts) == 2
    assert traced.completeness.owed == more.completeness.owed
    assert all(abs(residual) < 1e-10 for residual in new.residual)


def test_nothing_is_added_where_nothing_is_missing():
    traced = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.8)
    more = with_disconnected(traced, [0.40, 0.7], random_starts=4)
    assert len(more.branches) == len(traced.branches)
    assert more.ends == traced.ends


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="coupling must be > 0"):
        search_states(potentials.kuramoto(), -1.0)
    with pytest.raises(ValueError, match="peaks = 0"):
        search_states(potentials.kuramoto(), 3.0, peaks=0)
    traced = branches.diagram(potentials.kuramoto(), kappa_max=3.0)
    with pytest.raises(ValueError, match="must lie in"):
        with_disconnected(traced, [4.0])


def test_a_start_at_low_noise_is_solved_in_well_conditioned_equations():
    """The quadratic system has no digit left there: Newton's iteration on it ends with a residual of 4."""
    potential, kappa_max = potentials.from_weights([0, 0.462, 0, 0, 0, 0.401, 0.611]), 65.46644844517185
    d = branches.diagram(potential, kappa_max)
    more = branches.with_disconnected(d, [10.188216039279869])
    assert len(more.branches) > len(d.branches)
    for branch in more.branches[len(d.branches) :]:
        assert float(branch.residual.max()) < 1e-11
