"""How half-branches leave, against states solved for independently: a = T(a, κ) by quadrature and Newton."""

from dataclasses import replace

import numpy as np
import pytest

import branches
from branches import potentials
from branches.diagrams import build
from branches.diagrams.departures import departures_from_onset, departures_from_point
from branches.files.json_file import summary
from branches.loci.pitchfork_lines import pitchfork_line
from branches.loci.pitchfork_tricritical import pitchfork_tricritical_point
from continuation import Settings

MODES, POINTS = 64, 256
THETA = (np.arange(POINTS) + 0.5) * np.pi / POINTS
COSINES = np.cos(np.outer(np.arange(1, MODES + 1), THETA))


def moments(a, kappa, g):
    """T(a, κ) and the covariances of the cosines."""
    field = kappa * (g * a) @ COSINES
    rho = np.exp(field - field.max())
    rho /= rho.mean()
    t = (COSINES * rho).mean(axis=1)
    return t, (COSINES * rho) @ COSINES.T / POINTS - np.outer(t, t)


def state_at_amplitude(a, kappa, g, d, amplitude):
    """The solution (a, κ) of a = T(a, κ) with d·a given, by Newton's iteration."""
    for _ in range(30):
        t, covariance = moments(a, kappa, g)
        j = np.eye(MODES) - kappa * covariance * g
        bordered = np.block([[j, -(covariance @ (g * a))[:, None]], [d[None], np.zeros((1, 1))]])
        step = np.linalg.solve(bordered, np.append(a - t, d @ a - amplitude))
        a, kappa = a - step[:-1], kappa - step[-1]
        if np.max(np.abs(step)) < 1e-14:
            break
    assert np.max(np.abs(a - moments(a, kappa, g)[0])) < 1e-14
    return a, kappa


def padded(values):
    return np.pad(np.asarray(values, dtype=float), (0, MODES))[:MODES]


def measured(leading, base, kappa, g):
    """The coefficient of s^order in κ from states at small amplitudes, and its error by extrapolation."""
    d, a = padded(leading.direction), padded(base)
    size = 0.02 / (1.0 + abs(leading.coefficient)) ** (1.0 / leading.order)
    amplitudes = size * np.array([1.0, 0.75, 0.5, 0.35])
    values = []
    for s in amplitudes:
        slope = leading.coefficient if leading.order == 1 else 0.0
        _, found = state_at_amplitude(a + s * d, kappa + slope * s, g, d, d @ a + s)
        values.append((found - kappa) / s**leading.order)
    fits = [np.polyfit(amplitudes[:n], values[:n], n - 1)[-1] for n in (3, 4)]
    return fits[1], abs(fits[1] - fits[0]) + 1e-13 * kappa / min(amplitudes) ** leading.order


def leading_orders(weights, mode, reach=1.8):
    """Every half-branch owed by the branch of a mode: its leading order, the state it leaves, and κ."""
    potential = potentials.from_weights(weights)
    branch = branches.trace(potential, mode=mode, kappa_max=reach * potential.onset_coupling(mode))
    for point in branch.special_points:
        for departure in departures_from_point(branch, point, None, Settings()):
            if departure.leading is not None:
                twin = departure.description.endswith("on the twin")
                base = point.isotropy.twin(point.a) if twin else point.a
                yield departure, base, point


def random_weights(seed):
    """Weights in which a mode of at least 3 turns unstable first, others of either sign."""
    random = np.random.default_rng(seed)
    size = int(random.integers(4, 7))
    g = random.uniform(-0.8, 0.9, size).round(3)
    mode = int(random.integers(3, size + 1))
    g[mode - 1] = round(random.uniform(0.7, 1.1), 3)
    return g.tolist(), mode


