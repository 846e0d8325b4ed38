"""All branches that hang together: each curve once, every half-branch accounted for."""

import numpy as np
import pytest
from toys import CIRCLE, PITCHFORK, TRANSCRITICAL, TWINS, Array, Polynomial, digits, twin

from continuation import Diagram, FunctionProblem, Outcome, Problem, Status, diagram

BUBBLE = Polynomial({(3, 0): 1.0, (1, 1): -1.0, (1, 2): 1.0})  # u = 0 and u² = p − p²


def ends(found: Diagram, p: float) -> list[tuple[float, ...]]:
    return sorted(tuple(np.round(node.u, 9) + 0.0) for node in found.nodes if node.kind == "end" and node.p == p)


def cascade(places: Array) -> FunctionProblem:
    return FunctionProblem(
        lambda u, p: u * (p - places - u**2), lambda u, p: np.diag(p - places - 3 * u**2), lambda u, p: u
    )


def test_a_cascade_of_pitchforks_gives_every_combination() -> None:
    places = np.array([1.0, 1.7, 2.2])
    found = diagram(cascade(places), np.zeros(3), 0.0, p_min=-1.0, p_max=3.0)
    roots = np.sqrt(3.0 - places)
    grid = np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T * roots
    assert ends(found, 3.0) == sorted(tuple(np.round(state, 9) + 0.0) for state in grid)
    assert ends(found, -1.0) == [(0.0, 0.0, 0.0)]
    assert found.lost == ()
    points = [node for node in found.nodes if node.kind == "branch point"]
    # u_k branches off wherever the others are zero or not: 1 + 3 + 9 places.
    assert len(points) == 13
    degrees = dict(found.graph.degree)
    assert all(degrees[node.name] == 4 for node in points)


@pytest.mark.parametrize("kind", TWINS)
def test_a_bubble_is_one_closed_branch(kind: str) -> None:
    found = diagram(twin(BUBBLE, kind), [0.0], 0.5, p_min=-1.0, p_max=2.0)
    statuses = [branch.status for branch in found.branches]
    assert statuses == [Status.BOUND, Status.BOUND, Status.CLOSED]
    assert sorted(fold.p for fold in found.branches[2].folds) == []
    assert [departure.outcome for departure in found.departures].count(Outcome.FOLLOWED) == 1
    assert [departure.outcome for departure in found.departures].count(Outcome.KNOWN) == 3
    crossings = sorted(node.p for node in found.nodes if node.kind in ("pitchfork", "branch point"))
    assert np.allclose(crossings, [0.0, 1.0], rtol=0.0, atol=1e-12)
    between = [found.branches[2].at(s)[0][0] for s in found.branches[2].crossings(0.5)]
    assert np.allclose(sorted(between), [-0.5, 0.5], atol=1e-3 if kind == "tangents" else 1e-12)


@pytest.mark.parametrize("kind", TWINS)
def test_the_transcritical_cross(kind: str) -> None:
    found = diagram(twin(TRANSCRITICAL, kind), [0.0], -1.0, p_min=-1.0, p_max=2.0)
    assert len(found.branches) == 3
    (node,) = [node for node in found.nodes if node.kind == "transcritical"]
    assert found.graph.degree[node.name] == 4
    assert ends(found, 2.0) == [(0.0,), (2.0,)]
    assert ends(found, -1.0) == [(-1.0,), (0.0,)] or found.nodes[0].p == -1.0


def test_a_start_on_the_side_branch_reaches_the_trivial_one() -> None:
    found = diagram(PITCHFORK, [1.0], 1.0, p_min=-1.0, p_max=4.0)
    assert ends(found, 4.0) == [(-2.0,), (0.0,), (2.0,)]
    assert ends(found, -1.0) == [(0.0,)]


def test_a_closed_start_is_followed_once() -> None:
    found = diagram(CIRCLE, [1.0], 0.0)
    assert len(found.branches) == 1
    assert len(found.graph.edges) == 3  # start, two folds, and back


def allen_cahn(n: int) -> FunctionProblem:
    """u″ + p (u − u³) = 0, u(0) = u(π) = 0: pitchforks of u = 0 at the eigenvalues of −u″."""
    h = np.pi / (n + 1)
    laplacian = (np.diag(np.full(n, -2.0)) + np.eye(n, k=1) + np.eye(n, k=-1)) / h**2
    return FunctionProblem(
        lambda u, p: laplacian @ u + p * (u - u**3),
        lambda u, p: laplacian + p * np.diag(1 - 3 * u**2),
        lambda u, p: u - u**3,
    )


def test_the_pitchforks_of_the_allen_cahn_equation() -> None:
    n = 15
    found = diagram(allen_cahn(n), np.zeros(n), 0.1, p_max=12.0, p_min=0.0)
    h = np.pi / (n + 1)
    eigenvalues = [(2.0 / h * np.sin(0.5 * k * h)) ** 2 for k in (1, 2, 3)]
    points = sorted(node.p for node in found.nodes if node.kind == "branch point")
    assert [digits(p, exact) >= 11 for p, exact in zip(points, eigenvalues, strict=True)] == [True] * 3
    assert len(found.branches) == 2 + 6
    assert found.lost == ()
    # A branch with k humps keeps its k − 1 zeros.
    humps = sorted(int(np.count_nonzero(np.diff(np.sign(b.u[-1])) != 0)) for b in found.branches[2:])
    assert humps == [0, 0, 1, 1, 2, 2]


def test_what_is_not_followed_is_listed() -> None:
    places = np.array([1.0, 2.0])
    found = diagram(cascade(places), np.zeros(2), 0.0, p_min=-1.0, p_max=3.0, max_branches=3)
    assert len(found.branches) == 3
    assert {departure.outcome for departure in found.lost} == {Outcome.LEFT}
    assert len(found.departures) == sum(len(p.directions) for b in found.branches for p in b.special_points)
    with pytest.raises(ValueError, match="max_branches = 1"):
        diagram(cascade(places), np.zeros(2), 0.0, max_branches=1)


def test_an_interrupt_returns_what_there_is() -> None:
    def progress(branches: int, waiting: int) -> None:
        seen.append((branches, waiting))

    def stop(u: Array, p: float) -> bool:
        if seen:
            raise KeyboardInterrupt
        return False

    seen: list[tuple[int, int]] = []
    problem = cascade(np.array([1.0, 2.0]))
    found = diagram(problem, np.zeros(2), 0.0, p_min=-1.0, p_max=3.0, stop=stop, progress=progress)
    assert found.branches[-1].status is Status.INTERRUPTED
    assert found.lost
    assert len(found.branches) == len(found.stops) == 4


def test_the_graph_has_the_numbers() -> None:
    found = diagram(PITCHFORK, [0.0], -1.0, p_min=-2.0, p_max=1.0)
    (name,) = [name for name, kind in found.graph.nodes(data="kind") if kind == "pitchfork"]
    assert abs(found.graph.nodes[name]["p"]) < 1e-12
    for _, _, data in found.graph.edges(data=True):
        left, right = data["arclength"]
        assert 0.0 <= left < right <= found.branches[data["branch"]].arclength[-1] * (1 + 1e-12)
    assert "4 branches" in repr(found)


def test_the_first_branch_may_not_fail_silently() -> None:
    with pytest.raises(TypeError, match="from_function"):
        diagram(lambda u, p: u, [0.0], 0.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no solution found"):
        diagram(Problem.from_function(lambda u, p: u**2 + 1.0 + 0 * p), [1.0], 0.0)
