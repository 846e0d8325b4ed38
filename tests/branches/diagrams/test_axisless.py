"""Branches of states without a mirror axis: values of an independent computation at 26 digits, and what must hold."""

from functools import lru_cache

import brute_force
import numpy as np
import pytest
from helpers import digits
from hypothesis import given, settings
from hypothesis import strategies as st

import branches
from branches import potentials
from branches.diagrams.axisless_start import axis_lost
from branches.diagrams.reflection import reflection_shape
from branches.onsets.resonant.axisless import axisless_rays, quadratic_part
from branches.spaces.circle import Dihedral
from branches.spaces.cyclic import Cyclic
from branches.spaces.waves import paired, unpaired
from branches.states.at_coupling import solve
from branches.states.selfconsistent import SelfConsistentSystem

# weights: κ of the point, a_1, a_3, a_4, F, μ₁, κ₂ there
POINTS = [
    ((1, 0, 1, 1), 9.5322206282769829, (0.35979980486, 0.41008794724, -0.39817616483), -1.273395759715,
     0.0752556434, 44.0309488),
    ((-0.9, 0, 1, 1), 7.6358343267311032, (0.41062746710, 0.76697562988, 0.78121001378), -2.270412243056,
     0.0887651615, 2.378954372),
    ((-0.9, 0, 1, 1), 8.3351467506124154, (-0.51443602537, 0.81917347544, -0.81269183491), -2.644888245557,
     -0.0771229439, -8.150594318),
]  # fmt: skip


@lru_cache(maxsize=8)
def diagram_of(g, kappa_max):
    return branches.diagram(potentials.from_weights(list(g)), kappa_max)


def axisless(d):
    return [branch for branch in d.branches if isinstance(branch.isotropy, Cyclic)]


def point_of(g, kappa, a):
    potential = potentials.from_weights(list(g))
    guess = np.zeros(64)
    guess[[0, 2, 3]] = a
    state = solve(potential, Dihedral(1), guess, kappa, largest=400)
    return potential, axis_lost(potential, Dihedral(1), state.u, kappa, 2 * state.u.size, 2.0)


@pytest.mark.parametrize(("g", "kappa", "a", "energy", "mu", "kappa_2"), POINTS)
def test_points_where_the_axis_is_lost(g, kappa, a, energy, mu, kappa_2):
    potential, found = point_of(g, kappa + 1e-3, a)
    assert digits(found.kappa, kappa) > 13
    assert abs(found.kappa - kappa) < 4 * found.kappa_error
    u = found.singular.x[:-1:2]
    assert min(digits(u[n], value) for n, value in zip((0, 2, 3), a, strict=True)) > 10
    shape = reflection_shape(potential, Dihedral(1), u, found.kappa)
    assert digits(shape.crossing, mu) > 8.5
    assert digits(shape.curvature, kappa_2) > 8.5
    assert shape.error < 1e-9 * abs(shape.curvature)
    assert shape.kind == "supercritical"
    nodes = [n for n in diagram_of(g, kappa + 0.5).nodes if n.kind == "reflection-breaking"]
    node = min(nodes, key=lambda n: abs(n.kappa - kappa))
    assert digits(node.kappa, kappa) > 12
    assert digits(node.free_energy, energy) > 11


@pytest.mark.parametrize(
    ("g", "kappa_max", "kappa", "moduli", "energy", "phase", "index"),
    [
        ((1, 0, 1, 1), 13.0, 12.0, {1: 0.41156670286, 3: 0.41340962317, 4: 0.40006661168}, -1.867021876089,
         0.00812043498, 3),
        ((-0.9, 0, 1, 1), 9.0, 8.0, {1: 0.46988155489, 3: 0.79589817587, 4: 0.79853644559}, -2.463395621027,
         0.01470885572041444, 0),
    ],
)  # fmt: skip
def test_branch_that_leaves_such_a_point(g, kappa_max, kappa, moduli, energy, phase, index):
    (branch,) = axisless(diagram_of(g, kappa_max))
    assert branch.folds == ()
    (state,) = branch.at_kappa(kappa)
    c = state.c
    assert min(digits(abs(c[n - 1]), value) for n, value in moduli.items()) > 10
    assert digits(state.free_energy, energy) > 12
    assert digits(abs((c[0] * c[2] * np.conj(c[3])).imag), phase) > 8.5
    assert sum(state.index) == index
    assert state.residual < 1e-14
    assert np.max(branch.residual) < 1e-12
    middle = branch.kappa.size // 2
    assert brute_force.full_defect(np.array(g, dtype=float), branch.c[middle], branch.kappa[middle]) < 1e-12


