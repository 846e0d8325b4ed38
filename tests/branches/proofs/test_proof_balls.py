"""Weights, moments and signs in balls, against mpmath, quadrature and NumPy."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("flint")
from flint import arb, arb_mat, ctx

from branches import potentials
from branches.proofs.checker_balls import FAMILIES, Open, Weights, exact, gibbs, negatives, number
from branches.proofs.checker_local import Singular, System, residues
from branches.proofs.potentials import describe
from branches.proofs.schema import FORMULAS

KNOWN = [
    potentials.noisy_transformer(4), potentials.noisy_transformer(20), potentials.hegselmann_krause(2),
    potentials.hegselmann_krause(0.5), potentials.doi_onsager(), potentials.harmonics({1: 1.0, 2: -0.5, 5: 0.25}),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(128):
        yield


@pytest.mark.parametrize("potential", KNOWN, ids=lambda p: p.label)
def test_weights_are_those_of_the_package(potential):
    w = Weights(describe(potential))
    with mpmath.workdps(30):
        for n in (1, 2, 3, 8, 31):
            inside = arb(mpmath.nstr(potential.mp_weight(n), 28))
            assert abs(float(w.g(n)) - float(inside)) <= 1e-15 * abs(float(inside))


@pytest.mark.parametrize("potential", KNOWN, ids=lambda p: p.label)
@pytest.mark.parametrize("k", [0, 1, 2, 7, 40])
def test_tails_are_bounds(potential, k):
    sup, total = Weights(describe(potential)).tail(k)
    g = np.abs(potential.weights(20000))[k:]
    assert float(sup) >= g.max() * (1 - 1e-12)
    assert float(total) >= g.sum() * (1 - 1e-12)


@pytest.mark.parametrize("potential", KNOWN, ids=lambda p: p.label)
def test_omega_bounds_sines_and_cosines(potential):
    """4 c_2 = ω² ≥ sup_t 2 κ Σ |g_n| (1 − cos nt), here with κ = 1."""
    g = np.abs(potential.weights(2000))
    t = np.linspace(0, math.pi, 2001)[:, None]
    n = np.arange(1, g.size + 1)
    largest = max(float(2 * (1 - np.cos(n * row)) @ g) for row in t[::10])
    system = System({"potential": describe(potential)}, arb(1), [arb(0)] * 8)
    assert float(4 * system.c2) >= largest * (1 - 1e-9)


def test_slopes_of_the_weights():
    with mpmath.workdps(40):
        for name, key, value in (("noisy_transformer", "beta", 2.3), ("hegselmann_krause", "R", 1.1)):
            family = potentials.by_name
            slope = mpmath.diff(lambda p, f=family, a=name, k=key: f(a, **{k: p}).mp_weight(2), mpmath.mpf(value))
            ball = Weights({"name": name, "parameters": {}}, **{key: arb(value)}).slope(2, key)
            assert abs(float(ball) - float(slope)) < 1e-13


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(-1.5, 1.5), min_size=1, max_size=5))
def test_moments_enclose_a_quadrature(h):
    with ctx.workprec(128):
        found_log_Z, moments = gibbs([[arb(v) for v in h]], 3 * len(h))[0]
    with mpmath.workdps(40):
        points = 256
        theta = [2 * mpmath.pi * j / points for j in range(points)]
        weight = [mpmath.exp(sum(mpmath.mpf(v) * mpmath.cos(n * t) for n, v in enumerate(h, 1))) for t in theta]
        for k in range(3 * len(h) + 1):
            value = mpmath.fsum(w * mpmath.cos(k * t) for w, t in zip(weight, theta, strict=True)) / mpmath.fsum(weight)
            ball = moments[k]
            with ctx.workprec(160):
                assert abs(ball - arb(mpmath.nstr(value, 38))) < arb("1e-33")
        log_Z = mpmath.log(mpmath.fsum(weight) / points)
        assert abs(float(found_log_Z) - float(log_Z)) < 1e-14


def test_the_rest_of_the_moments_is_bounded():
    """Squares of the moments beyond a mode, and κ sup g (½ + Σ |a|), half the supremum of the density in it."""
    a, potential = [arb("0.6"), arb("-0.4"), arb("0.7")], potentials.harmonics({1: 1.0, 2: 0.5, 3: 0.5, 9: 0.25})
    system = System({"potential": describe(potential)}, arb(2), a)
    h = [2 * system.w.g(n) * v for n, v in enumerate(a, 1)]
    many = gibbs([h], 60)[0][1]
    for j in range(10):
        assert sum((v * v for v in many[j + 1 :]), arb(0)) <= system.squares[j]
    assert system.tau >= 2 * 0.25 * (0.5 + sum(map(abs, many[1:]), arb(0)))


def test_coarse_moments_know_their_aliasing():
    h = [[arb(2), arb(1)], [arb(1), arb(-3)]]
    fine = gibbs(h, 6)
    with ctx.workprec(64):
        coarse = gibbs(h, 6)
    for (_, many), (_, few) in zip(fine, coarse, strict=True):
        assert all(a.overlaps(b) for a, b in zip(many, few, strict=True))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 8), st.integers(0, 10**6))
def test_signs_of_a_matrix(size, seed):
    P = np.random.default_rng(seed).normal(size=(size, size))
    P = P + P.T
    counted = negatives(arb_mat([[arb(float(v)) for v in row] for row in P]))
    assert counted == int((np.linalg.eigvalsh(P) < 0).sum())


def test_a_singular_matrix_is_open():
    with pytest.raises(Open, match="pivot 2"):
        negatives(arb_mat([[1, 1], [1, 1]]))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=6), st.lists(st.floats(0, 1), min_size=6, max_size=6))
def test_cumulants_obey_their_bounds(values, masses):
    p = np.array(masses[: len(values)]) + 1e-3
    p /= p.sum()
    x = np.array(values)
    x = x / max(np.ptp(x), 1e-3) if np.ptp(x) > 1 else x
    c = x - p @ x
    second, third, fourth = p @ c**2, p @ c**3, p @ c**4 - 3 * (p @ c**2) ** 2
    assert second <= 0.25 + 1e-12
    assert abs(third) <= 1 / (6 * math.sqrt(3)) + 1e-12
    assert abs(fourth) <= 0.125 + 1e-12


@pytest.mark.parametrize("text", ["nan", "inf", "1e9999", "", " 1", "0x1p3", "1/0", "1_0", "٣", 0.5, None, "[1 +/- 3]"])
def test_numbers_are_decimals(text):
    with pytest.raises(Open):
        number(text)


@pytest.mark.parametrize("text", ["nan", "inf", "1.5", "0x1.8p0", "0x1p999999", 3, None])
def test_exact_numbers_are_hexadecimal(text):
    with pytest.raises(Open):
        exact(text)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("noisy_transformer", {}), ("noisy_transformer", {"beta": "-1"}), ("noisy_transformer", {"beta": "4", "R": "1"}),
     ("hegselmann_krause", {"R": "3.2"}), ("doi_onsager", {"beta": "1"}), ("harmonics", {"m": "1"})],
)  # fmt: skip
def test_parameters_are_those_of_the_family(name, parameters):
    with pytest.raises((Open, KeyError)):
        Weights({"name": name, "parameters": parameters})


def test_every_family_has_a_formula():
    assert FORMULAS.keys() == FAMILIES.keys()
    assert all(formula.startswith("g_") for formula in FORMULAS.values())


def small_system(potential, kappa, a):
    return System({"potential": describe(potential)}, arb(kappa), a)


def test_the_derivative_of_the_system_by_differences():
    """P against central differences of F at 60 digits: an independent check of the covariances."""
    potential, a = potentials.bimodal(0.6), [arb(0.3125), arb(0.125), arb(0.015625)]
    with ctx.workprec(400):
        system = small_system(potential, "1.9", a)
        P, _ = system.block(system.modes)
        step = arb((1, -120))
        for m in range(2):
            moved = [[v + s * step * (i == m) for i, v in enumerate(a)] for s in (1, -1)]
            up, down = (small_system(potential, "1.9", at).F for at in moved)
            for n in range(2):
                slope = (up[n] - down[n]) / (2 * step) / system.root(m + 1)
                assert abs(slope - P[n, m]) < arb("1e-30")


SIX = potentials.harmonics({1: 1.0, 2: 0.6, 3: 0.4, 4: 0.3, 5: 0.2, 6: 0.1})


def extended(a, kappa, unit, v, period, residue):
    """Return F and F_x v at moments a and a null vector v, in the units of another coupling, without `Singular`."""
    system = System({"potential": describe(SIX)}, kappa, a, period)
    P, _ = system.block(residues(system.last, period, residue))
    scale = (unit / kappa).sqrt()
    return [scale * u for u in system.F] + [scale * u for u in (P * arb_mat([[u / scale] for u in v])).entries()]


@pytest.mark.parametrize(("period", "residue"), [(1, 0), (2, 1)])
def test_the_derivative_of_the_extended_system_by_differences(period, residue):
    """Its rows F and F_x v against central differences at 60 digits: an independent check of third cumulants."""
    with ctx.workprec(400):
        a, kappa, step = [arb(0.3125), arb(0.125), arb(0.015625)], arb("1.9"), arb((1, -120))
        s, v = Singular.__new__(Singular), [arb(0.75), arb(0.25), arb(0.125)]
        s.t = t = System({"potential": describe(SIX)}, kappa, a, period)
        s.modes, s.pivot = residues(t.last, period, residue), 1
        f = {n: t.root(n) * u for n, u in zip(s.modes, v, strict=True)}
        h = {n: t.root(n) * u for n, u in zip(t.modes, t.x, strict=True)}
        D = s.derivative(t.block(t.modes)[0], t.block(s.modes)[0], f, h)
        for m in range(t.N + 1):
            ends = []
            for move in (step, -step):
                moved = [u + move / t.root(n) * (i == m) for i, (n, u) in enumerate(zip(t.modes, a, strict=True))]
                at = kappa * (1 + move) if m == t.N else kappa
                # x = (κ₀ g)^½ a stays as it is where κ moves
                ends.append(extended(moved, at, kappa, v, period, residue))
            for n, (up, down) in enumerate(zip(*ends, strict=True)):
                assert abs((up - down) / (2 * step) - D[n, m]) < arb("1e-30"), (n, m)


@pytest.mark.parametrize("seed", range(6))
def test_couplings_to_the_modes_beyond_bound_explicit_blocks(seed):
    """F_x, its derivative along a vector and their tails with 6 modes, against the same matrices with 60."""
    rng, N, many = np.random.default_rng(seed), 6, 60
    terms = {n: float(rng.uniform(-1, 1)) / n**1.2 for n in range(1, many + 1)}
    potential = potentials.hegselmann_krause(float(rng.uniform(0.5, 3))) if seed % 2 else potentials.harmonics(terms)
    g, kappa = potential.weights(many), float(rng.uniform(0.5, 4))
    a = rng.uniform(-0.5, 0.5, N) / np.arange(1, N + 1)
    system = System({"potential": describe(potential)}, arb(kappa), [arb(float(v)) for v in a])
    theta = 2 * np.pi * np.arange(1024) / 1024
    weight = np.exp((kappa * g[:N] * a) @ np.cos(np.outer(np.arange(1, N + 1), theta)))
    A = np.cos(np.outer(np.arange(3 * many), theta)) @ weight / weight.sum()
    n, root = np.arange(1, many + 1), np.sqrt(kappa * np.abs(g))
    for sign in (1, -1):
        C = (A[abs(n[:, None] - n)] + sign * A[n[:, None] + n]) / 2 - (np.outer(A[n], A[n]) if sign > 0 else 0)
        K = root[:, None] * C * root
        exact, bound = np.linalg.norm(K[:N, N:], 2), float(system.block(system.modes, sign)[1])
        assert exact <= bound < 40 * exact + 1e-3
        assert np.linalg.norm(K[N:, N:], 2) <= float(system.tau)
    f = rng.uniform(-0.5, 0.5, N)
    V = f @ np.cos(np.outer(np.arange(1, N + 1), theta))
    b = np.cos(np.outer(np.arange(2 * many + 1), theta)) @ (weight * (V - V @ weight / weight.sum())) / weight.sum()
    third = (b[abs(n[:, None] - n)] + b[n[:, None] + n]) / 2 - np.outer(A[n], b[n]) - np.outer(b[n], A[n])
    named = {k: arb(float(v)) for k, v in enumerate(f, 1)}
    block = root[:, None] * third * root
    assert np.linalg.norm(block[:N, N:], 2) <= float(system.third_coupling(system.modes, named))
    assert np.linalg.norm(block[N:, N:], 2) <= 2 * np.abs(f).sum() * float(system.tau)
    assert np.linalg.norm(b[N + 1 :]) <= float(system.beyond(named, N))
