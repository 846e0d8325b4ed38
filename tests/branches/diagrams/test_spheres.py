"""Branches on spheres against values computed by other means, closed forms, and minimisation on grids."""

import mpmath
import numpy as np
import pytest
from scipy.special import ive

import branches
from branches import potentials
from branches.diagrams.search.disconnected import with_disconnected
from branches.diagrams.search.zonal import descend, random_zonal_fields
from branches.spaces.blocks_of_spheres import BlockStates
from branches.spaces.zonal import Zonal
from branches.states.at_coupling import solve, state_at


def near(value, expected, digits):
    return abs(value - expected) <= 10.0**-digits * max(1.0, abs(expected))


@pytest.mark.parametrize(
    ("dimension", "beta", "fold", "amplitude", "coexistence", "there"),
    [
        (3, 3, 1.20844752878, 0.637903490301, 1.23374439460, 0.762264211339),
        (4, 4, 0.83593358149, 0.791488046173, 0.89807371547, 0.906619078568),
    ],
)
def test_first_branch_of_the_transformer(dimension, beta, fold, amplitude, coexistence, there):
    potential = potentials.noisy_transformer(beta, dimension=dimension)
    branch = branches.trace(potential)
    (point,) = branch.folds
    assert near(point.kappa, fold, 11)
    assert near(point.a[0], amplitude, 11)
    assert point.residual < 1e-14
    assert np.all(branch.index[2:-2, 1] == 0)
    assert sorted({*branch.index[1:, 0].tolist()}) == [0, 1]
    transition = branches.coexistence(potential)
    assert near(transition.kappa, coexistence, 11)
    assert near(transition.states[1].a[0], there, 11)
    assert transition.kind == "discontinuous"


def test_states_of_the_transformer_in_three_dimensions():
    potential = potentials.noisy_transformer(3, dimension=3)
    branch = branches.trace(potential)
    upper = branch.at_kappa(potential.onset_coupling(1))[-1]
    assert near(upper.a[0], 0.864507805075, 12)
    assert near(upper.free_energy, -0.131937103970, 12)
    kappa2 = potential.onset_coupling(2)
    diagram = branches.diagram(potential, kappa_max=1.3 * kappa2, modes=[2])
    prolate, oblate = diagram.branches
    (fold,) = [point for point in prolate.special_points if point.kind == "fold"]
    assert near(fold.kappa, 2.394018682605, 12)
    assert (sum(fold.index_before), sum(fold.index_after)) == (4, 3)
    (state,) = prolate.at_kappa(1.2 * kappa2)
    assert near(state.a[1], 0.829712428920, 12)
    assert near(state.free_energy, -0.459559528, 9)
    assert state.index == (1, 2)
    (state,) = oblate.at_kappa(1.2 * kappa2)
    assert near(state.a[1], -0.181506769686, 12)
    assert near(state.free_energy, -0.006708566101, 12)
    assert sum(state.index) == 5


def test_block_state_of_the_transformer_in_four_dimensions():
    potential = potentials.noisy_transformer(4, dimension=4)
    kappa2 = potential.onset_coupling(2)
    diagram = branches.diagram(potential, kappa_max=1.21 * kappa2, modes=[2])
    (block,) = [branch for branch in diagram.branches if isinstance(branch.isotropy, BlockStates)]
    (state,) = block.at_kappa(1.2 * kappa2)
    assert near(state.a[1], 0.34531929593, 11)
    assert near(state.a[3], 0.12171167473, 11)
    assert near(state.free_energy, -0.062569682157, 12)
    assert sum(state.index) == 8
    (earlier,) = block.at_kappa(2.62)
    assert sum(earlier.index) == 6
    (point,) = [point for point in block.special_points if point.kind == "symmetry-breaking"]
    assert point.sector == "(p, q) = (3, 0)"
    assert (sum(point.index_before), sum(point.index_after)) == (6, 8)


MAIER_SAUPE = [
    (3, 1, 6.73148639648336, 0.323596876907, 6.81218848806855, 0.429029025716),
    (4, 1, 9.16646753458024, 0.423173906179, 9.43926338190144, 0.557080326051),
    (5, 1, 11.4578808604651, 0.468764279677, 11.9914200285852, 0.613830773409),
    (5, 2, 16.8339996783379, 0.124995984244, 16.9065205662247, 0.166373034344),
]


@pytest.mark.parametrize(("dimension", "k", "fold", "amplitude", "crossing", "there"), MAIER_SAUPE)
def test_maier_saupe(dimension, k, fold, amplitude, crossing, there):
    potential = potentials.maier_saupe(dimension)
    diagram = branches.diagram(potential, kappa_max=1.05 * potential.onset_coupling(2))
    wanted = Zonal(2, dimension) if k == 1 else BlockStates(2, dimension, k)
    branch = next(b for b in diagram.branches if b.isotropy == wanted and b.folds)
    (point,) = [point for point in branch.special_points if point.kind == "fold"]
    assert near(point.kappa, fold, 13)
    assert near(point.a[1], amplitude, 11)
    after = branch.at_kappa(crossing)[-1]
    assert abs(after.free_energy) < 1e-13
    assert near(after.a[1], there, 11)
    index = (k - 1) * (k + 2) // 2
    assert (sum(point.index_before), sum(point.index_after)) == (index + 1, index)
    if k == 1:
        (transition,) = branches.landscape(diagram).transitions
        assert near(transition.kappa, crossing, 13)
        assert transition.kind == "discontinuous"


