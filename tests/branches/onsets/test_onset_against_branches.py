"""The Landau coefficients against the branches the engine really traces, and resonant onsets followed."""

import numpy as np
import pytest

import branches
from branches import potentials
from branches.onsets.resonant.rays import rays


def derivatives_from_states(branch):
    """Return c₂ and c₄ of κ = κ₁(1 + c₂ s² + c₄ s⁴ + …), s = a_1, from states at four amplitudes.

    The polynomial in s² through them, whose error is of order s⁸, is that of numerical differentiation.
    """
    s = 0.05 * np.sqrt(np.arange(1.0, 6.0))
    states = [branch.at(value) for value in s]
    x = np.array([state.a[0] for state in states]) ** 2
    y = np.array([state.kappa for state in states]) / branch.kappa[0] - 1.0
    c = np.linalg.solve(x[:, None] ** np.arange(1, 6), y)
    return c[0], c[1]


def test_two_hundred_random_potentials():
    rng = np.random.default_rng(11)
    checked = 0
    while checked < 200:
        g = np.append(1.0, rng.uniform(-1.0, 0.7, 5))
        potential = potentials.from_weights(g)
        onset = branches.onset(potential, 1)
        branch = branches.trace(potential, kappa_max=2.4, n_modes=32)
        if branch.arclength[-1] < 0.12:
            continue  # so steep that it reaches the bound before the amplitudes used here
        checked += 1
        c2, c4 = derivatives_from_states(branch)
        size = 1.0 + abs(onset.c2) + abs(onset.c4)
        assert c2 == pytest.approx(onset.c2, abs=2e-6 * size)
        assert c4 == pytest.approx(onset.c4, abs=2e-3 * size)


@pytest.mark.parametrize("kernel", [(1, 2), (1, 3), (2, 3), (1, 4), (1, 2, 3), (2, 4, 6), (2, 3, 5)])
def test_every_ray_of_a_random_resonant_kernel_is_followed(kernel):
    rng = np.random.default_rng(sum(kernel))
    weights = dict(enumerate(rng.uniform(-0.6, 0.6, 10), 1)) | dict.fromkeys(kernel, 1.0)
    potential = potentials.harmonics(weights)
    d = branches.diagram(potential, kappa_max=2.5, depth=0)
    (node,) = [node for node in d.nodes if node.kind == "onset" and node.kappa == 2.0]
    halves = [half for half in d.completeness.half_branches if half.node == node.name]
    assert len(halves) == len(rays(potential, kernel))
    assert all(half.outcome == "found" for half in halves), str(d.completeness)
    assert len({half.branch for half in halves}) == len(halves)
    for ray, half in zip(rays(potential, kernel), halves, strict=True):
        state = d.branches[half.branch].at(0.02)
        amplitudes = np.array([state.a[k - 1] for k in ray.modes])
        assert np.linalg.norm(amplitudes / np.linalg.norm(amplitudes) - ray.direction) < 0.05
        assert (state.kappa > 2.0) == (ray.slope > 0)