@pytest.mark.parametrize("first", range(0, 160, 20))
def test_slopes_and_curvatures_of_random_branch_points(first):
    checked = 0
    for seed in range(first, first + 20):
        weights, mode = random_weights(seed)
        for departure, base, point in leading_orders(weights, mode):
            leading = departure.leading
            value, error = measured(leading, base, point.kappa, padded(weights))
            where = (weights, departure.description, point.kappa, leading.coefficient, value)
            assert abs(value - leading.coefficient) <= 3 * error + 1e-4 * abs(leading.coefficient), where
            if leading.order == 2:
                assert np.sign(value * leading.crossing) == (-1 if leading.shape == "supercritical" else 1), where
            checked += 1
    assert checked >= 5


ORDER_4 = [0.61, -0.71, 0.515, 0.783, -0.72]  # a state of period π/2 that doubles its period twice at once


def test_at_order_4_the_state_and_its_twin_have_shapes_of_their_own():
    d = branches.diagram(potentials.from_weights(ORDER_4), kappa_max=4.0)
    node = d.node("pitchfork 1")
    assert node.shape == "supercritical, subcritical on the twin"
    on_state, on_twin = (half for half in d.completeness.half_branches if half.node == node.name)
    assert (on_state.shape, on_twin.shape) == ("supercritical", "subcritical")
    assert (on_state.outcome, on_twin.outcome) == ("found", "found")
    for half, (departure, base, point) in zip((on_state, on_twin), leading_orders(ORDER_4, 4), strict=True):
        value, error = measured(departure.leading, base, point.kappa, padded(ORDER_4))
        assert abs(value - half.coefficient) <= 2 * error
        assert error < 1e-3 * abs(value)
    # the branch off the state rises at once, the one off the twin falls and folds
    rising, falling = d.branches[on_state.branch], d.branches[on_twin.branch]
    assert rising.kappa[1] > node.kappa > falling.kappa[1]
    assert not rising.folds
    assert len(falling.folds) == 1


def test_shapes_are_in_the_files(tmp_path):
    d = branches.diagram(potentials.from_weights(ORDER_4), kappa_max=3.0, depth=1)
    again = branches.Diagram.load(d.save(tmp_path / "order-4"))
    assert [half.shape for half in again.completeness.half_branches] == [
        half.shape for half in d.completeness.half_branches
    ]
    halves = summary(d)["completeness"]["half_branches"]
    assert [half["shape"] for half in halves if half["node"] == "pitchfork 1"] == ["supercritical", "subcritical"]
    assert {half["order"] for half in halves} == {2}
    _, special = d.to_csv(tmp_path)
    assert "supercritical, subcritical on the twin" in special.read_text(encoding="utf-8")


def test_tricritical_points_of_both_half_branches():
    def family(q):
        return potentials.from_weights([q, *ORDER_4[1:]])

    found = [pitchfork_tricritical_point(family, (0.5, 0.7), mode=4, on_twin=on_twin) for on_twin in (False, True)]
    assert found[0].parameter > found[1].parameter + 0.01
    for point, on_twin in zip(found, (False, True), strict=True):
        weights = [point.parameter, *ORDER_4[1:]]
        departure, base, where = list(leading_orders(weights, 4))[on_twin]
        value, error = measured(departure.leading, base, where.kappa, padded(weights))
        assert abs(value) <= 3 * error
        assert error < 1e-5
    (special,) = branches.trace(family(0.6), mode=4, kappa_max=4.0).special_points
    line = pitchfork_line(family, special, 0.6, 0.5, 0.7)
    on_line = {point.description: point.q for point in line.of_kind("tricritical")}
    assert on_line[""] == pytest.approx(found[0].parameter, rel=1e-9)
    assert on_line["of the branch that leaves the twin"] == pytest.approx(found[1].parameter, rel=1e-9)


def test_a_curvature_asked_of_the_twin_needs_a_twin():
    with pytest.raises(ValueError, match="on_twin = True"):
        pitchfork_tricritical_point(potentials.bimodal, (1.5, 1.7), on_twin=True)