def maier_saupe_in_closed_form(d, k, eta):
    """κ and a_2 of the state exp(η u): ratios of confluent hypergeometric functions."""
    mean = mpmath.mpf(k) / d * mpmath.hyp1f1(mpmath.mpf(k) / 2 + 1, mpmath.mpf(d) / 2 + 1, eta)
    mean /= mpmath.hyp1f1(mpmath.mpf(k) / 2, mpmath.mpf(d) / 2, eta)
    share = mean - mpmath.mpf(k) / d
    return eta * k * (d - k) / (d * share), d * share / mpmath.sqrt((d - 1) * k * (d - k))


AXIAL = [(3, 1, 4), (3, 1, -3), (4, 2, 5), (5, 2, 7), (5, 2, -4), (6, 3, 9), (9, 1, 30)]


@pytest.mark.parametrize(("d", "k", "eta"), AXIAL)
def test_maier_saupe_in_closed_form(d, k, eta):
    with mpmath.workdps(30):
        kappa, a2 = (float(x) for x in maier_saupe_in_closed_form(d, k, mpmath.mpf(eta)))
    isotropy = Zonal(2, d) if k == 1 else BlockStates(2, d, k)
    n = np.arange(24)
    state = state_at(potentials.maier_saupe(d), isotropy, 1.001 * a2 * abs(a2) ** n, kappa, largest=200)
    assert near(state.a[1], a2, 13)
    assert state.residual < 1e-15


@pytest.mark.parametrize("dimension", [3, 4, 7, 20])
def test_vector_model_in_closed_form(dimension):
    branch = branches.trace(potentials.vector_model(dimension))
    nu, kappa, a1 = 0.5 * dimension - 1, branch.kappa[5:], branch.a[5:, 0]
    z = kappa * a1
    assert np.max(np.abs(a1 - ive(nu + 1, z) / ive(nu, z))) < 1e-13
    assert not branch.special_points
    assert branch.stable[1:].all()


def test_vector_model_at_one_coupling():
    state = branches.trace(potentials.vector_model(3)).at_kappa(4.0)[0]
    assert near(state.a[0], 0.599839320128866917, 14)
    assert near(state.free_energy, -0.103120306401132232, 14)


@pytest.mark.parametrize(
    ("d", "kappa", "expected"),
    [
        (3, 7.0, [(1, -0.014073713521, 0), (1, 0.000739878552, 1)]),
        (4, 13.0, [(1, -0.683074770745, 0), (2, -0.0079844262, 2), (1, -0.0003061775, 5)]),
        (5, 18.5, [(1, -1.5104365296, 0), (2, -0.0422255696, 2), (2, -0.0006701915, 5), (1, -0.0000698215, 9)]),
    ],
)
def test_energies_and_indices_of_maier_saupe(d, kappa, expected):
    diagram = branches.diagram(potentials.maier_saupe(d), kappa_max=1.1 * kappa)
    states = [state for state in diagram.at_kappa(kappa) if np.any(np.abs(state.a) > 1e-6)]
    found = [(getattr(s.isotropy, "k", 1), s.free_energy, sum(s.index)) for s in states]
    assert len(found) == len(expected)
    for k, energy, index in expected:
        assert any((k, index) == (a, c) and abs(b - energy) < 1e-10 for a, b, c in found), (k, energy, found)


def test_account_of_higher_onsets():
    diagram = branches.diagram(potentials.from_weights([0, 0, 1.0], dimension=3), kappa_max=8.0)
    owed = [half.description for half in diagram.completeness.half_branches if half.outcome == "not followed"]
    assert "mode 3, tetrahedral states" in owed
    assert "mode 3, D_3h states" in owed


def random_potential(seed):
    rng = np.random.default_rng(seed)
    dimension = int(rng.integers(3, 7))
    degrees = np.arange(1, 9)
    g = rng.normal(0.3, 1.0, 8) * np.exp(-0.3 * degrees)
    g[int(rng.integers(0, 3))] = 1.0
    return potentials.from_weights(g, name=f"random {seed}", dimension=dimension)


def checked(seed, starts):
    potential = random_potential(seed)
    diagram = branches.diagram(potential)
    for branch in diagram.branches:
        assert branch.residual.max() < 1e-12, branch
    found = branches.landscape(with_disconnected(diagram))
    assert not found.violations, found.violations
    kappa = 0.9 * found.diagram.kappa_max
    lowest = min((s.free_energy for b in found.diagram.branches for s in b.at_kappa(kappa)), default=0.0)
    fields = random_zonal_fields(np.random.default_rng(seed), starts, 16, potential.dimension)
    energy, _, _, _ = descend(potential, kappa, fields, 600, 1e-11)
    assert energy.min() > min(lowest, 0.0) - 1e-9


