"""All half-branches of resonant kernels, counted and checked independently."""

import numpy as np
import pytest
import sympy

from branches import potentials
from branches.onsets.exact import landau
from branches.onsets.resonant.rays import half_branches, morse_defect, rays

KERNELS = [
    (1, 2),
    (1, 3),
    (2, 3),
    (1, 4),
    (2, 5),
    (1, 2, 3),
    (2, 3, 5),
    (1, 3, 4),
    (1, 2, 5),
    (1, 2, 4),
    (2, 4, 5),
]
KERNELS += [(1, 3, 5), (3, 5, 7), (1, 2, 7), (1, 2, 3, 4)]


def random_resonant(kernel, seed):
    """A potential with weight 1 on the kernel and random sixteenths elsewhere: exact in floats."""
    random = np.random.default_rng(seed)
    g = {j: float(random.integers(-24, 15)) / 16 for j in range(1, 4 * max(kernel) + 1)}
    return potentials.harmonics({**g, **dict.fromkeys(kernel, 1.0)})


def reduced_gradient(potential, kernel):
    """Half the gradient of the exact reduced free energy at order 4, without its linear part."""
    energy = landau.reduce(kernel, 4).free_energy.subs("kappa_ratio", 1)
    ratios = {
        v: sympy.Rational(potential.weight(int(v.name[1:]))) for v in energy.free_symbols if v.name[0] == "r"
    }
    x = [sympy.Symbol(f"x{k}") for k in kernel]
    energy = sympy.expand(energy.subs(ratios))
    return x, [sympy.expand(sympy.diff(energy, v) / 2) for v in x]


def count_real(equations, unknowns):
    """Real solutions by a Gröbner basis in shape position and Sturm's theorem, over the rationals."""
    t = sympy.Symbol("t")
    separating = t - sum(c * v for c, v in zip((3, 7, 19, 41), unknowns, strict=False))
    basis = sympy.groebner([*equations, separating], *unknowns, t, order="grevlex").fglm("lex")
    univariate = sympy.Poly(basis.exprs[-1], t)
    assert univariate.is_univariate
    assert len(basis.exprs) == len(unknowns) + 1  # the shape lemma holds
    assert sympy.Poly(sympy.gcd(univariate, univariate.diff(t)), t).degree() == 0  # all solutions are regular
    return univariate.count_roots()


def part(expression, x, degree):
    return sum(
        c * sympy.prod([v**p for v, p in zip(x, e, strict=True)])
        for e, c in sympy.Poly(expression, *x).terms()
        if sum(e) == degree
    )


@pytest.mark.parametrize("kernel", [(1, 2), (1, 2, 3), (2, 3, 5), (1, 3, 4), (1, 2, 5), (1, 2, 3, 4)])
def test_transverse_rays_are_counted_by_a_groebner_basis(kernel):
    potential = random_resonant(kernel, 1)
    x, gradient = reduced_gradient(potential, kernel)
    real = count_real([part(q, x, 2) - v for q, v in zip(gradient, x, strict=True)], x) - 1  # without x = 0
    found = half_branches(potential, kernel)
    assert sum(ray.order == 1 for ray in found) == 2 * real  # each solution gives d and −d
    assert real > 0


@pytest.mark.parametrize("kernel", [(1, 3), (2, 3), (1, 4), (2, 5)])
@pytest.mark.parametrize("seed", range(5))
def test_rays_without_a_quadratic_part_are_counted_by_a_groebner_basis(kernel, seed):
    potential = random_resonant(kernel, seed)
    x, gradient = reduced_gradient(potential, kernel)
    cubic = [part(q, x, 3) for q in gradient]
    assert all(part(q, x, 2) == 0 for q in gradient)
    real = sum(count_real([q - sign * v for q, v in zip(cubic, x, strict=True)], x) - 1 for sign in (1, -1))
    assert len(half_branches(potential, kernel)) == real


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("seed", range(4))
def test_morse_count(kernel, seed):
    found = half_branches(random_resonant(kernel, seed), kernel)
    assert all(ray.isolated for ray in found)
    assert morse_defect(found) == 0


