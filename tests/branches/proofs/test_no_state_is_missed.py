"""Random potentials: every state found in floats lies in a certified interval, or the answer is undecided."""

import numpy as np
import pytest

pytest.importorskip("flint")
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches import potentials
from branches.proofs.enumerate import states_at, uniform_only

N_MODES, POINTS = 24, 192
MODES = np.arange(1, N_MODES + 1)
COSINES = np.cos(np.outer(np.arange(2 * N_MODES + 1), np.pi * (np.arange(POINTS) + 0.5) / POINTS))


def newton(g, kappa, a):
    """Return a state near `a`, by Newton's iteration on a = T(a), or None."""
    for _ in range(60):
        V = (kappa * g * a) @ COSINES[1 : N_MODES + 1]
        weight = np.exp(V - V.max())
        m = COSINES @ (weight / weight.sum())
        C = (m[abs(MODES[:, None] - MODES)] + m[MODES[:, None] + MODES]) / 2 - np.outer(m[MODES], m[MODES])
        try:
            step = np.linalg.solve(np.eye(N_MODES) - kappa * C * g, m[MODES] - a)
        except np.linalg.LinAlgError:
            return None
        a = a + step
        if not np.abs(a).max() < 3:
            return None
        if np.abs(step).max() < 1e-13:
            return a
    return None


def float_states(g, kappa, rng, starts=40):
    """Return the distinct states with a ≥ 0 that Newton's iteration finds from random clustered starts."""
    found = []
    for _ in range(starts):
        a = newton(g, kappa, rng.random() ** (MODES ** rng.uniform(0.5, 2)) * (rng.integers(3, N_MODES) > MODES))
        if a is not None and a.min() > -1e-10 and not any(np.abs(a - b).max() < 1e-7 for b in found):
            found.append(a)
    return found


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    weights=st.lists(st.floats(0, 1), min_size=1, max_size=5),
    kappa=st.floats(0.7, 1.7),
    seed=st.integers(0, 2**20),
)
def test_every_state_found_in_floats_is_in_a_certified_interval(weights, kappa, seed):
    terms = {1: 1.0} | {n: round(v, 3) for n, v in enumerate(weights, 2) if round(v, 3) > 0}
    g = np.array([terms.get(n, 0.0) for n in MODES])
    kappa = round(2 * kappa, 6)
    certificate = states_at(potentials.harmonics(terms), kappa)
    found = [a for a in float_states(g, kappa, np.random.default_rng(seed)) if np.abs(a).max() > 1e-6]
    if uniform_only(potentials.harmonics(terms), kappa).certified:
        assert not found
    if not certificate.certified:
        assert certificate.undecided
        return
    intervals = [(float(low), float(high)) for low, high in certificate.proved["a"]]
    for a in found:
        assert sum(low - 1e-10 <= a[0] <= high + 1e-10 for low, high in intervals) == 1, (terms, kappa, a[:4])
    assert len(found) <= certificate.proved["count"]


def test_the_search_in_floats_is_not_blind():
    """It finds both states of the transformer, so that the property above can fail."""
    transformer = potentials.noisy_transformer(4).weights(N_MODES)
    found = float_states(transformer, 0.4, np.random.default_rng(3))
    assert {round(float(a[0]), 6) for a in found if a[0] > 1e-6} == {0.252370, 0.739920}


def test_most_random_potentials_are_decided():
    rng, decided = np.random.default_rng(11), 0
    for _ in range(20):
        terms = {1: 1.0} | {n: round(float(v), 3) for n, v in enumerate(0.6 * rng.random(3), 2)}
        decided += states_at(potentials.harmonics(terms), round(rng.uniform(1.5, 2.6), 4)).certified
    assert decided >= 14
