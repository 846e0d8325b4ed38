"""Exact families, folds, states and secondary bifurcations, with the digits that are published for them."""

import numpy as np
import pytest
from helpers import digits, moments
from self_consistency import self_consistency_error

import branches
from branches import potentials

FOLDS = [
    (potentials.noisy_transformer(3), 0.758846208430998, 0.75026010610281, 0.39274760102996),
    (potentials.noisy_transformer(4), 0.409858525749405, 0.38706899595204, 0.5471279500604),
    (potentials.noisy_transformer(5), 0.205459957486723, 0.184300682955606, 0.61419362601932),
    (potentials.hegselmann_krause(2.0), 1.44016926834906, 1.43291046669744, 0.32701807572563),
    (potentials.bimodal(0.6), 2.0, 1.97666262196633, 0.329900461750349),
]


@pytest.mark.parametrize(("potential", "kappa1", "kappa_fold", "a1"), FOLDS, ids=lambda v: getattr(v, "label", ""))
@pytest.mark.parametrize("n_modes", [None, 96])
def test_fold_of_the_first_branch(potential, kappa1, kappa_fold, a1, n_modes):
    branch = branches.trace(potential, kappa_max=2 * kappa1, n_modes=n_modes)
    assert digits(potential.onset_coupling(1), kappa1) >= 13.5
    (fold,) = branch.folds
    assert digits(fold.kappa, kappa_fold) >= 12.5
    assert digits(fold.a[0], a1) >= 11
    assert fold.residual <= 1e-14
    assert branch.kappa[-1] == 2 * kappa1
    assert branch.residual.max() <= 1e-12


def test_fold_of_the_resonant_branch():
    d = branches.diagram(potentials.bimodal(1.0), kappa_max=2.5)
    (fold,) = [node for node in d.nodes if node.kind == "fold"]
    assert digits(fold.kappa, 1.72846021877044) >= 13
    assert digits(fold.a[0], 0.44259788482969) >= 11
    assert d.node("onset 1+2").shape == "transcritical"
    assert (d.completeness.owed, d.completeness.found) == (3, 3)


@pytest.mark.parametrize(
    ("kappa", "a1", "a2", "energy"),
    [
        (4.0, 0.83146202475425697076, 0.5, -0.470215442331190907),
        (10.0, 0.94554218642329795318, 0.8, -2.95695169643272343),
    ],
)
def test_kuramoto(kappa, a1, a2, energy):
    branch = branches.trace(potentials.kuramoto(), kappa_max=kappa)
    assert digits(branch.a[-1, 0], a1) >= 14
    assert digits(branch.a[-1, 1], a2) >= 14
    assert digits(branch.free_energy[-1], energy) >= 13
    assert branch.stable[1:].all()


def test_one_mode_family_along_the_whole_branch():
    """a_{2n} = 1 − 2/(κ g_n) on the branch of a potential with the one mode n = 3."""
    branch = branches.trace(potentials.harmonics({3: 0.5}), mode=3, kappa_max=20)
    assert branch.n_fold == 3
    inner = branch.kappa[1:]
    np.testing.assert_allclose(branch.a[1:, 5], 1 - 4 / inner, rtol=0, atol=1e-13)


def test_state_of_the_transformer():
    potential = potentials.noisy_transformer(2)
    kappa = 1.2 * potential.onset_coupling(1)
    (state,) = branches.trace(potential, kappa_max=1.5 * kappa).at_kappa(kappa)
    assert digits(state.free_energy, -0.08620569557384216) >= 13
    for value, reference in zip(state.a, (0.7658334487283975, 0.4983456302054465, 0.2797560821557523), strict=False):
        assert digits(value, reference) >= 14
    assert state.stable


def test_state_of_doi_onsager():
    potential = potentials.doi_onsager()
    assert digits(potential.onset_coupling(2), 3 * np.pi / 2) >= 15
    kappa = 1.2 * potential.onset_coupling(2)
    (state,) = branches.trace(potential, mode=2, kappa_max=2 * kappa).at_kappa(kappa)
    assert digits(state.free_energy, -0.04388473527467433) >= 13
    assert digits(state.a[1], 0.6203330760639685) >= 14
    assert digits(state.a[3], 0.2673334980810281) >= 13
    assert state.n_fold == 2


def test_pitchfork_met_from_the_side_branch():
    """Reported once, as a pitchfork, and no fold beside it although dκ/ds vanishes there."""
    branch = branches.trace_from(potentials.kuramoto(), [0.83146202475425697, 0.5], 4.0, direction=-1)
    (point,) = branch.special_points
    assert point.kind == "pitchfork"
    assert digits(point.kappa, 2.0) >= 11
    assert digits(point.coefficients["kappa_traced"], 2.0) >= 11
    assert np.max(np.abs(point.a)) <= 1e-11


def test_pitchfork_of_bimodal_two():
    branch = branches.trace(potentials.bimodal(2.0), mode=2, kappa_max=3)
    (point,) = branch.special_points
    assert (point.kind, point.sector, point.residue, point.breaks_to) == ("pitchfork", "even", 1, 1)
    assert digits(point.kappa, 1.2549663488385278971) >= 13
    assert digits(point.a[1], 0.59366823010911901) >= 12
    assert (point.index_before, point.index_after) == ((0, 0), (1, 0))