def continue_to(potential, ray, s, n=32):
    """The solution of the full system (Q) near a ray, at d·x = s, by Newton in floats."""
    g = potential.weights(n)
    l = np.arange(1, n + 1)
    kernel = np.array(ray.modes) - 1
    a = np.zeros(n)
    a[kernel] = s * ray.direction + s**1.5 * ray.half + s**2 * ray.bend
    ratio = 1 + ray.slope * s**ray.order

    def residual(y):
        a, ratio = y[:n], y[n]
        full = np.concatenate([a[::-1], [1.0], a, np.zeros(n)])  # a_{−n} … a_{2n}
        product = l * g * a
        Q = np.array([product @ (full[n + (k - l)] - full[n + k + l]) for k in l]) / l
        # at κ = ratio · 2/g, g = 1; the constraint is scaled like the equations it completes
        return np.append(a - ratio * Q, a[kernel] @ ray.direction - s)

    y = np.append(a, ratio)
    for _ in range(3):  # slaved modes: fixed point sweeps at the predicted kernel
        r = residual(y)
        free = np.setdiff1d(np.arange(n), kernel)
        y[free] -= r[free] / (1 - g[free])
    for _ in range(30):
        r = residual(y)
        h = 1e-6 * s
        J = np.array([(residual(y + h * e) - residual(y - h * e)) / (2 * h) for e in np.eye(n + 1)]).T
        step = np.linalg.solve(J, -r)
        y = y + step
        if np.max(np.abs(step)) < 1e-13:
            break
    assert np.max(np.abs(residual(y))) < 1e-14
    return y[kernel], y[n]


@pytest.mark.parametrize("kernel", [(1, 2), (1, 3), (2, 3), (1, 2, 3), (2, 3, 5), (1, 2, 5), (1, 2, 4)])
def test_every_ray_is_the_start_of_a_solution_of_the_full_system(kernel):
    potential = random_resonant(kernel, 2)
    s = 4e-3
    ends = []
    for ray in half_branches(potential, kernel):
        x, ratio = continue_to(potential, ray, s)
        predicted = s * ray.direction + s**1.5 * ray.half + s**2 * ray.bend
        next_order = s**2 if np.any(ray.half) else s**2.5
        assert np.max(np.abs(x - predicted)) < 3 * next_order * (1 + np.max(np.abs(ray.bend)) ** 2)
        assert (
            abs((ratio - 1) / s**ray.order - ray.slope)
            < 0.15 * (1 + abs(ray.slope)) + s**0.5 * bool(np.any(ray.half)) * 10
        )
        ends.append(x)
    apart = [np.max(np.abs(x - y)) for i, x in enumerate(ends) for y in ends[:i]]
    assert min(apart) > 0.02 * s**2  # no two rays are one branch


def test_the_1_2_resonance_in_closed_form():
    found = rays(potentials.bimodal(1.0), (2, 1))
    assert [(ray.order, ray.modes) for ray in found] == [(1, (1, 2)), (1, (1, 2)), (2, (1, 2))]
    root3 = 3**-0.5
    assert np.allclose([ray.slope for ray in found], [-root3, root3, 0.5], rtol=0, atol=1e-14)
    assert np.allclose(found[0].direction, [2**0.5 * root3, root3], rtol=0, atol=1e-14)
    assert np.allclose(found[1].direction, [2**0.5 * root3, -root3], rtol=0, atol=1e-14)
    assert np.array_equal(found[2].direction, [0.0, 1.0])