@pytest.mark.parametrize("seed", [1, 2])
def test_random_potentials(seed):
    checked(seed, 50)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 23))
def test_more_random_potentials(seed):
    checked(seed, 50)


def test_coexistence_without_polynomials():
    """log ρ(t) = κ ∫K(t, s) ρ(s): Nyström's equations, K the mean of e^{β⟨x, y⟩}/β over the angle about the axis."""
    beta = 3.0
    potential = potentials.noisy_transformer(beta, dimension=3)
    transition = branches.coexistence(potential)
    t, w = np.polynomial.legendre.leggauss(80)
    w = 0.5 * w
    across = np.outer(np.sqrt(1 - t * t), np.sqrt(1 - t * t))
    kernel = ive(0, beta * across) * np.exp(beta * (across + np.outer(t, t))) / beta
    rho = 4 * np.pi * transition.states[1].density(np.arccos(t))
    for _ in range(200):
        rho = np.exp(transition.kappa * kernel @ (w * rho))
        rho /= w @ rho
    uniform = 0.5 * transition.kappa * float(w @ kernel @ w)
    energy = w @ (rho * np.log(rho)) - 0.5 * transition.kappa * (w * rho) @ kernel @ (w * rho) + uniform
    assert abs(energy) < 1e-13
    assert near(w @ (t * rho), 0.762264211339, 11)


@pytest.mark.slow
def test_no_lower_state_on_a_full_grid_of_the_sphere():
    """Mirror descent of F over all densities on S², Gauss nodes by equidistant longitudes, from random starts."""
    beta, kappa = 3.0, 1.4
    potential = potentials.noisy_transformer(beta, dimension=3)
    least = min(state.free_energy for state in branches.trace(potential, kappa_max=2.0).at_kappa(kappa))
    t, w = np.polynomial.legendre.leggauss(24)
    phi = 2 * np.pi * np.arange(48) / 48
    ring = np.sqrt(1 - t * t)
    points = np.stack([np.outer(ring, np.cos(phi)), np.outer(ring, np.sin(phi)), np.outer(t, np.ones(48))], -1)
    points, share = points.reshape(-1, 3), np.outer(0.5 * w, np.full(48, 1 / 48)).ravel()
    kernel = np.exp(beta * points @ points.T) / beta
    offset = 0.5 * kappa * float(share @ kernel @ share)
    rng = np.random.default_rng(0)
    lowest = np.inf
    for _ in range(20):
        h = np.zeros(len(points))
        for _ in range(rng.integers(1, 4)):
            place = rng.standard_normal(3)
            h += rng.uniform(0.5, 6) * points @ (place / np.linalg.norm(place))
        for _ in range(300):
            rho = np.exp(h - h.max())
            rho /= share @ rho
            h = kappa * kernel @ (share * rho)
        energy = share @ (rho * np.log(np.maximum(rho, 1e-300)))
        energy -= 0.5 * kappa * (share * rho) @ kernel @ (share * rho) - offset
        lowest = min(lowest, float(energy))
    assert least - 1e-9 < lowest < least + 1e-6


MANY = [(200, 300), (300, 750), (500, 1250), (1000, 1500), (1000, 4000), (1000, 7500)]


@pytest.mark.parametrize(("d", "kappa"), MANY)
def test_states_of_many_dimensions_live_where_the_measure_has_next_to_nothing(d, kappa):
    """a_1 = I_{ν+1}(z)/I_ν(z), z = κ a_1: the density lies far from the equator, where almost all of the sphere is."""
    nu = d / 2 - 1
    branch = branches.trace(potentials.vector_model(d), 1, 1.01 * kappa)
    (state,) = branch.at_kappa(kappa)
    with mpmath.workdps(30):
        ratio = lambda a: mpmath.besseli(nu + 1, kappa * a) / mpmath.besseli(nu, kappa * a) - a  # noqa: E731
        exact = mpmath.findroot(ratio, mpmath.mpf(float(state.a[0])))
    assert abs(float(exact) - state.a[0]) < 5e-12


@pytest.mark.parametrize(("d", "k", "eta"), [(300, 2, 400), (600, 300, 700), (1000, 2, 1500)])
def test_block_states_of_many_dimensions_in_closed_form(d, k, eta):
    """As above, κ = η k(d−k)/(d (E u − k/d)) with E u by ₁F₁: the density lives where there is next to no measure."""
    with mpmath.workdps(40):
        half, whole = mpmath.mpf(k) / 2, mpmath.mpf(d) / 2
        mean = half / whole * mpmath.hyp1f1(half + 1, whole + 1, eta) / mpmath.hyp1f1(half, whole, eta)
        away = mean - mpmath.mpf(k) / d
        kappa = float(eta * k * (d - k) / (d * away))
        exact = float(d * away / mpmath.sqrt((d - 1) * k * (d - k)))
    guess = np.append(1.001 * exact, np.zeros(95))
    found = solve(potentials.maier_saupe(dimension=d), BlockStates(2, d, k), guess, kappa)
    assert abs(found.u[0] - exact) <= found.error < 1e-11