def test_pitchfork_of_bimodal_six_tenths_on_the_twin():
    branch = branches.trace(potentials.bimodal(0.6), mode=2, kappa_max=5)
    (point,) = branch.special_points
    assert (point.kind, point.sector) == ("pitchfork", "odd")
    assert digits(point.kappa, 3.794706538824) >= 12
    assert digits(point.a[1], 0.4729500214) >= 9.5  # ten digits are published, of the twin
    assert "π/2" in point.twin


@pytest.mark.parametrize("m", [0.6, 1.4, 2.0, 3.0])
def test_mode_one_off_mode_two_in_closed_form(m):
    """κ = 2/(1 ± a₂) with a₂ = I₁(z)/I₀(z), z = κ m a₂: on the branch for +, on its twin for −."""
    from mpmath import besseli, findroot, mp

    branch = branches.trace(potentials.bimodal(m), mode=2, kappa_max=12 / m + 2)
    (point,) = [p for p in branch.special_points if p.kind == "pitchfork"]
    sign = 1 if point.sector == "even" else -1
    with mp.workdps(30):

        def mismatch(a2):
            z = 2 / (1 + sign * a2) * m * a2
            return besseli(1, z) / besseli(0, z) - a2

        a2 = findroot(mismatch, point.a[1])
        kappa = 2 / (1 + sign * a2)
    assert digits(point.kappa, float(kappa)) >= 12.5
    assert digits(point.a[1], float(a2)) >= 11.5


def test_vertical_branch_of_the_log_gas():
    """a_n = rⁿ at κ = 2/g, F = 0: followed until r is so near 1 that the truncation (512 modes there) ends."""
    branch = branches.trace(potentials.log_gas(1.0), kappa_max=4)
    assert branch.status.name == "UNRESOLVED"
    np.testing.assert_allclose(branch.kappa, 2.0, rtol=1e-14)
    r = branch.a[:, 0]
    assert r[-1] > 0.93  # r^512 = 1e-13 is r = 0.943
    powers = r[:, None] ** np.arange(1, branch.a.shape[1] + 1)
    np.testing.assert_allclose(branch.a, powers, rtol=0, atol=1e-12)
    np.testing.assert_allclose(branch.free_energy, 0.0, atol=1e-12)
    assert branch.special_points == ()


@pytest.mark.parametrize(
    ("potential", "mode"),
    [
        (potentials.noisy_transformer(4), 1),
        (potentials.noisy_transformer(9), 2),
        (potentials.doi_onsager(), 2),
        (potentials.hegselmann_krause(1.5), 1),
        (potentials.hegselmann_krause(2.5), 1),
        (potentials.bimodal(2.0), 2),
        (potentials.maier_saupe(), 2),
        (potentials.from_weights([1.0, -0.5, 0.3, -0.2]), 1),
    ],
    ids=lambda value: getattr(value, "label", value),
)
def test_every_point_satisfies_the_self_consistency_integral(potential, mode):
    branch = branches.trace(potential, mode, kappa_max=2 * potential.onset_coupling(mode))
    assert branch.residual.max() <= 1e-12
    n = branch.a.shape[1]
    g = potential.weights(n)
    assert self_consistency_error(g, branch.a, branch.kappa).max() <= 2e-12
    for k in range(0, branch.kappa.size, 7):
        assert np.max(np.abs(branch.a[k] - moments(g, branch.a[k], branch.kappa[k]))) <= 2e-12


def nematic_polar_curvature(m):
    """The curvature in κ of the branch that leaves the nematic one of the bimodal potential."""
    from branches.diagrams.pitchfork import pitchfork_shape
    from branches.spaces.circle import even_block

    potential = potentials.bimodal(m)
    (point,) = branches.trace(potential, mode=2, kappa_max=3).special_points
    return pitchfork_shape(potential, even_block(2, 1), point.a[1::2], point.kappa, 96), point


def test_nematic_polar_tricritical_point():
    from continuation.special.events import bracketed_root

    m = bracketed_root(lambda m: nematic_polar_curvature(m)[0].curvature, 1.6, 1.7)
    assert digits(m, 1.634939096861610733) >= 13.5
    _, point = nematic_polar_curvature(m)
    assert digits(point.kappa, 1.37597046697748128) >= 13.5
    assert digits(point.a[1], 0.453519568914360572) >= 12.5


@pytest.mark.parametrize(
    ("m", "shape"),
    [(0.6, "subcritical"), (1.3, "subcritical"), (1.6, "subcritical"), (1.7, "supercritical"), (2.0, "supercritical")],
)
def test_shape_of_the_nematic_polar_pitchfork(m, shape):
    d = branches.diagram(potentials.bimodal(m), kappa_max=max(3.0, 8 / m))
    node = d.node("pitchfork 1")
    assert node.shape == shape
    number = next(k for k, (start, _) in enumerate(d.ends) if start == node.name)
    branch = d.branches[number]
    far, near = ((branch.at(s).kappa - node.kappa) / s**2 for s in (0.02, 0.01))  # curvature + O(s²)
    assert (4 * near - far) / 3 == pytest.approx(node.coefficients["curvature"], rel=1e-3)
    assert all("differs" not in half.reason for half in d.completeness.half_branches)