def test_ray_without_an_axis_of_four_resonant_modes():
    rays, open_question = axisless_rays(potentials.from_weights([1, 1, 1, 1]), (1, 2, 3, 4), 2.0)
    assert open_question == ""
    (ray,) = rays
    assert ray.order == 2
    d = np.array([1, 1j, 0.5, -1j])
    assert digits(ray.slope * np.sum(np.abs(d) ** 2), 1.753205) > 6.3
    assert np.allclose(np.abs(ray.direction), np.abs(d) / np.linalg.norm(d), atol=1e-12)
    assert np.max(np.abs(quadratic_part((1, 2, 3, 4), ray.direction))) < 1e-13
    (branch,) = axisless(diagram_of((1, 1, 1, 1), 30.0))
    (state,) = branch.at_kappa(4.0)
    values = (0.43212178029, 0.43786561752, 0.23137561777, 0.43468464043)
    assert min(digits(abs(c), value) for c, value in zip(state.c, values, strict=False)) > 10
    assert digits(state.free_energy, -0.427182668713) > 11
    assert digits(abs((state.c[0] ** 2 * np.conj(state.c[1])).imag), 0.08052442577) > 9.5
    assert branch.folds == ()
    assert set(branch.index[1:, 0]) == {3}


@pytest.mark.parametrize(
    ("g", "kappa_max", "window"),
    [
        ((-0.9, 0, 1, 1), 9.0, (7.6358343267311032, 8.3351467506124154)),
        ((-0.8, 0, 1, 1), 7.0, (5.834619763344, 6.038430321238)),
        ((-0.7, 0, 1, 1), 5.0, (4.508726325, 4.551543084)),
        ((0.62, -0.47, 0.8, 0.84), 7.0, (5.61558, 6.39503)),
    ],
)
def test_window_in_which_the_global_minimiser_has_no_axis(g, kappa_max, window):
    result = branches.landscape(diagram_of(g, kappa_max))
    assert result.violations == ()
    low, high = result.transitions[-2:]
    assert low.kind == high.kind == "continuous"
    given_digits = [len(repr(value).replace(".", "").rstrip("0")) for value in window]
    assert digits(low.kappa, window[0]) > min(12.5, given_digits[0] - 1.1)
    assert digits(high.kappa, window[1]) > min(12.5, given_digits[1] - 1.1)
    middle = 0.5 * (low.kappa + high.kappa)
    lowest = result.minimiser(middle)
    assert isinstance(lowest.isotropy, Cyclic)
    assert lowest.stable
    theta = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    assert abs(lowest.density(theta).mean() * 2 * np.pi - 1) < 1e-12
    assert np.all(lowest.density(theta) > -1e-12)
    assert result.minimiser(low.kappa - 0.01).isotropy == Dihedral(1)


def test_free_energy_beside_a_point_follows_its_coefficients():
    g, kappa_b, a = POINTS[1][:3]
    potential, found = point_of(g, kappa_b, a)
    shape = reflection_shape(potential, Dihedral(1), found.singular.x[:-1:2], found.kappa)
    d = diagram_of(g, 9.0)
    errors = []
    for step in (0.02, 0.01):
        kappa = kappa_b + step
        (state,) = axisless(d)[0].at_kappa(kappa)
        even = min((s for s in d.at_kappa(kappa) if s.isotropy == Dihedral(1)), key=lambda s: abs(s.a[0] - a[0]))
        predicted = -0.25 * shape.crossing / shape.curvature * kappa_b * shape.stiffness * step**2
        errors.append(abs((state.free_energy - even.free_energy) / predicted - 1))
    assert errors[1] < 0.02
    assert 1.6 < errors[0] / errors[1] < 2.5  # first order


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6))
def test_equations_are_regular_across_the_orbit_and_keep_their_solutions(seed):
    rng = np.random.default_rng(seed)
    g = rng.uniform(-0.6, 1.0, int(rng.integers(2, 7)))
    system = SelfConsistentSystem(potentials.from_weights(g), Cyclic(1), 128)
    u = np.zeros(128)
    u[: 2 * g.size] = rng.uniform(-0.4, 0.4, 2 * g.size)
    across = system.across(u)
    assert abs(across @ system.residual(u, 3.0)) < 1e-12  # (Gv)ᵀ(u − T) = 0 wherever it is taken
    assert abs(np.linalg.norm(across) - 1) < 1e-14


