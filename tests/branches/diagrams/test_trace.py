"""Tracing a branch: its ends, its arguments, its dense output, events."""

import numpy as np
import pytest
from helpers import digits
from hypothesis import given, settings
from hypothesis import strategies as st

import branches
from branches import potentials
from continuation import Event, Settings, Status
from continuation.stepping.corrector import residual_norm


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_random_potentials_dense_output(seed):
    """Between the points, too, the residual stays at round-off: ten random places on every piece."""
    rng = np.random.default_rng(seed)
    g = np.append(1.0, rng.uniform(-1, 0.95, 5))
    branch = branches.trace(potentials.from_weights(g), kappa_max=5.0)
    assert branch.status.name in ("BOUND", "EVENT")
    assert branch.residual.max() <= 1e-12
    for piece in branch.curve.pieces:
        for tau in rng.uniform(0, 1, 10):
            x = piece(tau)
            assert residual_norm(branch.system(x.size - 1), x) <= 1e-10


def test_ends_exactly_on_its_bounds():
    branch = branches.trace(potentials.noisy_transformer(4), kappa_max=0.777)
    assert branch.kappa[-1] == 0.777
    assert branch.status.name == "BOUND"
    down = branches.trace_from(potentials.noisy_transformer(4), branch.a[-1], 0.777, direction=-1, kappa_max=0.777)
    assert digits(down.folds[0].kappa, branch.folds[0].kappa) >= 13
    assert down.special_points[-1].kind == "pitchfork"  # and down the unstable side to the onset
    assert digits(down.special_points[-1].kappa, branch.kappa[0]) >= 12


def test_states_at_a_coupling():
    branch = branches.trace(potentials.noisy_transformer(4), kappa_max=0.8)
    between = branch.at_kappa(0.4)
    assert [state.stable for state in between] == [False, True]
    assert all(state.kappa == 0.4 and state.residual <= 1e-14 for state in between)
    assert len(branch.at_kappa(0.6)) == 1
    assert branch.at_kappa(0.3) == []
    with pytest.raises(ValueError, match="outside the branch"):
        branch.at(branch.arclength[-1] + 1)


@pytest.mark.parametrize("order", [8, 16, 28, 40])
def test_the_order_of_the_series_changes_the_steps_and_not_the_branch(order):
    branch = branches.trace(potentials.noisy_transformer(4), kappa_max=0.8, settings=Settings(order=order))
    assert digits(branch.folds[0].kappa, 0.38706899595204) >= 13
    assert branch.counters.newton == 0 or branch.adaptive


def test_user_event():
    event = Event("half", lambda a, kappa: a[0] - 0.5)
    branch = branches.trace(potentials.kuramoto(), kappa_max=3, events=[event])
    (point,) = [p for p in branch.special_points if p.kind == "half"]
    assert point.a[0] == pytest.approx(0.5, abs=1e-14)
    assert digits(point.a[1], 1 - 2 / point.kappa) >= 13  # a_2 = 1 − 2/κ


def test_progress_is_told():
    seen = []
    branches.trace(potentials.kuramoto(), kappa_max=3, progress=lambda s, kappa: seen.append((s, kappa)))
    assert len(seen) >= 2
    assert all(np.isfinite(seen).ravel())
    assert np.all(np.diff([s for s, _ in seen]) > 0)


def test_interrupt_keeps_what_was_found():
    def interrupt(s, kappa):
        if s > 0.5:
            raise KeyboardInterrupt

    branch = branches.trace(potentials.noisy_transformer(4), kappa_max=0.8, progress=interrupt)
    assert branch.status.name == "INTERRUPTED"
    assert branch.kappa.size > 8
    assert branch.residual.max() <= 1e-12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kappa_max": 1.0}, r"kappa_max = 1.0 must be a finite number above the onset of mode 1, κ = 2.0"),
        ({"kappa_max": float("nan")}, "kappa_max = nan must be a finite number"),
        ({"kappa_max": float("inf")}, "kappa_max = inf must be a finite number"),
        ({"kappa_max": 4.0, "kappa_min": -1.0}, r"kappa_min = -1.0 must lie between 0 and the onset"),
        ({"kappa_max": 4.0, "n_modes": 1}, "n_modes = 1 is not allowed: give an integer of at least 2"),
        ({"kappa_max": 4.0, "mode": 2}, "mode"),
        ({"kappa_max": 4.0, "mode": 0}, "n = 0 is not allowed: it must be an integer, at least 1"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        branches.trace(potentials.kuramoto(), **arguments)


@pytest.mark.parametrize(
    ("a", "kappa", "message"),
    [
        ([0.8, 0.5], 0.0, "kappa = 0.0 must be a positive finite number"),
        ([0.8, 0.5], float("nan"), "kappa = nan must be a positive finite number"),
        ([0.8, float("nan")], 4.0, "finite moments"),
        ([], 4.0, "finite moments"),
    ],
)
def test_bad_states(a, kappa, message):
    with pytest.raises(ValueError, match=message):
        branches.trace_from(potentials.kuramoto(), a, kappa)


def test_fixed_truncation_says_when_it_is_too_small():
    branch = branches.trace(potentials.noisy_transformer(4), kappa_max=0.8, n_modes=12)
    assert branch.a.shape[1] == 12
    assert "raise n_modes" in branch.message
    assert branches.trace(potentials.noisy_transformer(4), kappa_max=0.8, n_modes=100).message.count("raise") == 0
    log_gas = branches.trace(potentials.log_gas(1.0), kappa_max=4, n_modes=24)
    assert log_gas.status.name == "UNRESOLVED"
    assert np.abs(log_gas.a).max() <= 1 + 1e-9


def test_refinement_moves_nothing():
    coarse, fine = (branches.trace(potentials.hegselmann_krause(2.0), kappa_max=2.0, n_modes=n) for n in (96, 192))
    assert digits(coarse.folds[0].kappa, fine.folds[0].kappa) >= 13
    assert digits(coarse.folds[0].a[0], fine.folds[0].a[0]) >= 11


@pytest.mark.parametrize("n_modes", [None, 64])
@pytest.mark.parametrize("tolerance", [1e-16, 1e-17, 1e-18])
def test_a_tolerance_below_round_off_is_raised_and_that_is_said(n_modes, tolerance):
    potential = potentials.noisy_transformer(4)
    branch = branches.trace(potential, kappa_max=0.6, n_modes=n_modes, settings=Settings(tolerance=tolerance))
    assert branch.status is Status.BOUND
    assert "tolerance raised to" in branch.message
    assert branch.residual.max() < 1e-14
    assert digits(branch.folds[0].kappa, 0.38706899595204) >= 13