def test_transcritical_branches_leave_along_their_exact_tangent():
    weights = [0.395, 1.178, 1.127, 1.176, -0.309, 0.398]
    d = branches.diagram(potentials.from_weights(weights), kappa_max=2.0)
    (node,) = [node for node in d.nodes if node.kind == "transcritical"]
    assert node.kappa == pytest.approx(1.8033453852, abs=1e-10)
    halves = [half for half in d.completeness.half_branches if half.node == node.name]
    assert [half.outcome for half in halves] == ["found", "found"]
    assert halves[0].coefficient == -halves[1].coefficient
    departure, base, point = next(iter(leading_orders(weights, 3)))
    value, error = measured(departure.leading, base, point.kappa, padded(weights))
    assert abs(value - departure.leading.coefficient) <= 2 * error
    assert error < 1e-6


def test_the_branch_of_a_more_symmetric_state_is_owed():
    # a branch ends on a state of period π that no other branch of the diagram reaches
    d = branches.diagram(potentials.from_weights([1.093, 1.046, 0.96, -0.671, 1.073, 0.498]), kappa_max=9.1491)
    halves = [half for half in d.completeness.half_branches if half.description.startswith("states of period")]
    assert [(half.description, half.outcome) for half in halves] == [
        ("states of period 2π/2, κ rising", "found"),
        ("states of period 2π/2, κ falling", "found"),
    ]
    assert all(d.branches[half.branch].n_fold == 2 for half in halves)
    folds = [fold.kappa for half in halves for fold in d.branches[half.branch].folds]
    assert folds == [pytest.approx(8.8426704292, abs=1e-9)]
    assert all(half.outcome == "found" or "not even" in half.reason for half in d.completeness.half_branches)
    g = padded([1.093, 1.046, 0.96, -0.671, 1.073, 0.498])
    for half in halves:
        for a, kappa in zip(d.branches[half.branch].a, d.branches[half.branch].kappa, strict=True):
            t, _ = moments(padded(a), kappa, g)
            assert np.max(np.abs(padded(a) - t)) < 1e-10


def test_most_branches_that_end_on_another_owe_nothing_new():
    d = branches.diagram(potentials.bimodal(2.0), kappa_max=4)
    assert not any(half.description.startswith("states of period") for half in d.completeness.half_branches)


def test_a_start_that_is_not_the_half_branch_owed_is_refused(monkeypatch):
    def wrong(*arguments):
        departures = departures_from_onset(*arguments)
        return [replace(d, leading=replace(d.leading, coefficient=1.5 * d.leading.coefficient)) for d in departures]

    monkeypatch.setattr(build, "departures_from_onset", wrong)
    d = branches.diagram(potentials.kuramoto(), kappa_max=3)
    (half,) = d.completeness.half_branches
    assert (half.outcome, half.branch) == ("failed", -1)
    assert half.reason.startswith("κ leaves like 1 s^2, predicted 1.5 ± ")
    assert not d.branches


def test_a_half_branch_that_lands_on_a_neighbour_is_refused(monkeypatch):
    def twice(*arguments):
        first, second, *rest = departures_from_onset(*arguments)
        return [first, replace(second, start=first.start, leading=first.leading), *rest]

    monkeypatch.setattr(build, "departures_from_onset", twice)
    d = branches.diagram(potentials.bimodal(1.0), kappa_max=3)
    first, second, third = d.completeness.half_branches
    assert (first.outcome, second.outcome, third.outcome) == ("found", "failed", "found")
    assert second.reason == "its start lies on branch 0, which leaves there too: another branch"


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 120, 20))
def test_every_half_branch_of_random_diagrams_is_found(first):
    for seed in range(first, first + 20):
        random = np.random.default_rng(10_000 + seed)
        weights = random.uniform(-0.8, 1.2, int(random.integers(3, 8))).round(3)
        if weights.max() < 0.1:
            continue
        d = branches.diagram(potentials.from_weights(weights.tolist()), 4 * 2.0 / weights.max())
        for half in d.completeness.half_branches:
            allowed = half.outcome == "found" or "not even" in half.reason or "depth" in half.reason
            assert allowed, (weights.tolist(), half)