def test_a_null_direction_off_the_coordinate_axes():
    # kernel (1, 2, 3): q_2 vanishes along (2, 0, −1)/√5 as well
    found = [ray for ray in rays(random_resonant((1, 2, 3), 0), (1, 2, 3)) if ray.order == 2]
    assert any(np.allclose(ray.direction, np.array([2, 0, -1]) / 5**0.5, atol=1e-13) for ray in found)


def test_three_branches_along_one_direction():
    # kernel (1, 2, 5): mode 5 carries its pure branch and a pair bent into the 1:2 resonance
    random = [rays(random_resonant((1, 2, 5), seed), (1, 2, 5)) for seed in range(8)]
    along = [sum(np.array_equal(ray.direction, [0, 0, 1]) for ray in found) for found in random]
    assert set(along) == {1, 3}


def test_pitchfork_along_a_half_power():
    # kernel (1, 2, 4): on one side of mode 4 a pair leaves like s e_4 ± s^{3/2} v
    found = [ray for ray in rays(random_resonant((1, 2, 4), 0), (1, 2, 4)) if np.any(ray.half)]
    assert found
    assert all(ray.half[1] == ray.half[2] == 0 and abs(ray.direction[2]) == 1 for ray in found)


def test_simple_kernel():
    (ray,) = rays(potentials.bimodal(0.6), (1,))
    assert (ray.modes, ray.order, ray.unstable) == ((1,), 2, 1)
    assert abs(ray.slope + 0.25) < 1e-14
    assert ray.slope_error < 1e-13


def test_slope_error_covers_the_errors_of_the_weights():
    g, error = [1.0, 0.3, 1.0, -0.4, 0.2, 0.1], 1e-5
    slopes = [ray.slope for ray in rays(potentials.from_weights(g), (1, 3))]

    def with_errors(values, errors):
        return potentials.from_dict(
            {"name": "measured", "weights": values, "errors": errors, "complete": True}
        )

    measured = rays(with_errors(g, [0.0, error, 0.0, error, 0.0, error]), (1, 3))
    for signs in ((1, 1, 1), (1, -1, 1), (-1, 1, -1), (-1, -1, -1)):
        moved = [
            x + e
            for x, e in zip(g, [0, signs[0] * error, 0, signs[1] * error, 0, signs[2] * error], strict=True)
        ]
        shifts = [
            abs(ray.slope - old)
            for ray, old in zip(rays(potentials.from_weights(moved), (1, 3)), slopes, strict=True)
        ]
        assert all(shift <= 1.001 * ray.slope_error for shift, ray in zip(shifts, measured, strict=True))
    assert all(1e-6 < ray.slope_error < 1e-3 for ray in measured)


def test_direction_is_read_only_unit_vector():
    for ray in rays(random_resonant((1, 2, 3), 3), (1, 2, 3)):
        assert abs(np.linalg.norm(ray.direction) - 1) < 1e-14
        assert not ray.direction.flags.writeable


def test_accidental_continuum_is_not_called_isolated():
    # all slaved weights zero: mode 3 of (1, 2, 3, 4) is degenerate beyond the orders looked at
    found = rays(potentials.harmonics(dict.fromkeys((1, 2, 3, 4), 1.0)), (1, 2, 3, 4))
    assert [ray.isolated for ray in found].count(False) == 1


def test_not_resonant():
    with pytest.raises(ValueError, match=r"kernel = \(1, 2\) is not resonant .*one and the same weight"):
        rays(potentials.bimodal(0.9), (1, 2))


def test_incomplete_kernel():
    with pytest.raises(ValueError, match=r"kernel = \(1,\) is not complete .*mode 2"):
        rays(potentials.bimodal(1.0), (1,))


def test_mode_without_onset():
    with pytest.raises(ValueError, match="has no onset"):
        rays(potentials.bimodal(-1.0), (2,))


def test_too_large_kernel():
    with pytest.raises(ValueError, match="give 1 to 6 resonant modes"):
        rays(potentials.harmonics(dict.fromkeys(range(1, 8), 1.0)), tuple(range(1, 8)))