def test_kernel_of_the_jacobian_is_the_rotation():
    (branch,) = axisless(diagram_of((-0.9, 0, 1, 1), 9.0))
    (state,) = branch.at_kappa(8.0)
    system = SelfConsistentSystem(branch.potential, Cyclic(1), state.a.size)
    plain = system.leading_block(system.gibbs(state.a, 8.0), 8.0, state.a.size)
    motion = Cyclic(1).motion(state.a)
    assert np.max(np.abs(plain @ motion)) < 1e-12
    n, c = np.arange(1, state.c.size + 1), state.c
    g = branch.potential.weights(c.size)
    theta = 2 * np.pi * np.arange(4096) / 4096
    slope = (1j * n * g * c * 8.0) @ np.exp(1j * np.outer(n, theta))
    rho = 1 + 2 * (c @ np.exp(1j * np.outer(n, theta))).real
    squared = float(np.mean(rho * slope.real**2))
    assert abs(squared - 8.0 * np.sum(n**2 * g * np.abs(c) ** 2)) < 1e-9 * squared  # E[h'²] = κ Σ n² g |c|²
    assert np.linalg.cond(system.jacobian(state.a, 8.0)) < 1e5


def test_branch_ends_on_the_other_even_branch_and_its_mirror_image_is_its_twin():
    d = diagram_of((-0.9, 0, 1, 1), 9.0)
    number = next(k for k, b in enumerate(d.branches) if isinstance(b.isotropy, Cyclic))
    assert d.ends[number] == ("reflection-breaking 1", "reflection-breaking 2")
    halves = [h for h in d.completeness.half_branches if h.node.startswith("reflection")]
    assert [(h.outcome.value, h.branch) for h in halves] == [("found", number)] * 2
    assert "mirror" in d.branches[number].twin
    assert d.branches[number].isotropy.group == "Z_1"
    s = 0.37 * float(d.branches[number].arclength[-1])
    assert d.branches[number].at(s).residual < 1e-12


def test_start_given_by_complex_moments_or_far_from_any_state():
    potential = potentials.from_weights([1, 1, 1, 1])
    branch = branches.trace_from(potential, [0.43, 0.44j, 0.23, -0.43j], 4.0, kappa_max=6.0)
    assert isinstance(branch.isotropy, Cyclic)
    assert digits(abs(branch.c[0, 0]), 0.43212178029) > 10
    with pytest.raises(ValueError, match=r"no state at kappa = 4.0: it is \d\.\d+ off its equation"):
        branches.trace_from(potentials.from_weights([-0.5, -0.5, -0.6]), [0.9, 0.8j, 0.7], 4.0)


def test_files_and_tables_hold_them(tmp_path):
    d = diagram_of((-0.9, 0, 1, 1), 9.0)
    assert branches.Diagram.load(d.save(tmp_path / "d.npz")) == d
    points, _ = d.to_csv(tmp_path)
    header = points.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert "b_1" in header
    assert header.count("a_1") == 1
    rows = np.genfromtxt(points, delimiter=",", skip_header=1, usecols=[header.index("a_4"), header.index("b_4")])
    assert np.max(np.abs(np.linalg.norm(rows, axis=1))) <= 1.0


def test_a_step_without_an_axis_costs_no_more_operations_than_an_even_one():
    d = diagram_of((1, 0, 1, 1), 13.0)
    (branch,) = axisless(d)
    even = next(b for b in d.branches if b.origin.startswith("onset") and b.kappa[-1] == 13.0)
    assert branch.counters.factorisations <= branch.counters.steps + 1
    assert branch.counters.newton <= even.counters.newton
    assert branch.counters.solves / branch.counters.steps < 1.2 * even.counters.solves / even.counters.steps


def test_moments_in_pairs_are_those_of_the_complex_ones():
    (branch,) = axisless(diagram_of((-0.9, 0, 1, 1), 9.0))
    assert np.array_equal(paired(branch.c), branch.a)
    assert np.array_equal(unpaired(branch.a), branch.c)
